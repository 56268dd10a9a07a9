package org.moralbank.redemptions;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A terminal's business day as the API shows it. */
@Schema(name = "DayEnd", description = "A terminal's business day: what the till counts against what the books have.")
record DayEndView(
        @Schema(examples = "MER-LS-01") String merchant,
        @Schema(examples = "T1") String terminal,
        LocalDate day,
        Status status,
        @Nullable Instant closedAt,
        List<DayEnd.Compared> totals,

        @Schema(description = "Empty where both agree, and while the day is open")
        List<DayEnd.Difference> differences,

        @Schema(
                description =
                        "Numbers that the terminal skipped that day, or between its last one of the nine days before and"
                                + " its first one; those of refused sales too")
        List<DayEnd.Gap> numberGaps,

        @Schema(description = "Why the differences were accepted, where there were any; in reads only") @Nullable
        String reason,

        @Schema(description = "The API client that closed it") @Nullable
        String client,

        @Nullable String actor) {
    @Schema(name = "DayEndStatus")
    enum Status {
        OPEN,
        CLOSED
    }

    static DayEndView of(DayEnd end) {
        return of(end, end.reason());
    }

    /** As it was just closed, without what a person wrote: answers are kept, texts erasable. */
    static DayEndView closed(DayEnd end) {
        return of(end, null);
    }

    private static DayEndView of(DayEnd end, @Nullable String reason) {
        return new DayEndView(
                end.key().merchant(),
                end.key().terminal(),
                end.key().day(),
                Status.CLOSED,
                end.closedAt(),
                end.report().totals(),
                end.report().differences(),
                end.report().gaps(),
                reason,
                end.by().client(),
                end.by().actor());
    }

    /** A day that is open, as it stands now. */
    static DayEndView preview(DayBook open) {
        return new DayEndView(
                open.key().merchant(),
                open.key().terminal(),
                open.key().day(),
                Status.OPEN,
                null,
                Tally.ofBooks(open.counted(Instant.MAX)),
                List.of(),
                open.gaps(),
                null,
                null,
                null);
    }
}
