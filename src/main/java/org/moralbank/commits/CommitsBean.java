package org.moralbank.commits;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.ClientProxy;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jboss.logging.Logger;

/** The commits of this process: made at start, drained at stop. */
@Singleton
class CommitsBean {
    private static final Logger LOG = Logger.getLogger(CommitsBean.class);

    @Produces
    @Singleton
    Commits commits(
            Vertx vertx,
            Pool pool,
            Mutiny.SessionFactory factory,
            CommitsConfig config,
            MeterRegistry registry,
            @ConfigProperty(name = "quarkus.datasource.reactive.max-size") int connections) {
        if (config.lanes() > (connections - 1) / 2) {
            throw new ConfigurationException("moralbank.commits.lanes must be at most " + (connections - 1) / 2
                    + ", since each keeps two of " + connections + " connections and one is left to reads; it is "
                    + config.lanes() + ".");
        }
        return new Commits(
                ClientProxy.unwrap(vertx),
                ClientProxy.unwrap(pool),
                new HibernateSessions(ClientProxy.unwrap(factory)),
                config,
                registry);
    }

    /** Has them made, so that what is set wrong is told at the start and not by the first write. */
    void make(@Observes StartupEvent starting, Commits commits) {}

    /** Nothing that was taken in is lost: the lanes empty before the pool closes. */
    void drain(@Observes @Priority(1) ShutdownEvent stopping, Commits commits) {
        try {
            commits.drain().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException late) {
            LOG.errorf(late, "The lanes were not empty in time; %d works were not answered.", commits.waiting());
        }
    }
}
