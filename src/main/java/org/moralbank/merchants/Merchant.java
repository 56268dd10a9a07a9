package org.moralbank.merchants;

import java.time.Instant;
import java.util.List;

/**
 * Who takes points for goods.
 *
 * <pre>
 *          suspend              close
 * Active ───────────→ Suspended ──────→ Closed, for good (from Active too)
 *        ←───────────
 *          resume
 * </pre>
 *
 * @param categories what it may sell for points, sorted; empty is everything
 * @param discountBasisPoints what is taken off at settlement, 0 to 10,000 of 10,000
 * @param payableFloor how far late refunds may take its payable, in hundredths of a point: {@link #LOWEST_FLOOR} to 0
 * @param version 1, 2, 3 …: the ETag
 */
public record Merchant(
        int book,
        String id,
        String name,
        Kind kind,
        Status status,
        List<String> categories,
        int discountBasisPoints,
        long payableFloor,
        long version,
        Instant registeredAt) {
    /** The lowest that can be agreed, 10,000 points owed; also the floor of a merchant with which none was. */
    public static final long LOWEST_FLOOR = -1_000_000;

    static final int WHOLE_IN_BASIS_POINTS = 10_000;

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

    /** Whether it may sell what is of this category for points. */
    public boolean sells(String category) {
        return categories.isEmpty() || categories.contains(category);
    }

    Merchant with(Status changed) {
        return new Merchant(
                book,
                id,
                name,
                kind,
                changed,
                categories,
                discountBasisPoints,
                payableFloor,
                version + 1,
                registeredAt);
    }
}
