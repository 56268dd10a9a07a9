package org.moralbank.platform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

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

    /**
     * The sentence of what is out of its bounds, or nothing.
     *
     * @param connections those of the pool, of which a report takes one
     */
    default Optional<String> fault(int connections) {
        if (longAtOnce() < 1 || longAtOnce() >= connections) {
            return Optional.of("moralbank.reads.long-at-once must be 1 or more, and fewer than the pool's "
                    + connections + " connections; it is " + longAtOnce() + ".");
        }
        if (longestStatement().toMillis() < 1) {
            return Optional.of(
                    "moralbank.reads.longest-statement must be 1 ms or longer; it is " + longestStatement() + ".");
        }
        if (longestPause().toMillis() < 1) {
            return Optional.of("moralbank.reads.longest-pause must be 1 ms or longer; it is " + longestPause() + ".");
        }
        return Optional.empty();
    }
}
