package org.moralbank.events;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** When a delivery that failed is tried again, and when no more. */
final class Backoff {
    static final Duration FIRST = Duration.ofSeconds(5);
    static final Duration LONGEST = Duration.ofHours(4);

    /** How old an event is that is given up when an attempt fails. */
    static final Duration TRIED_FOR = Duration.ofDays(3);

    private static final double JITTER = 0.2;

    private Backoff() {}

    /** 5 s, 10 s, 20 s … 4 h, each a fifth more or less, so that those that failed together do not return together. */
    static Duration pauseAfter(int failures, RandomGenerator random) {
        int doublings = Math.min(failures - 1, 20);
        long millis = Math.min(FIRST.toMillis() << doublings, LONGEST.toMillis());
        return Duration.ofMillis((long) (millis * random.nextDouble(1 - JITTER, 1 + JITTER)));
    }

    /** Whether an event that failed again at {@code now} is given up, which could be tried since {@code since}. */
    static boolean isOver(Instant since, Instant now) {
        return !now.isBefore(since.plus(TRIED_FOR));
    }
}
