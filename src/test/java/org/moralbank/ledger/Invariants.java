package org.moralbank.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.moralbank.audit.Check;
import org.moralbank.audit.Scope;

/** The self-audit's own {@linkplain Check checks}, over a connection of a test, and that who has left has nothing. */
public final class Invariants {
    /** Not a check of the self-audit: a book that is older than the rule may have such accounts. */
    private static final String LEFT_WITH_SOMETHING = """
            SELECT a.book_id || '/' || a.code || ':' || a.owner || ':' || a.lot || ': ' || a.posted || ', held ' || a.held
            FROM ledger_account a
            JOIN member m ON m.book_id = a.book_id AND m.member_id = a.owner
            WHERE a.code IN ('2100', '2200') AND a.status = 'CLOSED' AND m.status = 'CLOSED' AND (a.posted <> 0 OR a.held <> 0)
            LIMIT 1
            """;

    private Invariants() {}

    /**
     * Fails with the offenders of a database, the first of each check; all are read in one snapshot.
     *
     * @param leftOut checks of what a test does by halves
     */
    public static void check(Connection connection, Check... leftOut) throws SQLException {
        List<Check> out = List.of(leftOut);
        boolean before = connection.getAutoCommit();
        connection.setAutoCommit(false);
        Map<Check, String> offenders;
        @Nullable String left;
        try (var statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
            offenders = offenders(connection, check -> out.contains(check) ? List.of() : List.of(Scope.EVERYTHING));
            try (var rows = statement.executeQuery(LEFT_WITH_SOMETHING)) {
                left = rows.next() ? rows.getString(1) : null;
            }
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
        if (left != null) {
            throw new AssertionError("a member has left, and something is there: " + left);
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
