package org.moralbank.audit;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.Books;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Self-audits over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/self-audits")
@Tag(name = "audit", description = "The books, looked at by themselves and by auditors.")
public class SelfAuditsResource {
    private final Books books;
    private final SelfAudits audits;
    private final SelfAuditStore store;

    SelfAuditsResource(Books books, SelfAudits audits, SelfAuditStore store) {
        this.books = books;
        this.audits = audits;
        this.store = store;
    }

    /** The body of an order. */
    @Schema(name = "NewSelfAudit")
    record NewSelfAudit(
            @Schema(
                    required = true,
                    description =
                            "FULL: everything, from the first entry on. INCREMENTAL: the entries behind those that"
                                    + " were found whole, all accounts, and all checks but those that full ones alone have")
            SelfAudit.@Nullable Extent extent) {
        SelfAudit.Extent checked() {
            Fields fields = new Fields();
            SelfAudit.Extent wanted = fields.value("extent", extent, SelfAudit.Extent.FULL);
            fields.refuseFaults();
            return wanted;
        }
    }

    @POST
    @Allowed({Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "orderSelfAudit", summary = "Has a book gone through by all checks", description = """
                    Begins within seconds and goes on by itself, some pieces at a time, so that who posts is not slowed: ask
                    for it again until it has an endedAt. Some ten thousand entries are gone through in a second or two. Where
                    a check does not hold the first offender is named, and the book has an event,
                    org.moralbank.self-audit.broken. Changes nothing of what is gone through. A book has one at a time.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewSelfAudit.class),
                            examples = @ExampleObject(name = "everything", value = "{\"extent\": \"FULL\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Ordered",
            content = @Content(schema = @Schema(implementation = SelfAuditView.class)))
    @Extension(name = "x-problem-codes", value = "self-audit-under-way")
    public Uni<Response> order(@Context RoutingContext http, @RestPath String book, NewSelfAudit body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> audits.order(
                        call.ask(found.id()),
                        found.id(),
                        found.path(),
                        body.checked(),
                        call.client().name()))
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listSelfAudits",
            summary = "Lists self-audits in the order in which they were ordered",
            description = "A page of them. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<SelfAuditView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(schema = @Schema(implementation = SelfAudit.Status.class)) @RestQuery @Nullable String status,
            @Parameter(schema = @Schema(implementation = SelfAudit.Extent.class)) @RestQuery @Nullable String extent,
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
        SelfAudit.Status wanted = fields.optionalName("status", status, SelfAudit.Status.class);
        SelfAudit.Extent ofExtent = fields.optionalName("extent", extent, SelfAudit.Extent.class);
        DayRange ordered = fields.optionalDays(from, to);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book).chain(found -> store.list(found, wanted, ofExtent, ordered, page));
    }

    @GET
    @Path("/{id}")
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getOneSelfAudit",
            summary = "Shows a self-audit",
            description = "With what it found, when it has ended. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The self-audit",
            content = @Content(schema = @Schema(implementation = SelfAuditView.class)))
    public Uni<SelfAuditView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        UUID known = Ids.parse(id);
        if (known == null) {
            throw notFound();
        }
        return books.of(Call.of(http), book)
                .chain(found -> store.get(found, known))
                .map(found ->
                        found.stream().map(SelfAuditView::of).findFirst().orElseThrow(SelfAuditsResource::notFound));
    }

    private static RuntimeException notFound() {
        return new ProtocolRejection.NotFound("self-audit").refused();
    }
}
