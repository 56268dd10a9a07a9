/**
 * What auditors read of a book: trial balance, journal, general ledger, reconciliations.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.reports.Scope scope} says which postings a report counts: those of the
 * entries posted by a moment (asOf), which is resolved to the number of an entry and told; of those the ones that happened
 * up to a business day (on); and from which entry or day on they are the period, what is before it being the opening.
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>A report of the same scope is the same for ever: numbers have no gaps, posting times never go back, and an entry
 *       that is back-dated later has a higher number than the scope's last.
 *   <li>opening - debit + credit = closing, for each account, code and unit; per unit all openings sum to zero, debits are
 *       as much as credits, and all closings sum to zero.
 *   <li>An account is in a report when anything that is counted was posted to it; closed ones too.
 *   <li>A balance is above zero where credits outweigh, as everywhere in the books.
 * </ol>
 *
 * <p><b>What it costs.</b> A balance of the past is one look into the primary key of {@code ledger_posting}: that of the
 * account's last posting up to the scope's last entry. A period of entries adds up the postings in it. With business days
 * the entries since two days before the period begins are looked at one by one, because nothing happens long after it was
 * posted; so recent days cost little. Both tables are asked through their primary keys alone, which carry what is told; no index
 * more is written by a commit. Files stream keyset pages, each read when the one before was taken: constant memory, no long
 * transaction. A statement that takes too long is ended ({@code range-too-large}).
 *
 * <p><b>Endpoints.</b> {@code GET /v1/books/{book}/trial-balance}, {@code …/journal}, {@code …/general-ledger},
 * {@code …/reconciliations}; each as JSON, CSV and XLSX.
 *
 * <p><b>What never happens.</b> Nothing is written, and nothing waits for a report. What persons wrote is in none.
 */
@NullMarked
package org.moralbank.reports;

import org.jspecify.annotations.NullMarked;
