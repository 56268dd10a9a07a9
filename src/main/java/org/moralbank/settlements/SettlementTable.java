package org.moralbank.settlements;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code settlement}: what was closed is written once, and its end once. */
final class SettlementTable implements Table<Settlement.Key, Settlement> {
    static final SettlementTable SETTLEMENTS = new SettlementTable();

    /** What {@link #settlement} reads, from {@code settlement s}. */
    static final String COLUMNS = """
            s.book_id, s.settlement_id, s.merchant, s.status, s.first_day, s.last_day, s.prior_day, s.prior_entry,
            s.last_entry, s.carried_over, s.earned, s.withheld, s.amount, s.fen_per_point, s.discount_basis_points,
            s.gross_fen, s.payment_fen, s.reference, s.maker, s.close_entry, s.closed_at, s.checker, s.end_entry,
            s.ended_at, s.bank_reference, s.reason
            """;

    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::uuid[]) AS k (book_id, settlement_id)
            JOIN settlement s USING (book_id, settlement_id)
            """;

    private static final String INSERT = """
            INSERT INTO settlement (book_id, settlement_id, merchant, status, first_day, last_day, prior_day, prior_entry,
                                    last_entry, carried_over, earned, withheld, amount, fen_per_point,
                                    discount_basis_points, gross_fen, payment_fen, reference, maker, close_entry,
                                    closed_at)
            VALUES ($1, $2, $3, 'CLOSED', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
            """;

    private static final String END = """
            UPDATE settlement
            SET status = $3, checker = $4, end_entry = $5, ended_at = $6, bank_reference = $7, reason = $8
            WHERE book_id = $1 AND settlement_id = $2
            """;

    private SettlementTable() {}

    @Override
    public Future<Map<Settlement.Key, Settlement>> load(SqlConnection connection, List<Settlement.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        UUID[] ids = keys.stream().map(Settlement.Key::id).toArray(UUID[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, ids)))
                .map(rows -> {
                    Map<Settlement.Key, Settlement> found = HashMap.newHashMap(rows.size());
                    rows.forEach(row -> {
                        Settlement settlement = settlement(row);
                        found.put(settlement.key(), settlement);
                    });
                    return found;
                });
    }

    /** A row of {@link #COLUMNS}. */
    static Settlement settlement(Row row) {
        Settlement.Closed closed = new Settlement.Closed(batch(row));
        return switch (Settlement.Status.valueOf(row.getString(3))) {
            case CLOSED -> closed;
            case PAID -> closed.pay(row.getString(24), checked(row));
            case REJECTED -> new Settlement.Rejected(closed.batch(), row.getString(25), checked(row));
        };
    }

    private static Settlement.Batch batch(Row row) {
        return new Settlement.Batch(
                row.getShort(0),
                row.getUUID(1),
                row.getString(2),
                row.getLocalDate(4),
                row.getLocalDate(5),
                new Settlement.Before(row.getLocalDate(6), row.getLong(7)),
                row.getLong(8),
                row.getLong(9),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12),
                new Payment(row.getInteger(13), row.getInteger(14), row.getLong(15), row.getLong(16)),
                row.getString(17),
                row.getString(18),
                row.getLong(19),
                row.getOffsetDateTime(20).toInstant());
    }

    private static Settlement.Checked checked(Row row) {
        return new Settlement.Checked(
                row.getString(21), row.getLong(22), row.getOffsetDateTime(23).toInstant());
    }

    @Override
    public void write(Writing writing, List<Change<Settlement.Key, Settlement>> changes) {
        for (Change<Settlement.Key, Settlement> change : changes) {
            if (change.isInsert()) {
                writing.execute(INSERT, inserted(change.after().batch()));
            }
            if (change.after().end() != null) {
                writing.execute(END, ended(change.after()));
            }
        }
    }

    private static Tuple inserted(Settlement.Batch batch) {
        return Tuple.tuple()
                .addShort((short) batch.book())
                .addUUID(batch.id())
                .addString(batch.merchant())
                .addLocalDate(batch.from())
                .addLocalDate(batch.through())
                .addLocalDate(batch.before().through())
                .addLong(batch.before().lastEntry())
                .addLong(batch.lastEntry())
                .addLong(batch.carriedOver())
                .addLong(batch.earned())
                .addLong(batch.withheld())
                .addLong(batch.amount())
                .addInteger(batch.payment().fenPerPoint())
                .addInteger(batch.payment().discountBasisPoints())
                .addLong(batch.payment().grossFen())
                .addLong(batch.payment().fen())
                .addString(batch.reference())
                .addString(batch.maker())
                .addLong(batch.entry())
                .addOffsetDateTime(utc(batch.closedAt()));
    }

    private static Tuple ended(Settlement settlement) {
        Settlement.Checked end = Objects.requireNonNull(settlement.end());
        return Tuple.tuple()
                .addShort((short) settlement.key().book())
                .addUUID(settlement.key().id())
                .addString(settlement.status().name())
                .addString(end.checker())
                .addLong(end.entry())
                .addOffsetDateTime(utc(end.at()))
                .addString(bankReference(settlement))
                .addString(settlement instanceof Settlement.Rejected rejected ? rejected.reason() : null);
    }

    private static @Nullable String bankReference(Settlement settlement) {
        return settlement instanceof Settlement.Paid paid ? paid.bankReference() : null;
    }

    private static OffsetDateTime utc(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }
}
