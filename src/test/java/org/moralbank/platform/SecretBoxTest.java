package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretBoxTest {
    private static final byte[] KEY = new byte[32];
    private static final byte[] SECRET = "whsec_x".getBytes(StandardCharsets.UTF_8);

    private record Settings(Optional<String> key, Optional<Path> keyFile) implements SecretsConfig {}

    private static SecretBox box(String key) {
        return new SecretBox(new Settings(Optional.of(key), Optional.empty()));
    }

    @Test
    void opensWhatItSealed() {
        var box = SecretBox.of(KEY);

        var sealed = box.seal(SECRET, "webhook 1");

        assertThat(box.open(sealed, "webhook 1")).isEqualTo(SECRET);
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("whsec");
        assertThat(box.seal(SECRET, "webhook 1")).isNotEqualTo(sealed);
    }

    @Test
    void opensForNobodyElseAndNothingAltered() {
        var box = SecretBox.of(KEY);
        var sealed = box.seal(SECRET, "webhook 1");
        var otherKey = new byte[32];
        otherKey[31] = 1;

        assertThatThrownBy(() -> box.open(sealed, "webhook 2")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> SecretBox.of(otherKey).open(sealed, "webhook 1"))
                .isInstanceOf(IllegalStateException.class);
        for (var i = 1; i < sealed.length; i++) {
            var altered = sealed.clone();
            altered[i] ^= 1;
            assertThatThrownBy(() -> box.open(altered, "webhook 1")).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void refusesWithoutAKeyAndSaysWhichSettingIsMissing() {
        var box = new SecretBox(new Settings(Optional.empty(), Optional.empty()));

        assertThat(box.hasKey()).isFalse();
        assertThatThrownBy(() -> box.seal(SECRET, "webhook 1"))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.rejection().code()).isEqualTo("secrets-key-missing"));
    }

    @Test
    void refusesAKeyThatIsNoneWithoutRepeatingIt() {
        for (var key : new String[] {"not base64!", Base64.getEncoder().encodeToString(new byte[31]), ""}) {
            assertThatThrownBy(() -> box(key))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("32 bytes in base64")
                    .hasMessageNotContaining("not base64!");
        }
    }

    @Test
    void makesAKeyOnceForItsOwnerOnly(@TempDir Path folder) throws IOException {
        var file = folder.resolve("secrets-key");

        SecretBox.makeKey(file);
        var made = Files.readString(file);
        SecretBox.makeKey(file);

        assertThat(Files.readString(file)).isEqualTo(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        var byFile = new SecretBox(new Settings(Optional.empty(), Optional.of(file)));
        assertThat(box(made.strip()).open(byFile.seal(SECRET, "a"), "a")).isEqualTo(SECRET);
    }
}
