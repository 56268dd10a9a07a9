package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.commits.TestCommits.body;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Change;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Table;
import org.moralbank.commits.TestCommits;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.commits.Writing;
import org.moralbank.platform.TestDatabase;

/**
 * Random works through the group commit on PostgreSQL: two processes' commits, two lanes each, three books. Each work
 * writes down its place in the order of its book with what it told, in its own transaction; then the
 * {@linkplain NaiveBooks model} does the same works in that order and must tell the same.
 */
class RandomWorksOnPostgresTest {
    private static final int WORKS = 3_000;
    private static final int BOOKS = 3;

    private record Place(int book, long position) {}

    private record Decided(int work, Instant now, String told) {}

    /** The last place in the order of a book. */
    private static final Table<Integer, Long> POSITIONS = new Table<>() {
        @Override
        public Future<Map<Integer, Long>> load(SqlConnection connection, List<Integer> books) {
            return connection
                    .preparedQuery("""
                            SELECT b.book, coalesce((SELECT max(position) FROM test_decided d WHERE d.book = b.book), 0)
                            FROM unnest($1::int[]) AS b (book)
                            """)
                    .execute(Tuple.of(books.toArray(Integer[]::new)))
                    .map(rows -> {
                        Map<Integer, Long> found = new HashMap<>();
                        for (Row row : rows) {
                            found.put(row.getInteger(0), row.getLong(1));
                        }
                        return found;
                    });
        }

        @Override
        public void write(Writing writing, List<Change<Integer, Long>> changes) {
            // The decisions say it.
        }
    };

    private static final Table<Place, Decided> DECISIONS = new Table<>() {
        @Override
        public Future<Map<Place, Decided>> load(SqlConnection connection, List<Place> keys) {
            throw new AssertionError("only written");
        }

        @Override
        public void write(Writing writing, List<Change<Place, Decided>> changes) {
            writing.execute(
                    "INSERT INTO test_decided SELECT * FROM unnest($1::int[], $2::bigint[], $3::int[], $4::timestamptz[], $5::text[])",
                    Tuple.of(
                            changes.stream().map(change -> change.key().book()).toArray(Integer[]::new),
                            changes.stream()
                                    .map(change -> change.key().position())
                                    .toArray(Long[]::new),
                            changes.stream()
                                    .map(change -> change.after().work())
                                    .toArray(Integer[]::new),
                            changes.stream()
                                    .map(change -> change.after().now().atOffset(ZoneOffset.UTC))
                                    .toArray(OffsetDateTime[]::new),
                            changes.stream()
                                    .map(change -> change.after().told())
                                    .toArray(String[]::new)));
        }
    };

    private final KernelWork.Entries entries = new KernelWork.Entries();
    private final List<RandomWork> asked = new ArrayList<>();
    private final Map<String, Answer> answers = new LinkedHashMap<>();

    /** A random work as the commit takes it. */
    private final class Recorded implements Work {
        final int number;
        final KernelWork kernel;

        Recorded(int number) {
            this.number = number;
            this.kernel = new KernelWork(asked.get(number), entries);
        }

        int book() {
            return asked.get(number).book();
        }

        @Override
        public void needs(Needs needs) {
            needs.row(POSITIONS, book());
            kernel.needs(needs);
        }

        /** Every other work leaves with its refusal; the others catch it, so that its place is written down too. */
        @Override
        public Answer decide(WorkingSet set) {
            String told = number % 2 == 0 ? kernel.decide(set) : kernel.decideAndTell(set);
            long position = set.get(POSITIONS, book()) + 1;
            set.put(POSITIONS, book(), position);
            set.put(DECISIONS, new Place(book(), position), new Decided(number, set.now(), told));
            return Answer.ok(Map.of("told", told));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12})
    void keepsTheBooksAsTheModelDoes(long seed) throws Exception {
        System.out.println("RandomWorksOnPostgresTest seed " + seed);
        TestDatabase.Database database = TestCommits.aDatabase(BOOKS);
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute(
                    "CREATE TABLE test_decided (book int, position bigint, work int, now timestamptz, told text, PRIMARY KEY (book, position))");
            statement.execute("GRANT SELECT, INSERT ON test_decided TO " + database.appUser());
        }

        try (TestCommits one = TestCommits.on(database, 2);
                TestCommits other = TestCommits.on(database, 2)) {
            submitAll(seed, List.of(one, other));
            replayEverything(other);
            refuseOtherContent(one);
        }

        try (Connection owner = database.connectAsOwner()) {
            sameAsTheModel(owner);
            Invariants.check(owner);
        }
    }

    private void submitAll(long seed, List<TestCommits> processes) throws Exception {
        Random random = new Random(seed);
        RandomWorks works = new RandomWorks(seed, BOOKS);
        while (asked.size() < WORKS) {
            Map<Recorded, CompletableFuture<Answer>> wave = new LinkedHashMap<>();
            Map<String, CompletableFuture<Answer>> again = new HashMap<>();
            for (int i = 1 + random.nextInt(96); i > 0; i--) {
                asked.add(works.next(Instant.now().truncatedTo(ChronoUnit.MICROS)));
                Recorded work = new Recorded(asked.size() - 1);
                wave.put(work, submit(processes.get(random.nextInt(2)), work));
                if (random.nextInt(20) == 0) {
                    again.put(key(work.number), submit(processes.get(random.nextInt(2)), new Recorded(work.number)));
                }
            }
            for (Map.Entry<Recorded, CompletableFuture<Answer>> sent : wave.entrySet()) {
                Answer answer = sent.getValue().get(30, TimeUnit.SECONDS);
                assertThat(answer.status())
                        .as("%s", asked.get(sent.getKey().number))
                        .isIn(200, 409, 422);
                answers.put(key(sent.getKey().number), answer);
                if (!answer.isProblem() && !answer.replayed()) {
                    learn(sent.getKey().kernel, works);
                }
            }
            for (Map.Entry<String, CompletableFuture<Answer>> twin : again.entrySet()) {
                assertThat(body(twin.getValue().get(30, TimeUnit.SECONDS)))
                        .isEqualTo(body(java.util.Objects.requireNonNull(answers.get(twin.getKey()))));
            }
        }
    }

    private static String key(int number) {
        return "work-" + number;
    }

    private static CompletableFuture<Answer> submit(TestCommits process, Recorded work) {
        return process.submit(key(work.number), "work " + work.number, List.of(work.book()), work);
    }

    private void learn(KernelWork kernel, RandomWorks works) {
        kernel.placed.forEach(place -> works.placed(place.book(), place.hold(), place.who()));
        for (Entry entry : kernel.posted) {
            entries.learn(entry);
            if (entry.type() != EntryType.REVERSAL) {
                works.posted(entry.book(), entry.seq());
            }
        }
    }

    private void replayEverything(TestCommits process) throws Exception {
        List<CompletableFuture<Answer>> replays = new ArrayList<>();
        for (int number = 0; number < asked.size(); number++) {
            replays.add(submit(process, new Recorded(number)));
        }
        for (int number = 0; number < asked.size(); number++) {
            Answer replay = replays.get(number).get(30, TimeUnit.SECONDS);
            Answer first = java.util.Objects.requireNonNull(answers.get(key(number)));
            assertThat(replay.replayed()).isTrue();
            assertThat(replay.status()).isEqualTo(first.status());
            assertThat(replay.body()).isEqualTo(first.body());
        }
    }

    private void refuseOtherContent(TestCommits process) throws Exception {
        for (int number = 0; number < 20; number++) {
            Recorded work = new Recorded(number);
            Answer answer = process.submit(key(number), "something else", List.of(work.book()), work)
                    .get(30, TimeUnit.SECONDS);
            assertThat(answer.status()).isEqualTo(422);
            assertThat(body(answer)).contains("\"idempotency-key-reused\"");
        }
    }

    private void sameAsTheModel(Connection owner) throws SQLException {
        NaiveBooks model = new NaiveBooks();
        int decided = 0;
        try (var statement = owner.createStatement();
                var rows = statement.executeQuery("SELECT work, now, told FROM test_decided ORDER BY book, position")) {
            for (; rows.next(); decided++) {
                int work = rows.getInt(1);
                Instant now = rows.getObject(2, OffsetDateTime.class).toInstant();
                assertThat(rows.getString(3))
                        .as("work %d: %s", work, asked.get(work))
                        .isEqualTo(model.apply(asked.get(work), now));
            }
        }
        long done =
                answers.values().stream().filter(answer -> !answer.isProblem()).count();
        assertThat(decided).as("each work that was done, once").isEqualTo((int) done);
        for (int book = 1; book <= BOOKS; book++) {
            assertThat(accounts(owner, book)).isEqualTo(model.accounts(book));
            assertThat(holds(owner, book)).isEqualTo(model.holds(book));
            assertThat(count(owner, book)).isEqualTo(model.entries(book).size());
        }
    }

    private static Map<String, String> accounts(Connection owner, int book) throws SQLException {
        Map<String, String> told = new TreeMap<>();
        try (var statement = owner.createStatement();
                var rows = statement.executeQuery("""
                        SELECT concat_ws(':', code, nullif(owner, ''), unit, nullif(lot, '')),
                               format('%s held %s version %s %s', posted, held, version, status)
                        FROM ledger_account
                        WHERE book_id =
                        """ + book)) {
            while (rows.next()) {
                told.put(rows.getString(1), rows.getString(2));
            }
        }
        return told;
    }

    private static Map<UUID, String> holds(Connection owner, int book) throws SQLException {
        Map<UUID, String> told = new TreeMap<>();
        try (var statement = owner.createStatement();
                var rows = statement.executeQuery("SELECT hold_id, status FROM ledger_hold WHERE book_id = " + book)) {
            while (rows.next()) {
                told.put(rows.getObject(1, UUID.class), rows.getString(2));
            }
        }
        return told;
    }

    private static int count(Connection owner, int book) throws SQLException {
        try (var statement = owner.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM ledger_entry WHERE book_id = " + book)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
