package org.moralbank.commits;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the lanes take works in; down from the first moment of a stop. */
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
                .status(commits.isTaking())
                .withData("waiting", commits.waiting())
                .build();
    }
}
