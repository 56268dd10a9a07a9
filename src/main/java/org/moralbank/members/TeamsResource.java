package org.moralbank.members;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
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
import org.moralbank.platform.Page;

/** Teams, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/teams")
@Tag(name = "members")
public class TeamsResource {
    private final Books books;
    private final Members members;
    private final WriteOffs writeOffs;
    private final MemberStore store;

    TeamsResource(Books books, Members members, WriteOffs writeOffs, MemberStore store) {
        this.books = books;
        this.members = members;
        this.writeOffs = writeOffs;
        this.store = store;
    }

    /** The body of a team. */
    @Schema(name = "TeamRegistration")
    record TeamRegistration(
            @Schema(required = true, maxLength = 100, examples = "银龄互助队") @Nullable
            String name) {
        String checked(String teamId) {
            Fields fields = new Fields();
            fields.id("teamId", teamId);
            String checked = fields.text("name", name, 100);
            fields.refuseFaults();
            return checked;
        }
    }

    @PUT
    @Path("/{teamId}")
    // Said, because the framework makes any type of one text out of text/plain by itself.
    @Consumes(MediaType.APPLICATION_JSON)
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "registerTeam", summary = "Registers a team, or edits its name", description = """
                    The first PUT of an id registers the team (201). A later one needs If-Match with the ETag, unless it
                    says what is there already. Who is in a team is not kept here.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = TeamRegistration.class),
                            examples = @ExampleObject(name = "team", value = "{\"name\":\"银龄互助队\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Registered",
            content = @Content(schema = @Schema(implementation = TeamView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Edited, or as it was",
            content = @Content(schema = @Schema(implementation = TeamView.class)))
    @Extension(name = "x-problem-codes", value = "precondition-required precondition-failed id-taken")
    public Uni<Response> register(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String teamId,
            @Parameter(description = "The ETag of the version that is edited") @HeaderParam("If-Match") @Nullable
                    String ifMatch,
            TeamRegistration body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        members.registerTeam(call.edit(found.id()), found, teamId, body.checked(teamId), ifMatch))
                .map(Responses::of);
    }

    @POST
    @Path("/{teamId}/write-offs")
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "writeOffTeam",
            summary = "Writes off what a team owes and cannot pay",
            description = "As what a member owes is (writeOffMember).")
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = WriteOffsResource.NewWriteOff.class),
                            examples =
                                    @ExampleObject(
                                            name = "a team that ended",
                                            value =
                                                    "{\"unit\": \"MIN\", \"reason\": \"队伍解散\", \"actor\": \"W-001\", \"approver\": \"W-002\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Posted; Location is its entry",
            content = @Content(schema = @Schema(implementation = WriteOffView.class)))
    @Extension(name = "x-problem-codes", value = "not-found nothing-to-write-off write-off-exceeded")
    public Uni<Response> writeOff(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String teamId,
            WriteOffsResource.NewWriteOff body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        writeOffs.ofTeam(call.ask(found.id()), found, teamId, body.checked(found, call.client())))
                .map(Responses::of);
    }

    @GET
    @Path("/{teamId}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getTeam",
            summary = "Tells a team",
            description = "The team as it is now, with the ETag for an edit.")
    @APIResponse(
            responseCode = "200",
            description = "The team",
            content = @Content(schema = @Schema(implementation = TeamView.class)))
    public Uni<Response> get(@Context RoutingContext http, @RestPath String book, @RestPath String teamId) {
        return books.of(Call.of(http), book)
                .chain(found -> store.team(found.id(), teamId))
                .map(found -> {
                    Team team = MembersResource.orNotFound(found, "team");
                    return MembersResource.tagged(TeamView.of(team), team.version());
                });
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "listTeams", summary = "Lists teams", description = "In order of their ids, page by page.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<TeamView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(description = "Only those registered on this day or later", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String from,
            @Parameter(description = "Only those registered on this day or before", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String to,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        DayRange registered = fields.optionalDays(from, to);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book)
                .chain(found -> store.teams(found, registered, page))
                .map(rows -> Page.of(page, rows.stream().map(TeamView::of).toList(), TeamView::teamId));
    }
}
