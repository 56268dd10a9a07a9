package org.moralbank.events;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Role;
import org.moralbank.ledger.BookEventStore;
import org.moralbank.ledger.Books;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;

/** The feed of a book's events over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/events")
@Tag(name = "events", description = "What happened in the books: a feed to follow, and webhooks.")
public class EventsResource {
    /** How many events a filtered page looks through at most, so that a rare type costs no more than this a request. */
    private static final int LOOKED_THROUGH = 1_000;

    private final Books books;
    private final BookEventStore store;

    EventsResource(Books books, BookEventStore store) {
        this.books = books;
        this.store = store;
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "listEvents", summary = "Follows the events of a book", description = """
                    Every entry and every other event of the book, numbered 1, 2, 3 … without gaps, in the order in which
                    they were recorded, as CloudEvents 1.0. To follow a book, send next of each answer as after of the next
                    request: each event is seen once, in order, and none is missed, however many write meanwhile. While next
                    is below last, ask at once; then wait a second and ask again. next is always given, also when there is
                    nothing new. With a type, a page has only events of it, and may be empty before the end of the feed: go
                    on with next all the same. last below your own position means that the books were restored from a
                    backup: begin anew. No event has a name or a text of a person. Changes nothing.

                    **Redemptions** are told as org.moralbank.redemption.authorized, captured, voided, expired, refunded,
                    reversed, and tombstone where a transaction was reversed that never came. What posts an entry is told
                    twice, as that entry (entry.posted) and behind it as the change. Only a sale is told once: its entry is
                    called redemption.sold, one that was uploaded redemption.sold.offline, and its postings say who paid whom
                    how much. The type org.moralbank.entry has all entries, sales too. What befalls a sale or a capture later
                    is joined to it by the entry: `data.entry` of refunded and reversed, as of captured, is the number of the
                    entry that sold or captured, which is `data.seq` of that entry's own event.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "A part of the feed",
            content = @Content(schema = @Schema(implementation = EventPage.class)))
    public Uni<EventPage> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(
                            description =
                                    "The number of the last event seen, or next of the last answer; from the first without it")
                    @RestQuery
                    @Nullable
                    String after,
            @RestQuery @Nullable String limit,
            @Parameter(
                            description =
                                    "Only this type, or all types that begin with it up to a dot; org.moralbank.entry.posted"
                                            + " has every entry, whatever its type",
                            example = "org.moralbank.redemption")
                    @RestQuery
                    @Nullable
                    String type) {
        Fields fields = new Fields();
        if (type != null) {
            CloudEvent.check(fields, "type", type);
        }
        if (after != null && !after.matches("[0-9]{1,18}")) {
            fields.fault("after", "cursor");
        }
        fields.refuseFaults();
        int size = Page.Request.ofQuery(limit, null).limit();
        long position = after == null ? 0 : Long.parseLong(after);
        return books.of(Call.of(http), book)
                .chain(found -> store.after(found.id(), position, type == null ? size : LOOKED_THROUGH)
                        .map(stretch -> page(found.code(), position, size, type, stretch)));
    }

    private static EventPage page(
            String book, long position, int size, @Nullable String type, BookEventStore.Stretch stretch) {
        var wanted = stretch.events().stream()
                .filter(event -> type == null || CloudEvent.isOf(event, type))
                .limit(size)
                .toList();
        long next;
        if (wanted.size() == size) {
            next = wanted.getLast().number();
        } else if (stretch.events().isEmpty()) {
            next = position;
        } else {
            next = stretch.events().getLast().number();
        }
        List<CloudEvent> items =
                wanted.stream().map(event -> CloudEvent.of(book, event)).toList();
        return new EventPage(items, Long.toString(next), Long.toString(stretch.last()));
    }
}
