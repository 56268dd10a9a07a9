package org.moralbank.merchants;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A merchant as the API shows it. */
@Schema(name = "Merchant", description = "Who takes points for goods.")
record MerchantView(
        @Schema(examples = "MER-LS-01") String id,

        @Schema(examples = "龙生社区爱心积分超市") String name,

        Merchant.Kind kind,
        Merchant.Status status,

        @Schema(description = "Counts the edits; also the ETag", examples = "1")
        long version,

        Instant registeredAt) {
    static MerchantView of(Merchant merchant) {
        return new MerchantView(
                merchant.id(),
                merchant.name(),
                merchant.kind(),
                merchant.status(),
                merchant.version(),
                merchant.registeredAt());
    }
}
