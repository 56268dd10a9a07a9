package org.moralbank.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** How many events were appended to a book: read off the last of them, and so written with it. */
final class EventCountTable implements Table<Integer, Long> {
    private static final String LOAD = """
            SELECT k.book_id, coalesce(e.count, 0)
            FROM unnest($1::smallint[]) AS k (book_id)
            LEFT JOIN LATERAL (
                SELECT event_no - seq_before AS count
                FROM ledger_event
                WHERE book_id = k.book_id
                ORDER BY event_no DESC
                LIMIT 1) e ON true
            """;

    @Override
    public Future<Map<Integer, Long>> load(SqlConnection connection, List<Integer> books) {
        Short[] ids = books.stream().map(Integer::shortValue).toArray(Short[]::new);
        return connection.preparedQuery(LOAD).execute(Tuple.of(ids)).map(rows -> {
            Map<Integer, Long> found = new HashMap<>();
            for (Row row : rows) {
                found.put((int) row.getShort(0), row.getLong(1));
            }
            return found;
        });
    }

    @Override
    public int changedUnder(Integer book) {
        return book;
    }

    @Override
    public void write(Writing writing, List<Change<Integer, Long>> changes) {
        // The appended events say it.
    }
}
