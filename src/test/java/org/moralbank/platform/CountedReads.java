package org.moralbank.platform;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

/**
 * A pool that tells what was read through it. It has one connection: the server counts for each connection by itself, until a
 * transaction ends.
 */
public final class CountedReads implements AutoCloseable {
    private static final String COUNT = """
            SELECT sum(pg_stat_get_xact_tuples_returned(oid))::bigint
            FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
            """;

    private final Vertx vertx = Vertx.vertx();
    private final Pool pool;

    public CountedReads(TestDatabase.Database database) {
        this(database, Map.of("plan_cache_mode", "force_custom_plan"));
    }

    /** On a connection as {@link Lookups} has them. */
    public static CountedReads ofLookups(TestDatabase.Database database) {
        return new CountedReads(database, Lookups.KEEPS_PLANS);
    }

    private CountedReads(TestDatabase.Database database, Map<String, String> settings) {
        PgConnectOptions options = PgConnectOptions.fromUri(database.reactiveUrl())
                .setUser(database.appUser())
                .setPassword(database.appPassword())
                .setCachePreparedStatements(true);
        settings.forEach(options::addProperty);
        pool = Pool.newInstance(PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(1))
                .connectingTo(options)
                .using(vertx)
                .build());
    }

    public Pool pool() {
        return pool;
    }

    /** Snapshots through the same connection, in which a statement may take a minute. */
    public Snapshots snapshots() {
        return new Snapshots(pool, new Patient());
    }

    /** The same in no transaction of their own, so that {@link #of} counts what is read in them. */
    public Snapshots countedSnapshots() {
        return new Snapshots(pool, new Patient()) {
            @Override
            public <T> Uni<T> read(Duration longestStatement, Function<SqlConnection, Uni<T>> reading) {
                return pool.withConnection(reading);
            }
        };
    }

    private static final class Patient implements ReadsConfig {
        @Override
        public int longAtOnce() {
            return 1;
        }

        @Override
        public Duration longestStatement() {
            return Duration.ofMinutes(1);
        }

        @Override
        public Duration longestPause() {
            return Duration.ofMinutes(1);
        }
    }

    /** How many rows of tables and entries of indexes are looked at, each as often as it is. */
    public long of(Runnable reads) {
        run("BEGIN");
        try {
            long before = count();
            reads.run();
            return count() - before;
        } finally {
            run("ROLLBACK");
        }
    }

    private long count() {
        return pool.query(COUNT)
                .execute()
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }

    private void run(String sql) {
        pool.query(sql).execute().await().indefinitely();
    }

    @Override
    public void close() {
        pool.close().await().indefinitely();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
