package org.moralbank.merchants;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/**
 * The stores of {@code merchant_store} that are not active, all of a merchant at once. Works that change the status of a store
 * put it here too, so that a lane knows them without a look; {@link StoreTable} alone writes.
 */
final class StoppedStoresTable implements Table<Merchant.Key, StoppedStores> {
    static final StoppedStoresTable STOPPED_STORES = new StoppedStoresTable();

    private static final String LOAD = """
            SELECT s.book_id, s.merchant_id, array_agg(s.store_id)
            FROM unnest($1::smallint[], $2::text[]) AS k (book_id, merchant_id)
            JOIN merchant_store s USING (book_id, merchant_id)
            WHERE s.status <> 'ACTIVE'
            GROUP BY s.book_id, s.merchant_id
            """;

    private StoppedStoresTable() {}

    @Override
    public Future<Map<Merchant.Key, StoppedStores>> load(SqlConnection connection, List<Merchant.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] merchants = keys.stream().map(Merchant.Key::id).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, merchants)))
                .map(rows -> {
                    Map<Merchant.Key, StoppedStores> found = HashMap.newHashMap(keys.size());
                    keys.forEach(merchant -> found.put(merchant, StoppedStores.NONE));
                    for (Row row : rows) {
                        found.put(
                                new Merchant.Key(row.getShort(0), row.getString(1)),
                                new StoppedStores(Set.of(row.getArrayOfStrings(2))));
                    }
                    return found;
                });
    }

    @Override
    public int changedUnder(Merchant.Key merchant) {
        return merchant.book();
    }

    /** Writes nothing: what is put here is put into {@link StoreTable#STORES} too. */
    @Override
    public void write(Writing writing, List<Change<Merchant.Key, StoppedStores>> changes) {}
}
