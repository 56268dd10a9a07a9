/**
 * Exports: a book, or a part of it, as files that others can check without trusting the service.
 *
 * <p><b>Words.</b> An {@linkplain org.moralbank.exports.Export export} is a job and then the files that it has made; a pack
 * is all of them in one zip. A {@linkplain org.moralbank.exports.Selection selection} says what of the book, and how: entries
 * from a number to a number, of them those of some business days, contents and formats. Where it ends is resolved when the
 * export is asked for, to a number that the book has reached.
 *
 * <p><b>The files.</b>
 *
 * <ul>
 *   <li>{@code manifest.json}: counts, sums, the numbers of the first and last entry, the SHA-256 of every other file;
 *   <li>{@code entries.jsonl}: the canonical bytes of each entry, a line each, in order of {@code seq}; the SHA-256 of a zero
 *       byte and the line (without its end) is the leaf of the transparency log;
 *   <li>{@code accounts.jsonl}: the accounts as the last entry left them, in the order in which they were first posted
 *       to (which is that of their numbers, because an account opens with its first posting), also frozen and closed ones;
 *   <li>{@code checkpoint.txt} and {@code log-key.txt}: the signed checkpoint up to exactly the last entry and the keys to
 *       check it, where the export leaves out none between its first and last and the log was signed at its last one. The log
 *       follows in steps: who wants a checkpoint of a book that is posted to without a pause names the size of one
 *       ({@code GET …/log/checkpoint}) as {@code lastSeq};
 *   <li>{@code first-entry.tlog-proof}: beside them, where the export begins later than the book, the receipt of its first
 *       entry. The hashes on the left of its way to the root stand for all that was before, so that the root can be made of
 *       the entries of the export alone, and each part can be held against the checkpoint that the part before it ended with;
 *   <li>{@code journal.csv}, {@code general-ledger.csv} (account by account), {@code statements.csv} (the same of what is
 *       somebody's, by owner), {@code accounts.csv}, {@code trial-balance.csv}; each also as a spreadsheet, {@code .xlsx};
 *   <li>{@code book.hledger}, which hledger and ledger read, and {@code book.beancount} ({@link
 *       org.moralbank.exports.BeancountText} has the names of accounts): with balance assertions, unless business days leave
 *       entries out.
 * </ul>
 *
 * <p><b>Parts.</b> Entries from a number to a number follow one another, and the manifest has no {@code from} or {@code to}
 * among its {@code parameters}: a gap in the numbers is a fault. With business days it has one or both, the numbers have gaps,
 * because back-dated entries stand between the others, and whoever checks the pack can tell only that each entry happened on one
 * of these days. So nobody can take an entry out of a pack of numbers without calling it one of days.
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>The same selection gives the same bytes of each file, for ever: they follow from entries and from what never changes
 *       of accounts. Neither the time nor the export's id is in them, nor what a person wrote, nor any name. The zip around
 *       them, and spreadsheets, which are zips, are the same as long as the same zlib packs them.
 *   <li>A file is made in one pass of keyset pages by one thread of its own, beside the lanes, and is kept packed, in parts of
 *       1 MiB. Nothing holds more than two pages and two parts, whatever the size of the book. Of business days it is read from
 *       where the first of them can have been posted, to the end, because later entries may be back-dated.
 *   <li>A job has one exporter, who holds a lease with a fencing number. Each part is added by a statement that names it, so
 *       that one who was stopped and woke adds nothing. Another goes on with the first file that is not whole.
 *   <li>What is given is what is kept: zip and gzip are headers around the streams. Bytes are unpacked on a worker, and only
 *       for who accepts neither.
 *   <li>An export is kept for a while, then goes; or when it is deleted. It can be made again.
 *   <li>What a book's exports come to is bounded, because they stand on the disk of the books. Which part is the one too much
 *       shows only while it is written: its export is given up ({@code export-too-large}) and what was made of it goes at
 *       once. None that is done gives way to it: somebody may be about to fetch it, and whoever asked for one more can
 *       delete it, or ask for less.
 * </ol>
 *
 * <p><b>Why in the database.</b> Any replica can make, go on with and give an export, and nothing else is needed. Packed
 * entries take a tenth of what the entries themselves do.
 *
 * <p><b>Why no Parquet.</b> Its writers for Java bring Hadoop's classes or native code, tens of megabytes for one format;
 * every tool that reads it also reads JSON lines or CSV.
 *
 * <p><b>Tables.</b> {@code export_job}, {@code export_file}, {@code export_chunk}: the only rows that the application may
 * delete, because they are copies. New jobs are works of the book; the exporter moves them on with statements of its own.
 *
 * <p><b>Endpoints.</b> {@code POST GET /v1/books/{book}/exports}, {@code GET DELETE …/{id}}, {@code GET …/{id}/pack},
 * {@code …/{id}/files/{name}}. The entries alone are also streamed, without a job, by {@code GET …/entries}
 * (CSV, hledger).
 *
 * <p><b>What never happens.</b> A part of a file is not given for the whole. An export does not slow a commit but by the
 * database's own work. Nothing of a book is changed.
 */
@NullMarked
package org.moralbank.exports;

import org.jspecify.annotations.NullMarked;
