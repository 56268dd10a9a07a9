package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A line of a passbook: what one entry did to all that its owner has in a unit. */
@Schema(name = "PassbookLine")
public record PassbookLine(
        @Schema(description = "The entry", examples = "12") long seq,

        EntryType type,
        Unit unit,

        @Schema(
                description = "What came in, or went out when it is negative; 0 when only lots changed",
                examples = "60")
        long amount,

        @Schema(description = "All that the owner has of the unit then, lots together", examples = "1224")
        long balanceAfter,

        @Schema(description = "When it happened, in the community's calendar")
        LocalDate occurredOn,

        @Schema(description = "When it was recorded") Instant postedAt,

        @Schema(description = "The client's own reference") @Nullable
        String reference,

        @Schema(
                description = "The accounts of others in the entry: where it came from, or went to",
                examples = "[\"2300:RICE-SHOP:PTS\"]")
        List<String> counterAccounts) {}
