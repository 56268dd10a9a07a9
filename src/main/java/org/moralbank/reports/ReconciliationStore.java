package org.moralbank.reports;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Language;
import org.moralbank.platform.Snapshots;

/**
 * The queries of the reconciliations. Each gives subjects with two figures, {@code l} by the accounts and {@code r} by the
 * records; all of an answer see the same commits. {@code $1} is the book, {@code $2} the last entry that is counted,
 * {@code $3} the last business day or null, {@code $4} the book's code, {@code $5} whether now is meant.
 */
@ApplicationScoped
class ReconciliationStore {
    private static final int OFFENDERS = 10;

    /** Sums, and the first offenders below them. */
    private static final String BEFORE = """
            WITH asked AS (
                SELECT $1::smallint, $2::bigint, $3::date, $4::text, $5::boolean),
            compared AS MATERIALIZED (
            """;

    private static final String BEHIND = """
            )
            SELECT unit, NULL AS subject, coalesce(sum(l), 0)::bigint AS l, coalesce(sum(r), 0)::bigint AS r,
                   count(*) AS compared, count(*) FILTER (WHERE l <> r) AS differing
            FROM compared
            GROUP BY unit
            UNION ALL
            (SELECT unit, subject, l::bigint, r::bigint, 1, 1
             FROM compared
             WHERE l <> r
             ORDER BY unit, subject
             LIMIT
            """ + OFFENDERS + """
            )
            ORDER BY unit, subject NULLS FIRST
            """;

    private static final String PATH = "concat_ws(':', a.code, nullif(a.owner, ''), a.unit, nullif(a.lot, ''))";

    private static final String BALANCES_NOW = "SELECT " + PATH + """
                 AS subject, a.unit, a.posted AS l, coalesce(p.amount, 0) AS r
            FROM ledger_account a
            LEFT JOIN (
                SELECT account_id, sum(amount) AS amount
                FROM ledger_posting
                WHERE book_id = $1
                GROUP BY account_id) p ON p.account_id = a.account_id
            WHERE a.book_id = $1
            """;

    private static final String BALANCES_THEN = "SELECT " + PATH + """
                 AS subject, a.unit, c.balance_after AS l, p.amount AS r
            FROM (
                SELECT account_id, sum(amount) AS amount
                FROM ledger_posting
                WHERE book_id = $1 AND seq <= $2
                GROUP BY account_id) p
            JOIN ledger_account a ON a.book_id = $1 AND a.account_id = p.account_id
            CROSS JOIN LATERAL (
                SELECT p.balance_after
                FROM ledger_posting p
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq <= $2
                ORDER BY p.seq DESC
                LIMIT 1) c
            """;

    private static final String HOLDS = "SELECT " + PATH + """
                 AS subject, a.unit, a.held AS l, coalesce(h.amount, 0) AS r
            FROM ledger_account a
            LEFT JOIN (
                SELECT line.account_id, sum(line.amount) AS amount
                FROM ledger_hold h
                CROSS JOIN unnest(h.lines_account, h.lines_amount) AS line (account_id, amount)
                WHERE h.book_id = $1 AND h.status = 'ACTIVE'
                GROUP BY line.account_id) h ON h.account_id = a.account_id
            WHERE a.book_id = $1 AND (a.held <> 0 OR h.amount IS NOT NULL)
            """;

    /** Postings on the accounts of a code that are counted. */
    private static String posted(String code) {
        return """
                SELECT a.owner, a.unit, p.seq, p.amount, e.type
                FROM ledger_account a
                JOIN ledger_posting p ON p.book_id = a.book_id AND p.account_id = a.account_id
                JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
                WHERE a.book_id = $1 AND a.code = '%s' AND p.seq <= $2 AND ($3::date IS NULL OR e.occurred_on <= $3)
                """.formatted(code);
    }

    /** Whether an entry that a record names is counted; e is the entry, which may not be there. */
    private static String counted(String seq) {
        return seq + " <= $2 AND ($3::date IS NULL OR e.occurred_on <= $3)";
    }

    private static final String ENTRY = "LEFT JOIN ledger_entry e ON e.book_id = ";

    /**
     * The last entry that was imported, or 0. Records begin behind it, so that what was imported counts on both sides: only
     * what names an imported entry all the same differs.
     */
    private static final String IMPORTED = "coalesce((SELECT last_seq FROM imported_book WHERE book_id = $1), 0)";

    /**
     * What a till did is known by its redemption. An offline sale may also stand alone: those of a time before tills were
     * connected were booked by hand.
     */
    private static final String MERCHANT_PAYABLE = """
            SELECT '2300:' || owner || ':PTS' AS subject, 'PTS' AS unit, sum(l) AS l, sum(r) AS r
            FROM (
                WITH posted AS MATERIALIZED (
            """ + posted("2300") + """
                )
                SELECT owner, amount AS l, 0 AS r
                FROM posted
                UNION ALL
                SELECT r.merchant, 0, r.captured
                FROM redemption r
            """ + ENTRY + "r.book_id AND e.seq = r.seq"
            + """

                WHERE r.book_id = $1 AND r.captured IS NOT NULL AND
            """ + counted("r.seq") + """

                UNION ALL
                SELECT r.merchant, 0, -f.amount
                FROM redemption_refund f
                JOIN redemption r ON r.book_id = f.book_id AND r.redemption_id = f.redemption_id
            """ + ENTRY + "f.book_id AND e.seq = f.seq" + """

                WHERE f.book_id = $1 AND
            """ + counted("f.seq") + """

                UNION ALL
                SELECT s.merchant, 0, -s.amount
                FROM settlement s
            """
            + ENTRY + "s.book_id AND e.seq = s.close_entry" + """

                WHERE s.book_id = $1 AND
            """ + counted("s.close_entry") + """

                UNION ALL
                SELECT s.merchant, 0, s.amount
                FROM settlement s
            """ + ENTRY
            + "s.book_id AND e.seq = s.end_entry" + """

                WHERE s.book_id = $1 AND s.status = 'REJECTED' AND
            """ + counted("s.end_entry") + """

                UNION ALL
                SELECT owner, 0, amount
                FROM posted
                WHERE type NOT IN ('REDEEM_SALE', 'REDEEM_CAPTURE', 'REDEEM_REFUND', 'SETTLEMENT_CLOSE',
                                   'SETTLEMENT_REJECTED')
                AND (type <> 'REDEEM_SALE_OFFLINE'
                     OR NOT EXISTS (SELECT FROM redemption r WHERE r.book_id = $1 AND r.seq = posted.seq))
                OR seq <=\s""" + IMPORTED + """

                ) figures
            GROUP BY owner
            """;

    private static final String SETTLEMENT_BATCHES = """
            SELECT '2310:' || owner || ':PTS' AS subject, 'PTS' AS unit, sum(l) AS l, sum(r) AS r
            FROM (
                SELECT owner, amount AS l, CASE WHEN seq <=\s""" + IMPORTED + """
                 THEN amount ELSE 0 END AS r
                FROM (
            """ + posted("2310") + """
                ) posted
                UNION ALL
                SELECT s.settlement_id::text, 0, s.amount
                FROM settlement s
            """ + ENTRY
            + "s.book_id AND e.seq = s.close_entry" + """

                WHERE s.book_id = $1 AND
            """ + counted("s.close_entry")
            + """

                UNION ALL
                SELECT s.settlement_id::text, 0, -s.amount
                FROM settlement s
            """ + ENTRY + "s.book_id AND e.seq = s.end_entry" + """

                WHERE s.book_id = $1 AND
            """ + counted("s.end_entry") + """

                ) figures
            GROUP BY owner
            """;

    /** All accounts of who has a lot, also what is the holder's own. */
    private static final String LOTS = """
            SELECT code || ':' || owner || ':' || unit AS subject, unit, sum(l) AS l, sum(r) AS r
            FROM (
                WITH account AS MATERIALIZED (
                    SELECT a.account_id, a.code, a.owner, a.unit,
            """ + PATH + """
                 AS path
                    FROM ledger_account a
                    WHERE a.book_id = $1 AND EXISTS (
                        SELECT FROM ledger_account o
                        WHERE o.book_id = a.book_id AND o.code = a.code AND o.owner = a.owner AND o.unit = a.unit
                        AND o.lot <> '')),
                posted AS MATERIALIZED (
                    SELECT a.code, a.owner, a.unit, p.seq, p.amount
                    FROM account a
                    JOIN ledger_posting p ON p.book_id = $1 AND p.account_id = a.account_id
                    JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
                    WHERE p.seq <= $2 AND ($3::date IS NULL OR e.occurred_on <= $3))
                SELECT code, owner, unit, amount AS l, 0 AS r
                FROM posted
                UNION ALL
                SELECT a.code, a.owner, a.unit, 0, (j ->> 'amount')::bigint
                FROM (SELECT DISTINCT seq FROM posted) s
                JOIN ledger_entry e ON e.book_id = $1 AND e.seq = s.seq
                CROSS JOIN jsonb_array_elements(convert_from(e.canonical, 'UTF8')::jsonb -> 'postings') AS j
                JOIN account a ON a.path = j ->> 'account'
                ) figures
            GROUP BY code, owner, unit
            """;

    /**
     * The other book's entries by the time of this book's last: both sides are posted in one commit. What was imported with
     * either was agreed on where it was posted, and its other side may be there still.
     */
    private static final String CLEARING_PAIRS = """
            SELECT '1500:' || owner || ':' || unit AS subject, unit, sum(l) AS l, sum(r) AS r
            FROM (
                SELECT owner, unit, amount AS l, 0 AS r
                FROM (
            """ + posted("1500") + """
                ) posted
                WHERE seq >\s""" + IMPORTED + """

                UNION ALL
                SELECT b.code, a.unit, 0, -p.amount
                FROM ledger_book b
                JOIN ledger_account a ON a.book_id = b.book_id AND a.code = '1500' AND a.owner = $4
                JOIN ledger_posting p ON p.book_id = a.book_id AND p.account_id = a.account_id
                JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
                WHERE ($5 OR e.posted_at <= (SELECT posted_at FROM ledger_entry WHERE book_id = $1 AND seq = $2))
                AND ($3::date IS NULL OR e.occurred_on <= $3)
                AND NOT EXISTS (SELECT FROM imported_book i WHERE i.book_id = p.book_id AND p.seq <= i.last_seq)
                ) figures
            GROUP BY owner, unit
            """;

    /**
     * One is counted where an entry earns for service, and one where a record names the entry, or it was imported; what its
     * recipient paid, here or in another book, earned nothing new.
     */
    private static final String EARNINGS = """
            SELECT 'entry ' || seq AS subject, unit, sum(l) AS l, sum(r) AS r
            FROM (
                SELECT e.seq, e.unit, 1 AS l, CASE WHEN e.seq <=\s""" + IMPORTED + """
                 THEN 1 ELSE 0 END AS r
                FROM ledger_entry e
                WHERE e.book_id = $1 AND e.type IN ('EARN_TIME', 'EARN_TIME_TEAM', 'EARN_POINTS_SERVICE') AND
            """ + counted("e.seq") + """

                UNION ALL
                SELECT n.seq, n.unit, 0, 1
                FROM service_record r
                CROSS JOIN LATERAL (
                    VALUES (r.time_seq, 'MIN'), (r.points_seq, 'PTS')
                    ) AS n (seq, unit)
            """ + ENTRY
            + "r.book_id AND e.seq = n.seq" + """

                WHERE r.book_id = $1 AND (e.type IS NULL OR NOT e.type IN ('TRANSFER_TIME', 'BOOKING_COMPLETE', 'XCOMM_RECEIVE'))
                AND
            """ + counted("n.seq") + """

                ) figures
            GROUP BY seq, unit
            """;

    private final Snapshots snapshots;

    ReconciliationStore(Snapshots snapshots) {
        this.snapshots = snapshots;
    }

    /** The reconciliations, and the last entry that they count. */
    record Reconciled(long seq, List<Reconciliation> reconciliations) {}

    /** Compares; {@code scope} is null for now. All in one snapshot. */
    Uni<Reconciled> reconcile(
            BookHandle book, @Nullable Scope scope, List<Reconciliation.Name> names, Language language) {
        return snapshots.answer(connection -> (scope != null
                        ? Uni.createFrom().item(scope.lastSeq())
                        : connection
                                .preparedQuery("SELECT last_seq FROM ledger_book WHERE book_id = $1")
                                .execute(Tuple.of((short) book.id()))
                                .map(rows -> rows.iterator().next().getLong(0)))
                .chain(seq -> Multi.createFrom()
                        .iterable(names)
                        .onItem()
                        .transformToUniAndConcatenate(name -> reconcile(connection, book, scope, seq, name, language))
                        .collect()
                        .asList()
                        .map(each -> new Reconciled(
                                seq, each.stream().flatMap(List::stream).toList()))));
    }

    private static Uni<List<Reconciliation>> reconcile(
            SqlConnection connection,
            BookHandle book,
            @Nullable Scope scope,
            long seq,
            Reconciliation.Name name,
            Language language) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addLong(seq)
                .addLocalDate(scope == null ? null : scope.on())
                .addString(book.code())
                .addBoolean(scope == null);
        return connection
                .preparedQuery(BEFORE + sql(name, scope == null) + BEHIND)
                .execute(arguments)
                .map(rows -> read(name, name.description(language), rows));
    }

    private static String sql(Reconciliation.Name name, boolean isNow) {
        return switch (name) {
            case BALANCES -> isNow ? BALANCES_NOW : BALANCES_THEN;
            case HOLDS -> HOLDS;
            case MERCHANT_PAYABLE -> MERCHANT_PAYABLE;
            case SETTLEMENT_BATCHES -> SETTLEMENT_BATCHES;
            case LOTS -> LOTS;
            case CLEARING_PAIRS -> CLEARING_PAIRS;
            case EARNINGS -> EARNINGS;
        };
    }

    /** The row of a unit's sums, then those of its offenders. */
    private static List<Reconciliation> read(Reconciliation.Name name, String description, RowSet<Row> rows) {
        Map<Unit, Reconciliation> byUnit = new LinkedHashMap<>();
        for (Row row : rows) {
            Unit unit = Unit.valueOf(row.getString(0));
            String subject = row.getString(1);
            long left = row.getLong(2);
            long right = row.getLong(3);
            Reconciliation sums = byUnit.get(unit);
            if (subject == null || sums == null) {
                byUnit.put(
                        unit,
                        new Reconciliation(
                                name,
                                unit,
                                description,
                                left,
                                right,
                                left - right,
                                row.getLong(4),
                                row.getLong(5),
                                new ArrayList<>()));
            } else {
                sums.offenders().add(new Reconciliation.Offender(subject, left, right, left - right));
            }
        }
        return List.copyOf(byUnit.values());
    }
}
