/**
 * What a transparency log is made of and checked by, in the JDK alone: nothing here knows of banks, of HTTP or of a
 * database, and a verifier that has only this package needs nothing else.
 *
 * <p><b>Words.</b> A leaf is what was logged; its {@linkplain org.moralbank.proofs.Hash#leaf hash} stands in a tree of
 * hashes (RFC 9162 section 2.1, the same as RFC 6962's) that only grows. A {@linkplain org.moralbank.proofs.Frontier
 * frontier} is what must be remembered of a tree to append to it. A {@linkplain org.moralbank.proofs.Checkpoint checkpoint}
 * says a log's size and root, signed as a {@linkplain org.moralbank.proofs.SignedNote note}. An
 * {@linkplain org.moralbank.proofs.Inclusion inclusion proof} shows that a leaf is in the tree of a checkpoint, a
 * {@linkplain org.moralbank.proofs.Consistency consistency proof} that a later tree begins with an earlier one. A
 * {@linkplain org.moralbank.proofs.Receipt receipt} is an inclusion proof with its checkpoint. A
 * {@linkplain org.moralbank.proofs.Tile tile} is 256 neighbouring hashes of a level, an
 * {@linkplain org.moralbank.proofs.EntryBundle entry bundle} 256 neighbouring leaves, as logs are read over HTTP.
 *
 * <p><b>Formats.</b> Those of c2sp.org: signed-note, tlog-checkpoint, tlog-tiles, tlog-proof. Verifiers written by others
 * read what is written here.
 *
 * <p><b>Costs.</b> A tree of n leaves is appended to with log₂ n remembered hashes and about one hash more per leaf; a proof
 * has at most log₂ n hashes (two more, of consistency) and is made from as many tiles as the tree has levels of 256.
 *
 * <p><b>What never happens.</b> Malformed text gives no value: it is refused with a sentence that an IllegalArgumentException
 * carries. A proof that does not hold is not malformed: it is asked, and says no.
 */
@NullMarked
package org.moralbank.proofs;

import org.jspecify.annotations.NullMarked;
