package org.moralbank.merchants;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code merchant_store}, as works see them. */
final class StoreTable implements Table<Store.Key, Store> {
    /** Stores, by book, merchant and id. */
    static final StoreTable STORES = new StoreTable();

    /** What {@link #store} reads, from {@code merchant_store s}. */
    static final String COLUMNS = """
            s.book_id, s.merchant_id, s.store_id, s.name, s.place, s.status, s.version, s.registered_at
            """;

    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::text[], $3::text[]) AS k (book_id, merchant_id, store_id)
            JOIN merchant_store s USING (book_id, merchant_id, store_id)
            """;

    private static final String UPSERT = """
            INSERT INTO merchant_store (book_id, merchant_id, store_id, name, place, status, version, registered_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (book_id, merchant_id, store_id) DO UPDATE
            SET name = excluded.name, place = excluded.place, status = excluded.status,
                version = excluded.version
            """;

    private StoreTable() {}

    @Override
    public Future<Map<Store.Key, Store>> load(SqlConnection connection, List<Store.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] merchants = keys.stream().map(Store.Key::merchant).toArray(String[]::new);
        String[] ids = keys.stream().map(Store.Key::id).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, merchants, ids)))
                .map(rows -> {
                    Map<Store.Key, Store> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        Store store = store(row);
                        found.put(store.key(), store);
                    }
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<Store.Key, Store>> changes) {
        for (Change<Store.Key, Store> change : changes) {
            Store store = change.after();
            writing.execute(
                    UPSERT,
                    Tuple.tuple()
                            .addShort((short) store.book())
                            .addString(store.merchant())
                            .addString(store.id())
                            .addString(store.name())
                            .addString(store.place())
                            .addString(store.status().name())
                            .addLong(store.version())
                            .addOffsetDateTime(store.registeredAt().atOffset(ZoneOffset.UTC)));
        }
    }

    static Store store(Row row) {
        return new Store(
                row.getShort(0),
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                Store.Status.valueOf(row.getString(5)),
                row.getLong(6),
                row.getOffsetDateTime(7).toInstant());
    }
}
