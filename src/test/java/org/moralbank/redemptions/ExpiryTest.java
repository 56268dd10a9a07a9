package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.audit.Check;
import org.moralbank.commits.TestCommits;
import org.moralbank.ledger.Invariants;
import org.moralbank.platform.Eventually;
import org.moralbank.platform.TestDatabase;

/** The job that releases what has expired, in two processes on one PostgreSQL. */
class ExpiryTest {
    private static final int EXPIRED = 5_000;
    private static final int MEMBERS = 100;
    private static final int EACH = EXPIRED / MEMBERS;

    private record Settings(Duration every) implements RedemptionsConfig, RedemptionsConfig.Expiry {
        @Override
        public Duration authorizationLasts() {
            return Duration.ofMinutes(3);
        }

        @Override
        public RedemptionsConfig.Expiry expiry() {
            return this;
        }

        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public int batch() {
            return 200;
        }

        @Override
        public Duration batchEvery() {
            return Duration.ofMillis(10);
        }
    }

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @ParameterizedTest
    @CsvSource({"0, 110", "20, 90", "54, 56", "55, 55", "56, 56", "110, 110", "2000, 2000"})
    void aBatchBeginsAsOftenAsItShallAndLeavesSalesHalfOfTheTime(long tookMillis, long restMillis) {
        assertThat(Expiry.rest(Duration.ofMillis(110), Duration.ofMillis(tookMillis)))
                .isEqualTo(Duration.ofMillis(restMillis));
    }

    @Test
    void releasesEachExpiredAuthorizationOnceAndNoOther() throws Exception {
        TestDatabase.Database database = aBookWithAuthorizations(1);
        Vertx vertx = Vertx.vertx();
        try (TestCommits one = TestCommits.on(database, 1);
                TestCommits other = TestCommits.on(database, 1);
                Connection owner = database.connectAsOwner()) {
            Expiry first = job(vertx, one);
            Expiry second = job(vertx, other);
            long begun = System.nanoTime();
            first.begin();
            second.begin();

            long latest = begun + Duration.ofSeconds(60).toNanos();
            while (number(owner, "SELECT count(*) FROM ledger_hold WHERE status = 'ACTIVE'") > MEMBERS) {
                assertThat(System.nanoTime()).as("a minute").isLessThan(latest);
            }
            System.out.printf("ExpiryTest: %d released in %d ms%n", EXPIRED, (System.nanoTime() - begun) / 1_000_000);
            first.end();
            second.end();

            assertThat(number(owner, "SELECT count(*) FROM ledger_hold WHERE status = 'EXPIRED'"))
                    .isEqualTo(EXPIRED);
            assertThat(number(owner, "SELECT sum(held)::bigint FROM ledger_account"))
                    .isEqualTo(MEMBERS);
            assertThat(number(owner, "SELECT count(*) FROM ledger_entry")).isZero();
            // Who has no points to hold needs an account that may do without.
            Invariants.check(owner, Check.ACCOUNT_HAS_THE_BOUNDS_OF_THE_CHART);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
        assertThat(registry.get("moralbank.redemptions.hold.age")
                        .tag("end", "expiry")
                        .timer()
                        .count())
                .isEqualTo(EXPIRED);
    }

    @Test
    void aBookWithManyDoesNotHideTheOthers() throws Exception {
        TestDatabase.Database database = aBookWithAuthorizations(2);
        try (TestCommits commits = TestCommits.on(database, 2);
                Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO ledger_hold (book_id, hold_id, status, placed_at, expires_at, lines_account, lines_amount)
                    SELECT 2, gen_random_uuid(), 'ACTIVE', date_trunc('second', now()) - interval '3 min',
                           date_trunc('second', now()), ARRAY[n], ARRAY[1]
                    FROM generate_series(1, 3) n;
                    INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved,
                                            occurred_on, created_at, expires_at)
                    SELECT 2, hold_id, 'AUTHORIZE', 'AUTHORIZED', 'M-1', 'STORE', 1, 1, '2025-03-31', placed_at, expires_at
                    FROM ledger_hold WHERE book_id = 2;
                    """);

            List<Seen> due =
                    new ExpiryStore(commits.pool()).due(200, List.of()).await().atMost(Duration.ofSeconds(30));

            assertThat(due).hasSize(200);
            assertThat(due).filteredOn(seen -> seen.key().book() == 2).hasSize(3);
        }
    }

    /** One by what the kernel finds wrong when it has begun with it, the other by what the database refuses. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE ledger_hold SET lines_account = '{2,99}', lines_amount = '{1,1}' WHERE lines_account = '{2}' AND expires_at <= now()",
                "UPDATE ledger_account SET held = 0 WHERE account_id = 2"
            })
    void oneThatCannotBeReleasedStopsNoOther(String damage) throws Exception {
        TestDatabase.Database database = TestCommits.aDatabase(1);
        Vertx vertx = Vertx.vertx();
        try (TestCommits commits = TestCommits.on(database, 1);
                Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            authorize(owner, 1, 5, 1);
            assertThat(statement.executeUpdate(damage)).isEqualTo(1);
            long held = number(owner, "SELECT held FROM ledger_account WHERE account_id = 2");
            Expiry job = job(vertx, commits);
            job.begin();

            Eventually.holds(() ->
                    number(owner, "SELECT count(*) FROM ledger_hold WHERE status = 'EXPIRED'") == 4 && failures() == 1);
            job.end();

            assertThat(number(owner, "SELECT count(*) FROM ledger_hold WHERE status = 'ACTIVE'"))
                    .isEqualTo(5 + 1);
            assertThat(number(owner, "SELECT held FROM ledger_account WHERE account_id = 2"))
                    .as("it leaves no trace")
                    .isEqualTo(held);
            ExpiryStore store = new ExpiryStore(commits.pool());
            List<Seen> left = store.due(1, List.of()).await().atMost(Duration.ofSeconds(30));
            assertThat(left).extracting(seen -> seen.payer().member()).containsExactly("M-2");
            assertThat(store.due(1, List.of(left.getFirst().key().id())).await().atMost(Duration.ofSeconds(30)))
                    .isEmpty();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private double failures() {
        return registry.get("moralbank.redemptions.expiry.failures").counter().count();
    }

    @Test
    void aProcessWhoseWorksAreRefusedLeavesThemToAnother() throws Exception {
        TestDatabase.Database database = TestCommits.aDatabase(1);
        Vertx vertx = Vertx.vertx();
        try (TestCommits one = TestCommits.on(database, 1);
                TestCommits other = TestCommits.on(database, 1);
                Connection owner = database.connectAsOwner()) {
            authorize(owner, 1, 5, 1);
            one.commits().drain().toCompletionStage().toCompletableFuture().join();
            Expiry first = job(vertx, one);
            Expiry second = job(vertx, other);
            first.begin();
            Eventually.holds(
                    () -> number(owner, "SELECT count(*) FROM redemption_expiry_lease WHERE until > '-infinity'") == 1);
            second.begin();

            Eventually.holds(() -> number(owner, "SELECT count(*) FROM ledger_hold WHERE status = 'EXPIRED'") == 5);
            first.end();
            second.end();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    /** Each of them is waited for two seconds. */
    @Test
    void booksWhoseLocksAreHeldElsewhereKeepNoneWaiting() throws Exception {
        TestDatabase.Database database = TestCommits.aDatabase(6);
        Vertx vertx = Vertx.vertx();
        try (TestCommits commits = TestCommits.on(database, 6);
                Connection owner = database.connectAsOwner();
                Connection elsewhere = database.connectAsOwner();
                var locks = elsewhere.createStatement()) {
            for (int book = 1; book <= 6; book++) {
                authorize(owner, book, 1, 1);
            }
            elsewhere.setAutoCommit(false);
            locks.execute("SELECT FROM commit_lock WHERE book_id < 6 FOR UPDATE");
            long begun = System.nanoTime();
            Expiry job = job(vertx, commits);
            job.begin();

            Eventually.holds(() -> number(owner, "SELECT count(*) FROM ledger_hold WHERE status = 'EXPIRED'") == 1);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
            elsewhere.rollback();
            Eventually.holds(() -> number(owner, "SELECT count(*) FROM ledger_hold WHERE status = 'EXPIRED'") == 6);
            job.end();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private Expiry job(Vertx vertx, TestCommits commits) {
        return new Expiry(
                new Settings(Duration.ofMillis(50)),
                commits.commits(),
                new ExpiryStore(commits.pool()),
                new RedemptionMetrics(registry),
                vertx);
    }

    private static TestDatabase.Database aBookWithAuthorizations(int books) throws SQLException {
        TestDatabase.Database database = TestCommits.aDatabase(books);
        try (Connection owner = database.connectAsOwner()) {
            authorize(owner, 1, MEMBERS, EACH);
        }
        return database;
    }

    /** Each member has some that have expired, and one that has not. No points: only what is held matters here. */
    static void authorize(Connection owner, int book, int members, int expired) throws SQLException {
        try (var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO ledger_account (book_id, account_id, code, owner, unit, lot, restricted, floor, ceiling, status,
                                                posted, held, version)
                    SELECT %1$d, n, '2200', 'M-' || n, 'PTS', '', false, -9223372036854775807, 9223372036854775807, 'OPEN', 0,
                           %3$d + 1, 0
                    FROM generate_series(1, %2$d) n;
                    UPDATE ledger_book SET last_account = %2$d WHERE book_id = %1$d;
                    CREATE TEMP TABLE made AS
                    SELECT gen_random_uuid() AS id, m, i = 0 AS lasts
                    FROM generate_series(1, %2$d) m, generate_series(0, %3$d) i;
                    INSERT INTO ledger_hold (book_id, hold_id, status, placed_at, expires_at, lines_account, lines_amount)
                    SELECT %1$d, id, 'ACTIVE', date_trunc('second', now()) - interval '3 min',
                           date_trunc('second', now()) + CASE WHEN lasts THEN interval '1 day' ELSE interval '0' END,
                           ARRAY[m], ARRAY[1]
                    FROM made;
                    INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved,
                                            occurred_on, created_at, expires_at)
                    SELECT %1$d, id, 'AUTHORIZE', 'AUTHORIZED', 'M-' || m, 'STORE', 1, 1, '2025-03-31', h.placed_at, h.expires_at
                    FROM made JOIN ledger_hold h ON h.hold_id = id;
                    DROP TABLE made;
                    """.formatted(book, members, expired));
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
