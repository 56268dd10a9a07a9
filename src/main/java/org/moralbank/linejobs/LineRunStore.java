package org.moralbank.linejobs;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;

/**
 * What a runner does to jobs: each change is one statement that names the fence of its lease, and changes nothing when another
 * has taken the job over. Blocking, for the runner's own thread.
 */
@ApplicationScoped
class LineRunStore {
    private static final Duration PATIENCE = Duration.ofSeconds(50);

    /** Longer than some lines may take; how long the job of a killed process waits for another. */
    private static final String LEASE = "interval '60 seconds'";

    private static final String CLAIM = """
            UPDATE line_job j
            SET status = 'RUNNING', fence = j.fence + 1, attempts = j.attempts + 1, lease_until = clock_timestamp() + %s
            FROM (SELECT book_id, job_id
                  FROM line_job
                  WHERE ended_at IS NULL AND lease_until <= clock_timestamp() AND next_attempt_at <= clock_timestamp()
                  ORDER BY next_attempt_at, created_at
                  LIMIT 1
                  FOR UPDATE SKIP LOCKED) due,
                 ledger_book b
            WHERE j.book_id = due.book_id AND j.job_id = due.job_id AND b.book_id = j.book_id
            RETURNING %s, j.fence, j.attempts, b.code, b.calendar
            """.formatted(LEASE, LineJobTable.COLUMNS);

    /** The lease is ours, and goes on. */
    private static final String NEXT = """
            WITH held AS (
                UPDATE line_job
                SET lease_until = clock_timestamp() + %s
                WHERE book_id = $1 AND job_id = $2 AND fence = $3 AND ended_at IS NULL
                RETURNING book_id, job_id)
            SELECT p.first_line, p.lines
            FROM held
            JOIN line_job_part p USING (book_id, job_id)
            ORDER BY p.first_line
            LIMIT 1
            """.formatted(LEASE);

    private static final String GIVE_BACK = """
            UPDATE line_job
            SET status = 'WAITING', lease_until = clock_timestamp(),
                attempts = attempts - CASE WHEN $4 THEN 0 ELSE 1 END,
                next_attempt_at = clock_timestamp() + $5::bigint * interval '1 millisecond'
            WHERE book_id = $1 AND job_id = $2 AND fence = $3 AND ended_at IS NULL
            """;

    private static final String OPEN = """
            SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::bigint
            FROM line_job
            WHERE ended_at IS NULL
            """;

    private final Pool pool;

    LineRunStore(Pool pool) {
        this.pool = pool;
    }

    /** A job that is ours for a while. */
    record Lease(LineJob job, BookHandle book, long fence, int attempts) {}

    /** The lines that are to be done next, and the place of the first of them. */
    record Part(int first, byte[] json) {}

    /** Jobs that are not done. */
    record Open(long jobs, long oldestSeconds) {
        static final Open NONE = new Open(0, 0);
    }

    /** Takes the job that waits longest; null when there is none. */
    @Nullable
    Lease claim() {
        for (Row row : pool.query(CLAIM).execute().await().atMost(PATIENCE)) {
            LineJob job = LineJobTable.job(row.getDelegate());
            return new Lease(
                    job,
                    new BookHandle(job.book(), row.getString(17), ZoneId.of(row.getString(18))),
                    row.getLong(15),
                    row.getInteger(16));
        }
        return null;
    }

    /** The next lines of a job that is still ours; null when it is not: another has it, or it has ended. */
    @Nullable
    Part next(Lease lease) {
        for (Row row : wait(pool.preparedQuery(NEXT).execute(held(lease)))) {
            return new Part(row.getInteger(0), row.getBuffer(1).getDelegate().getBytes());
        }
        return null;
    }

    /** Lets another attempt be made after a pause. */
    void giveBack(Lease lease, boolean attemptCounts, Duration pause) {
        wait(pool.preparedQuery(GIVE_BACK)
                .execute(held(lease).addBoolean(attemptCounts).addLong(pause.toMillis())));
    }

    Open open() {
        Row row = wait(pool.query(OPEN).execute()).iterator().next();
        return new Open(row.getLong(0), row.getLong(1));
    }

    private static RowSet<Row> wait(Uni<RowSet<Row>> rows) {
        return rows.await().atMost(PATIENCE);
    }

    private static Tuple held(Lease lease) {
        return Tuple.tuple()
                .addShort((short) lease.job().book())
                .addUUID(lease.job().id())
                .addLong(lease.fence());
    }
}
