package org.moralbank.ledger;

import java.time.Instant;

/**
 * An event of a book as followers read it.
 *
 * @param number 1, 2, 3 … without gaps in its book
 * @param type {@code entry.posted}, {@code redemption.sold} of an entry that is a sale, or what was appended: {@code
 *     redemption.captured} …
 * @param subject of what, below the book's path: {@code entries/12}, {@code redemptions/0198…}
 * @param at when it was recorded
 * @param data what is written as a JSON object: an {@link EntryView} without what persons wrote, or what was appended
 */
public record BookEvent(long number, String type, String subject, Instant at, Object data) {
    /** What every entry is. */
    public static final String ENTRY_POSTED = "entry.posted";

    static final String SOLD = "redemption.sold";

    static final String SOLD_OFFLINE = "redemption.sold.offline";

    static BookEvent of(long number, EntryView entry) {
        return new BookEvent(number, typeOf(entry.type()), "entries/" + entry.seq(), entry.postedAt(), entry);
    }

    /**
     * A sale has no event but its entry, so that it does not pay for a second. Who follows redemptions looks for it among
     * them all the same, and so it is named as one.
     */
    private static String typeOf(EntryType type) {
        return switch (type) {
            case REDEEM_SALE -> SOLD;
            case REDEEM_SALE_OFFLINE -> SOLD_OFFLINE;
            default -> ENTRY_POSTED;
        };
    }

    /** Whether it is an entry, however it is named. */
    public boolean isEntry() {
        return data instanceof EntryView;
    }
}
