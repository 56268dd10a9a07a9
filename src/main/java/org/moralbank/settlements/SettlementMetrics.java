package org.moralbank.settlements;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.moralbank.commits.Answer;
import org.moralbank.platform.Json;

/** What is measured of settlements. No meter is tagged with an id. */
@ApplicationScoped
class SettlementMetrics {
    private final Map<Settlement.Status, Counter> batches = new EnumMap<>(Settlement.Status.class);
    private final Map<Settlement.Status, Counter> points = new EnumMap<>(Settlement.Status.class);
    private volatile SettlementStore.Waiting waiting = new SettlementStore.Waiting(0, 0, 0, 0);

    SettlementMetrics(MeterRegistry registry) {
        for (Settlement.Status status : Settlement.Status.values()) {
            String tag = status.name().toLowerCase(Locale.ROOT);
            batches.put(
                    status,
                    Counter.builder("moralbank.settlements.batches")
                            .description("Settlements that were closed, paid and rejected")
                            .tag("status", tag)
                            .register(registry));
            points.put(
                    status,
                    Counter.builder("moralbank.settlements.points")
                            .description("Points that were closed, paid and rejected, in hundredths")
                            .tag("status", tag)
                            .register(registry));
        }
        Gauge.builder("moralbank.settlements.unsettled.age", this, metrics -> metrics.waiting.oldestSeconds())
                .description(
                        "How long ago the first was sold that its merchant is not paid for, in a settlement or in none;"
                                + " looked at every minute")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("moralbank.settlements.unsettled.points", this, metrics -> metrics.waiting.points())
                .description(
                        "What merchants are owed and not paid, in settlements and in none, in hundredths of a point;"
                                + " looked at every minute")
                .register(registry);
        Gauge.builder("moralbank.settlements.unsettled.batches", this, metrics -> metrics.waiting.batches())
                .description("Closed settlements that wait for their payment; looked at every minute")
                .register(registry);
        Gauge.builder("moralbank.settlements.unsettled.batches.age", this, metrics -> metrics.waiting.batchSeconds())
                .description("How long the oldest of them waits; looked at every minute")
                .baseUnit("seconds")
                .register(registry);
    }

    void waiting(SettlementStore.Waiting now) {
        waiting = now;
    }

    void changed(Settlement.Status to, Answer answer) {
        if (!answer.isProblem() && !answer.replayed()) {
            of(batches, to).increment();
            of(points, to).increment((double) amountOf(answer));
        }
    }

    private static Counter of(Map<Settlement.Status, Counter> counters, Settlement.Status status) {
        Counter counter = counters.get(status);
        if (counter == null) {
            throw new IllegalStateException("no counter of " + status);
        }
        return counter;
    }

    private static long amountOf(Answer settlement) {
        try {
            return Json.mapper().readTree(settlement.body()).path("amount").asLong();
        } catch (IOException e) {
            throw new IllegalStateException("our own JSON", e);
        }
    }
}
