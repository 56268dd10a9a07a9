package org.moralbank.ledger;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.LongRead;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** The entries of a book, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/entries")
@Tag(name = "ledger", description = "Accounts, entries and what they come to.")
public class EntriesResource {
    private final Books books;
    private final LedgerReads reads;
    private final Reversals reversals;
    private final EntryExport export;

    EntriesResource(Books books, LedgerReads reads, Reversals reversals, EntryExport export) {
        this.books = books;
        this.reads = reads;
        this.reversals = reversals;
        this.export = export;
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
            DayRange days = fields.optionalDays(from, to);
            EntryFilter filter = new EntryFilter(
                    wanted == null ? List.of() : List.of(wanted),
                    fields.optionalName("unit", unit, Unit.class),
                    fields.optionalReference("reference", reference),
                    path,
                    fields.optionalUuid("group", group),
                    List.of(),
                    days.from(),
                    days.to());
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

                    As text/csv (RFC 4180, a row per posting) and as text/x-hledger (a journal that hledger checks, with a
                    balance assertion on every posting unless a filter leaves out postings of an account) the answer is all
                    that the filters let through, up to the last entry at its beginning, without pages; what persons wrote
                    is not in it. Like reports, only so many are written at a time, others are refused 429 `overloaded`; a
                    client that takes nothing of its file for a minute or two is cut off.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "A page of entries, or all of them as a file",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Entries.class)),
                @Content(mediaType = "text/csv", schema = @Schema(implementation = String.class)),
                @Content(mediaType = "text/x-hledger", schema = @Schema(implementation = String.class))
            })
    @Extension(name = "x-problem-codes", value = "range-too-large")
    public Uni<Page<EntryView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @BeanParam Filters filters,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        EntryFilter filter = filters.checked();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book).chain(found -> reads.entries(found, filter, page));
    }

    @GET
    @Produces("text/csv")
    @LongRead
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(hidden = true)
    public Multi<Buffer> csv(@Context RoutingContext http, @RestPath String book, @BeanParam Filters filters) {
        EntryFilter filter = filters.checked();
        return books.of(Call.of(http), book).onItem().transformToMulti(found -> export.csv(found, filter));
    }

    @GET
    @Produces("text/x-hledger")
    @LongRead
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(hidden = true)
    public Multi<Buffer> journal(@Context RoutingContext http, @RestPath String book, @BeanParam Filters filters) {
        EntryFilter filter = filters.checked();
        return books.of(Call.of(http), book).onItem().transformToMulti(found -> export.journal(found, filter));
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

    /** The body of a reversal. */
    @Schema(name = "NewReversal")
    record NewReversal(
            @Schema(
                    description = "Why it is taken back; kept beside the sealed entry",
                    required = true,
                    examples = "录入有误")
            @Nullable
            String reason,

            @Schema(description = "The business day of the reversal; today when it is missing") @Nullable
            LocalDate occurredOn,

            @Nullable String reference,
            @Nullable Map<String, String> metadata,

            @Schema(description = "Id of the person who asks for it", examples = "P-7") @Nullable
            String actor,

            @Nullable String onBehalfOf,

            @Schema(description = "Id of the person who approved it; not the actor", examples = "P-9") @Nullable
            String approver)
            implements Noted {
        Note checked(BookHandle book, Call call) {
            Fields fields = new Fields();
            if (reason == null) {
                fields.fault("reason", "required");
            }
            Note note = Note.of(fields, this, book, call.client()).approvedBy(fields, approver);
            fields.refuseFaults();
            return note;
        }
    }

    @POST
    @Path("/{seq}/reversal")
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "reverseEntry", summary = "Takes an entry back", description = """
                    Posts the mirror of the entry, and of those that were made with it, the last first. What their owner
                    no longer has, or has held, goes to his shortfall and is taken from his next earnings; no balance
                    falls below its floor. What comes back to a lot that has expired since can be spent for 30 days, an expiry
                    that is taken back too. What had expired of a grant comes back with the grant. Frozen and closed accounts
                    take part. What comes back to a member who has left is passed on in the same group, so that nothing lies
                    where nobody can spend it: what he owes is paid first (SHORTFALL_RECOVER), granted time goes back to the
                    fund or pool that it came from, his own to the pool (ACCOUNT_CLOSE). What a member, a team or the pool owes is
                    paid from what comes back to it (SHORTFALL_RECOVER), of granted time only what is of a grant that was taken
                    back itself; of a frozen member nothing is taken. What his closing gave back to the fund, pool or heir that it came from is not taken back as
                    well (given-back). The entry itself is not changed. An entry is reversed at most once, and a reversal never;
                    an entry of a feature's own life is taken back by the operation that the refusal names.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewReversal.class),
                            examples =
                                    @ExampleObject(
                                            name = "a wrong record",
                                            value =
                                                    "{\"reason\": \"录入有误\", \"actor\": \"P-7\", \"approver\": \"P-9\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Posted",
            content = @Content(schema = @Schema(implementation = Reversals.Reversal.class)))
    @Extension(
            name = "x-problem-codes",
            value = "not-found reversal-not-reversible use-other-operation already-reversed given-back limit-exceeded")
    public Uni<Response> reverse(
            @Context RoutingContext http, @RestPath String book, @RestPath String seq, NewReversal body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> reversals.reverse(call.ask(found.id()), found, number(seq), body.checked(found, call)))
                .map(Responses::of);
    }

    /** The number of an entry; what is no number is no entry's. */
    static long number(String seq) {
        long number = Ids.number(seq);
        if (number == 0) {
            throw new ProtocolRejection.NotFound("entry").refused();
        }
        return number;
    }
}
