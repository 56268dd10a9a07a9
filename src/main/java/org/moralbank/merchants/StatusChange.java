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
 * Why and by whom a merchant, a store or a terminal was suspended, resumed or closed.
 *
 * @param reason null where an edit made it, as edits could before they had no status
 */
record StatusChange(
        Key key,
        Merchant.Status status,
        Instant changedAt,
        Attribution by,
        @Nullable String reason) {
    /** What has a status: a merchant, a store of his, or a terminal. */
    record Of(int book, String merchant, String store, String terminal) {
        /** In the place of a store or a terminal: no id is empty. */
        private static final String NONE = "";

        static Of merchant(int book, String merchant) {
            return new Of(book, merchant, NONE, NONE);
        }

        static Of store(int book, String merchant, String store) {
            return new Of(book, merchant, store, NONE);
        }

        static Of terminal(int book, String merchant, String terminal) {
            return new Of(book, merchant, NONE, terminal);
        }

        boolean isStore() {
            return !store.equals(NONE);
        }

        boolean isTerminal() {
            return !terminal.equals(NONE);
        }

        private String kind() {
            return isStore() ? "store" : isTerminal() ? "terminal" : "merchant";
        }

        private String path() {
            return "merchants/" + merchant
                    + (isStore() ? "/stores/" + store : isTerminal() ? "/terminals/" + terminal : "");
        }
    }

    /** One change: the version after it. */
    record Key(Of of, long version) {}

    /** Why a status is changed, and who wants it. */
    record Order(Attribution by, @Nullable String reason) {
        StatusChange of(Merchant changed, Instant at) {
            return new StatusChange(
                    new Key(Of.merchant(changed.book(), changed.id()), changed.version()),
                    changed.status(),
                    at,
                    by,
                    reason);
        }

        StatusChange of(Store changed, Instant at) {
            return new StatusChange(
                    new Key(Of.store(changed.book(), changed.merchant(), changed.id()), changed.version()),
                    Merchant.Status.valueOf(changed.status().name()),
                    at,
                    by,
                    reason);
        }

        StatusChange of(Terminal changed, Instant at) {
            return new StatusChange(
                    new Key(Of.terminal(changed.book(), changed.merchant(), changed.id()), changed.version()),
                    Merchant.Status.valueOf(changed.status().name()),
                    at,
                    by,
                    reason);
        }
    }

    /** What the book's events tell of it. */
    private record Told(
            String merchant,
            @Nullable String store,
            @Nullable String terminal,
            Merchant.Status status,
            long version) {}

    /** Names what {@link #put} looks at. */
    static void need(Needs needs, int book) {
        BookEvents.need(needs, book);
    }

    /** Keeps it, and tells it: {@code merchant.suspended}, {@code store.resumed}, {@code terminal.closed}. */
    void put(WorkingSet set) {
        set.put(STATUS_CHANGES, key, this);
        Of of = key.of();
        BookEvents.append(
                set,
                of.book(),
                of.kind() + "."
                        + switch (status) {
                            case ACTIVE -> "resumed";
                            case SUSPENDED -> "suspended";
                            case CLOSED -> "closed";
                        },
                of.path(),
                new Told(
                        of.merchant(),
                        of.isStore() ? of.store() : null,
                        of.isTerminal() ? of.terminal() : null,
                        status,
                        key.version()));
    }

    /** The change as the API shows it. */
    @Schema(
            name = "MerchantStatusChange",
            description = "A merchant, store or terminal was suspended, resumed or closed.")
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
