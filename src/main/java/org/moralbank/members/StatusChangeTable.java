package org.moralbank.members;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code member_status_change}: works add to them; {@link LeavingTable} reads some. */
final class StatusChangeTable implements Table<StatusChange.Key, StatusChange> {
    private static final String INSERT = """
            INSERT INTO member_status_change (book_id, member_id, version, status, changed_at, client_id, client, actor, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """;

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
                            .addShort((short) made.member().book())
                            .addString(made.member().id())
                            .addLong(made.version())
                            .addString(made.status().name())
                            .addOffsetDateTime(made.changedAt().atOffset(ZoneOffset.UTC))
                            .addInteger(made.by().clientId())
                            .addString(made.by().client())
                            .addString(made.by().actor())
                            .addString(made.reason()));
        }
    }
}
