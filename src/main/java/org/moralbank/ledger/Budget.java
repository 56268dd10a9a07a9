package org.moralbank.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a period may issue: a fund in a year, or the community for services, awards or tasks in a year. Setting another
 * makes a new one; the last is what holds.
 *
 * @param period whose account issues: {@code 3110:PUBLIC.2026:MIN}
 * @param number 1, 2, 3 … of its period
 * @param amount in minor parts of the unit, 0 or more
 * @param issued what the period had issued and reserved when it was set
 */
record Budget(Holder period, int number, long amount, long issued, Instant setAt, Decision decision) {
    /** Who set it, and what he wrote. */
    record Decision(
            Attribution by,
            @Nullable String reference,
            @Nullable String reason) {}
}
