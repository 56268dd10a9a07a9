package org.moralbank.paycodes;

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
import java.util.List;
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
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.commits.Ask;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Unit;
import org.moralbank.paycodes.PayCodesResource.ImageOrder;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Vouchers over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/vouchers")
@Tag(name = "pay codes")
public class VouchersResource {
    private final Books books;
    private final Vouchers vouchers;
    private final PayCodeStore store;

    VouchersResource(Books books, Vouchers vouchers, PayCodeStore store) {
        this.books = books;
        this.vouchers = vouchers;
        this.store = store;
    }

    /** The body of a new voucher. */
    @Schema(name = "NewVoucher")
    record NewVoucher(
            @Schema(required = true, description = "Id of the member who is to pay", examples = "M-LS-R0001") @Nullable
            String member,

            @Schema(
                    required = true,
                    description = "In hundredths of a point",
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "2000")
            @Nullable
            Long amount,

            @Schema(required = true, description = "PTS: time is not redeemed") @Nullable
            Unit unit,

            @Schema(
                    description =
                            "The last day on which it is taken, in the community's calendar: today to 366 days ahead"
                                    + " (a setting); in 30 days when missing")
            @Nullable
            LocalDate expiresOn,

            @Schema(description = "The client's own reference", examples = "SMS-0042") @Nullable
            String reference,

            @Schema(description = "Images of the code that are wanted in the answer", maxItems = 4) @Nullable
            List<@Nullable ImageOrder> images) {
        Vouchers.NewVoucher checked(Fields fields) {
            return new Vouchers.NewVoucher(
                    fields.id("member", member),
                    fields.amount("amount", amount),
                    fields.value("unit", unit, Unit.PTS),
                    expiresOn,
                    fields.optionalNewReference("reference", reference));
        }
    }

    @POST
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "makeVoucher", summary = "Makes a voucher for paper or an SMS", description = """
                    18 digits with 72 in front and a check digit at the end (Damm's, over the 17 before it: it finds each
                    wrong digit and each exchange of two neighbours), which are taken once, up to the amount. The amount is
                    held on the member's points at once; nothing is posted. The answer shows the digits, this once, with
                    the images that were ordered; the answer to a retry is without them. When it was lost, revoke the
                    voucher and make another. On paper write them in six groups of three.

                    What a redemption does not take of the amount is free again with its capture. Revoked, or after its
                    last day, all of it is free again.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewVoucher.class),
                            examples = @ExampleObject(name = "paper", value = """
                                    {
                                      "member": "M-LS-R0001", "amount": 2000, "unit": "PTS",
                                      "reference": "SMS-0042", "images": [{"symbology": "QR", "format": "PNG"}]
                                    }
                                    """)))
    @APIResponse(
            responseCode = "201",
            description = "Made, and its amount is held",
            content = @Content(schema = @Schema(implementation = VoucherView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "time-not-redeemable unknown-member member-closed member-frozen book-closed insufficient-balance")
    public Uni<Response> make(@Context RoutingContext http, @RestPath String book, NewVoucher body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> {
                    Ask ask = call.ask(found.id());
                    Fields fields = new Fields();
                    Vouchers.NewVoucher said = body.checked(fields);
                    List<CodeImage.Order> images = ImageOrder.checked(fields, body.images());
                    fields.refuseFaults();
                    return vouchers.make(ask, found, said, images);
                })
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "listVouchers", summary = "Lists vouchers in the order of their making", description = """
                    A page of those that match every filter, without their digits. One whose last day is over is ACTIVE for
                    up to half a minute more (a setting), until its points are freed; it is refused all the same.
                    """)
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<VoucherView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestQuery @Nullable String member,
            @Parameter(schema = @Schema(implementation = Voucher.Status.class)) @RestQuery @Nullable String status,
            @RestQuery @Nullable String reference,
            @Parameter(description = "Only those made on this day or later", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String from,
            @Parameter(description = "Only those made on this day or before", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String to,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        PayCodeStore.Filter filter = new PayCodeStore.Filter(
                fields.optionalId("member", member),
                fields.optionalName("status", status, Voucher.Status.class),
                fields.optionalReference("reference", reference),
                fields.optionalDays(from, to));
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book)
                .chain(found -> store.vouchers(found, filter, page))
                .map(rows -> Page.of(
                        page,
                        rows.stream()
                                .map(voucher -> VoucherView.of(voucher, null, List.of()))
                                .toList(),
                        VoucherView::id));
    }

    @GET
    @Path("/{id}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getVoucher",
            summary = "Shows a voucher",
            description = "The voucher as it is now, without its digits. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The voucher",
            content = @Content(schema = @Schema(implementation = VoucherView.class)))
    public Uni<VoucherView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        UUID known = known(id);
        return books.of(Call.of(http), book)
                .chain(found -> store.voucher(found.id(), known))
                .map(voucher -> VoucherView.of(
                        voucher.orElseThrow(() -> new ProtocolRejection.NotFound("voucher").refused()),
                        null,
                        List.of()));
    }

    @POST
    @Path("/{id}/revoke")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "revokeVoucher", summary = "Takes a voucher back", description = """
                    Its code is unknown from then on and its points are free again; nothing is posted. One that is revoked
                    already is left as it is. What was bought with a voucher is refunded at the merchant. No body is needed.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "Revoked",
            content = @Content(schema = @Schema(implementation = VoucherView.class)))
    @Extension(name = "x-problem-codes", value = "voucher-not-active")
    public Uni<Response> revoke(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        Call call = Call.of(http);
        UUID known = known(id);
        return books.of(call, book)
                .chain(found -> vouchers.revoke(call.ask(found.id()), found, known))
                .map(Responses::of);
    }

    /** An id that no voucher can have is one that is not there. */
    private static UUID known(String id) {
        UUID known = Ids.parse(id);
        if (known == null) {
            throw new ProtocolRejection.NotFound("voucher").refused();
        }
        return known;
    }
}
