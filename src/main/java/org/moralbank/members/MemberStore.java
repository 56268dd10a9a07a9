package org.moralbank.members;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Page;

/** Reads of members, kin and teams. */
@ApplicationScoped
class MemberStore {
    private static final String MEMBER_COLUMNS = """
            book_id, member_id, status, role, age_band, label, priority_recipient, shows_points_left, version,
            registered_at
            """;

    private static final String MEMBER = "SELECT " + MEMBER_COLUMNS + """
            FROM member
            WHERE book_id = $1 AND member_id = $2
            """;

    private static final String MEMBERS = "SELECT " + MEMBER_COLUMNS + """
            FROM member
            WHERE book_id = $1
              AND member_id > $2
              AND ($3::text IS NULL OR status = $3)
              AND ($4::text IS NULL OR role = $4)
              AND ($5::text IS NULL OR age_band = $5)
              AND ($6::boolean IS NULL OR priority_recipient = $6)
              AND ($7::timestamptz IS NULL OR registered_at >= $7)
              AND ($8::timestamptz IS NULL OR registered_at < $8)
            ORDER BY book_id, member_id
            LIMIT $9
            """;

    private static final String STATUS_CHANGES = """
            SELECT version, status, changed_at, client, actor, reason
            FROM member_status_change
            WHERE book_id = $1 AND member_id = $2 AND version > $3
            AND ($4::timestamptz IS NULL OR changed_at >= $4)
            AND ($5::timestamptz IS NULL OR changed_at < $5)
            ORDER BY version
            LIMIT $6
            """;

    private static final String KIN_COLUMNS = "book_id, member_id, kin_id, relation, proof, version, registered_at\n";

    private static final String KIN = "SELECT " + KIN_COLUMNS + """
            FROM member_kin
            WHERE book_id = $1 AND member_id = $2 AND kin_id = $3
            """;

    private static final String KIN_OF_MEMBER = "SELECT " + KIN_COLUMNS + """
            FROM member_kin
            WHERE book_id = $1 AND member_id = $2 AND kin_id > $3
            ORDER BY book_id, member_id, kin_id
            LIMIT $4
            """;

    private static final String TEAM_COLUMNS = "book_id, team_id, name, version, registered_at\n";

    private static final String TEAM = "SELECT " + TEAM_COLUMNS + """
            FROM member_team
            WHERE book_id = $1 AND team_id = $2
            """;

    private static final String TEAMS = "SELECT " + TEAM_COLUMNS + """
            FROM member_team
            WHERE book_id = $1
              AND team_id > $2
              AND ($3::timestamptz IS NULL OR registered_at >= $3)
              AND ($4::timestamptz IS NULL OR registered_at < $4)
            ORDER BY book_id, team_id
            LIMIT $5
            """;

    private final Pool pool;

    MemberStore(Pool pool) {
        this.pool = pool;
    }

    /** What the list of members is filtered by; null is any. The days are those of registration. */
    record Filter(
            Member.@Nullable Status status,
            @Nullable String role,
            @Nullable String ageBand,
            @Nullable Boolean priorityRecipient,
            DayRange registered) {}

    Uni<Optional<Member>> member(int book, String id) {
        return first(MEMBER, List.of((short) book, id), MemberStore::member);
    }

    Uni<List<Member>> members(BookHandle book, Filter filter, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addString(start(page))
                .addString(filter.status() == null ? null : filter.status().name())
                .addString(filter.role())
                .addString(filter.ageBand())
                .addBoolean(filter.priorityRecipient())
                .addOffsetDateTime(filter.registered().since(book.calendar()))
                .addOffsetDateTime(filter.registered().until(book.calendar()))
                .addInteger(page.rows());
        return pool.preparedQuery(MEMBERS).execute(arguments).map(rows -> all(rows, MemberStore::member));
    }

    Uni<List<StatusChange.View>> statusChanges(BookHandle book, String member, DayRange days, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addString(member)
                .addLong(page.afterNumber(0))
                .addOffsetDateTime(days.since(book.calendar()))
                .addOffsetDateTime(days.until(book.calendar()))
                .addInteger(page.rows());
        return pool.preparedQuery(STATUS_CHANGES)
                .execute(arguments)
                .map(rows -> all(
                        rows,
                        row -> new StatusChange.View(
                                row.getLong(0),
                                Member.Status.valueOf(row.getString(1)),
                                row.getOffsetDateTime(2).toInstant(),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5))));
    }

    Uni<Optional<Kin>> kin(int book, String member, String kin) {
        return first(KIN, List.of((short) book, member, kin), MemberStore::kin);
    }

    Uni<List<Kin>> kinOf(int book, String member, Page.Request page) {
        return list(KIN_OF_MEMBER, List.of((short) book, member, start(page), page.rows()), MemberStore::kin);
    }

    Uni<Optional<Team>> team(int book, String id) {
        return first(TEAM, List.of((short) book, id), MemberStore::team);
    }

    Uni<List<Team>> teams(BookHandle book, DayRange registered, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addString(start(page))
                .addOffsetDateTime(registered.since(book.calendar()))
                .addOffsetDateTime(registered.until(book.calendar()))
                .addInteger(page.rows());
        return pool.preparedQuery(TEAMS).execute(arguments).map(rows -> all(rows, MemberStore::team));
    }

    private static String start(Page.Request page) {
        return page.after() == null ? "" : page.after();
    }

    private <T> Uni<Optional<T>> first(String sql, List<Object> arguments, Function<Row, T> read) {
        return list(sql, arguments, read).map(found -> found.stream().findFirst());
    }

    private <T> Uni<List<T>> list(String sql, List<Object> arguments, Function<Row, T> read) {
        return pool.preparedQuery(sql).execute(Tuple.from(arguments)).map(rows -> all(rows, read));
    }

    private static <T> List<T> all(RowSet<Row> rows, Function<Row, T> read) {
        List<T> all = new ArrayList<>(rows.size());
        for (Row row : rows) {
            all.add(read.apply(row));
        }
        return all;
    }

    private static Member member(Row row) {
        return new Member(
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
    }

    private static Kin kin(Row row) {
        return new Kin(
                row.getShort(0),
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getLong(5),
                row.getOffsetDateTime(6).toInstant());
    }

    private static Team team(Row row) {
        return new Team(
                row.getShort(0),
                row.getString(1),
                row.getString(2),
                row.getLong(3),
                row.getOffsetDateTime(4).toInstant());
    }
}
