package org.moralbank.members;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Reads of the organisation. */
@ApplicationScoped
public class OrganisationStore {
    private static final String COLUMNS = "u.code, u.parent, u.kind, u.name, u.book, u.created_at\n";

    private static final String LIST = "SELECT " + COLUMNS + """
            FROM member_organisation_unit u
            WHERE u.code > $1
              AND ($2::text IS NULL OR u.parent = $2)
              AND ($3::text IS NULL OR u.kind = $3)
              AND (u.book IS NULL OR $4 OR u.book = ANY ($5))
            ORDER BY u.code
            LIMIT $6
            """;

    private static final String FIND = "SELECT " + COLUMNS + """
            FROM member_organisation_unit u
            WHERE u.code = $1
            """;

    /** The unit itself comes first. A unit's parent was there before it and stays: there are no rings. */
    private static final String SUBTREE = """
            WITH RECURSIVE subtree (code, depth) AS (
                SELECT code, 0
                FROM member_organisation_unit
                WHERE code = $1
                UNION ALL
                SELECT child.code, subtree.depth + 1
                FROM subtree
                JOIN member_organisation_unit child ON child.parent = subtree.code
            )
            SELECT\s""" + COLUMNS + """
            FROM subtree
            JOIN member_organisation_unit u USING (code)
            ORDER BY subtree.depth, u.code
            """;

    /** Days are those of each book's calendar. Who left is counted until the day before he did. */
    private static final String COUNTS = """
            WITH book AS (
                SELECT book_id, calendar
                FROM ledger_book
                WHERE code = ANY ($1)
            )
            SELECT (SELECT count(*)
                    FROM book b
                    JOIN member m USING (book_id)
                    LEFT JOIN member_status_change c
                        ON c.book_id = m.book_id AND c.member_id = m.member_id AND c.status = 'CLOSED'
                    WHERE ($2::date IS NULL OR (m.registered_at AT TIME ZONE b.calendar)::date <= $2)
                      AND (m.status <> 'CLOSED' OR (c.changed_at AT TIME ZONE b.calendar)::date > $2)),
                   (SELECT count(*)
                    FROM book b
                    JOIN member_team t USING (book_id)
                    WHERE $2::date IS NULL OR (t.registered_at AT TIME ZONE b.calendar)::date <= $2)
            """;

    private final Pool pool;

    OrganisationStore(Pool pool) {
        this.pool = pool;
    }

    /** What the list is filtered by; null is any. */
    record Filter(@Nullable String parent, OrganisationUnit.@Nullable Kind kind) {}

    /** The units that keep no book, or one that the client may use. */
    Uni<List<OrganisationUnit>> list(Client client, Filter filter, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addString(page.after() == null ? "" : page.after())
                .addString(filter.parent())
                .addString(filter.kind() == null ? null : filter.kind().name())
                .addBoolean(client.mayUse(Client.EVERY_BOOK))
                .addArrayOfString(client.books().toArray(String[]::new))
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(OrganisationStore::units);
    }

    /** A unit and all below it; refuses as not found what is not there or has a book that is not the client's. */
    public Uni<List<OrganisationUnit>> subtree(Client client, String code) {
        return read(SUBTREE, code).map(units -> visible(client, units));
    }

    /** A unit; refuses as not found what is not there or keeps a book that is not the client's. */
    Uni<OrganisationUnit> unit(Client client, String code) {
        return read(FIND, code).map(units -> visible(client, units).getFirst());
    }

    /** Empty when there is none of the code. */
    private Uni<List<OrganisationUnit>> read(String sql, String code) {
        return pool.preparedQuery(sql).execute(Tuple.of(code)).map(OrganisationStore::units);
    }

    private static List<OrganisationUnit> visible(Client client, List<OrganisationUnit> units) {
        if (units.isEmpty() || !units.stream().allMatch(unit -> unit.book() == null || client.mayUse(unit.book()))) {
            throw new ProtocolRejection.NotFound("organisation unit").refused();
        }
        return units;
    }

    /** How many take part. */
    public record Counts(long members, long teams) {}

    /** The counts of some books at the end of a day, or now when there is none. */
    public Uni<Counts> counts(SqlClient database, Collection<String> books, @Nullable LocalDate on) {
        Tuple arguments =
                Tuple.tuple().addArrayOfString(books.toArray(String[]::new)).addLocalDate(on);
        return database.preparedQuery(COUNTS).execute(arguments).map(rows -> {
            Row row = rows.iterator().next();
            return new Counts(row.getLong(0), row.getLong(1));
        });
    }

    private static List<OrganisationUnit> units(RowSet<Row> rows) {
        List<OrganisationUnit> units = new ArrayList<>(rows.size());
        for (Row row : rows) {
            units.add(OrganisationUnitTable.unit(row.getDelegate()));
        }
        return units;
    }
}
