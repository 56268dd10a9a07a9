package org.moralbank.redemptions;

import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Spent;

/**
 * What a work on a redemption knows before its commit: what does not change of it.
 *
 * @param spent how the capture was paid, if there was one by then
 */
record Seen(
        Redemption.Key key,
        Payer payer,
        Seller seller,
        @Nullable Spent spent) {
    static Seen of(Purchase purchase) {
        return new Seen(
                new Redemption.Key(purchase.book(), purchase.id()),
                new Payer(purchase.book(), purchase.member()),
                new Seller(purchase.book(), purchase.merchant(), purchase.till()),
                null);
    }
}
