package org.moralbank.members;

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

/** Kinships, as works see them: read by one statement of arrays, written by Hibernate. */
final class KinTable implements Table<Kin.Key, Kin> {
    private static final String LOAD = """
            SELECT n.book_id, n.member_id, n.kin_id, n.relation, n.proof, n.version, n.registered_at
            FROM unnest($1::smallint[], $2::text[], $3::text[]) AS k (book_id, member_id, kin_id)
            JOIN member_kin n USING (book_id, member_id, kin_id)
            """;

    @Override
    public Future<Map<Kin.Key, Kin>> load(SqlConnection connection, List<Kin.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] members = keys.stream().map(Kin.Key::member).toArray(String[]::new);
        String[] kin = keys.stream().map(Kin.Key::kin).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, members, kin)))
                .map(rows -> {
                    Map<Kin.Key, Kin> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        Kin one = new Kin(
                                row.getShort(0),
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getLong(5),
                                row.getOffsetDateTime(6).toInstant());
                        found.put(one.key(), one);
                    }
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<Kin.Key, Kin>> changes) {
        for (Change<Kin.Key, Kin> change : changes) {
            KinEntity entity = KinEntity.of(change.after());
            writing.entities(session -> Future.fromCompletionStage((change.isInsert()
                            ? session.persist(entity)
                            : session.merge(entity).replaceWithVoid())
                    .subscribeAsCompletionStage()));
        }
    }
}
