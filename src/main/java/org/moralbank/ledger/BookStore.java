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
import org.moralbank.platform.Page;

/** Reads of books. */
@ApplicationScoped
class BookStore {
    private static final String LIST = "SELECT " + BookTable.COLUMNS + """
            FROM ledger_book
            WHERE code > $1 AND ($2 OR code = ANY ($3)) AND ($4::text IS NULL OR kind = $4)
            ORDER BY code
            LIMIT $5
            """;

    private static final String GET = "SELECT " + BookTable.COLUMNS + "FROM ledger_book WHERE book_id = $1";

    private final Pool pool;

    BookStore(Pool pool) {
        this.pool = pool;
    }

    /** The books that a client may use, by code; of one kind, or of all when it is null. */
    Uni<List<Book>> list(Client client, Book.@Nullable Kind kind, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addString(page.after() == null ? "" : page.after())
                .addBoolean(client.mayUse(Client.EVERY_BOOK))
                .addArrayOfString(client.books().toArray(String[]::new))
                .addString(kind == null ? null : kind.name())
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<Book> books = new ArrayList<>();
            for (Row row : rows) {
                books.add(BookTable.book(row.getDelegate()));
            }
            return books;
        });
    }

    /** A book that is there. */
    Uni<Book> get(int id) {
        return pool.preparedQuery(GET)
                .execute(Tuple.of((short) id))
                .map(rows -> BookTable.book(rows.iterator().next().getDelegate()));
    }
}
