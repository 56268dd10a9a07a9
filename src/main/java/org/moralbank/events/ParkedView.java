package org.moralbank.events;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An event that left the order of its stream. */
@Schema(name = "ParkedEvent", description = "An event that was parked, or is to be sent again, and what became of it.")
record ParkedView(
        @Schema(description = "What to replay it by; also its webhook-id", examples = "BHL-4711")
        String event,

        @Schema(examples = "BHL") String book,

        @Schema(description = "Its number in the book", examples = "4711")
        long number,

        State state,

        @Schema(description = "Since when it is so") Instant since,

        @Schema(description = "Failed attempts") int attempts,

        @Schema(description = "The class of the last failure") @Nullable
        String lastError) {
    /** What became of an event. */
    @Schema(name = "ParkedEventState")
    enum State {
        PARKED,
        REPLAYING,
        DELIVERED
    }
}
