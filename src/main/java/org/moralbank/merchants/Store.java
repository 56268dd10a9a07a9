package org.moralbank.merchants;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A shop of a merchant. The tills that stand in it sell while it is active.
 *
 * <pre>
 *          suspend              close
 * Active ───────────→ Suspended ──────→ Closed, for good (from Active too)
 *        ←───────────
 *          resume
 * </pre>
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
        Status status,
        long version,
        Instant registeredAt) {
    enum Status {
        ACTIVE,
        /** Its tills sell nothing until it is resumed. */
        SUSPENDED,
        /** Its tills sell nothing, unless they are put into another store; none is put into it any more. */
        CLOSED
    }

    /** A store of a merchant of a book. */
    record Key(int book, String merchant, String id) {}

    Key key() {
        return new Key(book, merchant, id);
    }

    boolean isSo(String otherName, @Nullable String otherPlace) {
        return name.equals(otherName) && Objects.equals(place, otherPlace);
    }

    Store edited(String newName, @Nullable String newPlace) {
        return new Store(book, merchant, id, newName, newPlace, status, version + 1, registeredAt);
    }

    Store with(Status changed) {
        return new Store(book, merchant, id, name, place, changed, version + 1, registeredAt);
    }
}
