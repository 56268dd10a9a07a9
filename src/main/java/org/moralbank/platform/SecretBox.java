package org.moralbank.platform;

import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Secrets that the service must be able to read again, unlike keys and passwords, of which a hash will do: what it signs
 * webhooks with, what a member's app makes pay codes from. They are kept sealed, so that who has the database, a dump or a
 * backup has none of them.
 *
 * <p>AES-256-GCM (NIST SP 800-38D) with a nonce of 96 random bits, which is safe for 2³² secrets under one key. What is
 * sealed is bound to its owner: moved to another row, it does not open. Sealing and opening take microseconds and no I/O, so
 * works may do either.
 *
 * <p>The key is a setting ({@link SecretsConfig}) and never in the database. With the embedded database it is made at the
 * first start, in the data folder. Without a key the service runs and refuses what would need one: {@code
 * secrets-key-missing}.
 */
@Singleton
public final class SecretBox {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** The first byte of what is sealed, should there ever be another way. */
    private static final byte VERSION = 1;

    private final SecureRandom random = new SecureRandom();
    private final @Nullable SecretKeySpec key;

    @Inject
    public SecretBox(SecretsConfig config) {
        this(read(config));
    }

    private SecretBox(byte @Nullable [] key) {
        this.key = key == null ? null : new SecretKeySpec(key, "AES");
    }

    /** A box with this key, of 32 bytes. */
    public static SecretBox of(byte[] key) {
        return new SecretBox(checked(key, "The key"));
    }

    /** Whether there is a key. */
    public boolean hasKey() {
        return key != null;
    }

    /** Refuses, as {@link #seal} and {@link #open} do, when there is none. */
    public void checkKey() {
        key();
    }

    private SecretKeySpec key() {
        if (key == null) {
            throw new ProtocolRejection.Plain("secrets-key-missing").refused();
        }
        return key;
    }

    /**
     * Seals a secret; twice the same gives two different texts.
     *
     * @param owner whose it is, with its kind: {@code webhook 0198…}; it must be said again to open it
     */
    public byte[] seal(byte[] secret, String owner) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] sealed = run(Cipher.ENCRYPT_MODE, nonce, secret, 0, owner);
        byte[] out = new byte[1 + NONCE_BYTES + sealed.length];
        out[0] = VERSION;
        System.arraycopy(nonce, 0, out, 1, NONCE_BYTES);
        System.arraycopy(sealed, 0, out, 1 + NONCE_BYTES, sealed.length);
        return out;
    }

    /** The secret that was sealed for this owner. Fails when it was sealed with another key, for another, or was altered. */
    public byte[] open(byte[] sealed, String owner) {
        if (sealed.length <= 1 + NONCE_BYTES || sealed[0] != VERSION) {
            throw new IllegalArgumentException("nothing that was sealed here");
        }
        return run(Cipher.DECRYPT_MODE, Arrays.copyOfRange(sealed, 1, 1 + NONCE_BYTES), sealed, 1 + NONCE_BYTES, owner);
    }

    private byte[] run(int mode, byte[] nonce, byte[] input, int from, String owner) {
        SecretKeySpec with = key();
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, with, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
            return cipher.doFinal(input, from, input.length - from);
        } catch (AEADBadTagException wrong) {
            throw new IllegalStateException("a secret does not open with the key of this service", wrong);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-GCM", e);
        }
    }

    // ---- the key -----------------------------------------------------------------------------------------------

    private static byte @Nullable [] read(SecretsConfig config) {
        if (config.key().isPresent()) {
            return decoded(config.key().get(), "moralbank.secrets.key");
        }
        if (config.keyFile().isPresent()) {
            Path file = config.keyFile().get();
            try {
                return decoded(Files.readString(file), "The file of moralbank.secrets.key-file");
            } catch (IOException unreadable) {
                throw new ConfigurationException("The file " + file + " of moralbank.secrets.key-file cannot be read.");
            }
        }
        return null;
    }

    private static byte[] decoded(String base64, String what) {
        try {
            return checked(Base64.getDecoder().decode(base64.strip()), what);
        } catch (IllegalArgumentException malformed) {
            // Its own message would repeat a part of the key.
            throw new ConfigurationException(
                    what + " must be 32 bytes in base64, as openssl rand -base64 32 makes them.");
        }
    }

    private static byte[] checked(byte[] key, String what) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException(what + " has " + key.length + " bytes, not " + KEY_BYTES);
        }
        return key;
    }

    /** Makes a key in a file, readable by its owner only, unless the file is there. It is there in whole or not at all. */
    static void makeKey(Path file) {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        try {
            if (Files.notExists(file)) {
                OwnerOnly.write(file, Base64.getEncoder().encodeToString(key) + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps the key out of logs and messages. */
    @Override
    public String toString() {
        return "SecretBox[…]";
    }
}
