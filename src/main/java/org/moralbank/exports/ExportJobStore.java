package org.moralbank.exports;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;

/**
 * What an exporter does to jobs: each change is one statement that names the fence of its lease, and changes nothing when
 * another has taken the job over, or it was deleted. Blocking, for the exporter's own thread.
 */
@ApplicationScoped
class ExportJobStore {
    static final Duration PATIENCE = Duration.ofSeconds(50);

    /** Longer than a statement may take; how long the job of a killed process waits for another. */
    private static final String LEASE = "interval '60 seconds'";

    private static final String CLAIM = """
            UPDATE export_job j
            SET status = 'RUNNING', fence = j.fence + 1, attempts = j.attempts + 1, lease_until = clock_timestamp() + %s
            FROM (SELECT book_id, export_id
                  FROM export_job
                  WHERE status IN ('WAITING', 'RUNNING')
                  AND lease_until <= clock_timestamp() AND next_attempt_at <= clock_timestamp()
                  ORDER BY next_attempt_at, created_at
                  LIMIT 1
                  FOR UPDATE SKIP LOCKED) due,
                 ledger_book b
            WHERE j.book_id = due.book_id AND j.export_id = due.export_id AND b.book_id = j.book_id
            RETURNING %s, j.fence, j.attempts, b.code, b.calendar
            """.formatted(LEASE, ExportStore.COLUMNS);

    /** The first part of each statement: the lease is ours, and goes on. The row's lock keeps a deletion out. */
    private static final String HELD = """
            WITH held AS (
                UPDATE export_job j
                SET lease_until = clock_timestamp() + %s
                WHERE j.book_id = $1 AND j.export_id = $2 AND j.fence = $3 AND j.status = 'RUNNING'
                RETURNING j.book_id, j.export_id)
            """.formatted(LEASE);

    private static final String EXTEND = HELD + "SELECT FROM held";

    private static final String BEGIN_FILE = HELD + """
            , unfinished AS (
                DELETE FROM export_chunk c
                USING held
                WHERE c.book_id = held.book_id AND c.export_id = held.export_id AND c.name = $4)
            SELECT
            FROM held
            """;

    /**
     * Kept where there is room for it. Beside this part the book's exports come to the files that are whole, the parts of this
     * file, which are full ones, and what others have of a file that they are at or have left. Two who add at the same moment
     * do not see one another: each process may come to a part more than is told.
     */
    private static final String ADD_CHUNK = HELD + """
            , others AS (
                SELECT coalesce(sum(octet_length(c.bytes)), 0) AS bytes
                FROM export_job j
                JOIN export_chunk c ON c.book_id = j.book_id AND c.export_id = j.export_id
                WHERE j.book_id = $1 AND j.export_id <> $2 AND j.status IN ('WAITING', 'RUNNING')
                AND NOT EXISTS (
                    SELECT FROM export_file f
                    WHERE f.book_id = c.book_id AND f.export_id = c.export_id AND f.name = c.name)),
            whole AS (
                SELECT coalesce(sum(f.deflated), 0) AS bytes
                FROM export_file f
                WHERE f.book_id = $1),
            added AS (
                INSERT INTO export_chunk (book_id, export_id, name, chunk_no, bytes)
                SELECT held.book_id, held.export_id, $4, $5::integer, $6::bytea
                FROM held, whole, others
                WHERE whole.bytes + others.bytes + $5::bigint * %d + octet_length($6::bytea) <= $7
                RETURNING chunk_no)
            SELECT EXISTS (SELECT FROM added)
            FROM held
            """.formatted(FileSink.CHUNK);

    private static final String FINISH_FILE = """
            WITH held AS (
                UPDATE export_job j
                SET lease_until = clock_timestamp() + %s, attempts = 1, last_error = NULL
                WHERE j.book_id = $1 AND j.export_id = $2 AND j.fence = $3 AND j.status = 'RUNNING'
                RETURNING j.book_id, j.export_id)
            INSERT INTO export_file (book_id, export_id, name, records, bytes, deflated, chunks, crc, sha256)
            SELECT book_id, export_id, $4, $5, $6, $7, $8, $9, $10
            FROM held
            RETURNING name
            """.formatted(LEASE);

    private static final String END = """
            UPDATE export_job
            SET status = $4, lease_until = clock_timestamp(), last_error = $5, ended_at = clock_timestamp(),
                expires_at = clock_timestamp() + $6::bigint * interval '1 second'
            WHERE book_id = $1 AND export_id = $2 AND fence = $3 AND status = 'RUNNING'
            RETURNING export_id
            """;

    private static final String GIVE_BACK = """
            UPDATE export_job
            SET status = 'WAITING', lease_until = clock_timestamp(), last_error = coalesce($4, last_error),
                attempts = attempts - CASE WHEN $4::text IS NULL THEN 1 ELSE 0 END,
                next_attempt_at = clock_timestamp() + $5::bigint * interval '1 second'
            WHERE book_id = $1 AND export_id = $2 AND fence = $3 AND status = 'RUNNING'
            RETURNING export_id
            """;

    private static final String EXPIRED = """
            SELECT book_id, export_id
            FROM export_job
            WHERE expires_at <= clock_timestamp()
            ORDER BY expires_at
            LIMIT 10
            """;

    private static final String OPEN = """
            SELECT count(*)
            FROM export_job
            WHERE status IN ('WAITING', 'RUNNING')
            """;

    private final Pool pool;
    private final ExportStore exports;
    private final long mostBytes;

    ExportJobStore(Pool pool, ExportStore exports, ExportsConfig config) {
        this.pool = pool;
        this.exports = exports;
        this.mostBytes = config.mostBytesOfABook().asLongValue();
    }

    /** A job that is ours for a while. */
    record Lease(Export export, BookHandle book, long fence, int attempts) {}

    /** Another has the job now, or it was deleted: what this one does has no effect any more. */
    static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1;

        Lost(Export export) {
            super("export " + export.id() + " is not ours any more");
        }
    }

    /** The exports of the book would come to more than may be kept. */
    static final class NoRoom extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoRoom(Export export, long mostBytes) {
            super("with export " + export.id() + " those of its book come to more than " + mostBytes + " bytes");
        }
    }

    /** Takes the job that waits longest; null when there is none. */
    @Nullable
    Lease claim() {
        for (Row row : pool.query(CLAIM).execute().await().atMost(PATIENCE)) {
            Export export = ExportStore.export(row);
            return new Lease(
                    export,
                    new BookHandle(export.book(), row.getString(12), ZoneId.of(row.getString(13))),
                    row.getLong(10),
                    row.getInteger(11));
        }
        return null;
    }

    List<Export.MadeFile> files(Lease lease) {
        return exports.files(lease.export().book(), lease.export().id()).await().atMost(PATIENCE);
    }

    void extend(Lease lease) {
        kept(lease, run(EXTEND, held(lease)));
    }

    /** Takes away what an earlier attempt left of a file. */
    void beginFile(Lease lease, String name) {
        kept(lease, run(BEGIN_FILE, held(lease).addString(name)));
    }

    /** Keeps a part of a file; the stage completes when it is kept, or fails with {@link Lost} or {@link NoRoom}. */
    CompletionStage<?> addChunk(Lease lease, String name, int number, Buffer bytes) {
        return pool.preparedQuery(ADD_CHUNK)
                .execute(held(lease)
                        .addString(name)
                        .addInteger(number)
                        .addBuffer(io.vertx.mutiny.core.buffer.Buffer.newInstance(bytes))
                        .addLong(mostBytes))
                .invoke(rows -> {
                    kept(lease, rows);
                    if (!rows.iterator().next().getBoolean(0)) {
                        throw new NoRoom(lease.export(), mostBytes);
                    }
                })
                .subscribeAsCompletionStage();
    }

    void finishFile(Lease lease, Export.MadeFile file) {
        kept(
                lease,
                run(
                        FINISH_FILE,
                        held(lease)
                                .addString(file.name())
                                .addLong(file.records())
                                .addLong(file.bytes())
                                .addLong(file.deflated())
                                .addInteger(file.chunks())
                                .addLong(file.crc())
                                .addBuffer(io.vertx.mutiny.core.buffer.Buffer.buffer(file.sha256()))));
    }

    /** Done; it is kept for a while from now on. */
    void done(Lease lease, Duration keep) {
        kept(lease, run(END, end(lease, Export.Status.DONE, null, keep)));
    }

    /** Given up: what was written of it goes at once, and for a while it is told that it was given up, and why. */
    void fail(Lease lease, String error, Duration keep) {
        kept(
                lease,
                pool.withTransaction(database -> database.preparedQuery(END)
                                .execute(end(lease, Export.Status.FAILED, error, keep))
                                .call(rows -> rows.size() == 0
                                        ? Uni.createFrom().voidItem()
                                        : ExportStore.free(
                                                database,
                                                lease.export().book(),
                                                lease.export().id())))
                        .await()
                        .atMost(PATIENCE));
    }

    private static Tuple end(Lease lease, Export.Status status, @Nullable String error, Duration keep) {
        return held(lease).addString(status.name()).addString(error).addLong(keep.toSeconds());
    }

    /** Lets another attempt be made after a pause; with an error the attempt counts. */
    void giveBack(Lease lease, @Nullable String error, Duration pause) {
        run(GIVE_BACK, held(lease).addString(error).addLong(pause.toSeconds()));
    }

    /** Deletes exports whose time is over. */
    void deleteExpired() {
        for (Row row : pool.query(EXPIRED).execute().await().atMost(PATIENCE)) {
            boolean ignored =
                    exports.delete(row.getShort(0), row.getUUID(1)).await().atMost(PATIENCE);
        }
    }

    /** How many are waiting or being made, by whomever. */
    long open() {
        return pool.query(OPEN)
                .execute()
                .await()
                .atMost(PATIENCE)
                .iterator()
                .next()
                .getLong(0);
    }

    private static Tuple held(Lease lease) {
        return Tuple.tuple()
                .addShort((short) lease.export().book())
                .addUUID(lease.export().id())
                .addLong(lease.fence());
    }

    private static void kept(Lease lease, RowSet<Row> rows) {
        if (rows.size() == 0) {
            throw new Lost(lease.export());
        }
    }

    private RowSet<Row> run(String sql, Tuple arguments) {
        return pool.preparedQuery(sql).execute(arguments).await().atMost(PATIENCE);
    }
}
