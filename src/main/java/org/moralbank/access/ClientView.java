package org.moralbank.access;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A client as the API shows it. */
@Schema(name = "Client", description = "A program that uses the API.")
record ClientView(
        @Schema(description = "Its id, and what entries tell as client", examples = "app-bhl")
        String name,

        List<Role> roles,

        @Schema(description = "Codes of the books that it may use; * is every book", examples = "[\"BHL\"]")
        List<String> books,

        @Schema(description = "The merchant that a terminal belongs to") @Nullable
        String merchant,

        @Schema(description = "The terminal of that merchant that it is") @Nullable
        String terminal,

        Instant createdAt,

        @Schema(description = "When one client is asked for") @Nullable
        List<KeyView> keys) {
    static ClientView of(ClientTable.Registered registered, @Nullable List<KeyView> keys) {
        Client client = registered.client();
        return new ClientView(
                client.name(),
                client.roles().stream().sorted().toList(),
                client.books().stream().sorted().toList(),
                client.merchant(),
                client.terminal(),
                registered.createdAt(),
                keys);
    }
}
