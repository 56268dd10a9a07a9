package org.moralbank.members;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
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
import org.moralbank.access.Client;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Noted;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.EditRejection;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Members and their kin, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/members")
@Tag(name = "members", description = "Who takes part: members, kin, teams.")
public class MembersResource {
    private static final Pattern AGE_BAND = Pattern.compile("(\\d{1,3})-(\\d{1,3})|\\d{1,3}\\+");
    private static final int LONGEST_TEXT = 100;
    private static final int LONGEST_REASON = 500;

    private final Books books;
    private final Members members;
    private final MemberStore store;

    MembersResource(Books books, Members members, MemberStore store) {
        this.books = books;
        this.members = members;
        this.store = store;
    }

    /** The body of a registration or edit. */
    @Schema(name = "MemberRegistration")
    record MemberRegistration(
            @Schema(description = "What he is called in his community", maxLength = 100, examples = "helper") @Nullable
            String role,

            @Schema(
                    description = "From-to, from not after to, or from+",
                    pattern = "^(\\d{1,3}-\\d{1,3}|\\d{1,3}\\+)$",
                    examples = "60-69")
            @Nullable
            String ageBand,

            @Schema(description = "A masked name that tills may show, if he agreed", maxLength = 40, examples = "王**")
            @Nullable
            String label,

            @Schema(
                    description = "A mark that the community keeps (重点服务对象); no operation depends on it; false when"
                            + " missing")
            @Nullable
            Boolean priorityRecipient,

            @Schema(
                    description =
                            "Whether tills that show it may tell what he has left when he pays there: only if he agreed;"
                                    + " false when missing")
            @Nullable
            Boolean showsPointsLeft) {
        Members.Registration checked(String memberId) {
            Fields fields = new Fields();
            fields.id("memberId", memberId);
            Members.Registration said = new Members.Registration(
                    fields.optionalText("role", role, LONGEST_TEXT),
                    ageBandOf(fields, ageBand),
                    fields.optionalText("label", label, 40),
                    Boolean.TRUE.equals(priorityRecipient),
                    Boolean.TRUE.equals(showsPointsLeft));
            fields.refuseFaults();
            return said;
        }
    }

    /** The body of a kinship. */
    @Schema(name = "KinRegistration")
    record KinRegistration(
            @Schema(required = true, description = "As the community writes it", maxLength = 100, examples = "PARENT")
            @Nullable
            String relation,

            @Schema(description = "The number of the paper that was seen", maxLength = 100, examples = "KP-0001")
            @Nullable
            String proof) {
        Members.Kinship checked(String kin) {
            Fields fields = new Fields();
            fields.id("kin", kin);
            Members.Kinship said = new Members.Kinship(
                    fields.text("relation", relation, LONGEST_TEXT), fields.optionalText("proof", proof, LONGEST_TEXT));
            fields.refuseFaults();
            return said;
        }
    }

    /** The body of a freeze or its end. */
    @Schema(name = "StatusOrder")
    record StatusOrder(
            @Schema(required = true, description = "Why", maxLength = 500, examples = "账户异常，核实中") @Nullable
            String reason,

            @Schema(description = "Id of the person who acts, as the client knows him", examples = "W-001") @Nullable
            String actor) {
        Members.Order checked(Client client) {
            Fields fields = new Fields();
            Members.Order order = new Members.Order(
                    new Attribution(client.id(), client.name(), fields.optionalId("actor", actor), null, null),
                    fields.text("reason", reason, LONGEST_REASON));
            fields.refuseFaults();
            return order;
        }
    }

    /** The body of a closing. */
    @Schema(name = "MemberClosing")
    record MemberClosing(
            @Schema(
                    description =
                            "Id of registered kin who gets the member's own time; the time pool when it is missing",
                    examples = "M-BHL-E0001")
            @Nullable
            String timeTo,

            @Nullable LocalDate occurredOn,
            @Nullable String reference,

            @Schema(required = true, maxLength = 500) @Nullable
            String reason,

            @Nullable Map<String, String> metadata,
            @Nullable String actor,
            @Nullable String onBehalfOf)
            implements Noted {
        Members.Leaving checked(BookHandle book, Client client) {
            Fields fields = new Fields();
            if (reason == null) {
                fields.fault("reason", "required");
            }
            Members.Leaving leaving =
                    new Members.Leaving(fields.optionalId("timeTo", timeTo), Note.of(fields, this, book, client));
            fields.refuseFaults();
            return leaving;
        }
    }

    @PUT
    @Path("/{memberId}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "registerMember", summary = "Registers a member, or edits one", description = """
                    The first PUT of an id registers the member (201); accounts open by themselves when they are first
                    needed. A later one replaces what is said of him and needs If-Match with the ETag, unless it says what
                    is there already. His status is not edited here. No name, number or document of a person belongs here.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = MemberRegistration.class),
                            examples =
                                    @ExampleObject(
                                            name = "helper",
                                            value = "{\"role\":\"helper\",\"ageBand\":\"60-69\",\"label\":\"王**\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Registered",
            content = @Content(schema = @Schema(implementation = MemberView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Edited, or as it was",
            content = @Content(schema = @Schema(implementation = MemberView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "member-already-closed precondition-required precondition-failed id-taken")
    public Uni<Response> register(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String memberId,
            @Parameter(description = "The ETag of the version that is edited") @HeaderParam("If-Match") @Nullable
                    String ifMatch,
            MemberRegistration body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        members.register(call.edit(found.id()), found, memberId, body.checked(memberId), ifMatch))
                .map(Responses::of);
    }

    @GET
    @Path("/{memberId}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getMember",
            summary = "Tells a member",
            description = "The member as he is now, with the ETag for an edit. Balances are told elsewhere.")
    @APIResponse(
            responseCode = "200",
            description = "The member",
            content = @Content(schema = @Schema(implementation = MemberView.class)))
    public Uni<Response> get(@Context RoutingContext http, @RestPath String book, @RestPath String memberId) {
        return books.of(Call.of(http), book)
                .chain(found -> store.member(found.id(), memberId))
                .map(found -> {
                    Member member = orNotFound(found, "member");
                    return tagged(MemberView.of(member), member.version());
                });
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listMembers",
            summary = "Lists members",
            description =
                    "In order of their ids, page by page; also those who have left, unless status says otherwise.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<MemberView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestQuery @Nullable String status,
            @RestQuery @Nullable String role,
            @RestQuery @Nullable String ageBand,
            @Parameter(schema = @Schema(type = SchemaType.BOOLEAN)) @RestQuery @Nullable String priorityRecipient,
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
        MemberStore.Filter filter = new MemberStore.Filter(
                statusOf(fields, status),
                fields.optionalText("role", role, LONGEST_TEXT),
                ageBandOf(fields, ageBand),
                priorityRecipient == null ? null : fields.optionalFlag("priorityRecipient", priorityRecipient),
                fields.optionalDays(from, to));
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book)
                .chain(found -> store.members(found, filter, page))
                .map(rows -> Page.of(page, rows.stream().map(MemberView::of).toList(), MemberView::memberId));
    }

    @GET
    @Path("/{memberId}/status-changes")
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listMemberStatusChanges",
            summary = "Lists who froze, thawed or closed a member",
            description = "In order of time, with the reasons that were given.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<StatusChange.View>> statusChanges(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String memberId,
            @Parameter(description = "The first day of a change", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String from,
            @Parameter(description = "The last day of a change", schema = @Schema(format = "date")) @RestQuery @Nullable
                    String to,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        DayRange days = fields.optionalDays(from, to);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book)
                .call(found -> store.member(found.id(), memberId).invoke(member -> orNotFound(member, "member")))
                .chain(found -> store.statusChanges(found, memberId, days, page))
                .map(rows -> Page.of(page, rows, change -> Long.toString(change.version())));
    }

    @POST
    @Path("/{memberId}/freeze")
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "freezeMember", summary = "Freezes a member and his accounts", description = """
                    Once it is answered, nothing of his is given, spent or held anew. What he receives passes, and so do
                    captures of what was held before. Teams and merchants are not touched.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples =
                                    @ExampleObject(
                                            name = "freeze",
                                            value = "{\"reason\":\"账户异常，核实中\",\"actor\":\"W-001\"}")))
    @APIResponse(
            responseCode = "200",
            description = "Frozen; without the label",
            content = @Content(schema = @Schema(implementation = MemberView.class)))
    @Extension(name = "x-problem-codes", value = "member-already-closed member-already-frozen")
    public Uni<Response> freeze(
            @Context RoutingContext http, @RestPath String book, @RestPath String memberId, StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> members.freeze(call.ask(found.id()), found, memberId, body.checked(call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{memberId}/unfreeze")
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "unfreezeMember",
            summary = "Ends a freeze",
            description =
                    "The member and all his accounts are as before the freeze. What he owes is taken from what he might give"
                            + " away (SHORTFALL_RECOVER), because nothing was taken of what he earned while he was frozen; else nothing"
                            + " is posted.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples = @ExampleObject(name = "unfreeze", value = "{\"reason\":\"核实无误\"}")))
    @APIResponse(
            responseCode = "200",
            description = "Active again; without the label",
            content = @Content(schema = @Schema(implementation = MemberView.class)))
    @Extension(name = "x-problem-codes", value = "member-already-closed member-not-frozen")
    public Uni<Response> unfreeze(
            @Context RoutingContext http, @RestPath String book, @RestPath String memberId, StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> members.unfreeze(call.ask(found.id()), found, memberId, body.checked(call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{memberId}/close")
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "closeMember", summary = "Lets a member leave, for good", description = """
                    What has expired goes out of circulation (EXPIRE_TIME, EXPIRE_POINTS), and what he owes is recovered from
                    what he might give away. Then granted time goes back to the fund or pool that it came from, his own
                    time to the kin that timeTo names or to the time pool, his points to the points pool (ACCOUNT_CLOSE; several
                    entries of one group when he has more lots than one entry takes). What a pool owes is paid from what it gets
                    (SHORTFALL_RECOVER). Then his accounts are closed. What comes back to them later, by a reversal, is passed on
                    in the same way, his own time to the time pool. What he owes beyond all that can be written off first
                    (writeOffMember). Nothing of his past is deleted.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = MemberClosing.class),
                            examples =
                                    @ExampleObject(
                                            name = "to kin",
                                            value =
                                                    "{\"reason\":\"迁出社区\",\"timeTo\":\"M-BHL-E0001\",\"actor\":\"W-001\"}")))
    @APIResponse(
            responseCode = "200",
            description = "Closed, with the entries that emptied the accounts",
            content = @Content(schema = @Schema(implementation = ClosedView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "member-already-closed member-has-holds unknown-member member-closed not-kin kin-cooling-off"
                    + " kin-too-young member-changed-meanwhile entry-too-large shortfall-open")
    public Uni<Response> close(
            @Context RoutingContext http, @RestPath String book, @RestPath String memberId, MemberClosing body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        members.close(call.ask(found.id()), found, memberId, body.checked(found, call.client())))
                .map(Responses::of);
    }

    @PUT
    @Path("/{memberId}/kin/{kin}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "registerKin",
            summary = "Registers kin of a member, or edits the kinship",
            description = """
                    The kin may then receive time as a gift of the member, from a day after the registration and at 60 or
                    older. A kinship has one direction. An edit does not begin the day again.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = KinRegistration.class),
                            examples =
                                    @ExampleObject(
                                            name = "mother",
                                            value = "{\"relation\":\"PARENT\",\"proof\":\"KP-0001\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Registered",
            content = @Content(schema = @Schema(implementation = KinView.class)))
    @APIResponse(
            responseCode = "200",
            description = "Edited, or as it was",
            content = @Content(schema = @Schema(implementation = KinView.class)))
    @Extension(name = "x-problem-codes", value = "own-kin member-closed precondition-required precondition-failed")
    public Uni<Response> registerKin(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String memberId,
            @RestPath String kin,
            @Parameter(description = "The ETag of the version that is edited") @HeaderParam("If-Match") @Nullable
                    String ifMatch,
            KinRegistration body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        members.registerKin(call.edit(found.id()), found, memberId, kin, body.checked(kin), ifMatch))
                .map(Responses::of);
    }

    @GET
    @Path("/{memberId}/kin/{kin}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getKin",
            summary = "Tells a kinship",
            description = "The kinship as it is registered, with the ETag for an edit.")
    @APIResponse(
            responseCode = "200",
            description = "The kinship",
            content = @Content(schema = @Schema(implementation = KinView.class)))
    public Uni<Response> getKin(
            @Context RoutingContext http, @RestPath String book, @RestPath String memberId, @RestPath String kin) {
        return books.of(Call.of(http), book)
                .chain(found -> store.kin(found.id(), memberId, kin))
                .map(found -> {
                    Kin registered = orNotFound(found, "kin");
                    return tagged(KinView.of(registered), registered.version());
                });
    }

    @GET
    @Path("/{memberId}/kin")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listKin",
            summary = "Lists the kin of a member",
            description = "Those to whom he may give time, in order of their ids, page by page.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<KinView>> listKin(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String memberId,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book)
                .call(found -> store.member(found.id(), memberId).invoke(member -> orNotFound(member, "member")))
                .chain(found -> store.kinOf(found.id(), memberId, page))
                .map(rows -> Page.of(page, rows.stream().map(KinView::of).toList(), KinView::kin));
    }

    static <T> T orNotFound(Optional<T> found, String what) {
        return found.orElseThrow(() -> new ProtocolRejection.NotFound(what).refused());
    }

    static Response tagged(Object view, long version) {
        return Response.ok(view).header("ETag", EditRejection.etag(version)).build();
    }

    private static Member.@Nullable Status statusOf(Fields fields, @Nullable String status) {
        if (status == null) {
            return null;
        }
        try {
            return Member.Status.valueOf(status);
        } catch (IllegalArgumentException unknown) {
            fields.fault("status", "member-status");
            return null;
        }
    }

    private static @Nullable String ageBandOf(Fields fields, @Nullable String ageBand) {
        if (ageBand != null && !isAgeBand(ageBand)) {
            fields.fault("ageBand", "age-band");
        }
        return ageBand;
    }

    private static boolean isAgeBand(String text) {
        Matcher band = AGE_BAND.matcher(text);
        return band.matches()
                && (band.group(1) == null || Integer.parseInt(band.group(1)) <= Integer.parseInt(band.group(2)));
    }
}
