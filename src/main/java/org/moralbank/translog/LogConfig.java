package org.moralbank.translog;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings of the transparency log. */
@ConfigMapping(prefix = "moralbank.log")
interface LogConfig {
    /** Whether this process integrates; of several replicas at least one must. */
    @WithDefault("true")
    boolean integrate();

    /**
     * Who signs: the host and path under which the books are known, without a scheme. A log's origin and the name of its key
     * are this, a slash and the book. With another one, verifiers take it for another log.
     */
    @WithDefault("localhost")
    String origin();

    /**
     * The key that checkpoints are signed with: the 32 bytes of an Ed25519 seed in Base64, the same for all replicas. Without
     * it nothing is signed. Another one may be given at any time; the verification keys of all before it stay published.
     */
    Optional<String> key();

    /** A file that has the key. With the embedded database it is made in the data folder when it is not there. */
    Optional<Path> keyFile();

    /** How often it looks for new entries; 100 ms to 10 s. */
    @WithDefault("500ms")
    Duration poll();

    /** How many tiles of 256 old entries are checked again at each look; 1 to 64. */
    @WithDefault("4")
    int sweep();

    /** The sentence of what is out of its bounds, or nothing. */
    default Optional<String> fault() {
        if (poll().toMillis() < 100 || poll().toMillis() > 10_000) {
            return Optional.of("moralbank.log.poll must be 100 ms to 10 s; it is " + poll() + ".");
        }
        if (sweep() < 1 || sweep() > 64) {
            return Optional.of("moralbank.log.sweep must be 1 to 64; it is " + sweep() + ".");
        }
        if (!origin().matches("[A-Za-z0-9.:_/-]{1,200}") || origin().endsWith("/")) {
            return Optional.of(
                    "moralbank.log.origin must be a host, and a path if need be, without a scheme and without"
                            + " a slash at the end; it is " + origin() + ".");
        }
        return Optional.empty();
    }
}
