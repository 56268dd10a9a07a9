package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Client;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.commits.Once;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Note;
import org.moralbank.platform.FieldFault;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Moments;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.Rejection;

/** Uploads of what was sold without a connection, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/redemptions/offline")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class OfflineResource {
    private static final Pattern CODE = Pattern.compile("7[12][0-9]{16}");
    private static final int LONGEST_SIGNATURE = 200;

    private final Books books;
    private final Offline offline;

    OfflineResource(Books books, Offline offline) {
        this.books = books;
        this.offline = offline;
    }

    /** A sale as the till wrote it down. */
    @Schema(name = "OfflineRow")
    record NewRow(
            @Schema(
                    description = "The terminal's own number of it, used once" + Fields.NEW_REFERENCE,
                    required = true,
                    examples = "KQXWZRMA-000017")
            @Nullable
            String terminalTransaction,

            @Schema(
                    description = "Id of the member who took the goods; or else the code that he showed",
                    examples = "M-LS-R0001")
            @Nullable
            String member,

            @Schema(description = "The pay code as the till saw it", examples = "712048151646119246") @Nullable
            String code,

            @Schema(
                    description = "In hundredths of a point",
                    required = true,
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "500")
            @Nullable
            Long amount,

            @Schema(
                    description = "When the goods were handed over, by the till's clock, corrected (RFC 3339)",
                    required = true,
                    examples = "2025-06-09T02:15:00Z")
            @Nullable
            String at,

            @Schema(description = "The client's own reference") @Nullable
            String reference) {
        NewRow withoutCode() {
            return new NewRow(terminalTransaction, member, null, amount, at, reference);
        }

        /** Keeps the code out of logs. */
        @Override
        public String toString() {
            return "NewRow[" + terminalTransaction + "]";
        }
    }

    /** The body of an upload. */
    @Schema(name = "OfflineUpload")
    record NewUpload(
            @Schema(required = true, examples = "MER-LS-01") @Nullable
            String merchant,

            @Schema(required = true, examples = "T1") @Nullable
            String terminal,

            @Schema(
                    description = "Id of the allowance under which it was sold",
                    required = true,
                    examples = "0198f0a2-6c4e-7b1d-9a51-3f0c8de2a771")
            @Nullable
            String allowance,

            @Schema(
                    description = "The allowance's signature, as the till kept it",
                    required = true,
                    maxLength = LONGEST_SIGNATURE)
            @Nullable
            String signature,

            @Schema(description = "In the order of selling", required = true, minItems = 1, maxItems = 1000) @Nullable
            List<@Nullable NewRow> rows,

            @Schema(description = "Id of the person who uploads") @Nullable
            String actor) {
        Offline.Upload checked(BookHandle book, Client client) {
            Fields fields = new Fields();
            String shop = fields.id("merchant", merchant);
            String till = fields.id("terminal", terminal);
            String given = fields.value("allowance", allowance, "");
            UUID id = Ids.parse(given);
            if (allowance != null && id == null) {
                fields.fault("allowance", "uuid");
            }
            String signed = fields.text("signature", signature, LONGEST_SIGNATURE);
            String person = fields.optionalId("actor", actor);
            List<@Nullable NewRow> sold = rows == null ? new ArrayList<>() : rows;
            if (rows == null) {
                fields.fault("rows", "required");
            }
            fields.refuseFaults();
            if (sold.isEmpty() || sold.size() > Offline.MOST_ROWS || id == null) {
                throw new ProtocolRejection.Invalid(
                                List.of(new FieldFault("rows", "items", Map.of("most", Offline.MOST_ROWS))))
                        .refused();
            }
            Attribution by = new Attribution(client.id(), client.name(), person, null, null);
            List<Offline.Row> checked = new ArrayList<>(sold.size());
            for (int i = 0; i < sold.size(); i++) {
                checked.add(row(i, sold.get(i), book, by));
            }
            return new Offline.Upload(shop, till, id, signed, checked);
        }

        /** A row of a wrong form is refused by itself. */
        private static Offline.Row row(int index, @Nullable NewRow row, BookHandle book, Attribution by) {
            if (row == null) {
                return Offline.Row.faulty(null, ProtocolRejection.Invalid.field("rows[" + index + "]", "required"));
            }
            try {
                Fields fields = new Fields();
                Fields of = fields.in("rows[" + index + "]");
                String number = of.newReference("terminalTransaction", row.terminalTransaction());
                String member = of.optionalId("member", row.member());
                if ((member == null) == (row.code() == null)) {
                    of.fault("member", "member-or-code");
                }
                if (row.code() != null && !CODE.matcher(row.code()).matches()) {
                    of.fault("code", "pay-code");
                }
                long amount = of.amount("amount", row.amount());
                Instant at = of.optionalMoment("at", of.value("at", row.at(), "1990-01-01T00:00:00Z"));
                String reference = of.optionalNewReference("reference", row.reference());
                fields.refuseFaults();
                Instant moment = Moments.kept(at == null ? Instant.EPOCH : at);
                return new Offline.Row(
                        number,
                        member,
                        row.code(),
                        amount,
                        moment,
                        Once.content(row.withoutCode()),
                        new Note(book.dayOf(moment), by, reference, null, null),
                        null);
            } catch (RefusedException refused) {
                Rejection fault = refused.rejection();
                return Offline.Row.faulty(row.terminalTransaction(), fault);
            }
        }
    }

    @POST
    @Allowed({Role.TERMINAL, Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "uploadOfflineSales",
            summary = "Uploads what a terminal sold while it had no connection",
            description = """
                    **Before**: a terminal has an allowance (`allowOffline`), which it fetches and keeps while it has a
                    connection. **While there is none**, it sells within the allowance: no sale above `perSale`, no more than
                    `count`, only before `validUntil` by its clock. Of each it writes down a new `terminalTransaction`, who
                    (`member`, or the pay code that he showed), the amount and the time, before the goods are handed over. What
                    was under way on-line when the connection went is not written down here: send it again or reverse it.
                    **The clock**: the time decides whether the allowance held and the code was good. A till measures how far its
                    clock is off by the header `Date` of the answers, whenever it fetches its allowance, and writes corrected
                    times. A code of a device fits its step of 20 seconds and those beside it: a till that is 20 seconds off may
                    lose sales by such codes, and one that is 40 seconds off loses all of them. A
                    code of the service is unknown more than 40 seconds before it was made.
                    **Afterwards** it sends them, in the order of selling, up to 1,000 at a time, and the same request with the
                    same key until it is answered. The same key is answered as the first time, also where a row was reversed since;
                    a new key tells of that.

                    Each row is answered by itself: **created**, it is a redemption like any sale, booked on the day of `at`
                    (REDEEM_SALE_OFFLINE); **replayed**, it came before with the same content, whatever the key; **refused**,
                    nothing of it was done, and it may be sent again under another key. The merchant is credited with the whole
                    amount. What the member has not, or has and is frozen, is his shortfall, which his next earnings pay by
                    themselves: the goods are gone. The till is not told of it.

                    A row is refused, in this order: of a wrong form, or the same number twice in the upload (`row-repeated`);
                    its terminal has reversed it (`transaction-reversed`), or sent it with other content
                    (`duplicate-reference`); the merchant or terminal is unknown, or was suspended or closed when it was sold and
                    is so now; no such allowance of this terminal with this signature, or one that ended 60 days ago
                    (`unknown-allowance`); from the future (`sale-in-future`); before, after or beyond the allowance, or
                    after it was revoked; the code is wrong, or a voucher's; an unknown member, or one who had left by then;
                    the book was closed when it was sold and is so now (`book-closed`). What became of merchant, terminal,
                    member and book after the sale is no reason to refuse it; what one who has left took is his shortfall.
                    Each code is judged by `at` and taken once, on-line or here, in whatever order tills upload and whatever
                    the member has paid since. After ten unknown codes in a minute, or five of one device in ten minutes, the
                    rows with codes are refused `too-many-wrong-codes`, and may be sent again when the minute is over; what
                    the terminal sells on-line is not held up by them.

                    A sale that was uploaded is found, refunded and reversed like any other; a number that was reversed before
                    it was uploaded is refused. A request of a form that cannot be read is refused as a whole.

                    **离线销售。** 终端在线时取得并保存授权（`allowOffline`）；离线时在授权范围内销售（单笔不超过 `perSale`，笔数不超过 `count`，
                    不晚于 `validUntil`），每笔先记下新的流水号、成员或付款码、金额和校正后的时间，再交付商品；不收兑换券，同一个付款码只收一次。
                    恢复连接后按销售顺序上传，一次最多 1,000 行，用同一个键重发直到得到应答。逐行应答：`created` 已入账；`replayed` 此前已上传，
                    内容相同；`refused` 该行未入账，之后可换一个键重发。商家得到全额；成员积分不足或已冻结的部分记为其短款。付款码按 `at` 判断，
                    不论在线离线只能用一次。一分钟内有十个未知的付款码（同一设备为十分钟五个），其后带码的行以 `too-many-wrong-codes` 拒绝，满一分钟后可重发。
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewUpload.class),
                            examples = @ExampleObject(name = "upload", value = """
                                    {
                                      "merchant": "MER-LS-01", "terminal": "T1",
                                      "allowance": "0198f0a2-6c4e-7b1d-9a51-3f0c8de2a771", "signature": "AYx3bW9yYWw",
                                      "rows": [
                                        {
                                          "terminalTransaction": "KQXWZRMA-000017", "member": "M-LS-R0001", "amount": 500,
                                          "at": "2025-06-09T02:15:00Z"
                                        }
                                      ]
                                    }
                                    """)))
    @APIResponse(
            responseCode = "200",
            description = "Decided, row by row",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = UploadView.class)))
    @Extension(
            name = "x-problem-codes",
            value =
                    "unknown-merchant other-terminal terminal-unknown too-many-wrong-codes row-repeated transaction-reversed"
                            + " duplicate-reference merchant-suspended merchant-closed terminal-suspended terminal-closed"
                            + " unknown-allowance sale-in-future before-allowance allowance-ended allowance-revoked"
                            + " allowance-per-sale allowance-used-up pay-code-unknown pay-code-used pay-code-expired"
                            + " pay-code-not-offline unknown-member member-closed book-closed secrets-key-missing")
    public Uni<Response> upload(@Context RoutingContext http, @RestPath String book, NewUpload body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found ->
                        offline.upload(call.ask(found.id()), found, call.client(), body.checked(found, call.client())))
                .map(Responses::of);
    }
}
