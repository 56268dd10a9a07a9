package org.moralbank.ledger;

import org.jspecify.annotations.Nullable;

/**
 * One account: a holder's lot, with what is posted and what is held.
 *
 * @param id 1, 2, 3 … in its book
 * @param floor {@code posted - held} is never below it
 * @param ceiling {@code posted} is never above it
 * @param version how many postings it has had
 */
public record Account(
        int id, Holder holder, Lot lot, long floor, long ceiling, Status status, long posted, long held, long version) {

    /** What may happen to an account. */
    public enum Status {
        OPEN,
        /** Debits and new holds are refused; credits, captures, releases and refunds pass. */
        FROZEN,
        /** All is refused but reversals, and what these give back does not stay there. */
        CLOSED
    }

    static Account opened(int id, Holder holder, Lot lot, Status status) {
        Chart.Bounds bounds = holder.chart().bounds();
        return new Account(id, holder, lot, bounds.floor(), bounds.ceiling(), status, 0, 0, 0);
    }

    /** The same of a period that may issue no more than its budget; where none was set, as the chart has it. */
    Account within(@Nullable Budget budget) {
        return budget == null
                ? this
                : new Account(id, holder, lot, -budget.amount(), ceiling, status, posted, held, version);
    }

    /** Posted and not held. */
    public long available() {
        return posted - held;
    }

    /** How much can be debited before the floor is reached. */
    long debitable() {
        return floor == -Chart.Bounds.UNBOUNDED ? Long.MAX_VALUE : Math.max(0, available() - floor);
    }

    boolean isWithinBounds() {
        return held >= 0 && posted <= ceiling && (floor == -Chart.Bounds.UNBOUNDED || available() >= floor);
    }

    Account post(long amount) {
        return new Account(id, holder, lot, floor, ceiling, status, Math.addExact(posted, amount), held, version + 1);
    }

    Account hold(long amount) {
        return new Account(id, holder, lot, floor, ceiling, status, posted, Math.addExact(held, amount), version);
    }

    Account with(Status changed) {
        return new Account(id, holder, lot, floor, ceiling, changed, posted, held, version);
    }

    /** The account's id in the API and in exports. */
    public String path() {
        return path(holder, lot);
    }

    /** {@code 2100:M-1:MIN}, or {@code 2100:M-1:MIN:PUBLIC.20251231.R} for a lot. */
    static String path(Holder holder, Lot lot) {
        String lotName = lot.name();
        return lotName.isEmpty() ? holder.path() : holder.path() + ':' + lotName;
    }
}
