package org.moralbank.transfers;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
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
import org.moralbank.access.BulkRequest;
import org.moralbank.access.Call;
import org.moralbank.access.Client;
import org.moralbank.access.LinesRequest;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.EntryFilter;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Noted;
import org.moralbank.ledger.Party;
import org.moralbank.ledger.Unit;
import org.moralbank.linejobs.LineJobView;
import org.moralbank.linejobs.LineJobs;
import org.moralbank.linejobs.LineKind;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;

/** Grants from funds and the pools, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/grants")
@Tag(name = "transfers", description = "Time and points given.")
public class GrantsResource {
    static final LineKind LINES = LineKind.of(
            "grants", NewGrant.class, (ask, book, client, item) -> Grants.work(ask, book, item.checked(book, client)));

    private static final List<EntryType> TYPES =
            List.of(EntryType.GRANT_TIME, EntryType.GRANT_TIME_FROM_POOL, EntryType.GRANT_POINTS);

    /** Whatever the clock; the work, which knows the day, says the rest. */
    private static final LocalDate FIRST_DAY = LocalDate.of(1990, 1, 1);

    private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);

    /** With a dot and a year behind it, it is as long as an owner's id may be. */
    private static final int LONGEST_FUND = 59;

    private final Books books;
    private final Grants grants;
    private final PostedReads reads;
    private final LineJobs lineJobs;

    GrantsResource(Books books, Grants grants, PostedReads reads, LineJobs lineJobs) {
        this.books = books;
        this.grants = grants;
        this.reads = reads;
        this.lineJobs = lineJobs;
    }

    /** The body of a grant. */
    @Schema(name = "NewGrant")
    record NewGrant(
            @Schema(
                    description =
                            "Id of the fund: at most 59 letters, digits, - and _; or POOL for what members donated",
                    required = true,
                    examples = "PUBLIC")
            @Nullable
            String fund,

            @Schema(description = "Id of the member who receives", required = true, examples = "M-BHL-E0001") @Nullable
            String member,

            @Schema(
                    description = "In minor parts of the unit",
                    required = true,
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "600")
            @Nullable
            Long amount,

            @Schema(required = true) @Nullable Unit unit,

            @Schema(description = "The last day on which it can be spent; 31 December when it is missing. Time only")
            @Nullable
            LocalDate expiresOn,

            @Schema(
                    description =
                            "Whether it is for service only, not for giving away. A transfer counts as payment for a service:"
                                    + " restricted time may be spent by it, and is the receiver's own then. Time only",
                    defaultValue = "true")
            @Nullable
            Boolean restricted,

            @Schema(description = "When it happened; today when it is missing") @Nullable
            LocalDate occurredOn,

            @Schema(
                    description =
                            "The client's own reference; required in bulk, where it has one effect. Alone it is a label,"
                                    + " not checked",
                    examples = "F-2025-0001")
            @Nullable
            String reference,

            @Schema(description = "Free text, kept beside the sealed entry") @Nullable
            String reason,

            @Schema(description = "Up to 20 strings, kept beside the sealed entry") @Nullable
            Map<String, String> metadata,

            @Schema(description = "Id of the person who acts") @Nullable
            String actor,

            @Schema(description = "Id of the person for whom he acts") @Nullable
            String onBehalfOf)
            implements Noted {
        Grants.Grant checked(BookHandle book, Client client) {
            Fields fields = new Fields();
            Grants.Grant checked = new Grants.Grant(
                    fundId(fields, fund),
                    fields.id("member", member),
                    fields.amount("amount", amount),
                    fields.value("unit", unit, Unit.MIN),
                    expiresOn == null ? null : fields.dayWithin("expiresOn", expiresOn, FIRST_DAY, LAST_DAY),
                    !Boolean.FALSE.equals(restricted),
                    Note.of(fields, this, book, client));
            if (unit == Unit.PTS && expiresOn != null) {
                fields.fault("expiresOn", "time-only");
            }
            if (unit == Unit.PTS && restricted != null) {
                fields.fault("restricted", "time-only");
            }
            fields.refuseFaults();
            return checked;
        }
    }

    /** An id without a dot, and shorter than others: in an account's owner the year of the budget stands behind one. */
    private static String fundId(Fields fields, @Nullable String fund) {
        String id = fields.id("fund", fund);
        if (id.indexOf('.') >= 0) {
            fields.fault("fund", "dot");
        }
        if (id.length() > LONGEST_FUND) {
            fields.fault("fund", "fund");
        }
        return id;
    }

    /** The body of many. */
    @Schema(name = "NewGrants")
    record NewGrants(
            @Schema(
                    description = "Each with a reference of its own",
                    type = SchemaType.ARRAY,
                    implementation = NewGrant.class,
                    required = true,
                    minItems = 1,
                    maxItems = 500)
            @Nullable
            List<JsonNode> items,

            @Schema(description = "Whether one refusal refuses all", defaultValue = "false") @Nullable
            Boolean atomic)
            implements BulkRequest {}

    /** The body of more. */
    @Schema(name = "NewGrantLines")
    record NewGrantLines(
            @Schema(
                    description = "Each with a reference of its own",
                    type = SchemaType.ARRAY,
                    implementation = NewGrant.class,
                    required = true,
                    minItems = 1,
                    maxItems = LinesRequest.MOST_ITEMS)
            @Nullable
            List<byte[]> items)
            implements LinesRequest {}

    @POST
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "grant",
            summary = "Gives a member time from a fund or the pool, or points from the pool",
            description = """
                    Posts one entry, at once and for good: GRANT_TIME from a fund's budget of this year, GRANT_TIME_FROM_POOL, or
                    GRANT_POINTS from the pool. Time becomes a lot of its own, which expires, on 31 December when nothing else is
                    said, and is for service only unless restricted is false. What is left of it after that day goes out of
                    circulation by itself (EXPIRE_TIME). Granted points are the member's own.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewGrant.class),
                            examples =
                                    @ExampleObject(
                                            name = "grant",
                                            value =
                                                    "{\"fund\": \"PUBLIC\", \"member\": \"M-BHL-E0001\", \"amount\": 600, \"unit\": \"MIN\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Posted",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "fund-gives-time-only unknown-member member-closed book-closed insufficient-balance limit-exceeded")
    public Uni<Response> give(@Context RoutingContext http, @RestPath String book, NewGrant body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> grants.grant(call.ask(found.id()), found, body.checked(found, call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("bulk")
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "grantMany", summary = "Grants, many times", description = BulkRequest.DESCRIPTION)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewGrants.class),
                            examples =
                                    @ExampleObject(
                                            name = "grants",
                                            value =
                                                    "{\"items\": [{\"fund\": \"PUBLIC\", \"member\": \"M-BHL-E0001\", \"amount\": 600, \"unit\": \"MIN\", \"reference\": \"F-2025-0001\"}], \"atomic\": false}")))
    @APIResponse(
            responseCode = "200",
            description = "Decided, item by item",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedBulkView.class)))
    @Extension(name = "x-problem-codes", value = "bulk-refused")
    public Uni<Response> giveMany(@Context RoutingContext http, @RestPath String book, NewGrants body) {
        return lineJobs.bulk(Call.of(http), book, LINES, body).map(Responses::of);
    }

    @POST
    @Path("line-jobs")
    @Blocking
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "orderGrants",
            summary = "Orders more grants than a bulk takes",
            description = LineJobs.DESCRIPTION)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewGrantLines.class),
                            examples =
                                    @ExampleObject(
                                            name = "grants",
                                            value =
                                                    "{\"items\": [{\"fund\": \"PUBLIC\", \"member\": \"M-BHL-E0001\", \"amount\": 600, \"unit\": \"MIN\", \"reference\": \"F-2025-0001\"}]}")))
    @APIResponse(
            responseCode = "201",
            description = "Ordered",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = LineJobView.class)))
    @Extension(name = "x-problem-codes", value = "too-many-line-jobs")
    public Uni<Response> order(@Context RoutingContext http, @RestPath String book, NewGrantLines body) {
        return lineJobs.order(Call.of(http), book, LINES, body).map(Responses::of);
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listGrants",
            summary = "Lists grants",
            description =
                    "A keyset page, the oldest first. A reversed one stays in the list; its entry names the reversal.")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedPageView.class)))
    public Uni<Page<PostedView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(description = "Only what this fund gave; POOL is what members donated") @RestQuery @Nullable
                    String fund,
            @Parameter(description = "Only what this member got") @RestQuery @Nullable String member,
            @BeanParam PostedQuery query) {
        Fields fields = new Fields();
        EntryFilter filter = query.filter(TYPES, fields)
                .withParty(PostedQuery.member(fields, "member", member))
                .withParty(fund == null ? null : Party.fund(fundId(fields, fund)));
        fields.refuseFaults();
        Page.Request page = query.page();
        return books.of(Call.of(http), book).chain(found -> reads.list(found, filter, page));
    }

    @GET
    @Path("{id}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getGrant",
            summary = "Shows a grant",
            description = "With its entry as it is now: what was written, and the reversal if there is one.")
    @APIResponse(
            responseCode = "200",
            description = "The grant",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedView.class)))
    public Uni<PostedView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        return books.of(Call.of(http), book).chain(found -> reads.one(found, TYPES, id, "grant"));
    }
}
