/**
 * The books, looked at by themselves and by auditors: self-audits, samples, anomalies.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.audit.Check check} is an invariant as a query over the tables, which gives who
 * offends. A self-audit goes through a book by all checks: in full, or incrementally behind the entries that were found whole.
 * A sample is drawn by chance and shown with its evidence. An anomaly is what is beyond thresholds; it is never a verdict.
 *
 * <p><b>The invariants</b>, with the numbers that checks name. Each is in the types, in the database, and in a check:
 *
 * <ol>
 *   <li>Per entry: two or more postings, none zero, sum zero, one unit, one book.
 *   <li>Per book and unit: all balances sum to zero, and each equals the sum of its postings.
 *   <li>Numbers run 1, 2, 3 … without gaps, posting times never go back, and what was found whole once is still there.
 *   <li>Nothing is held below zero, and no balance is out of its bounds; holds are what is held.
 *   <li>Each un-reversed earning belongs to one service record, and each record earned what its entries gave.
 *   <li>Refunds and captures never exceed what they are of; an entry is reversed at most once, a reversal never.
 *   <li>What merchants are owed follows from redemptions, refunds, waivers and settlements; claims between books agree.
 *   <li>A key has one answer, and one that may be kept.
 * </ol>
 *
 * <p>Besides, what is sealed says what the columns and postings say, and each leaf hash is that of its bytes. The bytes and
 * the hash of the last entry that a self-audit found whole are known to its row, so that a book that was cut off, or whose end
 * was sealed anew, is found too. So it is by the transparency log's own record of the leaves, which is compared with the
 * entries. Each checkpoint names a key that was published by then; that the signature of the last one verifies the log's
 * integrator sees, and what it refuses is a finding here. Against one who changes all of that, and publishes a key of his own,
 * stand the checkpoints and the key that others have.
 *
 * <p><b>States.</b> They are drawn above {@link org.moralbank.audit.SelfAudit}.
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>A self-audit is ordered by an auditor, an operator or the night, and gone through by any process of the service. A
 *       book has one at a time. Orders, the lease with its fence, and the end are works of the book; so is the event
 *       {@code self-audit.broken}, in the commit of the end.
 *   <li>An incremental one begins where the last whole one ended, or where the last broken one began: until a book is whole
 *       again nothing is taken for whole.
 *   <li>What an incremental one does not see: entries that were found whole and are tampered with afterwards without a trace
 *       in a balance. The full one of the week does.
 *   <li>The checks that the tests run after every class are these.
 *   <li>A sample follows from its seed and its range of entries alone, by SHA-256: the same for ever. Days are those of
 *       posting, and over.
 * </ol>
 *
 * <p><b>What it costs.</b> Writers wait for none of it: it reads in snapshots, holds no lock, and rests as long as it works. It
 * keeps no more in memory than a row a check.
 *
 * <p><b>What is not known.</b> Where nobody wrote down when a service began, overlaps are records that are alike. Awards, tasks
 * and rulebooks are not in the books yet, nor is a log of who read whose statement; the evidence of an earning is the rule of
 * the book.
 *
 * <p><b>Tables.</b> {@code audit_run}, {@code audit_finding}; it reads everybody's.
 *
 * <p><b>Endpoints.</b> {@code GET /v1/books/{book}/self-audit}, {@code POST GET …/self-audits}, {@code GET …/self-audits/{id}},
 * {@code GET …/samples}, {@code GET …/anomalies}, {@code GET …/anomalies/{kind}}.
 *
 * <p><b>What never happens.</b> Nothing that is looked at is changed or mended. No text that a person wrote is in a finding, a
 * sample's evidence or an anomaly, but what an entry itself shows.
 */
@NullMarked
package org.moralbank.audit;

import org.jspecify.annotations.NullMarked;
