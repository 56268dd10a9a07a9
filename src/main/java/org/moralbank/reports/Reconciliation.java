package org.moralbank.reports;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Language;

/**
 * One sub-ledger held against the books: what the accounts say, what the records beside them say.
 *
 * @param left by the accounts
 * @param right by the records
 * @param compared how many subjects were compared: accounts, merchants, batches, holders, pairs, entries
 * @param differing how many of them differ
 * @param offenders the first of these
 */
@Schema(name = "Reconciliation")
public record Reconciliation(
        Name name,
        Unit unit,

        @Schema(description = "What is compared with what, in the language of the answer")
        String description,

        @Schema(description = "By the accounts: in minor parts of the unit; of EARNINGS a count", examples = "4500")
        long left,

        @Schema(description = "By the records", examples = "4500")
        long right,

        @Schema(description = "left - right", examples = "0")
        long difference,

        @Schema(description = "How many subjects were compared", examples = "12")
        long compared,

        @Schema(description = "How many of them differ; they may cancel out in the sums", examples = "0")
        long differing,

        @Schema(description = "The first ten of these") List<Offender> offenders) {

    /** What is compared. */
    @Schema(name = "ReconciliationName")
    public enum Name {
        BALANCES("What each account says it has, and the sum of its postings.", "各账户余额与其分录合计。"),
        HOLDS("What is held on each account, and the holds that are active.", "各账户冻结数与有效冻结明细。"),
        MERCHANT_PAYABLE(
                "Each merchant's payable (2300), and its sales and captures less refunds, less settlements closed and not"
                        + " rejected, with what other entries posted.",
                "各商家应付（2300）与其兑换减退货、减未退回的结算批次、加其他凭证。"),
        SETTLEMENT_BATCHES(
                "What each batch has (2310), and the amount of the settlement while it waits.",
                "各结算批次余额（2310）与待付的结算金额。"),
        LOTS("What holders of lots have by their postings, and by the sealed entries.", "有批次的持有人：按分录合计与按封存凭证合计。"),
        CLEARING_PAIRS(
                "What this book has with another (1500), and what that one has with this, which is its opposite.",
                "本账簿对他账簿的往来（1500）与对方记录的相反数。"),
        EARNINGS(
                "Entries that earn for service, and service records that name them: one to one.",
                "服务所得凭证与志愿服务记录：一一对应。");

        private final String english;
        private final String chinese;

        Name(String english, String chinese) {
            this.english = english;
            this.chinese = chinese;
        }

        String description(Language language) {
            return switch (language) {
                case EN -> english;
                case ZH -> chinese;
            };
        }
    }

    /** A subject of which the two figures differ. */
    @Schema(name = "ReconciliationOffender")
    public record Offender(
            @Schema(description = "An account's id, or an entry", examples = "2300:MER-LS-01:PTS")
            String subject,

            long left,
            long right,
            long difference) {}
}
