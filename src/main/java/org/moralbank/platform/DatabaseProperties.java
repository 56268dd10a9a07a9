package org.moralbank.platform;

import java.util.Map;

/** What Quarkus is told of a database whose roles are ours: the service as the application, Flyway as the owner. */
final class DatabaseProperties {
    private DatabaseProperties() {}

    static Map<String, String> of(String hostAndPort, String database, DatabaseCredentials credentials) {
        var url = "postgresql://" + hostAndPort + "/" + database;
        return Map.of(
                "quarkus.datasource.reactive.url",
                url,
                "quarkus.datasource.jdbc.url",
                "jdbc:" + url,
                "quarkus.datasource.username",
                DatabaseCredentials.APP,
                "quarkus.datasource.password",
                credentials.app(),
                "quarkus.flyway.jdbc-url",
                "jdbc:" + url,
                "quarkus.flyway.username",
                DatabaseCredentials.OWNER,
                "quarkus.flyway.password",
                credentials.owner(),
                "quarkus.flyway.placeholders.appRole",
                DatabaseCredentials.APP,
                "quarkus.flyway.placeholders.auditorRole",
                DatabaseCredentials.AUDITOR);
    }
}
