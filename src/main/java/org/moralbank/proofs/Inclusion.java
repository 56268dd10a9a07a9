package org.moralbank.proofs;

import java.util.ArrayList;
import java.util.List;

/**
 * That a leaf is in a tree: the hashes beside its way to the root, the lowest first (RFC 9162 section 2.1.3).
 *
 * @param index of the leaf, from 0
 * @param size of the tree
 */
public record Inclusion(long index, long size, List<Hash> path) {
    public Inclusion {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("a tree of " + size + " leaves has no leaf " + index);
        }
        path = List.copyOf(path);
    }

    /** The proof for a leaf, made of the hashes of a tree that has at least {@code size} leaves. */
    public static Inclusion of(long index, long size, Subtrees tree) {
        List<Hash> fromTheRoot = new ArrayList<>();
        long first = 0;
        long count = size;
        while (count > 1) {
            long left = Subtrees.split(count);
            if (index - first < left) {
                fromTheRoot.add(tree.range(first + left, count - left));
                count = left;
            } else {
                fromTheRoot.add(tree.range(first, left));
                first += left;
                count -= left;
            }
        }
        return new Inclusion(index, size, fromTheRoot.reversed());
    }

    /** Whether the leaf with this hash is, at its index, in the tree with this root (RFC 9162 section 2.1.3.2). */
    public boolean proves(Hash leaf, Hash root) {
        long node = index;
        long last = size - 1;
        Hash above = leaf;
        for (Hash beside : path) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                above = Hash.node(beside, above);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                above = Hash.node(above, beside);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && above.equals(root);
    }

    /**
     * The tree of the leaves before this one: the hashes on the left of its way to the root are the roots of the complete
     * subtrees which that tree is made of. It is what it says once the proof {@linkplain #proves proves} something.
     *
     * @throws IllegalArgumentException when there are more or fewer on the left than that tree has
     */
    public Frontier before() {
        List<Hash> left = new ArrayList<>();
        long node = index;
        long last = size - 1;
        for (Hash beside : path) {
            if ((node & 1) == 1 || node == last) {
                left.add(beside);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            }
            node >>= 1;
            last >>= 1;
        }
        if (left.size() != Long.bitCount(index)) {
            throw new IllegalArgumentException("the path is not one to leaf " + index + " of " + size);
        }
        // The lowest come first, and each bit of the index below a level is one that is lower.
        return Frontier.of(index, (level, place) -> left.get(Long.bitCount(index & (1L << level) - 1)));
    }
}
