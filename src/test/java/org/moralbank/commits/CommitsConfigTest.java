package org.moralbank.commits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.platform.TestSettings;

class CommitsConfigTest {
    @ParameterizedTest
    @CsvSource({
        "0, 256, 4096, 10000, moralbank.commits.lanes must be 1 or more; it is 0.",
        "1, 0, 4096, 10000, moralbank.commits.largest-commit must be 1 or more; it is 0.",
        "1, 256, 0, 10000, moralbank.commits.queue-capacity must be 1 or more; it is 0.",
        "1, 256, 4096, -1, moralbank.commits.known-rows must be 0 or more; it is -1.",
    })
    void refusesSettingsByWhichNothingIsTakenIn(int lanes, int largest, int capacity, int known, String told) {
        assertThat(new TestCommits.Settings(lanes, largest, capacity, Duration.ZERO, known, false).fault())
                .contains(told);
    }

    @Test
    void aWaitOfTwoSecondsIsTakenIn() {
        CommitsConfig usual = TestSettings.of(CommitsConfig.class, Map.of());

        assertThat(usual.longestWait()).isEqualTo(Duration.ofSeconds(2));
        assertThat(usual.fault()).isEmpty();
    }

    @Test
    void takesTheLeastOfEach() {
        var least = new TestCommits.Settings(1, 1, 1, Duration.ZERO, 0, false);

        assertThat(least.fault()).isEmpty();
    }
}
