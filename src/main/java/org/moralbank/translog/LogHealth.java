package org.moralbank.translog;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Says which entries are not what was recorded. Always up: a book that was tampered with is to be read, not to be closed. */
@Readiness
@Singleton
class LogHealth implements HealthCheck {
    private final Integrator integrator;

    LogHealth(Integrator integrator) {
        this.integrator = integrator;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder answer =
                HealthCheckResponse.named("transparency-log").up();
        integrator.refused().forEach((book, wrong) -> answer.withData(book, wrong.reason() + " " + wrong.seq()));
        return answer.build();
    }
}
