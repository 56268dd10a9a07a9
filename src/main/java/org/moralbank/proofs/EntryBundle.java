package org.moralbank.proofs;

import java.io.ByteArrayOutputStream;
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
}
