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
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.EditRejection;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** The stores of merchants over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/merchants/{id}/stores")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class StoresResource {
    private static final int LONGEST_TEXT = 100;

    private final Books books;
    private final Stores stores;
    private final MerchantStore store;

    StoresResource(Books books, Stores stores, MerchantStore store) {
        this.books = books;
        this.stores = stores;
        this.store = store;
    }

    /** The body of a store's registration or edit. */
    @Schema(name = "StoreEdit")
    record StoreEdit(
            @Schema(required = true, maxLength = 100, examples = "龙生店") @Nullable
            String name,

            @Schema(description = "Where it is", maxLength = 100, examples = "龙生路 8 号") @Nullable
            String place) {
        Stores.Edit checked(String id) {
            Fields fields = new Fields();
            Stores.Edit edit = new Stores.Edit(
                    fields.id("storeId", id),
                    fields.text("name", name, LONGEST_TEXT),
                    fields.optionalText("place", place, LONGEST_TEXT));
            fields.refuseFaults();
            return edit;
        }
    }

    @PUT
    @Path("/{storeId}")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "putStore", summary = "Registers a store of a merchant, or edits it", description = """
                    Creates the store, ACTIVE, when it is not there. An edit needs the ETag of what is edited in If-Match; a PUT
                    of what is there already changes nothing and needs none. Its status is not edited here. A closed store
                    and a closed merchant's stores are not edited.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StoreEdit.class),
                            examples =
                                    @ExampleObject(
                                            name = "store",
                                            value = "{\"name\": \"龙生店\", \"place\": \"龙生路 8 号\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Registered; ETag is its version",
            content = @Content(schema = @Schema(implementation = StoreView.class)))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = StoreView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "merchant-already-closed store-already-closed precondition-required precondition-failed")
    public Uni<Response> put(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String storeId,
            @Parameter(description = "The ETag of what is edited") @HeaderParam("If-Match") @Nullable String ifMatch,
            StoreEdit body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> stores.put(call.edit(found.id()), found, id, body.checked(storeId), ifMatch))
                .map(Responses::of);
    }

    @GET
    @Path("/{storeId}")
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getStore",
            summary = "Shows a store of a merchant",
            description =
                    "The store as it is now; ETag is its version. A terminal sees those of its merchant. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The store",
            content = @Content(schema = @Schema(implementation = StoreView.class)))
    public Uni<Response> get(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, @RestPath String storeId) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> find(found, id, storeId, call))
                .map(seen -> Response.ok(StoreView.of(seen))
                        .header("ETag", EditRejection.etag(seen.version()))
                        .build());
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listStores",
            summary = "Lists the stores of a merchant in the order of their ids",
            description = "A page of the merchant's stores that match every filter. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<StoreView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @Parameter(schema = @Schema(implementation = Store.Status.class)) @RestQuery @Nullable String status,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        Store.Status ofStatus = fields.optionalName("status", status, Store.Status.class);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book)
                .call(found -> store.ofPath(found, id))
                .chain(found -> store.listStores(found, id, ofStatus, page));
    }

    @POST
    @Path("/{storeId}/suspend")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "suspendStore", summary = "Suspends a store", description = """
                    Once it is answered, the terminals that stand in it sell nothing: `terminal-suspended`. What they sold they can still
                    take back, what they authorized capture or void, and what they sold without a connection before upload, as with a
                    suspended terminal. Their own status is as it was.
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
            content = @Content(schema = @Schema(implementation = StoreView.class)))
    @Extension(name = "x-problem-codes", value = "store-already-closed store-already-suspended")
    public Uni<Response> suspend(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String storeId,
            StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> stores.suspend(call.ask(found.id()), found, id, storeId, body.checked(call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{storeId}/resume")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "resumeStore", summary = "Ends a store's suspension", description = """
                    The terminals that stand in it sell again, if they and the merchant are active.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples = @ExampleObject(name = "resume", value = "{\"reason\":\"盘点完成\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = StoreView.class)))
    @Extension(name = "x-problem-codes", value = "store-already-closed store-not-suspended")
    public Uni<Response> resume(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String storeId,
            StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> stores.resume(call.ask(found.id()), found, id, storeId, body.checked(call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{storeId}/close")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "closeStore", summary = "Closes a store, for good", description = """
                    The terminals that stand in it sell nothing any more there, as when it is suspended, and none is put into it. To sell
                    again they are put into another store.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples = @ExampleObject(name = "close", value = "{\"reason\":\"门店撤销\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = StoreView.class)))
    @Extension(name = "x-problem-codes", value = "store-already-closed")
    public Uni<Response> close(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String storeId,
            StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> stores.close(call.ask(found.id()), found, id, storeId, body.checked(call.client())))
                .map(Responses::of);
    }

    @GET
    @Path("/{storeId}/status-changes")
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listStoreStatusChanges",
            summary = "Lists who suspended, resumed or closed a store",
            description = "In order of time, with the reasons that were given. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<StatusChange.View>> statusChanges(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String storeId,
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
        Call call = Call.of(http);
        return books.of(call, book)
                .call(found -> find(found, id, storeId, call))
                .chain(found -> store.statusChanges(found, StatusChange.Of.store(found.id(), id, storeId), days, page));
    }

    /** Another merchant's is not there for a till. */
    private Uni<Store> find(BookHandle book, String merchant, String id, Call call) {
        return store.findStore(book, merchant, id)
                .map(found -> found.filter(seen -> call.client().sees(merchant))
                        .orElseThrow(() -> new ProtocolRejection.NotFound("store").refused()));
    }
}
