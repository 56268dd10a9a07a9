package org.moralbank.events;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What is measured of webhooks. No meter is tagged with an id. */
final class DeliveryMetrics {
    private final Counter delivered;
    private final Counter failed;
    private final Counter parked;
    private volatile DeliveryStore.Standing standing = DeliveryStore.Standing.NONE;

    DeliveryMetrics(MeterRegistry registry) {
        delivered = outcome(registry, "delivered");
        failed = outcome(registry, "failed");
        parked = outcome(registry, "parked");
        Gauge.builder("moralbank.events.webhook.lag", this, metrics -> metrics.standing.lag())
                .description(
                        "Events that the webhook furthest behind is behind in one book; looked at every five seconds")
                .register(registry);
        Gauge.builder("moralbank.events.webhook.parked", this, metrics -> metrics.standing.parked())
                .description("Events that are parked: given up until they are replayed")
                .register(registry);
        Gauge.builder("moralbank.events.webhook.stopped", this, metrics -> metrics.standing.stopped())
                .description("Webhooks times books that stopped, until the webhook is resumed")
                .register(registry);
        Gauge.builder(
                        "moralbank.events.webhook.keyless",
                        this,
                        metrics -> metrics.standing.withoutKey().size())
                .description("Active webhooks that are sent nothing, until their clients have a key again")
                .register(registry);
    }

    private static Counter outcome(MeterRegistry registry, String outcome) {
        return Counter.builder("moralbank.events.deliveries")
                .description(
                        "Attempts to deliver an event, by outcome: delivered, failed and to be tried again, parked")
                .tag("outcome", outcome)
                .register(registry);
    }

    void delivered() {
        delivered.increment();
    }

    void failed() {
        failed.increment();
    }

    void parked() {
        parked.increment();
    }

    /** What there was at the last look. */
    DeliveryStore.Standing standing() {
        return standing;
    }

    void standing(DeliveryStore.Standing now) {
        standing = now;
    }
}
