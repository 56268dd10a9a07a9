package org.moralbank.ledger;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A book as the API shows it. */
@Schema(name = "Book", description = "The whole double-entry ledger of one community or hub.")
record BookView(
        @Schema(description = "Its code", examples = "BHL") String book,
        @Schema(examples = "北环路社区") String name,
        Book.Kind kind,

        @Schema(
                description =
                        "MIN: a confirmed service earns its minutes, and points besides when there is a rate; PTS:"
                                + " points only")
        Unit serviceEarns,

        @Schema(
                description = "Hundredths of a point that an hour of service earns, counted by the minute",
                examples = "200")
        long pointsPerHour,

        @Schema(description = "Whether members may transfer points to one another")
        boolean memberPointsTransfer,

        @Schema(description = "Whose days are the business dates: an IANA zone", examples = "Asia/Shanghai")
        String calendar,

        Instant createdAt,

        @Schema(description = "CLOSED: nothing begins in it any more; what was begun is brought to its end")
        Book.Status status,

        @Schema(description = "Since when it is closed; missing while it is open", examples = "2025-12-31T16:00:00Z")
        @Nullable
        Instant closedAt,

        @Schema(description = "The number of its last entry; in reads only", examples = "128") @Nullable
        Long lastSeq) {
    static BookView of(Book book, @Nullable Long lastSeq) {
        return new BookView(
                book.code(),
                book.name(),
                book.kind(),
                book.serviceEarnsTime() ? Unit.MIN : Unit.PTS,
                book.pointsPerHour(),
                book.memberPointsTransfer(),
                book.calendar().getId(),
                book.createdAt(),
                book.status(),
                book.closedAt(),
                lastSeq);
    }
}
