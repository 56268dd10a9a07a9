package org.moralbank.events;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A webhook as the API shows it. */
@Schema(name = "Webhook", description = "A URL that is sent the events of some books.")
record WebhookView(
        UUID id,

        @Schema(examples = "https://app.example.org/moral-bank/events")
        String url,

        @Schema(description = "Codes of books; * is every book, also those yet to be opened", examples = "[\"BHL\"]")
        List<String> books,

        @Schema(
                description = "Types of events, or their beginnings up to a dot; none is every type",
                examples = "[\"org.moralbank.redemption\"]")
        List<String> types,

        Webhook.Status status,

        @Schema(
                description =
                        "Whether nothing is sent although it is ACTIVE, because the keys of its client are all revoked; it"
                                + " goes on by itself when he has one again. Told where webhooks are read, not where they are changed")
        @Nullable
        Boolean waitsForKey,

        Instant createdAt,

        @Schema(description = "Until when the secret before the last rotation signs too") @Nullable
        Instant oldSecretUntil,

        @Schema(description = "What deliveries are signed with: in the first answer only", examples = "whsec_…")
        @Nullable
        String secret) {
    /** As a change answers. */
    static WebhookView of(Webhook webhook, @Nullable String secret) {
        return of(webhook, null, secret);
    }

    /** As it is read. */
    static WebhookView of(WebhookStore.Seen seen) {
        return of(seen.webhook(), seen.webhook().status() == Webhook.Status.ACTIVE && !seen.clientHasKey(), null);
    }

    private static WebhookView of(Webhook webhook, @Nullable Boolean waitsForKey, @Nullable String secret) {
        return new WebhookView(
                webhook.id(),
                webhook.url(),
                webhook.books().stream().sorted().toList(),
                webhook.types().stream().sorted().toList(),
                webhook.status(),
                waitsForKey,
                webhook.createdAt(),
                webhook.oldUntil(),
                secret);
    }
}
