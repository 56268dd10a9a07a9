package org.moralbank.platform;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** Started when every observer of the start is done: the database is checked and migrated, the demo's data are in. */
@Startup
@Singleton
class Started implements HealthCheck {
    private volatile boolean done;

    void onStart(@Observes @Priority(Integer.MAX_VALUE) StartupEvent event) {
        done = true;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("start").status(done).build();
    }
}
