/**
 * What merchants are owed, closed for payment, and what they see of it.
 *
 * <p><b>Words.</b> A merchant's payable (2300) is what it sold for points, less what it gave back. A
 * {@linkplain org.moralbank.settlements.Settlement settlement} (a batch) is a part of it that was closed for payment and
 * stands in an account of its own (2310) until it is paid or rejected. A maker closes, a checker pays or rejects.
 *
 * <p><b>States.</b> They are drawn above {@link org.moralbank.settlements.Settlement}.
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>A batch is closed through a day that is over. It has all postings of the payable up to the end of that day that are
 *       in no batch before. Days are those of posting, in the book's calendar: numbers have no gaps and posting times never
 *       go back, so that an entry belongs to one day for ever, also an offline sale that came late. A period begins on the
 *       day after the one before, so that periods neither overlap nor leave a day out; the first when the merchant came, or
 *       when the first entry was posted that it settles, for a book may have been imported.
 *   <li>Its amount is what these come to, with what was owed before and is in no batch ({@code carriedOver}), less what the
 *       payable is short of it at the closing ({@code withheld}): a merchant is never paid what it gave back since.
 *   <li>Where that is not above zero nothing is closed: a merchant that owes, because refunds came late, has it carried
 *       over, and the next batch is less by it.
 *   <li>What is paid is a memo in fen: points times the book's rate, less the merchant's discount, both as they were at the
 *       closing. The product is exact and is rounded once, half up; so is the gross amount, and the discount is the
 *       difference.
 *   <li>The checker is not the maker. A payment of the bank is for one settlement.
 *   <li>A rejection gives the points back and opens the period again; closing it anew makes another batch. Where a later
 *       period is closed, the amount is carried over to the next batch instead.
 *   <li>A merchant gives away at most what it is owed. Nobody receives that.
 *   <li>Refunds take the payable no lower than the merchant's floor; that rule is the merchants' and asked by redemptions. A
 *       terminal's reversal is never refused, and takes it as far as it goes.
 *   <li>What a merchant owes and will not pay, somebody writes off (WRITE_OFF) and another approves: at most all of it,
 *       whatever its status. It counts as earned, so that nothing is carried over any more; its reversal is the debt again.
 *   <li>A file of a day has what was posted on it. It is there when the day is over and no commit of it can be under way, and
 *       is the same bytes for ever. A row is of the terminal to whose day it counts, so that the file agrees with the day ends.
 * </ol>
 *
 * <p><b>What proves it.</b> For each merchant: payable = sales and captures - refunds - waived - closed + rejected +
 * written off, and what was reversed; for each batch: what its entries moved is its amount, 2310 has it while it is closed and nothing after, and
 * what it earned is the sum of its postings. Each is a query of the tests' invariants.
 *
 * <p><b>What it costs.</b> A closing reads one posting and the merchant's batches, whatever the merchant sold; the last entry
 * of a day is found by halving. Nothing is added to a sale.
 *
 * <p><b>Tables.</b> {@code settlement}, {@code settlement_position} (how far a merchant is settled),
 * {@code settlement_terms} (a book's rate).
 *
 * <p><b>Endpoints.</b> {@code POST GET /v1/books/{book}/settlements}, {@code GET …/{id}}, {@code POST …/{id}/paid},
 * {@code …/rejected}; {@code PUT GET /v1/books/{book}/settlement-terms}; under {@code /v1/books/{book}/merchants/{id}}:
 * {@code POST /waivers}, {@code POST /write-offs}, {@code GET /settlement-statement}, {@code GET /files/{day}/transactions} and {@code …/settlements}.
 *
 * <p><b>What never happens.</b> No money is sent or booked. No entry of a settlement is reversed by hand. No member is named
 * in what a merchant sees.
 */
@NullMarked
package org.moralbank.settlements;

import org.jspecify.annotations.NullMarked;
