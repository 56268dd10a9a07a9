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

/** Gifts of time to kin, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/gifts")
@Tag(name = "transfers", description = "Time and points given.")
public class GiftsResource {
    static final LineKind LINES = LineKind.of(
            "gifts", NewGift.class, (ask, book, client, item) -> Gifts.work(book, item.checked(book, client)));

    private static final List<EntryType> TYPES = List.of(EntryType.GIFT_TIME_KIN);

    private final Books books;
    private final Gifts gifts;
    private final PostedReads reads;
    private final LineJobs lineJobs;

    GiftsResource(Books books, Gifts gifts, PostedReads reads, LineJobs lineJobs) {
        this.books = books;
        this.gifts = gifts;
        this.reads = reads;
        this.lineJobs = lineJobs;
    }

    /** The body of a gift. */
    @Schema(name = "NewGift")
    record NewGift(
            @Schema(description = "Id of the member who gives", required = true, examples = "M-BHL-H0001") @Nullable
            String from,

            @Schema(
                    description = "Id of the member who receives, registered as his kin",
                    required = true,
                    examples = "M-BHL-E0001")
            @Nullable
            String to,

            @Schema(
                    description = "In minor parts of the unit",
                    required = true,
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "120")
            @Nullable
            Long amount,

            @Schema(required = true, description = "MIN; points are not given") @Nullable
            Unit unit,

            @Schema(description = "When it happened; today when it is missing") @Nullable
            LocalDate occurredOn,

            @Schema(
                    description =
                            "The client's own reference; required in bulk, where it has one effect. Alone it is a label,"
                                    + " not checked",
                    examples = "G-2025-0001")
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
        Gifts.Gift checked(BookHandle book, Client client) {
            Fields fields = new Fields();
            Gifts.Gift checked = new Gifts.Gift(
                    fields.id("from", from),
                    fields.id("to", to),
                    fields.amount("amount", amount),
                    fields.value("unit", unit, Unit.MIN),
                    Note.of(fields, this, book, client));
            fields.refuseFaults();
            return checked;
        }
    }

    /** The body of many. */
    @Schema(name = "NewGifts")
    record NewGifts(
            @Schema(
                    description = "Each with a reference of its own",
                    type = SchemaType.ARRAY,
                    implementation = NewGift.class,
                    required = true,
                    minItems = 1,
                    maxItems = 500)
            @Nullable
            List<JsonNode> items,

            @Schema(description = "Whether one refusal refuses all", defaultValue = "false") @Nullable
            Boolean atomic)
            implements BulkRequest {}

    /** The body of more. */
    @Schema(name = "NewGiftLines")
    record NewGiftLines(
            @Schema(
                    description = "Each with a reference of its own",
                    type = SchemaType.ARRAY,
                    implementation = NewGift.class,
                    required = true,
                    minItems = 1,
                    maxItems = LinesRequest.MOST_ITEMS)
            @Nullable
            List<byte[]> items)
            implements LinesRequest {}

    @POST
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "giveGift", summary = "Gives time to kin", description = """
                    Posts one entry, GIFT_TIME_KIN, at once and for good. The receiver is registered as kin of the giver for at
                    least 24 hours, and 60 or older. Granted time is not the giver's to give and is left alone.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewGift.class),
                            examples =
                                    @ExampleObject(
                                            name = "gift",
                                            value =
                                                    "{\"from\": \"M-BHL-H0001\", \"to\": \"M-BHL-E0001\", \"amount\": 120, \"unit\": \"MIN\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Posted",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedView.class)))
    @Extension(
            name = "x-problem-codes",
            value =
                    "gift-of-time-only same-member unknown-member member-closed member-frozen not-kin kin-cooling-off kin-too-young book-closed"
                            + " insufficient-balance entry-too-large")
    public Uni<Response> give(@Context RoutingContext http, @RestPath String book, NewGift body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> gifts.give(call.ask(found.id()), found, body.checked(found, call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("bulk")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "giveGifts",
            summary = "Gives time to kin, many times",
            description = BulkRequest.DESCRIPTION)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewGifts.class),
                            examples =
                                    @ExampleObject(
                                            name = "gifts",
                                            value =
                                                    "{\"items\": [{\"from\": \"M-BHL-H0001\", \"to\": \"M-BHL-E0001\", \"amount\": 120, \"unit\": \"MIN\", \"reference\": \"G-2025-0001\"}], \"atomic\": false}")))
    @APIResponse(
            responseCode = "200",
            description = "Decided, item by item",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedBulkView.class)))
    @Extension(name = "x-problem-codes", value = "bulk-refused")
    public Uni<Response> giveMany(@Context RoutingContext http, @RestPath String book, NewGifts body) {
        return lineJobs.bulk(Call.of(http), book, LINES, body).map(Responses::of);
    }

    @POST
    @Path("line-jobs")
    @Blocking
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "orderGifts",
            summary = "Orders more gifts than a bulk takes",
            description = LineJobs.DESCRIPTION)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewGiftLines.class),
                            examples =
                                    @ExampleObject(
                                            name = "gifts",
                                            value =
                                                    "{\"items\": [{\"from\": \"M-BHL-H0001\", \"to\": \"M-BHL-E0001\", \"amount\": 120, \"unit\": \"MIN\", \"reference\": \"G-2025-0001\"}]}")))
    @APIResponse(
            responseCode = "201",
            description = "Ordered",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = LineJobView.class)))
    @Extension(name = "x-problem-codes", value = "too-many-line-jobs")
    public Uni<Response> order(@Context RoutingContext http, @RestPath String book, NewGiftLines body) {
        return lineJobs.order(Call.of(http), book, LINES, body).map(Responses::of);
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listGifts",
            summary = "Lists gifts",
            description =
                    "A keyset page, the oldest first. A reversed one stays in the list; its entry names the reversal.")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedPageView.class)))
    public Uni<Page<PostedView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(description = "Only what this member gave or got") @RestQuery @Nullable String member,
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
            operationId = "getGift",
            summary = "Shows a gift",
            description = "With its entry as it is now: what was written, and the reversal if there is one.")
    @APIResponse(
            responseCode = "200",
            description = "The gift",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedView.class)))
    public Uni<PostedView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        return books.of(Call.of(http), book).chain(found -> reads.one(found, TYPES, id, "gift"));
    }
}
