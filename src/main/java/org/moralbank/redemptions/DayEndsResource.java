package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.Books;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.FieldFault;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.redemptions.DayBook.Total;

/** The ends of terminals' business days over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/day-ends")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class DayEndsResource {
    private static final int MOST_TRANSACTIONS = 5_000;
    private static final int LONGEST_REASON = 500;
    private static final LocalDate FIRST_DAY = LocalDate.of(1990, 1, 1);
    private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);

    private final Books books;
    private final DayEnds dayEnds;
    private final DayEndStore store;
    private final AllowanceStore allowances;

    DayEndsResource(Books books, DayEnds dayEnds, DayEndStore store, AllowanceStore allowances) {
        this.books = books;
        this.dayEnds = dayEnds;
        this.store = store;
        this.allowances = allowances;
    }

    /** A till's total of a type. */
    @Schema(name = "TillTotal")
    record NewTotal(
            @Schema(required = true) DayBook.@Nullable Type type,

            @Schema(required = true, minimum = "0", maximum = "1000000", examples = "12") @Nullable
            Long count,

            @Schema(
                    description = "In hundredths of a point",
                    required = true,
                    minimum = "0",
                    maximum = "1000000000000",
                    examples = "5400")
            @Nullable
            Long amount) {}

    /** A transaction in a till's list. */
    @Schema(name = "TillTransaction")
    record NewTransaction(
            @Schema(required = true) DayBook.@Nullable Type type,

            @Schema(
                    description = "The terminal's number; of a REFUND the redemption's id",
                    required = true,
                    examples = "KQXWZRMA-000017")
            @Nullable
            String transaction,

            @Schema(
                    description = "In hundredths of a point",
                    required = true,
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "500")
            @Nullable
            Long amount) {}

    /** The body of a day's end. */
    @Schema(name = "NewDayEnd")
    record NewDayEnd(
            @Schema(required = true, examples = "MER-LS-01") @Nullable
            String merchant,

            @Schema(required = true, examples = "T1") @Nullable
            String terminal,

            @Schema(description = "In the community's calendar", required = true, examples = "2025-06-09") @Nullable
            LocalDate day,

            @Schema(
                    description = "What the till counts; a type that is missing is nothing",
                    required = true,
                    maxItems = 5)
            @Nullable
            List<@Nullable NewTotal> totals,

            @Schema(
                    description =
                            "The till's own list, which must come to its totals: with it each difference is told by"
                                    + " transaction",
                    maxItems = 5000)
            @Nullable
            List<@Nullable NewTransaction> transactions,

            @Schema(
                    description = "Whether the day is closed though till and books differ; needs a reason",
                    defaultValue = "false")
            @Nullable
            Boolean acceptDifferences,

            @Schema(description = "Why differences are accepted", maxLength = 500) @Nullable
            String reason,

            @Schema(description = "Id of the person who closes the day") @Nullable
            String actor) {
        DayEnds.Order checked(Client client) {
            Fields fields = new Fields();
            String shop = fields.id("merchant", merchant);
            String till = fields.id("terminal", terminal);
            LocalDate on = fields.dayWithin("day", fields.value("day", day, FIRST_DAY), FIRST_DAY, LAST_DAY);
            Map<DayBook.Type, Total> counted = counted(fields);
            List<Tally.Listed> listed = listed(fields);
            String why = fields.optionalText("reason", reason, LONGEST_REASON);
            boolean accepts = Boolean.TRUE.equals(acceptDifferences);
            if (accepts && why == null) {
                fields.fault("reason", "required");
            }
            Attribution by = new Attribution(client.id(), client.name(), fields.optionalId("actor", actor), null, null);
            fields.refuseFaults();
            if (listed != null && !comesTo(listed, counted)) {
                throw new ProtocolRejection.Invalid(List.of(new FieldFault("transactions", "totals"))).refused();
            }
            return new DayEnds.Order(shop, till, on, new Tally(counted, listed), by, accepts ? why : null);
        }

        private Map<DayBook.Type, Total> counted(Fields fields) {
            Map<DayBook.Type, Total> counted = new EnumMap<>(DayBook.Type.class);
            if (totals == null) {
                fields.fault("totals", "required");
                return counted;
            }
            for (int i = 0; i < totals.size(); i++) {
                NewTotal total = totals.get(i);
                if (total == null) {
                    fields.fault("totals[" + i + "]", "required");
                    continue;
                }
                Fields of = fields.in("totals[" + i + "]");
                DayBook.Type type = of.value("type", total.type(), DayBook.Type.SALE);
                Total value = new Total(
                        (int) of.number("count", total.count(), 0, 1_000_000),
                        of.number("amount", total.amount(), 0, Fields.LARGEST_AMOUNT));
                if (total.type() != null && counted.containsKey(type)) {
                    of.fault("type", "type-twice");
                }
                if (!value.equals(Total.NONE)) {
                    counted.put(type, value);
                }
            }
            return counted;
        }

        private @Nullable List<Tally.Listed> listed(Fields fields) {
            if (transactions == null) {
                return null;
            }
            if (transactions.size() > MOST_TRANSACTIONS) {
                throw new ProtocolRejection.Invalid(
                                List.of(new FieldFault("transactions", "items", Map.of("most", MOST_TRANSACTIONS))))
                        .refused();
            }
            List<Tally.Listed> listed = new ArrayList<>(transactions.size());
            for (int i = 0; i < transactions.size(); i++) {
                NewTransaction one = transactions.get(i);
                if (one == null) {
                    fields.fault("transactions[" + i + "]", "required");
                    continue;
                }
                Fields of = fields.in("transactions[" + i + "]");
                listed.add(new Tally.Listed(
                        of.value("type", one.type(), DayBook.Type.SALE),
                        of.reference("transaction", one.transaction()),
                        of.amount("amount", one.amount())));
            }
            return listed;
        }

        private static boolean comesTo(List<Tally.Listed> listed, Map<DayBook.Type, Total> totals) {
            Map<DayBook.Type, Total> sums = new EnumMap<>(DayBook.Type.class);
            listed.forEach(one -> sums.merge(one.type(), new Total(1, one.amount()), Total::plus));
            return sums.equals(totals);
        }
    }

    @POST
    @Allowed({Role.TERMINAL, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "closeDay", summary = "Closes a terminal's business day", description = """
                    Compares what the till counts with what the books have, and closes the day once both agree. A till counts
                    what it was answered: **SALE**, **CAPTURE** (what was captured), **OFFLINE** (rows that were created or
                    replayed), **REFUND** and **VOID** (authorizations given back), each with its sum. What it has reversed counts
                    as if it had never been, on both sides.

                    Where they differ, 409 `day-differs` tells every difference, and the day stays open: transaction by
                    transaction when the till sends its list (`NOT_AT_TILL`, `NOT_IN_BOOKS`, `DIFFERENT`), else by type, with
                    all that the books have of it. Clear them (query, capture, reverse, upload) and send it again with a new key. What
                    cannot be cleared is accepted with `acceptDifferences` and a reason: the differences are kept with the day.
                    The answer does not show the reason, because answers are kept and it can be erased; reads show it. Nothing
                    is posted, either way: the books are not made to fit a till.

                    A day is closed once. The same content again is answered as the first time, also under another key, in
                    whatever order it is listed, with or without types that count nothing, or a reason where nothing differed;
                    other content is refused 409 `day-closed`. The numbers of a closed day do not change: what is recorded later counts to
                    the day when it is recorded, or to the next if that is closed too. So a sale after closing time belongs to
                    tomorrow, a row that was uploaded late to the day of its upload, a late void is a VOID of the day when it was
                    made, and a late reversal of that day's sale a REFUND. A reversal is a REFUND, too, when a day that is closed
                    has a refund of that sale, or another terminal or a desk had refunded of it before: the sale then stays
                    where it was, also where the till counts neither.

                    `numberGaps` are numbers that were skipped on the day, and between the last one of the nine days before and the
                    first of the day, if that is higher: a terminal may number anew. Also those of sales that were refused, which
                    leave no trace here.

                    **日终。** 终端按类型报当日的笔数和金额：SALE、CAPTURE（请款额）、OFFLINE（`created` 或 `replayed` 的行）、REFUND、VOID（撤销的
                    预授权）；本终端冲正的交易，双方都不计。与账簿一致才关闭；不一致则以 409 `day-differs` 列出全部差异，营业日仍未关闭：附有清单时
                    逐笔列出，否则按类型列出。查询、请款、冲正或上传以消除差异后，换一个键重发；无法消除的，用 `acceptDifferences` 并说明理由予以接受，
                    差异随该日保存，账簿不作任何调整。一个营业日只关闭一次：相同内容再次发送，应答与第一次相同；内容不同则为 409 `day-closed`。
                    关闭后该日数字不再改变，此后记录的交易计入记录当日；当日也已关闭的，计入下一日。`numberGaps` 是缺少的流水号，被拒绝的交易也在其中。
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewDayEnd.class),
                            examples = {
                                @ExampleObject(name = "totals", summary = "Counts and sums", value = """
                                        {
                                          "merchant": "MER-LS-01", "terminal": "T1", "day": "2025-06-09",
                                          "totals": []
                                        }
                                        """),
                                @ExampleObject(name = "list", summary = "With the till's list", value = """
                                        {
                                          "merchant": "MER-LS-01", "terminal": "T1", "day": "2025-06-09",
                                          "totals": [{"type": "SALE", "count": 1, "amount": 500}],
                                          "transactions": [
                                            {"type": "SALE", "transaction": "KQXWZRMA-000017", "amount": 500}
                                          ],
                                          "acceptDifferences": true, "reason": "换机, 数据丢失"
                                        }
                                        """)
                            }))
    @APIResponse(
            responseCode = "201",
            description = "Closed; as it was closed before, with the same content",
            content = @Content(schema = @Schema(implementation = DayEndView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "unknown-merchant other-terminal terminal-unknown day-in-future day-closed day-differs")
    public Uni<Response> close(@Context RoutingContext http, @RestPath String book, NewDayEnd body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> dayEnds.close(call.ask(found.id()), found, call.client(), body.checked(call.client())))
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.TERMINAL, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "listDayEnds", summary = "Lists closed business days of terminals", description = """
                    A keyset page, by day, merchant and terminal; where days have more than 4 MiB to tell it ends before its limit.
                    A terminal sees its own. Changes nothing.
                    """)
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<DayEndView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(description = "Only of this merchant") @RestQuery @Nullable String merchant,
            @Parameter(description = "Only of this terminal") @RestQuery @Nullable String terminal,
            @Parameter(description = "Only of this day or later") @RestQuery @Nullable String from,
            @Parameter(description = "Only of this day or before") @RestQuery @Nullable String to,
            @Parameter(description = "Only those that agreed (YES), or did not (NO)") @RestQuery @Nullable
                    String agrees,
            @Parameter(description = "1 to 500; 50 when it is missing") @RestQuery @Nullable String limit,
            @Parameter(description = "The next of the page before") @RestQuery @Nullable String after) {
        Call call = Call.of(http);
        Fields fields = new Fields();
        Agrees only = fields.optionalName("agrees", agrees, Agrees.class);
        DayRange days = fields.optionalDays(from, to);
        DayEndStore.Filter filter = new DayEndStore.Filter(
                fields.optionalId("merchant", merchant),
                fields.optionalId("terminal", terminal),
                days.from(),
                days.to(),
                only == null ? null : only == Agrees.YES);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        Sight sight = Sight.of(call.client());
        return books.of(call, book).chain(found -> store.list(found, sight, filter, page));
    }

    private enum Agrees {
        YES,
        NO
    }

    @GET
    @Path("/{merchant}/{terminal}/{day}")
    @Allowed({Role.TERMINAL, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getDayEnd", summary = "Shows a terminal's business day", description = """
                    A day that is closed, as it was closed. One that is OPEN as the books have it now: what would be compared if
                    it were closed now. A terminal sees its own. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The day",
            content = @Content(schema = @Schema(implementation = DayEndView.class)))
    public Uni<DayEndView> get(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String merchant,
            @RestPath String terminal,
            @RestPath String day) {
        Call call = Call.of(http);
        return books.of(call, book)
                .call(found ->
                        allowances.ofPath(Sight.of(call.client()), new Allowance.Till(found.id(), merchant, terminal)))
                .chain(found -> {
                    DayBook.Key key = new DayBook.Key(found.id(), merchant, terminal, parsed(day));
                    return store.find(key)
                            .chain(end -> end.isPresent()
                                    ? Uni.createFrom().item(DayEndView.of(end.get()))
                                    : store.open(key).map(DayEndView::preview));
                });
    }

    /** What is no day is a path that leads nowhere. */
    private static LocalDate parsed(String day) {
        Fields fields = new Fields();
        LocalDate parsed = fields.optionalDay("day", day);
        if (parsed == null || parsed.isBefore(FIRST_DAY) || parsed.isAfter(LAST_DAY)) {
            throw new ProtocolRejection.NotFound("day-end").refused();
        }
        return parsed;
    }
}
