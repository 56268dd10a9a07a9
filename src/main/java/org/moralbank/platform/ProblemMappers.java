package org.moralbank.platform;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Makes every failure of a request problem details, also those of the protocol. */
class ProblemMappers {
    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

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

    @ServerExceptionMapper
    Response refused(RefusedException refused, RoutingContext http) {
        return response(refused.rejection(), http.request());
    }

    @ServerExceptionMapper
    Response protocol(WebApplicationException thrown, RoutingContext http) {
        String code = switch (thrown.getResponse().getStatus()) {
            case 400 -> "unreadable-request";
            case 404 -> "no-such-path";
            case 405 -> "method-not-allowed";
            case 406 -> "not-acceptable";
            case 413 -> "body-too-large";
            case 415 -> "unsupported-media-type";
            default -> null;
        };
        return code == null ? fault(thrown, http) : response(new ProtocolRejection.Plain(code), http.request());
    }

    @ServerExceptionMapper
    Response fault(Throwable thrown, RoutingContext http) {
        String traceId = UUID.randomUUID().toString();
        LOG.errorf(thrown, "%s %s failed; trace %s.", http.request().method(), http.normalizedPath(), traceId);
        return response(new Fault(traceId), http.request());
    }

    private static Response response(Rejection rejection, HttpServerRequest request) {
        Language language = Language.preferred(request.getHeader("Accept-Language"));
        Problem problem = Problem.of(rejection);
        Response.ResponseBuilder response = Response.status(problem.status())
                .entity(problem.json(language, request.path()))
                .type(Problem.MEDIA_TYPE)
                .header("Content-Language", language.tag());
        if (problem.status() == 401) {
            response.header("WWW-Authenticate", "Bearer");
        }
        if (problem.status() == 429 || problem.status() == 503) {
            response.header("Retry-After", "1");
        }
        return response.build();
    }
}
