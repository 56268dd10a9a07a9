package org.moralbank.ledger;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.commits.TestCommits.body;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.TestCommits;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.TestDatabase;

/**
 * Random works through the group commit on PostgreSQL, two lanes in each process, three books. Half of the works are asked for
 * here, of two processes' commits in this JVM, first by themselves and then meanwhile; the other half by a caller in a process
 * of its own. So works are decided ahead of their lock, and again because somebody came between, and now and then a commit
 * fails. Then the {@linkplain NaiveBooks model} does the same works in the order that they wrote down, and must tell the same.
 */
class RandomWorksOnPostgresTest {
    private static final int WORKS = 10_000;
    private static final int BOOKS = 3;

    /** @param checkKnown whether what a lane knows is compared with the tables, rather than trusted as the service does */
    @ParameterizedTest(name = "seed {0}, known rows compared: {1}")
    @CsvSource({"11, true", "12, false"})
    void keepsTheBooksAsTheModelDoes(long seed, boolean checkKnown) throws Exception {
        System.out.println("RandomWorksOnPostgresTest seed " + seed);
        TestDatabase.Database database = TestCommits.aDatabase(BOOKS);
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    CREATE TABLE test_decided (
                        book int, position bigint, key text, work text, now timestamptz, told text CHECK (told <> '%s'))
                    """.formatted(RandomCaller.UNWRITABLE));
            // Not a unique one: it would have works decided again that should have been without it.
            statement.execute("CREATE INDEX ON test_decided (book, position)");
            statement.execute("GRANT SELECT, INSERT ON test_decided TO " + database.appUser());
        }

        Process elsewhere = aProcess(database, "elsewhere", -seed, checkKnown);
        try (TestCommits one = TestCommits.ofSmallCommits(database, 2, checkKnown);
                TestCommits other = TestCommits.ofSmallCommits(database, 2, checkKnown);
                BufferedReader itsOutput = elsewhere.inputReader()) {
            assertThat(itsOutput.readLine()).isEqualTo("ready");
            RandomCaller here = new RandomCaller("here", seed, BOOKS);
            here.ask(WORKS / 4, List.of(one, other));
            assertThat(count("ahead", one, other) - count("overtaken", one, other))
                    .as("works decided ahead of their lock and written so")
                    .isPositive();
            elsewhere.outputWriter().append("begin\n").flush();
            here.ask(WORKS / 2, List.of(one, other));
            assertThat(count("overtaken", one, other))
                    .as("works decided again because another process came between")
                    .isPositive();
            assertThat(count("retried", one, other))
                    .as("works of commits that failed")
                    .isPositive();
            assertThat(elsewhere.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(elsewhere.exitValue()).isZero();

            Map<String, Kept> kept = kept(database);
            assertThat(kept).hasSize(WORKS);
            replayEverything(kept, other);
            refuseOtherContent(kept, one);
        } finally {
            elsewhere.destroyForcibly();
        }

        try (Connection owner = database.connectAsOwner()) {
            sameAsTheModel(owner);
            Invariants.check(owner);
        }
    }

    private static double count(String meter, TestCommits... processes) {
        return Arrays.stream(processes)
                .mapToDouble(process -> process.count(meter))
                .sum();
    }

    /** Half of the works with a caller in another JVM. */
    private static Process aProcess(TestDatabase.Database database, String name, long seed, boolean checkKnown)
            throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RandomCaller.class.getName(),
                        name,
                        Long.toString(seed),
                        Integer.toString(BOOKS),
                        Integer.toString(WORKS / 2),
                        Boolean.toString(checkKnown))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        StringBuilder told = new StringBuilder();
        System.getProperties().stringPropertyNames().stream()
                .filter(property -> property.startsWith("moralbank.test.server."))
                .forEach(property -> told.append(property)
                        .append('=')
                        .append(System.getProperty(property))
                        .append('\n'));
        told.append("moralbank.test.server.shared=").append(database.name()).append("\n\n");
        process.outputWriter().append(told).flush();
        return process;
    }

    /** What a key was answered. */
    private record Kept(int book, int status, String body) {}

    private static Map<String, Kept> kept(TestDatabase.Database database) throws SQLException {
        Map<String, Kept> kept = new LinkedHashMap<>();
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement();
                var rows = statement.executeQuery("SELECT key, book_id, status, body FROM commit_answer")) {
            while (rows.next()) {
                kept.put(
                        rows.getString(1),
                        new Kept(rows.getInt(2), rows.getInt(3), new String(rows.getBytes(4), StandardCharsets.UTF_8)));
            }
        }
        return kept;
    }

    /** A work whose key was answered before: what it decides, where the key was taken for new, is not what is told. */
    private record DecidedInVain() implements Work {
        @Override
        public void needs(Needs needs) {}

        @Override
        public Answer decide(WorkingSet set) {
            return Answer.ok(Map.of("decided", "again"));
        }
    }

    /** Some at once, as the queue takes them. */
    private static void replayEverything(Map<String, Kept> kept, TestCommits process) throws Exception {
        List<String> keys = List.copyOf(kept.keySet());
        for (int from = 0; from < keys.size(); from += 1_000) {
            Map<String, CompletableFuture<Answer>> replays = new LinkedHashMap<>();
            for (String key : keys.subList(from, Math.min(from + 1_000, keys.size()))) {
                int book = requireNonNull(kept.get(key)).book();
                replays.put(key, process.submit(key, RandomCaller.content(key), List.of(book), new DecidedInVain()));
            }
            for (Map.Entry<String, CompletableFuture<Answer>> replay : replays.entrySet()) {
                Answer answer = replay.getValue().get(30, TimeUnit.SECONDS);
                Kept first = requireNonNull(kept.get(replay.getKey()));
                assertThat(answer.replayed()).isTrue();
                assertThat(answer.status()).isEqualTo(first.status());
                assertThat(body(answer)).isEqualTo(first.body());
            }
        }
    }

    private static void refuseOtherContent(Map<String, Kept> kept, TestCommits process) throws Exception {
        for (String key : kept.keySet().stream().limit(20).toList()) {
            int book = requireNonNull(kept.get(key)).book();
            Answer answer = process.submit(key, "something else", List.of(book), new DecidedInVain())
                    .get(30, TimeUnit.SECONDS);
            assertThat(answer.status()).isEqualTo(422);
            assertThat(body(answer)).contains("\"idempotency-key-reused\"");
        }
    }

    private static void sameAsTheModel(Connection owner) throws SQLException {
        NaiveBooks model = new NaiveBooks();
        int decided = 0;
        int turns = 0;
        int[] positions = new int[BOOKS + 1];
        String before = "";
        try (var statement = owner.createStatement();
                var rows = statement.executeQuery(
                        "SELECT split_part(key, '-', 1), work, now, told, position FROM test_decided ORDER BY book, position")) {
            for (; rows.next(); decided++) {
                RandomWork work = RandomCaller.read(rows.getString(2));
                Instant now = rows.getObject(3, OffsetDateTime.class).toInstant();
                assertThat(rows.getLong(5)).as("%s", work).isEqualTo(++positions[work.book()]);
                assertThat(rows.getString(4)).as("%s", work).isEqualTo(model.apply(work, now));
                turns += rows.getString(1).equals(before) ? 0 : 1;
                before = rows.getString(1);
            }
        }
        assertThat(decided)
                .as("each work that was done, once")
                .isEqualTo(count(owner, "commit_answer WHERE status = 200"));
        assertThat(turns).as("here and elsewhere by turns").isGreaterThan(20);
        for (int book = 1; book <= BOOKS; book++) {
            assertThat(accounts(owner, book)).isEqualTo(model.accounts(book));
            assertThat(holds(owner, book)).isEqualTo(model.holds(book));
            assertThat(count(owner, "ledger_entry WHERE book_id = " + book))
                    .isEqualTo(model.entries(book).size());
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

    private static int count(Connection owner, String what) throws SQLException {
        try (var statement = owner.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM " + what)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
