package org.moralbank.access;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Clients by name, as works see them: made under the lock of book 0, and never changed. */
final class ClientTable implements Table<String, ClientTable.Registered> {
    static final ClientTable CLIENTS = new ClientTable();

    private static final String LOAD = "SELECT " + ClientStore.COLUMNS + """
            , c.created_at
            FROM access_client c
            WHERE c.client = ANY ($1)
            """;

    private ClientTable() {}

    /** A client and when he was made. */
    record Registered(Client client, Instant createdAt) {}

    @Override
    public Future<Map<String, Registered>> load(SqlConnection connection, List<String> names) {
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.tuple().addArrayOfString(names.toArray(String[]::new)))
                .map(rows -> {
                    Map<String, Registered> found = new HashMap<>();
                    for (Row row : rows) {
                        Client client = ClientStore.client(row);
                        found.put(
                                client.name(),
                                new Registered(client, row.getOffsetDateTime(6).toInstant()));
                    }
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<String, Registered>> changes) {
        for (Change<String, Registered> change : changes) {
            ClientEntity entity =
                    ClientEntity.of(change.after().client(), change.after().createdAt());
            writing.entities(session ->
                    Future.fromCompletionStage(session.persist(entity).subscribeAsCompletionStage()));
        }
    }

    /** The id of the last client. Its one row has the key 0; the insert of a client is what writes it. */
    static final class LastId implements Table<Integer, Integer> {
        static final LastId LAST_ID = new LastId();
        static final Integer KEY = 0;

        private static final String LOAD = "SELECT coalesce(max(client_id), 0) FROM access_client";

        private LastId() {}

        @Override
        public Future<Map<Integer, Integer>> load(SqlConnection connection, List<Integer> keys) {
            return connection
                    .preparedQuery(LOAD)
                    .execute()
                    .map(rows -> Map.of(KEY, rows.iterator().next().getInteger(0)));
        }

        @Override
        public void write(Writing writing, List<Change<Integer, Integer>> changes) {}
    }
}
