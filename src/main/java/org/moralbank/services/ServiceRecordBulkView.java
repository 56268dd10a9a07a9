package org.moralbank.services;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The answer to a bulk as the OpenAPI document tells it; {@link org.moralbank.commits.Bulk} writes it. */
@Schema(name = "ServiceRecordBulk", description = "What became of each item.")
record ServiceRecordBulkView(List<Item> items, int created, int replayed, int refused) {
    /** What became of an item. */
    @Schema(name = "ItemResult")
    enum Result {
        created,
        replayed,
        refused
    }

    /** One item. */
    @Schema(name = "ServiceRecordBulkItem")
    record Item(
            @Schema(description = "Its place in the request, from 0")
            int index,

            @Nullable String reference,
            Result result,

            @Schema(description = "What was recorded; absent when it was refused") @Nullable
            ServiceRecordView resource,

            @Schema(description = "Problem details, when it was refused") @Nullable
            Map<String, Object> problem) {}
}
