package org.moralbank.exports;

import io.smallrye.mutiny.Uni;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.LedgerReads;
import org.moralbank.reports.Scope;

/**
 * Reads what is selected of a book, page by page, and one page ahead: while one is written, the database makes the next.
 * Of business days it begins where the first of them can have been posted. Blocking, for the exporter's own thread.
 */
final class Reading {
    private final SelectionStore store;
    private final LedgerReads reads;
    private final BookHandle book;
    private final Selection selection;
    private final Runnable between;

    /** The selection from there on; null until something of it is read. */
    private @Nullable Selection toRead;

    /**
     * @param between is run between two pages, so that whoever writes long can say that he is still there
     */
    Reading(SelectionStore store, LedgerReads reads, BookHandle book, Selection selection, Runnable between) {
        this.store = store;
        this.reads = reads;
        this.book = book;
        this.selection = selection;
        this.between = between;
    }

    BookHandle book() {
        return book;
    }

    Selection selection() {
        return selection;
    }

    /** What a trial balance counts. */
    Scope scope() {
        LocalDate day = selection.from() == null ? selection.to() : selection.from();
        return selection.scope(day == null ? 0 : before(day));
    }

    private Selection toRead() {
        Selection known = toRead;
        if (known == null) {
            LocalDate from = selection.from();
            known = from == null ? selection : selection.behind(before(from));
            toRead = known;
        }
        return known;
    }

    private long before(LocalDate day) {
        return await(reads.before(book, day).subscribeAsCompletionStage());
    }

    /** The entries in their canonical bytes, in order of seq. */
    void entries(Consumer<SelectionStore.Entries> take) {
        Selection from = toRead();
        each(
                store.entries(book.id(), from, 0),
                page -> page.isLast() ? null : store.entries(book.id(), from, page.seq()),
                take);
    }

    /** The same one by one; {@code pageEnd} is run after each page. */
    void entries(Consumer<EntryView> take, Runnable pageEnd) {
        entries(page -> {
            byte[] lines = page.lines();
            int from = 0;
            for (int i = 0; i <= lines.length && from < lines.length; i++) {
                // RFC 8785 escapes line breaks, so that one is an entry's end.
                if (i == lines.length || lines[i] == '\n') {
                    byte[] line = new byte[i - from];
                    System.arraycopy(lines, from, line, 0, line.length);
                    take.accept(EntryView.sealed(line));
                    from = i + 1;
                }
            }
            pageEnd.run();
        });
    }

    /** The accounts as an entry left them, in the order in which they were first posted to. */
    void accounts(long seq, Consumer<List<SelectionStore.AccountAt>> take) {
        each(
                store.accounts(book.id(), seq, 0),
                page -> page.next() == null ? null : store.accounts(book.id(), seq, page.next()),
                page -> take.accept(page.accounts()));
    }

    /** The postings, account by account. */
    void lines(SelectionStore.Order order, Consumer<List<SelectionStore.AccountLine>> take) {
        Selection from = toRead();
        each(
                store.lines(book.id(), from, order, SelectionStore.Lines.NONE_YET),
                page -> page.isEnd() ? null : store.lines(book.id(), from, order, page),
                page -> take.accept(page.lines()));
    }

    /** To be called between two pages that were read elsewhere. */
    void goOn() {
        between.run();
    }

    SelectionStore.Totals totals() {
        return await(store.totals(book.id(), toRead()).subscribeAsCompletionStage());
    }

    /** The day on which an entry was posted. */
    LocalDate dayOf(long seq) {
        return book.dayOf(await(store.postedAt(book.id(), seq).subscribeAsCompletionStage()));
    }

    private <P> void each(Uni<P> first, Function<P, @Nullable Uni<P>> next, Consumer<P> take) {
        CompletableFuture<P> coming = first.subscribeAsCompletionStage();
        while (coming != null) {
            P page = await(coming);
            Uni<P> following = next.apply(page);
            coming = following == null ? null : following.subscribeAsCompletionStage();
            take.accept(page);
            between.run();
        }
    }

    private static <T> T await(CompletableFuture<T> coming) {
        try {
            return coming.get(ExportJobStore.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new CompletionException(failed.getCause());
        } catch (TimeoutException late) {
            throw new CompletionException(late);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new CompletionException(stopped);
        }
    }
}
