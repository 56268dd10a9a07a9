package org.moralbank.redemptions;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What became of a terminal's transaction that it took back. */
@Schema(name = "TransactionReversal", description = "A terminal's transaction that is undone.")
record ReversalView(
        @Schema(examples = "MER-LS-01") String merchant,
        @Schema(examples = "T1") String terminal,
        @Schema(examples = "KQXWZRMA-000017") String terminalTransaction,

        @Schema(
                description =
                        "NEVER_ARRIVED: the transaction had not come, and is refused when it comes. RELEASED: nothing had"
                                + " been spent, and nothing is held. REFUNDED: all that was spent was given back")
        Outcome outcome,

        @Schema(
                description =
                        "Number of the entry that gave back what was left; missing when nothing was, as when it was reversed"
                                + " before: listRefunds has what was given back then")
        @Nullable
        Long refundEntry,

        @Schema(description = "The redemption as it is now; missing when the transaction never came") @Nullable
        RedemptionView redemption) {
    enum Outcome {
        NEVER_ARRIVED,
        RELEASED,
        REFUNDED
    }

    static ReversalView neverArrived(Transaction.Key key) {
        return of(key, Outcome.NEVER_ARRIVED, null, null);
    }

    static ReversalView of(Transaction.Key key, Redemption.Reversed reversed, Sight sight, @Nullable Long refundEntry) {
        return of(
                key,
                reversed.capture() == null ? Outcome.RELEASED : Outcome.REFUNDED,
                refundEntry,
                RedemptionView.of(reversed, sight, null));
    }

    private static ReversalView of(
            Transaction.Key key, Outcome outcome, @Nullable Long refundEntry, @Nullable RedemptionView redemption) {
        return new ReversalView(
                key.merchant(), key.till().terminal(), key.till().transaction(), outcome, refundEntry, redemption);
    }
}
