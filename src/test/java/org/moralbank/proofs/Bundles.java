package org.moralbank.proofs;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads bundles, as who checks a log does. */
public final class Bundles {
    private Bundles() {}

    /** The leaves of a bundle, in their order. */
    public static List<byte[]> read(byte[] bundle) {
        List<byte[]> leaves = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(bundle);
        while (rest.hasRemaining()) {
            byte[] leaf = new byte[Short.toUnsignedInt(rest.getShort())];
            rest.get(leaf);
            leaves.add(leaf);
        }
        return leaves;
    }
}
