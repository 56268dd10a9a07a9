package org.moralbank.ledger;

import org.jspecify.annotations.Nullable;

/**
 * Who did it.
 *
 * @param clientId internal id of the API client
 * @param client its name, as the entry tells it
 * @param actor id of the person who acted, as the client knows him; null when the client acts by itself
 * @param onBehalfOf id of the person for whom he acted, or null
 * @param approver id of the person who approved, or null
 */
public record Attribution(
        int clientId,
        String client,
        @Nullable String actor,
        @Nullable String onBehalfOf,
        @Nullable String approver) {}
