package org.moralbank.merchants;

import static org.moralbank.merchants.StatusHistoryTable.HISTORIES;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.moralbank.commits.WorkingSet;

/**
 * When a merchant or terminal was suspended, resumed or closed, for who judges what was done before.
 *
 * @param steps the oldest first
 */
record StatusHistory(List<Step> steps) {
    private static final StatusHistory NONE = new StatusHistory(List.of());

    /** A merchant, or a terminal of his. */
    record Key(int book, String merchant, String terminal) {
        static Key ofMerchant(int book, String merchant) {
            return new Key(book, merchant, StatusChange.THE_MERCHANT);
        }
    }

    /** What it was from then on. */
    record Step(Merchant.Status status, Instant from) {}

    /** Whether that one was suspended or closed at a moment; its history is among the needs. */
    static boolean isStopped(WorkingSet set, Key key, Instant moment) {
        return Objects.requireNonNullElse(set.find(HISTORIES, key), NONE).isStoppedAt(moment);
    }

    /**
     * Whether it was suspended or closed at that moment. Before its first change it is said not to have been: what it was
     * registered as is not kept, and one that never was active could not be allowed anything that is judged now.
     */
    private boolean isStoppedAt(Instant moment) {
        Merchant.Status status = Merchant.Status.ACTIVE;
        for (Step step : steps) {
            if (!moment.isBefore(step.from())) {
                status = step.status();
            }
        }
        return status != Merchant.Status.ACTIVE;
    }
}
