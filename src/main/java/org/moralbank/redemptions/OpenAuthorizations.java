package org.moralbank.redemptions;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Looks every half minute at what is authorized and open, for the metrics. */
@Singleton
class OpenAuthorizations {
    private static final Logger LOG = Logger.getLogger(OpenAuthorizations.class);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration EVERY = Duration.ofSeconds(30);

    private final RedemptionStore store;
    private final RedemptionMetrics metrics;
    private final Vertx vertx;
    private volatile boolean stopping;

    OpenAuthorizations(RedemptionStore store, RedemptionMetrics metrics, Vertx vertx) {
        this.store = store;
        this.metrics = metrics;
        this.vertx = vertx;
    }

    void onStart(@Observes StartupEvent event) {
        next(SOON);
    }

    void onStop(@Observes @Priority(1) ShutdownEvent event) {
        stopping = true;
    }

    private void next(Duration pause) {
        if (!stopping) {
            vertx.setTimer(
                    pause.toMillis(),
                    ignored -> look().subscribe().with(seen -> next(EVERY), failure -> {
                        LOG.warn("Open authorizations were not counted; it is tried again.", failure);
                        next(EVERY);
                    }));
        }
    }

    Uni<RedemptionStore.Open> look() {
        return store.open().invoke(metrics::open);
    }
}
