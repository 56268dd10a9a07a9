package org.moralbank.linejobs;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import org.moralbank.commits.Bulk;

/** What is measured of jobs of lines. No meter is tagged with an id. */
final class LineJobMetrics {
    private final Map<Bulk.Kind, Counter> lines = new EnumMap<>(Bulk.Kind.class);
    private final Map<LineJob.Status, Counter> ended = new EnumMap<>(LineJob.Status.class);
    private final Counter givenBack;
    private volatile LineRunStore.Open open = LineRunStore.Open.NONE;

    LineJobMetrics(MeterRegistry registry) {
        for (Bulk.Kind kind : Bulk.Kind.values()) {
            lines.put(
                    kind,
                    Counter.builder("moralbank.linejobs.lines")
                            .description("Lines that this process has done, by result")
                            .tag("result", kind.told())
                            .register(registry));
        }
        ended.put(LineJob.Status.DONE, outcome(registry, "done"));
        ended.put(LineJob.Status.STOPPED, outcome(registry, "stopped"));
        givenBack = outcome(registry, "retried");
        Gauge.builder("moralbank.linejobs.open", this, metrics -> metrics.open.jobs())
                .description("Jobs of lines that wait or are being run, by any process")
                .register(registry);
        Gauge.builder("moralbank.linejobs.oldest", this, metrics -> metrics.open.oldestSeconds())
                .description("How long ago the oldest of them was ordered")
                .baseUnit("seconds")
                .register(registry);
    }

    private static Counter outcome(MeterRegistry registry, String outcome) {
        return Counter.builder("moralbank.linejobs.jobs")
                .description("Runs of jobs of lines, by outcome: done, stopped for good, to be tried again")
                .tag("outcome", outcome)
                .register(registry);
    }

    void did(Iterable<Bulk.Result> results) {
        results.forEach(result -> count(lines, result.kind()));
    }

    void ended(LineJob.Status status) {
        count(ended, status);
    }

    private static <E extends Enum<E>> void count(Map<E, Counter> counters, E of) {
        Counter counter = counters.get(of);
        if (counter != null) {
            counter.increment();
        }
    }

    void retried() {
        givenBack.increment();
    }

    void open(LineRunStore.Open now) {
        open = now;
    }
}
