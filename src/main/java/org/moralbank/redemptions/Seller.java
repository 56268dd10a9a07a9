package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.HOLDINGS;

import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Holder;
import org.moralbank.merchants.Merchants;
import org.moralbank.merchants.Terminal;
import org.moralbank.merchants.Terminals;

/** Who sells, and at which till. The one place where merchant and terminal are checked. */
record Seller(int book, String merchant, Redemption.@Nullable Till till) {
    Holder payable() {
        return Holder.of(book, Chart.MERCHANT_PAYABLE, merchant);
    }

    /** Of a new redemption. */
    void needs(Needs needs) {
        needs.row(HOLDINGS, payable());
        Merchants.need(needs, book, merchant);
        if (till != null) {
            Terminals.needActive(needs, book, merchant, till.terminal());
        }
    }

    /**
     * Refuses a merchant who may not sell now, then a terminal that may not.
     *
     * @return the terminal; null where there is none
     */
    @Nullable
    Terminal check(WorkingSet set) {
        Merchants.seller(set, book, merchant);
        return till == null ? null : Terminals.active(set, book, merchant, till.terminal());
    }

    /** The terminal's transaction; null where there is no terminal. */
    Transaction.@Nullable Key transaction() {
        return till == null ? null : new Transaction.Key(book, merchant, till);
    }
}
