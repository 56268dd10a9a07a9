package org.moralbank.ledger;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Sha256;

/**
 * What persons wrote about an entry. The sealed bytes of the entry carry only its salted hashes, so that the text can be
 * erased and the book still verifies.
 *
 * @param salt 16 random bytes; without them a short text could be guessed from its hash
 * @param reason free text, or null
 * @param metadata canonical JSON of an object of strings, or null
 */
public record EntryText(
        byte[] salt, @Nullable String reason, @Nullable String metadata) {
    private static final SecureRandom RANDOM = new SecureRandom();

    /** The text with a new salt; null when nothing was written. */
    public static @Nullable EntryText of(@Nullable String reason, @Nullable String metadata) {
        if (reason == null && metadata == null) {
            return null;
        }
        byte[] salt = new byte[16];
        RANDOM.nextBytes(salt);
        return new EntryText(salt, reason, metadata);
    }

    /** SHA-256 of salt and text, in hex. */
    static String hash(byte[] salt, String text) {
        return HexFormat.of().formatHex(Sha256.of(salt, text.getBytes(StandardCharsets.UTF_8)));
    }
}
