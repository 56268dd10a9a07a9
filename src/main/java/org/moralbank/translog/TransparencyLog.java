package org.moralbank.translog;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.moralbank.ledger.BookHandle;
import org.moralbank.proofs.Consistency;
import org.moralbank.proofs.Inclusion;
import org.moralbank.proofs.Receipt;
import org.moralbank.proofs.Subtrees;
import org.moralbank.proofs.Tile;
import org.moralbank.proofs.Tiles;
import org.moralbank.proofs.VerificationKey;

/** What the log of a book proves, for whoever asks: read from the log's own record, never from the entries. */
@ApplicationScoped
public class TransparencyLog {
    private final LogStore store;

    TransparencyLog(LogStore store) {
        this.store = store;
    }

    /** The newest checkpoint; none where nothing was signed yet. */
    public Uni<Optional<SignedCheckpoint>> newest(BookHandle book) {
        return latestUpTo(book, Long.MAX_VALUE);
    }

    /** The newest checkpoint that covers no entry behind {@code seq}: the size to end an export at. */
    public Uni<Optional<SignedCheckpoint>> latestUpTo(BookHandle book, long seq) {
        return store.checkpoint(book.id(), seq);
    }

    /** The checkpoint of exactly this size, if one was signed: the integrator takes many entries at once. */
    public Uni<Optional<SignedCheckpoint>> ofSize(BookHandle book, long size) {
        return store.checkpoint(book.id(), size).map(found -> found.filter(checkpoint -> checkpoint.size() == size));
    }

    /** The verification keys of all that was ever signed, the newest first. */
    public Uni<List<VerificationKey>> verificationKeys(BookHandle book) {
        return store.keys(book.id());
    }

    /** That an entry is in the log of a checkpoint; none for an entry that the checkpoint does not cover. */
    public Uni<Optional<Receipt>> receipt(BookHandle book, long seq, SignedCheckpoint checkpoint) {
        long size = checkpoint.size();
        long index = seq - 1;
        if (index < 0 || index >= size) {
            return Uni.createFrom().item(Optional.empty());
        }
        return tree(book, size, Tiles.needed(size, tree -> Inclusion.of(index, size, tree)))
                .map(tree -> Optional.of(
                        new Receipt(index, Inclusion.of(index, size, tree).path(), checkpoint.note())));
    }

    /** That the log at {@code to} entries begins with what it was at {@code from}; both 1 to the newest checkpoint's size. */
    public Uni<Consistency> consistency(BookHandle book, long from, long to) {
        return tree(book, to, Tiles.needed(to, tree -> Consistency.of(from, to, tree)))
                .map(tree -> Consistency.of(from, to, tree));
    }

    private Uni<Subtrees> tree(BookHandle book, long size, Set<Tile> needed) {
        return store.tiles(book.id(), needed).map(read -> new Tiles(size, tile -> known(read, tile)));
    }

    private static byte[] known(Map<Tile, byte[]> read, Tile tile) {
        byte[] hashes = read.get(tile);
        if (hashes == null) {
            throw new IllegalStateException("the log's record lacks " + tile);
        }
        return hashes;
    }
}
