/**
 * Books that were kept elsewhere: an export is taken into an empty book, entry by entry as it was sealed, or not at all.
 *
 * <p><b>Words.</b> An import takes a pack (see {@code verifier}), or the bare lines of {@code entries.jsonl}, of the whole
 * book from its first entry on. What comes is the {@linkplain org.moralbank.imports.Upload upload}.
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>The book is there and empty, without an entry or an account, and has the code of the book that was exported: the code
 *       is in what was sealed. A book that is not empty is refused before the upload is read, where the key was not used: only
 *       who was answered already is to be told the same.
 *   <li>First the upload is written to a file, whatever it is, and nothing is locked by a slow client. Then it is verified as an
 *       auditor would. Then the kernel posts each entry anew, in memory, and has to come to the same bytes. What does not hold
 *       is told by its file, line and entry, and the refusal is kept under the key. Bare lines do not show that the last of
 *       them are missing, as a pack's manifest does; who sends them may say how many there are.
 *   <li>All rows are written in one transaction under the book's lock, page by page, beside the lanes: other books go on. Works
 *       of the book itself are told to wait ({@code book-busy}). Whatever ends it early leaves nothing.
 *   <li>Accounts get the ids that they had: in the order of their first postings. Numbers, times, hashes, balances and the root
 *       are the same; the next entry is n + 1.
 *   <li>Members, teams and merchants that accounts name are registered where they are not: of them nothing is known but the
 *       id, so a member has no age band, and a team and a merchant are called by their ids. All are active. Who owes and never
 *       had an account is a member: he bought off-line what he could not pay.
 *   <li>Those who are there stay as they are, and a member's accounts are as frozen or closed as he is. No two have one
 *       account for what they owe: who is a member there and a team here is refused, as everywhere. So is something of a member
 *       who has left here, for nobody could move it; a merchant that is closed is settled as ever.
 *   <li>Imported entries are events of the book like all entries, and the feed has them. Webhooks begin behind them: nobody
 *       is sent ten million events of long ago as if they were of today.
 *   <li>The clients who posted are those of another installation. Their names stand in the sealed entries; the number 0, which
 *       no client of this one has, stands in the rows.
 * </ol>
 *
 * <p><b>What does not come along</b>, because it is not in the books: who was frozen or closed, holds, budgets, service
 * records, redemptions, settlements, answers to keys, what persons wrote (its salted hash does). So an imported earning has no service
 * record here, and {@code imported_book} says up to which entry that is so. Points that were in a batch and not paid stay in
 * 2310: settle before exporting.
 *
 * <p><b>Table.</b> {@code imported_book}, one row a book. <b>Endpoints.</b> {@code POST GET /v1/books/{book}/imports}.
 *
 * <p><b>What it costs.</b> Memory grows with the accounts and by two bits an entry; the file needs room in the temporary
 * folder, which is measured for one: a process takes one upload at a time, from its first byte to its answer, and refuses
 * another at once.
 *
 * <p><b>What never happens.</b> No entry is changed to fit, and no book gets entries from two places.
 */
@NullMarked
package org.moralbank.imports;

import org.jspecify.annotations.NullMarked;
