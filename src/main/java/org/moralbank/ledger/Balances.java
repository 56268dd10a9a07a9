package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What an owner has, lot by lot and in all: now, or as it was posted at a moment or had happened by a day. */
@Schema(name = "Balances")
public record Balances(
        @Schema(description = "Whose", examples = "M-BHL-H0001")
        String owner,

        @Schema(description = "Entries up to this one are counted", examples = "12")
        long seq,

        @Schema(description = "The moment that was asked for") @Nullable
        Instant asOf,

        @Schema(description = "The business day that was asked for") @Nullable
        LocalDate on,

        @Schema(description = "One per unit that the owner has or owes")
        List<Total> totals,

        @Schema(description = "One per lot") List<LotBalance> lots) {

    /** A lot and what is in it. */
    @Schema(name = "LotBalance")
    public record LotBalance(
            @Schema(description = "The account's id", examples = "2100:M-BHL-H0001:MIN")
            String account,

            Unit unit,

            @Schema(description = "In minor parts of the unit", examples = "1224")
            long posted,

            @Schema(description = "Reserved; absent for the past", examples = "60") @Nullable
            Long held,

            @Schema(description = "What can be spent today; absent for the past", examples = "1164") @Nullable
            Long available,

            @Schema(description = "The fund or pool it came from") @Nullable
            String origin,

            @Schema(description = "The last day on which it can be spent") @Nullable
            LocalDate expiresOn,

            @Schema(description = "It may be spent on service, not given away")
            boolean restricted) {}

    /** All of a unit. */
    @Schema(name = "UnitTotal")
    public record Total(
            Unit unit,
            long posted,

            @Schema(description = "Reserved; absent for the past") @Nullable
            Long held,

            @Schema(description = "What can be spent today; absent for the past") @Nullable
            Long available,

            @Schema(description = "The shortfall, taken from the next earnings")
            long owed) {}

    /** Of accounts as they are on {@code today}; {@code isNow} tells whether holds and expiry are known. */
    static Balances of(
            String owner, LedgerStore.Posted read, @Nullable Instant asOf, @Nullable LocalDate on, LocalDate today) {
        boolean isNow = asOf == null && on == null;
        List<LotBalance> lots = new ArrayList<>();
        List<Total> totals = new ArrayList<>();
        for (Unit unit : Unit.values()) {
            long posted = 0;
            long held = 0;
            long available = 0;
            long owed = 0;
            boolean any = false;
            for (Account account : read.accounts()) {
                if (account.holder().unit() != unit) {
                    continue;
                }
                any = true;
                if (account.holder().chart().shortfall() == null) {
                    owed -= account.posted();
                    continue;
                }
                // What has expired is still posted until the day's job moves it, but nobody can spend it.
                long spendable = account.lot().expiredBy(today) ? 0 : account.available();
                posted += account.posted();
                held += account.held();
                available += spendable;
                lots.add(lot(account, isNow, spendable));
            }
            if (any) {
                totals.add(new Total(unit, posted, isNow ? held : null, isNow ? available : null, owed));
            }
        }
        return new Balances(owner, read.seq(), asOf, on, totals, lots);
    }

    private static LotBalance lot(Account account, boolean isNow, long spendable) {
        Lot lot = account.lot();
        return new LotBalance(
                account.path(),
                account.holder().unit(),
                account.posted(),
                isNow ? account.held() : null,
                isNow ? spendable : null,
                lot.origin().isEmpty() ? null : lot.origin(),
                lot.expiresOn(),
                lot.restricted());
    }
}
