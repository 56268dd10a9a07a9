package org.moralbank.platform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What reads may take of a process. */
@ConfigMapping(prefix = "moralbank.reads")
public interface ReadsConfig {
    /** How many that may go through all of a book are answered at a time: 1 or more, fewer than the pool has connections. */
    @WithDefault("6")
    int longAtOnce();

    /**
     * The longest that one statement of a report, of statistics or of a book's entries as a file may take, for which somebody
     * waits. An export's trial balance is read by the same statements.
     */
    @WithDefault("60s")
    Duration longestStatement();

    /** How long a client may take nothing of such an answer before it is cut off and makes room for others. */
    @WithDefault("60s")
    Duration longestPause();
}
