package org.moralbank.redemptions;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A part of a capture that was given back.
 *
 * @param seq the entry that did it; also the id of the refund
 * @param terminal where it was taken back, or null
 */
record Refund(
        int book,
        UUID redemption,
        long seq,
        Kind kind,
        long amount,
        @Nullable String terminal,
        @Nullable String reference,
        LocalDate occurredOn,
        Instant createdAt) {
    enum Kind {
        /** Goods came back. */
        REFUND,
        /** The terminal took its transaction back. */
        REVERSAL
    }

    record Key(int book, long seq) {}

    Key key() {
        return new Key(book, seq);
    }
}
