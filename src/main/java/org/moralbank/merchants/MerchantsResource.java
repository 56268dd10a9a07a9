package org.moralbank.merchants;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.Operation;
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
import org.moralbank.ledger.Books;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.EditRejection;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Merchants over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/merchants")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class MerchantsResource {
    private static final int LONGEST_NAME = 100;
    private static final int MOST_CATEGORIES = 100;

    private final Books books;
    private final Merchants merchants;
    private final MerchantStore store;

    MerchantsResource(Books books, Merchants merchants, MerchantStore store) {
        this.books = books;
        this.merchants = merchants;
        this.store = store;
    }

    /** The body of a merchant's registration or edit. */
    @Schema(name = "MerchantEdit")
    record MerchantEdit(
            @Schema(required = true, maxLength = 100, examples = "龙生社区爱心积分超市") @Nullable
            String name,

            @Schema(required = true) Merchant.@Nullable Kind kind,

            @Schema(
                    description =
                            "What it may sell for points, by the categories of its catalogue; empty is everything."
                                    + " Without it, a new merchant sells everything and another stays as it is",
                    maxItems = 100,
                    examples = "[\"FOOD\",\"DAILY\"]")
            @Nullable
            List<@Nullable String> categories,

            @Schema(
                    description =
                            "Taken off at settlement, in parts of ten thousand. Without it, a new merchant has 0 and"
                                    + " another stays as it is",
                    minimum = "0",
                    maximum = "10000",
                    examples = "0")
            @Nullable
            Long discountBasisPoints,

            @Schema(
                    description = "How far below zero late refunds may take what it is owed, in hundredths of a point."
                            + " Without it, a new merchant has -1000000 and another stays as it is",
                    minimum = "-1000000",
                    maximum = "0",
                    examples = "-1000000")
            @Nullable
            Long payableFloor) {
        Merchants.Edit checked(String id) {
            Fields fields = new Fields();
            Merchants.Edit edit = new Merchants.Edit(
                    fields.id("id", id),
                    fields.text("name", name, LONGEST_NAME),
                    fields.value("kind", kind, Merchant.Kind.COMMERCIAL),
                    categoriesOf(fields),
                    discountBasisPoints == null
                            ? null
                            : (int) fields.number(
                                    "discountBasisPoints", discountBasisPoints, 0, Merchant.WHOLE_IN_BASIS_POINTS),
                    payableFloor == null
                            ? null
                            : fields.number("payableFloor", payableFloor, Merchant.LOWEST_FLOOR, 0));
            fields.refuseFaults();
            return edit;
        }

        private @Nullable List<String> categoriesOf(Fields fields) {
            if (categories == null) {
                return null;
            }
            if (categories.size() > MOST_CATEGORIES) {
                fields.fault("categories", "categories");
            }
            TreeSet<String> sorted = new TreeSet<>();
            for (int i = 0; i < categories.size(); i++) {
                sorted.add(fields.id("categories[" + i + "]", categories.get(i)));
            }
            return List.copyOf(sorted);
        }
    }

    @PUT
    @Path("/{id}")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "putMerchant", summary = "Registers a merchant, or edits it", description = """
                    Creates the merchant when it is not there. An edit needs the ETag of what is edited in If-Match; a PUT of
                    what is there already changes nothing and needs none. A new merchant is ACTIVE, and an edit leaves the
                    status as it is: to suspend, to resume and to close are operations of their own, which ask for a
                    reason.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = MerchantEdit.class),
                            examples =
                                    @ExampleObject(
                                            name = "store",
                                            value = "{\"name\": \"龙生社区爱心积分超市\", \"kind\": \"COMMUNITY_STORE\","
                                                    + " \"categories\": [\"DAILY\", \"FOOD\"]}")))
    @APIResponse(
            responseCode = "201",
            description = "Registered; ETag is its version",
            content = @Content(schema = @Schema(implementation = MerchantView.class)))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = MerchantView.class)))
    @Extension(name = "x-problem-codes", value = "merchant-already-closed precondition-required precondition-failed")
    public Uni<Response> put(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @Parameter(description = "The ETag of what is edited") @HeaderParam("If-Match") @Nullable String ifMatch,
            MerchantEdit body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> merchants.put(call.edit(found.id()), found, body.checked(id), ifMatch))
                .map(Responses::of);
    }

    @GET
    @Path("/{id}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getMerchant",
            summary = "Shows a merchant",
            description = "The merchant as it is now; ETag is its version. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The merchant",
            content = @Content(schema = @Schema(implementation = MerchantView.class)))
    public Uni<Response> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        return books.of(Call.of(http), book)
                .chain(found -> store.find(found, id))
                .map(found -> found.orElseThrow(() -> new ProtocolRejection.NotFound("merchant").refused()))
                .map(merchant -> Response.ok(MerchantView.of(merchant))
                        .header("ETag", EditRejection.etag(merchant.version()))
                        .build());
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listMerchants",
            summary = "Lists merchants in the order of their ids",
            description = "A page of the merchants that match every filter. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<MerchantView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(schema = @Schema(implementation = Merchant.Kind.class)) @RestQuery @Nullable String kind,
            @Parameter(schema = @Schema(implementation = Merchant.Status.class)) @RestQuery @Nullable String status,
            @Parameter(description = "Those that may sell it for points") @RestQuery @Nullable String category,
            @Parameter(description = "Only those registered on this day or later", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String from,
            @Parameter(description = "Only those registered on this day or before", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String to,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        Merchant.Kind ofKind = fields.optionalName("kind", kind, Merchant.Kind.class);
        Merchant.Status ofStatus = fields.optionalName("status", status, Merchant.Status.class);
        String ofCategory = fields.optionalId("category", category);
        DayRange registered = fields.optionalDays(from, to);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book)
                .chain(found -> store.list(found, ofKind, ofStatus, ofCategory, registered, page));
    }

    @POST
    @Path("/{id}/suspend")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "suspendMerchant", summary = "Suspends a merchant", description = """
                    Once it is answered, the merchant sells nothing for points, at any terminal. What was sold can be taken back and
                    is settled as before. Its terminals and their keys are left as they are: with them they still upload what they
                    sold without a connection before, by the times that they tell themselves.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples =
                                    @ExampleObject(
                                            name = "suspend",
                                            value = "{\"reason\":\"盘点\",\"actor\":\"W-001\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = MerchantView.class)))
    @Extension(name = "x-problem-codes", value = "merchant-already-closed merchant-already-suspended")
    public Uni<Response> suspend(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> merchants.suspend(call.ask(found.id()), found, id, body.checked(call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{id}/resume")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "resumeMerchant", summary = "Ends a merchant's suspension", description = """
                    The merchant sells again, at the terminals that are not suspended themselves.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples = @ExampleObject(name = "resume", value = "{\"reason\":\"盘点结束\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = MerchantView.class)))
    @Extension(name = "x-problem-codes", value = "merchant-already-closed merchant-not-suspended")
    public Uni<Response> resume(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> merchants.resume(call.ask(found.id()), found, id, body.checked(call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{id}/close")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "closeMerchant", summary = "Closes a merchant, for good", description = """
                    The merchant sells nothing for points any more, and nothing of it is edited. It may be owed something still: what
                    was sold can be taken back, and its payable is settled as before. It may owe something too, which is
                    written off when it will not pay it (writeOffMerchant). Nothing is posted.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples = @ExampleObject(name = "close", value = "{\"reason\":\"停止合作\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = MerchantView.class)))
    @Extension(name = "x-problem-codes", value = "merchant-already-closed")
    public Uni<Response> close(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> merchants.close(call.ask(found.id()), found, id, body.checked(call.client())))
                .map(Responses::of);
    }

    @GET
    @Path("/{id}/status-changes")
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listMerchantStatusChanges",
            summary = "Lists who suspended, resumed or closed a merchant",
            description = "In order of time, with the reasons that were given. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<StatusChange.View>> statusChanges(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @Parameter(description = "The first day of a change", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String from,
            @Parameter(description = "The last day of a change", schema = @Schema(format = "date")) @RestQuery @Nullable
                    String to,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        DayRange days = fields.optionalDays(from, to);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book)
                .call(found -> store.ofPath(found, id))
                .chain(found -> store.statusChanges(found, StatusChange.Of.merchant(found.id(), id), days, page));
    }
}
