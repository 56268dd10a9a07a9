package org.moralbank.platform;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which database the environment asks for: one that is given, or, when none is, the embedded one.
 *
 * <table>
 * <caption>Environment</caption>
 * <tr><td>{@code DATABASE_URL}</td><td>{@code postgresql://[user[:password]@]host[:port]/database[?…]}, with or without
 *     {@code jdbc:} before it</td></tr>
 * <tr><td>{@code DATABASE_USER}, {@code DATABASE_PASSWORD}</td><td>the application's role</td></tr>
 * <tr><td>{@code DATABASE_OWNER_USER}, {@code DATABASE_OWNER_PASSWORD}</td><td>the role that owns the tables and
 *     migrates them; the application's role when there is none, which production refuses</td></tr>
 * <tr><td>{@code MORALBANK_DATA}</td><td>the folder of the embedded database; {@code ~/.moral-bank}</td></tr>
 * <tr><td>{@code MORALBANK_DATABASE_PORT}</td><td>the port of the embedded database; any free one</td></tr>
 * </table>
 *
 * <p>The usual settings of Quarkus ({@code quarkus.datasource.jdbc.url}, {@code QUARKUS_DATASOURCE_USERNAME} and so on)
 * mean the same and win over these; either URL will do, the other follows from it. The two of ours that have no such name
 * are also properties: {@code moralbank.data}, {@code moralbank.database.port}.
 */
public sealed interface DatabaseSettings {
    /** A database that someone else runs: what Quarkus is to be told of it. */
    record Given(Map<String, String> quarkusProperties) implements DatabaseSettings {}

    /** The database that this process runs itself. Port 0 is any free port. */
    record Embedded(Path folder, int port) implements DatabaseSettings {}

    /** Reads the process's own environment and system properties. */
    static DatabaseSettings ofThisProcess() {
        return of(System::getenv, System::getProperty);
    }

    static DatabaseSettings of(
            Function<String, @Nullable String> environment, Function<String, @Nullable String> properties) {
        return new Reading(environment, properties).settings();
    }

    /** One look at the environment; a value that is empty counts as absent, as in a compose file that leaves it out. */
    record Reading(Function<String, @Nullable String> environment, Function<String, @Nullable String> properties) {
        private static final String JDBC = "jdbc:";

        DatabaseSettings settings() {
            var jdbcUrl = quarkus("quarkus.datasource.jdbc.url");
            var reactiveUrl = quarkus("quarkus.datasource.reactive.url");
            var ours = named("DATABASE_URL");
            var url = jdbcUrl != null ? jdbcUrl : reactiveUrl != null ? reactiveUrl : ours;
            return url == null ? embedded() : given(url);
        }

        private DatabaseSettings embedded() {
            var folder = either("moralbank.data", "MORALBANK_DATA");
            var port = either("moralbank.database.port", "MORALBANK_DATABASE_PORT");
            return new Embedded(
                    folder == null ? Path.of(System.getProperty("user.home"), ".moral-bank") : Path.of(folder),
                    port == null ? 0 : Integer.parseInt(port));
        }

        private DatabaseSettings given(String url) {
            var address = Address.of(url);
            var told = new TreeMap<String, String>();
            told.put("quarkus.datasource.jdbc.url", JDBC + address.url());
            told.put("quarkus.datasource.reactive.url", address.url());
            put(told, "quarkus.datasource.username", first(named("DATABASE_USER"), address.user()));
            put(told, "quarkus.datasource.password", first(named("DATABASE_PASSWORD"), address.password()));
            put(
                    told,
                    "quarkus.flyway.placeholders.appRole",
                    first(quarkus("quarkus.datasource.username"), told.get("quarkus.datasource.username")));
            var owner = named("DATABASE_OWNER_USER");
            if (owner != null) {
                told.put("quarkus.flyway.jdbc-url", JDBC + address.url());
                told.put("quarkus.flyway.username", owner);
                put(told, "quarkus.flyway.password", named("DATABASE_OWNER_PASSWORD"));
            }
            told.keySet().removeIf(name -> quarkus(name) != null);
            return new Given(Map.copyOf(told));
        }

        private @Nullable String quarkus(String property) {
            return either(property, property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT));
        }

        private @Nullable String either(String property, String variable) {
            return first(orAbsent(properties.apply(property)), named(variable));
        }

        private @Nullable String named(String variable) {
            return orAbsent(environment.apply(variable));
        }

        private static @Nullable String orAbsent(@Nullable String value) {
            return value == null || value.isBlank() ? null : value;
        }

        private static @Nullable String first(@Nullable String one, @Nullable String other) {
            return one != null ? one : other;
        }

        private static void put(Map<String, String> told, String name, @Nullable String value) {
            if (value != null) {
                told.put(name, value);
            }
        }
    }

    /** A database's URL without who signs in: {@code postgresql://host:port/database?…}. */
    record Address(
            String url, @Nullable String user, @Nullable String password) {
        /** Refuses what is no PostgreSQL URL, without repeating the password that may be in it. */
        static Address of(String given) {
            var uri = parse(given.startsWith("jdbc:") ? given.substring("jdbc:".length()) : given);
            var port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
            var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
            var signIn = uri.getUserInfo() == null
                    ? new String[0]
                    : uri.getUserInfo().split(":", 2);
            return new Address(
                    "postgresql://" + uri.getHost() + port + uri.getRawPath() + query,
                    signIn.length > 0 ? signIn[0] : null,
                    signIn.length > 1 ? signIn[1] : null);
        }

        private static URI parse(String plain) {
            try {
                var uri = new URI(plain);
                if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("postgres(ql)?")) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                // Its message has the whole URL.
            }
            throw new DatabaseStartException("The database's URL must look like postgresql://host:5432/database.");
        }
    }
}
