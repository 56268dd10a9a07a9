package org.moralbank.proofs;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A tile of a tree (c2sp.org/tlog-tiles): up to 256 neighbouring roots of complete subtrees of {@code 256^level} leaves.
 *
 * @param level from 0, the leaves' hashes, to 63
 * @param index of the tile within its level, from 0
 * @param width how many hashes it has, 1 to {@value #FULL}; fewer than all only at the right edge of the tree
 */
public record Tile(int level, long index, int width) {
    public static final int FULL = 256;

    private static final int LEVELS = 64;
    private static final int LOG_FULL = 8;

    /** Groups of three digits, all but the last behind an x; then the width of a partial tile. */
    private static final Pattern INDEX =
            Pattern.compile("(?<index>(x[0-9]{3}/){0,5}[0-9]{3})(\\.p/(?<width>[1-9][0-9]{0,2}))?");

    public Tile {
        if (level < 0 || level >= LEVELS || index < 0 || width < 1 || width > FULL) {
            throw new IllegalArgumentException("no tile: level " + level + ", index " + index + ", width " + width);
        }
    }

    /**
     * The tile that a path names below {@code tile/{level}/} or {@code tile/entries/}: {@code x001/x234/067.p/8}.
     *
     * @throws IllegalArgumentException when it names none, or one in another form than the one there is
     */
    public static Tile parse(int level, String path) {
        Matcher matcher = INDEX.matcher(path);
        if (matcher.matches()) {
            String width = matcher.group("width");
            long index = Long.parseLong(matcher.group("index").replaceAll("[x/]", ""));
            if (width == null || Integer.parseInt(width) < FULL) {
                Tile tile = new Tile(level, index, width == null ? FULL : Integer.parseInt(width));
                // One form only: no group of zeros in front.
                if (tile.path().equals(path)) {
                    return tile;
                }
            }
        }
        throw new IllegalArgumentException("no path of a tile: " + path);
    }

    /** What {@link #parse} reads. */
    public String path() {
        StringBuilder groups = new StringBuilder("%03d".formatted(index % 1_000));
        for (long rest = index / 1_000; rest > 0; rest /= 1_000) {
            groups.insert(0, "x%03d/".formatted(rest % 1_000));
        }
        return isFull() ? groups.toString() : groups + ".p/" + width;
    }

    public boolean isFull() {
        return width == FULL;
    }

    /** The first hash of the tile, counted from the left of its level. */
    public long first() {
        return index * FULL;
    }

    /** How many hashes of a level the tiles of a tree have: one for each complete subtree. */
    public static long hashes(int level, long size) {
        return level * LOG_FULL >= Long.SIZE - 1 ? 0 : size >> level * LOG_FULL;
    }

    /** The tile, as wide as it is in a tree of this size, in which the root of a complete subtree is or from which it follows. */
    static Tile of(int treeLevel, long treeIndex, long size) {
        int level = treeLevel / LOG_FULL;
        long first = treeIndex << treeLevel % LOG_FULL;
        long index = first / FULL;
        return new Tile(level, index, (int) Math.min(FULL, hashes(level, size) - index * FULL));
    }
}
