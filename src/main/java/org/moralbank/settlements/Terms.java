package org.moralbank.settlements;

import java.time.Instant;

/**
 * What a book pays merchants with.
 *
 * @param fenPerPoint hundredths of a CNY for a whole point
 * @param version 1, 2, 3 …: the ETag; 0 for a book in which nothing was said
 */
record Terms(int book, int fenPerPoint, long version, Instant changedAt) {
    static final int MOST_FEN_PER_POINT = 10_000;

    private static final int DEFAULT_FEN_PER_POINT = 100;

    static Terms unsaid(int book) {
        return new Terms(book, DEFAULT_FEN_PER_POINT, 0, Instant.EPOCH);
    }
}
