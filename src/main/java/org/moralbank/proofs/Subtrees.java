package org.moralbank.proofs;

/** Where the hashes of a tree come from, of which proofs are made. */
@FunctionalInterface
public interface Subtrees {
    /**
     * The root of a complete subtree: of the {@code 2^level} leaves from {@code index × 2^level} on. Level 0 are the leaves'
     * hashes.
     */
    Hash root(int level, long index);

    /** The root of the tree of the first {@code size} leaves. */
    default Hash root(long size) {
        return size == 0 ? Hash.OF_NOTHING : range(0, size);
    }

    /** MTH of the leaves from {@code first} on, where {@code first} is a multiple of a power of two not below {@code count}. */
    default Hash range(long first, long count) {
        if (Long.bitCount(count) == 1) {
            int level = Long.numberOfTrailingZeros(count);
            return root(level, first >> level);
        }
        long left = split(count);
        return Hash.node(range(first, left), range(first + left, count - left));
    }

    /** The largest power of two below {@code count}: how many leaves are left of the root (RFC 9162 section 2.1.1). */
    static long split(long count) {
        return Long.highestOneBit(count - 1);
    }
}
