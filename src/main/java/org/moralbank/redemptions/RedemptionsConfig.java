package org.moralbank.redemptions;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of redemptions. */
@ConfigMapping(prefix = "moralbank.redemptions")
interface RedemptionsConfig {
    /** How long an authorization holds the points when the request does not say. */
    @WithDefault("3M")
    Duration authorizationLasts();

    Expiry expiry();

    /** Settings of the job that releases what has expired. */
    interface Expiry {
        /** Whether this process does it. One that does is enough; it takes over within five seconds when another ends. */
        @WithDefault("true")
        boolean enabled();

        /** How often it looks. With the wait for the book's lock it keeps an authorization's end within five seconds. */
        @WithDefault("1S")
        Duration every();

        /** How many it releases at a time. */
        @WithDefault("200")
        int batch();

        /** The pause between two batches while there are more: sales go on in between. */
        @WithDefault("0.08S")
        Duration pause();
    }
}
