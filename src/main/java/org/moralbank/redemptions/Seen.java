package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.HOLDS;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Hold;
import org.moralbank.ledger.HoldTable;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Spent;
import org.moralbank.paycodes.ShownCode;

/**
 * What a work on a redemption knows before its commit: what does not change of it.
 *
 * @param voucher the one it was paid with, whose hold it has; null for all others
 * @param spent how the capture was paid, if there was one by then
 */
record Seen(
        Redemption.Key key,
        Payer payer,
        Seller seller,
        @Nullable UUID voucher,
        @Nullable Basket basket,
        @Nullable Spent spent) {
    static Seen of(Purchase purchase) {
        return new Seen(
                new Redemption.Key(purchase.book(), purchase.id()),
                new Payer(purchase.book(), purchase.member()),
                new Seller(purchase.book(), purchase.merchant(), purchase.till()),
                purchase.voucher(),
                purchase.basket(),
                null);
    }

    Seen with(Spent paid) {
        return new Seen(key, payer, seller, voucher, basket, paid);
    }

    /** The id of the hold of an authorization. */
    UUID hold() {
        return voucher == null ? key.id() : voucher;
    }

    /** Whether its end gives more back than the hold, and is written for that. */
    boolean givesMoreBack() {
        return voucher != null || basket != null;
    }

    /** Names what {@link #giveBack} looks at. */
    void needBack(Needs needs) {
        needs.row(HOLDS, new HoldTable.Key(key.book(), hold()));
        if (voucher != null) {
            ShownCode.needBack(needs, key.book(), voucher, payer.member());
        }
        if (basket != null) {
            basket.need(needs, payer, seller);
        }
    }

    /**
     * Gives back what a redemption took that came to nothing: what it held, unless that was released before, and a voucher
     * so that it can be used again; and the items. What was captured stays with the merchant: refunds give that back.
     */
    void giveBack(WorkingSet set, Redemption before, Hold.Status how) {
        if (before instanceof Redemption.Authorized) {
            if (voucher != null) {
                ShownCode.giveBack(set, key.book(), voucher);
            } else {
                Hold hold = set.find(HOLDS, new HoldTable.Key(key.book(), hold()));
                if (hold != null && hold.status() == Hold.Status.ACTIVE) {
                    Ledger.release(set, hold.id(), payer.points(), how);
                }
            }
            giveItemsBack(set);
        }
    }

    /** What its till takes back whole, makes the voucher usable again that paid it; refunds do not. */
    void giveVoucherBack(WorkingSet set, Redemption.Captured captured) {
        if (voucher != null && captured.refunded() == 0) {
            ShownCode.giveBackCaptured(set, key.book(), voucher);
        }
    }

    void giveItemsBack(WorkingSet set) {
        if (basket != null) {
            basket.giveBack(set, payer, seller);
        }
    }
}
