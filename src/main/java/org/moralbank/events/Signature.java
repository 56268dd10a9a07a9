package org.moralbank.events;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.moralbank.platform.HmacSha256;

/** Signatures as Standard Webhooks 1.0 has them: HMAC-SHA-256 over {@code id.timestamp.body}, named {@code v1}. */
final class Signature {
    private static final String PREFIX = "whsec_";

    /** The standard asks for 24 to 64. */
    private static final int SECRET_BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    private Signature() {}

    /** {@code whsec_} and 256 random bits in base64. */
    static String newSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        return text(secret);
    }

    static String text(byte[] secret) {
        return PREFIX + Base64.getEncoder().encodeToString(secret);
    }

    static byte[] bytes(String secret) {
        return Base64.getDecoder().decode(secret.substring(PREFIX.length()));
    }

    /** The header {@code webhook-signature}: one signature by each secret, so that a receiver needs only one of them. */
    static String header(List<byte[]> secrets, String id, long timestampSeconds, byte[] body) {
        byte[] before = (id + "." + timestampSeconds + ".").getBytes(StandardCharsets.UTF_8);
        return secrets.stream()
                .map(secret -> "v1," + Base64.getEncoder().encodeToString(HmacSha256.of(secret, before, body)))
                .collect(Collectors.joining(" "));
    }
}
