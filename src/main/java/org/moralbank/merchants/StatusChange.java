package org.moralbank.merchants;

import static org.moralbank.merchants.StatusChangeTable.STATUS_CHANGES;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookEvents;

/**
 * Why and by whom a merchant or a terminal was suspended, resumed or closed.
 *
 * @param reason null where it was said by an edit, which has none
 */
record StatusChange(
        Key key,
        Merchant.Status status,
        Instant changedAt,
        Attribution by,
        @Nullable String reason) {
    /** In the place of a terminal: no id is empty. */
    static final String THE_MERCHANT = "";

    /** One change: the version after it. */
    record Key(int book, String merchant, String terminal, long version) {}

    /** Why a status is changed, and who wants it. */
    record Order(Attribution by, @Nullable String reason) {
        StatusChange of(Merchant changed, Instant at) {
            return new StatusChange(
                    new Key(changed.book(), changed.id(), THE_MERCHANT, changed.version()),
                    changed.status(),
                    at,
                    by,
                    reason);
        }

        StatusChange of(Terminal changed, Instant at) {
            return new StatusChange(
                    new Key(changed.book(), changed.merchant(), changed.id(), changed.version()),
                    Merchant.Status.valueOf(changed.status().name()),
                    at,
                    by,
                    reason);
        }
    }

    /** What the book's events tell of it. */
    private record Told(String merchant, @Nullable String terminal, Merchant.Status status, long version) {}

    /** Names what {@link #put} looks at. */
    static void need(Needs needs, int book) {
        BookEvents.need(needs, book);
    }

    /** Keeps it, and tells it: {@code merchant.suspended}, {@code terminal.closed}. */
    void put(WorkingSet set) {
        set.put(STATUS_CHANGES, key, this);
        boolean ofMerchant = key.terminal().equals(THE_MERCHANT);
        BookEvents.append(
                set,
                key.book(),
                (ofMerchant ? "merchant." : "terminal.")
                        + switch (status) {
                            case ACTIVE -> "resumed";
                            case SUSPENDED -> "suspended";
                            case CLOSED -> "closed";
                        },
                "merchants/" + key.merchant() + (ofMerchant ? "" : "/terminals/" + key.terminal()),
                new Told(key.merchant(), ofMerchant ? null : key.terminal(), status, key.version()));
    }

    /** The change as the API shows it. */
    @Schema(name = "MerchantStatusChange", description = "A merchant or terminal was suspended, resumed or closed.")
    record View(
            @Schema(description = "Its version after it", examples = "2")
            long version,

            Merchant.Status status,
            Instant changedAt,

            @Schema(description = "The API client that asked for it")
            String client,

            @Schema(description = "The person who acted, as the client knows him") @Nullable
            String actor,

            @Nullable String reason) {}
}
