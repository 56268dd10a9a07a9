package org.moralbank.translog;

import io.smallrye.mutiny.Uni;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.moralbank.proofs.Checkpoint;
import org.moralbank.proofs.Tile;
import org.moralbank.proofs.VerificationKey;

/** What the integrator reads and writes, beside the lanes. Blocking, for threads of their own. */
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
            SELECT book_id, size, refused_seq, refused
            FROM log_book
            WHERE book_id = ANY ($1)
            ORDER BY book_id
            FOR UPDATE SKIP LOCKED
            """;

    private static final String CHECKPOINTS = """
            SELECT book_id, size, note, signed_at
            FROM unnest($1::smallint[], $2::bigint[]) AS b (book_id, size)
            JOIN log_checkpoint USING (book_id, size)
            """;

    private static final String KEYS = "SELECT book_id, key FROM log_key WHERE book_id = ANY ($1)";

    /**
     * The bytes are hashed where they are: what is told of a book is one row, whatever it has grown by. Up to the first entry
     * that is missing the place of each is its number.
     */
    private static final String LEAVES = """
            SELECT b.book_id, b.after, e.hashes, e.missing, e.changed
            FROM unnest($1::smallint[], $2::bigint[], $3::integer[]) AS b (book_id, after, most)
            CROSS JOIN LATERAL (
                SELECT string_agg(leaf_hash, ''::bytea ORDER BY seq) AS hashes,
                       min(place) FILTER (WHERE seq <> place) AS missing,
                       min(seq) FILTER (WHERE sha256('\\x00'::bytea || canonical) <> leaf_hash) AS changed
                FROM (SELECT seq, canonical, leaf_hash, b.after + row_number() OVER (ORDER BY seq) AS place
                      FROM ledger_entry
                      WHERE book_id = b.book_id AND seq > b.after
                      ORDER BY seq
                      LIMIT b.most) e) e
            """;

    private static final String APPEND = """
            INSERT INTO log_hash (book_id, level, first, hashes)
            SELECT *
            FROM unnest($1::smallint[], $2::smallint[], $3::bigint[], $4::bytea[])
            """;

    private static final String SIGN = """
            INSERT INTO log_checkpoint (book_id, size, note, signed_at)
            SELECT *, clock_timestamp()
            FROM unnest($1::smallint[], $2::bigint[], $3::text[])
            """;

    private static final String PUBLISH = """
            INSERT INTO log_key (book_id, since, key, at)
            SELECT *, clock_timestamp()
            FROM unnest($1::smallint[], $2::bigint[], $3::text[])
            ON CONFLICT DO NOTHING
            """;

    private static final String MOVE = """
            UPDATE log_book b
            SET size = m.size, refused_seq = NULL, refused = NULL, refused_at = NULL
            FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) AS m (book_id, size, before)
            WHERE b.book_id = m.book_id AND b.size = m.before
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

    /**
     * Which entries are wanted.
     *
     * @param after those behind this number
     * @param most so many at most
     */
    record Wanted(int book, long after, int most) {}

    /**
     * The log of a book, held by who goes on with it.
     *
     * @param refused over what nothing was signed when it was looked at last
     */
    record Held(int book, long size, @Nullable Wrong refused) {}

    /**
     * What a log grows by.
     *
     * @param from its size before
     * @param rows the hashes that were appended
     * @param checkpoint of its size with them
     * @param note the same, signed
     * @param key what verifies it
     */
    record Growth(
            int book, long from, List<RightEdge.Row> rows, Checkpoint checkpoint, String note, VerificationKey key) {
        long size() {
            return checkpoint.size();
        }
    }

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

    /** Entries of a book; without a row where it has none there. */
    Leaves leaves(Wanted wanted) {
        return leaves(pool, List.of(wanted)).getOrDefault(wanted.book, new Leaves(wanted.after, new byte[0], null));
    }

    private static Map<Integer, Leaves> leaves(SqlClient client, List<Wanted> wanted) {
        Tuple arguments = Tuple.tuple()
                .addArrayOfShort(wanted.stream().map(each -> (short) each.book).toArray(Short[]::new))
                .addArrayOfLong(wanted.stream().map(Wanted::after).toArray(Long[]::new))
                .addArrayOfInteger(wanted.stream().map(Wanted::most).toArray(Integer[]::new));
        Map<Integer, Leaves> found = new HashMap<>();
        for (Row row : client.preparedQuery(LEAVES).execute(arguments).await().atMost(PATIENCE)) {
            if (row.getBuffer(2) != null) {
                byte[] hashes = row.getBuffer(2).getDelegate().getBytes();
                found.put(
                        (int) row.getShort(0),
                        new Leaves(row.getLong(1), hashes, firstOf(row.getLong(3), row.getLong(4))));
            }
        }
        return found;
    }

    private static @Nullable Wrong firstOf(@Nullable Long missing, @Nullable Long changed) {
        if (changed != null && (missing == null || changed < missing)) {
            return new Wrong(changed, Refused.Reason.ENTRY_CHANGED);
        }
        return missing == null ? null : new Wrong(missing, Refused.Reason.ENTRY_MISSING);
    }

    Map<Tile, byte[]> tiles(int book, Collection<Tile> tiles) {
        return LogStore.tiles(pool, Map.of(book, tiles))
                .await()
                .atMost(PATIENCE)
                .getOrDefault(book, Map.of());
    }

    /** Takes the logs of these books, but for those that another has. */
    Turn begin(Collection<Integer> books) {
        return begin(books, PATIENCE);
    }

    /** The same, where another time is waited for a connection. */
    Turn begin(Collection<Integer> books, Duration patience) {
        SqlConnection connection = connection(patience);
        try {
            Transaction transaction = connection.begin().await().atMost(PATIENCE);
            List<Held> held = new ArrayList<>();
            for (Row row : connection
                    .preparedQuery(LOCK)
                    .execute(Tuple.tuple()
                            .addArrayOfShort(
                                    books.stream().map(Integer::shortValue).toArray(Short[]::new)))
                    .await()
                    .atMost(PATIENCE)) {
                held.add(new Held(row.getShort(0), row.getLong(1), wrong(row, 2)));
            }
            return new Turn(connection, transaction, held);
        } catch (RuntimeException e) {
            connection.close().await().atMost(PATIENCE);
            throw e;
        }
    }

    /** One that comes when nobody waits for it any more goes back to the pool, which would miss it until the process ends. */
    private SqlConnection connection(Duration patience) {
        Uni<SqlConnection> taken = pool.getConnection().memoize().indefinitely();
        try {
            return taken.await().atMost(patience);
        } catch (RuntimeException unawaited) {
            taken.chain(SqlConnection::close).subscribe().with(closed -> {}, none -> {});
            throw unawaited;
        }
    }

    /**
     * A transaction that holds the logs of some books. What it writes is there when it commits, and else never was: also when
     * its process is killed, or was stopped for so long that the database gave the locks to another.
     */
    static final class Turn implements AutoCloseable {
        private final SqlConnection connection;
        private final Transaction transaction;
        private final List<Held> held;
        private boolean ended;

        private Turn(SqlConnection connection, Transaction transaction, List<Held> held) {
            this.connection = connection;
            this.transaction = transaction;
            this.held = List.copyOf(held);
        }

        List<Held> held() {
            return held;
        }

        /** The checkpoint of each log's size, by the book. */
        Map<Integer, SignedCheckpoint> checkpoints() {
            Map<Integer, SignedCheckpoint> found = new HashMap<>();
            Tuple arguments =
                    Tuple.tuple().addArrayOfShort(books(held, Held::book)).addArrayOfLong(longs(held, Held::size));
            for (Row row : run(CHECKPOINTS, arguments)) {
                found.put((int) row.getShort(0), LogStore.signed(row, 1));
            }
            return found;
        }

        /** What ever signed for them, by the book. */
        Map<Integer, List<VerificationKey>> keys() {
            Map<Integer, List<VerificationKey>> found = new HashMap<>();
            for (Row row : run(KEYS, Tuple.tuple().addArrayOfShort(books(held, Held::book)))) {
                found.computeIfAbsent((int) row.getShort(0), first -> new ArrayList<>())
                        .add(VerificationKey.parse(row.getString(1)));
            }
            return found;
        }

        /** Their right edges, as they were recorded, by the book. */
        Map<Integer, RightEdge> edges() {
            Map<Integer, Collection<Tile>> needed = new HashMap<>();
            held.forEach(log -> needed.put(log.book, RightEdge.needed(log.size)));
            Map<Integer, Map<Tile, byte[]>> tiles =
                    LogStore.tiles(connection, needed).await().atMost(PATIENCE);
            Map<Integer, RightEdge> edges = new HashMap<>();
            held.forEach(log -> edges.put(log.book, new RightEdge(log.size, tiles.getOrDefault(log.book, Map.of()))));
            return edges;
        }

        /** By the book; of a book that has none there, nothing. */
        Map<Integer, Leaves> leaves(List<Wanted> wanted) {
            return IntegrationStore.leaves(connection, wanted);
        }

        void append(List<Growth> growths) {
            List<Integer> books = new ArrayList<>();
            List<RightEdge.Row> rows = new ArrayList<>();
            for (Growth growth : growths) {
                for (RightEdge.Row row : growth.rows) {
                    books.add(growth.book);
                    rows.add(row);
                }
            }
            run(
                    APPEND,
                    Tuple.tuple()
                            .addArrayOfShort(books(books, book -> book))
                            .addArrayOfShort(rows.stream()
                                    .map(row -> (short) row.level())
                                    .toArray(Short[]::new))
                            .addArrayOfLong(longs(rows, RightEdge.Row::first))
                            .addValue(rows.stream()
                                    .map(row -> Buffer.buffer(row.hashes()))
                                    .toArray(Buffer[]::new)));
        }

        /** Fails when there is a checkpoint of such a size. */
        void sign(List<Growth> growths) {
            Short[] books = books(growths, Growth::book);
            Long[] sizes = longs(growths, Growth::size);
            run(PUBLISH, Tuple.of(books, sizes, texts(growths, growth -> growth.key.toString())));
            run(SIGN, Tuple.of(books, sizes, texts(growths, Growth::note)));
        }

        /** Fails when a log is not any more where it was found. */
        void move(List<Growth> growths) {
            Tuple arguments =
                    Tuple.of(books(growths, Growth::book), longs(growths, Growth::size), longs(growths, Growth::from));
            if (run(MOVE, arguments).rowCount() != growths.size()) {
                throw new IllegalStateException("a log is not any more where it was found: " + growths);
            }
        }

        /** That nothing is wrong with them any more. */
        void clear(List<Held> logs) {
            run(MOVE, Tuple.of(books(logs, Held::book), longs(logs, Held::size), longs(logs, Held::size)));
        }

        void refuse(int book, Wrong wrong) {
            run(REFUSE, Tuple.of((short) book, wrong.seq(), wrong.reason().name()));
        }

        void commit() {
            ended = true;
            transaction.commit().await().atMost(PATIENCE);
        }

        private RowSet<Row> run(String sql, Tuple arguments) {
            return connection.preparedQuery(sql).execute(arguments).await().atMost(PATIENCE);
        }

        private static <T> Short[] books(List<T> some, ToIntFunction<T> book) {
            return some.stream().map(each -> (short) book.applyAsInt(each)).toArray(Short[]::new);
        }

        private static <T> Long[] longs(List<T> some, ToLongFunction<T> number) {
            return some.stream().map(number::applyAsLong).toArray(Long[]::new);
        }

        private static <T> String[] texts(List<T> some, Function<T, String> text) {
            return some.stream().map(text).toArray(String[]::new);
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
