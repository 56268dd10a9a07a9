package org.moralbank.exports;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of exports. */
@ConfigMapping(prefix = "moralbank.exports")
interface ExportsConfig {
    /** Whether this process makes exports; of several replicas at least one must. */
    @WithDefault("true")
    boolean make();

    /** How often it looks for exports that were asked of other replicas, or were left by one that is gone. */
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
}
