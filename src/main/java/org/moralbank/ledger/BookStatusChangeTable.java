package org.moralbank.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code ledger_book_status_change}; works only add to them. */
final class BookStatusChangeTable implements Table<BookStatusChange.Key, BookStatusChange> {
    static final BookStatusChangeTable STATUS_CHANGES = new BookStatusChangeTable();

    private static final String INSERT = """
            INSERT INTO ledger_book_status_change (book_id, number, status, changed_at, client_id, client, actor, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """;

    private BookStatusChangeTable() {}

    @Override
    public Future<Map<BookStatusChange.Key, BookStatusChange>> load(
            SqlConnection connection, List<BookStatusChange.Key> keys) {
        return Future.succeededFuture(Map.of());
    }

    @Override
    public void write(Writing writing, List<Change<BookStatusChange.Key, BookStatusChange>> changes) {
        for (Change<BookStatusChange.Key, BookStatusChange> change : changes) {
            BookStatusChange made = change.after();
            writing.execute(
                    INSERT,
                    Tuple.tuple()
                            .addShort((short) made.book())
                            .addInteger(made.number())
                            .addString(made.status().name())
                            .addOffsetDateTime(made.changedAt().atOffset(ZoneOffset.UTC))
                            .addInteger(made.by().clientId())
                            .addString(made.by().client())
                            .addString(made.by().actor())
                            .addString(made.reason()));
        }
    }
}
