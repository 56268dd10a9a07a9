/**
 * Who takes points for goods, where, at which tills, and what.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.merchants.Merchant merchant} takes points for goods; what a member buys
 * there is a redemption, which is another package's. It has stores and {@linkplain org.moralbank.merchants.Terminal
 * terminals} (tills), which may stand in a store. Its catalogue has items priced in points; a
 * {@linkplain org.moralbank.merchants.Line line} is so many of one.
 *
 * <p><b>States.</b> A merchant, a store and a terminal are ACTIVE ⇄ SUSPENDED, and from both CLOSED for good. Who changed it and why
 * is kept.
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>A merchant or terminal that is not active sells nothing, nor does a terminal in a store that is not: works ask it
 *       under the lock, so that no sale slips past a suspension. A closed store takes no terminal. What was sold before,
 *       without a connection, is taken when it is told, by the time of the sale, and of a store by the one in which the
 *       terminal stands now; who doubts what a till tells revokes its keys. What was sold can be taken back, and the payable
 *       of a closed merchant is settled as before.
 *   <li>A till sees its own merchant and no other: what is another's is unknown to it, or not there.
 *   <li>A terminal has keys of its own, two at most that work, and is the client {@code book@merchant@terminal} with them. A
 *       revoked key works for five seconds at most, and never in a commit. To suspend or to close does not revoke: a till
 *       that was stopped in the middle of a sale may have to take it back.
 *   <li>A merchant sells what is of its categories; none named is all. It is settled with its discount, and refunds take its
 *       payable no lower than its floor; a terminal's reversal is never refused and may.
 *   <li>A sale with {@linkplain org.moralbank.merchants.Catalogue lines} is checked against the catalogue: each item is there,
 *       active, of an allowed category and sold on that weekday; the lines come to the amount; the member has no more of an
 *       item in its period than he may. Days, weeks (from Monday), months and years are the book's calendar's.
 *   <li>What a member bought is counted by day, of every item, until the sale is undone as a whole; a refund in part gives no
 *       item back.
 * </ol>
 *
 * <p><b>Tables.</b> {@code redemption_merchant}, {@code merchant_store}, {@code merchant_terminal},
 * {@code merchant_status_change}, {@code merchant_catalogue}, {@code merchant_item}, {@code merchant_item_bought}. The keys of
 * terminals are in access.
 *
 * <p><b>Endpoints.</b> Under {@code /v1/books/{book}/merchants}: {@code PUT GET /{id}}, {@code GET}; {@code POST
 * /{id}/suspend}, {@code /resume}, {@code /close}, {@code GET /{id}/status-changes}; {@code PUT GET /{id}/catalogue}; {@code
 * PUT GET /{id}/stores/{storeId}}, {@code GET /{id}/stores}, {@code POST …/suspend}, {@code /resume}, {@code /close}, {@code
 * GET …/status-changes}; {@code PUT GET /{id}/terminals/{terminalId}}, {@code GET
 * /{id}/terminals}, {@code POST …/suspend}, {@code /resume}, {@code /close}, {@code GET …/status-changes}, {@code POST GET
 * …/keys}, {@code GET …/keys/{keyId}}, {@code POST …/keys/{keyId}/revoke}.
 *
 * <p><b>What never happens.</b> Nothing is deleted: an item that leaves the catalogue is kept, and what members bought of it
 * stays counted. Nothing here posts.
 */
@NullMarked
package org.moralbank.merchants;

import org.jspecify.annotations.NullMarked;
