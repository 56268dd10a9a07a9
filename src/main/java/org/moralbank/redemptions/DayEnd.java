package org.moralbank.redemptions;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Attribution;
import org.moralbank.redemptions.DayBook.Total;

/**
 * How a terminal's business day was closed.
 *
 * @param content SHA-256 of what was said, however it was written, by which a retry is known
 * @param reason why differences were accepted; null where there were none
 */
record DayEnd(
        DayBook.Key key,
        Instant closedAt,
        byte[] content,
        Report report,
        Attribution by,
        @Nullable String reason) {
    /** What was compared, and what came of it. */
    record Report(List<Compared> totals, List<Difference> differences, List<Gap> gaps) {}

    /** A type's totals. */
    @Schema(name = "DayEndTotals")
    record Compared(
            DayBook.Type type,
            @Schema(description = "As the books have it") Total books,

            @Schema(description = "As the till says; missing while the day is open") @Nullable
            Total till) {}

    /** One thing, as the books have it. */
    @Schema(name = "DayEndTransaction")
    record Booked(
            DayBook.Type type,
            String redemption,
            @Nullable String terminalTransaction,

            @Schema(description = "Number of the entry; missing where nothing was posted") @Nullable
            Long entry,

            @Schema(description = "In hundredths of a point", examples = "500")
            long amount,

            @Schema(description = "When it was recorded") Instant at) {
        static Booked of(DayBook.Line line) {
            return new Booked(
                    line.type(),
                    line.redemption().toString(),
                    line.terminalTransaction(),
                    line.entry(),
                    line.amount(),
                    line.when().at());
        }
    }

    @Schema(name = "DayEndDifferenceKind")
    enum Kind {
        /** The till has none of what the books have. */
        NOT_AT_TILL,
        /** The books have none of what the till has. */
        NOT_IN_BOOKS,
        /** Both have it, and count or amount differ. */
        DIFFERENT,
        /** The totals of a type differ; the till told no transactions. */
        TOTAL
    }

    /** A difference. */
    @Schema(name = "DayEndDifference")
    record Difference(
            Kind kind,
            DayBook.Type type,

            @Schema(
                    description =
                            "Of which transaction: the terminal's number; of REFUND the redemption's id. Missing for a"
                                    + " TOTAL")
            @Nullable
            String transaction,

            Total books,
            Total till,

            @Schema(description = "What the books have of it; of a TOTAL all of the type")
            List<Booked> booked) {}

    /** Numbers that the terminal has skipped. */
    @Schema(name = "NumberGap")
    record Gap(
            @Schema(description = "The last number before the gap", examples = "KQXWZRMA-000017")
            String after,

            @Schema(description = "The first number behind it", examples = "KQXWZRMA-000019")
            String before,

            @Schema(description = "How many are missing between them", examples = "1")
            long missing) {}
}
