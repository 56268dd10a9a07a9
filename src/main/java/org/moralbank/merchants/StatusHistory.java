package org.moralbank.merchants;

import static org.moralbank.merchants.StatusHistoryTable.HISTORIES;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.moralbank.commits.WorkingSet;

/**
 * When a merchant or terminal was suspended, resumed or closed, for who judges what was done before. That of a terminal has
 * also that of the store in which it stands now: where it stood before is not kept.
 *
 * @param steps its own, the oldest first
 * @param ofStore those of its store
 */
record StatusHistory(List<Step> steps, List<Step> ofStore) {
    private static final StatusHistory NONE = new StatusHistory(List.of(), List.of());

    /** What it was from then on. */
    record Step(Merchant.Status status, Instant from) {}

    /** Whether that one, or its store, was suspended or closed at a moment; its history is among the needs. */
    static boolean isStopped(WorkingSet set, StatusChange.Of of, Instant moment) {
        StatusHistory history = Objects.requireNonNullElse(set.find(HISTORIES, of), NONE);
        return isStopped(history.steps, moment) || isStopped(history.ofStore, moment);
    }

    /**
     * Whether it was suspended or closed at that moment. Before its first change it is said not to have been: what it was
     * registered as is not kept, and one that never was active could not be allowed anything that is judged now.
     */
    private static boolean isStopped(List<Step> steps, Instant moment) {
        Merchant.Status status = Merchant.Status.ACTIVE;
        for (Step step : steps) {
            if (!moment.isBefore(step.from())) {
                status = step.status();
            }
        }
        return status != Merchant.Status.ACTIVE;
    }
}
