package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.ZoneId;
import java.util.Objects;
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
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;

/** Books, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books")
@Tag(name = "books", description = "Books and the organisation that keeps them.")
public class BooksResource {
    private static final String DEFAULT_CALENDAR = "Asia/Shanghai";
    private static final int LONGEST_REASON = 500;

    private final Books books;
    private final BookRegister register;
    private final BookStore store;

    BooksResource(Books books, BookRegister register, BookStore store) {
        this.books = books;
        this.register = register;
        this.store = store;
    }

    /** The body of a new book. */
    @Schema(name = "NewBook")
    record Opening(
            @Schema(required = true, description = "Its code", examples = "BHL") @Nullable
            String book,

            @Schema(required = true, maxLength = 100, examples = "北环路社区") @Nullable
            String name,

            @Schema(description = "COMMUNITY when it is missing")
            Book.@Nullable Kind kind,

            @Schema(
                    description =
                            "MIN when it is missing: a confirmed service earns its minutes, and points besides when"
                                    + " there is a rate; PTS: points only")
            @Nullable
            Unit serviceEarns,

            @Schema(
                    description = "Hundredths of a point that an hour of service earns; 0 when it is missing",
                    minimum = "0",
                    maximum = "1000000",
                    examples = "200")
            @Nullable
            Long pointsPerHour,

            @Schema(description = "Whether members may transfer points to one another; false when it is missing")
            @Nullable
            Boolean memberPointsTransfer,

            @Schema(description = "An IANA zone; Asia/Shanghai when it is missing", examples = "Asia/Shanghai")
            @Nullable
            String calendar) {
        NewBook checked() {
            Fields fields = new Fields();
            NewBook opened = new NewBook(
                    fields.id("book", book),
                    fields.text("name", name, 100),
                    Objects.requireNonNullElse(kind, Book.Kind.COMMUNITY),
                    zone(fields),
                    serviceEarns != Unit.PTS,
                    pointsPerHour == null ? 0 : fields.number("pointsPerHour", pointsPerHour, 0, 1_000_000),
                    Boolean.TRUE.equals(memberPointsTransfer));
            fields.refuseFaults();
            return opened;
        }

        private ZoneId zone(Fields fields) {
            String id = Objects.requireNonNullElse(calendar, DEFAULT_CALENDAR);
            // Offsets and short names are zones to Java, and no calendar of a community.
            if (ZoneId.getAvailableZoneIds().contains(id)) {
                return ZoneId.of(id);
            }
            fields.fault("calendar", "zone");
            return ZoneId.of(DEFAULT_CALENDAR);
        }
    }

    /** The body of a closing or its end. */
    @Schema(name = "BookStatusOrder")
    record StatusOrder(
            @Schema(required = true, description = "Why", maxLength = 500, examples = "并入龙生社区") @Nullable
            String reason,

            @Schema(description = "Id of the person who acts, as the client knows him", examples = "W-001") @Nullable
            String actor) {
        BookStatusChange.Order checked(Client client) {
            Fields fields = new Fields();
            BookStatusChange.Order order = new BookStatusChange.Order(
                    new Attribution(client.id(), client.name(), fields.optionalId("actor", actor), null, null),
                    fields.text("reason", reason, LONGEST_REASON));
            fields.refuseFaults();
            return order;
        }
    }

    @POST
    @Allowed(value = Role.OPERATOR, everyBook = true)
    @Operation(operationId = "openBook", summary = "Opens a book", description = """
                    A community's or hub's ledger, empty. It may be used at once by clients of that code and of every book.
                    Only an operator of every book may. Code, calendar and what a service earns do not change later.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = Opening.class),
                            examples = @ExampleObject(name = "community", value = """
                                                    {"book":"XQ","name":"新桥社区","kind":"COMMUNITY","serviceEarns":"MIN",
                                                     "pointsPerHour":0,"memberPointsTransfer":false,"calendar":"Asia/Shanghai"}
                                                    """)))
    @APIResponse(
            responseCode = "201",
            description = "Opened",
            content = @Content(schema = @Schema(implementation = BookView.class)))
    @Extension(name = "x-problem-codes", value = "book-exists too-many-books")
    public Uni<Response> open(@Context RoutingContext http, Opening body) {
        Call call = Call.of(http);
        return register.open(call.ask(0), body.checked()).map(Responses::of);
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listBooks",
            summary = "Lists books",
            description = "Those that the caller may use, in order of their codes, page by page.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<BookView>> list(
            @Context RoutingContext http,
            @Parameter(schema = @Schema(implementation = Book.Kind.class)) @RestQuery @Nullable String kind,
            @Parameter(schema = @Schema(implementation = Book.Status.class)) @RestQuery @Nullable String status,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        Book.Kind ofKind = fields.optionalName("kind", kind, Book.Kind.class);
        Book.Status ofStatus = fields.optionalName("status", status, Book.Status.class);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return store.list(Call.of(http).client(), ofKind, ofStatus, page)
                .map(rows -> Page.of(
                        page,
                        rows.stream()
                                .map(book -> BookView.of(book, book.lastSeq()))
                                .toList(),
                        BookView::book));
    }

    @GET
    @Path("/{book}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getBook",
            summary = "Tells a book",
            description = "Its settings, whether it is closed, and the number of its last entry.")
    @APIResponse(
            responseCode = "200",
            description = "The book",
            content = @Content(schema = @Schema(implementation = BookView.class)))
    public Uni<BookView> get(@Context RoutingContext http, @RestPath String book) {
        return books.of(Call.of(http), book)
                .chain(found -> store.get(found.id()))
                .map(found -> BookView.of(found, found.lastSeq()));
    }

    @POST
    @Path("/{book}/close")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "closeBook", summary = "Closes a book", description = """
                    For a community that is merged, or whose moral bank ends. Once it is answered, nothing begins in the book: what
                    earns, grants, transfers, gifts, donations, openings, imports, vouchers, pay codes, allowances,
                    authorizations and sales are 409 `book-closed`, whoever asks.

                    What was begun is brought to its end as before: captures, voids, refunds and reversals, by terminals and by
                    hand; holds and lots expire, vouchers are revoked; tills upload what they sold before the closing, by the times
                    that they tell themselves; days are ended, merchants settled, paid, waived and written off; members leave. Members, merchants and terms can be edited still,
                    and all is read and exported as before. Nothing is posted by the closing: balances that
                    members have stay theirs until they leave or the book is reopened.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples =
                                    @ExampleObject(
                                            name = "close",
                                            value = "{\"reason\":\"并入龙生社区\",\"actor\":\"W-001\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = BookView.class)))
    @Extension(name = "x-problem-codes", value = "book-already-closed")
    public Uni<Response> close(@Context RoutingContext http, @RestPath String book, StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> register.close(call.ask(found.id()), found, body.checked(call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("/{book}/reopen")
    @Allowed({Role.OPERATOR})
    @Operation(operationId = "reopenBook", summary = "Ends a book's closing", description = """
                    The book takes again what begins, as if it had never been closed. What was refused meanwhile stays refused
                    under its key: send it with a new one.
                    """)
    @RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = StatusOrder.class),
                            examples = @ExampleObject(name = "reopen", value = "{\"reason\":\"暂不合并\"}")))
    @APIResponse(
            responseCode = "200",
            description = "As it is now",
            content = @Content(schema = @Schema(implementation = BookView.class)))
    @Extension(name = "x-problem-codes", value = "book-not-closed")
    public Uni<Response> reopen(@Context RoutingContext http, @RestPath String book, StatusOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> register.reopen(call.ask(found.id()), found, body.checked(call.client())))
                .map(Responses::of);
    }

    @GET
    @Path("/{book}/status-changes")
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listBookStatusChanges",
            summary = "Lists who closed or reopened a book",
            description = "In order of time, with the reasons that were given. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<BookStatusChangeView>> statusChanges(
            @Context RoutingContext http,
            @RestPath String book,
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
        return books.of(Call.of(http), book).chain(found -> store.statusChanges(found, days, page));
    }
}
