package org.moralbank;

import io.quarkus.runtime.Application;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
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
            "moralbank.demo.enabled", "true",
            "moralbank.sandbox.book", "SANDBOX",
            "quarkus.log.console.json.enabled", "false",
            "quarkus.shutdown.delay", "0S");

    public static void main(String... args) throws IOException {
        var training = Boolean.getBoolean("moralbank.training");
        try {
            switch (DatabaseSettings.ofThisProcess()) {
                case DatabaseSettings.Given given -> given.quarkusProperties().forEach(System::setProperty);
                case DatabaseSettings.Embedded embedded -> {
                    if (training) {
                        use(EmbeddedDatabase.startTemporary());
                    } else {
                        use(EmbeddedDatabase.start(embedded.folder(), embedded.port()));
                        setUnlessSet(
                                "moralbank.demo.keys-file",
                                embedded.folder().resolve("demo-keys").toString());
                        setUnlessSet(
                                "moralbank.pay-codes.key-file",
                                embedded.folder().resolve("pay-codes-key").toString());
                    }
                }
            }
        } catch (DatabaseStartException e) {
            // Nothing logs yet, and the sentence is for the person at the console.
            System.err.println(e.getMessage());
            System.exit(1);
        }
        if (training) {
            System.setProperty("quarkus.http.port", Integer.toString(freePort()));
            Quarkus.run(Training.class, args);
        } else {
            Quarkus.run(args);
        }
    }

    private static void use(EmbeddedDatabase database) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAfterQuarkus(database), "embedded-database-stop"));
        System.setProperty("moralbank.database.embedded", "true");
        database.quarkusProperties().forEach(System::setProperty);
        setUnlessSet("moralbank.secrets.key-file", database.secretsKey().toString());
        setUnlessSet(
                "moralbank.log.key-file", database.folder().resolve("log-key").toString());
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

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /**
     * A start for the JVM to learn from: on a new database, with the demo, up to the first answers, and to the end. The
     * build runs it once and keeps what the JVM saw (its AOT cache, JEP 483 and 515); later starts take a third of the time.
     */
    static final class Training implements QuarkusApplication {
        @Override
        public int run(String... args) throws IOException, InterruptedException {
            try (var client = HttpClient.newHttpClient()) {
                for (var path : List.of("/q/health/ready", "/q/openapi", "/q/metrics")) {
                    var address = URI.create("http://127.0.0.1:" + System.getProperty("quarkus.http.port") + path);
                    client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding());
                }
            }
            return 0;
        }
    }
}
