package org.moralbank.access;

import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A key as the API shows it. */
@Schema(name = "ApiKey", description = "A key of a client. Its text is shown once, when it is made.")
public record KeyView(
        UUID keyId,
        Instant createdAt,

        @Schema(description = "Absent while the key works") @Nullable
        Instant revokedAt,

        @Schema(description = "The key itself: in the first answer only", examples = "mb_…") @Nullable
        String key) {
    static KeyView of(KeyTable.Key key, @Nullable String text) {
        return new KeyView(key.id(), key.createdAt(), key.revokedAt(), text);
    }
}
