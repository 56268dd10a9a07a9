package org.moralbank.access;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** Lets an installation begin: without a first client nobody could make one. */
@ApplicationScoped
class OperatorAtStart {
    private static final Logger LOG = Logger.getLogger(OperatorAtStart.class);

    /** After the migration of the database, before demos and jobs. */
    private static final int EARLY = 100;

    private static final Pattern KEY = Pattern.compile(ApiKey.PREFIX + "[A-Za-z0-9_-]{32,200}");

    private final AccessConfig config;
    private final Clients clients;

    OperatorAtStart(AccessConfig config, Clients clients) {
        this.config = config;
        this.clients = clients;
    }

    void onStart(@Observes @Priority(EARLY) StartupEvent event) {
        config.operatorKey().ifPresent(key -> {
            if (!KEY.matcher(key).matches()) {
                throw new ConfigurationException(
                        "moralbank.access.operator-key must be mb_ and 32 to 200 letters, digits, - or _");
            }
            if (clients.makeOperator(key).await().atMost(Duration.ofSeconds(30))) {
                LOG.info("The client operator was made with the key of the setting.");
            }
        });
    }
}
