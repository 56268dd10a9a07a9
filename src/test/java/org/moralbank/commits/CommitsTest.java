package org.moralbank.commits;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommitsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 256, 4096, 10000, moralbank.commits.lanes is 0; the least is 1",
        "1, 0, 4096, 10000, moralbank.commits.largest-commit is 0; the least is 1",
        "1, 256, 0, 10000, moralbank.commits.queue-capacity is 0; the least is 1",
        "1, 256, 4096, -1, moralbank.commits.known-rows is -1; the least is 0",
    })
    void refusesSettingsByWhichNothingIsTakenIn(int lanes, int largest, int capacity, int known, String told) {
        assertThatThrownBy(() -> Commits.refuseUnworkable(
                        new TestCommits.Settings(lanes, largest, capacity, Duration.ZERO, known, false)))
                .hasMessage(told);
    }

    @Test
    void takesTheLeastOfEach() {
        var least = new TestCommits.Settings(1, 1, 1, Duration.ZERO, 0, false);

        assertThatCode(() -> Commits.refuseUnworkable(least)).doesNotThrowAnyException();
    }
}
