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
import org.moralbank.ledger.Unit;
import org.moralbank.linejobs.LineJobView;
import org.moralbank.linejobs.LineJobs;
import org.moralbank.linejobs.LineKind;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;

/** Balances from before the book, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/openings")
@Tag(name = "transfers", description = "Time and points given.")
public class OpeningsResource {
    static final LineKind LINES = LineKind.of(
            "openings", NewOpening.class, (ask, book, client, item) -> Openings.work(book, item.checked(book, client)));

    private static final List<EntryType> TYPES = List.of(EntryType.OPENING);

    private final Books books;
    private final Openings openings;
    private final PostedReads reads;
    private final LineJobs lineJobs;

    OpeningsResource(Books books, Openings openings, PostedReads reads, LineJobs lineJobs) {
        this.books = books;
        this.openings = openings;
        this.reads = reads;
        this.lineJobs = lineJobs;
    }

    /** The body of an opening balance. */
    @Schema(name = "NewOpening")
    record NewOpening(
            @Schema(description = "Id of the member", required = true, examples = "M-BHL-E0001") @Nullable
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

            @Schema(description = "When it happened; today when it is missing") @Nullable
            LocalDate occurredOn,

            @Schema(
                    description =
                            "The client's own reference; required in bulk, where it has one effect. Alone it is a label,"
                                    + " not checked",
                    examples = "O-2025-0001")
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
        Openings.Opening checked(BookHandle book, Client client) {
            Fields fields = new Fields();
            Openings.Opening checked = new Openings.Opening(
                    fields.id("member", member),
                    fields.amount("amount", amount),
                    fields.value("unit", unit, Unit.MIN),
                    Note.of(fields, this, book, client));
            fields.refuseFaults();
            return checked;
        }
    }

    /** The body of many. */
    @Schema(name = "NewOpenings")
    record NewOpenings(
            @Schema(
                    description = "Each with a reference of its own",
                    type = SchemaType.ARRAY,
                    implementation = NewOpening.class,
                    required = true,
                    minItems = 1,
                    maxItems = 500)
            @Nullable
            List<JsonNode> items,

            @Schema(description = "Whether one refusal refuses all", defaultValue = "false") @Nullable
            Boolean atomic)
            implements BulkRequest {}

    /** The body of more. */
    @Schema(name = "NewOpeningLines")
    record NewOpeningLines(
            @Schema(
                    description = "Each with a reference of its own",
                    type = SchemaType.ARRAY,
                    implementation = NewOpening.class,
                    required = true,
                    minItems = 1,
                    maxItems = LinesRequest.MOST_ITEMS)
            @Nullable
            List<byte[]> items)
            implements LinesRequest {}

    @POST
    @Allowed({Role.OPERATOR})
    @Operation(
            operationId = "openBalance",
            summary = "Brings a balance that a member had before the book began",
            description = """
                    Posts one entry, OPENING, from the book's opening balances to the member's own time or points. It is for the
                    move from an older system; nothing keeps it from being done twice but the keys and references.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewOpening.class),
                            examples =
                                    @ExampleObject(
                                            name = "opening",
                                            value =
                                                    "{\"member\": \"M-BHL-E0001\", \"amount\": 600, \"unit\": \"MIN\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Posted",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedView.class)))
    @Extension(name = "x-problem-codes", value = "unknown-member member-closed book-closed")
    public Uni<Response> open(@Context RoutingContext http, @RestPath String book, NewOpening body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> openings.open(call.ask(found.id()), found, body.checked(found, call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("bulk")
    @Allowed({Role.OPERATOR})
    @Operation(
            operationId = "openBalances",
            summary = "Brings the balances of many",
            description = BulkRequest.DESCRIPTION)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewOpenings.class),
                            examples =
                                    @ExampleObject(
                                            name = "openings",
                                            value =
                                                    "{\"items\": [{\"member\": \"M-BHL-E0001\", \"amount\": 600, \"unit\": \"MIN\", \"reference\": \"O-2025-0001\"}], \"atomic\": false}")))
    @APIResponse(
            responseCode = "200",
            description = "Decided, item by item",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedBulkView.class)))
    @Extension(name = "x-problem-codes", value = "bulk-refused")
    public Uni<Response> openMany(@Context RoutingContext http, @RestPath String book, NewOpenings body) {
        return lineJobs.bulk(Call.of(http), book, LINES, body).map(Responses::of);
    }

    @POST
    @Path("line-jobs")
    @Blocking
    @Allowed({Role.OPERATOR})
    @Operation(
            operationId = "orderOpenings",
            summary = "Orders more opening balances than a bulk takes",
            description = LineJobs.DESCRIPTION)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewOpeningLines.class),
                            examples =
                                    @ExampleObject(
                                            name = "openings",
                                            value =
                                                    "{\"items\": [{\"member\": \"M-BHL-E0001\", \"amount\": 600, \"unit\": \"MIN\", \"reference\": \"O-2025-0001\"}]}")))
    @APIResponse(
            responseCode = "201",
            description = "Ordered",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = LineJobView.class)))
    @Extension(name = "x-problem-codes", value = "too-many-line-jobs")
    public Uni<Response> order(@Context RoutingContext http, @RestPath String book, NewOpeningLines body) {
        return lineJobs.order(Call.of(http), book, LINES, body).map(Responses::of);
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listOpenings",
            summary = "Lists opening balances",
            description =
                    "A keyset page, the oldest first. A reversed one stays in the list; its entry names the reversal.")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedPageView.class)))
    public Uni<Page<PostedView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(description = "Only what this member had") @RestQuery @Nullable String member,
            @BeanParam PostedQuery query) {
        Fields fields = new Fields();
        EntryFilter filter = query.filter(TYPES, fields).withParty(PostedQuery.member(fields, "member", member));
        fields.refuseFaults();
        Page.Request page = query.page();
        return books.of(Call.of(http), book).chain(found -> reads.list(found, filter, page));
    }

    @GET
    @Path("{id}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getOpening",
            summary = "Shows an opening balance",
            description = "With its entry as it is now: what was written, and the reversal if there is one.")
    @APIResponse(
            responseCode = "200",
            description = "The opening balance",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedView.class)))
    public Uni<PostedView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        return books.of(Call.of(http), book).chain(found -> reads.one(found, TYPES, id, "opening"));
    }
}
