package org.moralbank.redemptions;

import java.time.Instant;
import java.time.LocalDate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Unit;

/** A redemption as the API shows it: to everybody without the member's balance, which is no till's to see. */
@Schema(name = "Redemption", description = "Points spent at a merchant.")
record RedemptionView(
        @Schema(examples = "0198f0a2-6c4e-7b1d-9a51-3f0c8de2a771")
        String id,

        Redemption.Mode mode,
        Redemption.Status status,

        @Schema(description = "Id of the member who paid; not in a terminal's reads", examples = "M-LS-R0001") @Nullable
        String member,

        @Schema(description = "His masked name, if he agreed to one; in reads only", examples = "张**") @Nullable
        String memberLabel,

        @Schema(examples = "MER-LS-01") String merchant,

        @Schema(description = "In hundredths of a point", examples = "500")
        long amount,

        Unit unit,

        @Nullable String terminal,

        @Schema(description = "The terminal's own number of it") @Nullable
        String terminalTransaction,

        @Schema(description = "The client's own reference") @Nullable
        String reference,

        @Schema(description = "When it happened, in the community's calendar")
        LocalDate occurredOn,

        Instant createdAt,

        @Schema(description = "Number of the entry that spent the points", examples = "12")
        long entry,

        @Schema(
                description = "What the merchant is owed then, in hundredths of a point; in the answer to a sale only",
                examples = "4500")
        @Nullable
        Long payableAfter) {
    /** A redemption that was just made. */
    static RedemptionView made(Redemption redemption, long payableAfter) {
        Redemption.Till till = redemption.till();
        return new RedemptionView(
                redemption.id().toString(),
                redemption.mode(),
                redemption.status(),
                redemption.member(),
                null,
                redemption.merchant(),
                redemption.amount(),
                Unit.PTS,
                till == null ? null : till.terminal(),
                till == null ? null : till.transaction(),
                redemption.reference(),
                redemption.occurredOn(),
                redemption.createdAt(),
                redemption.seq(),
                payableAfter);
    }
}
