package org.moralbank.ledger;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/** Entries are JSON for who accepts anything: a file is for who asks for one. The framework would choose any. */
class EntriesAsJson {
    @ServerRequestFilter(preMatching = true)
    void prefer(ContainerRequestContext request) {
        if (request.getUriInfo().getPath().endsWith("/entries")
                && acceptsAnything(request.getHeaderString(HttpHeaders.ACCEPT))) {
            request.getHeaders().putSingle(HttpHeaders.ACCEPT, "application/json");
        }
    }

    private static boolean acceptsAnything(@Nullable String accept) {
        return accept == null
                || accept.contains("*/*") && !accept.contains("text/csv") && !accept.contains("text/x-hledger");
    }
}
