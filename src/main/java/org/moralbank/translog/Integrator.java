package org.moralbank.translog;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import org.jboss.logging.Logger;
import org.moralbank.platform.JobThread;

/** Has this process integrate, from its start to its end. */
@Singleton
class Integrator {
    private static final Logger LOG = Logger.getLogger(Integrator.class);

    /** So that a small book is not read over and over. */
    private static final Duration REST_OF_SWEEP = Duration.ofMinutes(1);

    private final LogConfig config;
    private final LogKeys keys;
    private final Integration integration;
    private final JobThread thread;

    Integrator(IntegrationStore store, LogKeys keys, LogConfig config, MeterRegistry registry) {
        this.config = config;
        this.keys = keys;
        this.integration = new Integration(store, keys, new LogMetrics(registry), REST_OF_SWEEP);
        this.thread = new JobThread(LOG, "Entries are not integrated for now; trying on.", config.poll(), this::next);
    }

    void onStart(@Observes StartupEvent start) {
        if (!config.integrate()) {
            return;
        }
        if (!keys.areThere()) {
            LOG.warn("There is no key for the transparency log (MORALBANK_LOG_KEY): nothing is signed.");
            return;
        }
        thread.start("log-integrator");
    }

    /** What is refused, by the code of the book, as this process saw it last. */
    Map<String, IntegrationStore.Wrong> refused() {
        return integration.refused();
    }

    private boolean next() {
        boolean more = integration.round();
        if (!more) {
            // Where there is much to append, what was appended before waits.
            boolean ignored = integration.sweep(config.sweep());
        }
        return more;
    }

    /** Before the pool closes. */
    void onStop(@Observes @Priority(1) ShutdownEvent stop) throws InterruptedException {
        thread.stop();
    }
}
