package org.moralbank.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.moralbank.audit.Check;
import org.moralbank.audit.Scope;

/** The self-audit's own {@linkplain Check checks}, over a connection of a test. */
public final class Invariants {
    private Invariants() {}

    /** Fails with the offenders of a database, the first of each check; all are read in one snapshot. */
    public static void check(Connection connection) throws SQLException {
        boolean before = connection.getAutoCommit();
        connection.setAutoCommit(false);
        Map<Check, String> offenders;
        try (var statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
            offenders = offenders(connection, check -> List.of(Scope.EVERYTHING));
        } finally {
            connection.rollback();
            connection.setAutoCommit(before);
        }
        if (!offenders.isEmpty()) {
            throw new AssertionError(String.join(
                    "\n",
                    offenders.entrySet().stream()
                            .map(found -> found.getKey() + " (invariant "
                                    + found.getKey().invariant() + "): " + found.getValue())
                            .toList()));
        }
    }

    /** The first offender of each check in the first of its scopes that has one. */
    static Map<Check, String> offenders(Connection connection, Function<Check, List<Scope>> scopes)
            throws SQLException {
        Map<Check, String> found = new EnumMap<>(Check.class);
        for (Check check : Check.values()) {
            for (Scope scope : scopes.apply(check)) {
                if (!found.containsKey(check)) {
                    offender(connection, check, scope, found);
                }
            }
        }
        return found;
    }

    private static void offender(Connection connection, Check check, Scope scope, Map<Check, String> found)
            throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(check.sql(scope))) {
            if (rows.next()) {
                found.put(
                        check,
                        rows.getInt("book_id") + "/" + rows.getString("subject") + ": " + rows.getString("found")
                                + "; should be " + rows.getString("expected"));
            }
        }
    }
}
