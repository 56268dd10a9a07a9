package org.moralbank.linejobs;

import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;

/** A job of lines as the API shows it. */
@Schema(name = "LineJob", description = "A job that does many items of a collection, one after the other.")
public record LineJobView(
        UUID id,

        @Schema(description = "What its lines are", examples = "transfers")
        String collection,

        LineJob.Status status,

        @Schema(description = "How many it has", examples = "1200")
        int lines,

        @Schema(description = "How many of them were done and had not been before", examples = "1180")
        int created,

        @Schema(description = "How many had been done before, under the same reference", examples = "0")
        int replayed,

        @Schema(description = "How many were refused; each without a trace", examples = "20")
        int refused,

        @Schema(description = "The API client that ordered it")
        String client,

        Instant createdAt,

        @Schema(description = "When the last line was done, or it was stopped") @Nullable
        Instant endedAt,

        @Schema(description = "Why it ended before its last line, if it did")
        LineJob.@Nullable StopReason stoppedBecause,

        @Schema(
                description = "Where the results of its lines are",
                examples = "/v1/books/BHL/line-jobs/01a208b4-984e-7a35-b1d6-2d2eb4154604/results")
        String results) {
    static LineJobView of(BookHandle book, LineJob job) {
        return new LineJobView(
                job.id(),
                job.collection(),
                job.status(),
                job.lines(),
                job.created(),
                job.replayed(),
                job.refused(),
                job.client(),
                job.createdAt(),
                job.endedAt(),
                job.stoppedBecause(),
                job.path(book.path()) + "/results");
    }
}
