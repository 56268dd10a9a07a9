package org.moralbank.platform;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Optional;

/** Where the key is that secrets are sealed with. */
@ConfigMapping(prefix = "moralbank.secrets")
public interface SecretsConfig {
    /**
     * The key: 32 bytes in base64, the same for all replicas, and to be kept as long as the database. Without it what was
     * sealed is lost: webhooks and members' apps would need new secrets.
     */
    Optional<String> key();

    /** A file with the key, where it is not given itself. The embedded database has one in its folder. */
    Optional<Path> keyFile();
}
