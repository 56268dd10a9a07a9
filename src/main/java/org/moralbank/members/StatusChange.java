package org.moralbank.members;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Attribution;

/** Why and by whom a member was frozen, thawed or closed. */
record StatusChange(
        Member.Key member,
        long version,
        Member.Status status,
        Instant changedAt,
        Attribution by,
        @Nullable String reason) {
    /** One change of a member: his version after it. */
    record Key(Member.Key member, long version) {}

    static StatusChange of(Member changed, Instant at, Attribution by, @Nullable String reason) {
        return new StatusChange(changed.key(), changed.version(), changed.status(), at, by, reason);
    }

    Key key() {
        return new Key(member, version);
    }

    /** The change as the API shows it. */
    @Schema(name = "MemberStatusChange", description = "A member was frozen, thawed or closed.")
    record View(
            @Schema(description = "The member's version after it", examples = "2")
            long version,

            Member.Status status,
            Instant changedAt,

            @Schema(description = "The API client that asked for it")
            String client,

            @Schema(description = "The person who acted, as the client knows him") @Nullable
            String actor,

            @Nullable String reason) {}
}
