package org.moralbank.ledger;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;

/**
 * Empties what a member has of one unit, because he leaves, or because something came back to him after he had left.
 *
 * <p>What has expired goes out of circulation (EXPIRE_TIME, EXPIRE_POINTS). What he owes is paid from what he might give away
 * and from what he has of grants that were taken back (SHORTFALL_RECOVER). Of the rest, what was granted to him goes back to
 * the fund or pool that it came from, and what is his own to his heir (ACCOUNT_CLOSE). What the pool owes is paid from what it
 * gets.
 *
 * @param sources of his restricted lots, as they were read before the commit; points come from no fund
 * @param heir the pool, but for a closing that names another
 */
public record Emptying(Holder member, LotSources sources, Holder heir) {
    /** In favour of the pool. Who inherits was said of what there was when the member left, not of what comes back later. */
    public Emptying(Holder member, LotSources sources) {
        this(member, sources, poolFor(member));
    }

    private static Holder poolFor(Holder member) {
        return Holder.of(member.book(), member.unit() == Unit.MIN ? Chart.TIME_POOL : Chart.POINTS_POOL);
    }

    /** Names what the others look at. */
    public void needs(Needs needs) {
        Holder pool = poolFor(member);
        needs.row(BOOKS, member.book())
                .row(HOLDINGS, member)
                .row(HOLDINGS, Ledger.shortfallOf(member))
                .row(HOLDINGS, Ledger.expiredOf(member))
                .row(HOLDINGS, pool)
                .row(HOLDINGS, Ledger.shortfallOf(pool))
                .row(HOLDINGS, heir);
        sources.funds().forEach(fund -> needs.row(HOLDINGS, fund));
    }

    /** The same when the work takes back what some entries granted. */
    Emptying without(List<Entry> takenBack) {
        return new Emptying(member, sources.without(member, takenBack), heir);
    }

    /** Whether the member has left: what he gets is passed on by the work that gives it to him. */
    public boolean isDue(WorkingSet set) {
        return Ledger.holding(set, member).status() == Account.Status.CLOSED;
    }

    /** Whether his lots have changed since their sources were read; asked before the work changes them itself. */
    public boolean isOutdated(WorkingSet set) {
        return !sources.areOf(Ledger.holding(set, member));
    }

    /**
     * Empties the accounts and closes them. What he still owes is not looked at.
     *
     * @return the entries, all of the group; none when nothing was there
     */
    public List<Entry> empty(WorkingSet set, Note note, UUID group) {
        // Nobody else gives within the work.
        Ledger.setStatus(set, member, Account.Status.OPEN);
        List<Entry> entries = new ArrayList<>(Ledger.expire(set, member, note.by(), group));
        entries.addAll(recovered(set, note, group, Long.MAX_VALUE, Long.MAX_VALUE));
        Ledger.holding(set, member)
                .inParts(account -> account.posted() > 0)
                .forEach(lots -> entries.add(Ledger.post(
                        set,
                        passedOn(
                                lots,
                                note.draft(EntryType.ACCOUNT_CLOSE, member.book())
                                        .group(group)))));
        entries.addAll(recovered(set, poolFor(member), note, group, Long.MAX_VALUE));
        Ledger.setStatus(set, member, Account.Status.CLOSED);
        return entries;
    }

    /**
     * Takes what the member owes from what he might give away, and then from what he has of grants that were taken back: they
     * were taken from him as a debt already, and nobody grants them.
     *
     * @param ofHisOwn how much at most of what he might give away
     * @param granted how much at most of what was granted to him
     * @return the entries; none of one who owes nothing, has nothing, or is frozen
     */
    List<Entry> recovered(WorkingSet set, Note note, UUID group, long ofHisOwn, long granted) {
        List<Entry> entries = new ArrayList<>(recovered(set, member, note, group, ofHisOwn));
        if (Ledger.holding(set, member).status() != Account.Status.OPEN) {
            return entries;
        }
        long left = Math.min(Ledger.owed(set, member), granted);
        for (Account lot : Ledger.holding(set, member).accounts()) {
            long ofNoGrant = sources.ofNoGrant(Ledger.holding(set, member), lot.lot());
            long amount = Math.min(left, Math.min(ofNoGrant, lot.available()));
            if (amount > 0) {
                entries.add(Ledger.giveBack(
                        set,
                        Ledger.recovery(set, member.book(), note.by(), group)
                                .debit(member, lot.lot(), amount)
                                .credit(Ledger.shortfallOf(member), amount)));
                left -= amount;
            }
        }
        return entries;
    }

    /** What {@link Ledger#recover} posts: an entry, or none. */
    static List<Entry> recovered(WorkingSet set, Holder owing, Note note, UUID group, long atMost) {
        Entry recovery = Ledger.recover(set, owing, atMost, note.by(), group);
        return recovery == null ? List.of() : List.of(recovery);
    }

    private Draft passedOn(List<Account> lots, Draft draft) {
        for (Account account : lots) {
            draft.debit(member, account.lot(), account.posted());
            if (account.lot().restricted()) {
                sources.giveBack(account, draft, poolFor(member));
            } else {
                draft.credit(heir, account.posted());
            }
        }
        return draft;
    }
}
