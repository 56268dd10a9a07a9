package org.moralbank.commits;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready until the first moment of a stop. A queue that is full says nothing: what is too much is answered 429 at once, reads
 * and replays go on, and the other replicas, which wait for the same database, would be the next to be full.
 */
@Readiness
@Singleton
class LanesReady implements HealthCheck {
    private final Commits commits;

    LanesReady(Commits commits) {
        this.commits = commits;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("lanes")
                .status(!commits.isStopping())
                .withData("waiting", commits.waiting())
                .build();
    }
}
