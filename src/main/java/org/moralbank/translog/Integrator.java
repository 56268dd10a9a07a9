package org.moralbank.translog;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Has this process integrate, from its start to its end. */
@Singleton
class Integrator {
    private static final Logger LOG = Logger.getLogger(Integrator.class);

    /** So that a small book is not read over and over. */
    private static final Duration REST_OF_SWEEP = Duration.ofMinutes(1);

    private final LogConfig config;
    private final LogKeys keys;
    private final Integration integration;
    private volatile boolean stopping;
    private @Nullable Thread thread;

    Integrator(IntegrationStore store, LogKeys keys, LogConfig config, MeterRegistry registry) {
        this.config = config;
        this.keys = keys;
        this.integration = new Integration(store, keys, new LogMetrics(registry), REST_OF_SWEEP);
    }

    void onStart(@Observes StartupEvent start) {
        if (!config.integrate()) {
            return;
        }
        if (!keys.areThere()) {
            LOG.warn("There is no key for the transparency log (MORALBANK_LOG_KEY): nothing is signed.");
            return;
        }
        thread = Thread.ofPlatform().daemon().name("log-integrator").start(this::run);
    }

    /** What is refused, by the code of the book, as this process saw it last. */
    Map<String, IntegrationStore.Wrong> refused() {
        return integration.refused();
    }

    private void run() {
        boolean well = true;
        while (!stopping) {
            boolean more = false;
            try {
                more = integration.round();
                if (!more) {
                    // Where there is much to append, what was appended before waits.
                    boolean ignored = integration.sweep(config.sweep());
                }
                well = true;
            } catch (RuntimeException fault) {
                if (well && !stopping) {
                    LOG.warn("Entries are not integrated for now; trying on.", fault);
                }
                well = false;
            }
            if (!more) {
                LockSupport.parkNanos(config.poll().toNanos());
            }
        }
    }

    /** Before the pool closes. */
    void onStop(@Observes @Priority(1) ShutdownEvent stop) throws InterruptedException {
        stopping = true;
        if (thread != null) {
            LockSupport.unpark(thread);
            thread.join(Duration.ofSeconds(5));
        }
    }
}
