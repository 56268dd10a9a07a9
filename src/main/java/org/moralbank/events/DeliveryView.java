package org.moralbank.events;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** How far a webhook is in a book. */
@Schema(name = "Delivery", description = "How far a webhook is in a book.")
record DeliveryView(
        @Schema(examples = "BHL") String book,

        @Schema(description = DeliveryView.STATES) State state,

        @Schema(description = "The last event that was delivered, passed over because of its type, or parked")
        long position,

        @Schema(description = "How many events there are after position, of all types")
        long lag,

        @Schema(description = "Failed attempts to deliver the event that is next")
        int attempts,

        @Schema(description = "How many events are parked") long parked,

        @Nullable Instant lastAttemptAt,

        @Schema(description = "The last 2xx") @Nullable Instant deliveredAt,

        @Schema(description = "While it retries") @Nullable Instant nextAttemptAt,

        @Schema(
                description =
                        "The class of the last failure: status-500 and so on, redirect, timeout, unreachable, tls, unknown-host, private-target",
                examples = "status-500")
        @Nullable
        String lastError) {
    static final String STATES =
            "RUNNING: it waits for the next event, or delivers. RETRYING: the last attempt failed, another follows. STOPPED: 20"
                    + " events were parked in a row; until the webhook is resumed. NO_KEY: the keys of the webhook's client are"
                    + " all revoked, and nothing is sent; it goes on by itself when he has one again. IDLE: the webhook is"
                    + " suspended or closed";

    /** What a stream does. */
    @Schema(name = "DeliveryState")
    enum State {
        /** It waits for the next event, or delivers. */
        RUNNING,
        /** The last attempt failed, another follows. */
        RETRYING,
        /** Too many events were parked in a row; until the webhook is resumed. */
        STOPPED,
        /** Nothing is sent, because the webhook's client has no key that works; it goes on by itself when he has one. */
        NO_KEY,
        /** The webhook is suspended or closed. */
        IDLE
    }
}
