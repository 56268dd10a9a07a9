package org.moralbank.platform;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * What stands before and behind all routes: gives a request its trace id and its answer the time, and answers as problem
 * details what the server itself would refuse in words of its own, before any resource is asked.
 *
 * <p>Not reached from here, because the server answers before any route is asked: a malformed request line or a path that is
 * not percent-encoded (400), a path (414) or headers (431) over the limits. They have a status and no body: Quarkus makes the
 * server by itself and lets nobody set its handler of invalid requests. The description of the API says so.
 */
@Singleton
class ProtocolProblems {
    /** Before Quarkus' own check of the body's size, whose answer is empty. */
    private static final int BEFORE_THE_SIZE_LIMIT = 100;

    /** Of what is read into memory. */
    private static final long LARGEST_BODY_BYTES = 16 << 20;

    private final long largestImportBytes;

    ProtocolProblems(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize largestImport) {
        this.largestImportBytes = largestImport.asLongValue();
    }

    void before(@Observes Filters filters) {
        filters.register(this::receive, BEFORE_THE_SIZE_LIMIT);
    }

    void behind(@Observes Router router) {
        router.errorHandler(400, http -> answer(http, new ProtocolRejection.Plain("unreadable-request")));
        router.errorHandler(404, http -> answer(http, new ProtocolRejection.Plain("no-such-path")));
        router.errorHandler(405, http -> answer(http, new ProtocolRejection.Plain("method-not-allowed")));
        router.errorHandler(413, http -> answer(http, new ProtocolRejection.TooLarge(largest(http))));
    }

    private void receive(RoutingContext http) {
        http.response().putHeader(Trace.HEADER, Trace.begin(http)).putHeader(HttpDate.HEADER, HttpDate.now());
        long largest = largest(http);
        if (lengthOf(http.request().getHeader("Content-Length")) > largest) {
            // The rest of the body is not read, so the connection cannot be used again.
            http.response().putHeader("Connection", "close");
            answer(http, new ProtocolRejection.TooLarge(largest));
            return;
        }
        http.next();
    }

    /** An import is not read into memory: it is written to a file as it comes. */
    private long largest(RoutingContext http) {
        return http.normalizedPath().endsWith("/imports") ? largestImportBytes : LARGEST_BODY_BYTES;
    }

    private static long lengthOf(@Nullable String contentLength) {
        try {
            return contentLength == null ? 0 : Long.parseLong(contentLength);
        } catch (NumberFormatException malformed) {
            // The server has refused it already, unless it is too long for a number.
            return Long.MAX_VALUE;
        }
    }

    private static void answer(RoutingContext http, Rejection rejection) {
        HttpServerResponse response = http.response();
        if (response.ended() || response.headWritten()) {
            return;
        }
        Language language = Language.preferred(http.request().getHeader("Accept-Language"));
        Problem problem = Problem.of(rejection);
        response.setStatusCode(problem.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .putHeader("Content-Language", language.tag())
                .end(Buffer.buffer(problem.json(language, http.request().path())));
    }
}
