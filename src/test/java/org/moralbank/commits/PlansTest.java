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
            // The works of this test are faster than the server's own analysis; without it they are the same in each
            // run.
            statement.execute("ALTER TABLE commit_answer SET (autovacuum_enabled = false)");
            statement.execute("VACUUM ANALYZE commit_answer");
            before = read(owner);
        }

        commit(database, "next", WORKS);

        try (Connection owner = database.connectAsOwner()) {
            long read = read(owner) - before;
            // Nobody sends a key twice. Scans of all answers by each work would read four and a half million; until
            // there are
            // a thousand some, which the planner takes for thirty, they are what it chooses.
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
        try (var statement = owner.createStatement()) {
            boolean going = true;
            while (going) {
                try (var running = statement.executeQuery("SELECT EXISTS (SELECT FROM pg_stat_activity"
                        + " WHERE application_name = 'moral-bank' AND datname = current_database())")) {
                    running.next();
                    going = running.getBoolean(1);
                }
            }
            try (var sum = statement.executeQuery(
                    "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'commit_answer_pkey'")) {
                sum.next();
                return sum.getLong(1);
            }
        }
    }
}
