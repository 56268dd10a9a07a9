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
import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;
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
import org.moralbank.commits.Once;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Noted;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Redemptions over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/redemptions")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class RedemptionsResource {
    private final Books books;
    private final Redemptions redemptions;
    private final RedemptionStore store;

    RedemptionsResource(Books books, Redemptions redemptions, RedemptionStore store) {
        this.books = books;
        this.redemptions = redemptions;
        this.store = store;
    }

    /** The body of a redemption. */
    @Schema(name = "NewRedemption")
    record NewRedemption(
            @Schema(required = true) Redemption.@Nullable Mode mode,

            @Schema(description = "Id of the member who pays", required = true, examples = "M-LS-R0001") @Nullable
            String member,

            @Schema(required = true, examples = "MER-LS-01") @Nullable
            String merchant,

            @Schema(
                    description = "In hundredths of a point",
                    required = true,
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "500")
            @Nullable
            Long amount,

            @Schema(description = "PTS: time is not redeemed", required = true) @Nullable
            Unit unit,

            @Schema(description = "Id of the terminal; goes with terminalTransaction", examples = "T1") @Nullable
            String terminal,

            @Schema(
                    description = "The terminal's own number of it, used once; goes with terminal",
                    examples = "20250609-000017")
            @Nullable
            String terminalTransaction,

            @Nullable LocalDate occurredOn,
            @Nullable String reference,
            @Nullable String reason,
            @Nullable Map<String, String> metadata,
            @Nullable String actor,
            @Nullable String onBehalfOf)
            implements Noted {
        Redemptions.Sale checked(BookHandle book, Call call) {
            Fields fields = new Fields();
            fields.value("mode", mode, Redemption.Mode.SALE);
            Redemption.Till till = terminal == null && terminalTransaction == null
                    ? null
                    : new Redemption.Till(
                            fields.id("terminal", terminal),
                            fields.reference("terminalTransaction", terminalTransaction));
            Redemptions.Sale sale = new Redemptions.Sale(
                    fields.id("member", member),
                    fields.id("merchant", merchant),
                    fields.amount("amount", amount),
                    fields.value("unit", unit, Unit.PTS),
                    till,
                    Note.of(fields, this, book, call.client()));
            fields.refuseFaults();
            return sale;
        }
    }

    @POST
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "redeem", summary = "Spends a member's points at a merchant", description = """
                    In mode SALE the points move to the merchant at once and for good (REDEEM_SALE), the earliest lot to
                    expire first. The same terminal transaction with the same content is answered with the first effect,
                    whatever the key. A terminal sells for its own merchant; any other is unknown to it.

                    Time is never redeemed. The answer tells what the merchant is owed then, and not what the member has
                    left. A sale is not reversed by hand.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewRedemption.class),
                            examples = {
                                @ExampleObject(name = "terminal", summary = "At a terminal", value = """
                                        {
                                          "mode": "SALE", "member": "M-LS-R0001", "merchant": "MER-LS-01", "amount": 500,
                                          "unit": "PTS", "terminal": "T1", "terminalTransaction": "20250609-000017"
                                        }
                                        """),
                                @ExampleObject(name = "desk", summary = "At a desk", value = """
                                        {
                                          "mode": "SALE", "member": "M-LS-R0001", "merchant": "MER-LS-01", "amount": 500,
                                          "unit": "PTS", "reference": "DESK-17", "actor": "C-LS-01"
                                        }
                                        """)
                            }))
    @APIResponse(
            responseCode = "201",
            description = "Sold",
            content = @Content(schema = @Schema(implementation = RedemptionView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "unknown-merchant duplicate-reference merchant-suspended time-not-redeemable unknown-member"
                    + " member-closed member-frozen insufficient-balance")
    public Uni<Response> redeem(@Context RoutingContext http, @RestPath String book, NewRedemption body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> redemptions.sell(
                        call.ask(found.id()),
                        found,
                        Sight.of(call.client()),
                        body.checked(found, call),
                        Once.content(body)))
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listRedemptions",
            summary = "Lists redemptions in the order of their recording",
            description = """
                    A page of the redemptions that match every filter; a terminal sees those of its merchant, with members
                    by their masked label. terminal and terminalTransaction together tell what became of a transaction
                    whose answer was lost. Changes nothing.
                    """)
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<RedemptionView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestQuery @Nullable String merchant,
            @RestQuery @Nullable String member,
            @RestQuery @Nullable String terminal,
            @RestQuery @Nullable String terminalTransaction,
            @RestQuery @Nullable String reference,
            @Parameter(description = "The first day", schema = @Schema(format = "date")) @RestQuery @Nullable
                    String from,
            @Parameter(description = "The last day", schema = @Schema(format = "date")) @RestQuery @Nullable String to,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        RedemptionStore.Filter filter = new RedemptionStore.Filter(
                fields.optionalId("merchant", merchant),
                fields.optionalId("member", member),
                fields.optionalId("terminal", terminal),
                fields.optionalReference("terminalTransaction", terminalTransaction),
                fields.optionalReference("reference", reference),
                fields.optionalDay("from", from),
                fields.optionalDay("to", to));
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        Call call = Call.of(http);
        return books.of(call, book).chain(found -> store.list(found, Sight.of(call.client()), filter, page));
    }

    @GET
    @Path("/{id}")
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getRedemption",
            summary = "Shows a redemption",
            description = "The redemption as it is now; to a terminal only its merchant's. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The redemption",
            content = @Content(schema = @Schema(implementation = RedemptionView.class)))
    public Uni<RedemptionView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        Call call = Call.of(http);
        ProtocolRejection.NotFound none = new ProtocolRejection.NotFound("redemption");
        UUID known = Ids.parse(id);
        return books.of(call, book)
                .chain(found -> {
                    if (known == null) {
                        throw none.refused();
                    }
                    return store.find(found, Sight.of(call.client()), known);
                })
                .map(redemption -> redemption.orElseThrow(none::refused));
    }
}
