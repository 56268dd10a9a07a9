package org.moralbank.commits;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.moralbank.platform.Language;
import org.moralbank.platform.Sha256;
import org.moralbank.platform.TestDatabase;

/**
 * The commits of one process, on a database, as the service has them: a Vert.x of its own, a pool with the properties of
 * {@code application.properties}, lanes. Two of them on one database stand for two replicas. No entities.
 */
public final class TestCommits implements AutoCloseable {
    /** What {@code application.properties} gives the pool. */
    private static final Map<String, String> PROPERTIES = Map.of(
            "application_name", "moral-bank",
            "plan_cache_mode", "force_custom_plan",
            "lock_timeout", "2s",
            "idle_in_transaction_session_timeout", "5s");

    private final Vertx vertx = Vertx.vertx();
    private final Pool pool;
    private final Commits commits;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private TestCommits(
            TestDatabase.Database database, String url, CommitsConfig config, Map<String, String> otherProperties) {
        PgConnectOptions options = PgConnectOptions.fromUri(url)
                .setUser(database.appUser())
                .setPassword(database.appPassword())
                .setCachePreparedStatements(true)
                .setReconnectAttempts(3)
                .setReconnectInterval(200);
        PROPERTIES.forEach(options::addProperty);
        otherProperties.forEach(options::addProperty);
        pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(16))
                .connectingTo(options)
                .using(vertx)
                .build();
        commits = new Commits(
                vertx,
                pool,
                connection -> {
                    throw new AssertionError("no entities here");
                },
                config,
                registry);
    }

    public static TestCommits on(TestDatabase.Database database, int lanes) {
        return on(database, new Settings(lanes, 256, 4096, Duration.ofSeconds(30)));
    }

    /** Of small commits, many of which are under way behind one another. */
    public static TestCommits ofSmallCommits(TestDatabase.Database database, int lanes, boolean checkKnown) {
        return on(database, new Settings(lanes, 12, 4096, Duration.ofSeconds(30), 10_000, checkKnown));
    }

    static TestCommits on(TestDatabase.Database database, CommitsConfig config) {
        return new TestCommits(database, database.reactiveUrl(), config, Map.of());
    }

    /** Who waits for the lock of a book longer than the service does. */
    static TestCommits ofPatience(TestDatabase.Database database, CommitsConfig config) {
        return new TestCommits(database, database.reactiveUrl(), config, Map.of("lock_timeout", "20s"));
    }

    static TestCommits over(HeldWire wire, TestDatabase.Database database, CommitsConfig config) {
        return new TestCommits(database, wire.url(), config, Map.of());
    }

    /** What a lane knows is compared with the tables, unless a test says otherwise. */
    record Settings(
            int lanes,
            int largestCommit,
            int queueCapacity,
            Duration longestWait,
            int knownRows,
            boolean checkKnown,
            Duration longestRequest)
            implements CommitsConfig {
        Settings(int lanes, int largestCommit, int queueCapacity, Duration longestWait) {
            this(lanes, largestCommit, queueCapacity, longestWait, 10_000, true);
        }

        Settings(
                int lanes,
                int largestCommit,
                int queueCapacity,
                Duration longestWait,
                int knownRows,
                boolean checkKnown) {
            this(lanes, largestCommit, queueCapacity, longestWait, knownRows, checkKnown, Duration.ofSeconds(30));
        }

        /** Usual but for how long a caller waits at most. */
        static Settings answeringWithin(Duration longestRequest) {
            return new Settings(1, 256, 4096, Duration.ofSeconds(30), 10_000, true, longestRequest);
        }

        @Override
        public Duration longestAside() {
            return Duration.ofMinutes(5);
        }
    }

    /** Submits a work of the tests' client under a key of a book; the content is what the key stands for. */
    public CompletableFuture<Answer> submit(String key, String content, List<Integer> books, Work work) {
        return submit(key, content, books.getFirst(), books, work);
    }

    CompletableFuture<Answer> submit(String key, String content, int scope, List<Integer> books, Work work) {
        return submit(ask(new Everybody(), key, content, scope), books, work);
    }

    CompletableFuture<Answer> submit(Ask ask, List<Integer> books, Work work) {
        return commits.submit(ask, books, work).subscribeAsCompletionStage();
    }

    /** For use cases that submit themselves. */
    public Commits commits() {
        return commits;
    }

    /** For what use cases read before their commits. */
    public io.vertx.mutiny.sqlclient.Pool pool() {
        return new io.vertx.mutiny.sqlclient.Pool(pool);
    }

    static Ask ask(Asker asker, String key, String content, int scope) {
        return new Ask(asker, scope, new IdempotencyKey(key), Sha256.of(content), Language.EN, "/tests", null);
    }

    /** A client who may do everything. */
    public record Everybody() implements Asker {
        @Override
        public int clientId() {
            return 1;
        }

        @Override
        public void needs(Needs needs) {}

        @Override
        public void checkStillMay(WorkingSet set) {}
    }

    /** What a counter of the commits has come to. */
    public double count(String meter) {
        return registry.counter("moralbank.commits." + meter).count();
    }

    int waiting() {
        return commits.waiting();
    }

    CompletableFuture<Void> drain() {
        return commits.drain().toCompletionStage().toCompletableFuture();
    }

    @Override
    public void close() {
        commits.drain()
                .compose(ignored -> pool.close())
                .compose(ignored -> vertx.close())
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    /** A fresh database of this build with books 1 to {@code books}, named B1, B2 …, in the calendar of Shanghai. */
    public static TestDatabase.Database aDatabase(int books) throws SQLException {
        TestDatabase.Database database = TestDatabase.fresh().migrate();
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            for (int book = 1; book <= books; book++) {
                statement.execute("INSERT INTO commit_lock (book_id) VALUES (" + book + ")");
                statement.execute("""
                        INSERT INTO ledger_book (book_id, code, name, kind, calendar, service_earns_time, points_per_hour,
                                                 member_points_transfer, created_at, last_posted_at)
                        VALUES (%d, 'B%<d', 'B%<d', 'COMMUNITY', 'Asia/Shanghai', true, 0, false, '2025-01-01Z', '2025-01-01Z')
                        """.formatted(book));
            }
        }
        return database;
    }

    /** What a caller is told, as text. */
    public static String body(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
