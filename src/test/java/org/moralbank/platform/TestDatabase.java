package org.moralbank.platform;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * PostgreSQL for tests: one server for the whole run, and as many fresh databases on it as tests ask for.
 *
 * <p>The server is the product's own embedded one, durable as it is, in {@code target/test-database}, which later runs find
 * again. With {@code -Dtest.database.url=postgresql://host:port/postgres -Dtest.database.user=… -Dtest.database.password=…}
 * it is that server instead; the user must be one who may make roles and databases, which are dropped when the run ends.
 *
 * <p>{@code @QuarkusTest} classes say {@code @QuarkusTestResource(TestDatabase.class)} and share one database. Other tests
 * take {@link #shared()}, the same one, or {@link #fresh()}, one of their own. Both are empty until {@link Database#migrate}
 * or until Quarkus has started on them.
 */
public final class TestDatabase implements QuarkusTestResourceLifecycleManager {
    /** Tests of one run may be in several class loaders, which have only the process's properties in common. */
    private static final String SERVER = "moralbank.test.server.";

    private static final String PREFIX = "moralbank_test_";

    @Override
    public Map<String, String> start() {
        return shared().quarkusProperties();
    }

    @Override
    public void stop() {
        // The server stays for the next class; it stops with the process.
    }

    /** The database that all {@code @QuarkusTest} classes share. */
    public static Database shared() {
        synchronized (System.getProperties()) {
            var name = System.getProperty(SERVER + "shared");
            if (name != null) {
                return new Database(Server.ofThisRun(), name);
            }
            var made = fresh();
            System.setProperty(SERVER + "shared", made.name());
            return made;
        }
    }

    /** A further database, empty, that nobody else uses. */
    public static Database fresh() {
        synchronized (System.getProperties()) {
            var server = Server.ofThisRun();
            var name = server.run() + "_" + Long.toHexString(System.nanoTime());
            server.make(name);
            return new Database(server, name);
        }
    }

    /** The product's own database on a server that a test has started for itself. */
    static Database on(EmbeddedDatabase server) {
        return new Database(
                new Server("127.0.0.1:" + server.port(), PREFIX, DatabaseCredentials.SUPERUSER, server.credentials()),
                EmbeddedDatabase.DATABASE);
    }

    /**
     * One database and the four who sign in to it.
     *
     * @param name as in {@code pg_database}
     */
    public record Database(Server server, String name) {
        public String jdbcUrl() {
            return "jdbc:postgresql://" + server.hostAndPort() + "/" + name;
        }

        public String reactiveUrl() {
            return "postgresql://" + server.hostAndPort() + "/" + name;
        }

        public String ownerUser() {
            return DatabaseCredentials.OWNER;
        }

        public String ownerPassword() {
            return server.credentials().owner();
        }

        public String appUser() {
            return DatabaseCredentials.APP;
        }

        public String appPassword() {
            return server.credentials().app();
        }

        public Connection connectAsOwner() throws SQLException {
            return connect(ownerUser(), ownerPassword());
        }

        public Connection connectAsApp() throws SQLException {
            return connect(appUser(), appPassword());
        }

        public Connection connectAsAuditor() throws SQLException {
            return connect(DatabaseCredentials.AUDITOR, server.credentials().auditor());
        }

        public Connection connectAsAdmin() throws SQLException {
            return connect(server.admin(), server.credentials().superuser());
        }

        private Connection connect(String user, String password) throws SQLException {
            return source(jdbcUrl(), user, password).getConnection();
        }

        /** Flyway as the service has it. */
        public Flyway flyway() {
            return Flyway.configure()
                    .dataSource(jdbcUrl(), ownerUser(), ownerPassword())
                    .placeholders(
                            Map.of("appRole", DatabaseCredentials.APP, "auditorRole", DatabaseCredentials.AUDITOR))
                    .initSql("SET lock_timeout = '1s'")
                    .load();
        }

        /** Brings the tables to this build's version, for a test without Quarkus. */
        public Database migrate() {
            flyway().migrate();
            return this;
        }

        /** What Quarkus is to be told to use this database, with the demo off. */
        public Map<String, String> quarkusProperties() {
            var told = new HashMap<>(DatabaseProperties.of(server.hostAndPort(), name, server.credentials()));
            told.put("moralbank.demo.enabled", "false");
            // Tests of webhooks have receivers on this machine, and deliver themselves, when they say.
            told.put("moralbank.events.allow-private-targets", "true");
            told.put("moralbank.events.deliver", "false");
            // Tests of the log integrate themselves, when they say.
            told.put("moralbank.log.integrate", "false");
            // Tests of lots that expire have them expire when they say.
            told.put("moralbank.lot-expiry.enabled", "false");
            told.put("moralbank.exports.checkpoint-wait", "0s");
            told.put("moralbank.log.key", "bm90aGluZyBpcyBzaWduZWQgd2l0aCB0aGlzLCByZWE=");
            // Tests of self-audits go through them themselves.
            told.put("moralbank.audit.run", "false");
            told.put("moralbank.secrets.key", "dGhpcyBpcyBub3QgYSBzZWNyZXQsIGl0IGlzIGEgdGU=");
            return told;
        }
    }

    /**
     * The server of this run.
     *
     * @param run the beginning of the names of this run's databases
     * @param admin who may make roles and databases; the password is the superuser's of the credentials
     */
    public record Server(String hostAndPort, String run, String admin, DatabaseCredentials credentials) {
        @Nullable
        private static Server read() {
            var hostAndPort = System.getProperty(SERVER + "at");
            return hostAndPort == null
                    ? null
                    : new Server(
                            hostAndPort,
                            System.getProperty(SERVER + "run"),
                            System.getProperty(SERVER + "admin"),
                            new DatabaseCredentials(
                                    System.getProperty(SERVER + "superuser"),
                                    System.getProperty(SERVER + "owner"),
                                    System.getProperty(SERVER + "app"),
                                    System.getProperty(SERVER + "auditor")));
        }

        private static Server ofThisRun() {
            var known = read();
            if (known != null) {
                return known;
            }
            var run = PREFIX + Integer.toHexString(ThreadLocalRandom.current().nextInt());
            var url = System.getProperty("test.database.url");
            var made = url == null ? embedded(run) : external(url, run);
            System.setProperty(SERVER + "at", made.hostAndPort);
            System.setProperty(SERVER + "run", run);
            System.setProperty(SERVER + "admin", made.admin);
            System.setProperty(SERVER + "superuser", made.credentials.superuser());
            System.setProperty(SERVER + "owner", made.credentials.owner());
            System.setProperty(SERVER + "app", made.credentials.app());
            System.setProperty(SERVER + "auditor", made.credentials.auditor());
            return made;
        }

        /** Two runs at once in one tree have a folder each: the first one that is free. */
        private static Server embedded(String run) {
            var database = startInFirstFree(Path.of("target"));
            Runtime.getRuntime().addShutdownHook(new Thread(database::close));
            var server = new Server(
                    "127.0.0.1:" + database.port(), run, DatabaseCredentials.SUPERUSER, database.credentials());
            server.drop(PREFIX);
            return server;
        }

        private static EmbeddedDatabase startInFirstFree(Path target) {
            for (var number = 1; ; number++) {
                try {
                    return EmbeddedDatabase.start(target.resolve("test-database-" + number), target, 0);
                } catch (DatabaseStartException inUse) {
                    if (number == 4) {
                        throw inUse;
                    }
                }
            }
        }

        private static Server external(String url, String run) {
            var address = DatabaseSettings.Address.of(url).url().substring("postgresql://".length());
            var server = new Server(
                    address.substring(0, address.indexOf('/')),
                    run,
                    System.getProperty("test.database.user", DatabaseCredentials.SUPERUSER),
                    new DatabaseCredentials(
                            System.getProperty("test.database.password", ""),
                            "owner-of-tests",
                            "app-of-tests",
                            "auditor-of-tests"));
            try (var admin = server.connect()) {
                DatabaseRoles.make(admin, server.credentials);
                try (var statement = admin.createStatement()) {
                    // Who is no superuser may give a database only to a role of their own.
                    statement.execute("GRANT " + DatabaseCredentials.OWNER + " TO CURRENT_USER");
                }
            } catch (SQLException e) {
                throw new IllegalStateException("The server of -Dtest.database.url cannot be used", e);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> server.drop(run)));
            return server;
        }

        private void make(String name) {
            try (var admin = connect()) {
                DatabaseRoles.makeDatabase(admin, name);
            } catch (SQLException e) {
                throw new IllegalStateException("The database " + name + " cannot be made", e);
            }
        }

        private void drop(String prefix) {
            try (var admin = connect();
                    var statement = admin.createStatement()) {
                var names = new ArrayList<String>();
                try (var rows = statement.executeQuery("SELECT datname FROM pg_database")) {
                    while (rows.next()) {
                        names.add(rows.getString(1));
                    }
                }
                for (var name : names) {
                    if (name.startsWith(prefix)) {
                        statement.execute("DROP DATABASE " + name + " WITH (FORCE)");
                    }
                }
            } catch (SQLException e) {
                throw new IllegalStateException("The databases " + prefix + "… cannot be dropped", e);
            }
        }

        private Connection connect() throws SQLException {
            return source("jdbc:postgresql://" + hostAndPort + "/postgres", admin, credentials.superuser())
                    .getConnection();
        }
    }

    private static PGSimpleDataSource source(String url, String user, String password) {
        var source = new PGSimpleDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }
}
