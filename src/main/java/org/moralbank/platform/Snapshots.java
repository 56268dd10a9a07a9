package org.moralbank.platform;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.function.Function;

/**
 * Long reads that hold nobody up: each in one snapshot that changes nothing and locks nothing, on one core of the database,
 * and ended when it takes too long, where somebody says how long that is.
 */
@ApplicationScoped
public class Snapshots {
    /** PostgreSQL compiles what is long, which for statements of this length costs more than it saves. */
    private static final String BEGIN = """
            BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
            SET LOCAL max_parallel_workers_per_gather = 0;
            SET LOCAL jit = off
            """;

    private static final String END_AFTER = "; SET LOCAL statement_timeout = ";

    private final Pool pool;

    Snapshots(Pool pool) {
        this.pool = pool;
    }

    /** What is read in one snapshot. */
    public <T> Uni<T> read(Function<SqlConnection, Uni<T>> reading) {
        return read(BEGIN, reading);
    }

    /** What is read in one snapshot, of which no statement may take longer than that. */
    public <T> Uni<T> read(Duration longestStatement, Function<SqlConnection, Uni<T>> reading) {
        return read(BEGIN + END_AFTER + longestStatement.toMillis(), reading);
    }

    private <T> Uni<T> read(String begin, Function<SqlConnection, Uni<T>> reading) {
        return pool.getConnection()
                .chain(connection -> connection
                        .query(begin)
                        .execute()
                        .chain(ignored -> reading.apply(connection))
                        .onTermination()
                        .call(() -> connection.query("ROLLBACK").execute().eventually(connection::close)));
    }

    /** Whether a read failed because it took too long. */
    public static boolean tookTooLong(Throwable failure) {
        return failure instanceof PgException refused && DatabaseFailure.QUERY_CANCELED.equals(refused.getSqlState());
    }
}
