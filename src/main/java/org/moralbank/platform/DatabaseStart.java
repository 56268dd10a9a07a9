package org.moralbank.platform;

import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.SQLException;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;

/**
 * Checks the database and migrates it, before anything else of the service starts and long before a port is open.
 *
 * <p>The server and the schema's version are checked first, so that nothing is changed in a database that is refused; the
 * role last, because it is the migration that makes tables and their owner.
 */
@ApplicationScoped
class DatabaseStart {
    /** Every other observer of the start has the default, 2500, or a number that says after whom it comes. */
    private static final int FIRST = 1;

    private final AgroalDataSource application;
    private final Flyway flyway;
    private final boolean embedded;

    DatabaseStart(
            AgroalDataSource application,
            Flyway flyway,
            @ConfigProperty(name = "moralbank.database.embedded", defaultValue = "false") boolean embedded) {
        this.application = application;
        this.flyway = flyway;
        this.embedded = embedded;
    }

    void onStart(@Observes @Priority(FIRST) StartupEvent event) throws SQLException {
        var production = LaunchMode.current() == LaunchMode.NORMAL && !embedded;
        try (var connection = application.getConnection()) {
            refuse(DatabaseChecks.ofServer(connection));
            refuse(DatabaseChecks.ofSchema(flyway));
            if (production) {
                refuse(DatabaseChecks.ofRole(connection));
            }
            flyway.migrate();
            if (production) {
                refuse(DatabaseChecks.ofRole(connection));
            }
        }
    }

    /** A ConfigurationException ends Quarkus with exit code 1 and its sentence alone, without a stack trace. */
    private static void refuse(Optional<String> reason) {
        reason.ifPresent(sentence -> {
            throw new ConfigurationException(sentence);
        });
    }
}
