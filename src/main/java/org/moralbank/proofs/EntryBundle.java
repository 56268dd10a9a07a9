package org.moralbank.proofs;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Neighbouring leaves of a log in one file (c2sp.org/tlog-tiles): each behind its length, two bytes, the higher first. */
public final class EntryBundle {
    public static final int LONGEST = 0xffff;

    private EntryBundle() {}

    public static byte[] of(List<byte[]> leaves) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] leaf : leaves) {
            if (leaf.length > LONGEST) {
                throw new IllegalArgumentException("a bundle has no room for a leaf of " + leaf.length + " bytes");
            }
            out.write(leaf.length >> 8);
            out.write(leaf.length);
            out.writeBytes(leaf);
        }
        return out.toByteArray();
    }

    /** The leaves of a bundle, in their order. */
    public static List<byte[]> read(byte[] bundle) {
        List<byte[]> leaves = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(bundle);
        while (rest.hasRemaining()) {
            int length = rest.remaining() < 2 ? LONGEST + 1 : Short.toUnsignedInt(rest.getShort());
            if (length > rest.remaining()) {
                throw new IllegalArgumentException("the bundle ends within leaf " + leaves.size());
            }
            byte[] leaf = new byte[length];
            rest.get(leaf);
            leaves.add(leaf);
        }
        return leaves;
    }
}
