package org.moralbank.redemptions;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.moralbank.redemptions.Redemption.Till;

/**
 * What is known of a terminal's transaction: what it made, or that it was reversed before it came.
 *
 * @param made the redemption as it was made; null when the transaction never came
 * @param reversedAt when the terminal took it back, else null
 */
record Transaction(@Nullable Redemption made, @Nullable Instant reversedAt) {
    /** A merchant's terminal and its number: a key of its own beside the idempotency key. */
    record Key(int book, String merchant, Till till) {
        static Key of(Purchase purchase) {
            return new Key(
                    purchase.book(), purchase.merchant(), Objects.requireNonNull(purchase.till(), "no terminal's"));
        }
    }

    /** A transaction that was reversed before it came. */
    static Transaction tombstone(Instant at) {
        return new Transaction(null, at);
    }

    boolean isReversed() {
        return reversedAt != null;
    }

    Transaction reverse(Instant at) {
        return isReversed() ? this : new Transaction(made, at);
    }
}
