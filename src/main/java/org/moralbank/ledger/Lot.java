package org.moralbank.ledger;

import java.time.LocalDate;
import java.time.Period;
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
    /** How long what comes back to a lot that has expired since can be spent. */
    private static final Period GRACE = Period.ofDays(30);

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

    /** The lot of a name, which says all of it. */
    static Lot named(String name) {
        if (name.isEmpty()) {
            return OWN;
        }
        int last = name.lastIndexOf('.');
        int first = name.lastIndexOf('.', last - 1);
        if (first >= 0) {
            String day = name.substring(first + 1, last);
            Lot lot = new Lot(
                    name.substring(0, first),
                    day.isEmpty() ? null : LocalDate.parse(day, DateTimeFormatter.BASIC_ISO_DATE),
                    name.endsWith("R"));
            if (lot.name().equals(name)) {
                return lot;
            }
        }
        throw new IllegalArgumentException("no lot is called " + name);
    }

    boolean expiredBy(LocalDate day) {
        return expiresOn != null && expiresOn.isBefore(day);
    }

    /** Whether it expires, and came from the same and is for the same as another. */
    boolean isLike(Lot other) {
        return expiresOn != null && origin.equals(other.origin) && restricted == other.restricted;
    }

    /** Where what was taken from this lot comes back to: when it has expired since, to one of its kind with 30 days' grace. */
    Lot orWithGrace(LocalDate today) {
        return expiredBy(today) ? new Lot(origin, today.plus(GRACE), restricted) : this;
    }
}
