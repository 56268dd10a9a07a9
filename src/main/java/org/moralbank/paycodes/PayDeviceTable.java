package org.moralbank.paycodes;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.paycodes.PayDevice.Pocket;
import org.moralbank.platform.Moments;

/** Rows of {@code pay_device}, all of a member at once: he has few. */
final class PayDeviceTable implements Table<Pocket.Key, Pocket> {
    static final PayDeviceTable POCKETS = new PayDeviceTable();

    static final String COLUMNS =
            "d.device_id, d.handle, d.label, d.enrolled_at, d.revoked_at, d.last_step, d.last_used_at, d.book_id, d.member";

    private static final String LOAD = "SELECT " + COLUMNS + """

            FROM unnest($1::smallint[], $2::text[]) AS k (book_id, member)
            JOIN pay_device d USING (book_id, member)
            ORDER BY d.device_id
            """;

    private static final String UPSERT = """
            INSERT INTO pay_device (book_id, member, device_id, handle, label, enrolled_at, revoked_at, last_step,
                                    last_used_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (book_id, member, device_id) DO UPDATE
            SET revoked_at = excluded.revoked_at, last_step = excluded.last_step, last_used_at = excluded.last_used_at
            """;

    private PayDeviceTable() {}

    @Override
    public int changedUnder(Pocket.Key pocket) {
        return pocket.book();
    }

    @Override
    public Future<Map<Pocket.Key, Pocket>> load(SqlConnection connection, List<Pocket.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] members = keys.stream().map(Pocket.Key::member).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, members)))
                .map(rows -> {
                    Map<Pocket.Key, List<PayDevice>> found = new HashMap<>();
                    for (Row row : rows) {
                        found.computeIfAbsent(
                                        new Pocket.Key(row.getShort(7), row.getString(8)), none -> new ArrayList<>())
                                .add(device(row));
                    }
                    Map<Pocket.Key, Pocket> pockets = HashMap.newHashMap(found.size());
                    found.forEach((key, devices) -> pockets.put(key, new Pocket(List.copyOf(devices))));
                    return pockets;
                });
    }

    static PayDevice device(Row row) {
        return new PayDevice(
                row.getUUID(0),
                row.getString(1),
                row.getString(2),
                row.getOffsetDateTime(3).toInstant(),
                Moments.instant(row.getOffsetDateTime(4)),
                row.getLong(5),
                Moments.instant(row.getOffsetDateTime(6)));
    }

    @Override
    public void write(Writing writing, List<Change<Pocket.Key, Pocket>> changes) {
        for (Change<Pocket.Key, Pocket> change : changes) {
            Pocket before = change.before() == null ? Pocket.EMPTY : change.before();
            for (PayDevice device : change.after().devices()) {
                PayDevice there = before.find(device.id());
                if (there != device) {
                    write(writing, change.key(), device);
                    if (there == null) {
                        writing.afterwards(() -> PayCodeMetrics.made("device"));
                    }
                }
            }
        }
    }

    private static void write(Writing writing, Pocket.Key key, PayDevice device) {
        writing.execute(
                UPSERT,
                Tuple.tuple()
                        .addShort((short) key.book())
                        .addString(key.member())
                        .addUUID(device.id())
                        .addString(device.handle())
                        .addString(device.label())
                        .addOffsetDateTime(Moments.utc(device.enrolledAt()))
                        .addOffsetDateTime(Moments.utc(device.revokedAt()))
                        .addLong(device.lastStep())
                        .addOffsetDateTime(Moments.utc(device.lastUsedAt())));
    }
}
