package org.moralbank.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.platform.TestSettings;

/** The settings' bounds. */
class EventsConfigTest {
    private static Optional<String> fault(String setting, String value) {
        return TestSettings.of(EventsConfig.class, Map.of("moralbank.events." + setting, value))
                .fault();
    }

    @Test
    void whatIsUsualIsWithinThem() {
        assertThat(TestSettings.of(EventsConfig.class, Map.of()).fault()).isEmpty();
    }

    /** Whoever registers a webhook chooses where the service connects to. */
    @Test
    void allowsNoPrivateTargetsUnlessToldTo() {
        assertThat(TestSettings.of(EventsConfig.class, Map.of()).allowPrivateTargets())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"poll, 10ms", "timeout, 100ms", "timeout, 20s", "concurrency, 4", "concurrency-per-webhook, 1"})
    void takesWhatIsJustWithin(String setting, String value) {
        assertThat(fault(setting, value)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"poll, 9ms", "timeout, 99ms", "timeout, 20.001s", "concurrency, 3", "concurrency-per-webhook, 0"})
    void refusesWhatIsJustBeyondAndSaysIt(String setting, String value) {
        assertThat(fault(setting, value).orElseThrow()).startsWith("moralbank.events." + setting + " must be ");
    }
}
