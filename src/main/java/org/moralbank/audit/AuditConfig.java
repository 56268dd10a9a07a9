package org.moralbank.audit;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.time.LocalTime;

/** Settings of the self-audit. */
@ConfigMapping(prefix = "moralbank.audit")
interface AuditConfig {
    /** Whether this process goes through the self-audits that are ordered, and orders the nightly ones. */
    @WithDefault("true")
    boolean run();

    /** How often it looks for what is ordered. */
    @WithDefault("2s")
    Duration poll();

    /** When a book's nightly self-audit is ordered, in its calendar; what was not ordered within three hours is left out. */
    @WithDefault("03:00")
    LocalTime nightlyAt();

    /** A nightly self-audit is a full one when the last full one is as old as this. */
    @WithDefault("7d")
    Duration fullEvery();

    /** The longest that one statement of a self-audit may take; it is cut into pieces that need a fraction of it. */
    @WithDefault("5m")
    Duration statementTimeout();

    /** The longest that one statement of a sample or an anomaly may take, for which somebody waits. */
    @WithDefault("30s")
    Duration readTimeout();
}
