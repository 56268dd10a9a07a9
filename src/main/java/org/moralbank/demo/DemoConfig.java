package org.moralbank.demo;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Settings of the demo. */
@ConfigMapping(prefix = "moralbank.demo")
public interface DemoConfig {
    /**
     * Whether a new database gets the street's data. New is one without a book but the sandbox's. The default of the embedded
     * database, and of no other.
     */
    @WithDefault("false")
    boolean enabled();

    /** Where the keys of the demo's clients are written; without it nobody gets keys. */
    Optional<Path> keysFile();
}
