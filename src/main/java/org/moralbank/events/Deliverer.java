package org.moralbank.events;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.ClientProxy;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookEventStore;
import org.moralbank.platform.JobThread;
import org.moralbank.platform.SecretBox;
import org.moralbank.platform.Settings;

/** Has this process deliver, from its start to its end. */
@Singleton
class Deliverer {
    private static final Logger LOG = Logger.getLogger(Deliverer.class);

    private final Vertx vertx;
    private final WebhookStore webhooks;
    private final DeliveryStore store;
    private final BookEventStore events;
    private final SecretBox box;
    private final EventsConfig config;
    private final MeterRegistry registry;
    private @Nullable JobThread thread;
    private @Nullable Sender sender;
    private @Nullable Deliveries deliveries;

    Deliverer(
            Vertx vertx,
            WebhookStore webhooks,
            DeliveryStore store,
            BookEventStore events,
            SecretBox box,
            EventsConfig config,
            MeterRegistry registry) {
        this.vertx = vertx;
        this.webhooks = webhooks;
        this.store = store;
        this.events = events;
        this.box = box;
        this.config = config;
        this.registry = registry;
    }

    void onStart(@Observes StartupEvent start) {
        Settings.refuse(config.fault());
        if (!config.deliver()) {
            return;
        }
        if (!box.hasKey() && webhooks.isAny().await().indefinitely()) {
            throw new ConfigurationException("There are webhooks, and the service has no key to open their secrets;"
                    + " set moralbank.secrets.key to the one they were registered with.");
        }
        Sender posting = Sender.of(ClientProxy.unwrap(vertx), config);
        Deliveries delivering = new Deliveries(store, events, box, posting, config, registry);
        thread = new JobThread(LOG, "Webhooks are not looked after for now; trying on.", config.poll(), () -> {
            var ignored = delivering.round();
            return false;
        });
        sender = posting;
        deliveries = delivering;
        thread.start("webhook-deliverer");
    }

    /** Before the pool closes. */
    void onStop(@Observes @Priority(1) ShutdownEvent stop) throws InterruptedException {
        if (thread != null) {
            thread.stop();
        }
        if (deliveries != null) {
            deliveries.close();
        }
        if (sender != null) {
            sender.close();
        }
    }
}
