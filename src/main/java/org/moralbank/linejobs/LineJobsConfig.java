package org.moralbank.linejobs;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of jobs of lines. */
@ConfigMapping(prefix = "moralbank.line-jobs")
interface LineJobsConfig {
    /** Whether this process runs jobs; of several replicas at least one must. */
    @WithDefault("true")
    boolean run();

    /** How often it looks for jobs that were ordered of other replicas, or were left by one that is gone. */
    @WithDefault("1s")
    Duration poll();

    /** The most jobs of one book that are not done; the next is answered 429. */
    @WithDefault("20")
    int mostOpenOfABook();
}
