package org.moralbank.settlements;

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
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.Books;
import org.moralbank.platform.EditRejection;
import org.moralbank.platform.Fields;

/** What a book pays merchants with, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/settlement-terms")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class SettlementTermsResource {
    private final Books books;
    private final Settlements settlements;
    private final SettlementStore store;

    SettlementTermsResource(Books books, Settlements settlements, SettlementStore store) {
        this.books = books;
        this.settlements = settlements;
        this.store = store;
    }

    /** The body of an edit. */
    @Schema(name = "SettlementTermsEdit")
    record TermsEdit(
            @Schema(
                    required = true,
                    description = "Hundredths of a CNY for a whole point",
                    minimum = "1",
                    maximum = "10000",
                    examples = "100")
            @Nullable
            Long fenPerPoint) {
        int checked() {
            Fields fields = new Fields();
            long fen = fields.number("fenPerPoint", fenPerPoint, 1, Terms.MOST_FEN_PER_POINT);
            fields.refuseFaults();
            return (int) fen;
        }
    }

    @PUT
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "putSettlementTerms", summary = "Says what a point is paid with", description = """
                    Holds for batches that are closed from now on; those that are closed keep their amount. Until it is
                    said, a point is paid with 1.00 CNY.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = TermsEdit.class),
                            examples = @ExampleObject(name = "a tenth", value = "{\"fenPerPoint\": 10}")))
    @APIResponse(
            responseCode = "201",
            description = "Said for the first time; ETag is its version",
            content = @Content(schema = @Schema(implementation = TermsView.class)))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = TermsView.class)))
    @Extension(name = "x-problem-codes", value = "precondition-required precondition-failed")
    public Uni<Response> put(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(description = "The ETag of what is edited") @HeaderParam("If-Match") @Nullable String ifMatch,
            TermsEdit body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> settlements.put(call.edit(found.id()), found, body.checked(), ifMatch))
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getSettlementTerms",
            summary = "Shows what a point is paid with",
            description = "ETag is its version; 0 where nothing was said. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The terms",
            content = @Content(schema = @Schema(implementation = TermsView.class)))
    public Uni<Response> get(@Context RoutingContext http, @RestPath String book) {
        return books.of(Call.of(http), book)
                .chain(store::terms)
                .map(terms -> Response.ok(TermsView.of(terms))
                        .header("ETag", EditRejection.etag(terms.version()))
                        .build());
    }
}
