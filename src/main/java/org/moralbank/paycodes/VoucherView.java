package org.moralbank.paycodes;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Unit;

/** A voucher as the API shows it. */
@Schema(
        name = "Voucher",
        description = "Points put by for a code on paper or in an SMS. Its digits are shown once, when it is made.")
record VoucherView(
        @Schema(description = "Also the id of the hold", examples = "0198f0a2-6c4e-7b1d-9a51-3f0c8de2a771")
        String id,

        @Schema(examples = "M-LS-R0001") String member,

        @Schema(description = "In hundredths of a point", examples = "2000")
        long amount,

        Unit unit,
        Voucher.Status status,

        @Schema(
                description = "18 digits, 72 in front and a check digit at the end: in the first answer only",
                examples = "724810395520617386")
        @Nullable
        String code,

        @Schema(description = "What was ordered of images: in the first answer only") @Nullable
        List<CodeImage> images,

        @Schema(description = "The last day on which it is taken, in the community's calendar")
        LocalDate expiresOn,

        @Schema(description = "The end of that day: from this moment on it is refused")
        Instant expiresAt,

        @Schema(description = "The client's own reference") @Nullable
        String reference,

        Instant createdAt,

        @Schema(description = "When it was used, revoked or expired; absent while it is ACTIVE") @Nullable
        Instant endedAt) {
    static VoucherView of(Voucher voucher, @Nullable String code, List<CodeImage> images) {
        return new VoucherView(
                voucher.id().toString(),
                voucher.member(),
                voucher.amount(),
                Unit.PTS,
                voucher.status(),
                code,
                images.isEmpty() ? null : images,
                voucher.expiresOn(),
                voucher.expiresAt(),
                voucher.reference(),
                voucher.createdAt(),
                voucher.endedAt());
    }
}
