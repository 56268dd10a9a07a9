package org.moralbank.paycodes;

import io.micrometer.core.instrument.Metrics;

/** What is measured of codes. Commits that fail are counted too: they are few, and rates are what is looked at. */
final class PayCodeMetrics {
    private PayCodeMetrics() {}

    /** @param kind code, device or voucher */
    static void made(String kind) {
        Metrics.counter("moralbank.paycodes.made", "kind", kind).increment();
    }

    /** A code was shown and taken. */
    static void taken(String kind) {
        Metrics.counter("moralbank.paycodes.presented", "kind", kind).increment();
    }

    /** A code was shown and not taken. */
    static void refused(String code) {
        Metrics.counter("moralbank.paycodes.refused", "code", code).increment();
    }

    /** @param how revoked or expired */
    static void voucherEnded(String how) {
        Metrics.counter("moralbank.paycodes.vouchers.ended", "how", how).increment();
    }
}
