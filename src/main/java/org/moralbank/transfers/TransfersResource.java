package org.moralbank.transfers;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.time.LocalDate;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Noted;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Fields;

/** Transfers between members, over HTTP. */
@Path("/v1/books/{book}/transfers")
@Tag(name = "transfers", description = "Time and points given.")
public class TransfersResource {
    private final Books books;
    private final Transfers transfers;

    TransfersResource(Books books, Transfers transfers) {
        this.books = books;
        this.transfers = transfers;
    }

    /** The body of a transfer. */
    @Schema(name = "NewTransfer")
    record NewTransfer(
            @Schema(description = "Id of the member who gives", required = true, examples = "M-BHL-E0001") @Nullable
            String from,

            @Schema(description = "Id of the member who receives", required = true, examples = "M-BHL-H0001") @Nullable
            String to,

            @Schema(
                    description = "In minor parts of the unit",
                    required = true,
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "60")
            @Nullable
            Long amount,

            @Schema(required = true) @Nullable Unit unit,
            @Nullable LocalDate occurredOn,
            @Nullable String reference,
            @Nullable String reason,
            @Nullable Map<String, String> metadata,
            @Nullable String actor,
            @Nullable String onBehalfOf)
            implements Noted {
        Transfers.Transfer checked(BookHandle book, Call call) {
            Fields fields = new Fields();
            Transfers.Transfer transfer = new Transfers.Transfer(
                    fields.id("from", from),
                    fields.id("to", to),
                    fields.amount("amount", amount),
                    fields.value("unit", unit, Unit.MIN),
                    Note.of(fields, this, book, call.client()));
            fields.refuseFaults();
            return transfer;
        }
    }

    @POST
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "giveTransfer",
            summary = "Gives time or points from one member to another",
            description = """
                    Posts one entry, at once and for good: TRANSFER_TIME, or TRANSFER_POINTS where the book allows it.
                    Granted time is spent first, the earliest to expire before the rest.
                    """)
    @APIResponse(
            responseCode = "201",
            description = "Posted",
            content = @Content(schema = @Schema(implementation = PostedView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "same-member unknown-member member-closed member-frozen points-transfer-off insufficient-balance")
    public Uni<Response> give(@Context RoutingContext http, @RestPath String book, NewTransfer body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> transfers.transfer(call.ask(found.id()), found, body.checked(found, call)))
                .map(Responses::of);
    }
}
