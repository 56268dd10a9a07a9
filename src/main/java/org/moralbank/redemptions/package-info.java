/**
 * Points spent at merchants.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.redemptions.Redemption redemption} is one purchase. A sale spends the points
 * at once; an authorization holds them first, and a capture takes them. What was agreed at the till, the
 * {@linkplain org.moralbank.redemptions.Purchase purchase}, does not change. A terminal's
 * {@linkplain org.moralbank.redemptions.Transaction transaction} is a merchant, a terminal and its number. A reversal undoes
 * a transaction whose answer was lost; a tombstone remembers the reversal of one that had not come.
 *
 * <p><b>States.</b> They are drawn above {@link org.moralbank.redemptions.Redemption}.
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>Points only: time is never exchanged for goods.
 *   <li>A sale and a capture move the points from the member's lots, in the spending order, to the merchant's payable
 *       (REDEEM_SALE, REDEEM_CAPTURE). An authorization is captured once, whole or in part; the rest is released.
 *   <li>Refunds together are never more than the capture. They go to a shortfall that the sale left open, then to the lots it
 *       came from, the last spent first, one that expired with 30 days' grace (REDEEM_REFUND). A member who has left gets
 *       none beyond his shortfall; what a reversal gives back to him pays what he owes, and goes to the pool.
 *   <li>An authorization whose time is over has expired, by the clock of the database. Its hold is released within five
 *       seconds of that; nothing else is written.
 *   <li>A terminal's transaction has one effect, whatever the idempotency key. The same content is answered with the first
 *       effect, made anew from what does not change of it; other content is refused.
 *   <li>A reversal is never refused and may be repeated. After it the transaction is refused: one that comes late, and each
 *       retry of one that came or of its capture, also under a key that was answered before.
 *   <li>A till sees its own merchant only: another is unknown to it, and its lists have none of another. Of a member it sees
 *       the masked label in its reads, and what he has left only where he agreed: once, in the answer to what he paid for, and
 *       in none that is kept. One with keys of its own acts as itself only.
 *   <li>A terminal shows a code, and names no member; desks and apps may do either. What a code is answered, and refused,
 *       tells nothing of whose it is. A code is taken by the work that it pays for, after the terminal's transaction was
 *       looked at: a retry is told the first effect, and not that the code was used.
 *   <li>A terminal that is named is registered and active, and says whether it takes a part of an amount; a request can only
 *       forbid that. What undoes asks neither terminal nor merchant.
 *   <li>A voucher pays from its own hold, which stays whole until the capture and then releases the rest. A void, an expiry
 *       and a reversal make it usable again, a reversal of what was captured only where nothing was refunded before and the
 *       member still has the amount. A pay code is not given back.
 *   <li>Lines are counted as bought with the redemption, and given back when it came to nothing or was refunded wholly.
 * </ol>
 *
 * <p><b>Without a connection.</b> A terminal has an {@linkplain org.moralbank.redemptions.Allowance allowance}, signed by the
 * service, and uploads afterwards what it sold under it; it is a sale like any other, and what the member lacked is his
 * shortfall (REDEEM_SALE_OFFLINE). What is frozen is not debited: then all of it is. {@link
 * org.moralbank.redemptions.OfflineSale} says why, and in which order a row is refused.
 *
 * <p><b>The end of a day.</b> A till's counts are compared with the {@linkplain org.moralbank.redemptions.DayBook books}; a day
 * is closed once, with differences only where somebody accepts them with a reason. Its numbers stand from then on, and what is
 * recorded later counts to a later day. No sale is refused for it. What voids a sale is its reversal: one that comes after the
 * sale's day was closed is a refund of the day when it comes. The void of an authorization is a void whenever it comes, and no
 * refund, because nothing had been moved.
 *
 * <p><b>How a step is decided.</b> Whose a redemption is never changes and is read before the commit, or remembered by the
 * process that authorized it; where it stands is read under the lock. What gives a capture back must know how it was paid;
 * when the capture came between the look and the commit, the step has done nothing and looks again.
 *
 * <p><b>What it costs.</b> An authorization writes a redemption, a hold and an account; a capture changes these and writes an
 * entry; a sale writes a redemption and an entry; an expiry changes a hold and an account. Per commit these are one statement
 * a table each. The redemption is the record of its terminal's transaction too, so that no second answer is kept for it.
 * Every change of a redemption is an event of the book; a sale is told by its entry, which is one already, and pays for no
 * second. A code costs what its package says.
 *
 * <p><b>Content.</b> A retry is known by the hash of its request. Where it shows a code, the code enters by the
 * installation's key, because a hash of few digits tells them to who tries them all.
 *
 * <p><b>The sandbox.</b> The setting {@code moralbank.sandbox.book} names a book that a start makes, with a merchant SHOP and
 * its terminals T1 and T716, for who writes a till. In it alone codes that begin with 713 to 717 approve, refuse, approve in part, are
 * not answered in time, or are answered as a repetition, and terminal T716 hears no first answer in time, whatever it asks for;
 * {@link org.moralbank.redemptions.Sandbox} lists them. All else is as in every book.
 *
 * <p><b>Tables.</b> {@code redemption}, which names its entry and whose id is that of its hold; {@code redemption_refund},
 * {@code redemption_tombstone}, {@code redemption_expiry_lease}; {@code redemption_allowance}, {@code redemption_offline}; {@code redemption_day_end}.
 *
 * <p><b>Endpoints.</b> {@code POST GET /v1/books/{book}/redemptions}, {@code GET …/redemptions/{id}},
 * {@code POST …/{id}/capture}, {@code …/void}, {@code POST GET …/{id}/refunds}, {@code GET …/{id}/refunds/{entry}},
 * {@code POST …/redemptions/reversals}, {@code POST …/redemptions/offline}; {@code POST GET
 * …/merchants/{id}/terminals/{terminalId}/allowances}, {@code GET …/allowances/{allowanceId}}, {@code POST …/revoke}, {@code GET …/gaps};
 * {@code POST GET /v1/books/{book}/day-ends}, {@code GET …/day-ends/{merchant}/{terminal}/{day}}.
 *
 * <p><b>What never happens.</b> A sale is not reversed by hand: that would take goods back that were handed over. A member is
 * never charged twice for a transaction, and never for one that its terminal took back.
 */
@NullMarked
package org.moralbank.redemptions;

import org.jspecify.annotations.NullMarked;
