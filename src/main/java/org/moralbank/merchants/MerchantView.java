package org.moralbank.merchants;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A merchant as the API shows it. */
@Schema(name = "Merchant", description = "Who takes points for goods.")
record MerchantView(
        @Schema(examples = "MER-LS-01") String id,

        @Schema(examples = "龙生社区爱心积分超市") String name,

        Merchant.Kind kind,
        Merchant.Status status,

        @Schema(description = "What it may sell for points; empty is everything", examples = "[\"FOOD\",\"DAILY\"]")
        List<String> categories,

        @Schema(description = "Taken off at settlement, in parts of ten thousand", examples = "0")
        int discountBasisPoints,

        @Schema(
                description = "How far below zero late refunds may take what it is owed, in hundredths of a point",
                examples = "-1000000")
        long payableFloor,

        @Schema(description = "Counts the edits; also the ETag", examples = "1")
        long version,

        Instant registeredAt) {
    static MerchantView of(Merchant merchant) {
        return new MerchantView(
                merchant.id(),
                merchant.name(),
                merchant.kind(),
                merchant.status(),
                merchant.categories(),
                merchant.discountBasisPoints(),
                merchant.payableFloor(),
                merchant.version(),
                merchant.registeredAt());
    }
}
