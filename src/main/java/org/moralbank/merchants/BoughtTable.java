package org.moralbank.merchants;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/**
 * Rows of {@code merchant_item_bought}, a member's of an item together, as works see them.
 *
 * <p>All days are loaded, also for an item that has no limit: they are a dozen bytes each, and a member who buys an item
 * every day has few thousand in ten years. A count that is kept by period would be smaller, and wrong when the limit of the
 * item changes or a purchase of an earlier period is given back.
 */
final class BoughtTable implements Table<Bought.Key, Bought> {
    static final BoughtTable BOUGHT = new BoughtTable();

    private static final String LOAD = """
            SELECT b.book_id, b.merchant_id, b.item_id, b.member_id, b.day, b.count
            FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[]) AS k (book_id, merchant_id, item_id, member_id)
            JOIN merchant_item_bought b USING (book_id, merchant_id, item_id, member_id)
            """;

    private static final String UPSERT = """
            INSERT INTO merchant_item_bought (book_id, merchant_id, item_id, member_id, day, count)
            SELECT * FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::date[], $6::integer[])
            ON CONFLICT (book_id, merchant_id, item_id, member_id, day) DO UPDATE
            SET count = excluded.count
            """;

    private BoughtTable() {}

    @Override
    public Future<Map<Bought.Key, Bought>> load(SqlConnection connection, List<Bought.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] merchants = keys.stream().map(Bought.Key::merchant).toArray(String[]::new);
        String[] items = keys.stream().map(Bought.Key::item).toArray(String[]::new);
        String[] members = keys.stream().map(Bought.Key::member).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, merchants, items, members)))
                .map(rows -> {
                    Map<Bought.Key, Map<LocalDate, Integer>> days = new HashMap<>();
                    for (Row row : rows) {
                        days.computeIfAbsent(
                                        new Bought.Key(
                                                row.getShort(0), row.getString(1), row.getString(2), row.getString(3)),
                                        first -> new HashMap<>())
                                .put(row.getLocalDate(4), row.getInteger(5));
                    }
                    Map<Bought.Key, Bought> found = HashMap.newHashMap(days.size());
                    days.forEach((key, counts) -> found.put(key, new Bought(Map.copyOf(counts))));
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<Bought.Key, Bought>> changes) {
        List<Short> books = new ArrayList<>();
        List<String> merchants = new ArrayList<>();
        List<String> items = new ArrayList<>();
        List<String> members = new ArrayList<>();
        List<LocalDate> days = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        for (Change<Bought.Key, Bought> change : changes) {
            Bought before = change.before();
            change.after().countByDay().forEach((day, count) -> {
                if (before == null || !count.equals(before.countByDay().get(day))) {
                    books.add((short) change.key().book());
                    merchants.add(change.key().merchant());
                    items.add(change.key().item());
                    members.add(change.key().member());
                    days.add(day);
                    counts.add(count);
                }
            });
        }
        writing.execute(
                UPSERT,
                Tuple.from(List.of(
                        books.toArray(Short[]::new),
                        merchants.toArray(String[]::new),
                        items.toArray(String[]::new),
                        members.toArray(String[]::new),
                        days.toArray(LocalDate[]::new),
                        counts.toArray(Integer[]::new))));
    }
}
