package org.moralbank.access;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.moralbank.commits.Answer;
import org.moralbank.platform.Problem;

/** Answers as HTTP responses. */
public final class Responses {
    private Responses() {}

    /** Status, {@code Location} and body of an answer, byte for byte; a replay says that it is one. */
    public static Response of(Answer answer) {
        Response.ResponseBuilder response = Response.status(answer.status())
                .entity(answer.shown())
                .type(answer.isProblem() ? Problem.MEDIA_TYPE : MediaType.APPLICATION_JSON);
        if (answer.location() != null) {
            response.header("Location", answer.location());
        }
        if (answer.etag() != null) {
            response.header("ETag", answer.etag());
        }
        if (answer.isProblem()) {
            // Read off the body: a replayed problem is in the language of the request that it was first told to.
            response.header(
                    "Content-Language", Problem.languageOf(answer.shown()).tag());
        }
        if (answer.replayed()) {
            response.header("Idempotent-Replayed", "true");
        }
        if (answer.status() == 429 || answer.status() == 503) {
            response.header("Retry-After", "1");
        }
        return response.build();
    }
}
