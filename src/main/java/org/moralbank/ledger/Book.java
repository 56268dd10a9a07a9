package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * The whole double-entry ledger of one community or hub: the unit of numbering and of locking.
 *
 * @param id internal; 1, 2, 3 …
 * @param code the name of the book in the API
 * @param calendar whose days are the business dates
 * @param serviceEarnsTime whether a confirmed service earns its minutes
 * @param pointsPerHour what it earns besides, in hundredths of a point per hour, counted by the minute
 * @param memberPointsTransfer whether members may transfer points to one another
 * @param lastSeq the number of the last entry
 * @param lastAccount the id of the last account
 * @param lastPostedAt before which nothing is recorded any more: the posting time of the last entry, when a terminal's day was
 *     closed behind it, or when the book was made
 */
public record Book(
        int id,
        String code,
        String name,
        Kind kind,
        ZoneId calendar,
        boolean serviceEarnsTime,
        long pointsPerHour,
        boolean memberPointsTransfer,
        Instant createdAt,
        long lastSeq,
        int lastAccount,
        Instant lastPostedAt) {

    /** What keeps a book. */
    public enum Kind {
        COMMUNITY,
        HUB
    }

    /** The day at a moment, in the community's calendar. */
    public LocalDate dayOf(Instant moment) {
        return LocalDate.ofInstant(moment, calendar);
    }

    /** Never before what the book has recorded, whatever the clock. */
    public Instant notBeforeLast(Instant moment) {
        return moment.isBefore(lastPostedAt) ? lastPostedAt : moment;
    }

    /** The same, in which nothing is recorded before a moment, whatever the clock. */
    public Book recordedUntil(Instant moment) {
        return advanced(lastSeq, notBeforeLast(moment));
    }

    Book advanced(long seq, Instant postedAt) {
        return new Book(
                id,
                code,
                name,
                kind,
                calendar,
                serviceEarnsTime,
                pointsPerHour,
                memberPointsTransfer,
                createdAt,
                seq,
                lastAccount,
                postedAt);
    }

    Book withAccount(int account) {
        return new Book(
                id,
                code,
                name,
                kind,
                calendar,
                serviceEarnsTime,
                pointsPerHour,
                memberPointsTransfer,
                createdAt,
                lastSeq,
                account,
                lastPostedAt);
    }
}
