package org.moralbank.audit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** What is measured of self-audits. No meter is tagged with an id. */
@ApplicationScoped
class AuditMetrics {
    private final Map<Check, Counter> failures = new EnumMap<>(Check.class);
    private final MeterRegistry registry;
    private volatile SelfAuditStore.OfAll ofAll = new SelfAuditStore.OfAll(0, 0);

    AuditMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Check check : Check.values()) {
            failures.put(
                    check,
                    Counter.builder("moralbank.audit.failures")
                            .description("Self-audits in which a check did not hold")
                            .tag("check", check.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        Gauge.builder("moralbank.audit.full.age", this, metrics -> metrics.ofAll.fullAgeSeconds())
                .description(
                        "How long ago the book that has waited longest was gone through in full; looked at every minute")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("moralbank.audit.broken", this, metrics -> metrics.ofAll.broken())
                .description("Books in whose last self-audit a check did not hold; looked at every minute")
                .register(registry);
    }

    void ofAll(SelfAuditStore.OfAll now) {
        ofAll = now;
    }

    void ended(SelfAudit.Ended ended) {
        for (Finding finding : ended.outcome().findings()) {
            Counter counter = failures.get(finding.check());
            if (counter == null) {
                throw new IllegalStateException("no counter of " + finding.check());
            }
            counter.increment();
        }
        Timer.builder("moralbank.audit.time")
                .description("How long self-audits took")
                .tag("extent", ended.order().extent().name().toLowerCase(Locale.ROOT))
                .tag("status", ended.status().name().toLowerCase(Locale.ROOT))
                .register(registry)
                .record(Duration.between(ended.begunAt(), ended.endedAt()));
    }
}
