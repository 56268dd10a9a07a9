package org.moralbank.linejobs;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
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
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Jobs of lines over HTTP; each collection orders its own. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/line-jobs")
@Tag(name = "line-jobs", description = "Many items of a collection, done one after the other in the background.")
public class LineJobsResource {
    private final Books books;
    private final LineJobStore store;

    LineJobsResource(Books books, LineJobStore store) {
        this.books = books;
        this.store = store;
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listLineJobs",
            summary = "Lists the jobs of lines of a book",
            description = "A keyset page, the newest first. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<LineJobView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(schema = @Schema(implementation = LineJob.Status.class)) @RestQuery @Nullable String status,
            @Parameter(description = "Only those whose lines are of this collection, such as transfers")
                    @RestQuery
                    @Nullable
                    String collection,
            @Parameter(description = "Only those ordered on this day or later", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String from,
            @Parameter(description = "Only those ordered on this day or before", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String to,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        LineJobStore.Filter filter = new LineJobStore.Filter(
                fields.optionalName("status", status, LineJob.Status.class),
                fields.optionalId("collection", collection),
                fields.optionalDays(from, to));
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        page.afterId();
        return books.of(Call.of(http), book).chain(found -> store.list(found, filter, page));
    }

    @GET
    @Path("/{id}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getLineJob", summary = "Shows a job of lines", description = """
                    As far as it is now. It is DONE when its last line has a result, whatever the result; STOPPED when it ended
                    before, and then the lines that have a result stay done. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The job",
            content = @Content(schema = @Schema(implementation = LineJobView.class)))
    public Uni<LineJobView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        return books.of(Call.of(http), book).chain(found -> known(found, id).map(job -> LineJobView.of(found, job)));
    }

    @GET
    @Path("/{id}/results")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "listLineResults", summary = "Lists what became of the lines of a job", description = """
                    A keyset page in the order of the lines: of each that is done what a bulk would have answered. While the job
                    runs more are to come behind the last. Changes nothing.
                    """)
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<LineResultView>> results(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @Parameter(
                            description = "Only lines with this result",
                            schema = @Schema(implementation = LineResultView.Result.class))
                    @RestQuery
                    @Nullable
                    String result,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        LineResultView.Result of = fields.optionalName("result", result, LineResultView.Result.class);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        page.afterNumber(0);
        return books.of(Call.of(http), book)
                .chain(found -> known(found, id).chain(job -> store.results(job, of, page)));
    }

    private Uni<LineJob> known(BookHandle book, String id) {
        return store.find(book.id(), LineJobs.id(id))
                .map(job -> job.orElseThrow(() -> new ProtocolRejection.NotFound("line job").refused()));
    }
}
