package org.moralbank.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Finds who shows a key. What it found is remembered for five seconds; commits look again. */
@ApplicationScoped
public class Callers {
    /** A revoked key works for this long at most, and never in a commit. */
    static final Duration REMEMBERED = Duration.ofSeconds(5);

    private static final String SCHEME = "Bearer ";

    private final ClientStore store;
    private final Cache<String, Caller> recent;

    @Inject
    Callers(ClientStore store) {
        this(store, Ticker.systemTicker());
    }

    Callers(ClientStore store, Ticker ticker) {
        this.store = store;
        this.recent = Caffeine.newBuilder()
                .expireAfterWrite(REMEMBERED)
                .ticker(ticker)
                .maximumSize(10_000)
                .build();
    }

    /** The caller of an {@code Authorization} header; refuses what is not a valid key. */
    Uni<Caller> identify(@Nullable String authorization) {
        if (authorization == null
                || !authorization.regionMatches(true, 0, SCHEME + ApiKey.PREFIX, 0, SCHEME.length() + 3)) {
            return Uni.createFrom().failure(new AccessRejection.Unauthenticated().refused());
        }
        String key = authorization.substring(SCHEME.length());
        Caller known = recent.getIfPresent(key);
        if (known != null) {
            return Uni.createFrom().item(known);
        }
        return store.findByKeyHash(ApiKey.hash(key))
                .map(found -> found.orElseThrow(() -> new AccessRejection.Unauthenticated().refused()))
                .invoke(found -> recent.put(key, found));
    }

    /** Looks again at once, in this process; the others do within {@link #REMEMBERED}. */
    void forget(UUID key) {
        recent.asMap().values().removeIf(caller -> caller.keyId().equals(key));
    }
}
