package org.moralbank.commits;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.moralbank.platform.TestDatabase;

/** Somebody who holds a lock until he is closed. */
public record SomebodyElse(TestDatabase.Database database, Connection connection) implements AutoCloseable {
    /** Of a book. */
    public static SomebodyElse locking(TestDatabase.Database database, int book) throws SQLException {
        return holding(database, "SELECT FROM commit_lock WHERE book_id = " + book + " FOR UPDATE");
    }

    /** Of what a statement locks. */
    public static SomebodyElse holding(TestDatabase.Database database, String sql) throws SQLException {
        Connection connection = database.connectAsAdmin();
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
        return new SomebodyElse(database, connection);
    }

    /** Until a commit waits; only an administrator sees what others wait for. */
    public void awaitWaiting() throws SQLException {
        awaitWaiting(1);
    }

    void awaitWaiting(int commits) throws SQLException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        try (Connection admin = database.connectAsAdmin();
                var statement = admin.createStatement()) {
            while (waiting(statement) < commits) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("no commit waits for the lock");
                }
                Thread.onSpinWait();
            }
        }
    }

    private static int waiting(Statement statement) throws SQLException {
        try (var rows = statement.executeQuery("""
                SELECT count(*)
                FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                """)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** Breaks the connection of the commit that waits. */
    void endTheConnectionThatWaits() throws SQLException {
        try (Connection admin = database.connectAsAdmin();
                var statement = admin.createStatement()) {
            statement.execute("""
                    SELECT pg_terminate_backend(pid)
                    FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """);
        }
    }

    /** Breaks the processes' connections that do nothing at the moment. */
    void endTheIdle() throws SQLException {
        try (Connection admin = database.connectAsAdmin();
                var statement = admin.createStatement()) {
            statement.execute("""
                    SELECT pg_terminate_backend(pid)
                    FROM pg_stat_activity
                    WHERE datname = current_database() AND usename = '%s' AND state = 'idle'
                    """.formatted(database.appUser()));
        }
    }

    @Override
    public void close() throws SQLException {
        connection.rollback();
        connection.close();
    }
}
