package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.platform.TestSettings;

/** The settings' bounds. */
class RedemptionsConfigTest {
    private static Optional<String> fault(String setting, String value) {
        return TestSettings.of(RedemptionsConfig.class, Map.of("moralbank.redemptions." + setting, value))
                .fault();
    }

    @Test
    void whatIsUsualIsWithinThem() {
        assertThat(TestSettings.of(RedemptionsConfig.class, Map.of()).fault()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "authorization-lasts, 1s",
        "authorization-lasts, 7D",
        "expiry.every, 1ms",
        "expiry.batch, 1",
        "expiry.batch-every, 1ms"
    })
    void takesWhatIsJustWithin(String setting, String value) {
        assertThat(fault(setting, value)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "authorization-lasts, 0.999s",
        "authorization-lasts, 168H0.001S",
        "expiry.every, 0s",
        "expiry.batch, 0",
        "expiry.batch-every, 0s"
    })
    void refusesWhatIsJustBeyondAndSaysIt(String setting, String value) {
        assertThat(fault(setting, value).orElseThrow()).startsWith("moralbank.redemptions." + setting + " must be ");
    }
}
