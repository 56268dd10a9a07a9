package org.moralbank.redemptions;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Unit;
import org.moralbank.merchants.Line;

/**
 * A redemption as the API shows it: without the member's balance, which is a till's to see only if he agreed.
 *
 * <p>Of what it posted it has the entry's number and what the merchant is owed then, to apps and desks as to tills, where other
 * answers have their entries with all balances after. A terminal's transaction that is sent again is answered anew from the
 * redemption's row, whoever sends it, and the entry is not at hand there; and the answer is kept for ever, where the postings
 * would double it. Who may see a member's balances reads the entry by its number, with the balances as they were then.
 */
@Schema(name = "Redemption", description = "Points spent at a merchant.")
record RedemptionView(
        @Schema(examples = "0198f0a2-6c4e-7b1d-9a51-3f0c8de2a771")
        String id,

        Redemption.Mode mode,

        @Schema(
                description =
                        "AUTHORIZED: held. CAPTURED: the merchant's, less refundedAmount. REFUNDED: given back wholly. VOIDED,"
                                + " EXPIRED: given back unspent. REVERSED: undone by its terminal")
        Redemption.Status status,

        @Schema(
                description =
                        "Id of the member who paid; not told to a terminal, nor in the answer to a code that is shown",
                examples = "M-LS-R0001")
        @Nullable
        String member,

        @Schema(description = "His masked name, if he agreed to one; in reads only", examples = "张**") @Nullable
        String memberLabel,

        @Schema(examples = "MER-LS-01") String merchant,

        @Schema(description = "What was asked for, in hundredths of a point", examples = "500")
        long amount,

        Unit unit,

        @Schema(
                description = "What was held or spent of it; less than amount where it was approved in part",
                examples = "500")
        long approvedAmount,

        @Schema(
                description =
                        "What is paid in cash, as much as that is worth in hundredths of a point: a memo, nothing is"
                                + " booked. In a partial approval, the rest of the amount is in it, until less is captured"
                                + " than was approved: then the goods came to less, and none of the rest is paid",
                examples = "0")
        long cashAmount,

        @Schema(description = "What the merchant was given; missing until then", examples = "500") @Nullable
        Long capturedAmount,

        @Schema(description = "What of capturedAmount was given back", examples = "0")
        long refundedAmount,

        @Schema(description = "When an authorization ends by itself") @Nullable
        Instant expiresAt,

        @Nullable String terminal,

        @Schema(description = "The terminal's own number of it") @Nullable
        String terminalTransaction,

        @Schema(description = "Id of the voucher that it was paid with") @Nullable
        String voucher,

        @Schema(description = "What was bought of the merchant's catalogue, if that was said") @Nullable
        List<Line.Form> lines,

        @Schema(description = "The client's own reference") @Nullable
        String reference,

        @Schema(description = "When it happened, in the community's calendar")
        LocalDate occurredOn,

        Instant createdAt,

        @Nullable Instant capturedAt,

        @Schema(
                description =
                        "When it was voided or reversed; of one that is EXPIRED its expiresAt, from which on nothing could be"
                                + " taken, though its points are released some seconds after")
        @Nullable
        Instant endedAt,

        @Schema(
                description =
                        "Number of the entry that spent the points, under which its postings have the balances after;"
                                + " missing until then",
                examples = "12")
        @Nullable
        Long entry,

        @Schema(
                description =
                        "What the merchant is owed then, in hundredths of a point; in the answers to a sale, a capture and"
                                + " a refund only",
                examples = "4500")
        @Nullable
        Long payableAfter,

        @Schema(
                description =
                        "What the member has left to spend, in hundredths of a point, for his slip; only where the terminal"
                                + " shows it and he agreed, and only in the first answer to a sale or an authorization: not"
                                + " kept, not repeated, not read later",
                examples = "4500")
        @Nullable
        Long pointsLeft) {
    /** As a client is answered that did something with it. */
    static RedemptionView of(Redemption redemption, Sight sight, @Nullable Long payableAfter) {
        return of(
                redemption,
                redemption.status(),
                sight.member(redemption.purchase().member()),
                null,
                payableAfter);
    }

    static RedemptionView of(
            Redemption redemption,
            Redemption.Status status,
            @Nullable String member,
            @Nullable String memberLabel,
            @Nullable Long payableAfter) {
        return of(redemption, status, member, memberLabel, payableAfter, null);
    }

    static RedemptionView of(
            Redemption redemption,
            Redemption.Status status,
            @Nullable String member,
            @Nullable String memberLabel,
            @Nullable Long payableAfter,
            @Nullable Long pointsLeft) {
        Purchase purchase = redemption.purchase();
        Redemption.Till till = purchase.till();
        Redemption.Capture taken = redemption.taken();
        return new RedemptionView(
                purchase.id().toString(),
                purchase.mode(),
                status,
                member,
                memberLabel,
                purchase.merchant(),
                purchase.amount(),
                Unit.PTS,
                purchase.approved(),
                cash(purchase, taken),
                taken == null ? null : taken.amount(),
                redemption.givenBack(),
                purchase.expiresAt(),
                till == null ? null : till.terminal(),
                till == null ? null : till.transaction(),
                purchase.voucher() == null ? null : purchase.voucher().toString(),
                purchase.basket() == null ? null : Line.forms(purchase.basket().lines()),
                purchase.reference(),
                purchase.occurredOn(),
                purchase.createdAt(),
                taken == null ? null : taken.at(),
                status == Redemption.Status.EXPIRED ? purchase.expiresAt() : redemption.endedAt(),
                taken == null ? null : taken.entry(),
                payableAfter,
                pointsLeft);
    }

    /** Who captures less than was approved has no rest to collect: the points paid for all. */
    private static long cash(Purchase purchase, Redemption.@Nullable Capture taken) {
        long rest = purchase.amount() - purchase.approved();
        return taken != null && taken.amount() < purchase.approved() ? purchase.cash() - rest : purchase.cash();
    }
}
