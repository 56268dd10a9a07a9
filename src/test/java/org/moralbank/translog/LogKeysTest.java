package org.moralbank.translog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the key of the log is from, and the settings' bounds. */
class LogKeysTest {
    private static final String KEY = "bm90aGluZyBpcyBzaWduZWQgd2l0aCB0aGlzLCByZWE=";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private record Settings(String origin, Optional<String> key, Optional<Path> keyFile, Duration poll, int sweep)
            implements LogConfig {
        Settings(String key) {
            this("bank.example", Optional.of(key), Optional.empty(), Duration.ofMillis(500), 4);
        }

        Settings(Path keyFile) {
            this("bank.example", Optional.empty(), Optional.of(keyFile), Duration.ofMillis(500), 4);
        }

        @Override
        public boolean integrate() {
            return true;
        }
    }

    @Test
    void signsForEachBookUnderItsName() {
        LogKeys keys = new LogKeys(new Settings(KEY), false);

        assertThat(keys.of("BHL").verification().name()).isEqualTo("bank.example/BHL");
        assertThat(keys.of("BHL").verification())
                .isEqualTo(new LogKeys(new Settings(KEY), false).of("BHL").verification());
        assertThat(keys.of("LS").verification().id())
                .isNotEqualTo(keys.of("BHL").verification().id());
    }

    @Test
    void makesAKeyOnceThatOnlyItsOwnerReads() throws IOException {
        Path file = folder.resolve("log-key");

        LogKeys first = new LogKeys(new Settings(file), true);
        LogKeys second = new LogKeys(new Settings(file), true);

        assertThat(first.of("BHL").verification()).isEqualTo(second.of("BHL").verification());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    /** On a database that others use too, a key that is not there was lost or is on its way. */
    @Test
    void makesNoKeyWhereOthersWouldNotHaveIt() {
        assertThatThrownBy(() -> new LogKeys(new Settings(folder.resolve("log-key")), false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("MORALBANK_LOG_KEY_FILE");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void withoutAKeyNothingIsSigned() {
        LogKeys none = new LogKeys(
                new Settings("bank.example", Optional.empty(), Optional.empty(), Duration.ofMillis(500), 4), false);

        assertThat(none.areThere()).isFalse();
        assertThatThrownBy(() -> none.of("BHL")).hasMessage("nothing is signed without a key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AAAA", "not base64!", "bm90aGluZyBpcyBzaWduZWQgd2l0aCB0aGlzLCByZWFs"})
    void refusesWhatIsNoKeyAndDoesNotRepeatIt(String key) {
        assertThatThrownBy(() -> new LogKeys(new Settings(key), false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("The setting moralbank.log.key must be 32 bytes in Base64, as openssl rand -base64 32"
                        + " makes them.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "https://bank.example", "bank.example/", "bank example", "bank+example", "银行.example"})
    void refusesAnOriginThatIsNoName(String origin) {
        assertThat(settings(origin, 500, 4).fault().orElseThrow()).startsWith("moralbank.log.origin must be");
    }

    @Test
    void settingsHaveBounds() {
        assertThat(settings("bank.example:8443/books", 100, 1).fault()).isEmpty();
        assertThat(settings("bank.example", 10_000, 64).fault()).isEmpty();
        assertThat(settings("bank.example", 99, 4).fault().orElseThrow()).startsWith("moralbank.log.poll must be");
        assertThat(settings("bank.example", 10_001, 4).fault().orElseThrow()).startsWith("moralbank.log.poll must be");
        assertThat(settings("bank.example", 500, 0).fault().orElseThrow()).startsWith("moralbank.log.sweep must be");
        assertThat(settings("bank.example", 500, 65).fault().orElseThrow()).startsWith("moralbank.log.sweep must be");
    }

    private static Settings settings(String origin, long pollMillis, int sweep) {
        return new Settings(origin, Optional.of(KEY), Optional.empty(), Duration.ofMillis(pollMillis), sweep);
    }
}
