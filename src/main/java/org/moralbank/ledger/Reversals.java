package org.moralbank.ledger;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.ledger.Ledger.REVERSALS;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Ids;
import org.moralbank.platform.ProtocolRejection;

/**
 * Takes entries back by their mirror.
 *
 * <p>What was made together is taken back together, the last first: an earning from which a shortfall was recovered gives
 * the recovered amount back to the earner and opens the shortfall again before the earning itself is taken, so that its
 * owner stands where he stood before it. What had expired of a grant comes back before the grant is taken: nobody owes what
 * he could not spend. Frozen and closed accounts take part; what comes back to a member who has left is {@linkplain Emptying
 * passed on} in the same group, as when he left, but to the pool what is his own. What his closing {@linkplain GivenBack
 * gave back} is not taken back as well. What a pool owes is paid from what comes back to it.
 */
@ApplicationScoped
public class Reversals {
    /** An entry whose lots change again and again is busier than a person can correct it. */
    private static final int ATTEMPTS = 5;

    private final ReversalStore store;
    private final LotStore lots;
    private final Commits commits;

    Reversals(ReversalStore store, LotStore lots, Commits commits) {
        this.store = store;
        this.lots = lots;
        this.commits = commits;
    }

    /** What was posted to take entries back. */
    @Schema(name = "Reversal")
    record Reversal(
            @Schema(description = "The entry that was asked to be reversed", examples = "12")
            long reverses,

            @Schema(
                    description =
                            "The mirror entries, with the balances after; those made together, the last first. Then what"
                                    + " passes on what came back to a member who has left, and what is paid of what is owed from"
                                    + " what came back")
            List<EntryView> entries) {}

    /**
     * Reverses an entry and those made with it. Refuses, in this order: an entry that is not there, a reversal, an entry
     * that another operation takes back, one that was reversed before, one that a closing gave back, and what the kernel
     * refuses.
     */
    public Uni<Answer> reverse(Ask ask, BookHandle book, long seq, Note note) {
        return reverse(ask, book, seq, note, ATTEMPTS);
    }

    private Uni<Answer> reverse(Ask ask, BookHandle book, long seq, Note note, int attempts) {
        // Entries never change and a group is made in one commit, so that both may be read before this one.
        return store.withItsGroup(book.id(), seq).chain(together -> {
            if (together.isEmpty()) {
                throw new ProtocolRejection.NotFound("entry").refused();
            }
            return expired(book, together)
                    .chain(expired -> emptyings(expired.entries(), together)
                            .chain(emptyings -> givenBack(book, together)
                                    .map(givenBack ->
                                            new Reversing(book, seq, together, expired, emptyings, givenBack, note))))
                    .chain(work -> commits.submit(ask, book.id(), work)
                            .chain(answer -> work.outdated && attempts > 1
                                    ? reverse(ask, book, seq, note, attempts - 1)
                                    : Uni.createFrom().item(answer)));
        });
    }

    /** How each member to whom something comes back passes it on, should he have left. */
    private Uni<List<Emptying>> emptyings(List<Entry> expired, List<Entry> together) {
        List<Holder> members = debited(Stream.concat(expired.stream(), together.stream()))
                .filter(GivenBack::isMember)
                .toList();
        return Multi.createFrom()
                .iterable(members)
                .onItem()
                .transformToUniAndConcatenate(
                        member -> lots.sourcesOf(member).map(sources -> new Emptying(member, sources)))
                .collect()
                .asList();
    }

    private Uni<GivenBack> givenBack(BookHandle book, List<Entry> together) {
        List<Integer> members =
                accounts(together, posting -> posting.amount() > 0 && GivenBack.isMember(posting.holder()));
        return members.isEmpty()
                ? Uni.createFrom().item(GivenBack.NOTHING)
                : store.givenBack(book.id(), members, accounts(together, posting -> posting.amount() < 0));
    }

    private static List<Integer> accounts(List<Entry> entries, Predicate<Posting> which) {
        return entries.stream()
                .flatMap(entry -> entry.postings().stream())
                .filter(which)
                .map(Posting::accountId)
                .distinct()
                .toList();
    }

    /** To whom something comes back when entries are reversed. */
    private static Stream<Holder> debited(Stream<Entry> entries) {
        return entries.flatMap(entry -> entry.postings().stream())
                .filter(posting -> posting.amount() < 0)
                .map(Posting::holder)
                .distinct();
    }

    /**
     * What expired of the lots that some entries credited.
     *
     * @param versions of the accounts of the lots, read before the entries were: what expired up to them is known
     * @param entries by which it did and that were not reversed, the last first
     */
    private record Expired(Map<Integer, Long> versions, List<Entry> entries) {
        static final Expired NOTHING = new Expired(Map.of(), List.of());
    }

    private Uni<Expired> expired(BookHandle book, List<Entry> credited) {
        List<Integer> lots = accounts(
                credited, posting -> posting.amount() > 0 && posting.lot().expiresOn() != null);
        if (lots.isEmpty()) {
            return Uni.createFrom().item(Expired.NOTHING);
        }
        return store.versions(book.id(), lots)
                .chain(versions -> store.expiries(book.id(), lots).map(entries -> new Expired(versions, entries)));
    }

    private static final class Reversing implements Work {
        private final BookHandle book;
        private final long seq;
        private final List<Entry> together;
        private final Expired expired;
        private final List<Emptying> emptyings;
        private final GivenBack givenBack;
        private final List<Holder> owing;
        private final Note note;
        private final UUID group = Ids.next();

        /** Whether the last decision found lots that may have changed since it was read what expired of them, and who granted. */
        private volatile boolean outdated;

        Reversing(
                BookHandle book,
                long seq,
                List<Entry> together,
                Expired expired,
                List<Emptying> emptyings,
                GivenBack givenBack,
                Note note) {
            this.book = book;
            this.seq = seq;
            this.together = together;
            this.expired = expired;
            this.emptyings = emptyings;
            this.givenBack = givenBack;
            // A recovery that is taken back is the debt again, and pays nothing.
            this.owing = debited(together.stream().filter(entry -> entry.type() != EntryType.SHORTFALL_RECOVER))
                    .filter(holder -> holder.chart().shortfall() != null)
                    .toList();
            this.note = note;
        }

        @Override
        public int weight() {
            return expired.entries().size() + together.size();
        }

        @Override
        public void needs(Needs needs) {
            needs.row(BOOKS, book.id());
            expired.entries().forEach(entry -> need(needs, entry));
            together.forEach(entry -> need(needs, entry));
            emptyings.forEach(emptying -> emptying.needs(needs));
            owing.forEach(holder -> needs.row(HOLDINGS, Ledger.shortfallOf(holder)));
        }

        private static void need(Needs needs, Entry entry) {
            needs.row(REVERSALS, key(entry));
            entry.postings().forEach(posting -> needs.row(HOLDINGS, posting.holder()));
            Ledger.shortfallsOf(entry).forEach(shortfall -> needs.row(HOLDINGS, shortfall));
        }

        @Override
        public Answer decide(WorkingSet set) {
            outdated = false;
            // What was named is refused for what it is itself, before what was made with it.
            Stream.concat(together.stream().filter(entry -> entry.seq() == seq), together.stream())
                    .forEach(Reversals::refuseKind);
            for (Entry entry : together) {
                Long reversedBy = set.find(REVERSALS, key(entry));
                if (reversedBy != null) {
                    throw new ReversalRejection.AlreadyReversed(entry.seq(), reversedBy).refused();
                }
            }
            List<Emptying> due =
                    emptyings.stream().filter(emptying -> emptying.isDue(set)).toList();
            boolean owes = owing.stream().anyMatch(holder -> Ledger.owed(set, holder) > 0);
            if (emptyings.stream()
                            .filter(emptying -> emptying.isDue(set) || Ledger.owed(set, emptying.member()) > 0)
                            .anyMatch(emptying -> emptying.isOutdated(set))
                    || together.stream()
                            .flatMap(entry -> entry.postings().stream())
                            .anyMatch(posting -> changed(set, posting) || givenBack.isOutdated(set, posting))) {
                outdated = true;
                throw new ProtocolRejection.Plain("book-busy").refused();
            }
            together.forEach(entry -> givenBack.refuse(set, entry));
            String location = "";
            UUID common = weight() == 1 && due.isEmpty() && !owes ? null : group;
            List<Entry> posted = new ArrayList<>();
            for (Entry entry : expired.entries()) {
                if (set.find(REVERSALS, key(entry)) == null) {
                    posted.add(mirrored(set, entry, common));
                }
            }
            for (Entry entry : together) {
                Entry mirror = mirrored(set, entry, common);
                posted.add(mirror);
                if (entry.seq() == seq) {
                    location = book.path() + "/entries/" + mirror.seq();
                }
            }
            List<Entry> mirrors = List.copyOf(posted);
            due.forEach(emptying -> posted.addAll(emptying.without(together).empty(set, note, group)));
            if (owes) {
                owing.forEach(holder -> posted.addAll(recovered(set, holder, mirrors)));
            }
            return Answer.created(
                    location,
                    new Reversal(seq, posted.stream().map(EntryView::of).toList()));
        }

        /** What came back to who owes pays it. Of who has left, it was passed on. */
        private List<Entry> recovered(WorkingSet set, Holder holder, List<Entry> mirrors) {
            long ofHisOwn = cameBack(holder, mirrors, false);
            long granted = cameBack(holder, mirrors, true);
            return emptyings.stream()
                    .filter(emptying -> emptying.member().equals(holder))
                    .findFirst()
                    .map(emptying -> emptying.without(together).recovered(set, note, group, ofHisOwn, granted))
                    .orElseGet(() -> Emptying.recovered(set, holder, note, group, ofHisOwn));
        }

        private static long cameBack(Holder holder, List<Entry> mirrors, boolean restricted) {
            long net = mirrors.stream()
                    .flatMap(mirror -> mirror.postings().stream())
                    .filter(posting ->
                            posting.holder().equals(holder) && posting.lot().restricted() == restricted)
                    .mapToLong(Posting::amount)
                    .sum();
            return Math.max(0, net);
        }

        private boolean changed(WorkingSet set, Posting posting) {
            Long version = expired.versions().get(posting.accountId());
            if (version == null) {
                return false;
            }
            Account lot = Ledger.holding(set, posting.holder()).find(posting.lot());
            return lot == null || lot.version() != version;
        }

        private Entry mirrored(WorkingSet set, Entry entry, @Nullable UUID common) {
            return Ledger.reverse(
                    set, entry, note.draft(EntryType.REVERSAL, book.id()).group(common));
        }
    }

    private static EntryTable.Key key(Entry entry) {
        return new EntryTable.Key(entry.book(), entry.seq());
    }

    private static void refuseKind(Entry entry) {
        if (entry.type() == EntryType.REVERSAL) {
            throw new ReversalRejection.ReversalNotReversible(entry.seq()).refused();
        }
        if (!entry.type().isReversible()) {
            throw new ReversalRejection.UseOtherOperation(entry.seq(), entry.type()).refused();
        }
    }
}
