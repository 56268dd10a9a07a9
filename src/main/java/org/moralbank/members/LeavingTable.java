package org.moralbank.members;

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

/**
 * When members left, of {@code member_status_change}, to be read only. Of one who leaves in the same commit it is not known
 * yet.
 */
final class LeavingTable implements Table<Member.Key, Instant> {
    private static final String LOAD = """
            SELECT c.book_id, c.member_id, c.changed_at
            FROM unnest($1::smallint[], $2::text[]) AS k (book_id, member_id)
            JOIN member_status_change c USING (book_id, member_id)
            WHERE c.status = 'CLOSED'
            """;

    @Override
    public Future<Map<Member.Key, Instant>> load(SqlConnection connection, List<Member.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] ids = keys.stream().map(Member.Key::id).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, ids)))
                .map(rows -> {
                    Map<Member.Key, Instant> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        found.put(
                                new Member.Key(row.getShort(0), row.getString(1)),
                                row.getOffsetDateTime(2).toInstant());
                    }
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<Member.Key, Instant>> changes) {
        throw new IllegalStateException("no work changes it");
    }
}
