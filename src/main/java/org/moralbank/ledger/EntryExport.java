package org.moralbank.ledger;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Entries as files: CSV (RFC 4180) and the journal of hledger. They stream keyset pages, each read when the one before it
 * was taken, so that their size costs no memory; the last entry at the beginning bounds them.
 */
@ApplicationScoped
class EntryExport {
    private static final int PAGE = 2_000;

    private static final String CSV_HEADER = "seq,type,unit,occurredOn,postedAt,account,amount,balanceAfter,version,"
            + "client,actor,onBehalfOf,approver,reference,group,reverses,leafHash\r\n";

    private final LedgerStore store;

    EntryExport(LedgerStore store) {
        this.store = store;
    }

    /** A header and a row per posting. */
    Multi<Buffer> csv(BookHandle book, EntryFilter filter) {
        return store.extent(book.id())
                .onItem()
                .transformToMulti(extent -> joined(
                        Multi.createFrom().item(buffer(CSV_HEADER)), entries(book, filter, extent, EntryExport::rows)));
    }

    /**
     * A journal that {@code hledger check accounts commodities ordereddates assertions} accepts: the posting day is the
     * date, seq the code, and each posting asserts its account's balance, of that account alone. A filter that leaves out
     * postings of an account takes the assertions away, which would not hold.
     */
    Multi<Buffer> journal(BookHandle book, EntryFilter filter) {
        boolean asserts = filter.keepsAccountsWhole();
        return store.extent(book.id())
                .onItem()
                .transformToMulti(extent -> joined(
                        Multi.createFrom().item(buffer(preamble(book, extent, asserts))),
                        declarations(book, extent),
                        entries(book, filter, extent, page -> transactions(book, page, asserts))));
    }

    @SafeVarargs
    private static Multi<Buffer> joined(Multi<Buffer>... parts) {
        return Multi.createBy().concatenating().streams(parts).select().where(part -> part.length() > 0);
    }

    private Multi<Buffer> entries(
            BookHandle book, EntryFilter filter, LedgerStore.Extent extent, Function<List<EntryView>, String> written) {
        return pages(after -> store.sealed(book.id(), filter, after, extent.lastSeq(), PAGE), EntryView::seq, written);
    }

    private Multi<Buffer> declarations(BookHandle book, LedgerStore.Extent extent) {
        return pages(
                after -> store.accounts(book.id(), AccountFilter.ALL, after, PAGE),
                account -> (long) account.id(),
                page -> declarations(page, extent));
    }

    /** All rows, page by page: the next is asked for when the one before was taken. */
    private static <T> Multi<Buffer> pages(
            Function<Long, Uni<List<T>>> read, Function<T, Long> key, Function<List<T>, String> written) {
        return Multi.createBy()
                .repeating()
                .uni(
                        AtomicLong::new,
                        after -> read.apply(after.get()).invoke(rows -> {
                            if (!rows.isEmpty()) {
                                after.set(key.apply(rows.getLast()));
                            }
                        }))
                .whilst(rows -> rows.size() == PAGE)
                .map(rows -> buffer(written.apply(rows)));
    }

    private static Buffer buffer(String text) {
        return Buffer.buffer(text.getBytes(StandardCharsets.UTF_8));
    }

    // ---- CSV ---------------------------------------------------------------------------------------------------

    private static String rows(List<EntryView> entries) {
        StringBuilder out = new StringBuilder(entries.size() * 512);
        for (EntryView entry : entries) {
            for (EntryView.PostingView posting : entry.postings()) {
                out.append(entry.seq()).append(',');
                out.append(entry.type()).append(',');
                out.append(entry.unit()).append(',');
                out.append(entry.occurredOn()).append(',');
                out.append(Times.micros(entry.postedAt())).append(',');
                cell(posting.account(), out);
                out.append(posting.amount()).append(',');
                out.append(posting.balanceAfter()).append(',');
                out.append(posting.version()).append(',');
                cell(entry.client(), out);
                cell(entry.actor(), out);
                cell(entry.onBehalfOf(), out);
                cell(entry.approver(), out);
                cell(entry.reference(), out);
                cell(entry.group(), out);
                cell(entry.reverses(), out);
                out.append(entry.leafHash()).append("\r\n");
            }
        }
        return out.toString();
    }

    private static void cell(@Nullable Object value, StringBuilder out) {
        String text = Objects.toString(value, "");
        boolean quoted = text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        out.append(quoted ? '"' + text.replace("\"", "\"\"") + '"' : text).append(',');
    }

    // ---- hledger -----------------------------------------------------------------------------------------------

    private static String preamble(BookHandle book, LedgerStore.Extent extent, boolean asserts) {
        return "; Book " + book.code() + ", entries up to " + extent.lastSeq() + ". Days are those of "
                + book.calendar()
                + "; the date is the day of posting.\n"
                + (asserts ? "" : "; A part of the book: its postings carry no balance assertions.\n")
                + "\ncommodity MIN 1000.\ncommodity PTS 1000.00\n\n";
    }

    private static String declarations(List<Account> accounts, LedgerStore.Extent extent) {
        StringBuilder out = new StringBuilder(accounts.size() * 40);
        for (Account account : accounts) {
            if (account.id() <= extent.lastAccount()) {
                out.append("account ").append(account.path()).append('\n');
            }
        }
        return out.toString();
    }

    private static String transactions(BookHandle book, List<EntryView> entries, boolean asserts) {
        StringBuilder out = new StringBuilder(entries.size() * 320);
        for (EntryView entry : entries) {
            out.append('\n')
                    .append(book.dayOf(entry.postedAt()))
                    .append(" (")
                    .append(entry.seq())
                    .append(") ");
            out.append(entry.type()).append("  ; occurred-on:").append(entry.occurredOn());
            out.append(", posted-at:").append(Times.micros(entry.postedAt()));
            tag("group", entry.group(), out);
            tag("reverses", entry.reverses(), out);
            tag("reference", entry.reference(), out);
            out.append('\n');
            for (EntryView.PostingView posting : entry.postings()) {
                out.append("    ").append(posting.account()).append("  ");
                amount(entry.unit(), posting.amount(), out);
                if (asserts) {
                    out.append(" = ");
                    amount(entry.unit(), posting.balanceAfter(), out);
                }
                out.append('\n');
            }
        }
        return out.toString();
    }

    private static void amount(Unit unit, long minor, StringBuilder out) {
        out.append(unit).append(' ');
        out.append(
                switch (unit) {
                    case MIN -> Long.toString(minor);
                    case PTS -> BigDecimal.valueOf(minor, 2).toPlainString();
                });
    }

    /** A tag; what could end its value or begin another is written as in a URI, by its hexadecimal code. */
    private static void tag(String name, @Nullable Object value, StringBuilder out) {
        if (value == null) {
            return;
        }
        out.append(", ").append(name).append(':');
        value.toString().chars().forEach(c -> {
            if (c == ',' || c == '%' || c == '[' || c == ']') {
                out.append('%').append(Integer.toHexString(c).toUpperCase(java.util.Locale.ROOT));
            } else {
                out.append((char) c);
            }
        });
    }
}
