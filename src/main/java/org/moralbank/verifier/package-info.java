/**
 * Checks an export without the service that made it: no database, no network, nothing but Java.
 *
 * <p><b>Words.</b> An export is a {@linkplain org.moralbank.verifier.Pack pack}: a zip, or a folder with the same files. Its
 * {@linkplain org.moralbank.verifier.Manifest manifest} names the files with their hashes, and the checkpoint, if there is
 * one, signs the root of the entries. The {@linkplain org.moralbank.verifier.Verdict verdict} is one line: what holds, or
 * the first entry that does not and why.
 *
 * <p><b>What is checked.</b>
 *
 * <ol>
 *   <li>The pack: plain names, no file twice, none that the manifest does not name; size, rows and SHA-256 of each.
 *   <li>Each line: the bytes are RFC 8785 as written, with the members of an entry and no other.
 *   <li>Each entry: the book of the manifest, numbers without a gap, a posting time that does not go back, two or more
 *       postings, none zero, that sum to zero, accounts of the chart in the entry's unit.
 *   <li>Each account: versions without a gap, each balance the one before it and the amount, never beyond what the chart
 *       allows.
 *   <li>Reversals: of an entry before, at most once, never of a reversal.
 *   <li>{@code accounts.jsonl} and {@code trial-balance.csv}: what the entries come to, and nothing else.
 *   <li>The checkpoint: signed by a known key, over the root that the entries give; each earlier one over the root that the
 *       first entries give, so that nothing was changed or taken away since.
 *   <li>Receipts: the entry that each is of is in the pack, and is in the log of the receipt's checkpoint.
 * </ol>
 *
 * <p><b>Parts of a book.</b> What an account had before its first posting in the pack is taken at its word; from there on all
 * is checked as ever. Accounts that no entry of the pack posts to have the same in {@code accounts.jsonl} and in the trial
 * balance, where opening, debits, credits and closing agree, and all accounts come to zero. A receipt of the first entry, which
 * the exporter puts in, is enough to make the root: so a part is proven as well as a whole book. Entries of business days
 * ({@code from} or {@code to} among the manifest's parameters) have gaps in their numbers: each is of these days, versions
 * only grow, what follows directly fits, and there is no root. Without these parameters a gap is a fault.
 *
 * <p><b>Keys.</b> {@code log-key.txt} is in the pack of whoever made it. Somebody who owns the database can write the book anew
 * and sign it with a key of his own, which the pack will name: nothing in it shows that. What does is a checkpoint that was kept
 * ({@code --checkpoint}), for the entries up to it, and the key as it was published elsewhere ({@code --key}), for all.
 *
 * <p><b>What is not proven</b> is said beside what holds: who owns a key that only the pack itself names, what was before a
 * part, that none is missing among those of business days, which of the kept checkpoints could not be held against it, and what
 * each file says that was not read: journals, ledgers, statements and spreadsheets are only hashed, and nobody signs the
 * manifest, so that whoever changes one can make it fit.
 *
 * <p><b>What is not checked.</b> A pack without {@code entries.jsonl} has only tables to show: its hashes are looked at, and the
 * verdict is neither that it holds nor that it does not, also where somebody took the entries out.
 *
 * <p><b>Why so.</b> The rules are written here a second time, on purpose: a check with the kernel's own code would share its
 * mistakes. A test holds the two charts together. One pass; memory grows with the accounts, and by two bits an entry for the
 * reversals, never with the size of a file: sizes are bounded before anything is unpacked, lines as they are read.
 *
 * <p><b>What never happens.</b> Nothing is written or unpacked to a disk, so that no name in a zip leads anywhere.
 */
@NullMarked
package org.moralbank.verifier;

import org.jspecify.annotations.NullMarked;
