package org.moralbank.redemptions;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Points spent at a merchant.
 *
 * @param amount in hundredths of a point
 * @param till the terminal and its transaction, or null where there was none
 * @param seq the entry that spent them
 */
record Redemption(
        int book,
        UUID id,
        Mode mode,
        Status status,
        String member,
        String merchant,
        long amount,
        @Nullable Till till,
        @Nullable String reference,
        LocalDate occurredOn,
        Instant createdAt,
        long seq) {
    /** How points are spent. */
    enum Mode {
        /** At once and for good. */
        SALE
    }

    enum Status {
        /** The points are the merchant's. */
        CAPTURED
    }

    /** A terminal of the merchant and its own number of the transaction. */
    record Till(String terminal, String transaction) {}

    /** A redemption of a book. */
    record Key(int book, UUID id) {}

    Key key() {
        return new Key(book, id);
    }
}
