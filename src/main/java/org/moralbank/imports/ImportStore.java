package org.moralbank.imports;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/** Reads of {@code imported_book}. */
@ApplicationScoped
class ImportStore {
    private static final String OF_BOOK = "SELECT " + ImportTable.COLUMNS + "FROM imported_book i WHERE i.book_id = $1";

    private final Pool pool;

    ImportStore(Pool pool) {
        this.pool = pool;
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
