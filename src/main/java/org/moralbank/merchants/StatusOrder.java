package org.moralbank.merchants;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.ledger.Attribution;
import org.moralbank.platform.Fields;

/** The body of a suspension, its end, or a closing. */
@Schema(name = "MerchantStatusOrder")
record StatusOrder(
        @Schema(required = true, description = "Why", maxLength = 500, examples = "盘点") @Nullable
        String reason,

        @Schema(description = "Id of the person who acts, as the client knows him", examples = "W-001") @Nullable
        String actor) {
    private static final int LONGEST_REASON = 500;

    StatusChange.Order checked(Client client) {
        Fields fields = new Fields();
        StatusChange.Order order = new StatusChange.Order(
                new Attribution(client.id(), client.name(), fields.optionalId("actor", actor), null, null),
                fields.text("reason", reason, LONGEST_REASON));
        fields.refuseFaults();
        return order;
    }
}
