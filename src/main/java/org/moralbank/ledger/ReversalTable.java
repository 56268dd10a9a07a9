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

/** Which entries were reversed, and by which: read off {@code ledger_entry.reverses}, and written with the entry. */
final class ReversalTable implements Table<EntryTable.Key, Long> {
    private static final String LOAD = """
            SELECT e.book_id, e.reverses, e.seq
            FROM unnest($1::smallint[], $2::bigint[]) AS k (book_id, seq)
            JOIN ledger_entry e ON e.book_id = k.book_id AND e.reverses = k.seq
            """;

    @Override
    public Future<Map<EntryTable.Key, Long>> load(SqlConnection connection, List<EntryTable.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        Long[] seqs = keys.stream().map(EntryTable.Key::seq).toArray(Long[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, seqs)))
                .map(rows -> {
                    Map<EntryTable.Key, Long> found = new HashMap<>();
                    for (Row row : rows) {
                        found.put(new EntryTable.Key(row.getShort(0), row.getLong(1)), row.getLong(2));
                    }
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<EntryTable.Key, Long>> changes) {
        // The reversing entry says what it reverses.
    }
}
