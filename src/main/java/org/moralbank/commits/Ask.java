package org.moralbank.commits;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Language;

/**
 * A request to change something, as the commit sees it.
 *
 * @param scopeBook the book of the idempotency key; 0 for what has none
 * @param key null where the request is idempotent by itself (PUT)
 * @param fingerprint SHA-256 of method, path, sorted query and canonical body
 * @param instance the request's path, told in problems
 * @param clock the moment by which the work is decided and posted, for imports of the past only; else null
 */
public record Ask(
        Asker asker,
        int scopeBook,
        @Nullable IdempotencyKey key,
        byte[] fingerprint,
        Language language,
        String instance,
        @Nullable Instant clock) {}
