package org.moralbank.ledger;

import java.time.Instant;

/**
 * An event of a book as followers read it.
 *
 * @param number 1, 2, 3 … without gaps in its book
 * @param type {@code entry.posted}, or what was appended: {@code redemption.captured} …
 * @param subject of what, below the book's path: {@code entries/12}, {@code redemptions/0198…}
 * @param at when it was recorded
 * @param data what is written as a JSON object: an {@link EntryView} without what persons wrote, or what was appended
 */
public record BookEvent(long number, String type, String subject, Instant at, Object data) {
    /** The type of every entry. */
    public static final String ENTRY_POSTED = "entry.posted";
}
