package org.moralbank.ledger;

import java.time.LocalDate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An account as the API shows it. */
@Schema(
        name = "Account",
        description = "A line of the chart, its owner, a unit and a lot, with what is posted and held.")
record AccountView(
        @Schema(description = "code, owner, unit and lot", examples = "2100:M-BHL-H0001:MIN")
        String id,

        @Schema(description = "1, 2, 3 … in its book", examples = "7")
        int number,

        @Schema(description = "Of the chart of accounts", examples = "2100")
        String code,

        @Schema(description = "A member, team, merchant, fund, period or book", examples = "M-BHL-H0001") @Nullable
        String owner,

        Unit unit,

        @Schema(description = "Absent for what is the owner's own", examples = "PUBLIC.20251231.R") @Nullable
        String lot,

        @Schema(description = "The last day on which it can be spent") @Nullable
        LocalDate expiresOn,

        @Schema(description = "It may be spent on service, not given away")
        boolean restricted,

        Account.Status status,

        @Schema(description = "posted less held is never below it; absent when there is none") @Nullable
        Long floor,

        @Schema(description = "What its budget leaves to be issued; absent where no budget was set", examples = "58800")
        @Nullable
        Long issuable,

        @Schema(description = "posted is never above it; absent when there is none") @Nullable
        Long ceiling,

        @Schema(description = "In minor parts of the unit; credits are positive", examples = "1224")
        long posted,

        @Schema(description = "Reserved", examples = "60") long held,

        @Schema(description = "posted less held", examples = "1164")
        long available,

        @Schema(description = "How many postings it has had", examples = "3")
        long version) {
    static AccountView of(Account account) {
        Holder holder = account.holder();
        String lot = account.lot().name();
        return new AccountView(
                account.path(),
                account.id(),
                holder.chart().code(),
                holder.owner().isEmpty() ? null : holder.owner(),
                holder.unit(),
                lot.isEmpty() ? null : lot,
                account.lot().expiresOn(),
                account.lot().restricted(),
                account.status(),
                account.floor() == -Chart.Bounds.UNBOUNDED ? null : account.floor(),
                account.holder().chart().isIssuing() && account.floor() != -Chart.Bounds.UNBOUNDED
                        ? account.debitable()
                        : null,
                account.ceiling() == Chart.Bounds.UNBOUNDED ? null : account.ceiling(),
                account.posted(),
                account.held(),
                account.available(),
                account.version());
    }
}
