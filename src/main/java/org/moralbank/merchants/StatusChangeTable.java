package org.moralbank.merchants;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code merchant_status_change}: works add to them; {@link StatusHistoryTable} reads them. */
final class StatusChangeTable implements Table<StatusChange.Key, StatusChange> {
    static final StatusChangeTable STATUS_CHANGES = new StatusChangeTable();

    private static final String INSERT = """
            INSERT INTO merchant_status_change (book_id, merchant_id, store_id, terminal_id, version, status, changed_at, client_id,
                                                client, actor, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """;

    private StatusChangeTable() {}

    @Override
    public Future<Map<StatusChange.Key, StatusChange>> load(SqlConnection connection, List<StatusChange.Key> keys) {
        throw new IllegalStateException("works only add changes");
    }

    @Override
    public void write(Writing writing, List<Change<StatusChange.Key, StatusChange>> changes) {
        for (Change<StatusChange.Key, StatusChange> change : changes) {
            StatusChange made = change.after();
            writing.execute(
                    INSERT,
                    Tuple.tuple()
                            .addShort((short) made.key().of().book())
                            .addString(made.key().of().merchant())
                            .addString(made.key().of().store())
                            .addString(made.key().of().terminal())
                            .addLong(made.key().version())
                            .addString(made.status().name())
                            .addOffsetDateTime(made.changedAt().atOffset(ZoneOffset.UTC))
                            .addInteger(made.by().clientId())
                            .addString(made.by().client())
                            .addString(made.by().actor())
                            .addString(made.reason()));
        }
    }
}
