package org.moralbank.imports;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads of {@code imported_book}, and of what a book has already. */
@ApplicationScoped
class ImportStore {
    private static final String OF_BOOK = "SELECT " + ImportTable.COLUMNS + "FROM imported_book i WHERE i.book_id = $1";

    private static final String FULL_UP_TO = """
            SELECT b.last_seq
            FROM ledger_book b
            WHERE b.book_id = $1
            AND (b.last_seq > 0 OR b.last_account > 0 OR EXISTS (SELECT FROM imported_book i WHERE i.book_id = b.book_id))
            """;

    private final Pool pool;

    ImportStore(Pool pool) {
        this.pool = pool;
    }

    /** The last entry of a book that nothing can be imported into any more, for it never gets empty again; or nothing. */
    Uni<Optional<Long>> fullUpTo(int book) {
        return pool.preparedQuery(FULL_UP_TO).execute(Tuple.of((short) book)).map(rows -> {
            for (Row row : rows) {
                return Optional.of(row.getLong(0));
            }
            return Optional.empty();
        });
    }

    /** The import of a book: one or none. */
    Uni<List<Imported>> of(int book) {
        return pool.preparedQuery(OF_BOOK).execute(Tuple.of((short) book)).map(rows -> {
            List<Imported> found = new ArrayList<>();
            for (Row row : rows) {
                found.add(ImportTable.imported(row.getDelegate()));
            }
            return found;
        });
    }
}
