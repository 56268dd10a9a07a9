package org.moralbank.proofs;

import java.util.ArrayList;
import java.util.List;

/**
 * What must be remembered of a tree to append to it and to say its root: the roots of the complete subtrees that it is made
 * of, the largest first, one for each bit of its size.
 *
 * <pre>
 * size 7:      ·            size 8:    ·
 *            /   \                      (one root of eight leaves)
 *          4      ·
 *                / \
 *               2   1
 * </pre>
 */
public final class Frontier {
    private final List<Hash> peaks;
    private long size;

    /** Of a tree without leaves. */
    public Frontier() {
        this(0, new ArrayList<>());
    }

    private Frontier(long size, List<Hash> peaks) {
        this.size = size;
        this.peaks = peaks;
    }

    /** Of a tree of this size, whose complete subtrees are known. */
    public static Frontier of(long size, Subtrees subtrees) {
        List<Hash> peaks = new ArrayList<>();
        long before = 0;
        for (int level = 62; level >= 0; level--) {
            if ((size >> level & 1) == 1) {
                peaks.add(subtrees.root(level, before >> level));
                before += 1L << level;
            }
        }
        return new Frontier(size, peaks);
    }

    public long size() {
        return size;
    }

    /** Appends a leaf. */
    public void append(Hash leaf) {
        Hash node = leaf;
        // Each trailing one of the size is a complete subtree on the left of the new node.
        for (long left = size; (left & 1) == 1; left >>= 1) {
            node = Hash.node(peaks.removeLast(), node);
        }
        peaks.add(node);
        size++;
    }

    /** The root of the tree as it is now. */
    public Hash root() {
        if (peaks.isEmpty()) {
            return Hash.OF_NOTHING;
        }
        Hash root = peaks.getLast();
        for (int i = peaks.size() - 2; i >= 0; i--) {
            root = Hash.node(peaks.get(i), root);
        }
        return root;
    }
}
