package org.moralbank.proofs;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The hashes of a tree of one size out of its tiles.
 *
 * <p>To read tiles all at once rather than one after the other, ask {@link #needed} first what a proof will want.
 */
public final class Tiles implements Subtrees {
    private static final int LOG_FULL = 8;

    private final long size;
    private final Function<Tile, byte[]> read;

    /**
     * @param size of the tree
     * @param read gives the hashes of a tile, one behind the other: {@code width × 32} bytes
     */
    public Tiles(long size, Function<Tile, byte[]> read) {
        this.size = size;
        this.read = read;
    }

    @Override
    public Hash root(int level, long index) {
        Tile tile = Tile.of(level, index, size);
        byte[] hashes = read.apply(tile);
        if (hashes.length != tile.width() * Hash.BYTES) {
            throw new IllegalArgumentException(tile + " has " + hashes.length + " bytes");
        }
        int height = level % LOG_FULL;
        int place = (int) ((index << height) - tile.first());
        return above(hashes, place, 1 << height);
    }

    /** The root of some neighbouring hashes, a power of two. */
    private static Hash above(byte[] hashes, int first, int count) {
        if (count == 1) {
            return Hash.at(hashes, first);
        }
        int half = count / 2;
        return Hash.node(above(hashes, first, half), above(hashes, first + half, half));
    }

    /** The root of a full tile, which is one hash of the level above. */
    public static Hash above(byte[] fullTile) {
        if (fullTile.length != Tile.FULL * Hash.BYTES) {
            throw new IllegalArgumentException("a full tile has 8192 bytes, not " + fullTile.length);
        }
        return above(fullTile, 0, Tile.FULL);
    }

    /** The tiles of a tree of this size that a proof, a root or a frontier is made from. */
    public static Set<Tile> needed(long size, Consumer<Subtrees> proof) {
        Set<Tile> needed = new LinkedHashSet<>();
        proof.accept((level, index) -> {
            needed.add(Tile.of(level, index, size));
            return Hash.OF_NOTHING;
        });
        return needed;
    }
}
