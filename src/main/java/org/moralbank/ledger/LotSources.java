package org.moralbank.ledger;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the restricted lots of a holder came from: which fund granted how much to each, as {@link LotStore} read it. What
 * came back to a lot with grace has the sources of the lots like it, less what such lots have given back before.
 */
public record LotSources(Map<Lot, Source> byLot) {
    /** Of who has been granted nothing. */
    public static final LotSources NONE = new LotSources(Map.of());

    /** What one fund granted to a lot, less what it took back. */
    record Grant(Holder fund, long amount) {}

    /** A lot as it was read: the version of its account, and who granted, the last first. */
    record Source(long version, List<Grant> grants) {
        boolean hasGranted() {
            return grants.stream().anyMatch(grant -> grant.amount() > 0);
        }

        /** Without what an entry granted. */
        Source without(Entry takenBack) {
            return new Source(
                    version,
                    grants.stream()
                            .map(grant -> new Grant(grant.fund(), grant.amount() + postedTo(grant.fund(), takenBack)))
                            .toList());
        }

        private static long postedTo(Holder fund, Entry entry) {
            return entry.postings().stream()
                    .filter(posting -> posting.holder().equals(fund))
                    .mapToLong(Posting::amount)
                    .sum();
        }
    }

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

    /** Without what some entries granted to the holder, because their reversal gives it back to the funds by itself. */
    LotSources without(Holder holder, List<Entry> takenBack) {
        Map<Lot, Source> left = new LinkedHashMap<>(byLot);
        for (Entry entry : takenBack) {
            for (Posting posting : entry.postings()) {
                if (posting.amount() > 0 && posting.holder().equals(holder)) {
                    left.computeIfPresent(posting.lot(), (lot, source) -> source.without(entry));
                }
            }
        }
        return new LotSources(left);
    }

    /**
     * What a lot and those like it have beyond the grants that stand: of a grant that was taken back when it was spent already,
     * and came back since. Zero of a lot of which no grant is known.
     */
    long ofNoGrant(Holding holding, Lot lot) {
        List<Grant> grants = byLot.entrySet().stream()
                .filter(source -> source.getKey().isLike(lot))
                .flatMap(source -> source.getValue().grants().stream())
                .toList();
        if (!lot.restricted() || grants.isEmpty()) {
            return 0;
        }
        long has = holding.accounts().stream()
                .filter(account -> account.lot().isLike(lot))
                .mapToLong(Account::posted)
                .sum();
        return Math.max(
                0, has - Math.max(0, grants.stream().mapToLong(Grant::amount).sum()));
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
        if (itself != null && itself.hasGranted()) {
            return itself.grants();
        }
        Map<Holder, Long> byFund = new LinkedHashMap<>();
        byLot.forEach((like, source) -> {
            if (like.isLike(lot)) {
                source.grants().forEach(grant -> byFund.merge(grant.fund(), grant.amount(), Math::addExact));
            }
        });
        List<Grant> grants = new ArrayList<>();
        byFund.forEach((fund, amount) -> grants.add(new Grant(fund, amount)));
        return grants;
    }
}
