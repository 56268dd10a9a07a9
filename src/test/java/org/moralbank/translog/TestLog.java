package org.moralbank.translog;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.mutiny.sqlclient.Pool;
import java.time.Duration;
import java.util.Arrays;

/** An integrator for tests, which integrates when a test says so. */
public final class TestLog {
    private static final byte[] SEED = seed(7);

    private final Integration integration;

    private TestLog(Pool pool) {
        integration = integration(pool, keys(7));
    }

    /** Brings the logs of all books up to their last entries. */
    public static void integrate(Pool pool) {
        catchUp(new TestLog(pool).integration);
    }

    static Integration integration(Pool pool, LogKeys keys) {
        return new Integration(
                new IntegrationStore(pool), keys, new LogMetrics(new SimpleMeterRegistry()), Duration.ZERO);
    }

    /** What signs for {@code log.example}. */
    static LogKeys keys(int seed) {
        return new LogKeys("log.example", seed == 7 ? SEED : seed(seed));
    }

    private static byte[] seed(int seed) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) seed);
        return bytes;
    }

    static void catchUp(Integration integration) {
        boolean more = true;
        while (more) {
            more = integration.round();
        }
    }

    /** Sweeps until it has come round. */
    static void sweepAll(Integration integration) {
        // What is left of a circle that began before, and a whole one.
        for (int circles = 0; circles < 2; circles++) {
            boolean round = integration.sweep(1);
            while (!round) {
                round = integration.sweep(64);
            }
        }
    }
}
