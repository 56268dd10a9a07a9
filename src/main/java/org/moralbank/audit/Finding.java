package org.moralbank.audit;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The first row that breaks a check. */
@Schema(name = "SelfAuditFinding", description = "The first offender of a check, what was found and what should be.")
record Finding(
        @Schema(examples = "BALANCE_IS_THE_SUM_OF_ITS_POSTINGS")
        Check check,

        @Schema(description = "What offends, below the book's path", examples = "accounts/2100:M-BHL-H0001:MIN")
        String subject,

        @Schema(description = "The entry at which it shows, where it is one", examples = "12") @Nullable
        Long entry,

        @Schema(examples = "79 posted") String found,
        @Schema(examples = "80, the sum of its postings") String expected) {}
