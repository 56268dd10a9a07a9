package org.moralbank.events;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of webhooks. */
@ConfigMapping(prefix = "moralbank.events")
interface EventsConfig {
    /** Whether this process delivers; of several replicas at least one must. */
    @WithDefault("true")
    boolean deliver();

    /** How often it looks for events to deliver. */
    @WithDefault("500ms")
    Duration poll();

    /**
     * Whether webhooks may be http, and at loopback or in private networks. For tests, for development, and where the
     * network is one's own: whoever may register a webhook can then reach it from this service.
     */
    @WithDefault("false")
    boolean allowPrivateTargets();

    /** How long a receiver may take to answer, from the first byte to the status; at most 20 s. */
    @WithDefault("10s")
    Duration timeout();

    /** The most books of one webhook that are delivered at once. */
    @WithDefault("4")
    int concurrencyPerWebhook();

    /** The same of all webhooks together; a quarter is for those that answered within a second the last time. */
    @WithDefault("256")
    int concurrency();
}
