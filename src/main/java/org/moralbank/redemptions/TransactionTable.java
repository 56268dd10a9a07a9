package org.moralbank.redemptions;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.moralbank.commits.Change;
import org.moralbank.commits.NewUnlessMet;
import org.moralbank.commits.Writing;
import org.moralbank.redemptions.Transaction.Key;

/**
 * Terminals' transactions: read off {@code redemption}, which names them, and {@code redemption_tombstone}. Only
 * tombstones are written here.
 */
final class TransactionTable implements NewUnlessMet<Key, Transaction> {
    static final String LOAD = "SELECT " + RedemptionTable.COLUMNS + """
                   , k.book_id, k.merchant, k.terminal, k.terminal_transaction, t.reversed_at
            FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[])
                AS k (book_id, merchant, terminal, terminal_transaction)
            LEFT JOIN redemption r
                ON r.book_id = k.book_id AND r.merchant = k.merchant AND r.terminal = k.terminal
                AND r.terminal_transaction = k.terminal_transaction
                AND r.terminal IS NOT NULL
            LEFT JOIN redemption_tombstone t
                ON t.book_id = k.book_id AND t.merchant = k.merchant AND t.terminal = k.terminal
                AND t.terminal_transaction = k.terminal_transaction
            WHERE r.book_id IS NOT NULL OR t.book_id IS NOT NULL
            """;

    private static final String CHECK_NEW = """
            SELECT 2147483647 + count(*)::int
            FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[])
                AS k (book_id, merchant, terminal, terminal_transaction)
            WHERE EXISTS (
                    SELECT FROM redemption_tombstone t
                    WHERE t.book_id = k.book_id AND t.merchant = k.merchant AND t.terminal = k.terminal
                        AND t.terminal_transaction = k.terminal_transaction)
                OR EXISTS (
                    SELECT FROM redemption r
                    WHERE r.book_id = k.book_id AND r.merchant = k.merchant AND r.terminal = k.terminal
                        AND r.terminal_transaction = k.terminal_transaction AND r.terminal IS NOT NULL)
            """;

    private static final String INSERT = """
            INSERT INTO redemption_tombstone (book_id, merchant, terminal, terminal_transaction, reversed_at)
            SELECT *
            FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
            """;

    @Override
    public int changedUnder(Key transaction) {
        return transaction.book();
    }

    /** A number is rarely sent twice. */
    @Override
    public Again again() {
        return Again.RARELY;
    }

    /** No unique key keeps a sale from a number that has a tombstone. */
    @Override
    public void checkNew(Writing checks, List<Key> put, List<Key> others) {
        List<Key> keys = Stream.concat(put.stream(), others.stream()).toList();
        checks.execute(CHECK_NEW, Tuple.of(books(keys), merchants(keys), terminals(keys), numbers(keys)));
    }

    @Override
    public Future<Map<Key, Transaction>> load(SqlConnection connection, List<Key> keys) {
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.of(books(keys), merchants(keys), terminals(keys), numbers(keys)))
                .map(rows -> {
                    Map<Key, Transaction> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        found.put(
                                new Key(
                                        row.getShort(RedemptionTable.WIDTH),
                                        row.getString(RedemptionTable.WIDTH + 1),
                                        new Redemption.Till(
                                                row.getString(RedemptionTable.WIDTH + 2),
                                                row.getString(RedemptionTable.WIDTH + 3))),
                                transaction(row));
                    }
                    return found;
                });
    }

    private static Transaction transaction(Row row) {
        OffsetDateTime tombstone = row.getOffsetDateTime(RedemptionTable.WIDTH + 4);
        if (tombstone != null) {
            return Transaction.tombstone(tombstone.toInstant());
        }
        Redemption now = RedemptionTable.redemption(row);
        return new Transaction(now.asMade(), now instanceof Redemption.Reversed reversed ? reversed.at() : null);
    }

    @Override
    public void write(Writing writing, List<Change<Key, Transaction>> changes) {
        // A transaction that came is written with its redemption, and its reversal too.
        List<Change<Key, Transaction>> tombstones =
                changes.stream().filter(change -> change.after().made() == null).toList();
        if (!tombstones.isEmpty()) {
            List<Key> keys = tombstones.stream().map(Change::key).toList();
            writing.execute(
                    INSERT,
                    Tuple.of(
                            books(keys),
                            merchants(keys),
                            terminals(keys),
                            numbers(keys),
                            tombstones.stream()
                                    .map(change -> Objects.requireNonNull(
                                                    change.after().reversedAt())
                                            .atOffset(ZoneOffset.UTC))
                                    .toArray(OffsetDateTime[]::new)));
        }
    }

    private static Short[] books(List<Key> keys) {
        return keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
    }

    private static String[] merchants(List<Key> keys) {
        return keys.stream().map(Key::merchant).toArray(String[]::new);
    }

    private static String[] terminals(List<Key> keys) {
        return keys.stream().map(key -> key.till().terminal()).toArray(String[]::new);
    }

    private static String[] numbers(List<Key> keys) {
        return keys.stream().map(key -> key.till().transaction()).toArray(String[]::new);
    }
}
