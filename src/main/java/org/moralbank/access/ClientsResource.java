package org.moralbank.access;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** API clients and their keys, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/clients")
@Tag(name = "access", description = "Who may ask: API clients and their keys.")
public class ClientsResource {
    private static final int MOST_BOOKS = 1000;

    private final Clients clients;
    private final ClientStore store;

    ClientsResource(Clients clients, ClientStore store) {
        this.clients = clients;
        this.store = store;
    }

    /** The body of a new client. */
    @Schema(name = "NewClient")
    record NewClient(
            @Schema(required = true, description = "Its id, and what entries tell as client", examples = "app-bhl")
            @Nullable
            String name,

            @Schema(required = true, minItems = 1, examples = "[\"APP\"]") @Nullable
            List<@Nullable Role> roles,

            @Schema(
                    required = true,
                    minItems = 1,
                    maxItems = MOST_BOOKS,
                    description = "Codes of books, also of those that are yet to be opened; * is every book",
                    examples = "[\"BHL\"]")
            @Nullable
            List<@Nullable String> books,

            @Schema(description = "The merchant of a TERMINAL, which needs one; others have none", examples = "S-001")
            @Nullable
            String merchant,

            @Schema(
                    description = "The terminal of that merchant that it is, if it is one in particular",
                    examples = "T1")
            @Nullable
            String terminal) {
        Clients.NewClient checked() {
            Fields fields = new Fields();
            Clients.NewClient said = new Clients.NewClient(
                    fields.id("name", name),
                    rolesOf(fields),
                    booksOf(fields),
                    fields.optionalId("merchant", merchant),
                    fields.optionalId("terminal", terminal));
            if (said.roles().contains(Role.TERMINAL) != (merchant != null)) {
                fields.fault("merchant", "terminal-merchant");
            }
            if (terminal != null && merchant == null) {
                fields.fault("terminal", "terminal-of-merchant");
            }
            fields.refuseFaults();
            return said;
        }

        private Set<Role> rolesOf(Fields fields) {
            Set<Role> set = new TreeSet<>();
            for (Role role : fields.value("roles", roles, List.<@Nullable Role>of())) {
                if (role == null) {
                    fields.fault("roles", "type");
                } else {
                    set.add(role);
                }
            }
            if (roles != null && roles.isEmpty()) {
                fields.fault("roles", "required");
            }
            return set;
        }

        private Set<String> booksOf(Fields fields) {
            Set<String> set = new TreeSet<>();
            for (String book : fields.value("books", books, List.<@Nullable String>of())) {
                set.add(Client.EVERY_BOOK.equals(book) ? Client.EVERY_BOOK : fields.id("books", book));
            }
            if (books != null && books.isEmpty()) {
                fields.fault("books", "required");
            } else if (books != null && books.size() > MOST_BOOKS) {
                fields.fault("books", "items", Map.of("most", MOST_BOOKS));
            }
            return set;
        }
    }

    @POST
    @Allowed(Role.OPERATOR)
    @Operation(operationId = "makeClient", summary = "Makes an API client", description = """
                    It has no key yet; make one with POST …/keys. An operator gives no more books than he has. Roles and
                    books of a client do not change: make another, and revoke the keys of the first.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewClient.class),
                            examples =
                                    @ExampleObject(
                                            name = "app",
                                            value = "{\"name\":\"app-bhl\",\"roles\":[\"APP\"],\"books\":[\"BHL\"]}")))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = ClientView.class)))
    @Extension(name = "x-problem-codes", value = "client-exists")
    public Uni<Response> make(@Context RoutingContext http, NewClient body) {
        Call call = Call.of(http);
        return clients.make(call.ask(Clients.NO_BOOK), call.client(), body.checked())
                .map(Responses::of);
    }

    @GET
    @Allowed(Role.OPERATOR)
    @Operation(
            operationId = "listClients",
            summary = "Lists API clients",
            description =
                    "Those whose books are all the caller's own, in order of their names, page by page, without keys.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<ClientView>> list(
            @Context RoutingContext http,
            @Parameter(
                            description = "Those that have it, besides others",
                            schema = @Schema(implementation = Role.class))
                    @RestQuery
                    @Nullable
                    String role,
            @Parameter(description = "Those that may use this book, every book too") @RestQuery @Nullable String book,
            @Parameter(description = "The terminals of this merchant") @RestQuery @Nullable String merchant,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        ClientStore.Filter filter = new ClientStore.Filter(
                fields.optionalName("role", role, Role.class),
                fields.optionalId("book", book),
                fields.optionalId("merchant", merchant));
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return store.list(Call.of(http).client(), filter, page)
                .map(rows -> Page.of(
                        page, rows.stream().map(row -> ClientView.of(row, null)).toList(), ClientView::name));
    }

    @GET
    @Path("/{client}")
    @Allowed(Role.OPERATOR)
    @Operation(
            operationId = "getClient",
            summary = "Tells an API client and its keys",
            description =
                    "Keys are told by their ids, with when they were made and revoked. Their text is not known here.")
    @APIResponse(
            responseCode = "200",
            description = "The client",
            content = @Content(schema = @Schema(implementation = ClientView.class)))
    public Uni<ClientView> get(@Context RoutingContext http, @RestPath String client) {
        return known(Call.of(http).client(), client)
                .chain(registered ->
                        store.keysOf(registered.client().id()).map(keys -> ClientView.of(registered, keys)));
    }

    /** A client whose books are all the operator's own; another is not there for him. */
    private Uni<ClientTable.Registered> known(Client operator, String client) {
        return store.find(client)
                .map(found -> found.filter(registered ->
                                operator.covers(registered.client().books()))
                        .orElseThrow(() -> new ProtocolRejection.NotFound("client").refused()));
    }

    @POST
    @Path("/{client}/keys")
    @Allowed(Role.OPERATOR)
    @Operation(operationId = "makeClientKey", summary = "Makes a key of an API client", description = """
                    The answer shows the key, this once: what is kept of it is a hash, and the answer to a retry is without
                    it. A client may have several keys, so that one can follow another without a pause; one that is a
                    terminal has two at most that work. No body is needed.
                    """)
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = KeyView.class)))
    @Extension(name = "x-problem-codes", value = "two-keys-live")
    public Uni<Response> makeKey(@Context RoutingContext http, @RestPath String client) {
        Call call = Call.of(http);
        return clients.makeKey(call.ask(Clients.NO_BOOK), call.client(), client).map(Responses::of);
    }

    @GET
    @Path("/{client}/keys/{keyId}")
    @Allowed(Role.OPERATOR)
    @Operation(
            operationId = "getClientKey",
            summary = "Tells a key of an API client",
            description = "When it was made and revoked. Its text is not known here. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The key",
            content = @Content(schema = @Schema(implementation = KeyView.class)))
    public Uni<KeyView> getKey(@Context RoutingContext http, @RestPath String client, @RestPath String keyId) {
        return known(Call.of(http).client(), client).chain(registered -> store.keyOf(client, uuid(keyId)));
    }

    @POST
    @Path("/{client}/keys/{keyId}/revoke")
    @Allowed(Role.OPERATOR)
    @Operation(operationId = "revokeClientKey", summary = "Revokes a key", description = """
                    Once it is answered, no commit uses the key: it posts nothing any more. Reads end within five seconds
                    in every process. A key that is revoked already is left as it is. The webhooks of a client without a key
                    are sent nothing until he has one again. No body is needed.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "Revoked",
            content = @Content(schema = @Schema(implementation = KeyView.class)))
    public Uni<Response> revoke(@Context RoutingContext http, @RestPath String client, @RestPath String keyId) {
        Call call = Call.of(http);
        return clients.revoke(call.ask(Clients.NO_BOOK), call.client(), client, uuid(keyId))
                .map(Responses::of);
    }

    /** An id that no key can have is one that is not there. */
    private static UUID uuid(String id) {
        UUID key = Ids.parse(id);
        if (key == null) {
            throw new ProtocolRejection.NotFound("key").refused();
        }
        return key;
    }
}
