package org.moralbank.commits;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.moralbank.platform.TestDatabase;

/** What a lane's statements read does not grow with the tables, whatever these held when the lane began. */
class PlansTest {
    private static final int WORKS = 3_000;

    private static final Work NOTHING = new Work() {
        @Override
        public void needs(Needs needs) {}

        @Override
        public Answer decide(WorkingSet set) {
            return Answer.ok(Map.of());
        }
    };

    /** The planner's statistics say that there is one answer; each work adds one. */
    @Test
    void aPlanThatWasMadeForATinyTableIsNotKept() throws Exception {
        TestDatabase.Database database = TestCommits.aDatabase(1);
        commit(database, "first", 1);
        long before;
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            // The server's own analysis might come in between or not.
            statement.execute("ALTER TABLE commit_answer SET (autovacuum_enabled = false)");
            statement.execute("VACUUM ANALYZE commit_answer");
            before = read(owner);
        }

        commit(database, "next", WORKS);

        try (Connection owner = database.connectAsOwner()) {
            long read = read(owner) - before;
            // Nobody sends a key twice. Had each work scanned all answers, it would be four and a half million; the
            // planner does so until there are a thousand, which it takes for thirty.
            assertThat(read).isLessThan(1_000_000);
        }
    }

    private static void commit(TestDatabase.Database database, String name, int works)
            throws InterruptedException, ExecutionException, TimeoutException {
        try (TestCommits process = TestCommits.on(database, 1)) {
            for (int i = 0; i < works; i++) {
                process.submit(name + "-" + i, "nothing", List.of(1), NOTHING).get(30, TimeUnit.SECONDS);
            }
        }
    }

    /** How many entries of the answers' index were read; a server process tells its own before it ends. */
    private static long read(Connection owner) throws SQLException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (number(
                        owner,
                        "SELECT count(*) FROM pg_stat_activity"
                                + " WHERE application_name = 'moral-bank' AND datname = current_database()")
                > 0) {
            assertThat(System.nanoTime() - deadline).as("the connections end").isNegative();
        }
        return number(owner, "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'commit_answer_pkey'");
    }

    private static long number(Connection owner, String sql) throws SQLException {
        try (var statement = owner.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
