package org.moralbank.merchants;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.moralbank.ledger.BookHandle;

/** Reads catalogues. */
@ApplicationScoped
class CatalogueStore {
    /** One statement, so that the items are those of the version; a catalogue without items is a row without them. */
    private static final String FIND = "SELECT " + ItemTable.COLUMNS + """
            , c.version, c.changed_at
            FROM merchant_catalogue c
            LEFT JOIN merchant_item i ON i.book_id = c.book_id AND i.merchant_id = c.merchant_id AND NOT i.removed
            WHERE c.book_id = $1 AND c.merchant_id = $2
            ORDER BY i.place
            """;

    private final Pool pool;

    CatalogueStore(Pool pool) {
        this.pool = pool;
    }

    /** A merchant's catalogue; empty when he never had one. */
    Uni<Optional<CatalogueTable.Whole>> find(BookHandle book, String merchant) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.of((short) book.id(), merchant))
                .map(rows -> {
                    List<Item> items = new ArrayList<>(rows.size());
                    Row last = null;
                    for (Row row : rows) {
                        last = row;
                        if (row.getString(2) != null) {
                            items.add(ItemTable.item(row.getDelegate()));
                        }
                    }
                    return last == null
                            ? Optional.empty()
                            : Optional.of(new CatalogueTable.Whole(
                                    last.getLong(12), last.getOffsetDateTime(13).toInstant(), List.copyOf(items)));
                });
    }
}
