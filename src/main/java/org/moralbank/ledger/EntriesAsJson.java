package org.moralbank.ledger;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Arrays;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.moralbank.platform.ProtocolRejection;

/** Entries are JSON for who accepts anything: a file is for who asks for one. The framework would choose any. */
class EntriesAsJson {
    @ServerRequestFilter(preMatching = true)
    void prefer(ContainerRequestContext request) {
        if (!request.getUriInfo().getPath().endsWith("/entries")) {
            return;
        }
        String accept = request.getHeaderString(HttpHeaders.ACCEPT);
        if (accept == null || names(accept, "*/*", "application/*") && !names(accept, "text/csv", "text/x-hledger")) {
            request.getHeaders().putSingle(HttpHeaders.ACCEPT, "application/json");
        } else if (!names(accept, "application/json", "text/csv", "text/x-hledger", "text/*")) {
            throw new ProtocolRejection.Plain("not-acceptable").refused();
        }
    }

    private static boolean names(String accept, String... types) {
        return Arrays.stream(types).anyMatch(accept::contains);
    }
}
