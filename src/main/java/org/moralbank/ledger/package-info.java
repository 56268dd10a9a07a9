/**
 * The kernel: books, accounts, entries, postings, holds. The only code that changes a balance.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.ledger.Book book} is the whole ledger of one community. An
 * {@linkplain org.moralbank.ledger.Account account} is a line of the {@linkplain org.moralbank.ledger.Chart chart}, its
 * owner, a unit and a {@linkplain org.moralbank.ledger.Lot lot}; all lots of a holder are his
 * {@linkplain org.moralbank.ledger.Holding holding}. An {@linkplain org.moralbank.ledger.Entry entry} is a business event
 * of two or more {@linkplain org.moralbank.ledger.Posting postings} that sum to zero. A
 * {@linkplain org.moralbank.ledger.Hold hold} reserves; it is not an entry.
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>Per entry: two or more postings, none zero, sum zero, one unit, one book.
 *   <li>Per book and unit all balances sum to zero, and each equals the sum of its postings.
 *   <li>Entries are numbered 1, 2, 3 … in their book; posting times never go back; account versions are 1, 2, 3 … A posting
 *       time is the later of the last one's and the database's clock as the commit knows it: read under its own lock, or, for
 *       works that are decided ahead of their lock, under a lock that the lane held just before, with the nanoseconds since
 *       then counted by the process. Nothing is lost by that: such a time is never ahead of the clock, the later of the two
 *       never goes back, when anybody else has committed in between the works are decided anew under the lock, and who reads
 *       up to a moment has those that were decided before it decided anew as well.
 *   <li>held is never negative, posted − held never below the floor, posted never above the ceiling.
 *   <li>An entry is reversed at most once, and a reversal never.
 *   <li>Spending takes the earliest lot to expire, then the restricted, then the own.
 *   <li>A member who has left has nothing. A reversal is possible after that too; what it gives back to him is passed on in
 *       the same group, as it was when he left ({@link org.moralbank.ledger.Emptying}).
 *   <li>What a closing has given back to a fund, pool or heir that it came from is given back once: what gave it is not
 *       reversed any more ({@link org.moralbank.ledger.GivenBack}). What was spent of it comes back by the reversal of that.
 *   <li>What a pool owes, because a donation was taken back that it had given on, is paid from whatever it gets next: a
 *       donation, what a member leaves, a grant that comes back.
 *   <li>What a member, team or merchant owes and cannot pay is a loss of the community when somebody approves it (WRITE_OFF). The
 *       write-off's reversal is the debt again.
 *   <li>What says no day happens on the day of its posting, by the database's clock, however long it waited.
 *   <li>A lot is spent up to its last day in the book's calendar. After it the job {@link org.moralbank.ledger.LotExpiry}
 *       takes out of circulation what is not held of it; what comes back to it later can be spent for 30 days.
 *   <li>What a fund grants in a year, and the community issues in a year, is bounded by a {@link
 *       org.moralbank.ledger.Budget} where one was set: it is the floor of the period's account, from when that opens.
 *   <li>In a book that is closed nothing begins: no hold is placed, and of entries only {@linkplain
 *       org.moralbank.ledger.EntryType#isEnd ends} are posted, and what began before the closing and is told late. The book's
 *       row says whether it is, under the book's lock, so that nothing slips behind a closing that was answered.
 * </ol>
 *
 * <p><b>How it is used.</b> A use case names the book and the holders among the needs of its work and calls
 * {@link org.moralbank.ledger.Ledger} in its decision: plain Java, no I/O. A posting costs no round trip of its own.
 *
 * <p><b>Tables.</b> {@code ledger_book}, {@code ledger_account}, {@code ledger_entry}, {@code ledger_posting},
 * {@code ledger_entry_text}, {@code ledger_hold}, {@code ledger_budget}, {@code ledger_book_status_change},
 * {@code ledger_event} (see {@link org.moralbank.ledger.BookEvents}).
 *
 * <p><b>What never happens.</b> Nothing recorded is changed or deleted: corrections are new entries. No balance falls
 * below its floor, also not by a reversal: what is missing is booked to a shortfall. The units are never converted.
 */
@NullMarked
package org.moralbank.ledger;

import org.jspecify.annotations.NullMarked;
