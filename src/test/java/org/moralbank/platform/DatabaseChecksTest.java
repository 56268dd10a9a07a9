package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On a server of its own, because the checks are of settings that hold for a whole server. */
class DatabaseChecksTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static EmbeddedDatabase server;
    private static TestDatabase.Database database;

    @BeforeAll
    static void start() {
        server = EmbeddedDatabase.startTemporary(Path.of("target"));
        database = TestDatabase.on(server).migrate();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void restore() throws SQLException {
        asSuperuser("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()", "ALTER ROLE moralbank_app RESET ALL");
    }

    @Test
    void acceptsTheEmbeddedServerAsItIs() throws SQLException {
        try (var app = database.connectAsApp()) {
            assertThat(DatabaseChecks.ofServer(app)).isEmpty();
            assertThat(DatabaseChecks.ofSchema(database.flyway())).isEmpty();
            assertThat(DatabaseChecks.ofRole(app)).isEmpty();
        }
    }

    @Test
    void refusesAServerThatIsTooOld() {
        assertThat(DatabaseChecks.ofMajor(14))
                .contains(
                        "The database server is PostgreSQL 14, and the service needs 15 or newer; upgrade the server.");
        assertThat(DatabaseChecks.ofMajor(15)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "fsync, off",
        "full_page_writes, off",
        "synchronous_commit, off",
        "synchronous_commit, local",
        "synchronous_commit, remote_write"
    })
    void refusesAServerThatAnswersBeforeTheDisk(String setting, String value) throws SQLException {
        asSuperuser("ALTER SYSTEM SET " + setting + " = " + value, "SELECT pg_reload_conf()");

        try (var app = database.connectAsApp()) {
            await(app, setting, value);
            assertThat(DatabaseChecks.ofServer(app))
                    .contains("The database server has " + setting + " = " + value
                            + ", so that a crash or a failover loses what was answered; set "
                            + setting + " = on for the server, this database and this role.");
        }
    }

    @Test
    void takesAServerThatWaitsForStandbysToShowIt() throws SQLException {
        asSuperuser("ALTER SYSTEM SET synchronous_commit = remote_apply", "SELECT pg_reload_conf()");

        try (var app = database.connectAsApp()) {
            await(app, "synchronous_commit", "remote_apply");
            assertThat(DatabaseChecks.ofServer(app)).isEmpty();
        }
    }

    @Test
    void refusesARoleThatAnswersBeforeTheDisk() throws SQLException {
        asSuperuser("ALTER ROLE moralbank_app SET synchronous_commit = off");

        try (var app = database.connectAsApp()) {
            assertThat(DatabaseChecks.ofServer(app))
                    .hasValueSatisfying(why -> assertThat(why).contains("synchronous_commit = off"));
        }
    }

    @Test
    void refusesASchemaThatANewerBuildMigrated() throws SQLException {
        try (var newer = database.connectAsOwner();
                var statement = newer.createStatement()) {
            statement.execute("""
                    INSERT INTO flyway_schema_history
                    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                    VALUES (9999, '9999', 'from the future', 'SQL', 'V9999__from_the_future.sql', 1, current_user, 1, true)
                    """);

            assertThat(DatabaseChecks.ofSchema(database.flyway()))
                    .contains(
                            "The database is at schema version 9999 (from the future), which this build does not know;"
                                    + " start the newer build that migrated it, or restore a backup from before.");

            statement.execute("DELETE FROM flyway_schema_history WHERE version = '9999'");
        }
    }

    @Test
    void refusesASuperuser() throws SQLException {
        try (var superuser = database.connectAsAdmin()) {
            assertThat(DatabaseChecks.ofRole(superuser))
                    .hasValueSatisfying(why -> assertThat(why)
                            .startsWith(
                                    "The service signs in as postgres, a superuser, who can change recorded entries;"));
        }
    }

    @Test
    void refusesTheOwnerOfTheTables() throws SQLException {
        try (var owner = database.connectAsOwner()) {
            assertThat(DatabaseChecks.ofRole(owner))
                    .hasValueSatisfying(why -> assertThat(why)
                            .startsWith(
                                    "The service signs in as moralbank_owner, who owns the database or its tables"));
        }
    }

    @Test
    void refusesARoleThatMayBecomeTheOwner() throws SQLException {
        asSuperuser("GRANT moralbank_owner TO moralbank_app");

        try (var app = database.connectAsApp()) {
            assertThat(DatabaseChecks.ofRole(app)).isPresent();
        } finally {
            asSuperuser("REVOKE moralbank_owner FROM moralbank_app");
        }
    }

    // ---- the start, which asks all of it -------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"fsync", "full_page_writes", "synchronous_commit"})
    void aStartIsRefusedOnAServerThatAnswersBeforeTheDiskAndChangesNothing(String setting) throws SQLException {
        asSuperuser("ALTER SYSTEM SET " + setting + " = off", "SELECT pg_reload_conf()");
        try (var app = database.connectAsApp()) {
            await(app, setting, "off");
        }
        somethingIsToBeMigrated();

        assertThatThrownBy(() -> startAs(database.appUser(), database.appPassword(), false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(setting + " = off");

        assertThat(database.flyway().info().pending()).hasSize(1);
        asSuperuser("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()");
        try (var app = database.connectAsApp()) {
            await(app, setting, "on");
        }
        startAs(database.appUser(), database.appPassword(), true);
        assertThat(database.flyway().info().pending()).isEmpty();
    }

    @Test
    void aStartIsRefusedOnASchemaThatANewerBuildMigratedAndChangesNothing() throws SQLException {
        somethingIsToBeMigrated();
        asOwner("""
                INSERT INTO flyway_schema_history
                (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                VALUES (9999, '9999', 'from the future', 'SQL', 'V9999__from_the_future.sql', 1, current_user, 1, true)
                """);
        try {
            assertThatThrownBy(() -> startAs(database.appUser(), database.appPassword(), false))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("schema version 9999");

            assertThat(database.flyway().info().pending()).hasSize(1);
        } finally {
            asOwner("DELETE FROM flyway_schema_history WHERE version = '9999'");
        }
    }

    @Test
    void aStartInProductionIsRefusedAsTheOwnerAndChangesNothing() throws SQLException {
        somethingIsToBeMigrated();

        assertThatThrownBy(() -> startAs(database.ownerUser(), database.ownerPassword(), true))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("signs in as moralbank_owner");

        assertThat(database.flyway().info().pending()).hasSize(1);
        startAs(database.ownerUser(), database.ownerPassword(), false);
        assertThat(database.flyway().info().pending()).isEmpty();
    }

    /** On a new database nobody owns anything yet: only the migration shows that it was done by the application's own role. */
    @Test
    void aStartInProductionIsRefusedWhereTheMigrationHasMadeTheRoleTheOwner() throws SQLException {
        asSuperuser("CREATE DATABASE unowned");
        var unowned = new TestDatabase.Database(database.server(), "unowned");
        try (var superuser = server.connectAsSuperuser("unowned");
                var statement = superuser.createStatement()) {
            statement.execute("GRANT CREATE ON SCHEMA public TO moralbank_app");
        }
        var migratesItself = Flyway.configure()
                .configuration(database.flyway().getConfiguration())
                .dataSource(unowned.jdbcUrl(), database.appUser(), database.appPassword())
                .load();

        assertThatThrownBy(() -> startAs(unowned, database.appUser(), database.appPassword(), true, migratesItself))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("signs in as moralbank_app, who owns");

        assertThat(migratesItself.info().pending()).isEmpty();
    }

    private static void startAs(String user, String password, boolean production) throws SQLException {
        startAs(database, user, password, production, database.flyway());
    }

    private static void startAs(
            TestDatabase.Database database, String user, String password, boolean production, Flyway flyway)
            throws SQLException {
        var settings = new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(1)
                        .connectionFactoryConfiguration(factory -> factory.jdbcUrl(database.jdbcUrl())
                                .principal(new NamePrincipal(user))
                                .credential(new SimplePassword(password))));
        try (var application = AgroalDataSource.from(settings)) {
            new DatabaseStart(application, flyway, false).start(production);
        }
    }

    /** As after a change of the file. */
    private static void somethingIsToBeMigrated() throws SQLException {
        asOwner("UPDATE flyway_schema_history SET checksum = 0 WHERE script = 'R__walls.sql'");
    }

    private static void asOwner(String sql) throws SQLException {
        try (var owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void asSuperuser(String... statements) throws SQLException {
        try (var superuser = server.connectAsSuperuser("postgres");
                var statement = superuser.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The server reads its settings again after it has answered, so a change is not there at once. */
    private static void await(Connection connection, String setting, String value) throws SQLException {
        var deadline = Instant.now().plus(PATIENCE);
        try (var statement = connection.createStatement()) {
            while (true) {
                try (var rows = statement.executeQuery("SHOW " + setting)) {
                    rows.next();
                    if (rows.getString(1).equals(value)) {
                        return;
                    }
                }
                assertThat(Instant.now())
                        .as("waiting for %s to be %s", setting, value)
                        .isBefore(deadline);
            }
        }
    }
}
