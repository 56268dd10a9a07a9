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

/** Teams, as works see them: read by one statement of arrays, written by Hibernate. */
final class TeamTable implements Table<Team.Key, Team> {
    private static final String LOAD = """
            SELECT t.book_id, t.team_id, t.name, t.version, t.registered_at
            FROM unnest($1::smallint[], $2::text[]) AS k (book_id, team_id)
            JOIN member_team t USING (book_id, team_id)
            """;

    @Override
    public Future<Map<Team.Key, Team>> load(SqlConnection connection, List<Team.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] ids = keys.stream().map(Team.Key::id).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, ids)))
                .map(rows -> {
                    Map<Team.Key, Team> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        Team team = new Team(
                                row.getShort(0),
                                row.getString(1),
                                row.getString(2),
                                row.getLong(3),
                                row.getOffsetDateTime(4).toInstant());
                        found.put(team.key(), team);
                    }
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<Team.Key, Team>> changes) {
        for (Change<Team.Key, Team> change : changes) {
            TeamEntity entity = TeamEntity.of(change.after());
            writing.entities(session -> Future.fromCompletionStage((change.isInsert()
                            ? session.persist(entity)
                            : session.merge(entity).replaceWithVoid())
                    .subscribeAsCompletionStage()));
        }
    }
}
