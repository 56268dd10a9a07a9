package org.moralbank.access;

import java.security.SecureRandom;
import java.util.Base64;
import org.moralbank.platform.Sha256;

/** The text of a key: {@code mb_} and 256 random bits. Never stored, never logged. */
public final class ApiKey {
    static final String PREFIX = "mb_";

    private static final SecureRandom RANDOM = new SecureRandom();

    private ApiKey() {}

    /** A new key; to be shown once. */
    public static String generate() {
        byte[] random = new byte[32];
        RANDOM.nextBytes(random);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** SHA-256 of the text; the key has 256 random bits, so that a slow hash would add nothing. */
    public static byte[] hash(String key) {
        return Sha256.of(key);
    }
}
