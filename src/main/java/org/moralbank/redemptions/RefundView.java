package org.moralbank.redemptions;

import java.time.Instant;
import java.time.LocalDate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Unit;

/** A refund as the API shows it. */
@Schema(name = "Refund", description = "A part of a capture that was given back to the member.")
record RefundView(
        @Schema(description = "Number of the entry that gave it back; the refund's id", examples = "13")
        long entry,

        @Schema(examples = "0198f0a2-6c4e-7b1d-9a51-3f0c8de2a771")
        String redemption,

        @Schema(description = "REFUND, or REVERSAL where the terminal took its transaction back")
        Refund.Kind kind,

        @Schema(description = "In hundredths of a point", examples = "200")
        long amount,

        Unit unit,
        @Nullable String terminal,
        @Nullable String reference,
        LocalDate occurredOn,
        Instant createdAt,

        @Schema(description = "The redemption as it is then; in the answer to the refund only") @Nullable
        RedemptionView now) {
    static RefundView of(Refund refund, @Nullable RedemptionView now) {
        return new RefundView(
                refund.seq(),
                refund.redemption().toString(),
                refund.kind(),
                refund.amount(),
                Unit.PTS,
                refund.terminal(),
                refund.reference(),
                refund.occurredOn(),
                refund.createdAt(),
                now);
    }
}
