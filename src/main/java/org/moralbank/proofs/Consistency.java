package org.moralbank.proofs;

import java.util.ArrayList;
import java.util.List;

/**
 * That a tree begins with all leaves of an earlier one (RFC 9162 section 2.1.4).
 *
 * @param from the size of the earlier tree, at least 1: every tree begins with the one without leaves
 * @param to the size of the later one
 */
public record Consistency(long from, long to, List<Hash> path) {
    public Consistency {
        if (from < 1 || from > to) {
            throw new IllegalArgumentException("no tree of " + to + " leaves begins with one of " + from);
        }
        path = List.copyOf(path);
    }

    /** The proof between two sizes, made of the hashes of a tree that has at least {@code to} leaves. */
    public static Consistency of(long from, long to, Subtrees tree) {
        List<Hash> fromTheRoot = new ArrayList<>();
        long first = 0;
        long count = to;
        long old = from;
        boolean oldIsKnown = true;
        while (old != count) {
            long left = Subtrees.split(count);
            if (old <= left) {
                fromTheRoot.add(tree.range(first + left, count - left));
                count = left;
            } else {
                fromTheRoot.add(tree.range(first, left));
                first += left;
                count -= left;
                old -= left;
                oldIsKnown = false;
            }
        }
        if (!oldIsKnown) {
            fromTheRoot.add(tree.range(first, count));
        }
        return new Consistency(from, to, fromTheRoot.reversed());
    }

    /** Whether the tree with the later root begins with that of the earlier one (RFC 9162 section 2.1.4.2). */
    public boolean proves(Hash earlier, Hash later) {
        if (from == to) {
            return path.isEmpty() && earlier.equals(later);
        }
        boolean whole = Long.bitCount(from) == 1;
        if (!whole && path.isEmpty()) {
            return false;
        }
        // A complete earlier tree is a node of the later one: its root is the proof's first hash, and not said in it.
        Hash old = whole ? earlier : path.getFirst();
        Hash now = old;
        long node = from - 1;
        long last = to - 1;
        while ((node & 1) == 1) {
            node >>= 1;
            last >>= 1;
        }
        for (Hash beside : whole ? path : path.subList(1, path.size())) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                old = Hash.node(beside, old);
                now = Hash.node(beside, now);
                while ((node & 1) == 0 && node != 0) {
                    node >>= 1;
                    last >>= 1;
                }
            } else {
                now = Hash.node(now, beside);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && old.equals(earlier) && now.equals(later);
    }
}
