package org.moralbank.settlements;

import java.time.Instant;

/**
 * Where a merchant's payable stood at the end of a period.
 *
 * @param lastEntry the last posting before it, or 0
 * @param earned what all postings up to it come to, but those of settlements
 * @param since the moment of the first of them
 */
record Cut(long lastEntry, long earned, Instant since) {
    static final Cut NONE = new Cut(0, 0, Instant.MAX);

    /** @param until the moment at which the period is over */
    record Key(int book, String merchant, Instant until) {}
}
