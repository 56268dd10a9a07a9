package org.moralbank.settlements;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
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
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Noted;
import org.moralbank.members.WriteOffView;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.ProtocolRejection;

/** What a merchant sees of what it is owed, what it gives away, and what it owes and is written off, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/merchants")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class MerchantAccountResource {
    private static final String CSV = "text/csv;charset=UTF-8";

    private static final String TRANSACTIONS_FILE = """
            file,transactions,merchant,MER-LS-01,day,2025-06-09,unit,PTS,count,2,sum,400
            entry,type,occurredOn,postedAt,redemption,terminal,terminalTransaction,reference,amount,payableAfter,saleTerminal
            812,REDEEM_SALE,2025-06-09,2025-06-09T01:20:00.000000Z,0197526d-6a00-7c3e-9f43-3a1b2c4d5e6f,T1,KQXWZRMA-000017,,500,4500,T1
            815,REDEEM_REFUND,2025-06-09,2025-06-09T02:00:00.000000Z,0197526d-6a00-7c3e-9f43-3a1b2c4d5e6f,T2,KQXWZRMA-000017,RF-1,-100,4400,T1
            """;

    private static final String SETTLEMENTS_FILE = """
            file,settlements,merchant,MER-LS-01,day,2025-07-01,unit,PTS,count,1,closed,4400,paid,0,rejected,0
            entry,status,at,settlement,from,through,amount,gross,payment,bankReference,reference
            990,CLOSED,2025-07-01T02:00:00.000000Z,0197c370-1c00-7a2b-8d11-9e8f7a6b5c4d,2025-06-01,2025-06-30,4400,4400,4400,,ST-2025-06
            """;

    private final Books books;
    private final Settlements settlements;
    private final SettlementStore store;
    private final PayableStore payables;
    private final SettlementFiles files;

    MerchantAccountResource(
            Books books, Settlements settlements, SettlementStore store, PayableStore payables, SettlementFiles files) {
        this.books = books;
        this.settlements = settlements;
        this.store = store;
        this.payables = payables;
        this.files = files;
    }

    /** The body of a waiver. */
    @Schema(name = "NewWaiver")
    record NewWaiver(
            @Schema(
                    description = "In hundredths of a point; at most what the merchant is owed",
                    required = true,
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "500")
            @Nullable
            Long amount,

            @Schema(description = "When it happened; today when it is missing") @Nullable
            LocalDate occurredOn,

            @Schema(description = "The client's own reference", examples = "WV-2025-0001") @Nullable
            String reference,

            @Schema(description = "Free text, kept beside the sealed entry", required = true, maxLength = 500) @Nullable
            String reason,

            @Schema(description = "Up to 20 strings, kept beside the sealed entry") @Nullable
            Map<String, String> metadata,

            @Schema(description = "Id of the person who asks for it", required = true, examples = "W-001") @Nullable
            String actor,

            @Schema(description = "Id of the person for whom he acts") @Nullable
            String onBehalfOf,

            @Schema(
                    description = "Id of the person who approved it; not the actor",
                    required = true,
                    examples = "W-002")
            @Nullable
            String approver)
            implements Noted {
        Settlements.Waiver checked(String merchant, BookHandle book, Call call) {
            Fields fields = new Fields();
            Settlements.Waiver waiver = new Settlements.Waiver(
                    merchant, fields.amount("amount", amount), Note.ofTwo(fields, this, approver, book, call.client()));
            fields.refuseFaults();
            return waiver;
        }
    }

    @POST
    @Path("/{id}/waivers")
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "waivePayable", summary = "Books points that a merchant gives away", description = """
                    A gift: the merchant does not want them paid (MERCHANT_WAIVE, out of the payable). At most what it is
                    owed now; what is in a batch is not given away any more. Nobody receives them, and who books it would
                    have had to pay them: so another person than the actor has approved it. Its entry tells why and who
                    (`listEntries` with `type=MERCHANT_WAIVE` lists all), and is reversed to take it back.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewWaiver.class),
                            examples =
                                    @ExampleObject(
                                            name = "a gift",
                                            value =
                                                    "{\"amount\": 5, \"reason\": \"重阳节让利\", \"actor\": \"W-001\", \"approver\": \"W-002\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Posted; Location is its entry",
            content = @Content(schema = @Schema(implementation = WaiverView.class)))
    @Extension(name = "x-problem-codes", value = "waiver-exceeded")
    public Uni<Response> waive(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, NewWaiver body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> settlements.waive(call.ask(found.id()), found, body.checked(id, found, call)))
                .map(Responses::of);
    }

    /** The body of a merchant's write-off: always of points. */
    @Schema(name = "NewMerchantWriteOff")
    record NewMerchantWriteOff(
            @Schema(
                    description = "In hundredths of a point; all that is owed when it is missing",
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "30000")
            @Nullable
            Long amount,

            @Schema(description = "When it was decided; today when it is missing") @Nullable
            LocalDate occurredOn,

            @Schema(description = "The client's own reference", examples = "WO-2025-0002") @Nullable
            String reference,

            @Schema(description = "Free text, kept beside the sealed entry", required = true, maxLength = 500) @Nullable
            String reason,

            @Schema(description = "Up to 20 strings, kept beside the sealed entry") @Nullable
            Map<String, String> metadata,

            @Schema(description = "Id of the person who asks for it", required = true, examples = "W-001") @Nullable
            String actor,

            @Schema(description = "Id of the person for whom he acts") @Nullable
            String onBehalfOf,

            @Schema(
                    description = "Id of the person who approved it; not the actor",
                    required = true,
                    examples = "W-002")
            @Nullable
            String approver)
            implements Noted {
        Settlements.Loss checked(String merchant, BookHandle book, Call call) {
            Fields fields = new Fields();
            if (amount != null) {
                fields.amount("amount", amount);
            }
            Note note = Note.ofTwo(fields, this, approver, book, call.client());
            fields.refuseFaults();
            return new Settlements.Loss(merchant, amount, note);
        }
    }

    @POST
    @Path("/{id}/write-offs")
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "writeOffMerchant",
            summary = "Writes off what a merchant owes and will not pay",
            description = """
                    A merchant owes when more of its sales was taken back after their settlement than it has sold since: its
                    payable is below zero, and its settlements carry that over. When it sells no more, the community bears the
                    loss (WRITE_OFF, 3260 → 2300), which another person than the actor has approved. At most what it owes;
                    without an amount all of that. Whatever its status, also when it is closed. What it has in a batch that is
                    not paid yet is not asked: to have that pay first, reject the batch. It is taken back by reversing its
                    entry, and then the debt is there again.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewMerchantWriteOff.class),
                            examples =
                                    @ExampleObject(
                                            name = "a shop that gave up",
                                            value =
                                                    "{\"amount\": 300, \"reason\": \"商家停业\", \"actor\": \"W-001\", \"approver\": \"W-002\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Posted; Location is its entry",
            content = @Content(schema = @Schema(implementation = WriteOffView.class)))
    @Extension(name = "x-problem-codes", value = "nothing-to-write-off write-off-exceeded")
    public Uni<Response> writeOff(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, NewMerchantWriteOff body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> settlements.writeOff(call.ask(found.id()), found, body.checked(id, found, call)))
                .map(Responses::of);
    }

    @GET
    @Path("/{id}/settlement-statement")
    @Produces(MediaType.APPLICATION_JSON)
    @Allowed({Role.TERMINAL, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getSettlementStatement",
            summary = "Shows what became of what a merchant is owed",
            description = """
                    What was posted to the merchant's payable from a day to a day, both included, by what it was; and what
                    was paid then. Days are those of posting, in the book's calendar. To a terminal only its own merchant's.
                    As text/csv (RFC 4180) a header and one row. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The statement",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = SettlementStatement.class)),
                @Content(mediaType = "text/csv", schema = @Schema(implementation = String.class))
            })
    public Uni<SettlementStatement> statement(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @Parameter(
                            description = "The first day; that of the month of the last when it is missing",
                            schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String from,
            @Parameter(description = "The last day; today when it is missing", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String to) {
        return stated(http, book, id, from, to);
    }

    @GET
    @Path("/{id}/settlement-statement")
    @Produces(CSV)
    @Allowed({Role.TERMINAL, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(hidden = true)
    public Uni<String> statementAsCsv(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestQuery @Nullable String from,
            @RestQuery @Nullable String to) {
        return stated(http, book, id, from, to).map(SettlementStatement::csv);
    }

    private Uni<SettlementStatement> stated(
            RoutingContext http, String book, String id, @Nullable String from, @Nullable String to) {
        Fields fields = new Fields();
        DayRange days = fields.optionalDays(from, to);
        fields.refuseFaults();
        Call call = Call.of(http);
        return books.of(call, book).chain(found -> {
            LocalDate until = Objects.requireNonNullElseGet(days.to(), () -> found.dayOf(Instant.now()));
            LocalDate since = Objects.requireNonNullElse(days.from(), until.withDayOfMonth(1));
            if (until.isBefore(since)) {
                throw ProtocolRejection.Invalid.field("from", "after-end").refused();
            }
            return seen(found, call, id)
                    .chain(merchant -> payables.extent(
                            found,
                            merchant,
                            since.atStartOfDay(found.calendar()).toInstant(),
                            until.plusDays(1).atStartOfDay(found.calendar()).toInstant()))
                    .chain(extent -> payables.statement(extent, since, until));
        });
    }

    @GET
    @Path("/{id}/files/{day}/transactions")
    @Produces(CSV)
    @Allowed({Role.TERMINAL, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getTransactionsFile",
            summary = "Gives a merchant's transactions of a day as a file",
            description = """
                    All that was posted to the merchant's payable on a day (of the book's calendar) but settlements: sales,
                    captures, refunds, waivers, write-offs. CSV (RFC 4180, UTF-8): the first line counts and sums, the second names the
                    columns, a row for each posting follows, in order. Amounts are in hundredths of a point; what the
                    merchant gave back is below zero. It is there when the day is over, and the same bytes for ever. To a
                    terminal only its own merchant's. Changes nothing.

                    `terminal` is the one to whose day the row counts: which sold, or gave back; of a desk that named none it is
                    empty. So the sums by terminal are those of the day ends, of a terminal that closes its days at midnight:
                    what it sold, captured and uploaded less its refunds. `redemption`, `terminalTransaction` and `saleTerminal` are
                    those of the sale, also where it was given back elsewhere.

                    | column | what it is |
                    |---|---|
                    | `entry` | number of the entry |
                    | `type` | of the entry: REDEEM_SALE, REDEEM_SALE_OFFLINE, REDEEM_CAPTURE, REDEEM_REFUND (also of a terminal's reversal), MERCHANT_WAIVE, WRITE_OFF, REVERSAL; others may come |
                    | `occurredOn`, `postedAt` | the day it happened, in the book's calendar; when it was posted, in UTC |
                    | `redemption` | id; empty of what is none, as a waiver |
                    | `terminal`, `terminalTransaction`, `saleTerminal` | as said above |
                    | `reference` | of the entry |
                    | `amount` | in hundredths of a point, below zero where the merchant gave back |
                    | `payableAfter` | what the merchant is owed then, in hundredths of a point |
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The file",
            content =
                    @Content(
                            mediaType = "text/csv",
                            schema = @Schema(implementation = String.class),
                            examples =
                                    @ExampleObject(
                                            name = "a sale and a part of it given back",
                                            value = TRANSACTIONS_FILE)))
    @Extension(name = "x-problem-codes", value = "day-not-over")
    public Multi<Buffer> transactions(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @Parameter(schema = @Schema(format = "date")) @RestPath String day) {
        LocalDate of = day(day);
        Call call = Call.of(http);
        return books.of(call, book)
                .call(found -> seen(found, call, id))
                .onItem()
                .transformToMulti(found -> files.transactions(found, id, of));
    }

    @GET
    @Path("/{id}/files/{day}/settlements")
    @Produces(CSV)
    @Allowed({Role.TERMINAL, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getSettlementsFile",
            summary = "Gives a merchant's settlements of a day as a file",
            description = """
                    What was closed, paid and rejected on a day (of the book's calendar). CSV (RFC 4180, UTF-8): the first
                    line counts and sums, the second names the columns, a row for each change follows, in order. Amounts are
                    in hundredths of a point, gross and payment in fen. It is there when the day is over, and the same bytes
                    for ever. To a terminal only its own merchant's. Changes nothing.

                    | column | what it is |
                    |---|---|
                    | `entry` | number of the entry |
                    | `status`, `at` | CLOSED, PAID or REJECTED; when, in UTC |
                    | `settlement` | id of the batch |
                    | `from`, `through` | its first and last day, in the book's calendar |
                    | `amount` | in hundredths of a point |
                    | `gross`, `payment` | in fen: before the discount, and to be paid |
                    | `bankReference` | of the payment; else empty |
                    | `reference` | of the entry |
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The file",
            content =
                    @Content(
                            mediaType = "text/csv",
                            schema = @Schema(implementation = String.class),
                            examples = @ExampleObject(name = "a batch that was closed", value = SETTLEMENTS_FILE)))
    @Extension(name = "x-problem-codes", value = "day-not-over")
    public Multi<Buffer> settlements(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @Parameter(schema = @Schema(format = "date")) @RestPath String day) {
        LocalDate of = day(day);
        Call call = Call.of(http);
        return books.of(call, book)
                .call(found -> seen(found, call, id))
                .onItem()
                .transformToMulti(found -> files.settlements(found, id, of));
    }

    /** Another's merchant is not there for a till. */
    private Uni<String> seen(BookHandle book, Call call, String id) {
        if (!call.client().sees(id)) {
            throw new ProtocolRejection.NotFound("merchant").refused();
        }
        return store.ofPath(book, id);
    }

    /** What is no day has no files. */
    private static LocalDate day(String day) {
        try {
            LocalDate of = LocalDate.parse(day);
            if (of.getYear() < 0 || of.getYear() > 9998) {
                throw new ProtocolRejection.NotFound("file").refused();
            }
            return of;
        } catch (DateTimeException malformed) {
            throw new ProtocolRejection.NotFound("file").refused();
        }
    }
}
