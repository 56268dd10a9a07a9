package org.moralbank.reports;

import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** Accounts with their postings. */
final class GeneralLedger {
    private GeneralLedger() {}

    /**
     * A posting of one of some accounts.
     *
     * @param place of its account among them: 0, 1, 2 …
     */
    record Posted(
            int place,
            long seq,
            String type,
            long amount,
            LocalDate occurredOn,
            Instant postedAt,
            @Nullable String reference) {}
}
