package org.moralbank.merchants;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code merchant_item}, one by one, as works see them. */
final class ItemTable implements Table<Item.Key, Item.Placed> {
    static final ItemTable ITEMS = new ItemTable();

    /** What {@link #item} reads, from {@code merchant_item i}. */
    static final String COLUMNS = """
            i.book_id, i.merchant_id, i.item_id, i.name, i.category, i.price, i.per_member_count, i.per_member_period,
            i.weekdays, i.active, i.place, i.removed
            """;

    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::text[], $3::text[]) AS k (book_id, merchant_id, item_id)
            JOIN merchant_item i USING (book_id, merchant_id, item_id)
            """;

    private static final String UPSERT = """
            INSERT INTO merchant_item (book_id, merchant_id, item_id, name, category, price, per_member_count,
                                       per_member_period, weekdays, active, place, removed)
            SELECT * FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::integer[],
                                 $8::text[], $9::smallint[], $10::boolean[], $11::integer[], $12::boolean[])
            ON CONFLICT (book_id, merchant_id, item_id) DO UPDATE
            SET name = excluded.name, category = excluded.category, price = excluded.price,
                per_member_count = excluded.per_member_count, per_member_period = excluded.per_member_period,
                weekdays = excluded.weekdays, active = excluded.active, place = excluded.place, removed = excluded.removed
            """;

    private ItemTable() {}

    @Override
    public Future<Map<Item.Key, Item.Placed>> load(SqlConnection connection, List<Item.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] merchants = keys.stream().map(Item.Key::merchant).toArray(String[]::new);
        String[] items = keys.stream().map(Item.Key::item).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, merchants, items)))
                .map(rows -> {
                    Map<Item.Key, Item.Placed> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        found.put(
                                new Item.Key(row.getShort(0), row.getString(1), row.getString(2)),
                                new Item.Placed(item(row), row.getInteger(10), row.getBoolean(11)));
                    }
                    return found;
                });
    }

    @Override
    public int changedUnder(Item.Key item) {
        return item.book();
    }

    @Override
    public void write(Writing writing, List<Change<Item.Key, Item.Placed>> changes) {
        writing.execute(
                UPSERT,
                Tuple.from(List.of(
                        column(changes, Short[]::new, change ->
                                (short) change.key().book()),
                        column(changes, String[]::new, change -> change.key().merchant()),
                        column(changes, String[]::new, change -> change.key().item()),
                        column(changes, String[]::new, change -> item(change).name()),
                        column(changes, String[]::new, change -> item(change).category()),
                        column(changes, Long[]::new, change -> item(change).price()),
                        column(changes, Integer[]::new, change -> {
                            Item.PerMember most = item(change).perMember();
                            return most == null ? null : most.count();
                        }),
                        column(changes, String[]::new, change -> {
                            Item.PerMember most = item(change).perMember();
                            return most == null ? null : most.period().name();
                        }),
                        column(
                                changes,
                                Short[]::new,
                                change -> bits(item(change).weekdays())),
                        column(changes, Boolean[]::new, change -> item(change).active()),
                        column(changes, Integer[]::new, change -> change.after().place()),
                        column(changes, Boolean[]::new, change -> change.after().removed()))));
    }

    private static Item item(Change<Item.Key, Item.Placed> change) {
        return change.after().item();
    }

    private static <T> @Nullable T[] column(
            List<Change<Item.Key, Item.Placed>> changes,
            IntFunction<@Nullable T[]> array,
            Function<Change<Item.Key, Item.Placed>, @Nullable T> value) {
        @Nullable T[] column = array.apply(changes.size());
        for (int i = 0; i < column.length; i++) {
            column[i] = value.apply(changes.get(i));
        }
        return column;
    }

    static Item item(Row row) {
        Integer count = row.getInteger(6);
        return new Item(
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getLong(5),
                count == null ? null : new Item.PerMember(count, Item.Period.valueOf(row.getString(7))),
                weekdays(row.getShort(8)),
                row.getBoolean(9));
    }

    private static short bits(List<DayOfWeek> weekdays) {
        int bits = 0;
        for (DayOfWeek day : weekdays) {
            bits |= 1 << day.getValue() - 1;
        }
        return (short) bits;
    }

    private static List<DayOfWeek> weekdays(short bits) {
        List<DayOfWeek> weekdays = new ArrayList<>(7);
        for (DayOfWeek day : DayOfWeek.values()) {
            if ((bits >> day.getValue() - 1 & 1) == 1) {
                weekdays.add(day);
            }
        }
        return List.copyOf(weekdays);
    }
}
