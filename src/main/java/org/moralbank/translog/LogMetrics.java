package org.moralbank.translog;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What is measured of the logs. No meter is tagged with an id. */
final class LogMetrics {
    private final Counter entries;
    private final Counter checkpoints;
    private final Counter swept;
    private volatile long lag;
    private volatile int refused;

    LogMetrics(MeterRegistry registry) {
        entries = Counter.builder("moralbank.log.entries")
                .description("Entries that were appended to a log")
                .register(registry);
        checkpoints = Counter.builder("moralbank.log.checkpoints")
                .description("Checkpoints that were signed")
                .register(registry);
        swept = Counter.builder("moralbank.log.swept")
                .description("Entries that were checked again against the log")
                .register(registry);
        Gauge.builder("moralbank.log.lag", this, metrics -> metrics.lag)
                .description("Entries that the log furthest behind its book was behind at the last look")
                .register(registry);
        Gauge.builder("moralbank.log.refused", this, metrics -> metrics.refused)
                .description("Books over which nothing is signed, because an entry is not what was recorded")
                .register(registry);
    }

    void integrated(long count) {
        entries.increment((double) count);
        checkpoints.increment();
    }

    void swept(long count) {
        swept.increment((double) count);
    }

    void standing(long nowLag, int nowRefused) {
        lag = nowLag;
        refused = nowRefused;
    }
}
