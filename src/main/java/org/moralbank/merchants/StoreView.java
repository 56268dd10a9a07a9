package org.moralbank.merchants;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A store as the API shows it. */
@Schema(name = "Store", description = "A shop of a merchant.")
record StoreView(
        @Schema(examples = "LS-1") String id,

        @Schema(examples = "龙生店") String name,

        @Schema(description = "Where it is", examples = "龙生路 8 号") @Nullable
        String place,

        @Schema(description = "The tills that stand in it sell while it is ACTIVE")
        Store.Status status,

        @Schema(description = "Counts the edits; also the ETag", examples = "1")
        long version,

        Instant registeredAt) {
    static StoreView of(Store store) {
        return new StoreView(
                store.id(), store.name(), store.place(), store.status(), store.version(), store.registeredAt());
    }
}
