package org.moralbank.settlements;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/**
 * Where payables stood; read under the lock, so that no commit before the end of the period is still on its way.
 *
 * <p>An account's balance at an entry is on its last posting up to it, and what settlements took of it until then is on
 * their rows: neither costs more for a merchant who sells more.
 */
final class CutTable implements Table<Cut.Key, Cut> {
    static final CutTable CUTS = new CutTable();

    private static final String LOAD = """
            SELECT k.book_id, k.merchant, k.until, p.seq, p.balance_after + s.closed, f.posted_at
            FROM (
                SELECT u.book_id, u.merchant, u.until,
            """ + SettlementStore.seqBefore("u.book_id", "u.until") + """
                    AS seq
                FROM unnest($1::smallint[], $2::text[], $3::timestamptz[]) AS u (book_id, merchant, until)) k
            JOIN ledger_account a
                ON a.book_id = k.book_id AND a.code = '2300' AND a.owner = k.merchant AND a.unit = 'PTS' AND a.lot = ''
            CROSS JOIN LATERAL (
                SELECT p.seq, p.balance_after
                FROM ledger_posting p
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq <= k.seq
                ORDER BY p.seq DESC
                LIMIT 1) p
            CROSS JOIN LATERAL (
                SELECT e.posted_at
                FROM ledger_entry e
                WHERE e.book_id = a.book_id
                AND e.seq = (
                    SELECT o.seq
                    FROM ledger_posting o
                    WHERE o.book_id = a.book_id AND o.account_id = a.account_id
                    ORDER BY o.seq
                    LIMIT 1)) f
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(
                    CASE WHEN s.close_entry <= p.seq THEN s.amount ELSE 0 END
                    - CASE WHEN s.status = 'REJECTED' AND s.end_entry <= p.seq THEN s.amount ELSE 0 END), 0)::bigint AS closed
                FROM settlement s
                WHERE s.book_id = k.book_id AND s.merchant = k.merchant) s
            """;

    private CutTable() {}

    @Override
    public Future<Map<Cut.Key, Cut>> load(SqlConnection connection, List<Cut.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] merchants = keys.stream().map(Cut.Key::merchant).toArray(String[]::new);
        OffsetDateTime[] until =
                keys.stream().map(key -> key.until().atOffset(ZoneOffset.UTC)).toArray(OffsetDateTime[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.of(books, merchants, until))
                .map(rows -> {
                    Map<Cut.Key, Cut> found = HashMap.newHashMap(rows.size());
                    rows.forEach(row -> found.put(
                            new Cut.Key(
                                    row.getShort(0),
                                    row.getString(1),
                                    row.getOffsetDateTime(2).toInstant()),
                            new Cut(
                                    row.getLong(3),
                                    row.getLong(4),
                                    row.getOffsetDateTime(5).toInstant())));
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<Cut.Key, Cut>> changes) {
        throw new IllegalStateException("where a payable stood does not change");
    }
}
