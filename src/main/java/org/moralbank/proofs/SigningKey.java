package org.moralbank.proofs;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;

/**
 * A private key of Ed25519 with the name of its owner, which signs notes. It is made of the seed of RFC 8032 section 5.1.5.
 */
public final class SigningKey {
    public static final int SEED_BYTES = 32;

    /** What stands before the seed in the only form in which the JDK reads one (RFC 8410 section 7). */
    private static final byte[] PKCS8 = HexFormat.of().parseHex("302e020100300506032b657004220420");

    private final PrivateKey key;
    private final VerificationKey verification;

    private SigningKey(String name, byte[] seed) {
        try {
            key = KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new PKCS8EncodedKeySpec(VerificationKey.joined(PKCS8, seed)));
            verification = VerificationKey.of(name, publicOf(seed));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has Ed25519", e);
        }
        byte[] sample = name.getBytes(StandardCharsets.UTF_8);
        if (!verification.verifies(sample, signature(sample))) {
            throw new IllegalStateException("this Java does not make the public key of a seed");
        }
    }

    /** The key of a seed of 32 random bytes. */
    public static SigningKey of(String name, byte[] seed) {
        if (seed.length != SEED_BYTES) {
            throw new IllegalArgumentException("a seed has " + SEED_BYTES + " bytes, not " + seed.length);
        }
        return new SigningKey(name, seed);
    }

    /**
     * The JDK has no call that gives the public key of a seed; its generator takes the seed from the source of random bytes
     * that it is given. The constructor checks that the two belong together.
     */
    private static java.security.PublicKey publicOf(byte[] seed) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        generator.initialize(255, new Seeded(seed));
        return generator.generateKeyPair().getPublic();
    }

    /** Gives the seed for the random bytes that are asked for. */
    private static final class Seeded extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] seed;

        Seeded(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }

    /** What checks its signatures. */
    public VerificationKey verification() {
        return verification;
    }

    byte[] signature(byte[] text) {
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(key);
            signer.update(text);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has Ed25519", e);
        }
    }

    /** Keeps the key out of logs and messages. */
    @Override
    public String toString() {
        return "SigningKey[" + verification.name() + "]";
    }
}
