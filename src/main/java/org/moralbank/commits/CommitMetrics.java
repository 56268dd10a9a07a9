package org.moralbank.commits;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What is measured of the commits. No meter is tagged with an id. */
final class CommitMetrics {
    private final MeterRegistry registry;
    private final DistributionSummary size;
    private final Timer time;
    private final Timer wait;
    private final Counter replays;
    private final Counter overloaded;
    private final Counter retriedSingly;
    private final Counter ahead;
    private final Counter overtaken;
    private final Map<String, Counter> refusals = new ConcurrentHashMap<>();

    CommitMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.size = DistributionSummary.builder("moralbank.commits.size")
                .description("Works in a commit")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        this.time = Timer.builder("moralbank.commits.time")
                .description("From the end of the commit before, or its sending where that is later, to its end")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        this.wait = Timer.builder("moralbank.commits.wait")
                .description("From submission to the end of the commit before, or the sending where that is later")
                .publishPercentiles(0.5, 0.99)
                .register(registry);
        this.replays = Counter.builder("moralbank.commits.replays")
                .description("Requests answered from the record of an earlier one with the same key")
                .register(registry);
        this.overloaded = Counter.builder("moralbank.commits.overloaded")
                .description("Works refused because too much was waiting")
                .register(registry);
        this.retriedSingly = Counter.builder("moralbank.commits.retried")
                .description("Works tried again alone because their commit failed")
                .register(registry);
        this.ahead = Counter.builder("moralbank.commits.ahead")
                .description("Works decided before their lock")
                .register(registry);
        this.overtaken = Counter.builder("moralbank.commits.overtaken")
                .description("Works decided again because what they had been decided on before their lock was not so")
                .register(registry);
    }

    void queueOf(Lane lane, int number) {
        Gauge.builder("moralbank.commits.queue", lane, Lane::waiting)
                .description("Works that wait in a lane")
                .tag("lane", Integer.toString(number))
                .register(registry);
    }

    void committed(List<Pending> batch, long nanos, long begunNanos) {
        size.record(batch.size());
        time.record(nanos, TimeUnit.NANOSECONDS);
        for (Pending pending : batch) {
            wait.record(begunNanos - pending.enqueuedNanos, TimeUnit.NANOSECONDS);
            if (pending.decided.replayed()) {
                replays.increment();
            }
            if (pending.refusedBy != null) {
                refused(pending.refusedBy);
            }
        }
    }

    void overloaded() {
        overloaded.increment();
    }

    void ahead(int works) {
        ahead.increment(works);
    }

    void overtaken(int works) {
        overtaken.increment(works);
    }

    void retriedSingly(int works) {
        retriedSingly.increment(works);
    }

    /** Refusals by code: the codes are a fixed table, so that the tag has few values. */
    void refused(String code) {
        // A look-up in the registry builds the tags anew each time.
        refusals.computeIfAbsent(
                        code,
                        ignored -> Counter.builder("moralbank.commits.refusals")
                                .description(
                                        "Requests that a rule or the state of the service refused, by code of the problem")
                                .tag("code", code)
                                .register(registry))
                .increment();
    }
}
