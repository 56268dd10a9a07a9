package org.moralbank.merchants;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Whole catalogues, as the works see them that edit one; the items are written by {@link ItemTable}. */
final class CatalogueTable implements Table<Merchant.Key, CatalogueTable.Whole> {
    static final CatalogueTable CATALOGUES = new CatalogueTable();

    private static final String LOAD = """
            SELECT c.book_id, c.merchant_id, c.version, c.changed_at
            FROM unnest($1::smallint[], $2::text[]) AS k (book_id, merchant_id)
            JOIN merchant_catalogue c USING (book_id, merchant_id)
            """;

    private static final String LOAD_ITEMS = "SELECT " + ItemTable.COLUMNS + """
            FROM unnest($1::smallint[], $2::text[]) AS k (book_id, merchant_id)
            JOIN merchant_item i USING (book_id, merchant_id)
            WHERE NOT i.removed
            ORDER BY i.book_id, i.merchant_id, i.place
            """;

    private static final String UPSERT = """
            INSERT INTO merchant_catalogue (book_id, merchant_id, version, changed_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (book_id, merchant_id) DO UPDATE
            SET version = excluded.version, changed_at = excluded.changed_at
            """;

    private CatalogueTable() {}

    /**
     * A merchant's catalogue.
     *
     * @param version 1, 2, 3 …: the ETag
     * @param items in the order in which they were given
     */
    record Whole(long version, Instant changedAt, List<Item> items) {}

    @Override
    public Future<Map<Merchant.Key, Whole>> load(SqlConnection connection, List<Merchant.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] merchants = keys.stream().map(Merchant.Key::id).toArray(String[]::new);
        Map<Merchant.Key, List<Item>> items = new HashMap<>();
        Future<?> loaded = connection
                .preparedQuery(LOAD_ITEMS)
                .execute(Tuple.from(List.of(books, merchants)))
                .onSuccess(rows -> rows.forEach(row -> items.computeIfAbsent(key(row), first -> new ArrayList<>())
                        .add(ItemTable.item(row))));
        Future<Map<Merchant.Key, Whole>> whole = connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, merchants)))
                .map(rows -> {
                    Map<Merchant.Key, Whole> found = new HashMap<>();
                    for (Row row : rows) {
                        Merchant.Key key = key(row);
                        found.put(
                                key,
                                new Whole(
                                        row.getLong(2),
                                        row.getOffsetDateTime(3).toInstant(),
                                        List.copyOf(items.getOrDefault(key, List.of()))));
                    }
                    return found;
                });
        // The server answers in the order of the asking, so that the items are there before their catalogues.
        return loaded.compose(ignored -> whole);
    }

    @Override
    public void write(Writing writing, List<Change<Merchant.Key, Whole>> changes) {
        for (Change<Merchant.Key, Whole> change : changes) {
            writing.execute(
                    UPSERT,
                    Tuple.tuple()
                            .addShort((short) change.key().book())
                            .addString(change.key().id())
                            .addLong(change.after().version())
                            .addOffsetDateTime(change.after().changedAt().atOffset(ZoneOffset.UTC)));
        }
    }

    private static Merchant.Key key(Row row) {
        return new Merchant.Key(row.getShort(0), row.getString(1));
    }
}
