package org.moralbank.ledger;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.moralbank.platform.Language;
import org.moralbank.platform.Snapshots;
import org.moralbank.platform.TableFile;

/**
 * Entries as files: CSV (RFC 4180) and the journal of hledger. They stream keyset pages, each read when the one before it
 * was taken, so that their size costs no memory and who takes them slowly holds no connection; the last entry at the
 * beginning bounds them. The first page is read before anything is written, so that what takes too long is refused.
 */
@ApplicationScoped
class EntryExport {
    private static final int PAGE = 2_000;

    private final LedgerStore store;
    private final Snapshots snapshots;

    EntryExport(LedgerStore store, Snapshots snapshots) {
        this.store = store;
        this.snapshots = snapshots;
    }

    /** A header and a row per posting. */
    Multi<Buffer> csv(BookHandle book, EntryFilter filter) {
        return store.extent(book.id())
                .onItem()
                .transformToMulti(extent ->
                        written(book, filter, extent, Multi.createFrom().item(headings()), EntryExport::rows));
    }

    /**
     * A {@linkplain JournalText journal}. A filter that leaves out postings of an account takes the assertions away, which
     * would not hold.
     */
    Multi<Buffer> journal(BookHandle book, EntryFilter filter) {
        boolean asserts = filter.keepsAccountsWhole();
        return store.extent(book.id())
                .onItem()
                .transformToMulti(extent -> written(
                        book,
                        filter,
                        extent,
                        joined(List.of(
                                Multi.createFrom().item(buffer(preamble(book, extent, asserts))),
                                declarations(book, extent))),
                        page -> buffer(transactions(book, page, asserts))));
    }

    private static Multi<Buffer> joined(List<Multi<Buffer>> parts) {
        return Multi.createBy().concatenating().streams(parts).select().where(part -> part.length() > 0);
    }

    /** The entries, page by page, behind what stands before them. */
    private Multi<Buffer> written(
            BookHandle book,
            EntryFilter filter,
            LedgerStore.Extent extent,
            Multi<Buffer> before,
            Function<List<EntryView>, Buffer> written) {
        return store.before(book, filter.occurredFrom())
                .chain(start -> entries(book, filter, start, extent))
                .onItem()
                .transformToMulti(first -> joined(List.of(
                        before,
                        Multi.createFrom().item(first).map(written),
                        first.size() < PAGE
                                ? Multi.createFrom().empty()
                                : pages(
                                        first.getLast().seq(),
                                        after -> entries(book, filter, after, extent),
                                        EntryView::seq,
                                        written))));
    }

    private Uni<List<EntryView>> entries(BookHandle book, EntryFilter filter, long after, LedgerStore.Extent extent) {
        return snapshots.answer(database -> store.sealed(database, book.id(), filter, after, extent.lastSeq(), PAGE));
    }

    private Multi<Buffer> declarations(BookHandle book, LedgerStore.Extent extent) {
        return pages(
                0,
                after -> store.accounts(book.id(), AccountFilter.ALL, after, PAGE),
                account -> (long) account.id(),
                page -> buffer(declarations(page, extent)));
    }

    /** All rows behind one, page by page: the next is asked for when the one before was taken. */
    private static <T> Multi<Buffer> pages(
            long first, Function<Long, Uni<List<T>>> read, Function<T, Long> key, Function<List<T>, Buffer> written) {
        return Multi.createBy()
                .repeating()
                .uni(
                        () -> new AtomicLong(first),
                        after -> read.apply(after.get()).invoke(rows -> {
                            if (!rows.isEmpty()) {
                                after.set(key.apply(rows.getLast()));
                            }
                        }))
                .whilst(rows -> rows.size() == PAGE)
                .map(written);
    }

    private static Buffer buffer(String text) {
        return Buffer.buffer(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Buffer headings() {
        TableFile file = TableFile.Format.CSV.begin("journal", false);
        file.row(EntryRows.headings(Language.EN));
        return Buffer.buffer(file.take());
    }

    private static Buffer rows(List<EntryView> entries) {
        TableFile file = TableFile.Format.CSV.begin("journal", false);
        entries.forEach(entry -> EntryRows.write(entry, file));
        return Buffer.buffer(file.take());
    }

    private static String preamble(BookHandle book, LedgerStore.Extent extent, boolean asserts) {
        StringBuilder out = new StringBuilder();
        JournalText.preamble(book, extent.lastSeq(), asserts, out);
        return out.toString();
    }

    private static String declarations(List<Account> accounts, LedgerStore.Extent extent) {
        StringBuilder out = new StringBuilder(accounts.size() * 40);
        for (Account account : accounts) {
            if (account.id() <= extent.lastAccount()) {
                JournalText.account(account.path(), out);
            }
        }
        return out.toString();
    }

    private static String transactions(BookHandle book, List<EntryView> entries, boolean asserts) {
        StringBuilder out = new StringBuilder(entries.size() * 320);
        entries.forEach(entry -> JournalText.transaction(book, entry, asserts, out));
        return out.toString();
    }
}
