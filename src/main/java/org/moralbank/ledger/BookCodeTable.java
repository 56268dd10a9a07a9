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

/** Ids of books by their codes, and the last id under {@link #LAST}. Read under the lock of book 0, where books are opened. */
final class BookCodeTable implements Table<String, Integer> {
    /** No code of a book: the id of the last book. */
    static final String LAST = "*";

    private static final String LOAD = """
            SELECT code, book_id::int
            FROM ledger_book
            WHERE code = ANY ($1)
            UNION ALL
            SELECT '*', coalesce(max(book_id), 0)::int
            FROM ledger_book
            """;

    @Override
    public Future<Map<String, Integer>> load(SqlConnection connection, List<String> codes) {
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.tuple().addArrayOfString(codes.toArray(String[]::new)))
                .map(rows -> {
                    Map<String, Integer> found = new HashMap<>();
                    for (Row row : rows) {
                        found.put(row.getString(0), row.getInteger(1));
                    }
                    return found;
                });
    }

    /** The insert of the book is what writes it. */
    @Override
    public void write(Writing writing, List<Change<String, Integer>> changes) {}
}
