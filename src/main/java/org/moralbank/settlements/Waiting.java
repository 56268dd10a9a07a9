package org.moralbank.settlements;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Looks every minute at what merchants are owed and not paid, for the metrics. */
@Singleton
class Waiting {
    private static final Logger LOG = Logger.getLogger(Waiting.class);
    private static final Duration EVERY = Duration.ofMinutes(1);

    private final SettlementStore store;
    private final SettlementMetrics metrics;
    private final Vertx vertx;
    private volatile boolean stopping;

    Waiting(SettlementStore store, SettlementMetrics metrics, Vertx vertx) {
        this.store = store;
        this.metrics = metrics;
        this.vertx = vertx;
    }

    void onStart(@Observes StartupEvent event) {
        next();
    }

    void onStop(@Observes @Priority(1) ShutdownEvent event) {
        stopping = true;
    }

    private void next() {
        if (!stopping) {
            vertx.setTimer(
                    EVERY.toMillis(),
                    ignored -> look().subscribe().with(seen -> next(), failure -> {
                        LOG.warn("What merchants are owed was not counted; it is tried again.", failure);
                        next();
                    }));
        }
    }

    Uni<SettlementStore.Waiting> look() {
        return store.waiting().invoke(metrics::waiting);
    }
}
