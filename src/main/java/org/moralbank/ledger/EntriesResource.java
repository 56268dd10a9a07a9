package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
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
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** The entries of a book, over HTTP. */
@Path("/v1/books/{book}/entries")
@Tag(name = "ledger", description = "Accounts, entries and what they come to.")
public class EntriesResource {
    private final Books books;
    private final LedgerReads reads;

    EntriesResource(Books books, LedgerReads reads) {
        this.books = books;
        this.reads = reads;
    }

    /** The schema of a page of entries. */
    @Schema(name = "Entries")
    record Entries(
            List<EntryView> items, @Schema(nullable = true) String next) {}

    /** The filters, as the query writes them. */
    static final class Filters {
        @RestQuery
        @Parameter(description = "The kind of event", schema = @Schema(implementation = EntryType.class))
        @Nullable
        String type;

        @RestQuery
        @Parameter(schema = @Schema(implementation = Unit.class))
        @Nullable
        String unit;

        @RestQuery
        @Parameter(description = "The client's own reference", example = "S-20250106-0001")
        @Nullable
        String reference;

        @RestQuery
        @Parameter(description = "Entries that post to this account, by its id", example = "2100:M-BHL-H0001:MIN")
        @Nullable
        String account;

        @RestQuery
        @Parameter(
                description = "Entries that were made together",
                schema = @Schema(type = SchemaType.STRING, format = "uuid"))
        @Nullable
        String group;

        @RestQuery
        @Parameter(
                description = "The first day on which it happened (occurredOn)",
                schema = @Schema(type = SchemaType.STRING, format = "date"))
        @Nullable
        String from;

        @RestQuery
        @Parameter(
                description = "The last day on which it happened (occurredOn)",
                schema = @Schema(type = SchemaType.STRING, format = "date"))
        @Nullable
        String to;

        EntryFilter checked() {
            Fields fields = new Fields();
            EntryType wanted = fields.optionalName("type", type, EntryType.class);
            AccountPath path = account == null ? null : AccountPath.parse(account);
            if (account != null && path == null) {
                fields.fault("account", "account");
            }
            EntryFilter filter = new EntryFilter(
                    wanted == null ? List.of() : List.of(wanted),
                    fields.optionalName("unit", unit, Unit.class),
                    fields.optionalReference("reference", reference),
                    path,
                    fields.optionalUuid("group", group),
                    fields.optionalDay("from", from),
                    fields.optionalDay("to", to));
            fields.refuseFaults();
            return filter;
        }
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "listEntries", summary = "Lists the entries of a book", description = """
                    The oldest first, in order of seq: nothing is ever put between two entries that were read, so that a
                    follower asks on from the last page's cursor. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "A page of entries",
            content = @Content(schema = @Schema(implementation = Entries.class)))
    @Extension(name = "x-problem-codes", value = "")
    public Uni<Page<EntryView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @jakarta.ws.rs.BeanParam Filters filters,
            @RestQuery
                    @Parameter(
                            description = "How many, 1 to 500; 50 when missing",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = "500",
                                            defaultValue = "50"))
                    @Nullable
                    String limit,
            @RestQuery @Parameter(description = "The cursor that the page before gave as next") @Nullable
                    String after) {
        EntryFilter filter = filters.checked();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book).chain(found -> reads.entries(found, filter, page));
    }

    @GET
    @Path("/{seq}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getEntry", summary = "Shows an entry", description = """
                    With what persons wrote about it, unless that was erased, the hash of its sealed bytes, and the entry
                    that took it back, if one did. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The entry",
            content = @Content(schema = @Schema(implementation = EntryView.class)))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<EntryView> get(@Context RoutingContext http, @RestPath String book, @RestPath String seq) {
        return books.of(Call.of(http), book).chain(found -> reads.entry(found, number(seq)));
    }

    /** The number of an entry; what is no number is no entry's. */
    static long number(String seq) {
        if (seq.matches("[1-9][0-9]{0,17}")) {
            return Long.parseLong(seq);
        }
        throw new ProtocolRejection.NotFound("entry").refused();
    }
}
