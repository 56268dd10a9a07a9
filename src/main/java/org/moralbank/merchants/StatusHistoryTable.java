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
 * Rows of {@code merchant_status_change}, all of a merchant, or of a terminal and its store, at once, to be read only: {@link StatusChangeTable}
 * adds them. A change of the same commit is not among them; nothing that is judged here is younger.
 */
final class StatusHistoryTable implements Table<StatusChange.Of, StatusHistory> {
    static final StatusHistoryTable HISTORIES = new StatusHistoryTable();

    private static final String LOAD = """
            SELECT k.book_id, k.merchant_id, k.terminal_id, c.store_id <> '', c.status, c.changed_at
            FROM unnest($1::smallint[], $2::text[], $3::text[]) AS k (book_id, merchant_id, terminal_id)
            LEFT JOIN merchant_terminal t USING (book_id, merchant_id, terminal_id)
            JOIN merchant_status_change c
                ON c.book_id = k.book_id AND c.merchant_id = k.merchant_id
                AND (c.terminal_id, c.store_id) IN ((k.terminal_id, ''), ('', t.store_id))
            ORDER BY c.version
            """;

    private StatusHistoryTable() {}

    @Override
    public Future<Map<StatusChange.Of, StatusHistory>> load(SqlConnection connection, List<StatusChange.Of> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] merchants = keys.stream().map(StatusChange.Of::merchant).toArray(String[]::new);
        String[] terminals = keys.stream().map(StatusChange.Of::terminal).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, merchants, terminals)))
                .map(rows -> {
                    Map<StatusChange.Of, StatusHistory> histories = new HashMap<>();
                    for (Row row : rows) {
                        StatusHistory history = histories.computeIfAbsent(
                                StatusChange.Of.terminal(row.getShort(0), row.getString(1), row.getString(2)),
                                none -> new StatusHistory(new ArrayList<>(), new ArrayList<>()));
                        (row.getBoolean(3) ? history.ofStore() : history.steps())
                                .add(new StatusHistory.Step(
                                        Merchant.Status.valueOf(row.getString(4)),
                                        row.getOffsetDateTime(5).toInstant()));
                    }
                    histories.replaceAll((of, history) ->
                            new StatusHistory(List.copyOf(history.steps()), List.copyOf(history.ofStore())));
                    return histories;
                });
    }

    @Override
    public void write(Writing writing, List<Change<StatusChange.Of, StatusHistory>> changes) {
        throw new IllegalStateException("no work changes it");
    }
}
