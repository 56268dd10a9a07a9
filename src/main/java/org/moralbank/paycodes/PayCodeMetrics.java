package org.moralbank.paycodes;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is measured of codes. Commits that fail are counted too: they are few, and rates are what is looked at. */
final class PayCodeMetrics {
    /** A look-up in the registry builds the tags anew each time. */
    private static final Map<String, Counter> COUNTERS = new ConcurrentHashMap<>();

    private PayCodeMetrics() {}

    /** Something was made: a code, a device or a voucher. */
    static void made(String kind) {
        count("made", "Codes and vouchers made and devices enrolled, by kind", "kind", kind);
    }

    /** A code was shown and taken. */
    static void taken(String kind) {
        count("presented", "Codes that were shown and taken, by kind", "kind", kind);
    }

    /** A code was shown and not taken. */
    static void refused(String code) {
        count("refused", "Codes that were shown and not taken, by code of the problem", "code", code);
    }

    /** A voucher was revoked or has expired. */
    static void voucherEnded(String how) {
        count("vouchers.ended", "Vouchers whose points were freed", "how", how);
    }

    private static void count(String name, String description, String tag, String value) {
        COUNTERS.computeIfAbsent(
                        name + ' ' + value,
                        none -> Counter.builder("moralbank.paycodes." + name)
                                .description(description)
                                .tag(tag, value)
                                .register(Metrics.globalRegistry))
                .increment();
    }
}
