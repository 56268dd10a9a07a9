package org.moralbank.access;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** Lets an installation begin: without a first client nobody could make one. And lets in again who lost the last key. */
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
            switch (clients.offer(key).await().atMost(Duration.ofSeconds(30))) {
                case MADE_THE_OPERATOR -> LOG.info("The client operator was made with the key of the setting.");
                case LETS_IN_AGAIN ->
                    LOG.warn("No operator of every book had a key that works:"
                            + " the key of moralbank.access.operator-key was made one of the client operator.");
                case IS_SOMEBODYS -> {}
                case NOT_USED ->
                    LOG.info(
                            "The key of moralbank.access.operator-key was not used: the client operator is there, and an"
                                    + " operator of every book has a key that works. With that, POST /v1/clients/operator/keys makes"
                                    + " another.");
                case LETS_NOBODY_IN ->
                    LOG.warn(
                            "No operator of every book has a key that works, and the key of moralbank.access.operator-key"
                                    + " cannot be one: it was revoked, or is another client's. Start with a new key.");
            }
        });
    }
}
