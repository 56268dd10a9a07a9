package org.moralbank.commits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.commits.TestCommits.body;

import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.moralbank.platform.TestDatabase;

/** What callers are told, and what is there afterwards, when a commit fails on PostgreSQL. */
class CommitFailuresTest {
    private static final int BAD = -1;

    @SuppressWarnings("NullAway.Init") // by makeTheDatabase
    private static TestDatabase.Database database;

    /** Effects: one row a work; the database refuses a negative one and one that is there already. */
    static final Table<Integer, Integer> EFFECTS = new Table<>() {
        @Override
        public Future<Map<Integer, Integer>> load(SqlConnection connection, List<Integer> keys) {
            throw new AssertionError("only written");
        }

        @Override
        public void write(Writing writing, List<Change<Integer, Integer>> changes) {
            writing.execute(
                    "INSERT INTO test_effect SELECT * FROM unnest($1::int[])",
                    Tuple.tuple()
                            .addArrayOfInteger(
                                    changes.stream().map(Change::after).toArray(Integer[]::new)));
        }
    };

    private record Effect(int id) implements Work {
        @Override
        public void needs(Needs needs) {}

        @Override
        public Answer decide(WorkingSet set) {
            set.put(EFFECTS, id, id);
            return Answer.ok(Map.of("id", id));
        }
    }

    @BeforeAll
    static void makeTheDatabase() throws SQLException {
        database = aDatabaseForEffects(3);
    }

    /** With the table of {@link #EFFECTS}. */
    static TestDatabase.Database aDatabaseForEffects(int books) throws SQLException {
        TestDatabase.Database database = TestCommits.aDatabase(books);
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("CREATE TABLE test_effect (id int PRIMARY KEY CHECK (id >= 0))");
            statement.execute("GRANT SELECT, INSERT ON test_effect TO " + database.appUser());
        }
        return database;
    }

    @Test
    void aBadWorkFailsAloneAndTheOthersOfItsCommitAreDoneOnce() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 1)) {
            List<CompletableFuture<Answer>> answers;
            try (SomebodyElse lock = SomebodyElse.locking(database, 1)) {
                answers = new ArrayList<>(List.of(effect(commits, 1000)));
                lock.awaitWaiting();
                IntStream.range(1001, 1010).forEach(id -> answers.add(effect(commits, id)));
                answers.add(effect(commits, BAD));
                IntStream.range(1010, 1020).forEach(id -> answers.add(effect(commits, id)));
            }

            for (CompletableFuture<Answer> answer : answers) {
                int status = get(answer).status();
                assertThat(status).isEqualTo(answer == answers.get(10) ? 500 : 200);
            }

            assertThat(effects(1000, 1020)).isEqualTo(20);
            assertThat(commits.registry.counter("moralbank.commits.retried").count())
                    .as("they were in one commit")
                    .isEqualTo(20);
            assertThat(answersOf("effect-" + BAD))
                    .as("the bad work's key is free")
                    .isZero();
        }
    }

    @Test
    void aFaultTellsNothingOfTheInside() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 1)) {
            Answer answer = get(effect(commits, BAD));

            assertThat(answer.status()).isEqualTo(500);
            assertThat(body(answer)).contains("traceId").doesNotContain("test_effect", "check constraint");
        }
    }

    @Test
    void aBookThatIsLockedTooLongIsBusyAndNothingIsDone() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 1)) {
            try (SomebodyElse lock = SomebodyElse.locking(database, 1)) {
                Answer answer = get(effect(commits, 2000));

                assertThat(answer.status()).isEqualTo(503);
                assertThat(body(answer)).contains("\"book-busy\"", "\"retryable\":true");
                assertThat(effects(2000, 2001)).isZero();
            }

            assertThat(get(effect(commits, 2000)).status()).isEqualTo(200);
            assertThat(effects(2000, 2001)).isEqualTo(1);
        }
    }

    @Test
    void whoHasWaitedTheLongestIsTold503AndHisKeyTellsAfterwards() throws Exception {
        var impatient = TestCommits.Settings.answeringWithin(Duration.ofMillis(200));
        try (TestCommits commits = TestCommits.ofPatience(database, impatient);
                SomebodyElse lock = SomebodyElse.locking(database, 1)) {
            CompletableFuture<Answer> underWay = effect(commits, 2200);
            lock.awaitWaiting();
            CompletableFuture<Answer> waits = effect(commits, 2201);

            assertThat(get(underWay).status()).isEqualTo(503);
            assertThat(body(get(underWay))).contains("\"outcome-unknown\"", "\"retryable\":true");
            assertThat(get(waits).status()).isEqualTo(503);
            assertThat(body(get(waits))).contains("\"database-unavailable\"", "\"retryable\":true");
            assertThat(effects(2200, 2202)).as("the book is locked still").isZero();
        }

        assertThat(effects(2200, 2202))
                .as("of the one that was under way when the lock was given back")
                .isEqualTo(1);
        try (TestCommits commits = TestCommits.on(database, 1)) {
            Answer known = get(effect(commits, 2200));
            assertThat(known.status()).isEqualTo(200);
            assertThat(known.replayed()).isTrue();
            Answer done = get(effect(commits, 2201));
            assertThat(done.status()).isEqualTo(200);
            assertThat(done.replayed()).as("its key was free").isFalse();
        }
        assertThat(effects(2200, 2202)).isEqualTo(2);
    }

    @Test
    void aConnectionThatALaneGivesUpPlansAsItDidWhenItWasMade() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 1);
                SomebodyElse lock = SomebodyElse.locking(database, 1);
                Connection admin = database.connectAsAdmin();
                var cancel = admin.createStatement()) {
            CompletableFuture<Answer> answer = effect(commits, 2100);
            lock.awaitWaiting();
            cancel.execute("""
                    SELECT pg_cancel_backend(pid)
                    FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """);

            assertThat(body(get(answer))).contains("\"database-unavailable\"", "\"retryable\":true");
            assertThat(settings(commits)).hasSize(16).containsOnly("on, force_custom_plan, 2s");
        }
    }

    /** As while an import goes on at another process. */
    @Test
    void aBookThatAnotherHoldsKeepsNoOtherBookOfItsLane() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 1)) {
            try (SomebodyElse importing = SomebodyElse.locking(database, 1)) {
                List<CompletableFuture<Answer>> busy = new ArrayList<>();
                List<CompletableFuture<Answer>> others = new ArrayList<>();
                try (SomebodyElse lock = SomebodyElse.locking(database, 2)) {
                    others.add(effect(commits, 3000, 2));
                    lock.awaitWaiting();
                    for (int id = 3001; id < 3010; id++) {
                        (id % 3 == 0 ? busy : others).add(effect(commits, id, 1 + id % 3));
                    }
                }
                for (CompletableFuture<Answer> answer : others) {
                    assertThat(get(answer).status()).isEqualTo(200);
                }
                for (CompletableFuture<Answer> answer : busy) {
                    assertThat(body(get(answer))).contains("\"book-busy\"", "\"retryable\":true");
                }

                // Nobody waits for it again.
                long begun = System.nanoTime();
                busy = List.of(effect(commits, 3010, 1));
                assertThat(get(effect(commits, 3011, 2)).status()).isEqualTo(200);
                assertThat(body(get(busy.getFirst()))).contains("\"book-busy\"");
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
            }
            assertThat(get(effect(commits, 3010, 1)).status()).isEqualTo(200);
            assertThat(effects(3000, 3012)).isEqualTo(12 - 3);
        }
    }

    /** Several processes at work in a book: it is hardly ever free at a given moment, and yet nobody holds it for long. */
    @Test
    void aBookThatOthersAreAtWorkInIsNotTakenForHeld() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<CompletableFuture<Void>> atWork = new ArrayList<>();
        try (TestCommits commits = TestCommits.on(database, 1);
                SomebodyElse importing = SomebodyElse.locking(database, 1)) {
            CompletableFuture<Answer> busy;
            List<CompletableFuture<Answer>> others = new ArrayList<>();
            try (SomebodyElse lock = SomebodyElse.locking(database, 3)) {
                others.add(effect(commits, 4000, 3));
                lock.awaitWaiting();
                for (int i = 0; i < 3; i++) {
                    atWork.add(CompletableFuture.runAsync(() -> commitInBook(2, stop)));
                }
                busy = effect(commits, 4001, 1);
                others.add(effect(commits, 4002, 2));
            }
            assertThat(body(get(busy))).contains("\"book-busy\"");
            for (int id = 4003; id < 4030; id++) {
                others.add(effect(commits, id, 2));
                assertThat(get(others.getLast()).status()).isEqualTo(200);
            }
            for (CompletableFuture<Answer> answer : others) {
                assertThat(get(answer).status()).isEqualTo(200);
            }
            assertThat(body(get(effect(commits, 4001, 1))))
                    .as("the one that is held")
                    .contains("\"book-busy\"");
        } finally {
            stop.set(true);
            atWork.forEach(CompletableFuture::join);
        }
    }

    private static void commitInBook(int book, AtomicBoolean stop) {
        try (Connection connection = database.connectAsOwner();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stop.get()) {
                statement.execute("SELECT FROM commit_lock WHERE book_id = " + book + " FOR UPDATE");
                statement.execute("SELECT pg_sleep(0.003)");
                connection.commit();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A work that fails has its whole commit done again one by one, and meanwhile another process takes a book of it. */
    @Test
    void worksThatAreTriedOneByOneWaitForAHeldBookOnce() throws Exception {
        AtomicReference<@Nullable SomebodyElse> importing = new AtomicReference<>();
        try (TestCommits commits = TestCommits.on(database, 1)) {
            AtomicInteger decisions = new AtomicInteger();
            List<CompletableFuture<Answer>> busy = new ArrayList<>();
            CompletableFuture<Answer> bad;
            try (SomebodyElse lock = SomebodyElse.locking(database, 3)) {
                CompletableFuture<Answer> first = effect(commits, 5000, 3);
                lock.awaitWaiting();
                bad = commits.submit("key-bad", "bad", List.of(2), new Work() {
                    @Override
                    public void needs(Needs needs) {}

                    @Override
                    public Answer decide(WorkingSet set) {
                        if (decisions.incrementAndGet() > 1 && importing.get() == null) {
                            importing.set(holdingUnlessTaken(1));
                        }
                        set.put(EFFECTS, BAD, BAD);
                        return Answer.ok(Map.of());
                    }
                });
                for (int id = 5001; id < 5006; id++) {
                    busy.add(effect(commits, id, 1));
                }
            }
            assertThat(get(bad).status()).isEqualTo(500);
            long begun = System.nanoTime();
            for (CompletableFuture<Answer> answer : busy) {
                assertThat(body(get(answer))).contains("\"book-busy\"");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
        } finally {
            Objects.requireNonNull(importing.get()).close();
        }
    }

    /** Null while the lane itself has it. */
    private static @Nullable SomebodyElse holdingUnlessTaken(int book) {
        try {
            return SomebodyElse.holding(
                    database, "SELECT FROM commit_lock WHERE book_id = " + book + " FOR UPDATE NOWAIT");
        } catch (SQLException taken) {
            return null;
        }
    }

    /** Of every connection that the pool may have. */
    private static List<String> settings(TestCommits commits) {
        List<io.vertx.mutiny.sqlclient.SqlConnection> all = new ArrayList<>();
        List<String> settings = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            all.add(commits.pool().getConnection().await().indefinitely());
        }
        for (var each : all) {
            settings.add(each.query(
                            "SELECT concat_ws(', ', current_setting('enable_seqscan'), current_setting('plan_cache_mode'), current_setting('lock_timeout'))")
                    .execute()
                    .await()
                    .indefinitely()
                    .iterator()
                    .next()
                    .getString(0));
            each.closeAndAwait();
        }
        return settings;
    }

    @Test
    void killedConnectionsLeaveEveryCallerAnsweredAndNothingTwice() throws Exception {
        int works = 1_500;
        int unsure = 0;
        try (TestCommits one = TestCommits.on(database, 2);
                TestCommits other = TestCommits.on(database, 2);
                Connection admin = database.connectAsAdmin();
                var kill = admin.createStatement()) {
            for (int from = 10_000; from < 10_000 + works; from += 50) {
                List<CompletableFuture<Answer>> answers = new ArrayList<>();
                for (int id = from; id < from + 50; id++) {
                    answers.add(effect(id % 2 == 0 ? one : other, id, 1 + id % 3));
                }
                kill.execute("""
                        SELECT pg_terminate_backend(pid)
                        FROM pg_stat_activity
                        WHERE datname = current_database() AND application_name = 'moral-bank'
                        """);
                for (CompletableFuture<Answer> answer : answers) {
                    int status = get(answer).status();
                    assertThat(status).isIn(200, 503);
                    unsure += status == 503 ? 1 : 0;
                }
            }
            assertThat(unsure).as("some commits were killed").isPositive();

            for (int id = 10_000; id < 10_000 + works; id++) {
                assertThat(get(effect(id % 2 == 0 ? other : one, id, 1 + id % 3))
                                .status())
                        .isEqualTo(200);
            }
        }
        System.out.println("CommitFailuresTest: " + unsure + " of " + works + " works were answered 503");
        assertThat(effects(10_000, 10_000 + works)).isEqualTo(works);
    }

    @Test
    void worksOverTwoBooksInOppositeOrderDoNotDeadlock() throws Exception {
        try (TestCommits one = TestCommits.on(database, 2);
                TestCommits other = TestCommits.on(database, 2)) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int id = 20_000; id < 20_400; id++) {
                boolean even = id % 2 == 0;
                answers.add((even ? one : other)
                        .submit("effect-" + id, "", even ? List.of(1, 2) : List.of(2, 1), new Effect(id)));
            }

            for (CompletableFuture<Answer> answer : answers) {
                assertThat(get(answer).status()).isEqualTo(200);
            }
            assertThat(one.registry.counter("moralbank.commits.retried").count())
                    .isZero();
        }
        assertThat(effects(20_000, 20_400)).isEqualTo(400);
    }

    @Test
    void oneKeyOfNoBookSentToTwoProcessesForDifferentBooksHasOneEffect() throws Exception {
        try (TestCommits one = TestCommits.on(database, 1);
                TestCommits other = TestCommits.on(database, 1)) {
            for (int id = 30_000; id < 30_100; id++) {
                var first = one.submit("scope-" + id, "of book 1", 0, List.of(1), new Effect(id));
                var second = other.submit("scope-" + id, "of book 2", 0, List.of(2), new Effect(id + 1_000));

                assertThat(List.of(get(first).status(), get(second).status())).containsExactlyInAnyOrder(200, 422);
            }
        }
        assertThat(effects(30_000, 32_000)).isEqualTo(100);
    }

    @Test
    void aFullQueueIsAnswered429AtOnce() throws Exception {
        var small = new TestCommits.Settings(1, 256, 4, Duration.ofSeconds(30));
        try (TestCommits commits = TestCommits.on(database, small)) {
            List<CompletableFuture<Answer>> taken = new ArrayList<>();
            CompletableFuture<Answer> tooMany;
            try (SomebodyElse lock = SomebodyElse.locking(database, 1)) {
                taken.add(effect(commits, 40_000));
                lock.awaitWaiting();
                IntStream.range(40_001, 40_005).forEach(id -> taken.add(effect(commits, id)));
                assertThat(commits.waiting()).isEqualTo(4);
                assertThat(commits.registry
                                .get("moralbank.commits.queue")
                                .gauge()
                                .value())
                        .isEqualTo(4);

                tooMany = effect(commits, 40_005);

                assertThat(tooMany).as("at once, with the lock still held").isCompleted();
                assertThat(new LanesReady(commits.commits()).call().getStatus())
                        .as("what it has is done, and others read")
                        .isEqualTo(HealthCheckResponse.Status.UP);
            }

            assertThat(get(tooMany).status()).isEqualTo(429);
            assertThat(body(get(tooMany))).contains("\"retryable\":true");
            for (CompletableFuture<Answer> answer : taken) {
                assertThat(get(answer).status()).isEqualTo(200);
            }
        }
        assertThat(effects(40_000, 40_100)).isEqualTo(5);
    }

    /** A lane that has made no commit yet takes one for ten milliseconds. */
    @Test
    void aQueueThatWouldTakeTooLongIsAnswered429AtOnce() throws Exception {
        var slow = new TestCommits.Settings(1, 4, 4096, Duration.ofMillis(25));
        try (TestCommits commits = TestCommits.on(database, slow)) {
            List<CompletableFuture<Answer>> taken = new ArrayList<>();
            CompletableFuture<Answer> tooLate;
            try (SomebodyElse lock = SomebodyElse.locking(database, 1)) {
                taken.add(effect(commits, 41_000));
                lock.awaitWaiting();
                // Six that wait are a commit and a half, and the next one's own: 25 milliseconds. Seven are more.
                IntStream.range(41_001, 41_008).forEach(id -> taken.add(effect(commits, id)));
                assertThat(commits.waiting()).isEqualTo(7);

                tooLate = effect(commits, 41_008);

                assertThat(tooLate).as("at once, with the lock still held").isCompleted();
                assertThat(commits.waiting()).isEqualTo(7);
            }

            assertThat(get(tooLate).status()).isEqualTo(429);
            assertThat(body(get(tooLate))).contains("\"overloaded\"", "\"retryable\":true");
            assertThat(commits.registry.counter("moralbank.commits.overloaded").count())
                    .isEqualTo(1);
            for (CompletableFuture<Answer> answer : taken) {
                assertThat(get(answer).status()).isEqualTo(200);
            }
        }
        assertThat(effects(41_000, 41_100)).isEqualTo(8);
    }

    @Test
    void whoFindsNobodyWaitingIsLetInHoweverSlowTheLastCommitsWere() throws Exception {
        var slow = new TestCommits.Settings(1, 256, 4096, Duration.ofNanos(1));
        try (TestCommits commits = TestCommits.on(database, slow)) {
            for (int id = 42_000; id < 42_003; id++) {
                assertThat(get(effect(commits, id)).status()).isEqualTo(200);
            }
        }
        assertThat(effects(42_000, 42_100)).isEqualTo(3);
    }

    @Test
    void aStopWaitsUntilAllIsAnsweredAndIsNotReadyFromItsFirstMoment() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 1)) {
            LanesReady ready = new LanesReady(commits.commits());
            assertThat(ready.call().getStatus()).isEqualTo(HealthCheckResponse.Status.UP);
            CompletableFuture<Answer> taken;
            CompletableFuture<Void> stopped;
            try (SomebodyElse lock = SomebodyElse.locking(database, 1)) {
                taken = effect(commits, 52_000);
                lock.awaitWaiting();
                stopped = CompletableFuture.runAsync(
                        () -> new CommitsBean().drain(new ShutdownEvent(), commits.commits()));
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
                while (ready.call().getStatus() == HealthCheckResponse.Status.UP) {
                    assertThat(System.nanoTime()).as("still ready").isLessThan(deadline);
                    Thread.onSpinWait();
                }

                assertThat(stopped).isNotDone();
                assertThat(taken).isNotDone();
            }

            stopped.get(20, TimeUnit.SECONDS);
            assertThat(taken).isCompleted();
            assertThat(get(taken).status()).isEqualTo(200);
        }
    }

    @Test
    void drainingAnswersAllThatWasTakenInAndRefusesWhatComesAfter() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 3)) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int id = 50_000; id < 51_000; id++) {
                answers.add(effect(commits, id, 1 + id % 3));
            }

            commits.drain().get(20, TimeUnit.SECONDS);

            assertThat(answers).allMatch(CompletableFuture::isDone);
            for (CompletableFuture<Answer> answer : answers) {
                assertThat(get(answer).status()).isEqualTo(200);
            }
            Answer late = get(effect(commits, 51_000));
            assertThat(late.status()).isEqualTo(503);
            assertThat(body(late)).contains("\"stopping\"");
        }
        assertThat(effects(50_000, 51_001)).isEqualTo(1_000);
    }

    private static CompletableFuture<Answer> effect(TestCommits commits, int id) {
        return effect(commits, id, 1);
    }

    private static CompletableFuture<Answer> effect(TestCommits commits, int id, int book) {
        return commits.submit("effect-" + id, "effect " + id, List.of(book), new Effect(id));
    }

    private static Answer get(CompletableFuture<Answer> answer) throws Exception {
        return answer.get(30, TimeUnit.SECONDS);
    }

    private static int effects(int from, int to) throws SQLException {
        return number("SELECT count(*) FROM test_effect WHERE id >= " + from + " AND id < " + to);
    }

    private static int answersOf(String key) throws SQLException {
        return number("SELECT count(*) FROM commit_answer WHERE key = '" + key + "'");
    }

    private static int number(String sql) throws SQLException {
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
