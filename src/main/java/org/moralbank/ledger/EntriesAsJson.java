package org.moralbank.ledger;

import jakarta.ws.rs.container.ContainerRequestContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.moralbank.platform.JsonFirst;

/** Entries are JSON for who accepts anything. */
class EntriesAsJson {
    @ServerRequestFilter(preMatching = true)
    void prefer(ContainerRequestContext request) {
        if (request.getUriInfo().getPath().endsWith("/entries")) {
            JsonFirst.prefer(request, "text/csv", "text/x-hledger");
        }
    }
}
