package org.moralbank.services;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A recorded service and the entries that it made.
 *
 * @param timeSeq the entry that earned or paid its minutes, or null
 * @param pointsSeq the entry that earned its points, or null
 */
record ServiceRecord(
        int book,
        UUID id,
        ServiceGiven given,
        Instant recordedAt,
        @Nullable Long timeSeq,
        @Nullable Long pointsSeq) {
    /** A record of a book. */
    record Key(int book, UUID id) {}

    Key key() {
        return new Key(book, id);
    }
}
