package org.moralbank.exports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.platform.TestSettings;

/** The settings' bounds. */
class ExportsConfigTest {
    private static Optional<String> fault(String setting, String value) {
        return TestSettings.of(ExportsConfig.class, Map.of("moralbank.exports." + setting, value))
                .fault();
    }

    @Test
    void whatIsUsualIsWithinThem() {
        assertThat(TestSettings.of(ExportsConfig.class, Map.of()).fault()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"poll, 10ms", "checkpoint-wait, 0s", "checkpoint-wait, 30s"})
    void takesWhatIsJustWithin(String setting, String value) {
        assertThat(fault(setting, value)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"poll, 9ms", "checkpoint-wait, -0.001s", "checkpoint-wait, 30.001s"})
    void refusesWhatIsJustBeyondAndSaysIt(String setting, String value) {
        assertThat(fault(setting, value).orElseThrow()).startsWith("moralbank.exports." + setting + " must be ");
    }
}
