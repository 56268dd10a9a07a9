package org.moralbank.ledger;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.WorkingSet;

/**
 * What the closings of members gave back to those from whom it had come: granted time to its fund or pool, points to the
 * pool, a gift to the heir who had given it. The mirror of what gave it would give it back a second time, and make the member
 * owe it who has left.
 *
 * @param versions of the accounts of members who have left, as they were read
 * @param flows between each of them and those who gave
 */
record GivenBack(Map<Integer, Long> versions, List<Flow> flows) {
    /** Of entries that gave no member anything. */
    static final GivenBack NOTHING = new GivenBack(Map.of(), List.of());

    /**
     * What passed between a source, all accounts of it, and an account.
     *
     * @param left what the source gave and no reversal took, less what closings gave back to it
     * @param closing the last entry that did, or null
     */
    record Flow(
            int account, Holder source, long left, @Nullable Long closing) {}

    /** Whether what was read of a member who has left is no longer so. */
    boolean isOutdated(WorkingSet set, Posting given) {
        return isToOneWhoHasLeft(set, given)
                && Ledger.holding(set, given.holder()).accounts().stream()
                        .anyMatch(account -> !Long.valueOf(account.version()).equals(versions.get(account.id())));
    }

    /** Refuses to take an entry back of which a source has back so much already that it would get more than it gave. */
    void refuse(WorkingSet set, Entry entry) {
        for (Posting given : entry.postings()) {
            if (isToOneWhoHasLeft(set, given)) {
                entry.postings().stream()
                        .filter(posting -> posting.amount() < 0)
                        .collect(groupingBy(Posting::holder, summingLong(posting -> -posting.amount())))
                        .forEach((source, amount) ->
                                refuse(set, entry, given, source, Math.min(given.amount(), amount)));
            }
        }
    }

    private static boolean isToOneWhoHasLeft(WorkingSet set, Posting given) {
        return given.amount() > 0
                && isMember(given.holder())
                && Ledger.holding(set, given.holder()).status() == Account.Status.CLOSED;
    }

    static boolean isMember(Holder holder) {
        return holder.chart() == Chart.MEMBER_TIME || holder.chart() == Chart.MEMBER_POINTS;
    }

    /** What had expired came back to a lot like it, and went from there; the lot itself still looks as if it had all. */
    private void refuse(WorkingSet set, Entry entry, Posting given, Holder source, long wanted) {
        Holding holding = Ledger.holding(set, given.holder());
        List<Flow> itself = between(holding, source, given.lot()::equals);
        List<Flow> withThoseLikeIt =
                between(holding, source, lot -> lot.equals(given.lot()) || lot.isLike(given.lot()));
        long closing = withThoseLikeIt.stream()
                .map(Flow::closing)
                .filter(seq -> seq != null)
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
        if (closing > 0 && Math.min(left(itself), left(withThoseLikeIt)) < wanted) {
            throw new ReversalRejection.GivenBack(entry.seq(), closing).refused();
        }
    }

    private List<Flow> between(Holding holding, Holder source, Predicate<Lot> which) {
        List<Integer> accounts = holding.accounts().stream()
                .filter(account -> which.test(account.lot()))
                .map(Account::id)
                .toList();
        return flows.stream()
                .filter(flow -> flow.source().equals(source) && accounts.contains(flow.account()))
                .toList();
    }

    private static long left(List<Flow> flows) {
        return flows.stream().mapToLong(Flow::left).sum();
    }
}
