package org.moralbank.translog;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** How the log of a book stands. */
@Schema(name = "LogStanding", description = "How the transparency log of a book stands.")
@JsonInclude(JsonInclude.Include.NON_NULL)
record LogView(
        @Schema(description = "How many entries are in the log", examples = "782")
        long size,

        @Schema(description = "The number of the book's last entry", examples = "782")
        long lastSeq,

        @Schema(description = "When the newest checkpoint was signed", nullable = true) @Nullable
        Instant signedAt,

        @Schema(
                description =
                        "The verification keys of all that was ever signed, the newest first, as name+id+key (c2sp.org/signed-note)",
                examples = "[\"localhost/BHL+5ef53d4e+AZbTJ6cS2TVRgLJFYkYUAMrd5dO0JYbBRIJLRMZQLxFp\"]")
        List<String> keys,

        @Schema(description = "Missing while all is well", nullable = true) @Nullable
        Refused refused) {}
