package org.moralbank.events;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Client;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;

/** Webhooks over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/webhooks")
@Tag(name = "events", description = "What happened in the books: a feed to follow, and webhooks.")
public class WebhooksResource {
    private static final int MOST = 1000;
    private static final URI NONE = URI.create("https://none.invalid");

    private final Webhooks webhooks;
    private final WebhookStore store;
    private final EventsConfig config;

    WebhooksResource(Webhooks webhooks, WebhookStore store, EventsConfig config) {
        this.webhooks = webhooks;
        this.store = store;
        this.config = config;
    }

    /** The body of a new webhook. */
    @Schema(name = "NewWebhook")
    record NewWebhook(
            @Schema(
                    required = true,
                    maxLength = 2000,
                    description = "https, at an address of the public internet; no user, no fragment",
                    examples = "https://app.example.org/moral-bank/events")
            @Nullable
            String url,

            @Schema(
                    required = true,
                    minItems = 1,
                    description =
                            "Codes of books; * is every book, also those yet to be opened, for clients of every book",
                    examples = "[\"BHL\"]")
            @Nullable
            List<@Nullable String> books,

            @Schema(
                    minItems = 1,
                    description =
                            "Types of events, or their beginnings up to a dot; every type without it. Sales are among"
                                    + " org.moralbank.redemption as redemption.sold, and among org.moralbank.entry."
                                    + " org.moralbank.self-audit.broken says that a check of the book does not hold",
                    examples = "[\"org.moralbank.redemption\"]")
            @Nullable
            List<@Nullable String> types) {
        Webhooks.NewWebhook checked(boolean httpToo) {
            Fields fields = new Fields();
            URI target = url == null ? NONE : Targets.parse(url, httpToo);
            if (url == null) {
                fields.fault("url", "required");
            } else if (target == null) {
                fields.fault("url", "webhook-url");
            }
            Webhooks.NewWebhook said =
                    new Webhooks.NewWebhook(Objects.requireNonNullElse(target, NONE), booksOf(fields), typesOf(fields));
            fields.refuseFaults();
            return said;
        }

        private Set<String> booksOf(Fields fields) {
            Set<String> set = new TreeSet<>();
            List<@Nullable String> named = fields.value("books", books, List.<@Nullable String>of());
            if (books != null && books.isEmpty()) {
                fields.fault("books", "required");
            }
            if (named.size() > MOST) {
                fields.fault("books", "items", Map.of("most", MOST));
                return set;
            }
            for (int i = 0; i < named.size(); i++) {
                String book = named.get(i);
                set.add(Client.EVERY_BOOK.equals(book) ? Client.EVERY_BOOK : fields.id("books[" + i + "]", book));
            }
            return set.contains(Client.EVERY_BOOK) ? Set.of(Client.EVERY_BOOK) : set;
        }

        private Set<String> typesOf(Fields fields) {
            Set<String> set = new TreeSet<>();
            if (types != null && types.isEmpty()) {
                // Who has no type left to ask for does not mean every type.
                fields.fault("types", "required");
            }
            List<@Nullable String> named = Objects.requireNonNullElse(types, List.<@Nullable String>of());
            if (named.size() > MOST) {
                fields.fault("types", "items", Map.of("most", MOST));
                return set;
            }
            for (int i = 0; i < named.size(); i++) {
                String type = named.get(i);
                CloudEvent.check(fields, "types[" + i + "]", type);
                if (type != null) {
                    set.add(type);
                }
            }
            return set;
        }
    }

    @POST
    @Allowed({Role.APP, Role.OPERATOR})
    @Operation(operationId = "registerWebhook", summary = "Registers a webhook", description = """
                    From now on every event of the books (of the types, if any are named) is posted to the URL as a
                    CloudEvents 1.0 JSON object (application/cloudevents+json), signed as Standard Webhooks says: the headers
                    webhook-id, webhook-timestamp and webhook-signature, which libraries of that project verify with the
                    secret. The answer shows the secret, this once; the answer to a retry is without it.

                    Answer 2xx within 10 s, best at once, and do your work after that. Everything else, redirects too, is a
                    failure: the event is sent again after 5 s, 10 s, 20 s and so on up to 4 h. Deliveries are at least once:
                    keep webhook-id and ignore what you have seen. They are in order in each book: an event is sent when the
                    one before it was delivered or parked.

                    An event is parked, and the next one follows, when an attempt fails three days after it was recorded, or
                    after the webhook was registered or last resumed if that was later. So the first that fails is tried for
                    three days; those behind it that have become as old meanwhile are parked after one failed attempt each.
                    When 20 were parked in a row, the book stops until the webhook is resumed. See deliveries and parked, and
                    replay. What is delivered can be read again with the feed of the book.

                    While the client that registered it has no key that works, nothing is sent: `waitsForKey` of the webhook
                    and NO_KEY of its deliveries say so. It goes on by itself, with all that happened meanwhile, when he has
                    one again.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewWebhook.class),
                            examples =
                                    @ExampleObject(
                                            name = "redemptions of every book",
                                            value =
                                                    "{\"url\":\"https://app.example.org/moral-bank/events\",\"books\":[\"*\"],\"types\":[\"org.moralbank.redemption\"]}")))
    @APIResponse(
            responseCode = "201",
            description = "Registered",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    @Extension(name = "x-problem-codes", value = "webhook-target-refused unknown-book secrets-key-missing")
    public Uni<Response> register(@Context RoutingContext http, NewWebhook body) {
        Call call = Call.of(http);
        return webhooks.register(call.ask(Webhooks.NO_BOOK), call.client(), body.checked(config.allowPrivateTargets()))
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.APP, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listWebhooks",
            summary = "Lists webhooks in the order of their registration",
            description =
                    "The caller's own; for operators and auditors also those of others whose books are all theirs. Without secrets. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<WebhookView>> list(
            @Context RoutingContext http,
            @Parameter(description = "Those that get the events of this book, of every book too") @RestQuery @Nullable
                    String book,
            @Parameter(schema = @Schema(implementation = Webhook.Status.class)) @RestQuery @Nullable String status,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        String ofBook = fields.optionalId("book", book);
        Webhook.Status ofStatus = fields.optionalName("status", status, Webhook.Status.class);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        Client client = Call.of(http).client();
        return store.list(client, client.isAny(Role.OPERATOR, Role.AUDITOR), ofBook, ofStatus, page)
                .map(rows -> Page.of(
                        page,
                        rows.stream().map(WebhookView::of).toList(),
                        webhook -> webhook.id().toString()));
    }

    @GET
    @Path("/{webhook}")
    @Allowed({Role.APP, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getWebhook",
            summary = "Shows a webhook",
            description = "Without its secret, which is shown only when it is made. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The webhook",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    public Uni<WebhookView> get(@Context RoutingContext http, @RestPath String webhook) {
        return seen(http, webhook).map(WebhookView::of);
    }

    @POST
    @Path("/{webhook}/suspend")
    @Allowed({Role.APP, Role.OPERATOR})
    @Operation(operationId = "suspendWebhook", summary = "Suspends a webhook", description = """
                    Nothing is sent until it is resumed, but for what is under way; what happens meanwhile is sent then. One
                    that is suspended stays as it is. No body is needed.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    @Extension(name = "x-problem-codes", value = "webhook-closed")
    public Uni<Response> suspend(@Context RoutingContext http, @RestPath String webhook) {
        Call call = Call.of(http);
        return webhooks.suspend(call.ask(Webhooks.NO_BOOK), call.client(), uuid(webhook))
                .map(Responses::of);
    }

    @POST
    @Path("/{webhook}/resume")
    @Allowed({Role.APP, Role.OPERATOR})
    @Operation(operationId = "resumeWebhook", summary = "Resumes a webhook", description = """
                    Each book goes on at once from where it is, also one that stopped after failures or waits to retry; the
                    three days of retries begin anew. Nothing between was lost: it is sent in its order. What is parked is
                    not sent by this; replay it. No body is needed.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    @Extension(name = "x-problem-codes", value = "webhook-closed")
    public Uni<Response> resume(@Context RoutingContext http, @RestPath String webhook) {
        Call call = Call.of(http);
        return webhooks.resume(call.ask(Webhooks.NO_BOOK), call.client(), uuid(webhook))
                .map(Responses::of);
    }

    @POST
    @Path("/{webhook}/close")
    @Allowed({Role.APP, Role.OPERATOR})
    @Operation(operationId = "closeWebhook", summary = "Closes a webhook", description = """
                    For good: nothing is sent any more, but for what is under way, and its secrets are erased. For another URL
                    register a new webhook and close this one. No body is needed.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    public Uni<Response> close(@Context RoutingContext http, @RestPath String webhook) {
        Call call = Call.of(http);
        return webhooks.close(call.ask(Webhooks.NO_BOOK), call.client(), uuid(webhook))
                .map(Responses::of);
    }

    @POST
    @Path("/{webhook}/rotate")
    @Allowed({Role.APP, Role.OPERATOR})
    @Operation(operationId = "rotateWebhookSecret", summary = "Gives a webhook a new secret", description = """
                    The answer shows it, this once; the answer to a retry is without it. For 24 hours deliveries carry two
                    signatures, one by the new secret and one by the one before, so that the receiver can change over without
                    a pause. Rotated again within that time, the older of the two is dropped at once. No body is needed.
                    """)
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    @Extension(name = "x-problem-codes", value = "webhook-closed secrets-key-missing")
    public Uni<Response> rotate(@Context RoutingContext http, @RestPath String webhook) {
        Call call = Call.of(http);
        return webhooks.rotate(call.ask(Webhooks.NO_BOOK), call.client(), uuid(webhook))
                .map(Responses::of);
    }

    @GET
    @Path("/{webhook}/deliveries")
    @Allowed({Role.APP, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listWebhookDeliveries",
            summary = "Tells how far a webhook is in each book",
            description =
                    "By code of the book: the last event that was delivered, how many are waiting, while it fails, how often and why, and whether it stopped or waits for a key of its client. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<DeliveryView>> deliveries(
            @Context RoutingContext http,
            @RestPath String webhook,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Page.Request page = Page.Request.ofQuery(limit, after);
        return seen(http, webhook)
                .chain(found -> store.deliveries(found.webhook().id(), page));
    }

    @POST
    @Path("/{webhook}/deliveries/{event}/replay")
    @Allowed({Role.APP, Role.OPERATOR})
    @Operation(operationId = "replayWebhookDelivery", summary = "Sends an event again", description = """
                    Of any event up to the position of the book, delivered or parked, whatever its type: it is sent beside the
                    later ones, with the webhook-id that it had, and retried for three days, then parked again. Where it is,
                    and what became of it, is told under parked. No body is needed.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "It will be sent",
            content = @Content(schema = @Schema(implementation = Webhooks.ReplayView.class)))
    @Extension(name = "x-problem-codes", value = "webhook-closed event-not-sent-yet")
    public Uni<Response> replay(
            @Context RoutingContext http,
            @RestPath String webhook,
            @Parameter(description = "The webhook-id of the event: its book and number", example = "BHL-4711") @RestPath
                    String event) {
        Call call = Call.of(http);
        return webhooks.replay(call.ask(Webhooks.NO_BOOK), call.client(), uuid(webhook), event)
                .map(Responses::of);
    }

    @GET
    @Path("/{webhook}/parked")
    @Allowed({Role.APP, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listParkedEvents",
            summary = "Lists the events that were parked or sent again",
            description =
                    "In order of books and numbers: those given up, those asked for again, and what became of them. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<ParkedView>> parked(
            @Context RoutingContext http,
            @RestPath String webhook,
            @Parameter(schema = @Schema(implementation = ParkedView.State.class)) @RestQuery @Nullable String state,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        ParkedView.State ofState = fields.optionalName("state", state, ParkedView.State.class);
        Page.Request page = Page.Request.ofQuery(limit, after);
        if (page.after() != null && MessageId.parse(page.after()) == null) {
            fields.fault("after", "cursor");
        }
        fields.refuseFaults();
        return seen(http, webhook).chain(found -> store.aside(found.webhook().id(), ofState, page));
    }

    @POST
    @Path("/{webhook}/parked/replay")
    @Allowed({Role.APP, Role.OPERATOR})
    @Operation(operationId = "replayParkedEvents", summary = "Sends all parked events again", description = """
                    In their order, beside the later ones, each with the webhook-id that it had. Resume a webhook that stopped
                    first. No body is needed.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "They will be sent",
            content = @Content(schema = @Schema(implementation = WebhookView.class)))
    @Extension(name = "x-problem-codes", value = "webhook-closed")
    public Uni<Response> replayParked(@Context RoutingContext http, @RestPath String webhook) {
        Call call = Call.of(http);
        return webhooks.replayParked(call.ask(Webhooks.NO_BOOK), call.client(), uuid(webhook))
                .map(Responses::of);
    }

    private Uni<WebhookStore.Seen> seen(RoutingContext http, String id) {
        Client client = Call.of(http).client();
        return store.find(uuid(id))
                .map(found -> found.filter(seen -> Webhooks.maySee(client, seen.webhook()))
                        .orElseThrow(() -> Webhooks.notFound("webhook")));
    }

    /** An id that no webhook can have is one that is not there. */
    private static UUID uuid(String id) {
        UUID parsed = Ids.parse(id);
        if (parsed == null) {
            throw Webhooks.notFound("webhook");
        }
        return parsed;
    }
}
