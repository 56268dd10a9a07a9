package org.moralbank.members;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A registered kinship: {@code kin} may receive time as a gift of {@code member}. It has one direction; the other is
 * registered by itself.
 *
 * @param relation as the community wrote it, such as {@code mother}
 * @param proof the community's number of the paper that it saw, or null
 * @param version 1, 2, 3 …: the ETag
 * @param registeredAt when it was first registered; an edit does not begin the cooling-off again
 */
record Kin(
        int book,
        String member,
        String kin,
        String relation,
        @Nullable String proof,
        long version,
        Instant registeredAt) {
    /** Who was talked into a gift has a day to think about it. */
    static final Duration COOLING_OFF = Duration.ofHours(24);

    /** Gifts are meant for those who will need care. */
    static final int LEAST_AGE = 60;

    /** A kinship of a book. */
    record Key(int book, String member, String kin) {}

    Key key() {
        return new Key(book, member, kin);
    }

    /** From when on gifts are possible. */
    Instant giftsFrom() {
        return registeredAt.plus(COOLING_OFF);
    }
}
