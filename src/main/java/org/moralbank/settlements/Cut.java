package org.moralbank.settlements;

import java.time.Instant;

/**
 * Where a merchant's payable stood at the end of a period.
 *
 * @param lastEntry the last posting before it, or 0
 * @param earned what all postings up to it come to, but those of settlements
 */
record Cut(long lastEntry, long earned) {
    static final Cut NONE = new Cut(0, 0);

    /** @param until the moment at which the period is over */
    record Key(int book, String merchant, Instant until) {}
}
