package org.moralbank.platform;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Ids. New ones are UUID version 7 (RFC 9562 section 5.7), so that those made together stand together in an index; what a book
 * numbers is 1, 2, 3 …
 */
public final class Ids {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Ids() {}

    public static UUID next() {
        long millis = System.currentTimeMillis();
        long high = millis << 16 | 0x7000 | RANDOM.nextInt(0x1000);
        long low = RANDOM.nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }

    /** What stands before all ids that were made at a moment or later. */
    public static UUID first(Instant moment) {
        return new UUID(Math.max(0, moment.toEpochMilli()) << 16, 0);
    }

    /** The id of that text; null when it is none of ours. */
    public static @Nullable UUID parse(String text) {
        try {
            UUID id = UUID.fromString(text);
            // The JDK also takes short groups, and upper case is another text.
            return id.toString().equals(text) ? id : null;
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    /** The number of that text, as we write it: 1, 2, 3 …; 0, which nothing has, when it is none. */
    public static long number(String text) {
        return text.matches("[1-9][0-9]{0,17}") ? Long.parseLong(text) : 0;
    }
}
