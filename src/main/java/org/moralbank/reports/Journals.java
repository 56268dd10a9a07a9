package org.moralbank.reports;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.EntryFilter;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.LedgerReads;
import org.moralbank.platform.Language;
import org.moralbank.platform.Snapshots;
import org.moralbank.platform.TableFile;

/** Journals: all entries by their lines, in order of seq, as they were sealed. */
@ApplicationScoped
public class Journals {
    private static final int PAGE = 2_000;

    private static final Column[] COLUMNS = {
        Column.SEQ,
        Column.LINE,
        Column.TYPE,
        Column.UNIT,
        Column.OCCURRED_ON,
        Column.POSTED_AT,
        Column.ACCOUNT,
        Column.DEBIT,
        Column.CREDIT,
        Column.CLIENT,
        Column.ACTOR,
        Column.ON_BEHALF_OF,
        Column.APPROVER,
        Column.REFERENCE,
        Column.GROUP,
        Column.REVERSES
    };

    private final LedgerReads ledger;
    private final Snapshots snapshots;

    Journals(LedgerReads ledger, Snapshots snapshots) {
        this.ledger = ledger;
        this.snapshots = snapshots;
    }

    /**
     * Lines behind one.
     *
     * @param seq the entry of the line before
     * @param line the line before; all of the entry's when it was the last
     */
    Uni<List<JournalLine>> lines(BookHandle book, Scope scope, long seq, int line, int limit) {
        // Its entry again, and others of two lines each at least.
        return entries(book, scope, seq - 1, limit / 2 + 2)
                .map(entries -> entries.stream()
                        .flatMap(entry -> JournalLine.of(entry).stream())
                        .filter(one -> one.seq() > seq || one.line() > line)
                        .limit(limit)
                        .toList());
    }

    /** All lines, page by page. */
    public Multi<List<JournalLine>> lines(BookHandle book, Scope scope) {
        return Multi.createBy()
                .repeating()
                .uni(
                        AtomicLong::new,
                        after -> entries(book, scope, after.get(), PAGE).invoke(entries -> {
                            if (!entries.isEmpty()) {
                                after.set(entries.getLast().seq());
                            }
                        }))
                .whilst(entries -> entries.size() == PAGE)
                .map(entries -> entries.stream()
                        .flatMap(entry -> JournalLine.of(entry).stream())
                        .toList());
    }

    private Uni<List<EntryView>> entries(BookHandle book, Scope scope, long after, int limit) {
        EntryFilter days = EntryFilter.ALL.withOccurred(scope.from(), scope.on());
        // Of the entries up to there it is known that they are before the period.
        long before = scope.hasPeriod() ? Math.max(scope.sureThrough(), scope.firstOfPeriod() - 1) : 0;
        return snapshots.answer(
                database -> ledger.sealed(database, book, days, Math.max(after, before), scope.lastSeq(), limit));
    }

    /** All lines as a file; the same scope is the same file for ever. */
    public Multi<Buffer> file(BookHandle book, Scope scope, TableFile file, Language headings) {
        return ReportFile.of(file, Column.headings(headings, COLUMNS), lines(book, scope), Journals::cells);
    }

    private static @Nullable Object[] cells(JournalLine line) {
        return new @Nullable Object[] {
            line.seq(),
            line.line(),
            line.type(),
            line.unit(),
            line.occurredOn(),
            line.postedAt(),
            line.account(),
            line.debit(),
            line.credit(),
            line.client(),
            line.actor(),
            line.onBehalfOf(),
            line.approver(),
            line.reference(),
            line.group(),
            line.reverses()
        };
    }
}
