package org.moralbank.ledger;

import java.util.List;
import java.util.Map;

/**
 * Where the restricted lots of a holder came from: which fund granted how much to each, as {@link LotStore} read it. What
 * came back to a lot with grace has the sources of the lots like it.
 */
public record LotSources(Map<Lot, Source> byLot) {
    /** Of who has been granted nothing. */
    public static final LotSources NONE = new LotSources(Map.of());

    /** What one fund granted to a lot, less what it took back. */
    record Grant(Holder fund, long amount) {}

    /** A lot as it was read: the version of its account, and who granted, the last first. */
    record Source(long version, List<Grant> grants) {}

    /** The accounts of the funds, for the needs of a work. */
    public List<Holder> funds() {
        return byLot.values().stream()
                .flatMap(source -> source.grants().stream())
                .map(Grant::fund)
                .distinct()
                .toList();
    }

    /** Whether they are the sources of the holding as it is now: postings do not change, but a lot may have had another. */
    public boolean areOf(Holding holding) {
        for (Account account : holding.accounts()) {
            if (account.lot().restricted()) {
                Source source = byLot.get(account.lot());
                if (source == null || source.version() != account.version()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Credits what a lot has to the funds that granted it, the last first; what came from no fund to the pool. */
    void giveBack(Account account, Draft draft, Holder pool) {
        long left = account.posted();
        for (Grant grant : grantsOf(account.lot())) {
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

    private List<Grant> grantsOf(Lot lot) {
        Source itself = byLot.get(lot);
        if (itself != null && !itself.grants().isEmpty()) {
            return itself.grants();
        }
        return byLot.entrySet().stream()
                .filter(like -> like.getKey().isLike(lot))
                .flatMap(like -> like.getValue().grants().stream())
                .toList();
    }
}
