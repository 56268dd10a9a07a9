/**
 * The group commit: every change of the service's data goes through it.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.commits.Work work} is a use case: it says what rows it needs, then decides
 * in memory, without I/O. A {@linkplain org.moralbank.commits.Lane lane} is a queue with one writer; a book is always in
 * the same lane of a process. A commit takes the works that wait in a lane, locks their books, loads what they need,
 * lets each decide in turn against one {@linkplain org.moralbank.commits.WorkingSet working set}, writes what they
 * changed with set-based statements, commits once and answers each caller. An
 * {@linkplain org.moralbank.commits.Answer answer} is kept with the effect, in the same transaction, under the caller's
 * idempotency key.
 *
 * <p><b>Why.</b> A community's books have hot accounts by nature (issuance, pools, merchants). Row locks per request
 * would queue there; deciding in memory under one lock per book does not, and the cost of the transaction is shared by
 * all that wait. A commit is two flights to the database, whatever the number of works: lock and loads, then writes and
 * COMMIT, each flight pipelined, and of the writes as few statements as {@linkplain org.moralbank.commits.Joiner can be}.
 * It is one where all that the works need is known: they are decided {@linkplain org.moralbank.commits.Attempt ahead} of
 * their lock, and their flight locks, checks that nobody has come between, and writes. Works that wait while a commit is
 * being written are decided as if it had succeeded already, when the server makes it durable, and sent behind it, so that
 * the server goes on without waiting for this process. Deciding and writing then go on side by side, which two cores were
 * seen to want (see the benchmark in the README).
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>The row of {@code commit_lock} is the only lock, taken in id order by a statement of its own; what is loaded
 *       after it stays true until COMMIT, because every change of a row that works read is itself a work.
 *   <li>Every commit that writes counts its books' commit number up. A lane that finds the number it left knows that nobody
 *       else has changed the book, and does not read again the rows that it
 *       {@linkplain org.moralbank.commits.Known knows}. Whoever changes a row by hand counts the number up, too.
 *   <li>Works decide ahead of their lock only on what the commit under way leaves, on rows that change under their own books'
 *       locks, on rows that are {@linkplain org.moralbank.commits.Rechecked looked at again}, and on there being no row where
 *       there is {@linkplain org.moralbank.commits.NewUnlessMet hardly ever} one, an answer under a client's key above all:
 *       that one is there after all, its unique key tells. What they need and is not
 *       known is read on another connection when the commit before the one under way is over, so that only what the one
 *       under way changes may be missing; that is known. Their flight fails, and they are decided anew under the lock,
 *       when a commit number is another one, when such a row has changed or is there, or when the commit under way has failed, whose
 *       mark is then missing in the session. Whoever reads under a book's lock what happened up to a moment counts the
 *       number up, because works that were decided before that moment may still be on their way.
 *   <li>A work that refuses leaves no trace: the working set undoes it. Its refusal is an answer, kept like any other.
 *   <li>When a commit fails, its works are tried again one by one, so that a bad one fails alone.
 *   <li>When the outcome of COMMIT is not known the caller gets 503; the same key tells the truth later.
 *   <li>A work that writes for longer than a commit may (an import) has a lane of its own, and its book for that time alone.
 *   <li>A full queue answers 429 at once; it never waits for more than two seconds' worth of work.
 * </ol>
 *
 * <p><b>Tables.</b> {@code commit_lock}, {@code commit_answer}.
 *
 * <p><b>What never happens.</b> An answer is not sent before COMMIT has returned. A row is not taken
 * for true from one commit to the next unless the lock has shown that it is. Two effects never stand under one key.
 */
@NullMarked
package org.moralbank.commits;

import org.jspecify.annotations.NullMarked;
