package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An upgrade migrates while others are at work on the tables. */
class MigrationUnderLoadTest {
    private final TestDatabase.Database database = TestDatabase.fresh().migrate();

    /** As after a change of the file. */
    @BeforeEach
    void theWallsAreToBeAppliedAnew() throws SQLException {
        asOwner("UPDATE flyway_schema_history SET checksum = 0 WHERE script = 'R__walls.sql'");
    }

    /** Whoever reads an entry has its table locked against a new trigger until his transaction ends. */
    @Test
    void wallsThatStandAreNotBuiltAnew() throws SQLException {
        try (Connection reader = within("SELECT FROM ledger_entry")) {
            assertThat(DatabaseStart.migrate(database.flyway(), Duration.ZERO)).isEmpty();
            assertThat(reader.isValid(1)).isTrue();
        }
        assertThat(isToBeApplied()).isFalse();
    }

    @Test
    void aMigrationThatWaitsForATableHasNobodyWaitBehindIt() throws Exception {
        asOwner("DROP TRIGGER append_only ON ledger_event");
        try (var threads = Executors.newSingleThreadExecutor()) {
            Future<?> migrated;
            try (Connection writer = within("LOCK TABLE ledger_event IN ROW EXCLUSIVE MODE")) {
                migrated = threads.submit(() -> DatabaseStart.migrate(database.flyway(), Duration.ofMinutes(1)));
                awaitAWaiter();

                // A moment later: the same that the first writer has, and behind the migration in the queue.
                within("SET LOCAL lock_timeout = '20s'; LOCK TABLE ledger_event IN ROW EXCLUSIVE MODE")
                        .close();
                assertThat(migrated.isDone()).isFalse();
                assertThat(writer.isValid(1)).isTrue();
            }
            migrated.get(1, TimeUnit.MINUTES);
        }
        assertThat(isToBeApplied()).isFalse();
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            assertThat(statement
                            .executeQuery("SELECT FROM pg_trigger WHERE tgrelid = 'ledger_event'::regclass")
                            .next())
                    .isTrue();
        }
    }

    @Test
    void aMigrationIsGivenUpWithASentence() throws SQLException {
        asOwner("DROP TRIGGER append_only ON ledger_event");
        try (Connection writer = within("LOCK TABLE ledger_event IN ROW EXCLUSIVE MODE")) {
            assertThat(DatabaseStart.migrate(database.flyway(), Duration.ZERO))
                    .hasValueSatisfying(why -> assertThat(why).contains("pg_locks"));
            assertThat(writer.isValid(1)).isTrue();
        }
        assertThat(isToBeApplied()).isTrue();
    }

    private boolean isToBeApplied() {
        return database.flyway().info().pending().length > 0;
    }

    private void asOwner(String sql) throws SQLException {
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    /** A transaction in which something was done. */
    private Connection within(String sql) throws SQLException {
        Connection connection = database.connectAsOwner();
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
        return connection;
    }

    private void awaitAWaiter() throws SQLException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        try (Connection admin = database.connectAsAdmin();
                var statement = admin.createStatement()) {
            while (true) {
                try (var rows = statement.executeQuery(
                        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'ledger_event'::regclass")) {
                    rows.next();
                    if (rows.getInt(1) > 0) {
                        return;
                    }
                }
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("the migration waits for no table");
                }
                Thread.onSpinWait();
            }
        }
    }
}
