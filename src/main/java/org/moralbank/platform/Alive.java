package org.moralbank.platform;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * Alive while the event loops turn, which this being answered shows. It asks nothing else: a database that is away is not
 * mended by starting this process again.
 */
@Liveness
@Singleton
class Alive implements AsyncHealthCheck {
    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom().item(HealthCheckResponse.up("event loops"));
    }
}
