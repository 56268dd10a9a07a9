package org.moralbank.paycodes;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A code that the service made. Only its name is kept, the keyed hash of its digits.
 *
 * @param usedAt when it was taken; null while it was not
 */
record PayCode(
        int book,
        UUID id,
        String member,
        Instant madeAt,
        Instant validUntil,
        @Nullable Instant usedAt) {
    record Key(int book, UUID id) {}

    Key key() {
        return new Key(book, id);
    }

    PayCode used(Instant at) {
        return new PayCode(book, id, member, madeAt, validUntil, at);
    }
}
