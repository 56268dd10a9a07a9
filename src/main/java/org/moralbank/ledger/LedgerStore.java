package org.moralbank.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Json;
import org.moralbank.platform.Lookups;

/**
 * Reads of the books, one SELECT each, but for the {@linkplain AccountNameStore names} of accounts that are not remembered. Nothing
 * here locks a book but {@link #seqUnderLock}.
 *
 * <p>An entry is read from its sealed bytes, so that what is shown is what is proven, in one row and without a join to its
 * postings.
 */
@ApplicationScoped
class LedgerStore {
    private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};

    /** What is sealed of some entries. */
    private static final String SEALED = """
            SELECT e.canonical, e.leaf_hash, e.book_id, e.seq
            FROM ledger_entry e
            """;

    /** With what persons wrote, and what took the entry back. */
    private static final String ENTRIES = """
            SELECT e.canonical, e.leaf_hash, t.reason, t.metadata::text, r.seq
            FROM (%s) e
            LEFT JOIN ledger_entry_text t ON t.book_id = e.book_id AND t.seq = e.seq
            LEFT JOIN ledger_entry r ON r.book_id = e.book_id AND r.reverses = e.seq AND r.reverses IS NOT NULL
            ORDER BY e.seq
            """;

    /** The accounts whose history is asked for; they are few, and each has its postings in order of seq. */
    private static final Map<History.Order, String> STATEMENT = inEitherOrder("""
            SELECT p.seq, p.type, a.code, a.owner, a.unit, a.lot, p.amount, p.balance_after, p.version,
                   p.occurred_on, p.posted_at, p.reference, a.account_id, p.accounts
            FROM ledger_account a
            CROSS JOIN LATERAL (
                SELECT p.seq, e.type, p.amount, p.balance_after, p.version, e.occurred_on, e.posted_at, e.reference,
                       e.accounts
                FROM ledger_posting p
                JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq > $6
                AND p.seq %1$s= $1 AND (p.seq, p.account_id) %1$s ($1, $2)
                AND e.occurred_on BETWEEN $3 AND $4
                ORDER BY p.seq %2$s
                LIMIT $5) p
            """);

    /** Behind the accounts: of all their postings together the first. */
    private static final Map<History.Order, String> STATEMENT_PAGE =
            inEitherOrder("\nORDER BY p.seq %2$s, a.account_id %2$s LIMIT $5");

    /** Entries of a holder's accounts, with what they all came to after each. */
    private static final Map<History.Order, String> PASSBOOK = inEitherOrder("""
            SELECT e.seq, e.type, e.unit, l.amount, e.occurred_on, e.posted_at, e.reference,
                (SELECT sum(last.balance_after)::bigint
                 FROM ledger_account a
                 CROSS JOIN LATERAL (
                     SELECT p.balance_after
                     FROM ledger_posting p
                     WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq <= e.seq
                     ORDER BY p.seq DESC
                     LIMIT 1) last
                 WHERE a.book_id = $1 AND a.owner = $2 AND a.code = ANY ($3) AND a.unit = e.unit),
                e.accounts
            FROM (
                SELECT p.seq, sum(p.amount)::bigint AS amount
                FROM ledger_account a
                CROSS JOIN LATERAL (
                    SELECT p.seq, p.amount
                    FROM ledger_posting p
                    JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
                    WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq > $8 AND p.seq %1$s $4
                    AND e.occurred_on BETWEEN $5 AND $6
                    ORDER BY p.seq %2$s
                    LIMIT $7) p
                WHERE a.book_id = $1 AND a.owner = $2 AND a.code = ANY ($3)
                GROUP BY p.seq
                ORDER BY p.seq %2$s
                LIMIT $7) l
            JOIN ledger_entry e ON e.book_id = $1 AND e.seq = l.seq
            ORDER BY e.seq %2$s
            """);

    private static Map<History.Order, String> inEitherOrder(String sql) {
        return Map.of(
                History.Order.OLDEST, sql.formatted(">", "ASC"), History.Order.NEWEST, sql.formatted("<", "DESC"));
    }

    /** What the accounts of an owner have now, and the last entry that made it so: one snapshot. */
    private static final String BALANCES_NOW = "SELECT " + HoldingTable.COLUMNS + """
                , b.last_seq, a.posted
            FROM ledger_book b
            LEFT JOIN ledger_account a ON a.book_id = b.book_id AND a.owner = $2 AND a.code = ANY ($3)
            WHERE b.book_id = $1
            ORDER BY a.account_id
            """;

    /** What they had after an entry: the balance after the last posting up to it. */
    private static final String BALANCES_AFTER = "SELECT " + HoldingTable.COLUMNS + """
                , $4::bigint, p.balance_after
            FROM ledger_account a
            CROSS JOIN LATERAL (
                SELECT p.balance_after
                FROM ledger_posting p
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq <= $4
                ORDER BY p.seq DESC
                LIMIT 1) p
            WHERE a.book_id = $1 AND a.owner = $2 AND a.code = ANY ($3)
            ORDER BY a.account_id
            """;

    /** What the entries up to one come to that happened up to a day. */
    private static final String BALANCES_ON = "SELECT " + HoldingTable.COLUMNS + """
                , s.seq, p.posted
            FROM (SELECT coalesce($4::bigint, last_seq) AS seq FROM ledger_book WHERE book_id = $1) s
            LEFT JOIN ledger_account a ON a.book_id = $1 AND a.owner = $2 AND a.code = ANY ($3)
            LEFT JOIN LATERAL (
                SELECT sum(p.amount)::bigint AS posted
                FROM ledger_posting p
                JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq <= s.seq AND e.occurred_on <= $5
                ) p ON true
            ORDER BY a.account_id
            """;

    /**
     * The last entry posted at a moment or before, the last of all, and the clock. Numbers without gaps and posting times
     * that never go back make it a binary search: no index is needed.
     */
    private static final String SEQ_AT = """
            WITH RECURSIVE search (low, high, last) AS (
                SELECT 0::bigint, last_seq, last_seq
                FROM ledger_book
                WHERE book_id = $1
                UNION ALL
                SELECT CASE WHEN e.posted_at <= $2 THEN e.seq ELSE s.low END,
                       CASE WHEN e.posted_at <= $2 THEN s.high ELSE e.seq - 1 END,
                       s.last
                FROM search s
                JOIN ledger_entry e ON e.book_id = $1 AND e.seq = (s.low + s.high + 1) / 2
                WHERE s.low < s.high)
            SELECT low, last, clock_timestamp()
            FROM search
            WHERE low = high
            """;

    /** Counted up, so that what a lane has decided ahead of the lock, at an earlier moment, is decided again. */
    private static final String LOCK = "UPDATE commit_lock SET commit_no = commit_no + 1 WHERE book_id = $1";

    private final Pool pool;

    /** For reads that go by keys, of whatever book. */
    private final Pool lookups;

    private final AccountNameStore names;

    @Inject
    LedgerStore(Pool pool, Lookups lookups) {
        this(pool, lookups.pool());
    }

    LedgerStore(Pool pool, Pool lookups) {
        this.pool = pool;
        this.lookups = lookups;
        this.names = new AccountNameStore(lookups);
    }

    /** The WHERE of a query, built of the filters that are given. */
    private static final class Where {
        private final StringBuilder sql = new StringBuilder();
        private final List<Object> arguments = new ArrayList<>();
        private String join = "";

        /** Adds a condition with one {@code ?}, unless its argument is null. */
        Where and(String condition, @Nullable Object argument) {
            if (argument != null) {
                arguments.add(argument);
                sql.append(sql.isEmpty() ? "WHERE " : "\nAND ");
                sql.append(condition.replace("?", "$" + arguments.size()));
            }
            return this;
        }

        /** Joins a table, on columns only, in front of the conditions. */
        Where join(String table) {
            join = table + "\n";
            return this;
        }

        /** The place of an argument that is not part of a condition. */
        String argument(Object argument) {
            arguments.add(argument);
            return "$" + arguments.size();
        }

        Tuple tuple() {
            return Tuple.from(arguments);
        }
    }

    private static <T> List<T> list(RowSet<Row> rows, Function<Row, T> read) {
        List<T> items = new ArrayList<>(rows.size());
        for (Row row : rows) {
            items.add(read.apply(row));
        }
        return items;
    }

    // ---- entries -----------------------------------------------------------------------------------------------

    /** Entries behind {@code after}, in order of seq. */
    Uni<List<EntryView>> entries(int book, EntryFilter filter, long after, int limit) {
        return page(pool, book, filter, after, null, limit)
                .chain(page -> page.isEmpty()
                        ? Uni.createFrom().item(List.of())
                        : pool.preparedQuery(ENTRIES.formatted(page.get().sql()))
                                .execute(page.get().arguments())
                                .map(rows -> list(rows, LedgerStore::entry)));
    }

    /** One entry, or nothing. */
    Uni<Optional<EntryView>> entry(int book, long seq) {
        Where where = new Where().and("e.book_id = ?", (short) book).and("e.seq = ?", seq);
        return pool.preparedQuery(ENTRIES.formatted(SEALED + where.sql))
                .execute(where.tuple())
                .map(rows -> list(rows, LedgerStore::entry).stream().findFirst());
    }

    /** These entries, in order of seq; those that the book has reached. */
    Uni<List<EntryView>> entries(int book, List<Long> seqs) {
        Where where = new Where().and("e.book_id = ?", (short) book).and("e.seq = ANY (?)", seqs.toArray(Long[]::new));
        return pool.preparedQuery(ENTRIES.formatted(SEALED + where.sql))
                .execute(where.tuple())
                .map(rows -> list(rows, LedgerStore::entry));
    }

    /** How far a book has come, which bounds an export. */
    record Extent(long lastSeq, int lastAccount) {}

    Uni<Extent> extent(int book) {
        return pool.preparedQuery("SELECT last_seq, last_account FROM ledger_book WHERE book_id = $1")
                .execute(Tuple.of((short) book))
                .map(rows -> {
                    Row row = rows.iterator().next();
                    return new Extent(row.getLong(0), row.getInteger(1));
                });
    }

    /** Entries behind {@code after} and up to {@code last}, without what persons wrote. */
    Uni<List<EntryView>> sealed(SqlClient database, int book, EntryFilter filter, long after, long last, int limit) {
        return page(database, book, filter, after, last, limit)
                .chain(page -> page.isEmpty()
                        ? Uni.createFrom().item(List.of())
                        : database.preparedQuery(page.get().sql())
                                .execute(page.get().arguments())
                                .map(rows -> list(
                                        rows,
                                        row -> CanonicalEntry.read(
                                                        row.getBuffer(0).getBytes())
                                                .with(null, null, null, hex(row.getBuffer(1))))));
    }

    private static String hex(Buffer bytes) {
        return HexFormat.of().formatHex(bytes.getBytes());
    }

    /** A statement, and what stands for its parameters. */
    private record Query(String sql, Tuple arguments) {}

    /**
     * What reads the first entries of a filter; nothing where it names an account that is not there, or somebody who has
     * none. The accounts are read first, so that the planner knows whether they have few postings or most of the book's.
     */
    private static Uni<Optional<Query>> page(
            SqlClient database, int book, EntryFilter filter, long after, @Nullable Long last, int limit) {
        return accountsOf(database, book, filter).map(accounts -> {
            if (accounts.stream().anyMatch(found -> found.length == 0)) {
                return Optional.empty();
            }
            Where where = where(book, filter, after, last);
            String sql;
            if (filter.parties().isEmpty()) {
                accounts.forEach(account -> where.and("p.account_id = ?", account[0]));
                sql = page(where, filter.types(), limit);
            } else {
                accounts.stream().skip(1).forEach(others -> where.and("e.accounts && ?", others));
                sql = pageOf(where, accounts.getFirst(), filter.types(), limit);
            }
            return Optional.of(new Query(sql, where.tuple()));
        });
    }

    /** The numbers of the accounts of each who is to take part, and of the one that is named; few in each. */
    private static Uni<List<Integer[]>> accountsOf(SqlClient database, int book, EntryFilter filter) {
        List<Where> each = new ArrayList<>();
        for (Party party : filter.parties()) {
            each.add(new Where()
                    .and("a.book_id = ?", (short) book)
                    .and("a.code = ANY (?)", Chart.codes(party.charts()))
                    .and(
                            party.isFund() ? "starts_with(a.owner, ?)" : "a.owner = ?",
                            party.isFund() ? party.owner() + "." : party.owner()));
        }
        if (filter.account() != null) {
            each.add(whose(filter.account(), new Where().and("a.book_id = ?", (short) book)));
        }
        return Multi.createFrom()
                .iterable(each)
                .onItem()
                .transformToUniAndConcatenate(where -> database.preparedQuery(
                                "SELECT a.account_id FROM ledger_account a " + where.sql)
                        .execute(where.tuple())
                        .map(rows -> list(rows, row -> row.getInteger(0)).toArray(Integer[]::new)))
                .collect()
                .asList();
    }

    private static Where where(int book, EntryFilter filter, long after, @Nullable Long last) {
        Where where = new Where()
                .and("e.book_id = ?", (short) book)
                .and("e.seq > ?", after)
                .and("e.seq <= ?", last)
                .and("e.unit = ?", filter.unit() == null ? null : filter.unit().name())
                .and("e.reference = ?", filter.reference())
                .and("e.group_id = ?", filter.group())
                .and("e.occurred_on >= ?", filter.occurredFrom())
                .and("e.occurred_on <= ?", filter.occurredTo());
        if (filter.account() != null || !filter.parties().isEmpty()) {
            where.join("JOIN ledger_posting p ON p.book_id = e.book_id AND p.seq = e.seq")
                    .and("p.seq > ?", after)
                    .and("p.seq <= ?", last);
        }
        return where;
    }

    /**
     * The first entries of some types, or of all: those of each type by themselves, because only then does an index have them
     * in order.
     */
    private static String page(Where where, List<EntryType> types, int limit) {
        String end = "\nORDER BY e.seq LIMIT " + where.argument(limit);
        String all = SEALED + where.join + where.sql;
        if (types.isEmpty()) {
            return all + end;
        }
        return types.stream()
                        .distinct()
                        .map(type -> "(" + all + "\nAND e.type = " + where.argument(type.name()) + end + ")")
                        .collect(Collectors.joining("\nUNION ALL\n", "SELECT * FROM (\n", ") e"))
                + end;
    }

    /** The first entries of some accounts, found from the postings of each; one that posts to two of them comes once. */
    private static String pageOf(Where where, Integer[] accounts, List<EntryType> types, int limit) {
        if (!types.isEmpty()) {
            where.and("e.type = ANY (?)", types.stream().map(EntryType::name).toArray(String[]::new));
        }
        return """
                SELECT DISTINCT ON (e.seq) e.*
                FROM unnest(%s::integer[]) own (account_id)
                CROSS JOIN LATERAL (
                %s
                AND p.account_id = own.account_id
                ORDER BY p.seq
                LIMIT %s) e
                ORDER BY e.seq
                LIMIT %3$s
                """.formatted(where.argument(accounts), SEALED + where.join + where.sql, where.argument(limit));
    }

    private static EntryView entry(Row row) {
        return CanonicalEntry.read(row.getBuffer(0).getBytes())
                .with(row.getString(2), metadata(row.getString(3)), row.getLong(4), hex(row.getBuffer(1)));
    }

    private static @Nullable Map<String, String> metadata(@Nullable String json) {
        try {
            return json == null ? null : Json.mapper().readValue(json, STRINGS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not metadata of ours", e);
        }
    }

    // ---- accounts ----------------------------------------------------------------------------------------------

    /** Accounts behind {@code after}, in the order in which they were opened. */
    Uni<List<Account>> accounts(int book, AccountFilter filter, long after, int limit) {
        Where where = new Where()
                .and("a.book_id = ?", (short) book)
                .and("a.code = ?", filter.code())
                .and("a.owner = ?", filter.owner())
                .and("a.unit = ?", filter.unit() == null ? null : filter.unit().name())
                .and(
                        "a.status = ?",
                        filter.status() == null ? null : filter.status().name())
                .and("a.account_id > ?", after);
        String sql = "SELECT " + HoldingTable.COLUMNS + "FROM ledger_account a " + where.sql
                + "\nORDER BY a.account_id LIMIT " + where.argument(limit);
        return pool.preparedQuery(sql).execute(where.tuple()).map(rows -> list(rows, LedgerStore::account));
    }

    /** One account, or nothing. */
    Uni<Optional<Account>> account(int book, AccountPath path) {
        Where where = whose(path, new Where().and("a.book_id = ?", (short) book));
        return lookups.preparedQuery("SELECT " + HoldingTable.COLUMNS + "FROM ledger_account a " + where.sql)
                .execute(where.tuple())
                .map(rows -> list(rows, LedgerStore::account).stream().findFirst());
    }

    private static Account account(Row row) {
        return HoldingTable.account(row.getDelegate());
    }

    private static Where whose(AccountPath path, Where where) {
        return where.and("a.code = ?", path.chart().code())
                .and("a.owner = ?", path.owner())
                .and("a.unit = ?", path.unit().name())
                .and("a.lot = ?", path.lot());
    }

    /** A line of an account's history, with the account's number, which the cursor needs. */
    record Line(int accountId, StatementLine shown) {}

    /** The history of an account behind a posting of it. */
    Uni<List<Line>> statement(int book, AccountPath path, History history) {
        return statement(book, whose(path, history(book, history)), history);
    }

    /** The history of all accounts of an owner with these codes, one by another. */
    Uni<List<Line>> statement(int book, String owner, String[] codes, History history) {
        return statement(
                book, history(book, history).and("a.owner = ?", owner).and("a.code = ANY (?)", codes), history);
    }

    private static Where history(int book, History history) {
        Where where = new Where();
        where.argument(history.seenSeq());
        where.argument(history.seenAccount());
        where.argument(history.from());
        where.argument(history.to());
        where.argument(history.rows());
        where.argument(history.aboveSeq());
        return where.and("a.book_id = ?", (short) book);
    }

    private Uni<List<Line>> statement(int book, Where where, History history) {
        String sql = STATEMENT.get(history.order()) + where.sql + STATEMENT_PAGE.get(history.order());
        // Days may be of no posting: whoever looks for one among all must not keep others from their balances.
        return (history.isOfAllDays() ? lookups : pool)
                .preparedQuery(sql)
                .execute(where.tuple())
                .chain(rows -> names.of(book, accounts(rows, 13)).map(named -> list(rows, row -> line(row, named))));
    }

    private static Line line(Row row, Map<Integer, AccountNameStore.Name> named) {
        AccountPath account = AccountPath.of(row.getString(2), row.getString(3), row.getString(4), row.getString(5));
        return new Line(
                row.getInteger(12),
                new StatementLine(
                        row.getLong(0),
                        EntryType.valueOf(row.getString(1)),
                        account.toString(),
                        row.getLong(6),
                        row.getLong(7),
                        row.getLong(8),
                        row.getLocalDate(9),
                        row.getOffsetDateTime(10).toInstant(),
                        row.getString(11),
                        others(row.getArrayOfIntegers(13), named, other -> isOfOneHolder(other, account))));
    }

    /** The entries of an owner behind one, with what his accounts of the entry's unit came to after each. */
    Uni<List<PassbookLine>> passbook(int book, String owner, String[] codes, History history) {
        Set<String> own = Set.of(codes);
        return pool.preparedQuery(PASSBOOK.get(history.order()))
                .execute(Tuple.from(List.of(
                        (short) book,
                        owner,
                        codes,
                        history.seenSeq(),
                        history.from(),
                        history.to(),
                        history.rows(),
                        history.aboveSeq())))
                .chain(rows -> names.of(book, accounts(rows, 8))
                        .map(named -> list(
                                rows,
                                row -> new PassbookLine(
                                        row.getLong(0),
                                        EntryType.valueOf(row.getString(1)),
                                        Unit.valueOf(row.getString(2)),
                                        row.getLong(3),
                                        row.getLong(7),
                                        row.getLocalDate(4),
                                        row.getOffsetDateTime(5).toInstant(),
                                        row.getString(6),
                                        others(
                                                row.getArrayOfIntegers(8),
                                                named,
                                                other -> other.owner().equals(owner)
                                                        && own.contains(
                                                                other.chart().code()))))));
    }

    /** The numbers of all accounts that the entries of some rows name. */
    private static Set<Integer> accounts(RowSet<Row> rows, int column) {
        Set<Integer> accounts = new HashSet<>();
        for (Row row : rows) {
            Collections.addAll(accounts, row.getArrayOfIntegers(column));
        }
        return accounts;
    }

    /** The lots of a holder are accounts of one code and owner. */
    private static boolean isOfOneHolder(AccountPath one, AccountPath other) {
        return one.chart() == other.chart() && one.owner().equals(other.owner());
    }

    /** The accounts of an entry but for a holder's own, by number. */
    private static List<String> others(
            Integer[] accounts, Map<Integer, AccountNameStore.Name> named, Predicate<AccountPath> isOwn) {
        Arrays.sort(accounts);
        List<String> others = new ArrayList<>(accounts.length);
        for (Integer account : accounts) {
            AccountNameStore.Name name = Objects.requireNonNull(named.get(account), "an account without a name");
            if (!isOwn.test(name.path())) {
                others.add(name.id());
            }
        }
        return others;
    }

    // ---- balances ----------------------------------------------------------------------------------------------

    /** What was posted to some accounts up to an entry. */
    record Posted(long seq, List<Account> accounts) {}

    /** What the accounts of an owner have now. */
    Uni<Posted> balances(int book, String owner, String[] codes) {
        return lookups.preparedQuery(BALANCES_NOW)
                .execute(Tuple.from(List.of((short) book, owner, codes)))
                .map(rows -> posted(rows, 0));
    }

    /** What they had after an entry. */
    Uni<Posted> balancesAfter(int book, String owner, String[] codes, long seq) {
        return pool.preparedQuery(BALANCES_AFTER)
                .execute(Tuple.from(List.of((short) book, owner, codes, seq)))
                .map(rows -> posted(rows, seq));
    }

    /** What the entries that happened up to a day come to; of those up to {@code seq}, or of all. */
    Uni<Posted> balancesOn(int book, String owner, String[] codes, @Nullable Long seq, LocalDate day) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book)
                .addString(owner)
                .addArrayOfString(codes)
                .addLong(seq)
                .addLocalDate(day);
        return pool.preparedQuery(BALANCES_ON).execute(arguments).map(rows -> posted(rows, 0));
    }

    private static Posted posted(RowSet<Row> rows, long otherwise) {
        long seq = otherwise;
        List<Account> accounts = new ArrayList<>();
        for (Row row : rows) {
            seq = row.getLong(14);
            Long posted = row.getLong(15);
            if (posted != null) {
                Account account = account(row);
                accounts.add(account.post(posted - account.posted()));
            }
        }
        return new Posted(seq, accounts);
    }

    /**
     * The entry behind which all stands that happened on a day or later; 0 when there is no day. Nothing happens after the day
     * on which it is posted; a day is left over for clocks that differ, and another for books that were imported before that
     * was checked.
     */
    Uni<Long> before(BookHandle book, @Nullable LocalDate day) {
        if (day == null) {
            return Uni.createFrom().item(0L);
        }
        Instant first = day.minusDays(2).atStartOfDay(book.calendar()).toInstant();
        return seqAt(book.id(), first.minusNanos(1_000)).map(Reached::seq);
    }

    /**
     * The last entry posted at a moment or before it, whether any was posted later, and whether the database's clock has
     * passed the moment.
     */
    record Reached(long seq, boolean passed, boolean clockPassed) {}

    Uni<Reached> seqAt(int book, Instant moment) {
        return seqAt(pool, book, moment);
    }

    private static Uni<Reached> seqAt(SqlClient client, int book, Instant moment) {
        return client.preparedQuery(SEQ_AT)
                .execute(Tuple.of((short) book, moment.atOffset(ZoneOffset.UTC)))
                .map(rows -> {
                    Row row = rows.iterator().next();
                    Instant clock = row.getOffsetDateTime(2).toInstant();
                    return new Reached(row.getLong(0), row.getLong(0) < row.getLong(1), clock.isAfter(moment));
                });
    }

    /** The same under the book's lock, so that no commit is on its way to post at an earlier moment. */
    Uni<Reached> seqUnderLock(int book, Instant moment) {
        return pool.withTransaction(connection -> connection
                .preparedQuery(LOCK)
                .execute(Tuple.of((short) book))
                .chain(() -> seqAt(connection, book, moment)));
    }
}
