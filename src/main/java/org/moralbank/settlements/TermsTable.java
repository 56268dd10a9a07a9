package org.moralbank.settlements;

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

/** Rows of {@code settlement_terms}. */
final class TermsTable implements Table<Integer, Terms> {
    static final TermsTable TERMS = new TermsTable();

    static final String SELECT = "SELECT t.book_id, t.fen_per_point, t.version, t.changed_at FROM settlement_terms t ";

    private static final String LOAD = SELECT + "WHERE t.book_id = ANY ($1)";

    private static final String UPSERT = """
            INSERT INTO settlement_terms (book_id, fen_per_point, version, changed_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (book_id) DO UPDATE
            SET fen_per_point = excluded.fen_per_point, version = excluded.version, changed_at = excluded.changed_at
            """;

    private TermsTable() {}

    @Override
    public Future<Map<Integer, Terms>> load(SqlConnection connection, List<Integer> keys) {
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.of(keys.stream().map(Integer::shortValue).toArray(Short[]::new)))
                .map(rows -> {
                    Map<Integer, Terms> found = HashMap.newHashMap(rows.size());
                    rows.forEach(row -> found.put((int) row.getShort(0), terms(row)));
                    return found;
                });
    }

    /** A row of {@link #SELECT}. */
    static Terms terms(Row row) {
        return new Terms(
                row.getShort(0),
                row.getInteger(1),
                row.getLong(2),
                row.getOffsetDateTime(3).toInstant());
    }

    @Override
    public void write(Writing writing, List<Change<Integer, Terms>> changes) {
        for (Change<Integer, Terms> change : changes) {
            Terms terms = change.after();
            writing.execute(
                    UPSERT,
                    Tuple.of(
                            (short) terms.book(),
                            terms.fenPerPoint(),
                            terms.version(),
                            terms.changedAt().atOffset(ZoneOffset.UTC)));
        }
    }
}
