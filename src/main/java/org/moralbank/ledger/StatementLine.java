package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A line of a statement: one posting of an account, with the balance after it. */
@Schema(name = "StatementLine")
public record StatementLine(
        @Schema(description = "The entry", examples = "12") long seq,

        EntryType type,

        @Schema(description = "The account's id", examples = "2100:M-BHL-H0001:MIN")
        String account,

        @Schema(description = "Positive credits the account; in minor parts of its unit", examples = "60")
        long amount,

        @Schema(description = "What is posted to the account then", examples = "1224")
        long balanceAfter,

        @Schema(description = "The how-manieth posting of the account this is", examples = "3")
        long version,

        @Schema(description = "When it happened, in the community's calendar")
        LocalDate occurredOn,

        @Schema(description = "When it was recorded") Instant postedAt,

        @Schema(description = "The client's own reference") @Nullable
        String reference,

        @Schema(
                description = "The other accounts of the entry: where it came from, or went to",
                examples = "[\"2300:RICE-SHOP:PTS\"]")
        List<String> counterAccounts) {}
