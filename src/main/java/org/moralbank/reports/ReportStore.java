package org.moralbank.reports;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.AccountPath;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Snapshots;

/**
 * Reads of the reports. An account's balance after an entry is that of its last posting up to it, which the primary key of
 * {@code ledger_posting} finds with one look: the past costs as much as the present, and needs no index of its own.
 */
@ApplicationScoped
class ReportStore {
    /** Accounts in order of the chart, which is the order of their unique index; {@code $3} to {@code $6} is the one before. */
    private static final String ACCOUNTS = """
            FROM ledger_account a
            """;

    private static final String WHICH = """
            WHERE a.book_id = $1 AND (a.code, a.owner, a.unit, a.lot) > ($3, $4, $5, $6)
            AND ($7::text IS NULL OR a.code = $7)
            AND ($8::text IS NULL OR a.owner = $8 AND a.unit = $9::text AND a.lot = $10::text)
            """;

    private static final String ORDER = """
            ORDER BY a.code, a.owner, a.unit, a.lot
            LIMIT $11
            """;

    /** The last posting up to the last entry that is counted; who has none is in no report. */
    private static final String CLOSING = """
            CROSS JOIN LATERAL (
                SELECT p.balance_after, p.version
                FROM ledger_posting p
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq <= $2
                ORDER BY p.seq DESC
                LIMIT 1) c
            """;

    /** The last posting before the period, or before what has to be looked at for its days. */
    private static final String OPENING = """
            LEFT JOIN LATERAL (
                SELECT p.balance_after, p.version
                FROM ledger_posting p
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq <= $12
                ORDER BY p.seq DESC
                LIMIT 1) o ON true
            """;

    private static final String COLUMNS = "SELECT a.account_id, a.code, a.owner, a.unit, a.lot, ";

    /** Without a period: one look an account. */
    private static final String BALANCES = COLUMNS + """
            0::bigint AS opening, 0::bigint AS debit, 0::bigint AS credit, c.balance_after AS closing, c.version AS lines
            """ + ACCOUNTS + CLOSING + WHICH;

    /** The opening without the turnover: two looks an account. */
    private static final String OPENINGS = COLUMNS + """
            coalesce(o.balance_after, 0) AS opening, 0::bigint AS debit, 0::bigint AS credit,
            c.balance_after AS closing, c.version - coalesce(o.version, 0) AS lines
            """ + ACCOUNTS + CLOSING + OPENING + WHICH;

    /** A period of entries: the same, and the sums of its postings. */
    private static final String TURNOVER = COLUMNS + """
            coalesce(o.balance_after, 0) AS opening, t.debit, t.credit,
            c.balance_after AS closing, c.version - coalesce(o.version, 0) AS lines
            """ + ACCOUNTS + CLOSING + OPENING + """
            CROSS JOIN LATERAL (
                SELECT coalesce(-sum(p.amount) FILTER (WHERE p.amount < 0), 0)::bigint AS debit,
                       coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0)::bigint AS credit
                FROM ledger_posting p
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq > $12 AND p.seq <= $2
                ) t
            """ + WHICH;

    /** With days: what was posted since the period can have begun is looked at with its entry. */
    private static final String DAYS = COLUMNS + """
            coalesce(o.balance_after, 0) + t.before AS opening, t.debit, t.credit,
            coalesce(o.balance_after, 0) + t.before - t.debit + t.credit AS closing, t.lines
            """ + ACCOUNTS + OPENING + """
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(p.amount) FILTER (WHERE NOT p.in_period), 0)::bigint AS before,
                       coalesce(-sum(p.amount) FILTER (WHERE p.in_period AND p.amount < 0), 0)::bigint AS debit,
                       coalesce(sum(p.amount) FILTER (WHERE p.in_period AND p.amount > 0), 0)::bigint AS credit,
                       count(*) FILTER (WHERE p.in_period) AS lines,
                       count(*) AS counted
                FROM (
                    SELECT p.amount, p.seq >= $13 AND ($14::date IS NULL OR e.occurred_on >= $14) AS in_period
                    FROM ledger_posting p
                    JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
                    WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq > $12 AND p.seq <= $2
                    AND ($15::date IS NULL OR e.occurred_on <= $15)
                    ) p
                ) t
            """ + WHICH + """
            AND (o.balance_after IS NOT NULL OR t.counted > 0)
            """;

    private static final String SUBTOTALS = """
            SELECT code, unit, count(*)::int, sum(opening)::bigint, sum(debit)::bigint, sum(credit)::bigint,
                   sum(closing)::bigint
            FROM (
            """;

    private static final String BY_CODE = """
            ) accounts
            GROUP BY code, unit
            ORDER BY code, unit
            """;

    /** The postings of some accounts, each behind a number of its own, account by account. */
    private static final String LINES = """
            SELECT k.place, p.seq, p.type, p.amount, p.occurred_on, p.posted_at, p.reference
            FROM unnest($2::int[], $3::bigint[]) WITH ORDINALITY AS k (account_id, after, place)
            CROSS JOIN LATERAL (
                SELECT p.seq, e.type, p.amount, e.occurred_on, e.posted_at, e.reference
                FROM ledger_posting p
                JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
                WHERE p.book_id = $1 AND p.account_id = k.account_id AND p.seq > k.after AND p.seq BETWEEN $4 AND $5
                AND ($6::date IS NULL OR e.occurred_on >= $6)
                AND ($7::date IS NULL OR e.occurred_on <= $7)
                ORDER BY p.seq
                LIMIT $8) p
            ORDER BY k.place, p.seq
            LIMIT $8
            """;

    private final Pool pool;
    private final Snapshots snapshots;

    ReportStore(Pool pool, Snapshots snapshots) {
        this.pool = pool;
        this.snapshots = snapshots;
    }

    /** The last entry of a book. */
    Uni<Long> lastSeq(int book) {
        return pool.preparedQuery("SELECT last_seq FROM ledger_book WHERE book_id = $1")
                .execute(Tuple.of((short) book))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /**
     * Which accounts a report is of.
     *
     * @param code of the chart; null for all
     * @param account this one; null for all
     */
    record Which(@Nullable String code, @Nullable AccountPath account) {
        static final Which ALL = new Which(null, null);
    }

    /** Accounts behind one, in order of the chart, with what is counted of them. */
    Uni<List<TrialBalance.Line>> lines(int book, Scope scope, @Nullable AccountPath after, int limit) {
        return accounts(turnover(scope), book, scope, Which.ALL, after, limit)
                .map(rows -> list(rows, row -> new TrialBalance.Line(path(row), sums(row, 5))));
    }

    /** What all accounts of each code and unit come to. */
    Uni<List<TrialBalance.Row.Code>> subtotals(int book, Scope scope) {
        return read(
                        SUBTOTALS + turnover(scope) + "LIMIT $11" + BY_CODE,
                        arguments(book, scope, Which.ALL, null, Integer.MAX_VALUE))
                .map(rows -> list(
                        rows,
                        row -> new TrialBalance.Row.Code(
                                row.getString(0), Unit.valueOf(row.getString(1)), row.getInteger(2), sums(row, 3))));
    }

    /**
     * An account as the general ledger begins it.
     *
     * @param lines how many postings of it are in the period
     */
    record Begun(int id, AccountPath account, long opening, long closing, long lines) {}

    /** Accounts behind one, in order of the chart, as the general ledger begins them. */
    Uni<List<Begun>> begun(int book, Scope scope, Which which, @Nullable AccountPath after, int limit) {
        return accounts(scope.hasDays() ? DAYS : OPENINGS, book, scope, which, after, limit)
                .map(rows -> list(
                        rows,
                        row -> new Begun(
                                row.getInteger(0), path(row), row.getLong(5), row.getLong(8), row.getLong(9))));
    }

    /**
     * Postings of the period.
     *
     * @param accounts which accounts
     * @param after of each the entry behind which they are read
     */
    Uni<List<GeneralLedger.Posted>> postings(
            int book, Scope scope, List<Integer> accounts, List<Long> after, int limit) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book)
                .addArrayOfInteger(accounts.toArray(Integer[]::new))
                .addArrayOfLong(after.toArray(Long[]::new))
                .addLong(scope.firstOfPeriod())
                .addLong(scope.lastSeq())
                .addLocalDate(scope.from())
                .addLocalDate(scope.on())
                .addInteger(limit);
        return read(LINES, arguments)
                .map(rows -> list(
                        rows,
                        row -> new GeneralLedger.Posted(
                                (int) (row.getLong(0) - 1),
                                row.getLong(1),
                                row.getString(2),
                                row.getLong(3),
                                row.getLocalDate(4),
                                row.getOffsetDateTime(5).toInstant(),
                                row.getString(6))));
    }

    private static String turnover(Scope scope) {
        if (scope.hasDays()) {
            return DAYS;
        }
        return scope.hasPeriod() ? TURNOVER : BALANCES;
    }

    private Uni<RowSet<Row>> accounts(
            String sql, int book, Scope scope, Which which, @Nullable AccountPath after, int limit) {
        return read(sql + ORDER, arguments(book, scope, which, after, limit));
    }

    private Uni<RowSet<Row>> read(String sql, Tuple arguments) {
        return snapshots.answer(database -> database.preparedQuery(sql).execute(arguments));
    }

    /** All that any of the queries takes; PostgreSQL is told the type of each by a cast where it is not used. */
    private static Tuple arguments(int book, Scope scope, Which which, @Nullable AccountPath after, int limit) {
        AccountPath one = which.account();
        Tuple arguments = Tuple.tuple().addShort((short) book).addLong(scope.lastSeq());
        addKey(arguments, after);
        arguments.addString(one == null ? which.code() : one.chart().code());
        arguments.addString(one == null ? null : one.owner());
        arguments.addString(one == null ? null : one.unit().name());
        arguments.addString(one == null ? null : one.lot());
        arguments.addInteger(limit);
        if (scope.hasDays() || scope.hasPeriod()) {
            arguments.addLong(scope.sureThrough());
        }
        if (scope.hasDays()) {
            arguments.addLong(scope.firstOfPeriod()).addLocalDate(scope.from()).addLocalDate(scope.on());
        }
        return arguments;
    }

    private static void addKey(Tuple arguments, @Nullable AccountPath after) {
        arguments.addString(after == null ? "" : after.chart().code());
        arguments.addString(after == null ? "" : after.owner());
        arguments.addString(after == null ? "" : after.unit().name());
        arguments.addString(after == null ? "" : after.lot());
    }

    private static AccountPath path(Row row) {
        return AccountPath.of(row.getString(1), row.getString(2), row.getString(3), row.getString(4));
    }

    private static TrialBalance.Sums sums(Row row, int first) {
        return new TrialBalance.Sums(
                row.getLong(first), row.getLong(first + 1), row.getLong(first + 2), row.getLong(first + 3));
    }

    private static <T> List<T> list(RowSet<Row> rows, Function<Row, T> read) {
        List<T> items = new ArrayList<>(rows.size());
        for (Row row : rows) {
            items.add(Objects.requireNonNull(read.apply(row)));
        }
        return items;
    }
}
