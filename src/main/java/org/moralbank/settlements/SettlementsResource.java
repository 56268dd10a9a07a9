package org.moralbank.settlements;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.LocalDate;
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
import org.moralbank.access.Client;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Note;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Settlements over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/settlements")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class SettlementsResource {
    private static final int LONGEST_REASON = 500;
    private static final LocalDate FIRST_DAY = LocalDate.of(1990, 1, 1);
    private static final LocalDate LAST_DAY = LocalDate.of(9998, 12, 31);

    private final Books books;
    private final Settlements settlements;
    private final SettlementStore store;

    SettlementsResource(Books books, Settlements settlements, SettlementStore store) {
        this.books = books;
        this.settlements = settlements;
        this.store = store;
    }

    /** The body of a closing. */
    @Schema(name = "NewSettlement")
    record NewSettlement(
            @Schema(required = true, examples = "MER-LS-01") @Nullable
            String merchant,

            @Schema(
                    required = true,
                    description = "The last day of the period, in the book's calendar; it is over. The first is the one"
                            + " after the period before",
                    examples = "2025-06-30")
            @Nullable
            LocalDate through,

            @Schema(required = true, description = "Id of the person who closes it", examples = "W-001") @Nullable
            String maker,

            @Schema(description = "The client's own reference", examples = "ST-2025-06-LS01") @Nullable
            String reference) {
        Settlements.Closing checked(BookHandle book, Client client) {
            Fields fields = new Fields();
            String by = fields.id("maker", maker);
            Settlements.Closing closing = new Settlements.Closing(
                    fields.id("merchant", merchant),
                    fields.dayWithin("through", fields.value("through", through, FIRST_DAY), FIRST_DAY, LAST_DAY),
                    by,
                    new Note(
                            book.dayOf(Instant.now()),
                            new Attribution(client.id(), client.name(), by, null, null),
                            fields.optionalNewReference("reference", reference),
                            null,
                            null,
                            false));
            fields.refuseFaults();
            return closing;
        }
    }

    /** The body of a payment. */
    @Schema(name = "SettlementPaid")
    record PaidBody(
            @Schema(
                    required = true,
                    description = "The bank's number of the payment; one is for one settlement" + Fields.NEW_REFERENCE,
                    examples = "BK-20250703-0001")
            @Nullable
            String bankReference,

            @Schema(required = true, description = "Id of the person who checked it; not the maker", examples = "W-002")
            @Nullable
            String checker) {
        Settlements.Check checked(BookHandle book, Client client) {
            Fields fields = new Fields();
            Settlements.Check check = check(
                    book, client, fields.newReference("bankReference", bankReference), fields.id("checker", checker));
            fields.refuseFaults();
            return check;
        }
    }

    /** The body of a rejection. */
    @Schema(name = "SettlementRejected")
    record RejectedBody(
            @Schema(required = true, description = "Why", maxLength = 500, examples = "银行退票") @Nullable
            String reason,

            @Schema(required = true, description = "Id of the person who checked it; not the maker", examples = "W-002")
            @Nullable
            String checker) {
        Settlements.Check checked(BookHandle book, Client client) {
            Fields fields = new Fields();
            Settlements.Check check =
                    check(book, client, fields.text("reason", reason, LONGEST_REASON), fields.id("checker", checker));
            fields.refuseFaults();
            return check;
        }
    }

    private static Settlements.Check check(BookHandle book, Client client, String said, String checker) {
        Attribution by = new Attribution(client.id(), client.name(), null, null, null);
        return new Settlements.Check(said, checker, new Note(book.dayOf(Instant.now()), by, null, null, null, false));
    }

    @POST
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "closeSettlement",
            summary = "Closes what a merchant is owed through a day",
            description = """
                    Takes all that was posted to the merchant's payable by the end of that day and is in no batch, less what
                    the payable is short of it since, out of the payable (SETTLEMENT_CLOSE) and into a batch that waits for
                    its payment. Days are those of posting: an offline sale that is uploaded late is in the period of its
                    upload. The amount in CNY is fixed now, from the book's terms and the merchant's discount. A merchant
                    that owes, because refunds came late, has no batch: what it owes is carried over, and the next batch
                    is less by it. A closed merchant is settled too. Pays nothing.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewSettlement.class),
                            examples =
                                    @ExampleObject(
                                            name = "a half year",
                                            value = "{\"merchant\": \"MER-LS-01\", \"through\": \"2025-06-30\","
                                                    + " \"maker\": \"W-001\", \"reference\": \"ST-2025-06-LS01\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Closed",
            content = @Content(schema = @Schema(implementation = SettlementView.class)))
    @Extension(name = "x-problem-codes", value = "unknown-merchant period-not-over period-settled nothing-to-settle")
    public Uni<Response> close(@Context RoutingContext http, @RestPath String book, NewSettlement body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> settlements.close(call.ask(found.id()), found, body.checked(found, call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{id}/paid")
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "paySettlement", summary = "Notes that the bank has paid a settlement", description = """
                    Retires the points (SETTLEMENT_PAID), once and for good. The money is a memo: nothing is sent to a bank.
                    Who checks is another person than who closed.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = PaidBody.class),
                            examples =
                                    @ExampleObject(
                                            name = "paid",
                                            value =
                                                    "{\"bankReference\": \"BK-20250703-0001\", \"checker\": \"W-002\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = SettlementView.class)))
    @Extension(name = "x-problem-codes", value = "settlement-not-closed maker-is-checker duplicate-reference")
    public Uni<Response> pay(@Context RoutingContext http, @RestPath String book, @RestPath String id, PaidBody body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        settlements.pay(call.ask(found.id()), found, known(id), body.checked(found, call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{id}/rejected")
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "rejectSettlement",
            summary = "Takes back a settlement that is not paid",
            description = """
                    Gives the points back to the payable (SETTLEMENT_REJECTED), for good; the period is open again, and
                    closing it anew makes another batch. Where a later period is closed already, the amount is carried over
                    to the next batch. Who checks is another person than who closed.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = RejectedBody.class),
                            examples =
                                    @ExampleObject(
                                            name = "rejected",
                                            value = "{\"reason\": \"银行退票\", \"checker\": \"W-002\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = SettlementView.class)))
    @Extension(name = "x-problem-codes", value = "settlement-not-closed maker-is-checker")
    public Uni<Response> reject(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, RejectedBody body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        settlements.reject(call.ask(found.id()), found, known(id), body.checked(found, call.client())))
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listSettlements",
            summary = "Lists settlements in the order of closing",
            description = "A page of the settlements that match every filter. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<SettlementView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestQuery @Nullable String merchant,
            @Parameter(schema = @Schema(implementation = Settlement.Status.class)) @RestQuery @Nullable String status,
            @RestQuery @Nullable String reference,
            @RestQuery @Nullable String bankReference,
            @Parameter(
                            description = "Only those whose period has this day or a later one",
                            schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String from,
            @Parameter(
                            description = "Only those whose period has this day or an earlier one",
                            schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String to,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        DayRange days = fields.optionalDays(from, to);
        SettlementStore.Filter filter = new SettlementStore.Filter(
                fields.optionalId("merchant", merchant),
                fields.optionalName("status", status, Settlement.Status.class),
                fields.optionalReference("reference", reference),
                fields.optionalReference("bankReference", bankReference),
                days.from(),
                days.to());
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book).chain(found -> store.list(found, filter, page));
    }

    @GET
    @Path("/{id}")
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getSettlement",
            summary = "Shows a settlement",
            description =
                    "The settlement as it is now, with the entries between which its redemptions are. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The settlement",
            content = @Content(schema = @Schema(implementation = SettlementView.class)))
    public Uni<SettlementView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        return books.of(Call.of(http), book)
                .chain(found -> store.find(found, known(id)))
                .map(found -> SettlementView.of(found.orElseThrow(SettlementsResource::notFound)));
    }

    /** An id that no settlement can have is one that is not there. */
    private static UUID known(String id) {
        UUID known = Ids.parse(id);
        if (known == null) {
            throw notFound();
        }
        return known;
    }

    private static RuntimeException notFound() {
        return new ProtocolRejection.NotFound("settlement").refused();
    }
}
