package org.moralbank.ledger;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Times as they are sealed: RFC 3339 in UTC, always with six decimals, so that a moment has one form. */
final class Times {
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private Times() {}

    static String micros(Instant moment) {
        return MICROS.format(moment);
    }
}
