package org.moralbank.commits;

import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Language;

/**
 * A request to change something, as the commit sees it.
 *
 * @param scopeBook the book of the idempotency key; 0 for what has none
 * @param key null where the request is idempotent by itself (PUT)
 * @param fingerprint what the key stands for: SHA-256 of method, path, sorted query and canonical body, or a keyed hash of
 *     that where the body has a code, which is money and has few digits
 * @param unsealed the fingerprint before it was sealed: requests that were answered before they were sealed are known by
 *     it; null where it was not
 * @param instance the request's path, told in problems
 * @param clock the moment by which the work is decided and posted, for imports of the past only; else null
 */
public record Ask(
        Asker asker,
        int scopeBook,
        @Nullable IdempotencyKey key,
        byte[] fingerprint,
        byte @Nullable [] unsealed,
        Language language,
        String instance,
        @Nullable Instant clock) {
    /** A request whose body may be found from its fingerprint by who guesses it. */
    public Ask(
            Asker asker,
            int scopeBook,
            @Nullable IdempotencyKey key,
            byte[] fingerprint,
            Language language,
            String instance,
            @Nullable Instant clock) {
        this(asker, scopeBook, key, fingerprint, null, language, instance, clock);
    }

    /** The same request, which is kept under a fingerprint that tells nobody of its body. */
    public Ask sealed(byte[] seal) {
        return new Ask(
                asker, scopeBook, key, /* fingerprint= */ seal, /* unsealed= */ fingerprint, language, instance, clock);
    }

    /** Whether the request that was kept under this fingerprint is the same. */
    boolean isKeptAs(byte[] kept) {
        return Arrays.equals(kept, fingerprint) || (unsealed != null && Arrays.equals(kept, unsealed));
    }
}
