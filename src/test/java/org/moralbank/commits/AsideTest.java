package org.moralbank.commits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.commits.TestCommits.body;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.moralbank.platform.TestDatabase;

/** A work that writes for long has its book alone, keeps no other book from going on, and leaves all or nothing. */
class AsideTest {
    private static final AtomicInteger KEYS = new AtomicInteger();

    /** How often the reading of pages was ended. */
    private static final AtomicInteger CLOSED = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // by makeTheDatabase
    private static TestDatabase.Database database;

    @SuppressWarnings("NullAway.Init") // by begin
    private TestCommits commits;

    @BeforeAll
    static void makeTheDatabase() throws SQLException {
        database = TestCommits.aDatabase(3);
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("CREATE TABLE test_row (book_id smallint, n int, PRIMARY KEY (book_id, n))");
            statement.execute("GRANT SELECT, INSERT ON test_row TO " + database.appUser());
        }
    }

    @BeforeEach
    void begin() throws SQLException {
        execute("TRUNCATE test_row");
        commits = TestCommits.on(database, 1);
    }

    @AfterEach
    void end() {
        commits.close();
    }

    /** What is done before page n; a page is a row. */
    private interface Before {
        void page(int n) throws Exception;
    }

    /** Writes this many pages. */
    private record Rows(int book, int pages, Before before) {}

    private static final Table<Integer, Rows> ROWS = new Table<>() {
        @Override
        public Future<Map<Integer, Rows>> load(SqlConnection connection, List<Integer> keys) {
            return Future.succeededFuture(Map.of());
        }

        @Override
        public void write(Writing writing, List<Change<Integer, Rows>> changes) {
            changes.forEach(change -> {
                Rows rows = change.after();
                AtomicInteger n = new AtomicInteger();
                writing.pages(new Writing.Pages() {
                    @Override
                    public @Nullable Consumer<Writing> next() throws Exception {
                        int page = n.incrementAndGet();
                        if (page > rows.pages) {
                            return null;
                        }
                        rows.before.page(page);
                        return each ->
                                each.execute("INSERT INTO test_row VALUES ($1, $2)", Tuple.of((short) rows.book, page));
                    }

                    @Override
                    public void close() {
                        CLOSED.incrementAndGet();
                    }
                });
            });
        }
    };

    private record Many(Rows rows) implements Work {
        @Override
        public void needs(Needs needs) {
            needs.row(ROWS, rows.book);
        }

        @Override
        public Answer decide(WorkingSet set) {
            set.put(ROWS, rows.book, rows);
            return Answer.ok(Map.of("pages", rows.pages));
        }
    }

    private CompletableFuture<Answer> aside(String key, Rows rows) {
        return commits.commits()
                .submitAside(
                        TestCommits.ask(new TestCommits.Everybody(), key, "content", rows.book),
                        rows.book,
                        new Many(rows))
                .subscribeAsCompletionStage();
    }

    private static String aKey() {
        return "aside-" + KEYS.incrementAndGet();
    }

    private Answer inLane(int book) throws Exception {
        return commits.submit(aKey(), "content", List.of(book), new Many(new Rows(book, 0, n -> {})))
                .get(30, TimeUnit.SECONDS);
    }

    @Test
    void writesAllItsPagesInOneTransaction() throws Exception {
        Answer answer =
                aside(aKey(), new Rows(1, 50, n -> assertThat(rows()).isZero())).get(30, TimeUnit.SECONDS);

        assertThat(answer.status()).as(body(answer)).isEqualTo(200);
        assertThat(rows()).isEqualTo(50);
    }

    @Test
    void itsReadingIsEndedWhetherAllWasReadOrNot() throws Exception {
        int before = CLOSED.get();
        aside(aKey(), new Rows(1, 5, n -> {})).get(30, TimeUnit.SECONDS);
        assertThat(CLOSED.get() - before).isEqualTo(1);

        Answer failed = aside(aKey(), new Rows(1, 5, n -> {
                    if (n == 3) {
                        throw new IllegalStateException("page 3 cannot be read");
                    }
                }))
                .get(30, TimeUnit.SECONDS);

        assertThat(failed.status()).as(body(failed)).isEqualTo(500);
        assertThat(CLOSED.get() - before).isGreaterThanOrEqualTo(2);
    }

    @Test
    void itsBookIsBusyAndTheOthersGoOn() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Answer> first = aside(aKey(), new Rows(1, 5, n -> {
            if (n == 3) {
                reached.countDown();
                assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
            }
        }));
        assertThat(reached.await(30, TimeUnit.SECONDS)).isTrue();

        Answer ofTheBook = inLane(1);
        Answer ofAnother = inLane(2);
        goOn.countDown();

        assertThat(ofTheBook.status()).isEqualTo(503);
        assertThat(body(ofTheBook)).contains("\"code\":\"book-busy\"", "\"retryable\":true");
        assertThat(ofAnother.status()).isEqualTo(200);
        assertThat(first.get(30, TimeUnit.SECONDS).status()).isEqualTo(200);
        assertThat(inLane(1).status()).isEqualTo(200);
    }

    @Test
    void aPageThatCannotBeReadOrWrittenLeavesNothing() throws Exception {
        String key = aKey();

        Answer unread = aside(key, new Rows(1, 5, n -> {
                    if (n == 4) {
                        throw new IOException("the disk is gone");
                    }
                }))
                .get(30, TimeUnit.SECONDS);
        assertThat(unread.status()).as(body(unread)).isEqualTo(500);
        assertThat(rows()).isZero();

        execute("INSERT INTO test_row VALUES (1, 4)");
        Answer refused = aside(key, new Rows(1, 5, n -> {})).get(30, TimeUnit.SECONDS);
        assertThat(refused.status()).as(body(refused)).isEqualTo(500);
        assertThat(rows()).isEqualTo(1);

        // The key is free: nothing was kept under it, either.
        execute("TRUNCATE test_row");
        assertThat(aside(key, new Rows(1, 5, n -> {})).get(30, TimeUnit.SECONDS).status())
                .isEqualTo(200);
        assertThat(aside(key, new Rows(1, 5, n -> {})).get(30, TimeUnit.SECONDS).replayed())
                .isTrue();
        assertThat(rows()).isEqualTo(5);
    }

    @Test
    void aLostConnectionLeavesNothing() throws Exception {
        String key = aKey();
        Answer lost = aside(key, new Rows(1, 50, n -> {
                    if (n == 30) {
                        try (Connection admin = database.connectAsAdmin();
                                var kill = admin.createStatement()) {
                            kill.execute("""
                                    SELECT pg_terminate_backend(pid)
                                    FROM pg_stat_activity
                                    WHERE datname = current_database() AND application_name = 'moral-bank'
                                    """);
                        }
                    }
                }))
                .get(30, TimeUnit.SECONDS);

        assertThat(lost.status()).as(body(lost)).isEqualTo(503);
        assertThat(rows()).isZero();
        assertThat(aside(key, new Rows(1, 50, n -> {}))
                        .get(30, TimeUnit.SECONDS)
                        .status())
                .isEqualTo(200);
    }

    private static int rows() throws SQLException {
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement();
                var found = statement.executeQuery("SELECT count(*) FROM test_row")) {
            found.next();
            return found.getInt(1);
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }
}
