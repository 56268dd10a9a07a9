package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Operators name their roles as they like. On a server of its own, because roles are a whole server's. */
class RoleNamesTest {
    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() {
        server = EmbeddedDatabase.startTemporary(Path.of("target"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"moral-bank", "MoralApp", "user", "the street's \"bank\" $1 $$ \\"})
    void rolesOfAnyNameMigrateAndUseTheDatabase(String name) throws SQLException {
        String database = name + " database";
        // Flyway itself does without an apostrophe in the name of who migrates.
        String owner = name.replace("'", "") + " owner";
        String auditor = name + " auditor";
        make(database, owner, name, auditor);

        migrate(database, owner, name, auditor);

        try (Connection app = connect(database, name);
                Connection reader = connect(database, auditor)) {
            assertThat(DatabaseChecks.ofRole(app)).isEmpty();
            execute(app, "SELECT FROM ledger_entry");
            execute(app, "UPDATE access_key SET client_id = client_id");
            refuses(app, "UPDATE ledger_entry SET seq = seq");
            refuses(app, "DELETE FROM member");
            execute(reader, "SELECT FROM ledger_entry");
            refuses(reader, "SELECT FROM access_key");
        }
    }

    @Test
    void anOwnerWithAnApostropheIsRefusedBecauseFlywayCannotMigrateAsOne() throws SQLException {
        make("theirs", "the street's", "their app", "their auditor");
        Flyway flyway =
                Flyway.configure().dataSource(source("theirs", "the street's")).load();

        assertThat(DatabaseChecks.ofOwner(flyway))
                .hasValueSatisfying(sentence -> assertThat(sentence)
                        .startsWith("The role that migrates the database is called the street's,")
                        .contains("DATABASE_OWNER_USER"));
        assertThat(DatabaseChecks.ofOwner(Flyway.configure()
                        .dataSource(source("theirs", "their app"))
                        .load()))
                .isEmpty();
        // Should it come to do so, it need not be refused.
        assertThatThrownBy(() -> migrate("theirs", "the street's", "their app", "their auditor"))
                .hasStackTraceContaining("SET ROLE 'the street's'");
    }

    private static void make(String database, String owner, String app, String auditor) throws SQLException {
        try (Connection superuser = server.connectAsSuperuser("postgres")) {
            for (String role : new String[] {owner, app, auditor}) {
                execute(superuser, "CREATE ROLE " + quoted(role) + " LOGIN PASSWORD 'p'");
            }
            execute(superuser, "CREATE DATABASE " + quoted(database) + " OWNER " + quoted(owner));
        }
    }

    /** As the service does that is told of these roles. */
    private static void migrate(String database, String owner, String app, String auditor) {
        var settings = (DatabaseSettings.Given) DatabaseSettings.of(
                Map.of("DATABASE_URL", "postgresql://127.0.0.1/any", "DATABASE_USER", app)::get, name -> null);
        Flyway.configure()
                .dataSource(source(database, owner))
                .placeholders(Map.of(
                        "appRole",
                        settings.quarkusProperties().get("quarkus.flyway.placeholders.appRole"),
                        "auditorRole",
                        auditor))
                .load()
                .migrate();
    }

    private static void refuses(Connection connection, String sql) {
        assertThatThrownBy(() -> execute(connection, sql)).hasMessageContaining("permission denied for table");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connect(String database, String role) throws SQLException {
        return source(database, role).getConnection();
    }

    private static PGSimpleDataSource source(String database, String role) {
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {server.port()});
        source.setDatabaseName(database);
        source.setUser(role);
        source.setPassword("p");
        return source;
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
