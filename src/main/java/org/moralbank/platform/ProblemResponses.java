package org.moralbank.platform;

import io.quarkus.runtime.util.ExceptionUtil;
import io.vertx.core.http.HttpClosedException;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Makes every failure of a request problem details, also those of the protocol. */
@Singleton
class ProblemResponses {
    private static final Logger LOG = Logger.getLogger(ProblemResponses.class);

    /** What the inside of the service does not tell: a fault, found in the log by its trace id. */
    private record Fault(String traceId) implements Rejection {
        @Override
        public String code() {
            return "internal-error";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("traceId", traceId);
        }
    }

    private final PathMethods methods;

    ProblemResponses(PathMethods methods) {
        this.methods = methods;
    }

    @ServerExceptionMapper
    Response refused(RefusedException refused, RoutingContext http) {
        return response(refused.rejection(), http).build();
    }

    @ServerExceptionMapper
    Response protocol(WebApplicationException thrown, RoutingContext http) {
        if (thrown.getResponse().getStatus() == 415) {
            // What takes something else looks at the type itself.
            return response(new ProtocolRejection.UnsupportedMediaType(MediaType.APPLICATION_JSON), http)
                    .build();
        }
        String code = switch (thrown.getResponse().getStatus()) {
            case 400 -> "unreadable-request";
            // The framework tells a path without the method from no path only within one resource.
            case 404, 405 -> hasOtherMethods(http) ? "method-not-allowed" : "no-such-path";
            case 406 -> "not-acceptable";
            default -> null;
        };
        if (code == null) {
            return fault(thrown, http);
        }
        Response.ResponseBuilder response = response(new ProtocolRejection.Plain(code), http);
        if (code.equals("method-not-allowed")) {
            response.header(HttpHeaders.ALLOW, methods.of(http.normalizedPath()));
        }
        return response.build();
    }

    private boolean hasOtherMethods(RoutingContext http) {
        List<String> allowed = List.of(methods.of(http.normalizedPath()).split(", "));
        return !allowed.equals(List.of(""))
                && !allowed.contains(http.request().method().name());
    }

    @ServerExceptionMapper
    Response fault(Throwable thrown, RoutingContext http) {
        String traceId = Trace.of(http);
        if (DatabaseFailure.passes(thrown)) {
            // One line, because when the database is away each request has one.
            Trace.logging(
                    traceId,
                    () -> LOG.warnf(
                            "A %s found the database away or busy: %s.",
                            http.request().method(), thrown.getMessage()));
            return response(new ProtocolRejection.Plain("database-unavailable"), http)
                    .build();
        }
        if (ExceptionUtil.getRootCause(thrown) instanceof HttpClosedException) {
            Trace.logging(
                    traceId,
                    () -> LOG.infof(
                            "A client went away before its %s had arrived.",
                            http.request().method()));
            return response(new Fault(traceId), http).build(); // to nobody
        }
        // The path has ids of the books' members in it: the operation's pattern is not known here, so only the method
        // is told.
        Trace.logging(
                traceId, () -> LOG.errorf(thrown, "A %s failed.", http.request().method()));
        return response(new Fault(traceId), http).build();
    }

    private static Response.ResponseBuilder response(Rejection rejection, RoutingContext http) {
        Language language = Language.preferred(http.request().getHeader("Accept-Language"));
        Problem problem = Problem.of(rejection);
        // What is told instead of a file is none.
        http.response().headers().remove("Content-Disposition");
        Response.ResponseBuilder response = Response.status(problem.status())
                .entity(problem.json(language, http.request().path()))
                .type(Problem.MEDIA_TYPE)
                .header(HttpHeaders.CONTENT_LANGUAGE, language.tag());
        if (problem.status() == 401) {
            response.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        }
        if (rejection instanceof ProtocolRejection.UnsupportedMediaType unsupported) {
            response.header(HttpHeaders.ACCEPT, unsupported.mediaTypes());
        }
        if (problem.status() == 429 || problem.status() == 503) {
            response.header(
                    HttpHeaders.RETRY_AFTER,
                    rejection.facts().getOrDefault("retryAfterSeconds", 1).toString());
        }
        return response;
    }
}
