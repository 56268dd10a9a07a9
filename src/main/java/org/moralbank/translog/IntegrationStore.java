package org.moralbank.translog;

import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Transaction;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.moralbank.proofs.Hash;
import org.moralbank.proofs.Tile;
import org.moralbank.proofs.VerificationKey;

/** What the integrator reads and writes, beside the lanes. Blocking, for virtual threads. */
@ApplicationScoped
class IntegrationStore {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String ADD_BOOKS = """
            INSERT INTO log_book (book_id, size)
            SELECT b.book_id, 0
            FROM ledger_book b
            WHERE NOT EXISTS (SELECT FROM log_book l WHERE l.book_id = b.book_id)
            ON CONFLICT DO NOTHING
            """;

    /** A book that has lost entries is behind its log, and due too. */
    private static final String DUE = """
            SELECT l.book_id, b.code, l.size, b.last_seq, l.refused_seq, l.refused
            FROM log_book l
            JOIN ledger_book b USING (book_id)
            WHERE b.last_seq <> l.size
            OR l.refused IS NOT NULL
            OR l.size = 0 AND NOT EXISTS (SELECT FROM log_checkpoint c WHERE c.book_id = l.book_id)
            ORDER BY l.book_id
            """;

    private static final String ALL = """
            SELECT l.book_id, b.code, l.size, b.last_seq, l.refused_seq, l.refused
            FROM log_book l
            JOIN ledger_book b USING (book_id)
            ORDER BY l.book_id
            """;

    /** Who finds it taken leaves it to him who has it. */
    private static final String LOCK = """
            SELECT size, refused_seq, refused
            FROM log_book
            WHERE book_id = $1
            FOR UPDATE SKIP LOCKED
            """;

    private static final String ENTRIES = """
            SELECT seq, canonical, leaf_hash
            FROM ledger_entry
            WHERE book_id = $1 AND seq > $2
            ORDER BY seq
            LIMIT $3
            """;

    private static final String APPEND = """
            INSERT INTO log_hash (book_id, level, first, hashes)
            SELECT $1, r.level, r.first, r.hashes
            FROM unnest($2::smallint[], $3::bigint[], $4::bytea[]) AS r (level, first, hashes)
            """;

    private static final String CHECKPOINT =
            "INSERT INTO log_checkpoint (book_id, size, note, signed_at) VALUES ($1, $2, $3, clock_timestamp())";

    private static final String KEY = """
            INSERT INTO log_key (book_id, key, since, at)
            VALUES ($1, $2, $3, clock_timestamp())
            ON CONFLICT DO NOTHING
            """;

    private static final String MOVE = """
            UPDATE log_book
            SET size = $2, refused_seq = NULL, refused = NULL, refused_at = NULL
            WHERE book_id = $1 AND size = $3
            """;

    private static final String REFUSE = """
            UPDATE log_book
            SET refused_seq = $2, refused = $3, refused_at = clock_timestamp()
            WHERE book_id = $1
            """;

    private final Pool pool;

    IntegrationStore(Pool pool) {
        this.pool = pool;
    }

    /** Over what nothing is signed, and why. */
    record Wrong(long seq, Refused.Reason reason) {}

    /** How far a book's log and the book are. */
    record Log(
            int book,
            String code,
            long size,
            long lastSeq,
            @Nullable Wrong refused) {}

    /** An entry as the log takes it: the hash of its bytes as they are, and the one that was recorded with it. */
    record Leaf(long seq, Hash hash, Hash recorded) {}

    void addBooks() {
        pool.query(ADD_BOOKS).execute().await().atMost(PATIENCE);
    }

    /** Those that have something to integrate, or are refused. */
    List<Log> due() {
        return logs(DUE);
    }

    List<Log> all() {
        return logs(ALL);
    }

    private List<Log> logs(String sql) {
        List<Log> logs = new ArrayList<>();
        for (Row row : pool.preparedQuery(sql).execute().await().atMost(PATIENCE)) {
            logs.add(new Log(row.getShort(0), row.getString(1), row.getLong(2), row.getLong(3), wrong(row, 4)));
        }
        return logs;
    }

    private static @Nullable Wrong wrong(Row row, int column) {
        return row.getLong(column) == null
                ? null
                : new Wrong(row.getLong(column), Refused.Reason.valueOf(row.getString(column + 1)));
    }

    List<Leaf> entries(int book, long after, int most) {
        return entries(pool, book, after, most);
    }

    private static List<Leaf> entries(SqlClient client, int book, long after, int most) {
        RowSet<Row> rows = client.preparedQuery(ENTRIES)
                .execute(Tuple.of((short) book, after, most))
                .await()
                .atMost(PATIENCE);
        List<Leaf> leaves = new ArrayList<>(rows.size());
        for (Row row : rows) {
            leaves.add(new Leaf(
                    row.getLong(0),
                    Hash.leaf(row.getBuffer(1).getDelegate().getBytes()),
                    Hash.of(row.getBuffer(2).getDelegate().getBytes())));
        }
        return leaves;
    }

    Map<Tile, byte[]> tiles(int book, Collection<Tile> tiles) {
        return LogStore.tiles(pool, book, tiles).await().atMost(PATIENCE);
    }

    /** Takes the log of a book; null when another has it. */
    @Nullable
    Turn begin(int book) {
        SqlConnection connection = pool.getConnection().await().atMost(PATIENCE);
        try {
            Transaction transaction = connection.begin().await().atMost(PATIENCE);
            for (Row row : connection
                    .preparedQuery(LOCK)
                    .execute(Tuple.of((short) book))
                    .await()
                    .atMost(PATIENCE)) {
                return new Turn(connection, transaction, book, row.getLong(0), wrong(row, 1));
            }
            transaction.rollback().await().atMost(PATIENCE);
        } catch (RuntimeException e) {
            connection.close().await().atMost(PATIENCE);
            throw e;
        }
        connection.close().await().atMost(PATIENCE);
        return null;
    }

    /**
     * A transaction that holds the log of a book. What it writes is there when it commits, and else never was: also when its
     * process is killed, or was stopped for so long that the database gave the lock to another.
     */
    static final class Turn implements AutoCloseable {
        private final SqlConnection connection;
        private final Transaction transaction;
        private final int book;
        private final long size;
        private final @Nullable Wrong refused;
        private boolean ended;

        private Turn(SqlConnection connection, Transaction transaction, int book, long size, @Nullable Wrong refused) {
            this.connection = connection;
            this.transaction = transaction;
            this.book = book;
            this.size = size;
            this.refused = refused;
        }

        long size() {
            return size;
        }

        @Nullable
        Wrong refused() {
            return refused;
        }

        /** The checkpoint of the log's size. */
        Optional<SignedCheckpoint> checkpoint() {
            return LogStore.checkpoint(connection, book, size)
                    .await()
                    .atMost(PATIENCE)
                    .filter(found -> found.size() == size);
        }

        List<VerificationKey> keys() {
            return LogStore.keys(connection, book).await().atMost(PATIENCE);
        }

        Map<Tile, byte[]> tiles(Collection<Tile> tiles) {
            return LogStore.tiles(connection, book, tiles).await().atMost(PATIENCE);
        }

        List<Leaf> entries(long after, int most) {
            return IntegrationStore.entries(connection, book, after, most);
        }

        void append(List<RightEdge.Row> rows) {
            run(
                    APPEND,
                    Tuple.tuple()
                            .addShort((short) book)
                            .addArrayOfShort(rows.stream()
                                    .map(row -> (short) row.level())
                                    .toArray(Short[]::new))
                            .addArrayOfLong(
                                    rows.stream().map(RightEdge.Row::first).toArray(Long[]::new))
                            .addValue(rows.stream()
                                    .map(row -> Buffer.buffer(row.hashes()))
                                    .toArray(Buffer[]::new)));
        }

        /** Fails when there is one of this size. */
        void sign(long newSize, String note, VerificationKey key) {
            run(KEY, Tuple.of((short) book, key.toString(), newSize));
            run(CHECKPOINT, Tuple.of((short) book, newSize, note));
        }

        void moveTo(long newSize) {
            if (run(MOVE, Tuple.of((short) book, newSize, size)).rowCount() != 1) {
                throw new IllegalStateException("the log of book " + book + " is not at " + size + " any more");
            }
        }

        void refuse(Wrong wrong) {
            run(REFUSE, Tuple.of((short) book, wrong.seq(), wrong.reason().name()));
        }

        void commit() {
            ended = true;
            transaction.commit().await().atMost(PATIENCE);
        }

        private RowSet<Row> run(String sql, Tuple arguments) {
            return connection.preparedQuery(sql).execute(arguments).await().atMost(PATIENCE);
        }

        /** Takes back what was not committed. */
        @Override
        public void close() {
            try {
                if (!ended) {
                    transaction.rollback().await().atMost(PATIENCE);
                }
            } finally {
                connection.close().await().atMost(PATIENCE);
            }
        }
    }
}
