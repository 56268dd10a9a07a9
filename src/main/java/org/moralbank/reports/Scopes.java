package org.moralbank.reports;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.LedgerReads;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Moments;
import org.moralbank.platform.ProtocolRejection;

/** Resolves what is asked of a report to the entries that it counts. */
@ApplicationScoped
public class Scopes {
    /** More than any book will have. */
    private static final long LARGEST_SEQ = 999_999_999_999_999_999L;

    private final ReportStore store;
    private final LedgerReads ledger;

    Scopes(ReportStore store, LedgerReads ledger) {
        this.store = store;
        this.ledger = ledger;
    }

    /**
     * What is asked of a report.
     *
     * @param asOf of the entries posted by then
     * @param toSeq of the entries up to this one; instead of {@code asOf}
     * @param fromSeq the period begins with this entry
     * @param from the period begins on this business day
     * @param on it ends on this one
     */
    public record Asked(
            @Nullable Instant asOf,
            @Nullable Long toSeq,
            @Nullable Long fromSeq,
            @Nullable LocalDate from,
            @Nullable LocalDate on) {
        /** Checks the parameters of a query; what is wrong is noted in {@code fields}. */
        static Asked of(
                Fields fields,
                @Nullable String asOf,
                @Nullable String toSeq,
                @Nullable String fromSeq,
                @Nullable String from,
                @Nullable String on) {
            Instant moment = fields.optionalMoment("asOf", asOf);
            if (asOf != null && toSeq != null) {
                fields.fault("toSeq", "as-of");
            }
            Asked asked = new Asked(
                    // Posting times have microseconds, and so has the answer.
                    moment == null ? null : Moments.kept(moment),
                    seq(fields, "toSeq", toSeq),
                    seq(fields, "fromSeq", fromSeq),
                    fields.optionalDay("from", from),
                    fields.optionalDay("on", on));
            fields.inOrder("from", asked.from, asked.on);
            fields.inOrder("fromSeq", asked.fromSeq, asked.toSeq);
            return asked;
        }

        /** Whether all that is there now is meant. */
        boolean isNow() {
            return asOf == null && toSeq == null && on == null;
        }

        private static @Nullable Long seq(Fields fields, String field, @Nullable String value) {
            if (value == null) {
                return null;
            }
            return fields.number(
                    field, value.matches("[0-9]{1,18}") ? Long.valueOf(value) : Long.valueOf(-1), 1, LARGEST_SEQ);
        }
    }

    /**
     * The entries that are meant: without a moment and a number, all that are there now. Refuses a moment and days that are
     * to come, and an entry that the book has not reached.
     */
    public Uni<Scope> resolve(BookHandle book, Asked asked) {
        LocalDate today = book.dayOf(Instant.now());
        refuseFuture("on", asked.on, today);
        refuseFuture("from", asked.from, today);
        Uni<Long> last = asked.asOf == null
                ? store.lastSeq(book.id()).invoke(reached -> refuseUnreached(asked, reached))
                : ledger.seqAt(book, asked.asOf);
        return last.map(reached -> asked.toSeq == null ? reached : asked.toSeq)
                .chain(lastSeq -> resolved(book, asked, lastSeq));
    }

    /** The entries that a page before counted, by its cursor, when the same is asked. */
    Uni<Scope> resolve(BookHandle book, Asked asked, String seen) {
        if (!seen.matches("0|[1-9][0-9]{0,17}")) {
            throw ProtocolRejection.Invalid.field("after", "cursor").refused();
        }
        long lastSeq = Long.parseLong(seen);
        return store.lastSeq(book.id()).chain(reached -> {
            if (lastSeq > reached) {
                throw ProtocolRejection.Invalid.field("after", "cursor").refused();
            }
            return resolved(book, asked, lastSeq);
        });
    }

    private Uni<Scope> resolved(BookHandle book, Asked asked, long lastSeq) {
        return sureThrough(book, asked, lastSeq)
                .map(sure -> new Scope(lastSeq, asked.fromSeq, asked.from, asked.on, sure));
    }

    private static void refuseFuture(String field, @Nullable LocalDate day, LocalDate today) {
        if (day != null && day.isAfter(today)) {
            throw ProtocolRejection.Invalid.field(field, "future").refused();
        }
    }

    private static void refuseUnreached(Asked asked, long reached) {
        if (asked.toSeq != null && asked.toSeq > reached) {
            throw ProtocolRejection.Invalid.field("toSeq", "not-reached").refused();
        }
    }

    /** Only entries posted since a day can have happened on it have to be looked at one by one. */
    private Uni<Long> sureThrough(BookHandle book, Asked asked, long lastSeq) {
        long bound = Math.min(asked.fromSeq == null ? lastSeq : asked.fromSeq - 1, lastSeq);
        LocalDate day = asked.from != null ? asked.from : asked.on;
        if (day == null) {
            return Uni.createFrom().item(bound);
        }
        return ledger.before(book, day).map(before -> Math.min(bound, before));
    }
}
