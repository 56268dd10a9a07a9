/**
 * Points spent at merchants.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.redemptions.Redemption redemption} is one purchase. A sale spends the points at once.
 *
 * <p><b>States.</b> A sale is CAPTURED from the start.
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>Points only: time is never exchanged for goods.
 *   <li>A sale moves the points from the member's lots, in the spending order, to the merchant's payable (REDEEM_SALE).
 *   <li>A terminal's transaction has one effect, whatever the idempotency key.
 *   <li>A till sees its own merchant only: another is unknown to it, and its lists have none of another. Of a member it sees
 *       the masked label, and no balance.
 * </ol>
 *
 * <p><b>Tables.</b> {@code redemption}, which names its entry.
 *
 * <p><b>Endpoints.</b> {@code POST GET /v1/books/{book}/redemptions}, {@code GET …/redemptions/{id}}.
 *
 * <p><b>What never happens.</b> A sale is not reversed by hand: that would take goods back that were handed over.
 */
@NullMarked
package org.moralbank.redemptions;

import org.jspecify.annotations.NullMarked;
