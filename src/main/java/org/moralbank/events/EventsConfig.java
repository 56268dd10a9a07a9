package org.moralbank.events;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of webhooks. */
@ConfigMapping(prefix = "moralbank.events")
interface EventsConfig {
    /** The lease of a stream lasts 30 s. */
    Duration LONGEST_TIMEOUT = Duration.ofSeconds(20);

    /** Whether this process delivers; of several replicas at least one must. */
    @WithDefault("true")
    boolean deliver();

    /** How often it looks for events to deliver; 10 ms or longer. */
    @WithDefault("500ms")
    Duration poll();

    /**
     * Whether webhooks may be http, and at loopback or in private networks. For tests, for development, and where the
     * network is one's own: whoever may register a webhook can then reach it from this service.
     */
    @WithDefault("false")
    boolean allowPrivateTargets();

    /**
     * How long a delivery may take, from the look-up of the name to the status; 100 ms to 20 s, so that its lease outlasts it.
     */
    @WithDefault("10s")
    Duration timeout();

    /** The most books of one webhook that are delivered at once; 1 or more. */
    @WithDefault("4")
    int concurrencyPerWebhook();

    /** The same of all webhooks together; a quarter is for those that answered within a second the last time. 4 or more. */
    @WithDefault("256")
    int concurrency();

    /** The sentence of what is out of its bounds, or nothing. */
    default Optional<String> fault() {
        if (poll().toMillis() < 10) {
            return Optional.of("moralbank.events.poll must be 10 ms or longer; it is " + poll() + ".");
        }
        if (timeout().toMillis() < 100 || timeout().compareTo(LONGEST_TIMEOUT) > 0) {
            return Optional.of("moralbank.events.timeout must be 100 ms to 20 s; it is " + timeout() + ".");
        }
        if (concurrencyPerWebhook() < 1) {
            return Optional.of("moralbank.events.concurrency-per-webhook must be 1 or more; it is "
                    + concurrencyPerWebhook() + ".");
        }
        if (concurrency() < 4) {
            return Optional.of("moralbank.events.concurrency must be 4 or more; it is " + concurrency() + ".");
        }
        return Optional.empty();
    }
}
