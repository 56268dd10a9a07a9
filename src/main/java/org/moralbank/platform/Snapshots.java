package org.moralbank.platform;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.pgclient.PgConnection;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Long reads that hold nobody up: each in one snapshot that changes nothing and locks nothing, on one core of the database,
 * and ended when it takes too long.
 */
@ApplicationScoped
public class Snapshots {
    /** PostgreSQL compiles what is long, which for statements of this length costs more than it saves. */
    private static final String BEGIN = """
            BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
            SET LOCAL max_parallel_workers_per_gather = 0;
            SET LOCAL jit = off;
            SET LOCAL statement_timeout = %d
            """;

    private final Pool pool;
    private final Duration longestStatement;

    Snapshots(Pool pool, ReadsConfig config) {
        this.pool = pool;
        this.longestStatement = config.longestStatement();
    }

    /**
     * What somebody waits for, read in one snapshot. Refused ({@code range-too-large}) when a statement takes longer than
     * {@code moralbank.reads.longest-statement}.
     */
    public <T> Uni<T> answer(Function<SqlConnection, Uni<T>> reading) {
        return answer(longestStatement, reading);
    }

    /** The same, where another time is the longest. */
    public <T> Uni<T> answer(Duration longestStatement, Function<SqlConnection, Uni<T>> reading) {
        return read(longestStatement, reading)
                .onFailure(Snapshots::tookTooLong)
                .transform(slow -> new ProtocolRejection.RangeTooLarge(longestStatement.toSeconds()).refused());
    }

    /**
     * What is read in one snapshot, of which no statement may take longer than that. When nobody waits for it any more, the
     * database is told to stop.
     */
    public <T> Uni<T> read(Duration longestStatement, Function<SqlConnection, Uni<T>> reading) {
        return Uni.createFrom().deferred(() -> {
            // Remembered, so that one that comes when nobody waits for it any more is given back too.
            Uni<SqlConnection> taken = pool.getConnection().memoize().indefinitely();
            AtomicBoolean left = new AtomicBoolean();
            return taken.chain(connection -> connection
                            .query(BEGIN.formatted(longestStatement.toMillis()))
                            .execute()
                            .chain(ignored -> reading.apply(connection)))
                    .onFailure(stopped -> left.get())
                    .recoverWithNull()
                    .onTermination()
                    .call((read, failure, cancelled) -> {
                        left.set(cancelled);
                        return taken.onItemOrFailure()
                                .transformToUni((connection, none) -> none == null
                                        ? giveBack(connection, cancelled)
                                        : Uni.createFrom().voidItem());
                    });
        });
    }

    private static Uni<Void> giveBack(SqlConnection connection, boolean readsStill) {
        // What ends the snapshot would wait for the statement.
        Uni<Void> stopped = readsStill
                ? PgConnection.cast(connection).cancelRequest().onFailure().recoverWithNull()
                : Uni.createFrom().voidItem();
        return stopped.chain(() -> connection.query("ROLLBACK").execute())
                .eventually(connection::close)
                .replaceWithVoid();
    }

    /** Whether a read failed because it took too long. */
    public static boolean tookTooLong(Throwable failure) {
        return failure instanceof PgException refused && DatabaseFailure.QUERY_CANCELED.equals(refused.getSqlState());
    }
}
