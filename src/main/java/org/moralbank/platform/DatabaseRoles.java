package org.moralbank.platform;

import java.sql.Connection;
import java.sql.SQLException;

/** Makes the roles and the database that the service expects; what an operator does by hand on a server of their own. */
final class DatabaseRoles {
    private DatabaseRoles() {}

    /** Makes the three roles, or gives those that are there these passwords. */
    static void make(Connection superuser, DatabaseCredentials credentials) throws SQLException {
        makeRole(superuser, DatabaseCredentials.OWNER, credentials.owner());
        makeRole(superuser, DatabaseCredentials.APP, credentials.app());
        makeRole(superuser, DatabaseCredentials.AUDITOR, credentials.auditor());
    }

    /** Makes a database of the owner's, where the others may sign in, and may do only what migrations grant them. */
    static void makeDatabase(Connection superuser, String name) throws SQLException {
        if (exists(superuser, "SELECT 1 FROM pg_database WHERE datname = ?", name)) {
            return;
        }
        try (var statement = superuser.createStatement()) {
            statement.execute("CREATE DATABASE " + name + " OWNER " + DatabaseCredentials.OWNER);
            statement.execute("REVOKE ALL ON DATABASE " + name + " FROM PUBLIC");
            statement.execute("GRANT CONNECT ON DATABASE " + name + " TO " + DatabaseCredentials.APP + ", "
                    + DatabaseCredentials.AUDITOR);
        }
    }

    /** The password is of our own making and has no quote in it; roles cannot be made with parameters. */
    private static void makeRole(Connection superuser, String role, String password) throws SQLException {
        var verb = exists(superuser, "SELECT 1 FROM pg_roles WHERE rolname = ?", role) ? "ALTER" : "CREATE";
        try (var statement = superuser.createStatement()) {
            statement.execute(verb + " ROLE " + role + " LOGIN PASSWORD '" + password + "'");
        }
    }

    private static boolean exists(Connection superuser, String query, String name) throws SQLException {
        try (var statement = superuser.prepareStatement(query)) {
            statement.setString(1, name);
            try (var rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }
}
