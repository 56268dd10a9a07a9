package org.moralbank.paycodes;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A device as the API shows it. */
@Schema(
        name = "PayDevice",
        description = "A member's device that makes pay codes offline. Its secret is shown once, when it is enrolled.")
record PayDeviceView(
        @Schema(examples = "0198f0a2-6c4e-7b1d-9a51-3f0c8de2a771")
        String id,

        @Schema(description = "Stands in its codes: 712, the handle, eight digits of the moment", examples = "0481516")
        String handle,

        @Schema(description = "What the member calls it; not told in answers that are kept", examples = "老年机") @Nullable
        String label,

        @Schema(
                description = "The secret, 32 bytes in Base32 (RFC 4648): in the first answer only",
                examples = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA")
        @Nullable
        String secret,

        Instant enrolledAt,

        @Schema(description = "Absent while the device is live") @Nullable
        Instant revokedAt,

        @Schema(description = "When a code of it was taken last; absent while none was") @Nullable
        Instant lastUsedAt) {
    static PayDeviceView of(PayDevice device) {
        return of(device, device.label(), null);
    }

    /** As it was just enrolled: shown once. */
    static PayDeviceView enrolled(PayDevice device, byte[] secret) {
        return of(device, device.label(), base32(secret));
    }

    /** Without the secret and what the member wrote: answers are kept for ever. */
    static PayDeviceView kept(PayDevice device) {
        return of(device, null, null);
    }

    private static PayDeviceView of(PayDevice device, @Nullable String label, @Nullable String secret) {
        return new PayDeviceView(
                device.id().toString(),
                device.handle(),
                label,
                secret,
                device.enrolledAt(),
                device.revokedAt(),
                device.lastUsedAt());
    }

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /** RFC 4648 section 6, without padding, as authenticators read it. */
    static String base32(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int buffer = 0;
        int bits = 0;
        for (byte each : bytes) {
            buffer = buffer << 8 | each & 0xff;
            for (bits += 8; bits >= 5; bits -= 5) {
                text.append(ALPHABET.charAt(buffer >> bits - 5 & 31));
            }
            buffer &= (1 << bits) - 1;
        }
        return bits == 0
                ? text.toString()
                : text.append(ALPHABET.charAt(buffer << 5 - bits & 31)).toString();
    }
}
