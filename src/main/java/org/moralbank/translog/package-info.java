/**
 * The transparency log of each book: what was recorded can be proven later, to those who do not trust this service.
 *
 * <p><b>Words.</b> The leaves of a book's log are the sealed bytes of its entries in order of {@code seq} (the leaf's index is
 * seq − 1), its tree is RFC 9162's. A checkpoint is the log's size and root, signed; a receipt shows that an entry is in the
 * log of a checkpoint. A log's origin is the installation's and the book's code. See {@link org.moralbank.proofs}.
 *
 * <p><b>How it follows.</b> An integrator of each process looks twice a second which books have grown, beside the lanes: no
 * feature calls it, no commit waits for it. A step is one transaction for up to 32 books:
 *
 * <pre>
 * lock the books' rows in log_book; those that another has are left to him
 * read the right edge of each recorded tree and the last checkpoint: does the one give the root of the other?
 * read the entries of the open tile and the next 4,096: do they give the recorded hashes, without a gap?
 *   │ yes                                            │ no
 * hashes, checkpoint, key, new size                 refused: the entry and why
 * COMMIT for all of them
 * </pre>
 *
 * When a step fails, each of its books has one of its own.
 *
 * <ol>
 *   <li>It never forks. One holds the row; the size moves only from where he found it; there is one checkpoint a size. What is
 *       not committed was never public, so one who was killed, or was stopped until the database gave his lock away, has
 *       signed nothing that anyone saw.
 *   <li>It has a record of its own. Leaf hashes are computed anew from the sealed bytes, where these are, compared with what
 *       was recorded with the entry, and kept apart from it: whoever changes both in the books, past the walls, is found out.
 *   <li>It refuses to sign over a book that no longer gives the recorded hashes, and says which entry: in {@code GET …/log}, in
 *       the health check, in the log file, and by number in {@code moralbank.log.refused}. When the entry is again what it
 *       was, it goes on.
 *   <li>A step checks the entries of the open tile and the edge of the tree. Older ones are swept: every process, from its
 *       start, reads all tiles again and again at a modest pace.
 *   <li>A process remembers the last checkpoint it saw of each book, and refuses a log that has gone back behind it. After a
 *       restore from a backup, restart, and compare with the last checkpoint that was given out.
 *   <li>Another key may be given at any time: the next checkpoint is signed with it, and the verification keys of all before
 *       stay published. Without a key nothing is signed.
 * </ol>
 *
 * <p><b>What it costs.</b> 33 bytes of disk an entry under load, where a step takes many; some 400 bytes where each is alone.
 * A step has ten statements and one commit, however many its books are; the entries' bytes do not leave the database.
 *
 * <p><b>Tables.</b> {@code log_book}, and the append-only {@code log_hash}, {@code log_checkpoint}, {@code log_key}.
 *
 * <p><b>Endpoints.</b> {@code GET {b}/log}, {@code …/checkpoint}, {@code …/tile/{level}/{index}},
 * {@code …/tile/entries/{index}} (c2sp.org/tlog-tiles, whose prefix is {@code {b}/log}), {@code …/proofs/{seq}},
 * {@code …/consistency}, {@code …/key}. Whoever may read the entries of a book may read its log.
 *
 * <p><b>What never happens.</b> Two checkpoints of one size; a checkpoint that does not begin with the one before; a name or a
 * text of a person in the log.
 */
@NullMarked
package org.moralbank.translog;

import org.jspecify.annotations.NullMarked;
