package org.moralbank.platform;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationState;

/** What a database must be for the books to be safe in it. Each check tells in one sentence what is wrong and what to do. */
final class DatabaseChecks {
    private static final int OLDEST_MAJOR = 15;

    /** What {@code synchronous_commit} has to be, so that COMMIT waits for the disk here and of the standbys that count. */
    private static final Set<String> ON_THE_DISK = Set.of("on", "remote_apply");

    private DatabaseChecks() {}

    /**
     * Why the server may not be used: it is too old, or it answers before what it answered is on the disk.
     *
     * <p>Asked on a connection of the application's own role, because these settings can differ by role and database.
     */
    static Optional<String> ofServer(Connection application) throws SQLException {
        var tooOld = ofMajor(application.getMetaData().getDatabaseMajorVersion());
        if (tooOld.isPresent()) {
            return tooOld;
        }
        for (var setting : List.of("fsync", "full_page_writes")) {
            if (show(application, setting).equals("off")) {
                return Optional.of(losing(setting, "off"));
            }
        }
        var waits = show(application, "synchronous_commit");
        return ON_THE_DISK.contains(waits) ? Optional.empty() : Optional.of(losing("synchronous_commit", waits));
    }

    private static String losing(String setting, String value) {
        return "The database server has " + setting + " = " + value
                + ", so that a crash or a failover loses what was answered; set " + setting
                + " = on for the server, this database and this role.";
    }

    static Optional<String> ofMajor(int major) {
        return major >= OLDEST_MAJOR
                ? Optional.empty()
                : Optional.of("The database server is PostgreSQL " + major + ", and the service needs " + OLDEST_MAJOR
                        + " or newer; upgrade the server.");
    }

    /**
     * Why the role that migrates may not: Flyway puts its name between apostrophes as it is ({@code SET ROLE}), and would end
     * in an error of syntax. The application's and the auditor's may have any name.
     */
    static Optional<String> ofOwner(Flyway flyway) throws SQLException {
        try (var owner = flyway.getConfiguration().getDataSource().getConnection()) {
            var name = owner.getMetaData().getUserName();
            return name.contains("'")
                    ? Optional.of("The role that migrates the database is called " + name
                            + ", and Flyway cannot migrate as one with an apostrophe in its name; rename it (ALTER ROLE …"
                            + " RENAME TO) or give another (DATABASE_OWNER_USER).")
                    : Optional.empty();
        }
    }

    /** Why the schema may not be used: a newer build has migrated it, and this one does not know what it would break. */
    static Optional<String> ofSchema(Flyway flyway) {
        return Arrays.stream(flyway.info().all())
                .filter(migration -> migration.getState() == MigrationState.FUTURE_SUCCESS
                        || migration.getState() == MigrationState.FUTURE_FAILED)
                .filter(migration -> migration.getVersion() != null)
                .map(migration -> "The database is at schema version " + migration.getVersion() + " ("
                        + migration.getDescription() + "), which this build does not know; start the newer build that"
                        + " migrated it, or restore a backup from before.")
                .reduce((earlier, later) -> later);
    }

    /**
     * Why the application's role may not be used in production: as a superuser or the tables' owner it could change and
     * delete what is immutable, and no grant or trigger would stop it.
     */
    static Optional<String> ofRole(Connection application) throws SQLException {
        try (var statement = application.createStatement();
                var rows = statement.executeQuery("""
                        SELECT current_user,
                               r.rolsuper,
                               pg_has_role(current_user, d.datdba, 'USAGE')
                               OR EXISTS (
                                   SELECT FROM pg_class c
                                   WHERE c.relnamespace = to_regnamespace(current_schema())
                                   AND c.relkind IN ('r', 'p')
                                   AND pg_has_role(current_user, c.relowner, 'USAGE'))
                        FROM pg_roles r, pg_database d
                        WHERE r.rolname = current_user
                        AND d.datname = current_database()
                        """)) {
            rows.next();
            if (rows.getBoolean(2)) {
                return Optional.of("The service signs in as " + rows.getString(1)
                        + ", a superuser, who can change recorded entries; give it a role of its own (DATABASE_USER) and the"
                        + " owner's for migrations (DATABASE_OWNER_USER).");
            }
            if (rows.getBoolean(3)) {
                return Optional.of("The service signs in as " + rows.getString(1)
                        + ", who owns the database or its tables and can change recorded entries; give it a role of its own"
                        + " (DATABASE_USER) and the owner's for migrations (DATABASE_OWNER_USER).");
            }
            return Optional.empty();
        }
    }

    private static String show(Connection connection, String setting) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SHOW " + setting)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
