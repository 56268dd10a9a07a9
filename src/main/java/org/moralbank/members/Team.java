package org.moralbank.members;

import java.time.Instant;

/**
 * Volunteers who hold together.
 *
 * @param version 1, 2, 3 …: the ETag
 */
public record Team(int book, String id, String name, long version, Instant registeredAt) {
    /** A team of a book. */
    record Key(int book, String id) {}

    Key key() {
        return new Key(book, id);
    }
}
