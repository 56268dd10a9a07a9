package org.moralbank.proofs;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/** A SHA-256 hash of a tree: of a leaf, of a node, of no leaf at all (RFC 9162 section 2.1.1). */
public final class Hash {
    public static final int BYTES = 32;

    private static final byte[] LEAF = {0};
    private static final byte[] NODE = {1};

    /** The root of a tree without leaves. */
    public static final Hash OF_NOTHING = new Hash(sha256());

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The hash that these bytes are. */
    public static Hash of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a hash has " + BYTES + " bytes, not " + bytes.length);
        }
        return new Hash(bytes.clone());
    }

    /** One of the hashes that stand one behind the other in {@code hashes}, the first at place 0. */
    public static Hash at(byte[] hashes, int place) {
        return new Hash(Arrays.copyOfRange(hashes, place * BYTES, (place + 1) * BYTES));
    }

    /** The hash of a leaf with this content. */
    public static Hash leaf(byte[] content) {
        return new Hash(sha256(LEAF, content));
    }

    /** The hash of the node above two others. */
    public static Hash node(Hash left, Hash right) {
        return new Hash(sha256(NODE, left.bytes, right.bytes));
    }

    /** The hash that a text gives in base64, of one form only: what is no such hash is refused. */
    public static Hash parse(String base64) {
        byte[] read = decoded(base64);
        if (read.length != BYTES) {
            throw new IllegalArgumentException("not a hash of " + BYTES + " bytes in base64: " + base64);
        }
        return new Hash(read);
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    /** In base64, as checkpoints and proofs write it. */
    public String base64() {
        return Base64.getEncoder().encodeToString(bytes);
    }

    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Base64 of RFC 4648 section 4, padded and with no stray bits, so that each value has one text. */
    static byte[] decoded(String base64) {
        byte[] read;
        try {
            read = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not base64: " + base64, e);
        }
        if (!Base64.getEncoder().encodeToString(read).equals(base64)) {
            throw new IllegalArgumentException("not base64 in its one form: " + base64);
        }
        return read;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash hash && Arrays.equals(bytes, hash.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return base64();
    }
}
