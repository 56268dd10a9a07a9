package org.moralbank.ledger;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * A part of a holding with its own expiry or restriction; an account of its own.
 *
 * @param origin the fund or pool it came from, or empty
 * @param expiresOn the last day on which it can be spent, or null
 * @param restricted it may be spent on service, not given away
 */
public record Lot(String origin, @Nullable LocalDate expiresOn, boolean restricted) {
    /** What is the holder's own: it neither expires nor is restricted. */
    public static final Lot OWN = new Lot("", null, false);

    /** {@code PUBLIC.20251231.R}; empty for what is the holder's own. */
    public String name() {
        if (equals(OWN)) {
            return "";
        }
        return origin
                + '.'
                + (expiresOn == null ? "" : expiresOn.format(DateTimeFormatter.BASIC_ISO_DATE))
                + '.'
                + (restricted ? "R" : "");
    }

    /** The lot of a stored account. */
    static Lot of(String name, @Nullable LocalDate expiresOn, boolean restricted) {
        // From the end: the id of a fund may have dots of its own.
        return name.isEmpty()
                ? OWN
                : new Lot(name.substring(0, name.lastIndexOf('.', name.lastIndexOf('.') - 1)), expiresOn, restricted);
    }

    boolean expiredBy(LocalDate day) {
        return expiresOn != null && expiresOn.isBefore(day);
    }
}
