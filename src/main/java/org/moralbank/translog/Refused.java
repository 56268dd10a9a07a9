package org.moralbank.translog;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Over which entry of a book nothing is signed, and why; it lasts until the entry is what it was. */
@Schema(name = "LogRefused", description = "The entry over which nothing is signed, until it is again what it was.")
record Refused(
        @Schema(description = "The entry's number", examples = "12")
        long seq,

        Reason reason,
        @Schema(description = "When it was found") Instant foundAt) {
    /** What is wrong. */
    @Schema(name = "LogRefusedReason")
    enum Reason {
        /** The entry is not there any more. */
        ENTRY_MISSING,
        /** Its bytes do not give the hash that was recorded. */
        ENTRY_CHANGED,
        /** The log's own record does not give the root that was signed. */
        RECORD_CHANGED
    }
}
