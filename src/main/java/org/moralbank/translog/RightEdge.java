package org.moralbank.translog;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.moralbank.proofs.Hash;
import org.moralbank.proofs.Tile;
import org.moralbank.proofs.Tiles;

/**
 * The tiles at the right edge of a tree, which are not full yet: all that is needed to append to it, to say its root, and to
 * write down what was appended.
 */
final class RightEdge {
    private static final int LEVELS = 8;

    /** How many hashes a row has at most, and of what their places are no multiple within it. */
    static final int ROW = 32;

    /** Some hashes of a level that follow one another. */
    record Row(int level, long first, byte[] hashes) {}

    /** The open tile of each level. */
    private final ByteArrayOutputStream[] open = new ByteArrayOutputStream[LEVELS];

    private final List<Row> added = new ArrayList<>();
    private final ByteArrayOutputStream[] row = new ByteArrayOutputStream[LEVELS];
    private final long[] rowFirst = new long[LEVELS];
    private long size;

    /** The edge of a tree of this size, of which these tiles are known. */
    RightEdge(long size, Map<Tile, byte[]> tiles) {
        this.size = size;
        for (int level = 0; level < LEVELS; level++) {
            open[level] = new ByteArrayOutputStream();
            row[level] = new ByteArrayOutputStream();
            rowFirst[level] = Tile.hashes(level, size);
        }
        tiles.forEach((tile, hashes) -> open[tile.level()].writeBytes(hashes));
    }

    /** The tiles that a tree of this size has open. */
    static Set<Tile> needed(long size) {
        return Tiles.needed(size, tree -> tree.root(size));
    }

    long size() {
        return size;
    }

    /** The leaves' hashes of the open tile, one behind the other. */
    byte[] leaves() {
        return open[0].toByteArray();
    }

    void append(Hash leaf) {
        size++;
        add(0, leaf);
    }

    private void add(int level, Hash hash) {
        open[level].writeBytes(hash.bytes());
        row[level].writeBytes(hash.bytes());
        if ((rowFirst[level] * Hash.BYTES + row[level].size()) % (ROW * Hash.BYTES) == 0) {
            endRow(level);
        }
        if (open[level].size() == Tile.FULL * Hash.BYTES) {
            Hash above = Tiles.above(open[level].toByteArray());
            open[level].reset();
            add(level + 1, above);
        }
    }

    private void endRow(int level) {
        added.add(new Row(level, rowFirst[level], row[level].toByteArray()));
        rowFirst[level] += row[level].size() / Hash.BYTES;
        row[level].reset();
    }

    Hash root() {
        return new Tiles(size, tile -> Arrays.copyOf(open[tile.level()].toByteArray(), tile.width() * Hash.BYTES))
                .root(size);
    }

    /** All that was appended and not yet taken, as rows of the record. */
    List<Row> takeAdded() {
        for (int level = 0; level < LEVELS; level++) {
            if (row[level].size() > 0) {
                endRow(level);
            }
        }
        List<Row> taken = List.copyOf(added);
        added.clear();
        return taken;
    }
}
