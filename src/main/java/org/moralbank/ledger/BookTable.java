package org.moralbank.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.platform.Moments;

/** Rows of {@code ledger_book}. */
final class BookTable implements Table<Integer, Book> {
    static final String COLUMNS = """
            book_id, code, name, kind, calendar, service_earns_time, points_per_hour, member_points_transfer,
            created_at, last_seq, last_account, last_posted_at, closed_at, status_changes
            """;

    private static final String LOAD = "SELECT " + COLUMNS + "FROM ledger_book WHERE book_id = ANY ($1)";

    private static final String INSERT_LOCK = "INSERT INTO commit_lock (book_id) VALUES ($1)";

    private static final String INSERT = """
            INSERT INTO ledger_book (book_id, code, name, kind, calendar, service_earns_time, points_per_hour,
                                     member_points_transfer, created_at, last_seq, last_account, last_posted_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """;

    private static final String UPDATE = """
            UPDATE ledger_book b
            SET last_seq = u.last_seq, last_account = u.last_account, last_posted_at = u.last_posted_at
            FROM unnest($1::smallint[], $2::bigint[], $3::int[], $4::timestamptz[])
                AS u (book_id, last_seq, last_account, last_posted_at)
            WHERE b.book_id = u.book_id
            """;

    /** Apart from what every commit writes. */
    private static final String UPDATE_STATUS = """
            UPDATE ledger_book
            SET closed_at = $2, status_changes = $3
            WHERE book_id = $1
            """;

    @Override
    public Future<Map<Integer, Book>> load(SqlConnection connection, List<Integer> keys) {
        Short[] ids = keys.stream().map(Integer::shortValue).toArray(Short[]::new);
        return connection.preparedQuery(LOAD).execute(Tuple.of(ids)).map(rows -> {
            Map<Integer, Book> found = new HashMap<>();
            for (Row row : rows) {
                Book book = book(row);
                found.put(book.id(), book);
            }
            return found;
        });
    }

    static Book book(Row row) {
        return new Book(
                row.getShort(0),
                row.getString(1),
                row.getString(2),
                Book.Kind.valueOf(row.getString(3)),
                ZoneId.of(row.getString(4)),
                row.getBoolean(5),
                row.getLong(6),
                row.getBoolean(7),
                row.getOffsetDateTime(8).toInstant(),
                row.getLong(9),
                row.getInteger(10),
                row.getOffsetDateTime(11).toInstant(),
                Moments.instant(row.getOffsetDateTime(12)),
                row.getInteger(13));
    }

    @Override
    public int changedUnder(Integer book) {
        return book;
    }

    @Override
    public void write(Writing writing, List<Change<Integer, Book>> changes) {
        for (Change<Integer, Book> change : changes) {
            Book before = change.before();
            if (before == null) {
                insert(writing, change.after());
            } else if (before.statusChanges() != change.after().statusChanges()) {
                updateStatus(writing, change.after());
            }
        }
        List<Book> updated = changes.stream()
                .filter(change -> !change.isInsert())
                .map(Change::after)
                .toList();
        if (!updated.isEmpty()) {
            writing.execute(
                    UPDATE,
                    Tuple.of(
                            updated.stream().map(book -> (short) book.id()).toArray(Short[]::new),
                            updated.stream().map(Book::lastSeq).toArray(Long[]::new),
                            updated.stream().map(Book::lastAccount).toArray(Integer[]::new),
                            updated.stream()
                                    .map(book -> book.lastPostedAt().atOffset(ZoneOffset.UTC))
                                    .toArray(OffsetDateTime[]::new)));
        }
    }

    private static void updateStatus(Writing writing, Book book) {
        writing.execute(
                UPDATE_STATUS,
                Tuple.tuple()
                        .addShort((short) book.id())
                        .addOffsetDateTime(Moments.utc(book.closedAt()))
                        .addInteger(book.statusChanges()));
    }

    private static void insert(Writing writing, Book book) {
        writing.execute(INSERT_LOCK, Tuple.of((short) book.id()));
        writing.execute(
                INSERT,
                Tuple.from(List.of(
                        (short) book.id(),
                        book.code(),
                        book.name(),
                        book.kind().name(),
                        book.calendar().getId(),
                        book.serviceEarnsTime(),
                        book.pointsPerHour(),
                        book.memberPointsTransfer(),
                        book.createdAt().atOffset(ZoneOffset.UTC),
                        book.lastSeq(),
                        book.lastAccount(),
                        book.lastPostedAt().atOffset(ZoneOffset.UTC))));
    }
}
