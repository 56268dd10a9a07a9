package org.moralbank.members;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.LocalDate;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Client;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Noted;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Fields;

/** What members owe and cannot pay, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/members/{memberId}/write-offs")
@Tag(name = "members")
public class WriteOffsResource {
    private final Books books;
    private final WriteOffs writeOffs;

    WriteOffsResource(Books books, WriteOffs writeOffs) {
        this.books = books;
        this.writeOffs = writeOffs;
    }

    /** The body of a write-off. */
    @Schema(name = "NewWriteOff")
    record NewWriteOff(
            @Schema(required = true) @Nullable Unit unit,

            @Schema(
                    description = "In minor parts of the unit; all that is owed and cannot be paid when it is missing",
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "400")
            @Nullable
            Long amount,

            @Schema(description = "When it was decided; today when it is missing") @Nullable
            LocalDate occurredOn,

            @Schema(description = "The client's own reference", examples = "WO-2025-0001") @Nullable
            String reference,

            @Schema(description = "Free text, kept beside the sealed entry", required = true, maxLength = 500) @Nullable
            String reason,

            @Schema(description = "Up to 20 strings, kept beside the sealed entry") @Nullable
            Map<String, String> metadata,

            @Schema(description = "Id of the person who asks for it", required = true, examples = "W-001") @Nullable
            String actor,

            @Nullable String onBehalfOf,

            @Schema(
                    description = "Id of the person who approved it; not the actor",
                    required = true,
                    examples = "W-002")
            @Nullable
            String approver)
            implements Noted {
        WriteOffs.Loss checked(BookHandle book, Client client) {
            Fields fields = new Fields();
            Unit of = fields.value("unit", unit, Unit.MIN);
            if (amount != null) {
                fields.amount("amount", amount);
            }
            Note note = Note.ofTwo(fields, this, approver, book, client);
            fields.refuseFaults();
            return new WriteOffs.Loss(of, amount, note);
        }
    }

    @POST
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "writeOffMember",
            summary = "Writes off what a member owes and cannot pay",
            description = """
                    The community bears the loss (WRITE_OFF, out of 3260 or 3265), which another person than the actor has
                    approved. At most what he owes beyond all that he might give away, held or not: that pays at his next
                    earning or his closing, and nothing is taken of it here. Without an amount all of that, which is what a
                    closing refused as shortfall-open tells. Also of a member who is frozen or has left. It is taken back by
                    reversing its entry, and then the debt is there again. Do that before a sale that left the debt is refunded:
                    a refund pays what is open of it, and what is not is the member's.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewWriteOff.class),
                            examples =
                                    @ExampleObject(
                                            name = "a member who died",
                                            value =
                                                    "{\"unit\": \"PTS\", \"amount\": 400, \"reason\": \"成员已故\", \"actor\": \"W-001\", \"approver\": \"W-002\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Posted; Location is its entry",
            content = @Content(schema = @Schema(implementation = WriteOffView.class)))
    @Extension(name = "x-problem-codes", value = "not-found nothing-to-write-off write-off-exceeded")
    public Uni<Response> writeOff(
            @Context RoutingContext http, @RestPath String book, @RestPath String memberId, NewWriteOff body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        writeOffs.ofMember(call.ask(found.id()), found, memberId, body.checked(found, call.client())))
                .map(Responses::of);
    }
}
