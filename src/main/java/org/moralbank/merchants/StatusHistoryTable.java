package org.moralbank.merchants;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/**
 * Rows of {@code merchant_status_change}, all of a merchant or terminal at once, to be read only: {@link StatusChangeTable}
 * adds them. A change of the same commit is not among them; nothing that is judged here is younger.
 */
final class StatusHistoryTable implements Table<StatusHistory.Key, StatusHistory> {
    static final StatusHistoryTable HISTORIES = new StatusHistoryTable();

    private static final String LOAD = """
            SELECT c.book_id, c.merchant_id, c.terminal_id, c.status, c.changed_at
            FROM unnest($1::smallint[], $2::text[], $3::text[]) AS k (book_id, merchant_id, terminal_id)
            JOIN merchant_status_change c USING (book_id, merchant_id, terminal_id)
            ORDER BY c.version
            """;

    private StatusHistoryTable() {}

    @Override
    public Future<Map<StatusHistory.Key, StatusHistory>> load(SqlConnection connection, List<StatusHistory.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] merchants = keys.stream().map(StatusHistory.Key::merchant).toArray(String[]::new);
        String[] terminals = keys.stream().map(StatusHistory.Key::terminal).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, merchants, terminals)))
                .map(rows -> {
                    Map<StatusHistory.Key, List<StatusHistory.Step>> found = new HashMap<>();
                    for (Row row : rows) {
                        found.computeIfAbsent(
                                        new StatusHistory.Key(row.getShort(0), row.getString(1), row.getString(2)),
                                        none -> new ArrayList<>())
                                .add(new StatusHistory.Step(
                                        Merchant.Status.valueOf(row.getString(3)),
                                        row.getOffsetDateTime(4).toInstant()));
                    }
                    Map<StatusHistory.Key, StatusHistory> histories = HashMap.newHashMap(found.size());
                    found.forEach((key, steps) -> histories.put(key, new StatusHistory(List.copyOf(steps))));
                    return histories;
                });
    }

    @Override
    public void write(Writing writing, List<Change<StatusHistory.Key, StatusHistory>> changes) {
        throw new IllegalStateException("no work changes it");
    }
}
