package org.moralbank.paycodes;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.moralbank.platform.OwnerOnly;
import org.moralbank.platform.Settings;

/** Where the installation's key is from: a setting, a file, or for tests and training nowhere. */
@Singleton
class CodeKeysBean {
    /** After the database's checks, before anything is served. */
    private static final int EARLY = 100;

    private final PayCodesConfig config;

    /** Whether a key may be made here: nobody else has the data of this process's own database. */
    private final boolean mayMake;

    CodeKeysBean(
            PayCodesConfig config,
            @ConfigProperty(name = "moralbank.database.embedded", defaultValue = "false") boolean embedded) {
        this.config = config;
        this.mayMake = embedded || LaunchMode.current() != LaunchMode.NORMAL;
    }

    /** Refuses the start where a setting is missing or out of its bounds. */
    void onStart(@Observes @Priority(EARLY) StartupEvent event) {
        Settings.refuse(config.fault());
        key(config, mayMake);
    }

    @Produces
    @Singleton
    CodeKeys keys() {
        return new CodeKeys(key(config, mayMake));
    }

    static byte[] key(PayCodesConfig config, boolean mayMake) {
        if (config.key().isPresent()) {
            return decoded(config.key().get(), "The setting moralbank.pay-codes.key");
        }
        if (config.keyFile().isPresent()) {
            return inFile(config.keyFile().get(), mayMake);
        }
        if (mayMake) {
            // What is made with it does not outlive the process, and neither do the data of a test or of training.
            return CodeKeys.random();
        }
        throw new ConfigurationException(
                "Pay codes need the installation's key: set MORALBANK_PAY_CODES_KEY to 32 random"
                        + " bytes in Base64 (openssl rand -base64 32), or MORALBANK_PAY_CODES_KEY_FILE to a file that has them.");
    }

    /** Reads the file, or makes it, readable by its owner only. It is there in whole or not at all. */
    static byte[] inFile(Path file, boolean mayMake) {
        try {
            if (mayMake && Files.notExists(file)) {
                OwnerOnly.write(file, Base64.getEncoder().encodeToString(CodeKeys.random()) + "\n");
            }
            return decoded(Files.readString(file), "The file " + file);
        } catch (IOException e) {
            throw new ConfigurationException("The key of pay codes cannot be read from the file " + file + " (" + e
                    + "); restore it from a backup, or see MORALBANK_PAY_CODES_KEY_FILE.");
        }
    }

    private static byte[] decoded(String text, String what) {
        try {
            byte[] key = Base64.getDecoder().decode(text.strip());
            if (key.length >= CodeKeys.LEAST_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException malformed) {
            // The sentence below says it, without what was read.
        }
        throw new ConfigurationException(what + " must be 32 bytes or more in Base64.");
    }
}
