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

/** Organisation units, as works of book 0 see them: added, and never changed. */
final class OrganisationUnitTable implements Table<OrganisationUnitTable.Key, OrganisationUnit> {
    /** What a unit is found by: its code, or the book that it keeps. */
    sealed interface Key {
        record Code(String code) implements Key {}

        record Keeper(String book) implements Key {}
    }

    private static final String LOAD = """
            SELECT code, parent, kind, name, book, created_at
            FROM member_organisation_unit
            WHERE code = ANY ($1) OR book = ANY ($2)
            """;

    @Override
    public Future<Map<Key, OrganisationUnit>> load(SqlConnection connection, List<Key> keys) {
        String[] codes = keys.stream()
                .filter(Key.Code.class::isInstance)
                .map(key -> ((Key.Code) key).code())
                .toArray(String[]::new);
        String[] books = keys.stream()
                .filter(Key.Keeper.class::isInstance)
                .map(key -> ((Key.Keeper) key).book())
                .toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(codes, books)))
                .map(rows -> {
                    Map<Key, OrganisationUnit> found = new HashMap<>();
                    for (Row row : rows) {
                        OrganisationUnit unit = unit(row);
                        found.put(new Key.Code(unit.code()), unit);
                        if (unit.book() != null) {
                            found.put(new Key.Keeper(unit.book()), unit);
                        }
                    }
                    return found;
                });
    }

    static OrganisationUnit unit(Row row) {
        return new OrganisationUnit(
                row.getString(0),
                row.getString(1),
                OrganisationUnit.Kind.valueOf(row.getString(2)),
                row.getString(3),
                row.getString(4),
                row.getOffsetDateTime(5).toInstant());
    }

    /** A unit stands in the set under its code and under its book, and is written once. */
    @Override
    public void write(Writing writing, List<Change<Key, OrganisationUnit>> changes) {
        for (Change<Key, OrganisationUnit> change : changes) {
            if (change.key() instanceof Key.Code) {
                OrganisationUnitEntity entity = OrganisationUnitEntity.of(change.after());
                writing.entities(session ->
                        Future.fromCompletionStage(session.persist(entity).subscribeAsCompletionStage()));
            }
        }
    }
}
