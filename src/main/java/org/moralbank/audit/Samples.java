package org.moralbank.audit;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.LedgerReads;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Fields;

/** Draws samples, and puts what stands behind each entry beside it. */
@ApplicationScoped
class Samples {
    private final SampleStore store;
    private final LedgerReads reads;

    Samples(SampleStore store, LedgerReads reads) {
        this.store = store;
        this.reads = reads;
    }

    /**
     * What is asked for; the days are those of posting, and over.
     *
     * @param size how many
     */
    record Wanted(
            Sample.Method method,
            int size,
            String seed,
            @Nullable LocalDate from,
            @Nullable LocalDate to,
            @Nullable Long firstEntry,
            @Nullable Long lastEntry,
            @Nullable EntryType type,
            @Nullable Unit unit) {}

    /** Draws a sample; refuses numbers that the book has not reached. */
    Uni<SampleView> draw(BookHandle book, Wanted wanted) {
        return store.book(book)
                .chain(now -> range(book, wanted, now.lastSeq())
                        .chain(range -> store.draw(book, wanted.method(), range, wanted.seed(), wanted.size())
                                .chain(drawn -> store.evidence(book, drawn.hits())
                                        .chain(evidence -> items(book, wanted, now, drawn.hits(), evidence))
                                        .map(items -> view(wanted, range, drawn, items)))));
    }

    private Uni<Sample.Range> range(BookHandle book, Wanted wanted, long lastSeq) {
        Fields fields = new Fields();
        long first = wanted.firstEntry() == null
                ? 1
                : fields.number("firstEntry", wanted.firstEntry(), 1, Math.max(1, lastSeq));
        long last = wanted.lastEntry() == null
                ? lastSeq
                : fields.number("lastEntry", wanted.lastEntry(), 1, Math.max(1, lastSeq));
        fields.refuseFaults();
        return before(book, wanted.from())
                .chain(before -> before(
                                book, wanted.to() == null ? null : wanted.to().plusDays(1))
                        .map(through -> new Sample.Range(
                                before.map(seq -> Math.max(first, seq + 1)).orElse(first),
                                through.map(seq -> Math.min(last, seq)).orElse(last),
                                wanted.type(),
                                wanted.unit())));
    }

    /** The last entry that was posted before a day began; nothing for no day. */
    private Uni<Optional<Long>> before(BookHandle book, @Nullable LocalDate day) {
        if (day == null) {
            return Uni.createFrom().item(Optional.empty());
        }
        return reads.seqAt(book, day.atStartOfDay(book.calendar()).toInstant().minusNanos(1_000))
                .map(Optional::of);
    }

    private Uni<List<SampleView.Item>> items(
            BookHandle book,
            Wanted wanted,
            SampleStore.Book now,
            List<Sample.Hit> hits,
            SampleStore.Evidence evidence) {
        return reads.entries(book, hits.stream().map(Sample.Hit::seq).toList())
                .map(entries -> hits.stream()
                        .map(hit ->
                                item(book, wanted, now, hit, Objects.requireNonNull(entries.get(hit.seq())), evidence))
                        .toList());
    }

    private static SampleView.Item item(
            BookHandle book,
            Wanted wanted,
            SampleStore.Book now,
            Sample.Hit hit,
            EntryView entry,
            SampleStore.Evidence evidence) {
        boolean earned = switch (entry.type()) {
            case EARN_TIME, EARN_TIME_TEAM, EARN_POINTS_SERVICE -> true;
            default -> false;
        };
        return new SampleView.Item(
                entry,
                wanted.method() == Sample.Method.MONETARY_UNIT ? hit.times() : null,
                evidence.records().get(hit.seq()),
                evidence.redemptions().get(hit.seq()),
                evidence.settlements().get(hit.seq()),
                earned ? new SampleView.RuleEvidence(now.serviceEarns(), now.pointsPerHour()) : null,
                book.path() + "/log/proofs/" + hit.seq());
    }

    private static SampleView view(
            Wanted wanted, Sample.Range range, SampleStore.Drawn drawn, List<SampleView.Item> items) {
        boolean byAmount = wanted.method() == Sample.Method.MONETARY_UNIT;
        boolean byKind = wanted.method() == Sample.Method.STRATIFIED;
        return new SampleView(
                wanted.method(),
                wanted.seed(),
                wanted.size(),
                range.first(),
                range.last(),
                range.type(),
                range.unit(),
                drawn.strata().stream().mapToLong(Sample.Stratum::entries).sum(),
                byAmount ? drawn.total().toString() : null,
                drawn.strata().stream()
                        .map(stratum -> new SampleView.StratumView(
                                stratum.type(), stratum.unit(), stratum.entries(), byKind ? stratum.drawn() : null))
                        .toList(),
                items);
    }
}
