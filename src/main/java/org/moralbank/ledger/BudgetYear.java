package org.moralbank.ledger;

import java.time.Duration;
import java.time.Instant;
import java.time.Year;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.moralbank.commits.Ask;
import org.moralbank.commits.WorkingSet;

/**
 * The year whose budgets a work draws on: that of its posting, in the book's calendar, which is known under the lock alone. What is
 * asked in the old year may wait into the new one, so that the work names what it needs of each year that it may be.
 *
 * @param asked when the work was asked for, by the process's clock, or by the work's own where it plays the past
 */
public record BudgetYear(BookHandle book, Instant asked) {
    /** Longer than a request waits, and more than the process's clock is beside the database's. */
    private static final Duration LEEWAY = Duration.ofDays(1);

    /** Of a work that is asked for now. */
    public static BudgetYear of(BookHandle book, Ask ask) {
        return new BudgetYear(book, Objects.requireNonNullElseGet(ask.clock(), Instant::now));
    }

    /** The years that it may be: one, or two about New Year. */
    public List<Year> possible() {
        return Stream.of(asked.minus(LEEWAY), asked.plus(LEEWAY))
                .map(this::yearOf)
                .distinct()
                .toList();
    }

    /**
     * The one that it is; by the clock it was asked by, where the book's last posting is in years to come. The book is among
     * the needs.
     */
    public Year decided(WorkingSet set) {
        Year posted = Year.from(Ledger.dayOfPosting(set, book.id()));
        return possible().contains(posted) ? posted : yearOf(asked);
    }

    private Year yearOf(Instant moment) {
        return Year.from(book.dayOf(moment));
    }
}
