package org.moralbank.merchants;

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
import org.moralbank.access.KeyView;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.access.TerminalKeys;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.EditRejection;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** The terminals of merchants and their keys over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/merchants/{id}/terminals")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class TerminalsResource {
    private final Books books;
    private final Terminals terminals;
    private final TerminalKeys keys;
    private final MerchantStore store;

    TerminalsResource(Books books, Terminals terminals, TerminalKeys keys, MerchantStore store) {
        this.books = books;
        this.terminals = terminals;
        this.keys = keys;
        this.store = store;
    }

    /** The body of a terminal's registration or edit. */
    @Schema(name = "TerminalEdit")
    record TerminalEdit(
            @Schema(description = "The store that it stands in; none when it is missing", examples = "LS-1") @Nullable
            String store,

            @Schema(
                    description = "Whether it takes less than it asked for when the member has less, the rest in cash;"
                            + " false when it is missing")
            @Nullable
            Boolean partialApproval,

            @Schema(
                    description =
                            "Whether it may show a member what he has left, if he agreed; false when it is missing")
            @Nullable
            Boolean showsPointsLeft) {
        Terminals.Edit checked(String id) {
            Fields fields = new Fields();
            Terminals.Edit edit = new Terminals.Edit(
                    fields.id("terminalId", id),
                    fields.optionalId("store", store),
                    Boolean.TRUE.equals(partialApproval),
                    Boolean.TRUE.equals(showsPointsLeft));
            fields.refuseFaults();
            return edit;
        }
    }

    @PUT
    @Path("/{terminalId}")
    @Allowed({Role.OPERATOR})
    @Operation(
            operationId = "putTerminal",
            summary = "Registers a terminal of a merchant, or edits it",
            description = """
                    Creates the terminal, ACTIVE, when it is not there; it has no key yet: make one with POST …/keys. An edit
                    needs the ETag of what is edited in If-Match; a PUT of what is there already changes nothing and needs
                    none. Its status is not edited here. A closed store takes no terminal; one that stands in it already is
                    edited, or put into another, as before.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = TerminalEdit.class),
                            examples =
                                    @ExampleObject(
                                            name = "till",
                                            value = "{\"store\": \"LS-1\", \"partialApproval\": true}")))
    @APIResponse(
            responseCode = "201",
            description = "Registered; ETag is its version",
            content = @Content(schema = @Schema(implementation = TerminalView.class)))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = TerminalView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "merchant-already-closed terminal-already-closed precondition-required precondition-failed"
                    + " unknown-store store-already-closed")
    public Uni<Response> put(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            @Parameter(description = "The ETag of what is edited") @HeaderParam("If-Match") @Nullable String ifMatch,
            TerminalEdit body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> terminals.put(call.edit(found.id()), found, id, body.checked(terminalId), ifMatch))
                .map(Responses::of);
    }

    @GET
    @Path("/{terminalId}")
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getTerminal",
            summary = "Shows a terminal of a merchant",
            description = "The terminal as it is now; ETag is its version. A terminal sees those of its merchant."
                    + " Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The terminal",
            content = @Content(schema = @Schema(implementation = TerminalView.class)))
    public Uni<Response> get(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, @RestPath String terminalId) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> find(found, id, terminalId, call))
                .map(seen -> Response.ok(TerminalView.of(seen))
                        .header("ETag", EditRejection.etag(seen.version()))
                        .build());
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listTerminals",
            summary = "Lists the terminals of a merchant in the order of their ids",
            description = "A page of the merchant's terminals that match every filter. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<TerminalView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @Parameter(description = "Those of a store") @RestQuery("store") @Nullable String ofStore,
            @Parameter(schema = @Schema(implementation = Terminal.Status.class)) @RestQuery @Nullable String status,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        String storeId = fields.optionalId("store", ofStore);
        Terminal.Status ofStatus = fields.optionalName("status", status, Terminal.Status.class);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book)
                .call(found -> store.ofPath(found, id))
                .chain(found -> store.listTerminals(found, id, storeId, ofStatus, page));
    }

    @POST
    @Path("/{terminalId}/suspend")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "suspendTerminal", summary = "Suspends a terminal", description = """
                    Once it is answered, the terminal sells nothing. What it sold it can still take back. Its keys are left as they
                    are: with them it still uploads what it sold without a connection before, by the times that it tells itself.
                    Revoke them when the till is lost, or when what it tells is doubted.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples =
                                    @ExampleObject(
                                            name = "suspend",
                                            value = "{\"reason\":\"设备检修\",\"actor\":\"W-001\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = TerminalView.class)))
    @Extension(name = "x-problem-codes", value = "terminal-already-closed terminal-already-suspended")
    public Uni<Response> suspend(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        terminals.suspend(call.ask(found.id()), found, id, terminalId, body.checked(call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{terminalId}/resume")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "resumeTerminal", summary = "Ends a terminal's suspension", description = """
                    The terminal sells again, if its merchant does and the store that it stands in is active.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples = @ExampleObject(name = "resume", value = "{\"reason\":\"检修完成\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = TerminalView.class)))
    @Extension(name = "x-problem-codes", value = "terminal-already-closed terminal-not-suspended")
    public Uni<Response> resume(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        terminals.resume(call.ask(found.id()), found, id, terminalId, body.checked(call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{terminalId}/close")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "closeTerminal", summary = "Closes a terminal, for good", description = """
                    The terminal sells nothing any more and gets no new key. What it sold it can still take back: revoke its keys when
                    that is done.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples = @ExampleObject(name = "close", value = "{\"reason\":\"设备报废\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = TerminalView.class)))
    @Extension(name = "x-problem-codes", value = "terminal-already-closed")
    public Uni<Response> close(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        terminals.close(call.ask(found.id()), found, id, terminalId, body.checked(call.client())))
                .map(Responses::of);
    }

    @GET
    @Path("/{terminalId}/status-changes")
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listTerminalStatusChanges",
            summary = "Lists who suspended, resumed or closed a terminal",
            description = "In order of time, with the reasons that were given. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<StatusChange.View>> statusChanges(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
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
        Call call = Call.of(http);
        return books.of(call, book)
                .call(found -> find(found, id, terminalId, call))
                .chain(found ->
                        store.statusChanges(found, StatusChange.Of.terminal(found.id(), id, terminalId), days, page));
    }

    @POST
    @Path("/{terminalId}/keys")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "makeTerminalKey", summary = "Makes a key of a terminal", description = """
                    The answer shows the key, this once: what is kept of it is a hash, and the answer to a retry is without
                    it. Two keys of a terminal work at once, so that one can follow another without a pause; a third is
                    refused until one is revoked. No body is needed.
                    """)
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = KeyView.class)))
    @Extension(name = "x-problem-codes", value = "terminal-already-closed two-keys-live")
    public Uni<Response> makeKey(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, @RestPath String terminalId) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> terminals.makeKey(call.ask(found.id()), found, id, terminalId))
                .map(Responses::of);
    }

    @POST
    @Path("/{terminalId}/keys/{keyId}/revoke")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "revokeTerminalKey", summary = "Revokes a key of a terminal", description = """
                    Once it is answered, no commit uses the key: it sells nothing any more. Reads end within five seconds in
                    every process. A key that is revoked already is left as it is. No body is needed.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "Revoked",
            content = @Content(schema = @Schema(implementation = KeyView.class)))
    public Uni<Response> revokeKey(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            @RestPath String keyId) {
        Call call = Call.of(http);
        UUID key = Ids.parse(keyId);
        return books.of(call, book)
                .chain(found -> {
                    if (key == null) {
                        throw new ProtocolRejection.NotFound("key").refused();
                    }
                    return keys.revoke(call.ask(found.id()), call.client(), found.code(), id, terminalId, key);
                })
                .map(Responses::of);
    }

    @GET
    @Path("/{terminalId}/keys")
    @Allowed({Role.OPERATOR})
    @Operation(
            operationId = "listTerminalKeys",
            summary = "Lists the keys of a terminal in the order of their making",
            description = "A page of them, revoked ones too, without their texts. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<KeyView>> listKeys(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Page.Request page = Page.Request.ofQuery(limit, after);
        Call call = Call.of(http);
        return books.of(call, book)
                .call(found -> find(found, id, terminalId, call))
                .chain(found -> keys.list(found.code(), id, terminalId, page));
    }

    @GET
    @Path("/{terminalId}/keys/{keyId}")
    @Allowed({Role.OPERATOR})
    @Operation(
            operationId = "getTerminalKey",
            summary = "Tells a key of a terminal",
            description = "When it was made and revoked, without its text. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The key",
            content = @Content(schema = @Schema(implementation = KeyView.class)))
    public Uni<KeyView> getKey(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            @RestPath String keyId) {
        Call call = Call.of(http);
        return books.of(call, book)
                .call(found -> find(found, id, terminalId, call))
                .chain(found -> keys.find(found.code(), id, terminalId, Ids.parse(keyId)));
    }

    /** The terminal of the path; another merchant's is not there for a till. */
    private Uni<Terminal> find(BookHandle book, String merchant, String terminal, Call call) {
        return store.findTerminal(book, merchant, terminal)
                .map(found -> found.filter(seen -> call.client().sees(merchant))
                        .orElseThrow(() -> new ProtocolRejection.NotFound("terminal").refused()));
    }
}
