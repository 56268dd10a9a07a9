/**
 * Who takes points for goods.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.merchants.Merchant merchant} takes points for goods; what a member buys
 * there is a redemption, which is another package's.
 *
 * <p><b>States.</b> A merchant is ACTIVE ⇄ SUSPENDED; suspended, it sells nothing.
 *
 * <p><b>Tables.</b> {@code redemption_merchant}.
 *
 * <p><b>Endpoints.</b> {@code PUT GET /v1/books/{book}/merchants/{id}}, {@code GET …/merchants}.
 *
 * <p>The map of the design has merchants, pay codes, redemptions and settlements in one package; it would hold a hundred
 * files. They are four, and redemptions and settlements stand on merchants.
 */
@NullMarked
package org.moralbank.merchants;

import org.jspecify.annotations.NullMarked;
