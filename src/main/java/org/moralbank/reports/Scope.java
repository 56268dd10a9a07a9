package org.moralbank.reports;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Which postings a report counts, resolved to numbers of entries, so that the report is the same whenever it is made again.
 *
 * <p>It counts the entries up to {@code lastSeq} that happened up to {@code on}. Those of them before {@code firstSeq}, or
 * that happened before {@code from}, are its opening; the others are its period.
 *
 * @param lastSeq what was posted later is not counted, also when it is back-dated
 * @param firstSeq the first entry of the period; null when the period does not begin with an entry
 * @param from the first business day of the period; null when it does not begin with a day
 * @param on the last business day that is counted; null for every day
 * @param sureThrough of the entries up to this one it is known, without a look at them, that they happened before the
 *     period begins and are counted; the period, where it has days, is looked for behind it
 */
public record Scope(
        long lastSeq,
        @Nullable Long firstSeq,
        @Nullable LocalDate from,
        @Nullable LocalDate on,
        long sureThrough) {

    /** The entries of a range, both ends included, as a period; those before it are the opening. */
    public static Scope ofEntries(long firstSeq, long lastSeq) {
        return new Scope(lastSeq, firstSeq, null, null, Math.min(firstSeq - 1, lastSeq));
    }

    /** All entries up to one, as balances without a period. */
    public static Scope through(long lastSeq) {
        return new Scope(lastSeq, null, null, null, lastSeq);
    }

    /** Whether there is an opening and a turnover to tell, and not balances only. */
    public boolean hasPeriod() {
        return firstSeq != null || from != null;
    }

    /** Whether days matter, so that postings have to be looked at with their entries. */
    boolean hasDays() {
        return from != null || on != null;
    }

    /** The first entry that may be in the period. */
    long firstOfPeriod() {
        return firstSeq == null ? 1 : firstSeq;
    }

    /** The same with a period: from the beginning of the book where none is asked for. */
    Scope withPeriod() {
        return hasPeriod() ? this : new Scope(lastSeq, 1L, null, on, 0);
    }
}
