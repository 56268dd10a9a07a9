package org.moralbank.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code ledger_hold}. */
public final class HoldTable implements Table<HoldTable.Key, Hold> {
    private static final String LOAD = """
            SELECT h.book_id, h.hold_id, h.status, h.reference, h.placed_at, h.expires_at, h.ended_at, h.captured_seq,
                   h.lines_account, h.lines_amount
            FROM unnest($1::smallint[], $2::uuid[]) AS k (book_id, hold_id)
            JOIN ledger_hold h USING (book_id, hold_id)
            """;

    private static final String UPSERT = """
            INSERT INTO ledger_hold AS h (book_id, hold_id, status, reference, placed_at, expires_at, ended_at,
                                          captured_seq, lines_account, lines_amount)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            ON CONFLICT (book_id, hold_id) DO UPDATE
            SET status = excluded.status, ended_at = excluded.ended_at, captured_seq = excluded.captured_seq
            """;

    /** A hold of a book. */
    public record Key(int book, UUID hold) {}

    HoldTable() {}

    @Override
    public Future<Map<Key, Hold>> load(SqlConnection connection, List<Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        UUID[] ids = keys.stream().map(Key::hold).toArray(UUID[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, ids)))
                .map(rows -> {
                    Map<Key, Hold> found = new HashMap<>();
                    for (Row row : rows) {
                        Hold hold = hold(row);
                        found.put(new Key(hold.book(), hold.id()), hold);
                    }
                    return found;
                });
    }

    private static Hold hold(Row row) {
        Long[] accounts = row.getArrayOfLongs(8);
        Long[] amounts = row.getArrayOfLongs(9);
        List<Hold.Line> lines = new ArrayList<>();
        for (int i = 0; i < accounts.length; i++) {
            lines.add(new Hold.Line(accounts[i].intValue(), amounts[i]));
        }
        OffsetDateTime endedAt = row.getOffsetDateTime(6);
        return new Hold(
                row.getUUID(1),
                row.getShort(0),
                Hold.Status.valueOf(row.getString(2)),
                row.getString(3),
                row.getOffsetDateTime(4).toInstant(),
                row.getOffsetDateTime(5).toInstant(),
                endedAt == null ? null : endedAt.toInstant(),
                row.getLong(7),
                List.copyOf(lines));
    }

    @Override
    public void write(Writing writing, List<Change<Key, Hold>> changes) {
        for (Change<Key, Hold> change : changes) {
            Hold hold = change.after();
            Tuple row = Tuple.tuple()
                    .addShort((short) hold.book())
                    .addUUID(hold.id())
                    .addString(hold.status().name())
                    .addString(hold.reference())
                    .addOffsetDateTime(utc(hold.placedAt()))
                    .addOffsetDateTime(utc(hold.expiresAt()))
                    .addOffsetDateTime(utc(hold.endedAt()))
                    .addLong(hold.capturedSeq())
                    .addArrayOfLong(hold.lines().stream()
                            .map(line -> (long) line.account())
                            .toArray(Long[]::new))
                    .addArrayOfLong(hold.lines().stream().map(Hold.Line::amount).toArray(Long[]::new));
            writing.execute(UPSERT, row);
        }
    }

    private static @Nullable OffsetDateTime utc(@Nullable Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }
}
