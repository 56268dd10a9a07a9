package org.moralbank.imports;

import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An import, as it is shown. */
@Schema(name = "Import")
record ImportView(
        @Schema(examples = "BHL") String book,

        @Schema(description = "The last entry that was imported; the next is posted here", examples = "782")
        long lastSeq,

        @Schema(examples = "214") int accounts,

        @Schema(examples = "1702") long postings,

        @Schema(
                description = "Of the tree over these entries (RFC 9162), in base64: as the other installation has it",
                examples = "MImjJWMaBsCwgJxHNA0sqI0AHfESRPeEDrHvfYI1OIQ=")
        String root,

        @Schema(description = "The signed checkpoint that came with them; left out when none did") @Nullable
        String checkpoint,

        @Schema(description = "SHA-256 of what was sent") String sha256,

        Instant importedAt,

        @Schema(description = "The client who imported it", examples = "operator")
        String client) {
    static ImportView of(String book, Imported imported) {
        return new ImportView(
                book,
                imported.lastSeq(),
                imported.accounts(),
                imported.postings(),
                Base64.getEncoder().encodeToString(imported.root()),
                imported.checkpoint(),
                HexFormat.of().formatHex(imported.sha256()),
                imported.importedAt(),
                imported.client());
    }
}
