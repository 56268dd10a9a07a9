package org.moralbank.redemptions;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of redemptions. */
@ConfigMapping(prefix = "moralbank.redemptions")
interface RedemptionsConfig {
    /** The longest that an authorization may hold points; days are closed by what was authorized so long before them. */
    Duration LONGEST_AUTHORIZATION = Duration.ofDays(7);

    /** How long an authorization holds the points when the request does not say; 1 s to 7 days. */
    @WithDefault("3M")
    Duration authorizationLasts();

    Expiry expiry();

    /** The sentence of what is out of its bounds, or nothing. */
    default Optional<String> fault() {
        if (authorizationLasts().compareTo(Duration.ofSeconds(1)) < 0
                || authorizationLasts().compareTo(LONGEST_AUTHORIZATION) > 0) {
            return Optional.of("moralbank.redemptions.authorization-lasts must be 1 s to 7 days; it is "
                    + authorizationLasts() + ".");
        }
        if (expiry().every().toMillis() < 1) {
            return Optional.of(
                    "moralbank.redemptions.expiry.every must be 1 ms or longer; it is " + expiry().every() + ".");
        }
        if (expiry().batch() < 1) {
            return Optional.of("moralbank.redemptions.expiry.batch must be 1 or more; it is " + expiry().batch() + ".");
        }
        if (expiry().batchEvery().toMillis() < 1) {
            return Optional.of("moralbank.redemptions.expiry.batch-every must be 1 ms or longer; it is "
                    + expiry().batchEvery() + ".");
        }
        return Optional.empty();
    }

    /** Settings of the job that releases what has expired. */
    interface Expiry {
        /** Whether this process does it. One that does is enough; it takes over within five seconds when another ends. */
        @WithDefault("true")
        boolean enabled();

        /** How often it looks; 1 ms or longer. With the wait for the book's lock it keeps an authorization's end within five seconds. */
        @WithDefault("1S")
        Duration every();

        /** How many it releases at a time; 1 or more. */
        @WithDefault("200")
        int batch();

        /**
         * How often it releases a batch while there are more; 1 ms or longer. It rests at least as long as the batch took, so that
         * sales go on in between.
         */
        @WithDefault("0.11S")
        Duration batchEvery();
    }
}
