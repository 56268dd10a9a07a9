package org.moralbank.ledger;

import java.sql.Connection;
import java.sql.ResultSet;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.moralbank.platform.TestDatabase;

/**
 * Checks the {@linkplain Invariants invariants} in the shared database after every test class that has changed a book. It is
 * registered for all classes by {@code META-INF/services}; where no test has used the database yet there is nothing to check.
 *
 * <p>Classes with a database of their own in which the kernel posts check it themselves. The others with one have no entries
 * there, or such as were written past the kernel.
 */
public final class InvariantsExtension implements AfterAllCallback {
    /** How many commits there had been when the books were checked last. */
    private static long checkedAt;

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        // Not TestDatabase.shared() at once: a run without a database would start one for this.
        if (System.getProperty("moralbank.test.server.shared") == null) {
            return;
        }
        try (Connection connection = TestDatabase.shared().connectAsOwner()) {
            long commits = isMigrated(connection) ? commits(connection) : 0;
            if (commits != checkedAt) {
                Invariants.check(connection);
                checkedAt = commits;
            }
        }
    }

    /** Whatever changes a book counts its number up. */
    private static long commits(Connection connection) throws Exception {
        try (var statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT coalesce(sum(commit_no), 0) FROM commit_lock")) {
            found.next();
            return found.getLong(1);
        }
    }

    private static boolean isMigrated(Connection connection) throws Exception {
        try (var statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT to_regclass('ledger_hold') IS NOT NULL")) {
            found.next();
            return found.getBoolean(1);
        }
    }
}
