package org.moralbank.ledger;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the job that takes expired lots out of circulation. */
@ConfigMapping(prefix = "moralbank.lot-expiry")
interface LotExpiryConfig {
    /** Whether this process does it. One that does is enough; several are no danger. */
    @WithDefault("true")
    boolean enabled();

    /** How often it looks, first so long after the start. What has expired cannot be spent, looked for or not. */
    @WithDefault("15M")
    Duration every();
}
