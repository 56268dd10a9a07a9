package org.moralbank.commits;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The database's clock as a lane has read it last.
 *
 * @param read what it showed
 * @param atNanos {@link System#nanoTime} of when that was here, a little later
 */
record DatabaseClock(Instant read, long atNanos) {
    /** So long the clocks of the database and of this process are taken to go on alike. */
    private static final Duration AGREE = Duration.ofSeconds(1);

    /** One that was not read for long. */
    static DatabaseClock unread() {
        return new DatabaseClock(Instant.EPOCH, System.nanoTime() - AGREE.toNanos());
    }

    static DatabaseClock justRead(Instant read) {
        return new DatabaseClock(read, System.nanoTime());
    }

    /** What it shows now, or a little less. */
    Instant now() {
        return read.plusNanos(System.nanoTime() - atNanos).truncatedTo(ChronoUnit.MICROS);
    }

    /** Whether it was read so short a time ago that the two clocks have gone on alike. */
    boolean isOfLate() {
        return System.nanoTime() - atNanos < AGREE.toNanos();
    }
}
