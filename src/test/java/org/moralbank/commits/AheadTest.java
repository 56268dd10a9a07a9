package org.moralbank.commits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.commits.TestCommits.body;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.TestDatabase;

/**
 * Works that wait while a commit is being written are decided already, as if it had succeeded; when it did not, or when
 * somebody else came between, they are decided again.
 *
 * <p>Commits are of one work here. The first is kept from ending by a gate that it has to pass, and those behind it are
 * decided meanwhile.
 */
class AheadTest {
    private static final int MOST = 1_000_000;

    private static final AtomicInteger KEYS = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // by makeTheDatabase
    private static TestDatabase.Database database;

    /** The one counter of book 1, by its name. */
    private static final Table<String, Integer> COUNTERS = new Table<>() {
        @Override
        public Future<Map<String, Integer>> load(SqlConnection connection, List<String> names) {
            return connection
                    .preparedQuery("SELECT name, value FROM test_counter WHERE name = ANY ($1)")
                    .execute(Tuple.tuple().addArrayOfString(names.toArray(String[]::new)))
                    .map(rows -> {
                        Map<String, Integer> found = new HashMap<>();
                        rows.forEach(row -> found.put(row.getString(0), row.getInteger(1)));
                        return found;
                    });
        }

        @Override
        public int changedUnder(String name) {
            return 1;
        }

        @Override
        public void write(Writing writing, List<Change<String, Integer>> changes) {
            for (Change<String, Integer> change : changes) {
                writing.execute(
                        "INSERT INTO test_counter VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                        Tuple.of(change.key(), change.after()));
            }
        }
    };

    /** What makes a commit wait, when all is written, as long as somebody has the gate locked: a deferred trigger. */
    private static final Table<Integer, Integer> GATE = new Table<>() {
        @Override
        public Future<Map<Integer, Integer>> load(SqlConnection connection, List<Integer> keys) {
            throw new AssertionError("only written");
        }

        @Override
        public void write(Writing writing, List<Change<Integer, Integer>> changes) {
            writing.execute("UPDATE test_passing SET passed = passed + 1", Tuple.tuple());
        }
    };

    /** Whether a client still may: changed under no lock. */
    private static final Rechecked<Integer, Boolean> PERMITS = new Rechecked<>() {
        @Override
        public Future<Map<Integer, Boolean>> load(SqlConnection connection, List<Integer> clients) {
            return connection
                    .preparedQuery("SELECT client, revoked FROM test_permit WHERE client = ANY ($1)")
                    .execute(Tuple.tuple().addArrayOfInteger(clients.toArray(Integer[]::new)))
                    .map(rows -> {
                        Map<Integer, Boolean> found = new HashMap<>();
                        rows.forEach(row -> found.put(row.getInteger(0), row.getBoolean(1)));
                        return found;
                    });
        }

        @Override
        public void recheck(Writing writing, Map<Integer, Boolean> rows) {
            writing.execute(
                    "SELECT 1 / (count(*) = 0)::int FROM test_permit WHERE client = ANY ($1) AND revoked",
                    Tuple.tuple().addArrayOfInteger(rows.keySet().toArray(Integer[]::new)));
        }

        @Override
        public void write(Writing writing, List<Change<Integer, Boolean>> changes) {
            throw new AssertionError("only read");
        }
    };

    /** What an {@link Add} adds to be one that cannot be written, or whose book cannot be told. */
    private static final int UNWRITABLE = 77;

    private static final int UNREADABLE = 78;

    /** A table with a fault. */
    private static final Table<Integer, Integer> UNWRITTEN = new Table<>() {
        @Override
        public Future<Map<Integer, Integer>> load(SqlConnection connection, List<Integer> keys) {
            return Future.succeededFuture(Map.of());
        }

        @Override
        public int changedUnder(Integer key) {
            if (key < 0) {
                throw new IllegalStateException("a fault of a table");
            }
            return 1;
        }

        @Override
        public void write(Writing writing, List<Change<Integer, Integer>> changes) {
            throw new IllegalStateException("a fault of a table");
        }
    };

    /** A client whose permit may be revoked. */
    private record Permitted() implements Asker {
        @Override
        public int clientId() {
            return 1;
        }

        @Override
        public void needs(Needs needs) {
            needs.row(PERMITS, 1);
        }

        @Override
        public void checkStillMay(WorkingSet set) {
            if (set.get(PERMITS, 1)) {
                throw new ProtocolRejection.NotFound("permit").refused();
            }
        }
    }

    /** Adds to a counter and answers what it is then; more than {@link #MOST} the database refuses. */
    private record Add(String name, int much, boolean passesTheGate) implements Work {
        @Override
        public void needs(Needs needs) {
            needs.row(COUNTERS, name);
            if (much == UNREADABLE) {
                needs.row(UNWRITTEN, -1);
            }
        }

        @Override
        public Answer decide(WorkingSet set) {
            Integer before = set.find(COUNTERS, name);
            int after = (before == null ? 0 : before) + much;
            set.put(COUNTERS, name, after);
            if (passesTheGate) {
                set.put(GATE, 1, 1);
            }
            if (much == UNWRITABLE) {
                set.put(UNWRITTEN, 1, 1);
            }
            return Answer.ok(Map.of("value", after));
        }
    }

    @BeforeAll
    static void makeTheDatabase() throws SQLException {
        database = TestCommits.aDatabase(1);
        owner("CREATE TABLE test_counter (name text PRIMARY KEY, value int CHECK (value <= " + MOST + "))");
        owner("CREATE TABLE test_passing (passed int)");
        owner("CREATE TABLE test_gate (gate int)");
        owner("CREATE FUNCTION test_pass() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM FROM test_gate FOR UPDATE; RETURN NULL; END $$");
        owner("CREATE CONSTRAINT TRIGGER test_pass AFTER UPDATE ON test_passing"
                + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION test_pass()");
        owner("CREATE TABLE test_permit (client int, revoked boolean)");
        owner("GRANT SELECT, INSERT, UPDATE ON test_counter, test_passing, test_gate, test_permit TO "
                + database.appUser());
        owner("INSERT INTO test_passing VALUES (0)");
        owner("INSERT INTO test_gate VALUES (0)");
    }

    @BeforeEach
    void begin() throws SQLException {
        owner("TRUNCATE test_counter, test_permit");
        owner("INSERT INTO test_permit VALUES (1, false)");
    }

    private static void owner(String sql) throws SQLException {
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Commits of one work each. */
    private static final TestCommits.Settings SINGLY =
            new TestCommits.Settings(1, 1, 4096, Duration.ofSeconds(30), 100, true);

    private static final TestCommits.Settings TOGETHER =
            new TestCommits.Settings(1, 100, 4096, Duration.ofSeconds(30), 100, true);

    /** A process with a lane that has found itself alone in the book. */
    private static TestCommits alone() throws Exception {
        return warm(TestCommits.on(database, SINGLY));
    }

    private static TestCommits warm(TestCommits process) throws Exception {
        added(add(process, "warm", 1, false));
        added(add(process, "warm", 1, false));
        return process;
    }

    private static CompletableFuture<Answer> add(TestCommits process, String name, int much, boolean passesTheGate) {
        return add(process, "k-" + KEYS.incrementAndGet(), name, much, passesTheGate);
    }

    private static CompletableFuture<Answer> add(
            TestCommits process, String key, String name, int much, boolean passesTheGate) {
        return process.submit(
                TestCommits.ask(new Permitted(), key, name + much, 1), List.of(1), new Add(name, much, passesTheGate));
    }

    private static String added(CompletableFuture<Answer> answer) throws Exception {
        Answer told = answer.get(30, TimeUnit.SECONDS);
        assertThat(told.status()).isEqualTo(200);
        return body(told);
    }

    /** Works before the gate, and one that waits in front of it with the next behind: when this returns, that is looked at. */
    private static SomebodyElse aGate(TestCommits process, Runnable submitting) throws Exception {
        int submitted;
        SomebodyElse gate = SomebodyElse.holding(database, "SELECT FROM test_gate FOR UPDATE");
        try (SomebodyElse book = SomebodyElse.locking(database, 1)) {
            CompletableFuture<Answer> first = add(process, "first", 1, false);
            book.awaitWaiting();
            assertThat(first).isNotDone();
            submitting.run();
            submitted = process.waiting();
        }
        int afterTheNext = Math.max(0, submitted - 2);
        gate.awaitWaiting();
        while (process.waiting() > afterTheNext) {
            Thread.onSpinWait();
        }
        return gate;
    }

    @Test
    void aWorkIsDecidedOnWhatTheCommitUnderWayLeaves() throws Exception {
        try (TestCommits process = alone()) {
            double before = process.count("ahead");
            List<CompletableFuture<Answer>> sent = new ArrayList<>();
            try (SomebodyElse gate = aGate(process, () -> {
                sent.add(add(process, "a", 10, true));
                sent.add(add(process, "a", 5, false));
                sent.add(add(process, "a", 7, false));
            })) {
                assertThat(sent.get(1)).as("not told before it is done").isNotDone();
            }

            assertThat(added(sent.get(0))).contains("\"value\":10");
            assertThat(added(sent.get(1))).contains("\"value\":15");
            assertThat(added(sent.get(2))).contains("\"value\":22");
            assertThat(process.count("ahead") - before).isPositive();
            assertThat(process.count("overtaken")).isZero();
        }
    }

    @Test
    void itIsSentWhileTheOneBeforeIsUnderWay() throws Exception {
        try (HeldWire wire = new HeldWire(database.reactiveUrl());
                TestCommits process = warm(TestCommits.over(wire, database, SINGLY))) {
            List<CompletableFuture<Answer>> sent = new ArrayList<>();
            try (SomebodyElse gate = aGate(process, () -> {
                wire.holdBehind(2);
                sent.add(add(process, "a", 10, true));
                sent.add(add(process, "a", 5, false));
            })) {
                wire.awaitBegin();
                wire.awaitBegin();
                assertThat(sent.get(0)).as("waits in front of the gate").isNotDone();
            }

            assertThat(added(sent.get(0))).contains("\"value\":10");
            assertThat(added(sent.get(1))).contains("\"value\":15");
            assertThat(process.count("overtaken")).isZero();
        }
    }

    @Test
    void whenAnotherProcessCommitsInBetweenItIsDecidedAgain() throws Exception {
        try (HeldWire wire = new HeldWire(database.reactiveUrl());
                TestCommits process = warm(TestCommits.over(wire, database, SINGLY));
                TestCommits other = TestCommits.on(database, 1)) {
            List<CompletableFuture<Answer>> sent = new ArrayList<>();
            try (SomebodyElse gate = aGate(process, () -> {
                wire.holdBehind(1);
                // What has to be read for is looked at early, so that the third is sent behind the second.
                sent.add(add(process, "z", 10, true));
                sent.add(add(process, "a", 5, false));
                sent.add(add(process, "a", 7, false));
            })) {
                sent.add(add(other, "a", 100, false));
                gate.awaitWaiting(2);
            }

            assertThat(added(sent.get(0))).contains("\"value\":10");
            assertThat(added(sent.get(3))).contains("\"value\":100");
            wire.release();
            assertThat(added(sent.get(1))).contains("\"value\":105");
            assertThat(added(sent.get(2)))
                    .as("taken by the flight that failed, and not lost")
                    .contains("\"value\":112");
            assertThat(process.count("overtaken"))
                    .as("what was sent behind it, too: the other process left the number that it would have left")
                    .isEqualTo(2);
        }
    }

    @Test
    void whenTheCommitUnderWayFailsItIsDecidedAgain() throws Exception {
        try (TestCommits process = alone()) {
            List<CompletableFuture<Answer>> sent = new ArrayList<>();
            try (SomebodyElse gate = aGate(process, () -> {
                sent.add(add(process, "a", 10, true));
                sent.add(add(process, "a", MOST, false));
                sent.add(add(process, "a", 5, false));
            })) {
                assertThat(sent.get(0)).isNotDone();
            }

            assertThat(sent.get(1).get(30, TimeUnit.SECONDS).status()).isEqualTo(500);
            assertThat(added(sent.get(0))).contains("\"value\":10");
            assertThat(added(sent.get(2))).contains("\"value\":15");
        }
    }

    /** What would be half a commit is none, and what is thrown while a commit is under way does not befall that. */
    @ParameterizedTest
    @ValueSource(ints = {UNWRITABLE, UNREADABLE})
    void aFaultOfATableIsThatOfItsWorkAlone(int faulty) throws Exception {
        try (TestCommits process = warm(TestCommits.on(database, TOGETHER))) {
            List<CompletableFuture<Answer>> sent = new ArrayList<>();
            try (SomebodyElse gate = aGate(process, () -> {
                sent.add(add(process, "a", 10, true));
                sent.add(add(process, "a", 5, false));
                sent.add(add(process, "b", faulty, false));
                sent.add(add(process, "a", 7, false));
            })) {
                assertThat(sent.get(0)).isNotDone();
            }

            assertThat(added(sent.get(0))).contains("\"value\":10");
            assertThat(added(sent.get(1))).contains("\"value\":15");
            assertThat(sent.get(2).get(30, TimeUnit.SECONDS).status()).isEqualTo(500);
            assertThat(added(sent.get(3))).contains("\"value\":22");
            assertThat(added(add(process, "b", 1, false))).contains("\"value\":1}");
        }
    }

    @Test
    void whenTheOtherConnectionBreaksItIsDecidedUnderItsLock() throws Exception {
        try (TestCommits process = alone()) {
            double before = process.count("ahead");
            List<CompletableFuture<Answer>> sent = new ArrayList<>();
            try (SomebodyElse gate = aGate(process, () -> {
                sent.add(add(process, "a", 10, true));
                sent.add(add(process, "b", 5, false));
                sent.add(add(process, "c", 7, false));
            })) {
                gate.endTheIdle();
            }

            assertThat(added(sent.get(0))).contains("\"value\":10");
            assertThat(added(sent.get(1))).contains("\"value\":5");
            assertThat(added(sent.get(2))).contains("\"value\":7");
            assertThat(added(add(process, "c", 1, false))).contains("\"value\":8");
        }
    }

    @Test
    void whenTheConnectionBreaksWithCommitOnItsWayTheOutcomeIsNotKnownAndTheKeyTells() throws Exception {
        try (TestCommits process = alone()) {
            List<CompletableFuture<Answer>> sent = new ArrayList<>();
            try (SomebodyElse gate = aGate(process, () -> sent.add(add(process, "cut-off", "a", 10, true)))) {
                gate.endTheConnectionThatWaits();

                Answer told = sent.get(0).get(30, TimeUnit.SECONDS);
                assertThat(told.status()).isEqualTo(503);
                assertThat(body(told)).contains("\"outcome-unknown\"");
            }

            Answer again = add(process, "cut-off", "a", 10, true).get(30, TimeUnit.SECONDS);
            assertThat(again.replayed()).as("it had not come about").isFalse();
            assertThat(body(again)).contains("\"value\":10");
        }
    }

    @Test
    void whenTheConnectionBreaksBehindCommitTheOutcomeIsNotKnownAndTheKeyTellsTheAnswer() throws Exception {
        try (HeldWire wire = new HeldWire(database.reactiveUrl());
                TestCommits process = warm(TestCommits.over(wire, database, SINGLY));
                TestCommits other = TestCommits.on(database, 1)) {
            wire.cutBehindCommit();

            Answer told = add(process, "done-unheard", "a", 10, false).get(30, TimeUnit.SECONDS);
            assertThat(told.status()).isEqualTo(503);
            assertThat(body(told)).contains("\"outcome-unknown\"");

            for (TestCommits asked : List.of(process, other)) {
                Answer again = add(asked, "done-unheard", "a", 10, false).get(30, TimeUnit.SECONDS);
                assertThat(again.replayed()).as("it had come about").isTrue();
                assertThat(again.status()).isEqualTo(200);
                assertThat(body(again)).contains("\"value\":10");
            }
            assertThat(added(add(process, "a", 1, false)))
                    .as("added once, and not forgotten by the lane")
                    .contains("\"value\":11");
        }
    }

    @Test
    void aKeyOfTheCommitUnderWayIsAnsweredWithItsAnswer() throws Exception {
        try (TestCommits process = alone()) {
            List<CompletableFuture<Answer>> sent = new ArrayList<>();
            try (SomebodyElse gate = aGate(process, () -> {
                sent.add(add(process, "one-key", "a", 10, true));
                sent.add(add(process, "one-key", "a", 10, true));
                sent.add(add(process, "one-key", "a", 11, true));
            })) {
                assertThat(sent.get(1)).isNotDone();
            }

            assertThat(added(sent.get(0))).contains("\"value\":10");
            Answer again = sent.get(1).get(30, TimeUnit.SECONDS);
            assertThat(again.replayed()).isTrue();
            assertThat(body(again)).contains("\"value\":10");
            assertThat(sent.get(2).get(30, TimeUnit.SECONDS).status()).isEqualTo(422);
        }
    }

    @Test
    void whatWasRevokedSinceTheLastCommitIsNotUsed() throws Exception {
        try (TestCommits process = alone()) {
            double before = process.count("ahead");
            assertThat(added(add(process, "warm", 10, false))).contains("\"value\":12");
            assertThat(process.count("ahead") - before)
                    .as("decided on what is known, without a look")
                    .isEqualTo(1);

            owner("UPDATE test_permit SET revoked = true");

            assertThat(add(process, "warm", 5, false).get(30, TimeUnit.SECONDS).status())
                    .isEqualTo(404);
            assertThat(process.count("overtaken")).isEqualTo(1);
        }
    }

    @Test
    void whatWasRevokedMeanwhileIsNotUsed() throws Exception {
        try (TestCommits process = alone()) {
            List<CompletableFuture<Answer>> sent = new ArrayList<>();
            try (SomebodyElse gate = aGate(process, () -> {
                sent.add(add(process, "a", 10, true));
                sent.add(add(process, "a", 5, false));
            })) {
                owner("UPDATE test_permit SET revoked = true");
            }

            assertThat(added(sent.get(0))).contains("\"value\":10");
            assertThat(sent.get(1).get(30, TimeUnit.SECONDS).status()).isEqualTo(404);
            assertThat(process.count("overtaken")).isEqualTo(1);
        }
    }
}
