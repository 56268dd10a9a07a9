package org.moralbank.platform;

import io.agroal.api.AgroalDataSource;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.util.ExceptionUtil;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jboss.logging.Logger;

/**
 * Checks the database and migrates it, before anything else of the service starts and long before a port is open.
 *
 * <p>Everything is checked first, so that nothing is changed in a database that is refused; the role once more after it,
 * because it is the migration that makes the tables and so their owner.
 *
 * <p>Other processes may be at work on the database, in an upgrade of one replica after the other. A migration that waits for a
 * table which somebody reads for long would have all others wait behind it, so it gives up after a second (Flyway's
 * {@code init-sql}), is rolled back, and is tried again.
 */
@ApplicationScoped
class DatabaseStart {
    /** Every other observer of the start has the default, 2500, or a number that says after whom it comes. */
    private static final int FIRST = 1;

    private static final Logger LOG = Logger.getLogger(DatabaseStart.class);

    private static final Duration LONGEST_MIGRATION = Duration.ofMinutes(10);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

    private final AgroalDataSource application;
    private final Flyway flyway;
    private final boolean production;

    DatabaseStart(
            AgroalDataSource application,
            Flyway flyway,
            @ConfigProperty(name = "moralbank.database.embedded", defaultValue = "false") boolean embedded) {
        this.application = application;
        this.flyway = flyway;
        this.production = LaunchMode.current() == LaunchMode.NORMAL && !embedded;
    }

    void onStart(@Observes @Priority(FIRST) StartupEvent event) {
        start(production);
    }

    /** Checks and migrates. In production the role is checked too. */
    void start(boolean production) {
        refuse(asApplication(DatabaseChecks::ofServer));
        if (production) {
            refuse(asApplication(DatabaseChecks::ofRole));
        }
        refuse(ofSchema());
        refuse(migrate(flyway, LONGEST_MIGRATION));
        if (production) {
            refuse(asApplication(DatabaseChecks::ofRole));
        }
    }

    /**
     * Migrates, as often as a table cannot be locked. Each migration is one transaction, and those that are done stay.
     *
     * @return why it was given up
     */
    static Optional<String> migrate(Flyway flyway, Duration longest) {
        long begun = System.nanoTime();
        while (true) {
            try {
                flyway.migrate();
                return Optional.empty();
            } catch (FlywayException e) {
                if (!isOfALock(e)) {
                    throw e;
                }
                if (System.nanoTime() - begun > longest.toNanos()) {
                    return Optional.of("The database's tables could not be changed in " + longest.toMinutes()
                            + " minutes, because others hold them; see pg_locks for who does, and start again.");
                }
                LOG.warn("A migration waits for a table that others hold; it is tried again.");
            }
            LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
        }
    }

    private static boolean isOfALock(FlywayException failure) {
        return ExceptionUtil.getRootCause(failure) instanceof SQLException refused
                && DatabaseFailure.LOCK_NOT_AVAILABLE.equals(refused.getSQLState());
    }

    private interface Check {
        Optional<String> of(Connection application) throws SQLException;
    }

    /** A connection for each check, given back at once: where no owner is given, Flyway takes its own from the same few. */
    private Optional<String> asApplication(Check check) {
        try (var connection = application.getConnection()) {
            return check.of(connection);
        } catch (SQLException e) {
            return Optional.of("The database does not let the service in ("
                    + ExceptionUtil.getRootCause(e).getMessage()
                    + "); see DATABASE_URL, DATABASE_USER and DATABASE_PASSWORD.");
        }
    }

    private Optional<String> ofSchema() {
        try {
            var refused = DatabaseChecks.ofOwner(flyway);
            return refused.isPresent() ? refused : DatabaseChecks.ofSchema(flyway);
        } catch (FlywayException | SQLException e) {
            return Optional.of("The database does not show the service its schema's history ("
                    + ExceptionUtil.getRootCause(e).getMessage()
                    + "); see DATABASE_OWNER_USER and DATABASE_OWNER_PASSWORD.");
        }
    }

    /** A ConfigurationException ends Quarkus with exit code 1 and its sentence alone, without a stack trace. */
    private static void refuse(Optional<String> reason) {
        reason.ifPresent(sentence -> {
            throw new ConfigurationException(sentence);
        });
    }
}
