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

/**
 * Members, as works see them. Nearly every work reads some and few change one: they are read by one statement of arrays,
 * and written by Hibernate.
 */
final class MemberTable implements Table<Member.Key, Member> {
    private static final String LOAD = """
            SELECT m.book_id, m.member_id, m.status, m.role, m.age_band, m.label, m.priority_recipient,
                   m.shows_points_left, m.version, m.registered_at
            FROM unnest($1::smallint[], $2::text[]) AS k (book_id, member_id)
            JOIN member m USING (book_id, member_id)
            """;

    @Override
    public Future<Map<Member.Key, Member>> load(SqlConnection connection, List<Member.Key> keys) {
        int n = keys.size();
        Short[] books = new Short[n];
        String[] ids = new String[n];
        for (int i = 0; i < n; i++) {
            books[i] = (short) keys.get(i).book();
            ids[i] = keys.get(i).id();
        }
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, ids)))
                .map(rows -> {
                    Map<Member.Key, Member> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        Member member = new Member(
                                row.getShort(0),
                                row.getString(1),
                                Member.Status.valueOf(row.getString(2)),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5),
                                row.getBoolean(6),
                                row.getBoolean(7),
                                row.getLong(8),
                                row.getOffsetDateTime(9).toInstant());
                        found.put(member.key(), member);
                    }
                    return found;
                });
    }

    @Override
    public int changedUnder(Member.Key member) {
        return member.book();
    }

    @Override
    public void write(Writing writing, List<Change<Member.Key, Member>> changes) {
        for (Change<Member.Key, Member> change : changes) {
            MemberEntity entity = MemberEntity.of(change.after());
            writing.entities(session -> Future.fromCompletionStage((change.isInsert()
                            ? session.persist(entity)
                            : session.merge(entity).replaceWithVoid())
                    .subscribeAsCompletionStage()));
        }
    }
}
