package org.moralbank.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.AnswerStore;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.platform.Json;
import org.moralbank.platform.ProtocolRejection;

/** What a client was answered, for one that did not hear it. In this package because a key's scope is a book. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/answers")
@Tag(name = "access")
public class AnswersResource {
    private final Books books;
    private final AnswerStore answers;

    AnswersResource(Books books, AnswerStore answers) {
        this.books = books;
        this.answers = answers;
    }

    /**
     * An answer as it was given. It stands inside another, so that the status of this request tells about this request: a
     * recorded refusal is not a refusal to tell it.
     */
    @Schema(name = "RecordedAnswer", description = "What was answered to a request with an idempotency key.")
    record RecordedAnswer(
            @Schema(examples = "transfer-4711") String key,

            @Schema(description = "The scope of the key; absent for requests that have no book", examples = "BHL")
            @Nullable
            String book,

            @Schema(description = "The status of the answer", examples = "201")
            int status,

            @Schema(examples = "/v1/books/BHL/transfers/12") @Nullable
            String location,

            @Schema(implementation = Object.class, description = "The body of the answer, without secrets")
            JsonNode body) {
        static RecordedAnswer of(IdempotencyKey key, @Nullable String book, Answer answer) {
            try {
                return new RecordedAnswer(
                        key.value(),
                        book,
                        answer.status(),
                        answer.location(),
                        Json.mapper().readTree(answer.body()));
            } catch (IOException e) {
                throw new IllegalStateException("an answer that is not JSON: " + key, e);
            }
        }
    }

    @GET
    @Path("/{key: .+}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.TERMINAL, Role.AUDITOR})
    @Operation(
            operationId = "getAnswer",
            summary = "Tells the answer that was recorded under a key of the caller",
            description = """
                    For a client that sent a POST and heard nothing. 200 with the recorded status, Location and body, also
                    when what is recorded is a refusal. 404 means that nothing is recorded yet: the request may still be on
                    its way, so send it again with the same key. Keys of other clients are not told.

                    This is what was recorded, also when it was taken back since. Sending the request again differs in one
                    case: that of a terminal's transaction that was reversed is 409 `transaction-reversed` then, while this
                    still tells the 201 or 200 of before. A till sends again, or looks at the redemption itself, and hands
                    nothing over on the word of a record.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "What is recorded",
            content = @Content(schema = @Schema(implementation = RecordedAnswer.class)))
    public Uni<RecordedAnswer> get(
            @Context RoutingContext http,
            @Parameter(description = "The Idempotency-Key of the request, percent-encoded") @RestPath String key,
            @Parameter(description = "The book of the request; left out for requests that have none")
                    @RestQuery
                    @Nullable
                    String book) {
        Call call = Call.of(http);
        IdempotencyKey parsed = IdempotencyKey.parse(key);
        if (parsed == null) {
            throw ProtocolRejection.Invalid.field("key", "idempotency-key").refused();
        }
        Uni<Integer> scope =
                book == null ? Uni.createFrom().item(0) : books.of(call, book).map(BookHandle::id);
        return scope.chain(id -> answers.find(id, call.client().id(), parsed))
                .map(found -> RecordedAnswer.of(
                        parsed,
                        book,
                        found.orElseThrow(() -> new ProtocolRejection.NotFound("recorded answer").refused())));
    }
}
