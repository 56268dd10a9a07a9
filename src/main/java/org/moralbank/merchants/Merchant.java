package org.moralbank.merchants;

import java.time.Instant;

/**
 * Who takes points for goods.
 *
 * @param version 1, 2, 3 …: the ETag
 */
public record Merchant(int book, String id, String name, Kind kind, Status status, long version, Instant registeredAt) {
    public enum Kind {
        /** A shop. */
        COMMERCIAL,
        /** A community's own store, such as a points supermarket (爱心积分超市). */
        COMMUNITY_STORE
    }

    public enum Status {
        ACTIVE,
        /** Sells nothing for points until it is resumed. */
        SUSPENDED,
        /** Sells nothing for points any more. What it is owed can still be settled. */
        CLOSED
    }

    /** A merchant of a book. */
    record Key(int book, String id) {}

    Key key() {
        return new Key(book, id);
    }

    Merchant edited(String newName, Kind newKind, Status newStatus) {
        return new Merchant(book, id, newName, newKind, newStatus, version + 1, registeredAt);
    }
}
