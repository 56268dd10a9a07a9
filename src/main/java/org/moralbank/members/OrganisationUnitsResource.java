package org.moralbank.members;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Client;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;

/** The organisation, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/organisation-units")
@Tag(name = "books")
public class OrganisationUnitsResource {
    private final OrganisationUnits units;
    private final OrganisationStore store;

    OrganisationUnitsResource(OrganisationUnits units, OrganisationStore store) {
        this.units = units;
        this.store = store;
    }

    /** The body of a new unit. */
    @Schema(name = "NewOrganisationUnit")
    record Addition(
            @Schema(required = true, examples = "C-BHL") @Nullable
            String code,

            @Schema(description = "The node above it; a root has none", examples = "S1") @Nullable
            String parent,

            @Schema(required = true) OrganisationUnit.@Nullable Kind kind,

            @Schema(required = true, maxLength = 100, examples = "北环路社区") @Nullable
            String name,

            @Schema(description = "The book that it keeps, which is opened before", examples = "BHL") @Nullable
            String book) {
        OrganisationUnits.NewUnit checked() {
            Fields fields = new Fields();
            OrganisationUnits.NewUnit said = new OrganisationUnits.NewUnit(
                    fields.id("code", code),
                    fields.optionalId("parent", parent),
                    fields.value("kind", kind, OrganisationUnit.Kind.COMMUNITY).name(),
                    fields.text("name", name, 100),
                    fields.optionalId("book", book));
            fields.refuseFaults();
            return said;
        }
    }

    @POST
    @Allowed(value = Role.OPERATOR, everyBook = true)
    @Operation(operationId = "addOrganisationUnit", summary = "Adds a node to the organisation", description = """
                    Below the parent, which is there already; without a parent it is a root. It may keep a book, which no
                    other unit keeps. Only an operator of every book may. Units are not changed or removed.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = Addition.class),
                            examples = @ExampleObject(name = "community", value = """
                                                    {"code":"C-XQ","parent":"S9","kind":"COMMUNITY","name":"新桥社区",
                                                     "book":"XQ"}
                                                    """)))
    @APIResponse(
            responseCode = "201",
            description = "Added",
            content = @Content(schema = @Schema(implementation = OrganisationUnit.class)))
    @Extension(
            name = "x-problem-codes",
            value = "organisation-unit-exists unknown-organisation-unit unknown-book book-kept-by-another")
    public Uni<Response> add(@Context RoutingContext http, Addition body) {
        Call call = Call.of(http);
        return units.add(call.ask(0), body.checked()).map(Responses::of);
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listOrganisationUnits",
            summary = "Lists the organisation",
            description = "The units that keep no book or one of the caller's, in order of their codes, page by page.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<OrganisationUnit>> list(
            @Context RoutingContext http,
            @RestQuery @Nullable String parent,
            @RestQuery @Nullable String kind,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        OrganisationStore.Filter filter = new OrganisationStore.Filter(
                fields.optionalId("parent", parent), fields.optionalName("kind", kind, OrganisationUnit.Kind.class));
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return store.list(Call.of(http).client(), filter, page)
                .map(rows -> Page.of(page, rows, OrganisationUnit::code));
    }

    @GET
    @Path("/{code}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getOrganisationUnit",
            summary = "Tells a node of the organisation",
            description = "404 also when it keeps a book that is not the caller's.")
    @APIResponse(
            responseCode = "200",
            description = "The unit",
            content = @Content(schema = @Schema(implementation = OrganisationUnit.class)))
    public Uni<OrganisationUnit> get(@Context RoutingContext http, @RestPath String code) {
        Client client = Call.of(http).client();
        return store.unit(client, code);
    }
}
