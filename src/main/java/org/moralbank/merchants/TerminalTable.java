package org.moralbank.merchants;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code merchant_terminal}, as works see them. */
final class TerminalTable implements Table<Terminal.Key, Terminal> {
    /** Terminals, by book, merchant and id. */
    static final TerminalTable TERMINALS = new TerminalTable();

    /** What {@link #terminal} reads, from {@code merchant_terminal t}. */
    static final String COLUMNS = """
            t.book_id, t.merchant_id, t.terminal_id, t.store_id, t.status, t.partial_approval, t.shows_points_left,
            t.version, t.registered_at
            """;

    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::text[], $3::text[]) AS k (book_id, merchant_id, terminal_id)
            JOIN merchant_terminal t USING (book_id, merchant_id, terminal_id)
            """;

    private static final String UPSERT = """
            INSERT INTO merchant_terminal (book_id, merchant_id, terminal_id, store_id, status, partial_approval,
                                           shows_points_left, version, registered_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (book_id, merchant_id, terminal_id) DO UPDATE
            SET store_id = excluded.store_id, status = excluded.status, partial_approval = excluded.partial_approval,
                shows_points_left = excluded.shows_points_left, version = excluded.version
            """;

    private TerminalTable() {}

    @Override
    public Future<Map<Terminal.Key, Terminal>> load(SqlConnection connection, List<Terminal.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] merchants = keys.stream().map(Terminal.Key::merchant).toArray(String[]::new);
        String[] ids = keys.stream().map(Terminal.Key::id).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, merchants, ids)))
                .map(rows -> {
                    Map<Terminal.Key, Terminal> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        Terminal terminal = terminal(row);
                        found.put(terminal.key(), terminal);
                    }
                    return found;
                });
    }

    @Override
    public int changedUnder(Terminal.Key terminal) {
        return terminal.book();
    }

    @Override
    public void write(Writing writing, List<Change<Terminal.Key, Terminal>> changes) {
        for (Change<Terminal.Key, Terminal> change : changes) {
            Terminal terminal = change.after();
            writing.execute(
                    UPSERT,
                    Tuple.tuple()
                            .addShort((short) terminal.book())
                            .addString(terminal.merchant())
                            .addString(terminal.id())
                            .addString(terminal.store())
                            .addString(terminal.status().name())
                            .addBoolean(terminal.partialApproval())
                            .addBoolean(terminal.showsPointsLeft())
                            .addLong(terminal.version())
                            .addOffsetDateTime(terminal.registeredAt().atOffset(ZoneOffset.UTC)));
        }
    }

    static Terminal terminal(Row row) {
        return new Terminal(
                row.getShort(0),
                row.getString(1),
                row.getString(2),
                row.getString(3),
                Terminal.Status.valueOf(row.getString(4)),
                row.getBoolean(5),
                row.getBoolean(6),
                row.getLong(7),
                row.getOffsetDateTime(8).toInstant());
    }
}
