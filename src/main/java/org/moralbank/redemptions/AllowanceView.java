package org.moralbank.redemptions;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Unit;

/** An allowance as the API shows it. */
@Schema(name = "Allowance", description = "What a terminal may sell while it has no connection.")
record AllowanceView(
        @Schema(examples = "0198f0a2-6c4e-7b1d-9a51-3f0c8de2a771")
        String id,

        @Schema(examples = "MER-LS-01") String merchant,
        @Schema(examples = "T1") String terminal,

        @Schema(description = "The most of one sale, in hundredths of a point", examples = "1000")
        long perSale,

        Unit unit,

        @Schema(description = "How many sales", examples = "50")
        int count,

        @Schema(description = "How many of them were uploaded", examples = "0")
        int used,

        Instant validFrom,

        @Schema(description = "The first moment when it does not hold any more")
        Instant validUntil,

        @Schema(description = "LIVE, ENDED when its time is over, or REVOKED")
        Allowance.Status status,

        @Nullable Instant revokedAt,

        @Schema(
                description =
                        "The service's over all of this that does not change. The till keeps it, and sends it with"
                                + " what it sold under the allowance")
        String signature) {
    static AllowanceView of(Allowance allowance, Instant now) {
        return new AllowanceView(
                allowance.id().toString(),
                allowance.till().merchant(),
                allowance.till().terminal(),
                allowance.perSale(),
                Unit.PTS,
                allowance.sales(),
                allowance.used(),
                allowance.validFrom(),
                allowance.validUntil(),
                allowance.statusAt(now),
                allowance.revokedAt(),
                allowance.signature());
    }
}
