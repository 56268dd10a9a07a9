package org.moralbank.redemptions;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of the sandbox, in which tills are tried. */
@ConfigMapping(prefix = "moralbank.sandbox")
public interface SandboxConfig {
    /** Code of the book that is the sandbox; it is made at start. Without it there is none. */
    Optional<String> book();

    /** How long the answer to a code that times out is held back: longer than a till waits. */
    @WithDefault("65S")
    Duration silence();
}
