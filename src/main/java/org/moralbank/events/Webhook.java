package org.moralbank.events;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Where events of books are sent.
 *
 * @param client who registered it
 * @param books codes; {@code *} is every book
 * @param types types of events or their beginnings up to a dot; none is every type
 * @param secret sealed; null once it is closed
 * @param oldSecret the one before, sealed, which signs too until {@code oldUntil}
 * @param activeSince when it was registered or last resumed
 * @param resumed how often it was resumed, by which streams that stopped know that they may go on
 */
record Webhook(
        UUID id,
        int client,
        String url,
        Set<String> books,
        Set<String> types,
        Status status,
        byte @Nullable [] secret,
        byte @Nullable [] oldSecret,
        @Nullable Instant oldUntil,
        Instant createdAt,
        Instant activeSince,
        int resumed,
        long version) {
    /** Whether it is sent to. */
    @Schema(name = "WebhookStatus")
    enum Status {
        ACTIVE,
        SUSPENDED,
        CLOSED
    }

    /** Whose secret {@link org.moralbank.platform.SecretBox} seals. */
    static String owner(UUID id) {
        return "webhook " + id;
    }

    Webhook suspended() {
        return with(Status.SUSPENDED, secret, oldSecret, oldUntil, activeSince, resumed);
    }

    Webhook resumed(Instant now) {
        return with(Status.ACTIVE, secret, oldSecret, oldUntil, now, resumed + 1);
    }

    /** For good: the secrets go with it. */
    Webhook closed() {
        return with(Status.CLOSED, null, null, null, activeSince, resumed);
    }

    Webhook rotated(byte[] newSecret, Instant until) {
        return with(status, newSecret, secret, until, activeSince, resumed);
    }

    private Webhook with(
            Status newStatus,
            byte @Nullable [] newSecret,
            byte @Nullable [] newOldSecret,
            @Nullable Instant newOldUntil,
            Instant newActiveSince,
            int newResumed) {
        return new Webhook(
                id,
                client,
                url,
                books,
                types,
                newStatus,
                newSecret,
                newOldSecret,
                newOldUntil,
                createdAt,
                newActiveSince,
                newResumed,
                version + 1);
    }
}
