package org.moralbank.platform;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** The pages that the {@code type} of a problem leads to: what a code means and what to do, for a person. Public. */
@Path("/problems")
@Produces(MediaType.TEXT_HTML)
public class ProblemsResource {
    @GET
    @Operation(hidden = true)
    public Response list(@HeaderParam("Accept-Language") @Nullable String acceptLanguage) {
        return page(Language.preferred(acceptLanguage), ProblemPages::index);
    }

    @GET
    @Path("/{code}")
    @Operation(hidden = true)
    public Response show(@RestPath String code, @HeaderParam("Accept-Language") @Nullable String acceptLanguage) {
        ProblemTable.Entry entry = ProblemTable.find(code);
        if (entry == null) {
            throw new ProtocolRejection.NotFound("problem").refused();
        }
        return page(Language.preferred(acceptLanguage), language -> ProblemPages.of(entry, language));
    }

    private static Response page(Language language, Function<Language, String> page) {
        return Response.ok(page.apply(language), MediaType.TEXT_HTML + ";charset=UTF-8")
                .header("Content-Language", language.tag())
                .header("Vary", "Accept-Language")
                .header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
                .build();
    }
}
