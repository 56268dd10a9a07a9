package org.moralbank.redemptions;

import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.redemptions.Redemption.Mode;
import org.moralbank.redemptions.Redemption.Till;

/**
 * What was agreed at a till. It does not change, so that it may be read before a commit and remembered.
 *
 * @param id also of the hold, while there is one
 * @param amount what was asked for, in hundredths of a point
 * @param approved what was held or spent of it
 * @param cash what was paid in cash, as much as that is worth in hundredths of a point: a memo
 * @param till null where there was none
 * @param content SHA-256 of the request in hexadecimal, by which a retry is known; null without a till
 * @param expiresAt of an authorization, else null
 * @param payableAfter what the merchant was owed after a sale, else null
 * @param voucher the one it was paid with, else null
 * @param basket what was bought of the catalogue; null when that was not said
 */
record Purchase(
        int book,
        UUID id,
        Mode mode,
        String member,
        String merchant,
        long amount,
        long approved,
        long cash,
        @Nullable Till till,
        @Nullable String content,
        @Nullable String reference,
        LocalDate occurredOn,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Long payableAfter,
        @Nullable UUID voucher,
        @Nullable Basket basket) {
    /** Whether a request with this SHA-256 asked for it. */
    boolean isOf(byte[] sha256) {
        return HexFormat.of().formatHex(sha256).equals(content);
    }

    /** When an authorization ends by itself. */
    Instant expiry() {
        return Objects.requireNonNull(expiresAt, "a sale does not expire");
    }
}
