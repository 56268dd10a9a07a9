package org.moralbank.settlements;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.moralbank.ledger.Unit;

/** A waiver as the API answers it. */
@Schema(name = "Waiver", description = "A gift of the merchant: points that it is owed, and does not want paid.")
record WaiverView(
        @Schema(description = "Its entry", examples = "13") long entry,
        @Schema(examples = "MER-LS-01") String merchant,
        @Schema(examples = "500") long amount,
        Unit unit,
        Instant postedAt,

        @Schema(description = "What the merchant is owed after it", examples = "1500")
        long payableAfter) {}
