package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Page;

/** Reads of books. */
@ApplicationScoped
class BookStore {
    private static final String LIST = "SELECT " + BookTable.COLUMNS + """
            FROM ledger_book
            WHERE code > $1 AND ($2 OR code = ANY ($3)) AND ($4::text IS NULL OR kind = $4)
            AND ($5::boolean IS NULL OR (closed_at IS NOT NULL) = $5)
            ORDER BY code
            LIMIT $6
            """;

    private static final String GET = "SELECT " + BookTable.COLUMNS + "FROM ledger_book WHERE book_id = $1";

    private static final String STATUS_CHANGES = """
            SELECT number, status, changed_at, client, actor, reason
            FROM ledger_book_status_change
            WHERE book_id = $1 AND number > $2
            AND ($3::timestamptz IS NULL OR changed_at >= $3)
            AND ($4::timestamptz IS NULL OR changed_at < $4)
            ORDER BY number
            LIMIT $5
            """;

    private final Pool pool;

    BookStore(Pool pool) {
        this.pool = pool;
    }

    /** The books that a client may use, by code; of one kind and status, or of all where it is null. */
    Uni<List<Book>> list(Client client, Book.@Nullable Kind kind, Book.@Nullable Status status, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addString(page.after() == null ? "" : page.after())
                .addBoolean(client.mayUse(Client.EVERY_BOOK))
                .addArrayOfString(client.books().toArray(String[]::new))
                .addString(kind == null ? null : kind.name())
                .addBoolean(status == null ? null : status == Book.Status.CLOSED)
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<Book> books = new ArrayList<>();
            for (Row row : rows) {
                books.add(BookTable.book(row.getDelegate()));
            }
            return books;
        });
    }

    /** Who closed and reopened a book, the first first. */
    Uni<Page<BookStatusChangeView>> statusChanges(BookHandle book, DayRange days, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addLong(page.afterNumber(0))
                .addOffsetDateTime(days.since(book.calendar()))
                .addOffsetDateTime(days.until(book.calendar()))
                .addInteger(page.rows());
        return pool.preparedQuery(STATUS_CHANGES).execute(arguments).map(rows -> {
            List<BookStatusChangeView> changes = new ArrayList<>();
            for (Row row : rows) {
                changes.add(new BookStatusChangeView(
                        row.getInteger(0),
                        Book.Status.valueOf(row.getString(1)),
                        row.getOffsetDateTime(2).toInstant(),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5)));
            }
            return Page.of(page, changes, change -> Integer.toString(change.number()));
        });
    }

    /** A book that is there. */
    Uni<Book> get(int id) {
        return pool.preparedQuery(GET)
                .execute(Tuple.of((short) id))
                .map(rows -> BookTable.book(rows.iterator().next().getDelegate()));
    }
}
