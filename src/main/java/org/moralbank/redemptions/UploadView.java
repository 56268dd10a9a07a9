package org.moralbank.redemptions;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The answer to an upload. */
@Schema(name = "OfflineUploadResult", description = "What became of each row.")
record UploadView(List<Item> items, int created, int replayed, int refused) {
    /** What became of a row. */
    @Schema(name = "OfflineRowResult")
    enum Result {
        /** Sold. */
        created,
        /** It came before, with the same content, and is answered as then. */
        replayed,
        /** Nothing was done. */
        refused
    }

    /** One row. */
    @Schema(name = "OfflineRowOutcome")
    record Item(
            @Schema(description = "Its place in the request, from 0")
            int index,

            @Nullable String terminalTransaction,
            Result result,

            @Schema(description = "The sale; absent when it was refused") @Nullable
            RedemptionView redemption,

            @Schema(description = "Problem details, when it was refused") @Nullable
            Map<String, Object> problem) {}

    static UploadView of(List<Item> items) {
        return new UploadView(
                items, count(items, Result.created), count(items, Result.replayed), count(items, Result.refused));
    }

    private static int count(List<Item> items, Result result) {
        return (int) items.stream().filter(item -> item.result() == result).count();
    }
}
