package org.moralbank.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToLongFunction;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.platform.Moments;

/** Rows of {@code ledger_hold}. */
public final class HoldTable implements Table<HoldTable.Key, Hold> {
    private static final String LOAD = """
            SELECT h.book_id, h.hold_id, h.status, h.reference, h.placed_at, h.expires_at, h.ended_at, h.captured_seq,
                   h.lines_account, h.lines_amount
            FROM unnest($1::smallint[], $2::uuid[]) AS k (book_id, hold_id)
            JOIN ledger_hold h USING (book_id, hold_id)
            """;

    /** Lines are arrays of their own, which unnest would make flat: they travel as text. */
    private static final String INSERT = """
            INSERT INTO ledger_hold (book_id, hold_id, status, reference, placed_at, expires_at, ended_at, captured_seq,
                                     lines_account, lines_amount)
            SELECT h.book_id, h.hold_id, h.status, h.reference, h.placed_at, h.expires_at, h.ended_at, h.captured_seq,
                   h.accounts::bigint[], h.amounts::bigint[]
            FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
                        $7::timestamptz[], $8::bigint[], $9::text[], $10::text[])
                AS h (book_id, hold_id, status, reference, placed_at, expires_at, ended_at, captured_seq, accounts, amounts)
            """;

    private static final String UPDATE = """
            UPDATE ledger_hold h
            SET status = u.status, ended_at = u.ended_at, captured_seq = u.captured_seq
            FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::timestamptz[], $5::bigint[])
                AS u (book_id, hold_id, status, ended_at, captured_seq)
            WHERE h.book_id = u.book_id AND h.hold_id = u.hold_id
            """;

    /** Of one that holds again, on other lines. */
    private static final String UPDATE_WHOLE = """
            UPDATE ledger_hold h
            SET status = u.status, placed_at = u.placed_at, ended_at = u.ended_at, captured_seq = u.captured_seq,
                lines_account = u.accounts::bigint[], lines_amount = u.amounts::bigint[]
            FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::bigint[],
                        $7::text[], $8::text[])
                AS u (book_id, hold_id, status, placed_at, ended_at, captured_seq, accounts, amounts)
            WHERE h.book_id = u.book_id AND h.hold_id = u.hold_id
            """;

    /** A hold of a book. */
    public record Key(int book, UUID hold) {}

    HoldTable() {}

    @Override
    public int changedUnder(Key hold) {
        return hold.book();
    }

    /** An authorization is captured within minutes, or voided; what came of it is seldom looked at. */
    @Override
    public Again again() {
        return Again.ONCE_SOON;
    }

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
        return new Hold(
                row.getUUID(1),
                row.getShort(0),
                Hold.Status.valueOf(row.getString(2)),
                row.getString(3),
                row.getOffsetDateTime(4).toInstant(),
                row.getOffsetDateTime(5).toInstant(),
                Moments.instant(row.getOffsetDateTime(6)),
                row.getLong(7),
                List.copyOf(lines));
    }

    @Override
    public void write(Writing writing, List<Change<Key, Hold>> changes) {
        List<Hold> placed = new ArrayList<>();
        List<Hold> ended = new ArrayList<>();
        List<Hold> again = new ArrayList<>();
        for (Change<Key, Hold> change : changes) {
            Hold before = change.before();
            Hold after = change.after();
            if (before == null) {
                placed.add(after);
            } else {
                (before.placedAt().equals(after.placedAt()) && before.lines().equals(after.lines()) ? ended : again)
                        .add(after);
            }
        }
        if (!placed.isEmpty()) {
            insert(writing, placed);
        }
        if (!ended.isEmpty()) {
            update(writing, ended);
        }
        if (!again.isEmpty()) {
            updateWhole(writing, again);
        }
    }

    private static void insert(Writing writing, List<Hold> holds) {
        writing.execute(
                INSERT,
                Tuple.from(List.of(
                        holds.stream().map(hold -> (short) hold.book()).toArray(Short[]::new),
                        holds.stream().map(Hold::id).toArray(UUID[]::new),
                        holds.stream().map(hold -> hold.status().name()).toArray(String[]::new),
                        holds.stream().map(Hold::reference).toArray(String[]::new),
                        holds.stream().map(hold -> Moments.utc(hold.placedAt())).toArray(OffsetDateTime[]::new),
                        holds.stream()
                                .map(hold -> Moments.utc(hold.expiresAt()))
                                .toArray(OffsetDateTime[]::new),
                        holds.stream().map(hold -> Moments.utc(hold.endedAt())).toArray(OffsetDateTime[]::new),
                        holds.stream().map(Hold::capturedSeq).toArray(Long[]::new),
                        holds.stream()
                                .map(hold -> array(hold, Hold.Line::account))
                                .toArray(String[]::new),
                        holds.stream()
                                .map(hold -> array(hold, Hold.Line::amount))
                                .toArray(String[]::new))));
    }

    private static void update(Writing writing, List<Hold> holds) {
        writing.execute(
                UPDATE,
                Tuple.of(
                        holds.stream().map(hold -> (short) hold.book()).toArray(Short[]::new),
                        holds.stream().map(Hold::id).toArray(UUID[]::new),
                        holds.stream().map(hold -> hold.status().name()).toArray(String[]::new),
                        holds.stream().map(hold -> Moments.utc(hold.endedAt())).toArray(OffsetDateTime[]::new),
                        holds.stream().map(Hold::capturedSeq).toArray(Long[]::new)));
    }

    private static void updateWhole(Writing writing, List<Hold> holds) {
        writing.execute(
                UPDATE_WHOLE,
                Tuple.from(List.of(
                        holds.stream().map(hold -> (short) hold.book()).toArray(Short[]::new),
                        holds.stream().map(Hold::id).toArray(UUID[]::new),
                        holds.stream().map(hold -> hold.status().name()).toArray(String[]::new),
                        holds.stream().map(hold -> Moments.utc(hold.placedAt())).toArray(OffsetDateTime[]::new),
                        holds.stream().map(hold -> Moments.utc(hold.endedAt())).toArray(OffsetDateTime[]::new),
                        holds.stream().map(Hold::capturedSeq).toArray(Long[]::new),
                        holds.stream()
                                .map(hold -> array(hold, Hold.Line::account))
                                .toArray(String[]::new),
                        holds.stream()
                                .map(hold -> array(hold, Hold.Line::amount))
                                .toArray(String[]::new))));
    }

    /** As PostgreSQL writes an array. */
    private static String array(Hold hold, ToLongFunction<Hold.Line> number) {
        StringBuilder text = new StringBuilder("{");
        for (Hold.Line line : hold.lines()) {
            text.append(text.length() == 1 ? "" : ",").append(number.applyAsLong(line));
        }
        return text.append('}').toString();
    }
}
