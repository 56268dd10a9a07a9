package org.moralbank.ledger;

import java.time.Instant;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;

/**
 * Why and by whom a book was closed or reopened.
 *
 * @param number 1, 2, 3 … in its book
 */
record BookStatusChange(int book, int number, Book.Status status, Instant changedAt, Attribution by, String reason) {
    /** One change. */
    record Key(int book, int number) {}

    /** Why a book is closed or reopened, and who wants it. */
    record Order(Attribution by, String reason) {}

    /** What the book's events tell of it. */
    private record Told(String book, Book.Status status, int number) {}

    /** Names what {@link #put} looks at. */
    static void need(Needs needs, int book) {
        BookEvents.need(needs, book);
    }

    /** Keeps it with the book as it is now, and tells it: {@code book.closed}, {@code book.reopened}. */
    static void put(WorkingSet set, Book changed, Instant at, Order order) {
        set.put(Ledger.BOOKS, changed.id(), changed);
        BookStatusChange made = new BookStatusChange(
                changed.id(), changed.statusChanges(), changed.status(), at, order.by(), order.reason());
        set.put(BookStatusChangeTable.STATUS_CHANGES, new Key(made.book, made.number), made);
        BookEvents.append(
                set,
                made.book,
                switch (made.status) {
                    case CLOSED -> "book.closed";
                    case OPEN -> "book.reopened";
                },
                "status-changes",
                new Told(changed.code(), made.status, made.number));
    }
}
