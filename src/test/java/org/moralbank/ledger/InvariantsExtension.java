package org.moralbank.ledger;

import java.sql.Connection;
import java.sql.ResultSet;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.moralbank.platform.TestDatabase;

/**
 * Checks the {@linkplain Invariants invariants} in the shared database after every test class. It is registered for all
 * classes by {@code META-INF/services}; where no test has used the database yet there is nothing to check.
 */
public final class InvariantsExtension implements AfterAllCallback {
    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        // Not TestDatabase.shared() at once: a run without a database would start one for this.
        if (System.getProperty("moralbank.test.server.shared") == null) {
            return;
        }
        try (Connection connection = TestDatabase.shared().connectAsOwner()) {
            if (isMigrated(connection)) {
                Invariants.check(connection);
            }
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
