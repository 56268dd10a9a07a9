package org.moralbank.paycodes;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A pay code as the API shows it. */
@Schema(name = "PayCode", description = "A pay code of a member. Its digits are shown once, when it is made.")
record PayCodeView(
        @Schema(description = "Names the code and does not tell it", examples = "4c1f0e4b-9d0a-8f3c-a1c2-0d6b8e2f7a10")
        String id,

        @Schema(examples = "M-LS-R0001") String member,

        @Schema(description = "18 digits, 711 in front: in the first answer only", examples = "711048215390772664")
        @Nullable
        String code,

        @Schema(description = "What was ordered of images: in the first answer only") @Nullable
        List<CodeImage> images,

        Instant madeAt,

        @Schema(description = "From this moment on it is refused: 60 s after it was made, by the default")
        Instant validUntil,

        @Schema(description = "When it was taken; absent while it was not") @Nullable
        Instant usedAt) {
    static PayCodeView of(PayCode code, @Nullable String digits, List<CodeImage> images) {
        return new PayCodeView(
                code.id().toString(),
                code.member(),
                digits,
                images.isEmpty() ? null : images,
                code.madeAt(),
                code.validUntil(),
                code.usedAt());
    }
}
