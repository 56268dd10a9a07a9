package org.moralbank.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
    @ParameterizedTest
    @CsvSource({"1, 5", "2, 10", "3, 20", "10, 2560", "12, 10240", "13, 14400", "14, 14400", "1000, 14400"})
    void pausesGrowUpToFourHoursAFifthMoreOrLess(int failures, long seconds) {
        Random random = new Random(7);
        long shortest = Long.MAX_VALUE;
        long longest = 0;
        for (int i = 0; i < 1_000; i++) {
            long millis = Backoff.pauseAfter(failures, random).toMillis();
            shortest = Math.min(shortest, millis);
            longest = Math.max(longest, millis);
        }

        assertThat(shortest).isBetween(seconds * 800, seconds * 850);
        assertThat(longest).isBetween(seconds * 1150, seconds * 1200);
    }

    @Test
    void anEventIsTriedForThreeDays() {
        Instant since = Instant.parse("2026-01-01T00:00:00Z");

        assertThat(Backoff.isOver(since, since.plus(Duration.ofDays(3)).minusNanos(1)))
                .isFalse();
        assertThat(Backoff.isOver(since, since.plus(Duration.ofDays(3)))).isTrue();
    }
}
