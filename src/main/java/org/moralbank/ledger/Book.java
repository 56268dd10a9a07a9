package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The whole double-entry ledger of one community or hub: the unit of numbering and of locking.
 *
 * <pre>
 *         close
 * OPEN ──────────→ CLOSED
 *      ←──────────
 *         reopen
 * </pre>
 *
 * @param id internal; 1, 2, 3 … up to {@link #MOST}
 * @param code the name of the book in the API
 * @param calendar whose days are the business dates
 * @param serviceEarnsTime whether a confirmed service earns its minutes
 * @param pointsPerHour what it earns besides, in hundredths of a point per hour, counted by the minute
 * @param memberPointsTransfer whether members may transfer points to one another
 * @param lastSeq the number of the last entry
 * @param lastAccount the id of the last account
 * @param lastPostedAt before which nothing is recorded any more: the posting time of the last entry, when a terminal's day was
 *     closed behind it, or when the book was made
 * @param closedAt since when it is closed; null while it is open
 * @param statusChanges how often it was closed or reopened
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
        Instant lastPostedAt,
        @Nullable Instant closedAt,
        int statusChanges) {

    /** As many as there are numbers for them; none is deleted. */
    static final int MOST = Short.MAX_VALUE;

    @Schema(name = "BookStatus")
    public enum Status {
        OPEN,
        /** Nothing begins in it; what was begun is brought to its end. */
        CLOSED
    }

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

    public Status status() {
        return closedAt == null ? Status.OPEN : Status.CLOSED;
    }

    /** Whether what began at that moment is not taken any more. */
    boolean isClosedFor(Instant begun) {
        return closedAt != null && !begun.isBefore(closedAt);
    }

    Book advanced(long seq, Instant postedAt) {
        return with(seq, lastAccount, postedAt, closedAt, statusChanges);
    }

    Book withAccount(int account) {
        return with(lastSeq, account, lastPostedAt, closedAt, statusChanges);
    }

    Book closed(Instant at) {
        return with(lastSeq, lastAccount, lastPostedAt, at, statusChanges + 1);
    }

    Book reopened() {
        return with(lastSeq, lastAccount, lastPostedAt, null, statusChanges + 1);
    }

    private Book with(long seq, int account, Instant postedAt, @Nullable Instant closed, int changes) {
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
                account,
                postedAt,
                closed,
                changes);
    }
}
