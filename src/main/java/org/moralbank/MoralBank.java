package org.moralbank;

import io.quarkus.runtime.Application;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.Locale;
import java.util.Map;
import org.moralbank.platform.DatabaseSettings;
import org.moralbank.platform.DatabaseStartException;
import org.moralbank.platform.EmbeddedDatabase;

/**
 * Starts the service: on the database that the environment names, or on an embedded one.
 *
 * <p>The embedded database starts before Quarkus and stops after it, because Quarkus needs it from its first moment to its
 * last: what it has accepted is written while it stops.
 */
@QuarkusMain
public final class MoralBank {
    /** What is meant for one person at their own machine, unless they say otherwise. */
    private static final Map<String, String> EMBEDDED_DEFAULTS = Map.of(
            "moralbank.database.embedded", "true",
            "moralbank.demo.enabled", "true",
            "quarkus.log.console.json.enabled", "false",
            "quarkus.shutdown.delay", "0S");

    public static void main(String... args) {
        switch (DatabaseSettings.ofThisProcess()) {
            case DatabaseSettings.Given given -> given.quarkusProperties().forEach(System::setProperty);
            case DatabaseSettings.Embedded embedded -> startEmbedded(embedded);
        }
        Quarkus.run(args);
    }

    private static void startEmbedded(DatabaseSettings.Embedded embedded) {
        EmbeddedDatabase database;
        try {
            database = EmbeddedDatabase.start(embedded.folder(), embedded.port());
        } catch (DatabaseStartException e) {
            // Nobody logs yet; the sentence is for the person at the console.
            System.err.println(e.getMessage());
            System.exit(1);
            throw e;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAfterQuarkus(database), "embedded-database-stop"));
        database.quarkusProperties().forEach(System::setProperty);
        EMBEDDED_DEFAULTS.forEach(MoralBank::setUnlessSet);
    }

    /** All hooks of a process run at once, in no order; stopping Quarkus from here waits until it has stopped, whoever began. */
    private static void stopAfterQuarkus(EmbeddedDatabase database) {
        try (database) {
            var quarkus = Application.currentApplication();
            if (quarkus != null) {
                quarkus.stop();
            }
        }
    }

    private static void setUnlessSet(String property, String value) {
        var variable = property.replaceAll("[^a-z0-9]", "_").toUpperCase(Locale.ROOT);
        if (System.getProperty(property) == null && System.getenv(variable) == null) {
            System.setProperty(property, value);
        }
    }
}
