package org.moralbank.paycodes;

import java.nio.ByteBuffer;
import org.moralbank.platform.HmacSha256;

/** Time-based one-time passwords (RFC 6238 over RFC 4226 section 5.3), with HMAC-SHA-256 and eight digits. */
final class Totp {
    /** A device makes a new password this often; RFC 6238's X, counted from the epoch. */
    static final int STEP_SECONDS = 20;

    private static final int MODULUS = 100_000_000;

    private Totp() {}

    /** The step of a moment: T of RFC 6238. */
    static long stepAt(long epochSecond) {
        return Math.floorDiv(epochSecond, STEP_SECONDS);
    }

    /** The password of a step, 0 to 99,999,999: eight digits, with zeros in front. */
    static int password(byte[] secret, long step) {
        byte[] hash = hmac(secret, step);
        int offset = hash[hash.length - 1] & 0xf;
        int truncated = (hash[offset] & 0x7f) << 24
                | (hash[offset + 1] & 0xff) << 16
                | (hash[offset + 2] & 0xff) << 8
                | hash[offset + 3] & 0xff;
        return truncated % MODULUS;
    }

    private static byte[] hmac(byte[] secret, long step) {
        return HmacSha256.of(
                secret, ByteBuffer.allocate(Long.BYTES).putLong(step).array());
    }
}
