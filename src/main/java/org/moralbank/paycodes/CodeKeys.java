package org.moralbank.paycodes;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.UUID;
import org.moralbank.platform.HmacSha256;

/**
 * What follows from the installation's key: the hashes under which codes are kept, and the secrets of devices.
 *
 * <p>Every value is HMAC-SHA-256 of the key over a label of its own and what it is for, so that the database has nothing
 * that opens anything, and none of them tells of another. With another key, codes, devices and vouchers that were made
 * before are unknown.
 */
final class CodeKeys {
    static final int LEAST_BYTES = 32;

    private final byte[] key;

    CodeKeys(byte[] key) {
        if (key.length < LEAST_BYTES) {
            throw new IllegalArgumentException("a key of " + key.length + " bytes");
        }
        this.key = key.clone();
    }

    static byte[] random() {
        byte[] random = new byte[LEAST_BYTES];
        new SecureRandom().nextBytes(random);
        return random;
    }

    /** The name under which a code is kept: 122 bits of its keyed hash, as a UUID of version 8 (RFC 9562 section 5.8). */
    UUID nameOf(int book, String code) {
        ByteBuffer hash = ByteBuffer.wrap(mac(
                "code",
                ByteBuffer.allocate(4 + code.length())
                        .putInt(book)
                        .put(code.getBytes(StandardCharsets.US_ASCII))
                        .array()));
        return new UUID(
                hash.getLong() & 0xffff_ffff_ffff_0fffL | 0x8000L,
                hash.getLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L);
    }

    /** What a request is known by that showed a code, without a way from it to the code. */
    byte[] sealOf(int book, String code, byte[] content) {
        return mac(
                "content",
                ByteBuffer.allocate(4 + code.length() + content.length)
                        .putInt(book)
                        .put(code.getBytes(StandardCharsets.US_ASCII))
                        .put(content)
                        .array());
    }

    /** The secret of a device: 32 bytes, as many as RFC 6238 wants for SHA-256. */
    byte[] secretOf(int book, UUID device) {
        return mac(
                "pay-device",
                ByteBuffer.allocate(20)
                        .putInt(book)
                        .putLong(device.getMostSignificantBits())
                        .putLong(device.getLeastSignificantBits())
                        .array());
    }

    private byte[] mac(String label, byte[] of) {
        return HmacSha256.of(key, ("moral-bank " + label + '\0').getBytes(StandardCharsets.US_ASCII), of);
    }
}
