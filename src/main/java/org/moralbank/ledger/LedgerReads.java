package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.DatabaseFailure;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** What is read of the books: by this package's resources, and by features that show their own part of it. */
@ApplicationScoped
public class LedgerReads {
    private final LedgerStore store;

    LedgerReads(LedgerStore store) {
        this.store = store;
    }

    /** A page of entries, the oldest first. */
    public Uni<Page<EntryView>> entries(BookHandle book, EntryFilter filter, Page.Request page) {
        long after = page.afterNumber(0);
        return store.before(book, filter.occurredFrom())
                .chain(before -> store.entries(book.id(), filter, Math.max(after, before), page.rows()))
                .map(rows -> Page.of(page, rows, entry -> Long.toString(entry.seq())));
    }

    /** Entries behind one and up to another, the oldest first, as they are sealed: without what persons wrote. */
    public Uni<List<EntryView>> sealed(
            SqlClient database, BookHandle book, EntryFilter filter, long after, long last, int limit) {
        return store.sealed(database, book.id(), filter, after, last, limit);
    }

    /** One entry; refuses a number that the book has not reached. */
    public Uni<EntryView> entry(BookHandle book, long seq) {
        return store.entry(book.id(), seq)
                .map(found -> found.orElseThrow(() -> new ProtocolRejection.NotFound("entry").refused()));
    }

    /** These entries by their numbers, those that the book has reached, in one statement. */
    public Uni<Map<Long, EntryView>> entries(BookHandle book, List<Long> seqs) {
        return store.entries(book.id(), seqs)
                .map(found -> found.stream().collect(Collectors.toMap(EntryView::seq, Function.identity())));
    }

    /** A page of accounts, in the order in which they were opened. */
    Uni<Page<AccountView>> accounts(BookHandle book, AccountFilter filter, Page.Request page) {
        return store.accounts(book.id(), filter, page.afterNumber(0), page.rows())
                .map(rows -> Page.of(
                        page,
                        rows.stream().map(AccountView::of).toList(),
                        account -> Integer.toString(account.number())));
    }

    /** One account; refuses what no account of the book is called. */
    Uni<AccountView> account(BookHandle book, String id) {
        return store.account(book.id(), path(id))
                .map(found -> AccountView.of(found.orElseThrow(LedgerReads::noSuchAccount)));
    }

    /** A page of an account's postings. */
    Uni<Page<StatementLine>> statement(BookHandle book, String id, History history) {
        AccountPath path = path(id);
        return since(book, history)
                .chain(part -> store.statement(book.id(), path, part))
                .chain(lines -> {
                    Page<StatementLine> page = statement(history, lines);
                    // Nothing to tell, or nothing to tell of: only then is a second look needed.
                    return lines.isEmpty()
                            ? account(book, id).replaceWith(page)
                            : Uni.createFrom().item(page);
                });
    }

    /** The same part, told to begin where its first day may have been posted. */
    private Uni<History> since(BookHandle book, History history) {
        return store.before(book, history.firstDay()).map(history::above);
    }

    private static Page<StatementLine> statement(History history, List<LedgerStore.Line> lines) {
        Page<LedgerStore.Line> page =
                Page.of(history.page(), lines, line -> line.shown().seq() + "." + line.accountId());
        return new Page<>(page.items().stream().map(LedgerStore.Line::shown).toList(), page.next());
    }

    private static AccountPath path(String id) {
        AccountPath path = AccountPath.parse(id);
        if (path == null) {
            throw noSuchAccount();
        }
        return path;
    }

    private static RuntimeException noSuchAccount() {
        return new ProtocolRejection.NotFound("account").refused();
    }

    // ---- what an owner has -------------------------------------------------------------------------------------

    /** A page of the postings of all accounts that an owner has or owes on. */
    public Uni<Page<StatementLine>> statement(BookHandle book, String owner, Set<Chart> charts, History history) {
        return since(book, history)
                .chain(part -> store.statement(book.id(), owner, Chart.codes(withShortfalls(charts)), part))
                .map(lines -> statement(history, lines));
    }

    /** A page of an owner's passbook: a line per entry, with all that he has of its unit. */
    public Uni<Page<PassbookLine>> passbook(BookHandle book, String owner, Set<Chart> charts, History history) {
        return since(book, history)
                .chain(part -> store.passbook(book.id(), owner, Chart.codes(charts), part))
                .map(lines -> Page.of(history.page(), lines, line -> Long.toString(line.seq())));
    }

    /**
     * What an owner has.
     *
     * @param asOf of the entries posted by then; the answer is the same at any later time, as {@link #seqAt} says. Refused
     *     when it is to come
     * @param on of those that happened up to that day
     */
    public Uni<Balances> balances(
            BookHandle book, String owner, Set<Chart> charts, @Nullable Instant asOf, @Nullable LocalDate on) {
        String[] codes = Chart.codes(withShortfalls(charts));
        Uni<LedgerStore.Posted> read;
        if (asOf != null) {
            read = seqAt(book, asOf)
                    .chain(seq -> on == null
                            ? store.balancesAfter(book.id(), owner, codes, seq)
                            : store.balancesOn(book.id(), owner, codes, seq, on));
        } else {
            read = on == null
                    ? store.balances(book.id(), owner, codes)
                    : store.balancesOn(book.id(), owner, codes, null, on);
        }
        return read.map(posted -> Balances.of(owner, posted, asOf, on, book.dayOf(Instant.now())));
    }

    /**
     * The last entry posted at a moment or before it, for good: no entry will ever be posted at or before it again, but by an
     * import into a book that has none. Refuses a moment that is to come.
     *
     * <p>Where a later entry is there, that proves it, because posting times never go back. Else the book's lock does: a
     * commit that was on its way has then ended, and the next one reads a later clock. A moment that is to come is refused
     * before: the lock counts the book up, and a lane that decided ahead in it would begin anew.
     */
    public Uni<Long> seqAt(BookHandle book, Instant moment) {
        return store.seqAt(book.id(), moment).chain(reached -> {
            if (reached.passed()) {
                return Uni.createFrom().item(reached.seq());
            }
            refuseFuture(reached);
            return store.seqUnderLock(book.id(), moment)
                    .onFailure(DatabaseFailure::isOfALock)
                    .transform(busy -> new ProtocolRejection.Plain("database-unavailable").refused())
                    // Once more: another server may have taken over, whose clock is behind.
                    .invoke(LedgerReads::refuseFuture)
                    .map(LedgerStore.Reached::seq);
        });
    }

    private static void refuseFuture(LedgerStore.Reached reached) {
        if (!reached.clockPassed()) {
            throw ProtocolRejection.Invalid.field("asOf", "future").refused();
        }
    }

    /** The entry behind which all stands that happened on a day or later; what stands before it need not be looked at. */
    public Uni<Long> before(BookHandle book, LocalDate day) {
        return store.before(book, day);
    }

    private static Set<Chart> withShortfalls(Set<Chart> charts) {
        Set<Chart> all = EnumSet.copyOf(charts);
        for (Chart chart : charts) {
            Chart shortfall = chart.shortfall();
            if (shortfall != null) {
                all.add(shortfall);
            }
        }
        return all;
    }
}
