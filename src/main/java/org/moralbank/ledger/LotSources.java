package org.moralbank.ledger;

import java.util.List;
import java.util.Map;

/**
 * Where the restricted lots of a holder came from: which fund granted how much to each, as {@link LotStore} read it, by
 * the id of the lot's account.
 */
public record LotSources(Map<Integer, Source> byAccount) {
    /** What one fund granted to a lot, less what it took back. */
    record Grant(Holder fund, long amount) {}

    /** A lot as it was read: its version, and who granted, the last first. */
    record Source(long version, List<Grant> grants) {}

    /** The accounts of the funds, for the needs of a work. */
    public List<Holder> funds() {
        return byAccount.values().stream()
                .flatMap(source -> source.grants().stream())
                .map(Grant::fund)
                .distinct()
                .toList();
    }

    /** Whether they are the sources of the holding as it is now: postings do not change, but a lot may have had another. */
    public boolean areOf(Holding holding) {
        for (Account account : holding.accounts()) {
            if (account.lot().restricted() && account.posted() > 0) {
                Source source = byAccount.get(account.id());
                if (source == null || source.version() != account.version()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Credits what a lot has to the funds that granted it, the last first; what came from no fund to the pool. */
    public void giveBack(Account account, Draft draft, Holder pool) {
        long left = account.posted();
        Source source = byAccount.get(account.id());
        for (Grant grant : source == null ? List.<Grant>of() : source.grants()) {
            long part = Math.min(left, grant.amount());
            if (part > 0) {
                draft.credit(grant.fund(), part);
                left -= part;
            }
        }
        if (left > 0) {
            draft.credit(pool, left);
        }
    }
}
