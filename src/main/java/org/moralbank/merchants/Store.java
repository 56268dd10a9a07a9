package org.moralbank.merchants;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A shop of a merchant.
 *
 * @param place where it is, as the community writes it
 * @param version 1, 2, 3 …: the ETag
 */
record Store(
        int book,
        String merchant,
        String id,
        String name,
        @Nullable String place,
        long version,
        Instant registeredAt) {
    /** A store of a merchant of a book. */
    record Key(int book, String merchant, String id) {}

    Key key() {
        return new Key(book, merchant, id);
    }

    boolean isSo(String otherName, @Nullable String otherPlace) {
        return name.equals(otherName) && Objects.equals(place, otherPlace);
    }

    Store edited(String newName, @Nullable String newPlace) {
        return new Store(book, merchant, id, newName, newPlace, version + 1, registeredAt);
    }
}
