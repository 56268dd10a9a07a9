package org.moralbank.proofs;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A public key of Ed25519 with the name of its owner, which checks signatures of notes. In text {@code name+id+key}: the
 * name, the id in hexadecimal, and the type 1 and the key in base64 (the form of Go's {@code sumdb/note}).
 */
public final class VerificationKey {
    /** Ed25519 as c2sp.org/signed-note numbers it. */
    static final byte ED25519 = 1;

    static final int KEY_BYTES = 32;

    /** No space, no plus. */
    static final Pattern NAME = Pattern.compile("[^\\s\\p{Z}\\p{Cntrl}+]+", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern TEXT =
            Pattern.compile("(?<name>[^+]+)\\+(?<id>[0-9a-f]{8})\\+(?<key>[A-Za-z0-9+/=]+)");

    /** What stands before the key itself in the only form in which the JDK reads one (RFC 8410 section 4). */
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private final String name;
    private final byte[] raw;
    private final PublicKey key;

    private VerificationKey(String name, byte[] raw) {
        this.name = checkedName(name);
        this.raw = raw;
        try {
            this.key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(joined(X509, raw)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("not a key of Ed25519", e);
        }
    }

    static VerificationKey of(String name, PublicKey key) {
        byte[] encoded = key.getEncoded();
        byte[] raw = new byte[KEY_BYTES];
        System.arraycopy(encoded, encoded.length - KEY_BYTES, raw, 0, KEY_BYTES);
        return new VerificationKey(name, raw);
    }

    /** The key that a text gives. */
    public static VerificationKey parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a verification key, name+id+key: " + text);
        }
        byte[] typed = Hash.decoded(matcher.group("key"));
        if (typed.length != 1 + KEY_BYTES || typed[0] != ED25519) {
            throw new IllegalArgumentException("not a key of Ed25519: " + text);
        }
        byte[] raw = new byte[KEY_BYTES];
        System.arraycopy(typed, 1, raw, 0, KEY_BYTES);
        VerificationKey key = new VerificationKey(matcher.group("name"), raw);
        if (!HexFormat.of().toHexDigits(key.id()).equals(matcher.group("id"))) {
            throw new IllegalArgumentException("the id is not that of the name and the key: " + text);
        }
        return key;
    }

    static String checkedName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a key's name has no space and no plus: " + name);
        }
        return name;
    }

    static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    public String name() {
        return name;
    }

    /** The first four bytes of the hash over name, type and key; with the name it says which key signed. */
    public int id() {
        byte[] head = (name + "\n").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.wrap(Hash.sha256(head, typed())).getInt();
    }

    private byte[] typed() {
        return joined(new byte[] {ED25519}, raw);
    }

    boolean verifies(byte[] text, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(text);
            return verifier.verify(signature);
        } catch (SignatureException malformed) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has Ed25519", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VerificationKey key && toString().equals(key.toString());
    }

    @Override
    public int hashCode() {
        return id();
    }

    /** Its text. */
    @Override
    public String toString() {
        return name + "+" + HexFormat.of().toHexDigits(id()) + "+"
                + Base64.getEncoder().encodeToString(typed());
    }
}
