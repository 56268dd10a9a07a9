package org.moralbank.settlements;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code settlement_position}. */
final class PositionTable implements Table<Position.Key, Position> {
    static final PositionTable POSITIONS = new PositionTable();

    private static final String LOAD = """
            SELECT p.book_id, p.merchant, p.closed, p.through_day, p.last_entry, p.earned
            FROM unnest($1::smallint[], $2::text[]) AS k (book_id, merchant)
            JOIN settlement_position p USING (book_id, merchant)
            """;

    private static final String UPSERT = """
            INSERT INTO settlement_position (book_id, merchant, closed, through_day, last_entry, earned)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (book_id, merchant) DO UPDATE
            SET closed = excluded.closed, through_day = excluded.through_day, last_entry = excluded.last_entry,
                earned = excluded.earned
            """;

    private PositionTable() {}

    @Override
    public Future<Map<Position.Key, Position>> load(SqlConnection connection, List<Position.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] merchants = keys.stream().map(Position.Key::merchant).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, merchants)))
                .map(rows -> {
                    Map<Position.Key, Position> found = HashMap.newHashMap(rows.size());
                    rows.forEach(row -> {
                        Position position = new Position(
                                row.getShort(0),
                                row.getString(1),
                                row.getLong(2),
                                row.getLocalDate(3),
                                row.getLong(4),
                                row.getLong(5));
                        found.put(position.key(), position);
                    });
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<Position.Key, Position>> changes) {
        for (Change<Position.Key, Position> change : changes) {
            Position position = change.after();
            writing.execute(
                    UPSERT,
                    Tuple.tuple()
                            .addShort((short) position.book())
                            .addString(position.merchant())
                            .addLong(position.closed())
                            .addLocalDate(position.through())
                            .addLong(position.lastEntry())
                            .addLong(position.earned()));
        }
    }
}
