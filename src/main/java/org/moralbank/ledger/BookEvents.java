package org.moralbank.ledger;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Table;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Json;
import org.moralbank.platform.Moments;

/**
 * The events of a book: what others are told of it, numbered 1, 2, 3 … without gaps in the commit that makes them.
 *
 * <p>Every entry is an event by being there: posting pays nothing for it, no statement, no row, no column. What else
 * happened (a redemption was authorized, a voucher revoked) is appended here by the work that does it:
 *
 * <pre>{@code
 * needs:   BookEvents.need(needs, book);
 * decide:  BookEvents.append(set, book, "redemption.authorized", "redemptions/" + id, new Authorized(…));
 * }</pre>
 *
 * <p>The order of a book's events is that of the calls: an entry that is posted before the call comes before the event. A
 * work that refuses takes its events back with all else.
 *
 * <p><b>How the numbers come about.</b> An appended event remembers how many entries there were. Its number is that and its
 * place among the book's appended events; an entry's number is its seq and how many events were appended before it. So the
 * last appended event at or below a number tells which entry comes next, by one look-up in the primary key, and the
 * counter of a book is its last row: there is no counter to update.
 */
public final class BookEvents {
    /** How many events were appended to a book. */
    static final Table<Integer, Long> EVENT_COUNTS = new EventCountTable();

    /** Appended events; only added to. */
    static final Table<EventTable.Key, EventTable.Appended> EVENTS = new EventTable();

    /** The types that there are, of entries and of what is appended; no other is: followers are refused what would match none. */
    public static final SortedSet<String> TYPES = Collections.unmodifiableSortedSet(new TreeSet<>(Set.of(
            BookEvent.ENTRY_POSTED,
            BookEvent.SOLD,
            BookEvent.SOLD_OFFLINE,
            "book.closed",
            "book.reopened",
            "budget.set",
            "day-end.closed",
            "merchant.closed",
            "merchant.resumed",
            "merchant.suspended",
            "redemption.authorized",
            "redemption.captured",
            "redemption.expired",
            "redemption.refunded",
            "redemption.reversed",
            "redemption.tombstone",
            "redemption.voided",
            "self-audit.broken",
            "settlement.closed",
            "settlement.paid",
            "settlement.rejected",
            "store.closed",
            "store.resumed",
            "store.suspended",
            "terminal.closed",
            "terminal.resumed",
            "terminal.suspended",
            "voucher.expired",
            "voucher.given-back",
            "voucher.made",
            "voucher.revoked",
            "voucher.used")));

    private BookEvents() {}

    /** Names what {@link #append} looks at. */
    public static void need(Needs needs, int book) {
        needs.row(Ledger.BOOKS, book).row(EVENT_COUNTS, book);
    }

    /**
     * Appends an event to a book. Costs one look-up and one row in the commit, shared with all that append in it.
     *
     * @param type what happened, one of {@link #TYPES}: {@code redemption.captured}; followers see
     *     {@code org.moralbank.redemption.captured}
     * @param subject of what, below the book's path: {@code redemptions/0198…}
     * @param data a record that is written as a JSON object: ids, amounts, states; never a name or a text of a person,
     *     because events are kept for ever and sent to others
     */
    public static void append(WorkingSet set, int book, String type, String subject, Object data) {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException("not a type of events: " + type);
        }
        byte[] json = Json.bytes(data);
        if (json[0] != '{') {
            throw new IllegalArgumentException("data of " + type + " is not an object");
        }
        Book there = set.get(Ledger.BOOKS, book);
        long count = set.get(EVENT_COUNTS, book) + 1;
        // As with entries: never before the last of them.
        Instant at = there.notBeforeLast(Moments.kept(set.now()));
        set.put(EVENT_COUNTS, book, count);
        set.put(
                EVENTS,
                new EventTable.Key(book, there.lastSeq() + count),
                new EventTable.Appended(there.lastSeq(), at, type, subject, new String(json, StandardCharsets.UTF_8)));
    }
}
