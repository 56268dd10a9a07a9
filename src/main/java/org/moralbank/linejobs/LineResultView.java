package org.moralbank.linejobs;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What became of a line: the same as an item of a bulk's answer. */
@Schema(name = "LineResult", description = "What became of a line: the same as an item of a bulk's answer.")
record LineResultView(
        @Schema(description = "Its place in the request, from 0", examples = "699")
        int index,

        @Schema(examples = "T-2025-0700") String reference,
        Result result,

        @Schema(
                description =
                        "What the single operation answers; absent when it was refused. As it was told first: a reversal"
                                + " since is not in it",
                implementation = Map.class)
        @JsonRawValue
        @Nullable
        String resource,

        @Schema(description = "Problem details, when it was refused", implementation = Map.class)
        @JsonRawValue
        @Nullable
        String problem) {
    /** What became of a line. */
    @Schema(name = "LineResultKind")
    enum Result {
        created,
        replayed,
        refused
    }
}
