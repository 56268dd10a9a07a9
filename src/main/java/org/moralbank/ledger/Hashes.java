package org.moralbank.ledger;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 over parts. */
final class Hashes {
    private static final byte[] LEAF = {0};

    private Hashes() {}

    /** The hash of a leaf of the transparency log: RFC 9162 section 2.1.1. */
    static byte[] leaf(byte[] canonical) {
        return sha256(LEAF, canonical);
    }

    static byte[] sha256(byte[] first, byte[] second) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(first);
            return digest.digest(second);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
