package org.moralbank.merchants;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A terminal as the API shows it. */
@Schema(name = "Terminal", description = "A till of a merchant.")
record TerminalView(
        @Schema(examples = "T1") String id,

        @Schema(examples = "MER-LS-01") String merchant,

        @Schema(description = "The store that it stands in", examples = "LS-1") @Nullable
        String store,

        Terminal.Status status,

        @Schema(description = "Whether it takes less than it asked for when the member has less")
        boolean partialApproval,

        @Schema(description = "Whether it may show a member what he has left, if he agreed")
        boolean showsPointsLeft,

        @Schema(description = "Counts the edits; also the ETag", examples = "1")
        long version,

        Instant registeredAt) {
    static TerminalView of(Terminal terminal) {
        return new TerminalView(
                terminal.id(),
                terminal.merchant(),
                terminal.store(),
                terminal.status(),
                terminal.partialApproval(),
                terminal.showsPointsLeft(),
                terminal.version(),
                terminal.registeredAt());
    }
}
