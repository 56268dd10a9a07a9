package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Sums over several books, for reports. */
@ApplicationScoped
public class TotalsStore {
    /**
     * Balances at the end of a business date are those of now without the postings of later dates: the late ones are few
     * for a recent date, and none are looked for when no date is given.
     *
     * <p>What happened after a date was posted since the day before it: a day is left over for clocks that differ, another for
     * imported books, and one more lets the books' calendars differ from UTC. Numbers and posting times make it a binary search,
     * as in LedgerStore. The upper bound leaves nothing out; of a range the planner expects little, and takes the index.
     */
    private static final String TOTALS = """
            WITH RECURSIVE search (book_id, low, high, last) AS (
                SELECT book_id, 0::bigint, last_seq, last_seq
                FROM ledger_book
                WHERE code = ANY ($1) AND $2::date IS NOT NULL
                UNION ALL
                SELECT s.book_id,
                       CASE WHEN e.posted_at < ($2::date - 2)::timestamp AT TIME ZONE 'UTC' THEN e.seq ELSE s.low END,
                       CASE WHEN e.posted_at < ($2::date - 2)::timestamp AT TIME ZONE 'UTC' THEN s.high ELSE e.seq - 1 END,
                       s.last
                FROM search s
                JOIN ledger_entry e ON e.book_id = s.book_id AND e.seq = (s.low + s.high + 1) / 2
                WHERE s.low < s.high
            ), balance AS (
                SELECT a.code, a.book_id, a.owner, sum(a.posted - coalesce(later.amount, 0)) AS amount
                FROM ledger_book b
                JOIN ledger_account a ON a.book_id = b.book_id AND a.code IN ('2100', '2110', '2200', '2210', '2400', '2410')
                LEFT JOIN (
                    SELECT p.book_id, p.account_id, sum(p.amount) AS amount
                    FROM search s
                    CROSS JOIN LATERAL (
                        SELECT e.book_id, e.seq, e.accounts
                        FROM ledger_entry e
                        WHERE e.book_id = s.book_id AND e.seq > s.low AND e.seq <= s.last AND e.occurred_on > $2
                        OFFSET 0) e
                    JOIN ledger_posting p ON p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq
                    WHERE s.low = s.high
                    GROUP BY p.book_id, p.account_id
                ) later ON later.book_id = a.book_id AND later.account_id = a.account_id
                WHERE b.code = ANY ($1)
                GROUP BY a.code, a.book_id, a.owner
            )
            SELECT count(*) FILTER (WHERE code = '2100' AND amount > 0),
                   coalesce(sum(amount) FILTER (WHERE code IN ('2100', '2110')), 0)::bigint,
                   coalesce(sum(amount) FILTER (WHERE code IN ('2200', '2210')), 0)::bigint,
                   coalesce(sum(amount) FILTER (WHERE code = '2400'), 0)::bigint,
                   coalesce(sum(amount) FILTER (WHERE code = '2410'), 0)::bigint
            FROM balance
            """;

    /**
     * What is held in some books.
     *
     * @param holdersOfTime members with time
     * @param storedMinutes time of members and teams
     * @param pointsOutstanding points of members and teams, in hundredths
     */
    public record Totals(
            long holdersOfTime, long storedMinutes, long pointsOutstanding, long pooledMinutes, long pooledPoints) {}

    /** The totals at the end of a business date, or now when there is none. */
    public Uni<Totals> of(SqlClient database, Collection<String> books, @Nullable LocalDate on) {
        Tuple arguments =
                Tuple.tuple().addArrayOfString(books.toArray(String[]::new)).addLocalDate(on);
        return database.preparedQuery(TOTALS).execute(arguments).map(rows -> {
            Row row = rows.iterator().next();
            return new Totals(row.getLong(0), row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
        });
    }
}
