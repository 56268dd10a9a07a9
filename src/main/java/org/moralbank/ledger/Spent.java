package org.moralbank.ledger;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import org.moralbank.commits.WorkingSet;

/**
 * How an entry was paid: what it took from each of the payer's lots, and what it left as his shortfall. Entries never
 * change, so that it may be read before a commit.
 *
 * @param seq the entry
 * @param parts the last spent first
 * @param shortfall what the payer lacked, and owes
 */
public record Spent(long seq, List<Part> parts, long shortfall) {
    /** What was taken from one lot. */
    public record Part(Lot lot, long amount) {}

    static Spent of(long seq, List<Part> parts, long shortfall) {
        return new Spent(
                seq,
                parts.stream()
                        .sorted(Comparator.comparing(Part::lot, Holding.SPENDING_ORDER)
                                .reversed())
                        .toList(),
                shortfall);
    }

    /**
     * Credits a part of what was spent to where it came from: first to the shortfall that it left, as far as that is still
     * open (what the payer's earnings have paid of it since is his own, and what was written off counts as paid), then to the
     * lots, the last spent first. A lot that has expired by {@code today} is replaced by one of the same kind with 30 days'
     * grace.
     *
     * @param already what was given back before
     * @param amount what is given back now; with {@code already} at most what was spent
     */
    public void giveBack(WorkingSet set, Draft draft, Holder payer, long already, long amount, LocalDate today) {
        long skip = already;
        long left = amount;
        long owed = take(shortfall, skip, left);
        if (owed > 0) {
            long open = Math.min(owed, Ledger.owed(set, payer));
            if (open > 0) {
                draft.credit(Ledger.shortfallOf(payer), open);
            }
            if (open < owed) {
                draft.credit(payer, owed - open);
            }
            left -= owed;
        }
        skip -= Math.min(skip, shortfall);
        for (Part part : parts) {
            long back = take(part.amount(), skip, left);
            if (back > 0) {
                draft.credit(payer, part.lot().orWithGrace(today), back);
                left -= back;
            }
            skip -= Math.min(skip, part.amount());
        }
        if (left > 0) {
            throw new IllegalArgumentException(already + " and " + amount + " are more than entry " + seq + " spent");
        }
    }

    /** What of a part is wanted, after some of it was skipped. */
    private static long take(long part, long skip, long wanted) {
        return Math.min(Math.max(0, part - skip), wanted);
    }
}
