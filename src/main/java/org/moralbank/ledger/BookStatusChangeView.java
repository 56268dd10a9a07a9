package org.moralbank.ledger;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A closing of a book or its end, as the API shows it. */
@Schema(name = "BookStatusChange", description = "A book was closed or reopened.")
record BookStatusChangeView(
        @Schema(description = "1, 2, 3 … in its book", examples = "1")
        int number,

        Book.Status status,
        Instant changedAt,

        @Schema(description = "The API client that asked for it")
        String client,

        @Schema(description = "The person who acted, as the client knows him") @Nullable
        String actor,

        String reason) {}
