package org.moralbank.exports;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.platform.Json;

/** New rows of {@code export_job}: works only add them, the exporter moves them on. */
final class ExportTable implements Table<UUID, Export> {
    static final ExportTable EXPORTS = new ExportTable();

    private static final String INSERT = """
            INSERT INTO export_job (book_id, export_id, client_id, client, parameters, created_at, status)
            VALUES ($1, $2, $3, $4, $5, $6, 'WAITING')
            """;

    private ExportTable() {}

    @Override
    public Future<Map<UUID, Export>> load(SqlConnection connection, List<UUID> keys) {
        throw new IllegalStateException("works only add exports");
    }

    @Override
    public void write(Writing writing, List<Change<UUID, Export>> changes) {
        for (Change<UUID, Export> change : changes) {
            Export export = change.after();
            writing.execute(
                    INSERT,
                    Tuple.of(
                            (short) export.book(),
                            export.id(),
                            export.clientId(),
                            export.client(),
                            new JsonObject(new String(Json.bytes(export.selection()), StandardCharsets.UTF_8)),
                            export.createdAt().atOffset(ZoneOffset.UTC)));
        }
    }

    /** How many exports of a book are kept: read by works, so that there are not too many. */
    static final class Kept implements Table<Integer, Long> {
        static final Kept KEPT = new Kept();

        private static final String COUNT = """
                SELECT book_id, count(*)
                FROM export_job
                WHERE book_id = ANY ($1)
                GROUP BY book_id
                """;

        private Kept() {}

        @Override
        public Future<Map<Integer, Long>> load(SqlConnection connection, List<Integer> keys) {
            return connection
                    .preparedQuery(COUNT)
                    .execute(Tuple.of(keys.stream().map(Integer::shortValue).toArray(Short[]::new)))
                    .map(rows -> {
                        Map<Integer, Long> counts = new HashMap<>();
                        for (Row row : rows) {
                            counts.put((int) row.getShort(0), row.getLong(1));
                        }
                        return counts;
                    });
        }

        @Override
        public void write(Writing writing, List<Change<Integer, Long>> changes) {
            // Counted, not kept: the next work of the commit sees one more.
        }
    }
}
