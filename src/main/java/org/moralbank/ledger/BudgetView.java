package org.moralbank.ledger;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A budget as the API shows it. */
@Schema(name = "Budget", description = "What a period may issue, from when it was set until another was.")
record BudgetView(
        @Schema(description = "The account of the period", examples = "3110:PUBLIC.2026:MIN")
        String account,

        @Schema(description = "1, 2, 3 … of its account; the last is what holds", examples = "1")
        int number,

        @Schema(description = "What the period may issue in all, in minor parts of the unit", examples = "60000")
        long amount,

        Unit unit,

        @Schema(description = "What it had issued and reserved when this was set", examples = "1200")
        long issued,

        Instant setAt,

        @Schema(description = "The API client that asked for it")
        String client,

        @Schema(description = "Id of the person who asked for it", examples = "W-001") @Nullable
        String actor,

        @Nullable String onBehalfOf,

        @Schema(description = "Id of the person who approved it", examples = "W-002") @Nullable
        String approver,

        @Schema(examples = "B-2026-0001") @Nullable String reference,

        @Schema(description = "Why; in reads only") @Nullable
        String reason) {
    /** As it is read. */
    static BudgetView of(Budget budget) {
        return of(budget, budget.decision().reason());
    }

    /** As it is answered and kept with the key: without what a person wrote. */
    static BudgetView made(Budget budget) {
        return of(budget, null);
    }

    private static BudgetView of(Budget budget, @Nullable String reason) {
        Attribution by = budget.decision().by();
        return new BudgetView(
                budget.period().path(),
                budget.number(),
                budget.amount(),
                budget.period().unit(),
                budget.issued(),
                budget.setAt(),
                by.client(),
                by.actor(),
                by.onBehalfOf(),
                by.approver(),
                budget.decision().reference(),
                reason);
    }

    /** What followers of the book are told. */
    record Event(String account, int number, long amount, Unit unit, long issued) {
        static Event of(Budget budget) {
            return new Event(
                    budget.period().path(),
                    budget.number(),
                    budget.amount(),
                    budget.period().unit(),
                    budget.issued());
        }
    }
}
