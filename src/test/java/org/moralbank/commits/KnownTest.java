package org.moralbank.commits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.moralbank.commits.TestCommits.body;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.TestDatabase;

/** What a lane knows of its last commits, it does not read again, and never takes for true when another changed it. */
class KnownTest {
    private static final AtomicInteger KEYS = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // by makeTheDatabase
    private static TestDatabase.Database database;

    /** How many rows the table was asked for. */
    private static final AtomicInteger READ = new AtomicInteger();

    /** A counter of a book. */
    private record Key(int book, String name) {}

    private static final Table<Key, Integer> COUNTERS = new Table<>() {
        @Override
        public Future<Map<Key, Integer>> load(SqlConnection connection, List<Key> keys) {
            READ.addAndGet(keys.size());
            Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
            String[] names = keys.stream().map(Key::name).toArray(String[]::new);
            return connection
                    .preparedQuery("""
                            SELECT c.book_id, c.name, c.value
                            FROM unnest($1::smallint[], $2::text[]) AS k (book_id, name)
                            JOIN test_counter c USING (book_id, name)
                            """)
                    .execute(Tuple.from(List.of(books, names)))
                    .map(rows -> {
                        Map<Key, Integer> found = new HashMap<>();
                        rows.forEach(row -> found.put(new Key(row.getShort(0), row.getString(1)), row.getInteger(2)));
                        return found;
                    });
        }

        @Override
        public int changedUnder(Key key) {
            return key.book();
        }

        @Override
        public void write(Writing writing, List<Change<Key, Integer>> changes) {
            for (Change<Key, Integer> change : changes) {
                writing.execute(
                        "INSERT INTO test_counter VALUES ($1, $2, $3)"
                                + " ON CONFLICT (book_id, name) DO UPDATE SET value = excluded.value",
                        Tuple.of((short) change.key().book(), change.key().name(), change.after()));
            }
        }
    };

    /** Adds to a counter and answers what it is then; more than 1,000,000 the database refuses. */
    private record Add(Key key, int much, boolean refuses) implements Work {
        @Override
        public void needs(Needs needs) {
            needs.row(COUNTERS, key);
        }

        @Override
        public Answer decide(WorkingSet set) {
            Integer before = set.find(COUNTERS, key);
            int after = (before == null ? 0 : before) + much;
            set.put(COUNTERS, key, after);
            if (refuses) {
                throw new ProtocolRejection.NotFound("counter").refused();
            }
            return Answer.ok(Map.of("value", after));
        }
    }

    @BeforeAll
    static void makeTheDatabase() throws SQLException {
        database = TestCommits.aDatabase(3);
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute(
                    "CREATE TABLE test_counter (book_id smallint, name text, value int CHECK (value <= 1000000),"
                            + " PRIMARY KEY (book_id, name))");
            statement.execute("GRANT SELECT, INSERT, UPDATE ON test_counter TO " + database.appUser());
        }
    }

    @BeforeEach
    void begin() throws SQLException {
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("TRUNCATE test_counter");
        }
        READ.set(0);
    }

    private static TestCommits process(int lanes, int knownRows) {
        return TestCommits.on(
                database, new TestCommits.Settings(lanes, 256, 4096, Duration.ofSeconds(30), knownRows, false));
    }

    private static CompletableFuture<Answer> add(
            TestCommits process, int book, String name, int much, boolean refuses) {
        String key = "k-" + KEYS.incrementAndGet();
        return process.submit(key, key, List.of(book), new Add(new Key(book, name), much, refuses));
    }

    private static String added(TestCommits process, int book, String name, int much) throws Exception {
        return body(add(process, book, name, much, false).get(30, TimeUnit.SECONDS));
    }

    @Test
    void aLaneThatIsAloneReadsARowOnce() throws Exception {
        try (TestCommits alone = process(1, 100)) {
            assertThat(added(alone, 1, "a", 1)).contains("\"value\":1");
            assertThat(READ).hasValue(1);

            assertThat(added(alone, 1, "a", 1))
                    .contains("\"value\":2"); // it finds its own number, and trusts from now on
            int sofar = READ.get();
            assertThat(added(alone, 1, "a", 1)).contains("\"value\":3");

            assertThat(READ).hasValue(sofar);
        }
    }

    @Test
    void whatAnotherProcessChangedIsReadAgain() throws Exception {
        try (TestCommits one = process(1, 100);
                TestCommits other = process(1, 100)) {
            for (int i = 0; i < 3; i++) {
                added(one, 1, "a", 1);
            }
            assertThat(added(other, 1, "a", 10)).contains("\"value\":13");

            assertThat(added(one, 1, "a", 1)).contains("\"value\":14");
        }
    }

    @Test
    void thatThereIsNoRowIsKnownUntilAnotherProcessMakesOne() throws Exception {
        try (TestCommits one = process(1, 100);
                TestCommits other = process(1, 100)) {
            for (int i = 0; i < 3; i++) {
                add(one, 1, "a", 1, true).get(30, TimeUnit.SECONDS);
            }
            assertThat(added(other, 1, "a", 5)).contains("\"value\":5");

            assertThat(added(one, 1, "a", 1)).contains("\"value\":6");
        }
    }

    @Test
    void aRefusedWorkLeavesWhatIsKnownAsItWas() throws Exception {
        try (TestCommits alone = process(1, 100)) {
            for (int i = 0; i < 3; i++) {
                added(alone, 1, "a", 1);
            }

            add(alone, 1, "a", 100, true).get(30, TimeUnit.SECONDS);

            assertThat(added(alone, 1, "a", 1)).contains("\"value\":4");
        }
    }

    @Test
    void aCommitThatFailedLeavesNothingKnown() throws Exception {
        try (TestCommits alone = process(1, 100)) {
            for (int i = 0; i < 3; i++) {
                added(alone, 1, "a", 1);
            }
            assertThat(add(alone, 1, "a", 2_000_000, false)
                            .get(30, TimeUnit.SECONDS)
                            .status())
                    .isEqualTo(500);

            assertThat(added(alone, 1, "a", 1)).contains("\"value\":4");
        }
    }

    @Test
    void theRowsUsedLongestAgoAreForgottenFirst() throws Exception {
        try (TestCommits alone = process(1, 2)) {
            for (String name : List.of("a", "b", "c", "a", "b", "c")) {
                added(alone, 1, name, 1);
            }
            READ.set(0);

            assertThat(added(alone, 1, "c", 1)).contains("\"value\":3");
            assertThat(READ).hasValue(0);
            assertThat(added(alone, 1, "a", 1)).contains("\"value\":3");
            assertThat(READ).hasValue(1);
        }
    }

    private static Answer again(TestCommits process, String key, int much, boolean refuses) throws Exception {
        return process.submit(key, key, List.of(1), new Add(new Key(1, "a"), much, refuses))
                .get(30, TimeUnit.SECONDS);
    }

    /** A process that has found itself alone takes a key that it has not met for new; the table knows better. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aKeyThatAnotherProcessHasMetIsAnsweredAsThere(boolean refusedByNow) throws Exception {
        String key = "met-" + KEYS.incrementAndGet();
        try (TestCommits one = process(1, 100)) {
            assertThat(again(one, key, 1, false).replayed()).isFalse();
        }
        try (TestCommits other = process(1, 100)) {
            for (int i = 0; i < 3; i++) {
                added(other, 1, "a", 1);
            }
            assertThat(other.count("ahead")).as("it has come to trust").isPositive();

            // A refusal of this kind is not kept, so that no insert of it fails.
            Answer told = again(other, key, 1, refusedByNow);

            assertThat(told.replayed()).isTrue();
            assertThat(told.status()).isEqualTo(200);
            assertThat(body(told)).contains("\"value\":1}");
            assertThat(other.count("overtaken")).isEqualTo(1);
            assertThat(again(other, key, 1, false).replayed()).isTrue();
            assertThat(other.count("overtaken")).as("met by now").isEqualTo(1);
            assertThat(added(other, 1, "a", 1)).contains("\"value\":5}");
        }
    }

    @Test
    void aKeyThatTheProcessHasMetItLooksFor() throws Exception {
        String key = "met-" + KEYS.incrementAndGet();
        try (TestCommits alone = process(1, 100)) {
            for (int i = 0; i < 3; i++) {
                added(alone, 1, "a", 1);
            }
            assertThat(again(alone, key, 1, false).replayed()).isFalse();

            assertThat(again(alone, key, 1, false).replayed()).isTrue();

            assertThat(alone.count("overtaken")).isZero();
        }
    }

    @Test
    void whoWasOvertakenTrustsAgainWhenHeFindsHisOwnNumber() throws Exception {
        try (TestCommits one = process(1, 100);
                TestCommits other = process(1, 100)) {
            for (int i = 0; i < 3; i++) {
                added(one, 1, "a", 1);
            }
            added(other, 1, "a", 1);
            added(one, 1, "a", 1);
            assertThat(one.count("overtaken")).isEqualTo(1);
            added(one, 1, "a", 1);
            double before = one.count("ahead");

            assertThat(added(one, 1, "a", 1)).contains("\"value\":7}");

            assertThat(one.count("ahead") - before).isEqualTo(1);
        }
    }

    /** Of a process that stood still, with its clock, between the decision and the lock. */
    @ParameterizedTest
    @CsvSource({"4, true", "6, false"})
    void worksAreNotWrittenWhoseClockIsNotThatOfTheirLock(int secondsBehind, boolean written) throws SQLException {
        try (Connection app = database.connectAsApp();
                var statement = app.createStatement()) {
            statement.execute(
                    "PREPARE lock_as_left (smallint[], bigint[], text, text, timestamptz) AS " + Lane.LOCK_AS_LEFT);
            String lock = "EXECUTE lock_as_left ('{1}', '{%d}', NULL, 'mark', clock_timestamp() - interval '%d s')"
                    .formatted(number(statement), secondsBehind);
            if (written) {
                statement.execute(lock);
            } else {
                assertThatThrownBy(() -> statement.execute(lock))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                refused -> assertThat(refused.getSQLState()).isEqualTo(Rechecked.CHANGED));
            }
        }
    }

    private static long number(Statement statement) throws SQLException {
        try (var rows = statement.executeQuery("SELECT commit_no FROM commit_lock WHERE book_id = 1")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void worksThatWaitForNoCommitAreDecidedOnWhatIsKnown() throws Exception {
        try (TestCommits alone = process(1, 100)) {
            added(alone, 1, "a", 1);
            added(alone, 1, "a", 1);
            double before = alone.count("ahead");

            assertThat(added(alone, 1, "a", 1)).contains("\"value\":3}");

            assertThat(alone.count("ahead") - before).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomAdditionsByTwoProcessesAreAllThereOnce(long seed) throws Exception {
        System.out.println("KnownTest seed " + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Map<Key, Integer> expected = new HashMap<>();
        try (TestCommits one = process(2, 5);
                TestCommits other = process(2, 5)) {
            for (int round = 0; round < 60; round++) {
                List<CompletableFuture<Answer>> sent = new ArrayList<>();
                // Rounds of one process alone, so that it comes to trust, and rounds of both.
                int who = random.nextInt(3);
                for (int i = 0; i < 25; i++) {
                    TestCommits process = who == 0 || who == 2 && random.nextBoolean() ? one : other;
                    int book = 1 + random.nextInt(3);
                    String name = "n" + random.nextInt(4);
                    boolean refuses = random.nextInt(5) == 0;
                    sent.add(add(process, book, name, 1 + i, refuses));
                    if (!refuses) {
                        expected.merge(new Key(book, name), 1 + i, Integer::sum);
                    }
                }
                for (CompletableFuture<Answer> each : sent) {
                    assertThat(each.get(30, TimeUnit.SECONDS).status()).isIn(200, 404);
                }
            }
        }
        assertThat(counters()).isEqualTo(expected);
    }

    private static Map<Key, Integer> counters() throws SQLException {
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement();
                var rows = statement.executeQuery("SELECT book_id, name, value FROM test_counter")) {
            Map<Key, Integer> found = new HashMap<>();
            while (rows.next()) {
                found.put(new Key(rows.getInt(1), rows.getString(2)), rows.getInt(3));
            }
            return found;
        }
    }
}
