package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.moralbank.access.LeftOut;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Once;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Noted;
import org.moralbank.ledger.Unit;
import org.moralbank.merchants.Line;
import org.moralbank.paycodes.PayCodes;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Redemptions over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/redemptions")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class RedemptionsResource {
    private static final ProtocolRejection.NotFound NONE = new ProtocolRejection.NotFound("redemption");

    private final Books books;
    private final Redemptions redemptions;
    private final RedemptionStore store;
    private final RedemptionsConfig config;

    RedemptionsResource(Books books, Redemptions redemptions, RedemptionStore store, RedemptionsConfig config) {
        this.config = config;
        this.books = books;
        this.redemptions = redemptions;
        this.store = store;
    }

    /** The body of a redemption. */
    @Schema(name = "NewRedemption")
    record NewRedemption(
            @Schema(required = true) Redemption.@Nullable Mode mode,

            @Schema(
                    description = "Id of the member who pays; instead of code, and not from a terminal",
                    examples = "M-LS-R0001")
            @Nullable
            String member,

            @Schema(
                    description =
                            "The pay code or voucher that he shows, 18 digits; instead of member. It is taken once, and kept"
                                    + " nowhere",
                    pattern = "^7[12][0-9]{16}$",
                    examples = "711604285193377406")
            @Nullable
            String code,

            @Schema(required = true, examples = "MER-LS-01") @Nullable
            String merchant,

            @Schema(
                    description = "In hundredths of a point",
                    required = true,
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "500")
            @Nullable
            Long amount,

            @Schema(description = "PTS: time is not redeemed", required = true) @Nullable
            Unit unit,

            @Schema(
                    description =
                            "Whether less than the amount may be approved, when the member has not more. A registered terminal"
                                    + " says it for itself: this can only forbid it. Without a terminal no, unless said",
                    examples = "true")
            @Nullable
            Boolean partialApproval,

            @Schema(
                    description =
                            "What is paid in cash besides, as much as that is worth in hundredths of a point: a memo",
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "250")
            @Nullable
            Long cashAmount,

            @Schema(
                    description = "How long an authorization holds, in seconds; three minutes when it is missing."
                            + " Not for a sale",
                    minimum = "1",
                    maximum = "604800",
                    examples = "180")
            @Nullable
            Long holdSeconds,

            @Schema(
                    description =
                            "Id of a registered terminal; goes with terminalTransaction. A terminal with keys of its own"
                                    + " need not name itself",
                    examples = "T1")
            @Nullable
            String terminal,

            @Schema(
                    description =
                            "The terminal's own number of it, used once; goes with terminal" + Fields.NEW_REFERENCE,
                    examples = "KQXWZRMA-000017")
            @Nullable
            String terminalTransaction,

            @Schema(
                    description =
                            "What is bought of the merchant's catalogue, up to 100 lines, which come to the amount")
            @Nullable
            List<Line.@Nullable Form> lines,

            @Schema(description = "When it happened; today when it is missing") @Nullable
            LocalDate occurredOn,

            @Nullable String reference,

            @Schema(
                    description =
                            "Free text, kept beside the sealed entry. Of mode SALE only, as the next three: the capture of"
                                    + " an authorization has its own")
            @Nullable
            String reason,

            @Schema(description = "Up to 20 strings, kept beside the sealed entry. Of mode SALE only") @Nullable
            Map<String, String> metadata,

            @Schema(description = "Id of the person who acts. Of mode SALE only") @Nullable
            String actor,

            @Schema(description = "Id of the person for whom he acts. Of mode SALE only") @Nullable
            String onBehalfOf)
            implements Noted {
        Redeeming.Order checked(BookHandle book, Call call, Duration lasts) {
            Fields fields = new Fields();
            Redemption.Mode wanted = fields.value("mode", mode, Redemption.Mode.SALE);
            Sight sight = Sight.ofOneWhoActs(call.client());
            String at = sight.meant(terminal);
            Redemption.Till till = at == null && terminalTransaction == null
                    ? null
                    : new Redemption.Till(
                            fields.id("terminal", at), fields.newReference("terminalTransaction", terminalTransaction));
            if (member != null && code != null) {
                fields.fault("code", "member-or-code");
            } else if (member != null && sight.masksMembers()) {
                fields.fault("member", "not-of-terminal");
            } else if (member == null && code == null) {
                fields.fault(
                        sight.masksMembers() ? "code" : "member", sight.masksMembers() ? "required" : "member-or-code");
            }
            if (holdSeconds != null && wanted == Redemption.Mode.SALE) {
                fields.fault("holdSeconds", "authorize-only");
            }
            if (wanted == Redemption.Mode.AUTHORIZE) {
                refuseWhatIsOfAnEntry(fields);
            }
            Redeeming.Order order = new Redeeming.Order(
                    wanted,
                    fields.optionalId("member", member),
                    code == null ? null : PayCodes.checked(fields, "code", code),
                    fields.id("merchant", merchant),
                    fields.amount("amount", amount),
                    fields.value("unit", unit, Unit.PTS),
                    partialApproval,
                    cashAmount == null ? 0 : fields.amount("cashAmount", cashAmount),
                    holdSeconds == null
                            ? lasts
                            : Duration.ofSeconds(fields.number(
                                    "holdSeconds",
                                    holdSeconds,
                                    1,
                                    RedemptionsConfig.LONGEST_AUTHORIZATION.toSeconds())),
                    till,
                    Line.checked(fields, lines),
                    Once.content(withoutCode()),
                    Note.of(fields, this, book, call.client()));
            fields.refuseFaults();
            return order;
        }

        /** An authorization posts none that could keep it. */
        private void refuseWhatIsOfAnEntry(Fields fields) {
            Map<String, @Nullable Object> ofAnEntry = new LinkedHashMap<>();
            ofAnEntry.put("reason", reason);
            ofAnEntry.put("metadata", metadata);
            ofAnEntry.put("actor", actor);
            ofAnEntry.put("onBehalfOf", onBehalfOf);
            ofAnEntry.forEach((field, value) -> {
                if (value != null) {
                    fields.fault(field, "sale-only");
                }
            });
        }

        private NewRedemption withoutCode() {
            return code == null
                    ? this
                    : new NewRedemption(
                            mode,
                            member,
                            null,
                            merchant,
                            amount,
                            unit,
                            partialApproval,
                            cashAmount,
                            holdSeconds,
                            terminal,
                            terminalTransaction,
                            lines,
                            occurredOn,
                            reference,
                            reason,
                            metadata,
                            actor,
                            onBehalfOf);
        }

        /** Without the code, which is money. */
        @Override
        public String toString() {
            return "NewRedemption[" + mode + " " + amount + " at " + merchant + "]";
        }
    }

    /** The body of a capture. */
    @Schema(name = "CaptureOrder")
    record CaptureOrder(
            @Schema(
                    description = "In hundredths of a point; all that was approved when it is missing",
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "450")
            @Nullable
            Long amount,

            @Nullable LocalDate occurredOn,
            @Nullable String reference,
            @Nullable String reason,
            @Nullable Map<String, String> metadata,
            @Nullable String actor,
            @Nullable String onBehalfOf)
            implements Noted, LeftOut {}

    /** The body of a refund. */
    @Schema(name = "NewRefund")
    record NewRefund(
            @Schema(
                    description = "In hundredths of a point; all that is left of the capture when it is missing",
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "200")
            @Nullable
            Long amount,

            @Schema(
                    description = "Where the goods came back: a terminal of the merchant, whatever its status",
                    examples = "T1")
            @Nullable
            String terminal,

            @Schema(description = "When it happened; today when it is missing") @Nullable
            LocalDate occurredOn,

            @Nullable String reference,

            @Schema(description = "Free text, kept beside the sealed entry") @Nullable
            String reason,

            @Schema(description = "Up to 20 strings, kept beside the sealed entry") @Nullable
            Map<String, String> metadata,

            @Schema(description = "Id of the person who acts") @Nullable
            String actor,

            @Schema(description = "Id of the person for whom he acts") @Nullable
            String onBehalfOf)
            implements Noted, LeftOut {
        Redemptions.GivenBack checked(BookHandle book, Call call) {
            Fields fields = new Fields();
            Redemptions.GivenBack order = new Redemptions.GivenBack(
                    amount == null ? null : fields.amount("amount", amount),
                    fields.optionalId(
                            "terminal", Sight.ofOneWhoActs(call.client()).meant(terminal)),
                    Note.of(fields, this, book, call.client()));
            fields.refuseFaults();
            return order;
        }
    }

    /** The body of the reversal of a terminal's transaction. */
    @Schema(name = "TransactionReversalOrder")
    record ReversalOrder(
            @Schema(required = true, examples = "MER-LS-01") @Nullable
            String merchant,

            @Schema(
                    description = "Must be given but by a terminal with keys of its own, which need not name itself",
                    examples = "T1")
            @Nullable
            String terminal,

            @Schema(
                    description = "The terminal's number of what it takes back",
                    required = true,
                    examples = "KQXWZRMA-000017")
            @Nullable
            String terminalTransaction,

            @Nullable LocalDate occurredOn,
            @Nullable String reference,
            @Nullable String reason,
            @Nullable Map<String, String> metadata,
            @Nullable String actor,
            @Nullable String onBehalfOf)
            implements Noted {}

    @POST
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "redeem", summary = "Holds or spends a member's points at a merchant", description = """
                    **AUTHORIZE** holds the points: they are still the member's and can be spent nowhere else, until they are
                    captured, voided or reversed, or `expiresAt` comes. **SALE** moves them to the merchant at once
                    (REDEEM_SALE). Both spend the earliest lot to expire first. A terminal that is registered with
                    `partialApproval` is approved less than the amount when the member has not more, unless the request says
                    false: collect `cashAmount` of the answer in cash, or void. Time is never redeemed.

                    **Who pays.** A terminal sends the `code` that the member shows: a pay code (71…), which is good for 60
                    seconds, or a voucher (72…). Desks and apps may name the `member` instead. A code is taken once, with what
                    it pays for; a refusal leaves it good, and the same transaction sent again is answered, not told
                    `pay-code-used`. Neither answers nor refusals to a code tell whose it is. A voucher pays at most what it
                    holds; what is not captured of it goes back to the member's points, and one whose authorization is voided,
                    reversed or expires can be used again, and one whose sale is reversed as said there. Read codes by a scanner or ask for the digits; send them nowhere
                    else. After ten unknown ones in a minute a terminal is refused 429 `too-many-wrong-codes` until the minute is over, and
                    so are codes of a device of which five were unknown in ten minutes, but for what was answered before. It is
                    final for its request, which did nothing: have a new code shown, under a new number.

                    **What he has left.** Where the terminal is registered with `showsPointsLeft`, and the member has agreed
                    (`showsPointsLeft` of his, too), the answer has `pointsLeft`: print it on his slip and keep it nowhere. A
                    voucher tells nothing, because anybody may carry it. It is told once: the same request sent again is
                    answered without it, and so are reads.

                    **What is bought.** `lines` are checked against the merchant's catalogue and come to the amount; what a
                    member bought counts against his limits until it is undone as a whole.

                    **The life of a sale at a till.** Number every transaction of a terminal anew (`terminalTransaction`), and
                    write the number down before you send it. Send SALE; or AUTHORIZE and, within three minutes, capture with
                    what the goods came to. Hand them over, and print, when SALE was answered 201 or the capture 200. Print
                    merchant, terminal, number, time, `id`, what was paid in points (`capturedAmount`, hundredths of a point),
                    `cashAmount` to collect, for a refund its amount; never the code. When part was approved and the goods
                    came to less than `amount`, capture the lesser of goods and `approvedAmount`, and collect in cash what the
                    goods came to beyond it.

                    **When it is refused.** 409 and 422 are final for this request, which itself did nothing: tell the
                    customer, and take a new number for another attempt. They do not say that nothing was taken under its
                    number before. After `duplicate-reference`, `idempotency-key-reused`, or a refused capture or void, look
                    with `listRedemptions` what became of the number, or reverse it. A refused refund gave nothing back, and
                    the sale stands.

                    **When nothing answers.** After 429, any 5xx, a timeout or a lost connection, nobody knows yet what was done.
                    Send the same request with the same key again, every three to five seconds: it is done once and answered
                    as the first time. Any other 4xx is final only if no earlier attempt was left unanswered. With another key the same number and content is answered with the first effect too,
                    and other content is refused 409 `duplicate-reference`. `listRedemptions` with `merchant`, `terminal` and
                    `terminalTransaction` tells what became of it. After 60 seconds give up: take no points, hand nothing
                    over, and send `reverseTransaction` until it is answered, also after a restart. From then on the number
                    is refused 409 `transaction-reversed`, also to a retry that was answered 201 before.

                    A terminal sells for its own merchant and as itself; any other is unknown to it. One that is suspended or
                    closed sells nothing, and may still take back what it sold. The answer tells what the merchant is
                    owed after a sale, and not what the member has left; a refusal for want of points tells how many could be
                    approved (`approvable`). A sale is not reversed by hand.

                    **Codes of the sandbox** (in the sandbox's book only; filled up to 18 digits with zeros): `713` is approved. `714` is
                    refused with the code that the next two digits say: 01 `insufficient-balance`, 02 `pay-code-unknown`, 03
                    `pay-code-used`, 04 `pay-code-expired`, 05 `member-frozen`, 06 `member-closed`, 07 `unknown-merchant`, 08
                    `merchant-suspended`, 09 `merchant-closed`, 10 `terminal-unknown`, 11 `terminal-suspended`, 12 `terminal-closed`, 13
                    `limit-exceeded`, 14 `category-not-allowed`, 15 `transaction-reversed`, 16 `duplicate-reference`, 17
                    `time-not-redeemable`, 18 `book-closed`. `715` is approved up to the amount that the other 15 digits say. `716` is not answered for 65
                    seconds: `7160` is done and no attempt is answered in time, `7161` is done and the first attempt is not, `7162` is not
                    done. `717` is done, and answered as a repetition is. In uploads `714` refuses its row with that code, and the others are
                    taken. **Lost answers of every step**: all that terminal `T716` of the sandbox asks for is done (AUTHORIZE, SALE,
                    capture, void, refund, reversal, upload), and the first attempt is not answered for 65 seconds; the same request
                    with the same key is answered at once.

                    **一笔交易的过程。** 终端的每笔交易都用新的流水号（`terminalTransaction`），发送前先写入磁盘。发 SALE；或先发 AUTHORIZE，
                    三分钟内再按实际金额请款（capture）。SALE 得到 201、或请款得到 200 时，才交付商品并打印小票。小票内容：商户、终端、流水号、
                    时间、`id`、支付的积分（`capturedAmount`，单位为百分之一积分）、应收现金 `cashAmount`，退货则为退回金额；绝不打印付款码。
                    部分批准而商品少于 `amount` 时，请款额取商品金额与 `approvedAmount` 中较小者，商品超出 `approvedAmount` 的部分收现金。

                    **被拒绝时。** 409 与 422 是本次请求的最终结果，该请求本身什么也没做：告知顾客，重试须用新的流水号。但这并不表示该流水号
                    此前没有扣分：遇到 `duplicate-reference`、`idempotency-key-reused`，或请款、撤销被拒绝，须用 `listRedemptions`
                    查询该流水号的结果，或发冲正。退货被拒绝，则没有退回积分，原交易仍然有效。

                    **没有应答时**（429、5xx、超时、断线）谁也不知道是否已执行：每三至五秒用同一个键重发同一请求，只会执行一次。其他 4xx
                    只有在此前没有未得应答的尝试时才算最终结果。满 60 秒就放弃：不收积分、不交付商品，发 `reverseTransaction` 直到得到应答，
                    重启后也要继续。此后该流水号一律被拒绝（409 `transaction-reversed`）。`listRedemptions` 带 `merchant`、`terminal` 和
                    `terminalTransaction` 可查询结果。

                    **付款码**（71…）60 秒内有效，兑换券（72…）以面额为限；一个码只用一次，被拒绝则仍可使用；用兑换券的交易被冲正后，该券一般可再次使用。一分钟内有十个未知的付款码，终端在这一分钟内被拒绝
                    （429 `too-many-wrong-codes`；同一设备十分钟内有五个未知的付款码，该设备的码也被拒绝），此前已有应答的请求除外；该请求什么也没做，即为最终结果，请成员另出示新码，用新的流水号。**沙箱付款码**只在沙箱账簿中有效，不足 18 位补零：`713` 批准；`714` 按后两位的代码拒绝；
                    `715` 最多批准其余 15 位所示金额；`716` 65 秒内不应答；`717` 按重复请求应答。上传离线交易时，`714` 按代码拒绝该行，其余均收下。
                    沙箱终端 `T716` 的每一步（预授权、消费、请款、撤销、退货、冲正、上传）都会执行，但首次 65 秒内不应答；用同一个键重发即有应答。
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewRedemption.class),
                            examples = {
                                @ExampleObject(name = "desk", summary = "At a desk", value = """
                                        {
                                          "mode": "SALE", "member": "M-LS-R0001", "merchant": "MER-LS-01", "amount": 500,
                                          "unit": "PTS", "reference": "DESK-17", "actor": "C-LS-01"
                                        }
                                        """),
                                @ExampleObject(
                                        name = "terminal",
                                        summary = "At a terminal, by the code that is shown",
                                        value = """
                                        {
                                          "mode": "SALE", "code": "711604285193377406", "merchant": "MER-LS-01",
                                          "amount": 500, "unit": "PTS", "terminal": "T1",
                                          "terminalTransaction": "KQXWZRMA-000017"
                                        }
                                        """),
                                @ExampleObject(
                                        name = "lines",
                                        summary = "With the items of the catalogue",
                                        value = """
                                        {
                                          "mode": "SALE", "code": "711604285193377406", "merchant": "MER-LS-01",
                                          "amount": 2500, "unit": "PTS", "terminal": "T1",
                                          "terminalTransaction": "KQXWZRMA-000018",
                                          "lines": [{"item": "RICE-5KG", "count": 1}]
                                        }
                                        """),
                                @ExampleObject(
                                        name = "authorization",
                                        summary = "Held first, captured later",
                                        value = """
                                        {
                                          "mode": "AUTHORIZE", "code": "711604285193377406", "merchant": "MER-LS-01",
                                          "amount": 500, "unit": "PTS", "terminal": "T1",
                                          "terminalTransaction": "KQXWZRMA-000019"
                                        }
                                        """)
                            }))
    @APIResponse(
            responseCode = "201",
            description = "Held or sold; what came before under this number, if it came",
            content = @Content(schema = @Schema(implementation = RedemptionView.class)))
    @Extension(
            name = "x-problem-codes",
            value =
                    "other-terminal unknown-merchant transaction-reversed duplicate-reference too-many-wrong-codes book-closed merchant-suspended"
                            + " merchant-closed terminal-unknown terminal-suspended terminal-closed time-not-redeemable"
                            + " pay-code-unknown pay-code-used pay-code-expired unknown-member member-closed member-frozen"
                            + " item-unknown item-not-active category-not-allowed not-on-this-day amount-differs limit-exceeded"
                            + " insufficient-balance"
                            + " entry-too-large")
    public Uni<Response> redeem(@Context RoutingContext http, @RestPath String book, NewRedemption body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> redemptions.redeem(
                        call.ask(found.id()),
                        found,
                        call.client().id(),
                        Sight.ofOneWhoActs(call.client()),
                        body.checked(found, call, config.authorizationLasts())))
                .map(Responses::of);
    }

    @POST
    @Path("/{id}/capture")
    @Consumes(MediaType.APPLICATION_JSON)
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "captureRedemption", summary = "Takes what an authorization holds", description = """
                    Moves the amount, or all that was approved, from the hold to the merchant (REDEEM_CAPTURE), the earliest lot
                    to expire first, and releases the rest. An authorization is captured once. Neither a freeze of the member
                    nor a suspension of the merchant stops what was promised before. A terminal captures what it authorized
                    itself; what another one did is refused 422 `other-terminal`, because the day of each has to agree. A desk captures for
                    a terminal that broke down.

                    One that was captured, voided or has expired is refused 409 `hold-not-active`, which says which; one that
                    its terminal has reversed 409 `transaction-reversed`, also to a retry of a capture that was answered
                    before.

                    No body is needed to take all of it: leave its Content-Type out as well. It is the same request as `{}`.
                    With a Content-Type and no body it is refused 400, because the amount may have been lost.
                    """)
    @RequestBody(
            required = false,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = CaptureOrder.class),
                            examples = {
                                @ExampleObject(name = "part", summary = "A part of it", value = "{\"amount\": 450}"),
                                @ExampleObject(name = "whole", summary = "All that was approved", value = "{}")
                            }))
    @APIResponse(
            responseCode = "200",
            description = "Captured",
            content = @Content(schema = @Schema(implementation = RedemptionView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "other-terminal hold-not-active transaction-reversed hold-exceeded account-closed")
    public Uni<Response> capture(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, CaptureOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> {
                    Ask ask = call.ask(found.id());
                    Fields fields = new Fields();
                    Long amount = body.amount() == null ? null : fields.amount("amount", body.amount());
                    Note note = Note.of(fields, body, found, call.client());
                    fields.refuseFaults();
                    return redemptions.capture(ask, found, Sight.ofOneWhoActs(call.client()), known(id), amount, note);
                })
                .map(Responses::of);
    }

    @POST
    @Path("/{id}/void")
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "voidRedemption", summary = "Gives an authorization back", description = """
                    Releases what is held; nothing is posted. For an authorization that was answered and is not wanted; for one
                    whose answer was lost there is reverseTransaction. A voucher can be used again; a pay code cannot. What was
                    captured is not voided but refunded. A terminal voids what it authorized itself. No body is needed.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "Voided",
            content = @Content(schema = @Schema(implementation = RedemptionView.class)))
    @Extension(name = "x-problem-codes", value = "other-terminal hold-not-active transaction-reversed")
    public Uni<Response> cancel(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        redemptions.cancel(call.ask(found.id()), found, Sight.ofOneWhoActs(call.client()), known(id)))
                .map(Responses::of);
    }

    @POST
    @Path("/{id}/refunds")
    @Consumes(MediaType.APPLICATION_JSON)
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "refundRedemption", summary = "Gives a capture back, or a part of it", description = """
                    Moves the amount, or all that is left, from the merchant to the member (REDEEM_REFUND): first to a shortfall
                    that an offline sale left open, then to the lots that it was spent from, the last spent first. A lot that
                    has expired meanwhile is replaced by one with 30 days' grace. Several refunds are possible; together they
                    are never more than the capture. Also after settlement: the merchant's payable may fall below zero, to its
                    limit. A freeze stops no refund. Of one who has left the shortfall is refunded all the same, and he
                    gets nothing beyond it (422 `account-closed`): the reversal of the terminal's transaction is the way, which
                    gives back all that is left of the capture.

                    No body is needed to give all back that is left: leave its Content-Type out as well. It is the same request
                    as `{}`. With a Content-Type and no body it is refused 400, because the amount may have been lost.
                    """)
    @RequestBody(
            required = false,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewRefund.class),
                            examples = {
                                @ExampleObject(
                                        name = "part",
                                        summary = "A part of it",
                                        value = "{\"amount\": 200, \"terminal\": \"T1\", \"reason\": \"退货一件\"}"),
                                @ExampleObject(name = "whole", summary = "All that is left", value = "{}")
                            }))
    @APIResponse(
            responseCode = "201",
            description = "Refunded; with the redemption as it is now",
            content = @Content(schema = @Schema(implementation = RefundView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "other-terminal terminal-unknown redemption-not-captured transaction-reversed refund-exceeded"
                    + " account-closed limit-exceeded"
                    + " redemption-changed-meanwhile")
    public Uni<Response> refund(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, NewRefund body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> redemptions.refund(
                        call.ask(found.id()),
                        found,
                        Sight.ofOneWhoActs(call.client()),
                        known(id),
                        body.checked(found, call)))
                .map(Responses::of);
    }

    @POST
    @Path("/reversals")
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "reverseTransaction", summary = "Undoes a terminal's transaction", description = """
                    For a till that has no answer: it always succeeds, whatever became of the transaction, and however often it
                    is sent. What is held is released. What was captured is given back as far as refunds have left it, whatever
                    is frozen, suspended or closed, also after settlement. The merchant's `payableFloor` is not asked: what the
                    merchant then owes is carried over by its settlements, and refunds are refused until it is less. What
                    comes back to a member pays what he owes (SHORTFALL_RECOVER), and of one who has left goes to the points pool
                    (ACCOUNT_CLOSE), in the same group. A voucher that paid can be used again: what it held is held again until its last day.
                    Only where something was refunded before, the voucher is over, or the member has left, owes something or has
                    spent of it what the sale had left, the points are free on his account and the voucher stays used: tell
                    who has only the paper to ask him, or the desk. A transaction that has not come is remembered: when it comes, it is
                    refused 409 `transaction-reversed`, and so are retries of one that came.

                    It passes too when the merchant or the terminal was suspended or closed since. A till of another merchant is
                    told 422 `unknown-merchant`, another terminal of the merchant `other-terminal`.

                    **冲正**用于没有得到应答的交易：无论该交易结果如何、重发多少次，都会成功，商家、终端或成员被暂停、冻结、关闭，或已结算，也不影响。
                    冻结的积分予以释放；已请款而尚未退回的部分全部退回。退回给成员的积分先抵其短款；成员已注销的，转入积分池。付款的兑换券可再次
                    使用，除非此前已有退货、该券已过期，或该成员已花掉其中的积分、有欠款或已注销，此时积分留在其账户中。尚未到达的交易会被记住，
                    到达时以 409 `transaction-reversed` 拒绝，重发已到达的交易也一样。只能冲正本终端的流水号。
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = ReversalOrder.class),
                            examples =
                                    @ExampleObject(
                                            name = "lost",
                                            summary = "After 60 seconds without an answer",
                                            value = """
                                                    {
                                                      "merchant": "MER-LS-01", "terminal": "T1",
                                                      "terminalTransaction": "KQXWZRMA-000019"
                                                    }
                                                    """)))
    @APIResponse(
            responseCode = "200",
            description = "Undone",
            content = @Content(schema = @Schema(implementation = ReversalView.class)))
    @Extension(name = "x-problem-codes", value = "unknown-merchant other-terminal redemption-changed-meanwhile")
    public Uni<Response> reverse(@Context RoutingContext http, @RestPath String book, ReversalOrder body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> {
                    Ask ask = call.ask(found.id());
                    Fields fields = new Fields();
                    Transaction.Key key = new Transaction.Key(
                            found.id(),
                            fields.id("merchant", body.merchant()),
                            new Redemption.Till(
                                    fields.id(
                                            "terminal",
                                            Sight.ofOneWhoActs(call.client()).meant(body.terminal())),
                                    fields.reference("terminalTransaction", body.terminalTransaction())));
                    Note note = Note.of(fields, body, found, call.client());
                    fields.refuseFaults();
                    return redemptions.reverse(ask, found, Sight.ofOneWhoActs(call.client()), key, note);
                })
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listRedemptions",
            summary = "Lists redemptions in the order of their recording",
            description = """
                    A page of the redemptions that match every filter; a terminal sees those of its merchant, with members
                    by their masked label. merchant, terminal and terminalTransaction together tell what became of a
                    transaction whose answer was lost; an empty page says that nothing came of it by now, not that nothing
                    will. Changes nothing.
                    """)
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<RedemptionView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestQuery @Nullable String merchant,
            @Parameter(description = "Not from a terminal, which is told a label only") @RestQuery @Nullable
                    String member,
            @RestQuery @Nullable String terminal,
            @RestQuery @Nullable String terminalTransaction,
            @RestQuery @Nullable String reference,
            @Parameter(schema = @Schema(implementation = Redemption.Mode.class)) @RestQuery @Nullable String mode,
            @Parameter(schema = @Schema(implementation = Redemption.Status.class)) @RestQuery @Nullable String status,
            @Parameter(description = "The first day", schema = @Schema(format = "date")) @RestQuery @Nullable
                    String from,
            @Parameter(description = "The last day", schema = @Schema(format = "date")) @RestQuery @Nullable String to,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Call call = Call.of(http);
        Sight sight = Sight.of(call.client());
        Fields fields = new Fields();
        if (member != null && sight.masksMembers()) {
            fields.fault("member", "not-of-terminal");
        }
        DayRange days = fields.optionalDays(from, to);
        RedemptionStore.Filter filter = new RedemptionStore.Filter(
                fields.optionalId("merchant", merchant),
                fields.optionalId("member", member),
                fields.optionalId("terminal", terminal),
                fields.optionalReference("terminalTransaction", terminalTransaction),
                fields.optionalReference("reference", reference),
                days.from(),
                days.to(),
                fields.optionalName("mode", mode, Redemption.Mode.class),
                fields.optionalName("status", status, Redemption.Status.class));
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(call, book).chain(found -> store.list(found, sight, filter, page));
    }

    @GET
    @Path("/{id}")
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getRedemption",
            summary = "Shows a redemption",
            description = "The redemption as it is now; to a terminal only its merchant's. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The redemption",
            content = @Content(schema = @Schema(implementation = RedemptionView.class)))
    public Uni<RedemptionView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        Call call = Call.of(http);
        return books.of(call, book).chain(found -> seen(found, call, id));
    }

    @GET
    @Path("/{id}/refunds")
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listRefunds",
            summary = "Lists what was given back of a redemption",
            description =
                    "A page of its refunds, the oldest first, a reversal of its transaction too. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<RefundView>> refunds(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Page.Request page = Page.Request.ofQuery(limit, after);
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> seen(found, call, id).chain(redemption -> store.refunds(found, known(id), page)));
    }

    @GET
    @Path("/{id}/refunds/{entry}")
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getRefund",
            summary = "Shows a refund",
            description = "What was given back of a redemption by an entry. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The refund",
            content = @Content(schema = @Schema(implementation = RefundView.class)))
    public Uni<RefundView> getRefund(
            @Context RoutingContext http, @RestPath String book, @RestPath String id, @RestPath String entry) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        seen(found, call, id).chain(redemption -> store.refund(found, known(id), Ids.number(entry))))
                .map(refund -> refund.orElseThrow(() -> new ProtocolRejection.NotFound("refund").refused()));
    }

    private Uni<RedemptionView> seen(BookHandle book, Call call, String id) {
        return store.find(book, Sight.of(call.client()), known(id))
                .map(redemption -> redemption.orElseThrow(NONE::refused));
    }

    /** An id that no redemption can have is one that is not there. */
    private static UUID known(String id) {
        UUID known = Ids.parse(id);
        if (known == null) {
            throw NONE.refused();
        }
        return known;
    }
}
