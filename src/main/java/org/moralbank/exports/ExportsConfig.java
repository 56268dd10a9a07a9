package org.moralbank.exports;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of exports. */
@ConfigMapping(prefix = "moralbank.exports")
interface ExportsConfig {
    Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /** Whether this process makes exports; of several replicas at least one must. */
    @WithDefault("true")
    boolean make();

    /** How often it looks for exports that were asked of other replicas, or were left by one that is gone; 10 ms or longer. */
    @WithDefault("1s")
    Duration poll();

    /** How long a finished export is kept. */
    @WithDefault("30d")
    Duration keep();

    /** How long an export waits until the log is signed at its last entry; longer than the log's own poll, at most 30 s. */
    @WithDefault("5s")
    Duration checkpointWait();

    /** The most exports of one book that are kept at a time. */
    @WithDefault("100")
    int mostOfABook();

    /** The most bytes that the exports of one book may come to together, packed as they are kept. */
    @WithDefault("10G")
    MemorySize mostBytesOfABook();

    /** The sentence of what is out of its bounds, or nothing. */
    default Optional<String> fault() {
        if (poll().toMillis() < 10) {
            return Optional.of("moralbank.exports.poll must be 10 ms or longer; it is " + poll() + ".");
        }
        if (checkpointWait().isNegative() || checkpointWait().compareTo(LONGEST_WAIT) > 0) {
            return Optional.of(
                    "moralbank.exports.checkpoint-wait must be 0 s to 30 s; it is " + checkpointWait() + ".");
        }
        return Optional.empty();
    }
}
