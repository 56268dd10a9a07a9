package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
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
import org.moralbank.access.Client;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;

/** What terminals may sell without a connection, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/merchants/{id}/terminals/{terminalId}/allowances")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class AllowancesResource {
    private static final long MOST_SALES = 100_000;
    private static final long LONGEST_HOURS = 168;

    private final Books books;
    private final Allowances allowances;
    private final AllowanceStore store;

    AllowancesResource(Books books, Allowances allowances, AllowanceStore store) {
        this.books = books;
        this.allowances = allowances;
        this.store = store;
    }

    /** The body of an allowance. */
    @Schema(name = "NewAllowance")
    record NewAllowance(
            @Schema(
                    description = "The most of one sale, in hundredths of a point",
                    required = true,
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "1000")
            @Nullable
            Long perSale,

            @Schema(description = "How many sales", required = true, minimum = "1", maximum = "100000", examples = "50")
            @Nullable
            Long count,

            @Schema(
                    description = "For how long, from now",
                    required = true,
                    minimum = "1",
                    maximum = "168",
                    examples = "24")
            @Nullable
            Long hours,

            @Schema(description = "Id of the person who allows it") @Nullable
            String actor) {
        Allowances.Order checked(Client client) {
            Fields fields = new Fields();
            Allowances.Order order = new Allowances.Order(
                    fields.amount("perSale", perSale),
                    (int) fields.number("count", count, 1, MOST_SALES),
                    Duration.ofHours(fields.number("hours", hours, 1, LONGEST_HOURS)),
                    new Attribution(client.id(), client.name(), fields.optionalId("actor", actor), null, null));
            fields.refuseFaults();
            return order;
        }
    }

    @POST
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "allowOffline",
            summary = "Allows a terminal to sell without a connection",
            description = """
                    From now, for so many hours, the terminal may make so many sales, none of them above `perSale`, and upload
                    them afterwards (`uploadOfflineSales`). The terminal finds the allowance in the list, and needs to keep only
                    its id, limits and `signature`, and to send id and signature back. The signature is of the service's key over
                    the terminal, limits and times: it shows, when the sales come, that it was this service that allowed them,
                    and that nobody has raised a limit since, in the till or in the database. It is no secret, and opens nothing
                    by itself.

                    A terminal has one allowance that holds at a time: another is refused 409 until its time is over or it is
                    revoked. Nothing is held or posted. What members lack when the sales come is their shortfall, at most
                    `perSale` × `count`: allow no more than the community is ready to lend.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewAllowance.class),
                            examples =
                                    @ExampleObject(
                                            name = "day",
                                            value = "{\"perSale\": 1000, \"count\": 50, \"hours\": 24}")))
    @APIResponse(
            responseCode = "201",
            description = "Allowed",
            content = @Content(schema = @Schema(implementation = AllowanceView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "book-closed merchant-suspended merchant-closed terminal-suspended terminal-closed"
                    + " allowance-live secrets-key-missing")
    public Uni<Response> make(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            NewAllowance body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> allowances.make(
                        call.ask(found.id()), found, till(found, id, terminalId), body.checked(call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{allowanceId}/revoke")
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "revokeAllowance", summary = "Takes an allowance back", description = """
                    What the terminal sells from now on is refused when it is uploaded; what it had sold until now is taken. One
                    that was revoked before is left as it is. No body is needed.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "Revoked",
            content = @Content(schema = @Schema(implementation = AllowanceView.class)))
    public Uni<Response> revoke(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            @RestPath String allowanceId) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> allowances.revoke(
                        call.ask(found.id()), found, till(found, id, terminalId), Ids.parse(allowanceId)))
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.TERMINAL, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listAllowances",
            summary = "Lists what a terminal may sell without a connection",
            description =
                    "A keyset page, the oldest first; at most one is LIVE. A terminal sees its own. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<AllowanceView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            @Parameter(description = "1 to 500; 50 when it is missing") @RestQuery @Nullable String limit,
            @Parameter(description = "The next of the page before") @RestQuery @Nullable String after) {
        Call call = Call.of(http);
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(call, book)
                .call(found -> store.ofPath(Sight.of(call.client()), till(found, id, terminalId)))
                .chain(found -> store.list(till(found, id, terminalId), page));
    }

    @GET
    @Path("/{allowanceId}")
    @Allowed({Role.TERMINAL, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getAllowance",
            summary = "Shows an allowance of a terminal",
            description = "As it is now, LIVE or not. A terminal sees its own. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The allowance",
            content = @Content(schema = @Schema(implementation = AllowanceView.class)))
    public Uni<AllowanceView> get(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            @RestPath String allowanceId) {
        Call call = Call.of(http);
        return books.of(call, book)
                .call(found -> store.ofPath(Sight.of(call.client()), till(found, id, terminalId)))
                .chain(found -> store.find(till(found, id, terminalId), Ids.parse(allowanceId)));
    }

    private static Allowance.Till till(BookHandle book, String merchant, String terminal) {
        return new Allowance.Till(book.id(), merchant, terminal);
    }
}
