package org.moralbank.translog;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.OwnerOnly;
import org.moralbank.platform.Settings;
import org.moralbank.proofs.SigningKey;

/** What checkpoints are signed with: one key of the installation, under the name of each book's log. */
@Singleton
class LogKeys {
    /** After the database's checks, before anything is served. */
    private static final int EARLY = 100;

    private final String origin;
    private final byte @Nullable [] seed;
    private final Map<String, SigningKey> byBook = new ConcurrentHashMap<>();

    @Inject
    LogKeys(
            LogConfig config,
            @ConfigProperty(name = "moralbank.database.embedded", defaultValue = "false") boolean mayMake) {
        this(config.origin(), seed(config, mayMake));
        Settings.refuse(config.fault());
    }

    LogKeys(String origin, byte @Nullable [] seed) {
        this.origin = origin;
        this.seed = seed;
    }

    /** Refuses the start where a setting is out of its bounds or the key cannot be read. */
    void onStart(@Observes @Priority(EARLY) StartupEvent event) {
        // Being made was the check.
    }

    /** Whether anything can be signed. */
    boolean areThere() {
        return seed != null;
    }

    /** The key of a book's log. */
    SigningKey of(String book) {
        if (seed == null) {
            throw new IllegalStateException("nothing is signed without a key");
        }
        return byBook.computeIfAbsent(book, code -> SigningKey.of(origin + "/" + code, seed));
    }

    // ---- where it is from --------------------------------------------------------------------------------------

    private static byte @Nullable [] seed(LogConfig config, boolean mayMake) {
        if (config.key().isPresent()) {
            return decoded(config.key().get(), "The setting moralbank.log.key");
        }
        if (config.keyFile().isPresent()) {
            return inFile(config.keyFile().get(), mayMake);
        }
        return null;
    }

    /** Reads the file, or makes it. */
    static byte[] inFile(Path file, boolean mayMake) {
        try {
            if (mayMake && Files.notExists(file)) {
                byte[] made = new byte[SigningKey.SEED_BYTES];
                new SecureRandom().nextBytes(made);
                OwnerOnly.write(file, Base64.getEncoder().encodeToString(made) + "\n");
            }
            return decoded(Files.readString(file), "The file " + file);
        } catch (IOException e) {
            throw new ConfigurationException("The key of the transparency log cannot be read from the file " + file
                    + " (" + e + "); restore it from a backup, or see MORALBANK_LOG_KEY_FILE.");
        }
    }

    private static byte[] decoded(String text, String what) {
        try {
            byte[] key = Base64.getDecoder().decode(text.strip());
            if (key.length == SigningKey.SEED_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException malformed) {
            // The sentence below says it, without what was read.
        }
        throw new ConfigurationException(what + " must be 32 bytes in Base64, as openssl rand -base64 32 makes them.");
    }
}
