package org.moralbank.merchants;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
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
import org.moralbank.ledger.Books;
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

            @Schema(description = "Without it, a new merchant is ACTIVE and another stays as it is")
            Merchant.@Nullable Status status) {
        Merchants.Edit checked(String id) {
            Fields fields = new Fields();
            Merchants.Edit edit = new Merchants.Edit(
                    fields.id("id", id),
                    fields.text("name", name, LONGEST_NAME),
                    fields.value("kind", kind, Merchant.Kind.COMMERCIAL),
                    status);
            if (status == Merchant.Status.CLOSED) {
                fields.fault("status", "merchant-status");
            }
            fields.refuseFaults();
            return edit;
        }
    }

    @PUT
    @Path("/{id}")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "putMerchant", summary = "Registers a merchant, or edits it", description = """
                    Creates the merchant when it is not there. An edit needs the ETag of what is edited in If-Match; a PUT of
                    what is there already changes nothing and needs none. A suspended merchant sells nothing for points;
                    what it is owed stays.
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
                                            value = "{\"name\": \"龙生社区爱心积分超市\", \"kind\": \"COMMUNITY_STORE\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Registered; ETag is its version",
            content = @Content(schema = @Schema(implementation = MerchantView.class)))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = MerchantView.class)))
    @Extension(name = "x-problem-codes", value = "precondition-failed precondition-required")
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
                .map(merchant -> Response.ok(merchant)
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
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        Merchant.Kind ofKind = fields.optionalName("kind", kind, Merchant.Kind.class);
        Merchant.Status ofStatus = fields.optionalName("status", status, Merchant.Status.class);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book).chain(found -> store.list(found, ofKind, ofStatus, page));
    }
}
