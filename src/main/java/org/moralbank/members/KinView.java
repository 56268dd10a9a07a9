package org.moralbank.members;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A kinship as the API shows it. */
@Schema(name = "Kin", description = "A registered kinship: kin may receive time as a gift of member.")
record KinView(
        @Schema(examples = "M-BHL-H0001") String member,
        @Schema(examples = "M-BHL-E0001") String kin,
        @Schema(examples = "PARENT") String relation,

        @Schema(description = "The community's number of the paper that it saw", examples = "KP-0001") @Nullable
        String proof,

        @Schema(description = "1, 2, 3 …: the ETag", examples = "1")
        long version,

        Instant registeredAt,

        @Schema(description = "From when on gifts are possible: 24 hours after the registration")
        Instant giftsFrom) {
    static KinView of(Kin kin) {
        return new KinView(
                kin.member(),
                kin.kin(),
                kin.relation(),
                kin.proof(),
                kin.version(),
                kin.registeredAt(),
                kin.giftsFrom());
    }
}
