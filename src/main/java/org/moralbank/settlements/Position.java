package org.moralbank.settlements;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * How far a merchant is settled.
 *
 * @param closed all that was closed, without what was rejected
 * @param through the last day that is settled; null when none is
 * @param lastEntry the last posting of the payable that is in a batch, or 0
 * @param earned what all postings of the payable up to it come to, but those of settlements
 */
record Position(
        int book, String merchant, long closed, @Nullable LocalDate through, long lastEntry, long earned) {
    /** A merchant of a book. */
    record Key(int book, String merchant) {}

    static Position none(Key key) {
        return new Position(key.book(), key.merchant(), 0, null, 0, 0);
    }

    Key key() {
        return new Key(book, merchant);
    }

    /** After a batch was closed. */
    Position with(Settlement.Batch batch) {
        return new Position(
                book, merchant, closed + batch.amount(), batch.through(), batch.lastEntry(), earned + batch.earned());
    }

    /**
     * After a batch was rejected. The last one's period is open again; of one before it only the amount is owed again, and
     * is carried over.
     */
    Position without(Settlement.Batch batch) {
        boolean isLast = batch.through().equals(through);
        return new Position(
                book,
                merchant,
                closed - batch.amount(),
                isLast ? batch.before().through() : through,
                isLast ? batch.before().lastEntry() : lastEntry,
                isLast ? earned - batch.earned() : earned);
    }
}
