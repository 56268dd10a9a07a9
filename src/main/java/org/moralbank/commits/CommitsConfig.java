package org.moralbank.commits;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of the group commit. */
@ConfigMapping(prefix = "moralbank.commits")
public interface CommitsConfig {
    /**
     * How many writers this process has. A book is always in the same one. On two cores one lane fills its commits
     * best; more help where the database has cores and disks to spare. 1 or more; each keeps two connections of the pool,
     * and imports two more: the pool has to be larger.
     */
    @WithDefault("1")
    int lanes();

    /** The most that one commit takes, in works' weight, 1 or more: a transfer weighs 1, a bulk its items. */
    @WithDefault("256")
    int largestCommit();

    /** How many works may wait in one lane, 1 or more; the next is answered 429. */
    @WithDefault("4096")
    int queueCapacity();

    /** The longest wait that is accepted into a queue, by the lane's recent pace; beyond it the answer is 429. */
    @WithDefault("2s")
    Duration longestWait();

    /**
     * How many rows of each table a lane keeps between commits, of books in which it alone commits. With 0 all are read
     * anew by each commit, and nothing else is different.
     */
    @WithDefault("10000")
    int knownRows();

    /** Whether what is known is read all the same and compared: for tests. */
    @WithDefault("false")
    boolean checkKnown();

    /**
     * The longest that a caller waits for his answer. Past it he is told 503: a work that waits is dropped, and of one
     * whose commit is under way the same key will tell.
     */
    @WithDefault("30s")
    Duration longestRequest();

    /** The same for a work of a lane of its own, such as an import. */
    @WithDefault("1h")
    Duration longestAside();

    /** The sentence of what is out of its bounds, so that nothing or nearly nothing would be taken in; or nothing. */
    default Optional<String> fault() {
        if (lanes() < 1) {
            return Optional.of("moralbank.commits.lanes must be 1 or more; it is " + lanes() + ".");
        }
        if (largestCommit() < 1) {
            return Optional.of("moralbank.commits.largest-commit must be 1 or more; it is " + largestCommit() + ".");
        }
        if (queueCapacity() < 1) {
            return Optional.of("moralbank.commits.queue-capacity must be 1 or more; it is " + queueCapacity() + ".");
        }
        if (knownRows() < 0) {
            return Optional.of("moralbank.commits.known-rows must be 0 or more; it is " + knownRows() + ".");
        }
        if (longestRequest().toMillis() < 1) {
            return Optional.of(
                    "moralbank.commits.longest-request must be 1 ms or longer; it is " + longestRequest() + ".");
        }
        if (longestAside().toMillis() < 1) {
            return Optional.of("moralbank.commits.longest-aside must be 1 ms or longer; it is " + longestAside() + ".");
        }
        return Optional.empty();
    }
}
