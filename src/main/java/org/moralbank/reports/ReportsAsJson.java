package org.moralbank.reports;

import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.moralbank.platform.JsonFirst;
import org.moralbank.platform.TableFile;

/** Reports are JSON for who accepts anything. */
class ReportsAsJson {
    private static final Set<String> REPORTS = Set.of("trial-balance", "journal", "general-ledger", "reconciliations");

    @ServerRequestFilter(preMatching = true)
    void prefer(ContainerRequestContext request) {
        String path = request.getUriInfo().getPath();
        if (REPORTS.contains(path.substring(path.lastIndexOf('/') + 1))) {
            JsonFirst.prefer(request, TableFile.Format.CSV.mediaType(), TableFile.Format.XLSX.mediaType());
        }
    }
}
