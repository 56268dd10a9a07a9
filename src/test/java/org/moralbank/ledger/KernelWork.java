package org.moralbank.ledger;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.ledger.Ledger.HOLDS;
import static org.moralbank.ledger.Ledger.REVERSALS;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.RandomWork.Leg;
import org.moralbank.ledger.RandomWork.Part;
import org.moralbank.ledger.RandomWork.Who;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.Rejection;

/** A random work as the kernel does it; it says in a line what came of it, as the model does. */
final class KernelWork {
    static final Attribution BY = new Attribution(1, "tests", null, null, null);

    /** Entries by what is known of them after their commit; a reversal starts from one. */
    static final class Entries {
        private final Map<EntryTable.Key, Entry> known = new ConcurrentHashMap<>();

        void learn(Entry entry) {
            known.put(new EntryTable.Key(entry.book(), entry.seq()), entry);
        }

        Entry get(int book, long seq) {
            return Objects.requireNonNull(known.get(new EntryTable.Key(book, seq)));
        }
    }

    private final RandomWork work;
    private final Entries entries;

    /** What the last decision posted and placed. */
    final List<Entry> posted = new ArrayList<>();

    final List<RandomWork.Place> placed = new ArrayList<>();

    KernelWork(RandomWork work, Entries entries) {
        this.work = work;
        this.entries = entries;
    }

    static Holder holder(int book, Who who) {
        return new Holder(book, Chart.of(who.code()), who.owner(), Unit.valueOf(who.unit()));
    }

    private static Lot lot(Part part) {
        return new Lot(part.origin(), part.expiresOn(), part.restricted());
    }

    void needs(Needs needs) {
        needs(work, needs);
    }

    private void needs(RandomWork one, Needs needs) {
        needs.row(BOOKS, one.book());
        switch (one) {
            case RandomWork.Post post ->
                post.legs().forEach(leg -> Ledger.needHolding(needs, holder(post.book(), leg.who())));
            case RandomWork.Place place -> needs.row(HOLDINGS, holder(place.book(), place.who()));
            case RandomWork.Capture capture ->
                needs.row(HOLDINGS, holder(capture.book(), capture.who()))
                        .row(HOLDINGS, holder(capture.book(), capture.to()))
                        .row(HOLDS, new HoldTable.Key(capture.book(), capture.hold()));
            case RandomWork.Release release ->
                needs.row(HOLDINGS, holder(release.book(), release.who()))
                        .row(HOLDS, new HoldTable.Key(release.book(), release.hold()));
            case RandomWork.Reverse reverse -> {
                Entry original = entries.get(reverse.book(), reverse.seq());
                needs.row(REVERSALS, new EntryTable.Key(reverse.book(), reverse.seq()));
                original.postings().forEach(posting -> needs.row(HOLDINGS, posting.holder()));
                Ledger.shortfallsOf(original).forEach(shortfall -> needs.row(HOLDINGS, shortfall));
            }
            case RandomWork.Recover recover ->
                needs.row(HOLDINGS, holder(recover.book(), recover.who()))
                        .row(HOLDINGS, Ledger.shortfallOf(holder(recover.book(), recover.who())));
            case RandomWork.Expire expire ->
                needs.row(HOLDINGS, holder(expire.book(), expire.who()))
                        .row(HOLDINGS, Ledger.expiredOf(holder(expire.book(), expire.who())));
            case RandomWork.SetStatus status -> needs.row(HOLDINGS, holder(status.book(), status.who()));
            case RandomWork.SetBudget budget -> Ledger.needHolding(needs, holder(budget.book(), budget.who()));
            case RandomWork.Together together -> together.works().forEach(each -> needs(each, needs));
            case RandomWork.Refuse refuse -> {}
        }
    }

    /** Decides; leaves with the refusal, as works do. */
    String decide(WorkingSet set) {
        posted.clear();
        placed.clear();
        return decide(work, set);
    }

    /** Decides; a refusal is undone here and told. */
    String decideAndTell(WorkingSet set) {
        int mark = set.mark();
        try {
            return decide(set);
        } catch (RefusedException refused) {
            set.undoTo(mark);
            posted.clear();
            placed.clear();
            return refused(refused.rejection());
        }
    }

    static String refused(Rejection rejection) {
        return "refused " + rejection.code() + " " + new TreeMap<>(rejection.facts());
    }

    private String decide(RandomWork one, WorkingSet set) {
        return switch (one) {
            case RandomWork.Post post -> {
                Draft draft = Draft.of(EntryType.valueOf(post.type()), post.book(), post.occurredOn(), BY);
                post.legs().forEach(leg -> add(draft, post.book(), leg));
                yield told(Ledger.post(set, draft));
            }
            case RandomWork.Place place -> {
                Holder holder = holder(place.book(), place.who());
                Hold hold = Ledger.hold(set, place.hold(), holder, place.amount(), place.expiresAt(), null);
                placed.add(place);
                yield "held "
                        + hold.lines().stream()
                                .map(line -> Objects.requireNonNull(Ledger.holding(set, holder)
                                                        .find(line.account()))
                                                .path()
                                        + "=" + line.amount())
                                .toList();
            }
            case RandomWork.Capture capture ->
                told(Ledger.capture(
                        set,
                        capture.hold(),
                        holder(capture.book(), capture.who()),
                        capture.amount(),
                        Draft.of(
                                        EntryType.REDEEM_CAPTURE,
                                        capture.book(),
                                        set.get(BOOKS, capture.book()).dayOf(set.now()),
                                        BY)
                                .credit(holder(capture.book(), capture.to()), capture.amount())));
            case RandomWork.Release release ->
                "released as "
                        + Ledger.release(
                                        set,
                                        release.hold(),
                                        holder(release.book(), release.who()),
                                        release.expired() ? Hold.Status.EXPIRED : Hold.Status.RELEASED)
                                .status();
            case RandomWork.Reverse reverse -> {
                if (set.find(REVERSALS, new EntryTable.Key(reverse.book(), reverse.seq())) != null) {
                    throw new PostingRejection.HoldExceeded("reversed", 0, 1, Unit.MIN).refused();
                }
                Entry original = entries.get(reverse.book(), reverse.seq());
                yield told(Ledger.reverse(
                        set, original, Draft.of(EntryType.REVERSAL, reverse.book(), original.occurredOn(), BY)));
            }
            case RandomWork.Recover recover -> {
                Entry entry = Ledger.recover(set, holder(recover.book(), recover.who()), BY, null);
                yield entry == null ? "nothing to recover" : told(entry);
            }
            case RandomWork.Expire expire -> {
                List<Entry> entries = Ledger.expire(set, holder(expire.book(), expire.who()), BY, null);
                yield entries.isEmpty()
                        ? "nothing to expire"
                        : entries.stream().map(this::told).collect(Collectors.joining(" and "));
            }
            case RandomWork.SetStatus status -> {
                Ledger.setStatus(set, holder(status.book(), status.who()), Account.Status.valueOf(status.status()));
                yield "status " + status.status();
            }
            case RandomWork.SetBudget budget -> {
                Budget made = Ledger.setBudget(
                        set, holder(budget.book(), budget.who()), budget.amount(), new Budget.Decision(BY, null, null));
                yield "budget " + made.number() + " of " + made.amount() + " over " + made.issued();
            }
            case RandomWork.Together together -> {
                List<String> told = new ArrayList<>();
                together.works().forEach(each -> told.add(decide(each, set)));
                yield String.join(" and ", told);
            }
            case RandomWork.Refuse refuse -> throw new PostingRejection.HoldExceeded("?", 0, 1, Unit.MIN).refused();
        };
    }

    private static void add(Draft draft, int book, Leg leg) {
        Holder holder = holder(book, leg.who());
        switch (leg.side()) {
            case SPEND -> draft.spend(holder, leg.amount(), Spending.ON_SERVICE);
            case SPEND_AS_GIFT -> draft.spend(holder, leg.amount(), Spending.AS_A_GIFT);
            case DEBIT -> draft.debit(holder, lot(leg.part()), leg.amount());
            case CREDIT -> draft.credit(holder, lot(leg.part()), leg.amount());
        }
    }

    private String told(Entry entry) {
        posted.add(entry);
        return "posted " + entry.seq() + " "
                + entry.postings().stream()
                        .map(posting -> posting.account() + "=" + posting.amount() + "/" + posting.balanceAfter() + "/"
                                + posting.version())
                        .toList();
    }

    /** The accounts of a holding, told as the model tells its own. */
    static void tell(@Nullable Holding holding, Map<String, String> told) {
        if (holding != null) {
            holding.accounts()
                    .forEach(account -> told.put(
                            account.path(),
                            account.posted() + " held " + account.held() + " version " + account.version() + " "
                                    + account.status()));
        }
    }
}
