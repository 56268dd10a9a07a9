package org.moralbank.exports;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Unit;

/** Reads what is selected of a book, in keyset pages: nothing here holds more than a page, or locks anything. */
@ApplicationScoped
class SelectionStore {
    /** A page of entries is one value, so that the client has one to decode rather than thousands. */
    private static final String ENTRIES = """
            SELECT string_agg(canonical, '\\x0a'::bytea), count(*), max(seq)
            FROM (SELECT seq, canonical
                  FROM ledger_entry
                  WHERE book_id = $1 AND seq > $2 AND seq <= $3 AND occurred_on BETWEEN $4 AND $5
                  ORDER BY seq
                  LIMIT $6) e
            """;

    /** Accounts that had a posting up to an entry, with the last one, in the order in which they were first posted to. */
    private static final String ACCOUNTS = """
            SELECT a.account_id, a.code, a.owner, a.unit, a.lot, a.expires_on, a.restricted, p.balance_after, p.version
            FROM (SELECT *
                  FROM ledger_account
                  WHERE book_id = $1 AND account_id > $3
                  ORDER BY account_id
                  LIMIT $4) a
            LEFT JOIN LATERAL (
                SELECT p.balance_after, p.version
                FROM ledger_posting p
                WHERE p.book_id = $1 AND p.account_id = a.account_id AND p.seq <= $2
                ORDER BY p.seq DESC
                LIMIT 1) p ON true
            ORDER BY a.account_id
            """;

    private static final String POSTINGS = """
            SELECT p.seq, e.type, e.occurred_on, e.posted_at, p.amount, p.balance_after, p.version, e.reference
            FROM ledger_posting p
            JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
            """;

    /** The rest of an account's postings. */
    private static final String REST = POSTINGS + """
            WHERE p.book_id = $1 AND p.account_id = $2 AND p.seq > $3 AND p.seq <= $4
            AND e.occurred_on BETWEEN $5 AND $6
            ORDER BY p.seq
            LIMIT $7
            """;

    /** The postings of the next accounts, each with one row at least, which tells what it had before. */
    private static final String NEXT = """
            SELECT a.account_id, a.code, a.owner, a.unit, a.lot, p.seq, p.type, p.occurred_on, p.posted_at, p.amount,
                   p.balance_after, p.version, p.reference,
                   CASE WHEN p.seq IS NULL THEN (
                       SELECT b.balance_after
                       FROM ledger_posting b
                       WHERE b.book_id = $1 AND b.account_id = a.account_id AND b.seq < $8
                       ORDER BY b.seq DESC
                       LIMIT 1) END
            FROM (SELECT a.account_id, a.code, a.owner, a.unit, a.lot
                  FROM ledger_account a
                  WHERE a.book_id = $1 AND %s
                  ORDER BY %s
                  LIMIT $6) a
            LEFT JOIN LATERAL (""" + POSTINGS + """
                WHERE p.book_id = $1 AND p.account_id = a.account_id AND p.seq >= $8 AND p.seq <= $9
                AND e.occurred_on BETWEEN $10 AND $11
                ORDER BY p.seq
                LIMIT $7) p ON true
            ORDER BY %s, p.seq
            LIMIT $7
            """;

    private static final String BY_CODE = NEXT.formatted(
            "(a.code, a.owner, a.unit, a.lot) > ($2, $3, $4, $5)",
            "a.code, a.owner, a.unit, a.lot",
            "a.code, a.owner, a.unit, a.lot");

    private static final String BY_OWNER = NEXT.formatted(
            "a.owner >= $3 AND (a.owner, a.code, a.unit, a.lot) > ($3, $2, $4, $5) AND a.code = ANY ($12)",
            "a.owner, a.code, a.unit, a.lot",
            "a.owner, a.code, a.unit, a.lot");

    /** Of all postings of a range of numbers: cheaper than by entry where most of the book is asked for. */
    private static final String SUMS = """
            SELECT a.unit, count(*), coalesce(sum(p.amount), 0)::bigint,
                   coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0)::bigint
            FROM ledger_posting p
            JOIN ledger_account a ON a.book_id = p.book_id AND a.account_id = p.account_id
            WHERE p.book_id = $1 AND p.seq BETWEEN $2 AND $3
            GROUP BY a.unit
            """;

    private static final String SUMS_OF_DAYS = """
            SELECT e.unit, count(*), coalesce(sum(p.amount), 0)::bigint,
                   coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0)::bigint
            FROM ledger_entry e
            JOIN ledger_posting p ON p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq
            WHERE e.book_id = $1 AND e.seq BETWEEN $2 AND $3 AND e.occurred_on BETWEEN $4 AND $5
            GROUP BY e.unit
            """;

    private static final String COUNT = """
            SELECT count(*)
            FROM ledger_entry
            WHERE book_id = $1 AND seq BETWEEN $2 AND $3 AND occurred_on BETWEEN $4 AND $5
            """;

    private static final String POSTED_AT = "SELECT posted_at FROM ledger_entry WHERE book_id = $1 AND seq = $2";

    /** Whose accounts statements are of. */
    private static final String[] HELD_BY_SOMEBODY = List.of(
                    Chart.SHORTFALL_POINTS,
                    Chart.SHORTFALL_TIME,
                    Chart.MEMBER_TIME,
                    Chart.TEAM_TIME,
                    Chart.MEMBER_POINTS,
                    Chart.TEAM_POINTS,
                    Chart.MERCHANT_PAYABLE)
            .stream()
            .map(Chart::code)
            .toArray(String[]::new);

    private static final int ENTRIES_OF_A_PAGE = 4_000;
    private static final int LINES_OF_A_PAGE = 4_000;
    private static final int ACCOUNTS_OF_A_PAGE = 5_000;
    private static final int ACCOUNTS_AT_ONCE = 1_000;

    private final Pool pool;

    SelectionStore(Pool pool) {
        this.pool = pool;
    }

    // ---- entries -----------------------------------------------------------------------------------------------

    /**
     * Entries in their canonical bytes, a line each but the last one's end.
     *
     * @param seq of the last; 0 when there is none
     */
    record Entries(byte[] lines, int count, long seq, boolean isLast) {}

    Uni<Entries> entries(int book, Selection selection, long after) {
        return pool.preparedQuery(ENTRIES)
                .execute(Tuple.tuple()
                        .addShort((short) book)
                        .addLong(Math.max(after, selection.firstSeq() - 1))
                        .addLong(selection.lastSeq())
                        .addLocalDate(selection.firstDay())
                        .addLocalDate(selection.lastDay())
                        .addInteger(ENTRIES_OF_A_PAGE))
                .map(rows -> {
                    Row row = rows.iterator().next();
                    int count = row.getLong(1).intValue();
                    return count == 0
                            ? new Entries(new byte[0], 0, 0, true)
                            : new Entries(
                                    row.getBuffer(0).getDelegate().getBytes(),
                                    count,
                                    row.getLong(2),
                                    count < ENTRIES_OF_A_PAGE || row.getLong(2) == selection.lastSeq());
                });
    }

    /** When an entry was posted. */
    Uni<Instant> postedAt(int book, long seq) {
        return pool.preparedQuery(POSTED_AT)
                .execute(Tuple.of((short) book, seq))
                .map(rows -> rows.iterator().next().getOffsetDateTime(0).toInstant());
    }

    // ---- accounts ----------------------------------------------------------------------------------------------

    /** An account as an entry left it. */
    record AccountAt(
            String path, Unit unit, @Nullable LocalDate expiresOn, boolean restricted, long posted, long version) {}

    /** Those of a page that had been posted to; {@code next} is behind which the next page begins, or null. */
    record Accounts(List<AccountAt> accounts, @Nullable Integer next) {}

    /** Accounts behind one, by number, as they were after an entry: also frozen and closed ones. */
    Uni<Accounts> accounts(int book, long seq, int after) {
        return pool.preparedQuery(ACCOUNTS)
                .execute(Tuple.of((short) book, seq, after, ACCOUNTS_OF_A_PAGE))
                .map(rows -> {
                    List<AccountAt> accounts = new ArrayList<>();
                    int last = after;
                    for (Row row : rows) {
                        last = row.getInteger(0);
                        if (row.getLong(8) != null) {
                            AccountKey key = key(row);
                            accounts.add(new AccountAt(
                                    key.path(),
                                    Unit.valueOf(key.unit()),
                                    row.getLocalDate(5),
                                    row.getBoolean(6),
                                    row.getLong(7),
                                    row.getLong(8)));
                        }
                    }
                    return new Accounts(accounts, rows.size() < ACCOUNTS_OF_A_PAGE ? null : (Integer) last);
                });
    }

    private static AccountKey key(Row row) {
        return new AccountKey(
                row.getInteger(0), row.getString(1), row.getString(2), row.getString(3), row.getString(4));
    }

    // ---- postings by account -----------------------------------------------------------------------------------

    /** Which account comes next. */
    enum Order {
        /** By code of the chart, then owner. */
        BY_CODE,
        /** By owner, of accounts that are somebody's. */
        BY_OWNER
    }

    /** An account, as what it is found and ordered by. */
    record AccountKey(int number, String code, String owner, String unit, String lot) {
        static final AccountKey BEFORE_ALL = new AccountKey(0, "", "", "", "");

        String path() {
            return code + (owner.isEmpty() ? "" : ":" + owner) + ":" + unit + (lot.isEmpty() ? "" : ":" + lot);
        }
    }

    /** A posting of an account. */
    record Line(
            long seq,
            EntryType type,
            LocalDate occurredOn,
            Instant postedAt,
            long amount,
            long balanceAfter,
            long version,
            @Nullable String reference) {}

    /**
     * A posting, or what an account had that was not posted to.
     *
     * @param before what it had, where there is no line; null when it was never posted to
     */
    record AccountLine(
            AccountKey account,
            @Nullable Line line,
            @Nullable Long before) {}

    /**
     * A page of postings, account by account.
     *
     * @param after the last posting, if its account may have more
     * @param isEnd whether there is no account behind these
     */
    record Lines(
            List<AccountLine> lines,
            AccountKey account,
            @Nullable Long after,
            boolean isEnd) {
        static final Lines NONE_YET = new Lines(List.of(), AccountKey.BEFORE_ALL, null, false);
    }

    /** The page behind one. */
    Uni<Lines> lines(int book, Selection selection, Order order, Lines last) {
        Long within = last.after();
        return within == null
                ? next(book, selection, order, last.account())
                : rest(book, selection, last.account(), within);
    }

    private Uni<Lines> rest(int book, Selection selection, AccountKey account, long after) {
        return pool.preparedQuery(REST)
                .execute(Tuple.tuple()
                        .addShort((short) book)
                        .addInteger(account.number())
                        .addLong(after)
                        .addLong(selection.lastSeq())
                        .addLocalDate(selection.firstDay())
                        .addLocalDate(selection.lastDay())
                        .addInteger(LINES_OF_A_PAGE))
                .map(rows -> {
                    List<AccountLine> lines = new ArrayList<>(rows.size());
                    long seq = after;
                    for (Row row : rows) {
                        Line line = line(row, 0);
                        seq = line.seq();
                        lines.add(new AccountLine(account, line, null));
                    }
                    return new Lines(lines, account, rows.size() < LINES_OF_A_PAGE ? null : (Long) seq, false);
                });
    }

    private Uni<Lines> next(int book, Selection selection, Order order, AccountKey after) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book)
                .addString(after.code())
                .addString(after.owner())
                .addString(after.unit())
                .addString(after.lot())
                .addInteger(ACCOUNTS_AT_ONCE)
                .addInteger(LINES_OF_A_PAGE)
                .addLong(selection.firstSeq())
                .addLong(selection.lastSeq())
                .addLocalDate(selection.firstDay())
                .addLocalDate(selection.lastDay());
        if (order == Order.BY_OWNER) {
            arguments.addArrayOfString(HELD_BY_SOMEBODY);
        }
        return pool.preparedQuery(order == Order.BY_OWNER ? BY_OWNER : BY_CODE)
                .execute(arguments)
                .map(rows -> {
                    List<AccountLine> lines = new ArrayList<>(rows.size());
                    AccountKey account = after;
                    Long seq = null;
                    for (Row row : rows) {
                        if (account.number() != row.getInteger(0)) {
                            account = key(row);
                        }
                        seq = row.getLong(5);
                        lines.add(new AccountLine(account, seq == null ? null : line(row, 5), row.getLong(13)));
                    }
                    return new Lines(lines, account, rows.size() < LINES_OF_A_PAGE ? null : seq, rows.size() == 0);
                });
    }

    private static Line line(Row row, int from) {
        return new Line(
                row.getLong(from),
                EntryType.valueOf(row.getString(from + 1)),
                row.getLocalDate(from + 2),
                row.getOffsetDateTime(from + 3).toInstant(),
                row.getLong(from + 4),
                row.getLong(from + 5),
                row.getLong(from + 6),
                row.getString(from + 7));
    }

    // ---- sums --------------------------------------------------------------------------------------------------

    /** What postings come to in a unit: all of them, and those above zero. */
    record Sum(long sum, long turnover) {
        static final Sum NONE = new Sum(0, 0);
    }

    /** Counts and sums of a selection. */
    record Totals(long entries, long postings, Map<Unit, Sum> sums) {}

    Uni<Totals> totals(int book, Selection selection) {
        Tuple range = Tuple.tuple()
                .addShort((short) book)
                .addLong(selection.firstSeq())
                .addLong(selection.lastSeq());
        if (selection.isGapless()) {
            return pool.preparedQuery(SUMS)
                    .execute(range)
                    .map(rows -> totals(selection.lastSeq() - selection.firstSeq() + 1, rows));
        }
        range.addLocalDate(selection.firstDay()).addLocalDate(selection.lastDay());
        return pool.preparedQuery(COUNT)
                .execute(range)
                .map(rows -> rows.iterator().next().getLong(0))
                .chain(entries ->
                        pool.preparedQuery(SUMS_OF_DAYS).execute(range).map(rows -> totals(entries, rows)));
    }

    private static Totals totals(long entries, Iterable<Row> rows) {
        long postings = 0;
        Map<Unit, Sum> sums = new EnumMap<>(Unit.class);
        for (Row row : rows) {
            postings += row.getLong(1);
            sums.put(Unit.valueOf(row.getString(0)), new Sum(row.getLong(2), row.getLong(3)));
        }
        return new Totals(entries, postings, sums);
    }
}
