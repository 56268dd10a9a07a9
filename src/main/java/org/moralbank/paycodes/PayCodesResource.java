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
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
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
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.commits.Ask;
import org.moralbank.ledger.Books;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.ProtocolRejection;

/** Pay codes over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/pay-codes")
@Tag(name = "pay codes", description = "How a member says at a till that it is he who pays: codes, devices, vouchers.")
public class PayCodesResource {
    private final Books books;
    private final PayCodes payCodes;
    private final PayCodeStore store;

    PayCodesResource(Books books, PayCodes payCodes, PayCodeStore store) {
        this.books = books;
        this.payCodes = payCodes;
        this.store = store;
    }

    /** An image that is wanted of a code. */
    @Schema(name = "CodeImageOrder")
    record ImageOrder(
            @Schema(required = true, description = "QR, or the bar code CODE_128 in code set C")
            CodeImage.@Nullable Symbology symbology,

            @Schema(required = true) CodeImage.@Nullable Format format) {
        static final int MOST = 4;

        static List<CodeImage.Order> checked(Fields fields, @Nullable List<@Nullable ImageOrder> images) {
            if (images == null) {
                return List.of();
            }
            if (images.isEmpty() || images.size() > MOST) {
                fields.fault("images", "images");
                return List.of();
            }
            List<CodeImage.Order> orders = new ArrayList<>();
            for (int i = 0; i < images.size(); i++) {
                ImageOrder image = images.get(i);
                if (image == null) {
                    fields.fault("images[" + i + "]", "required");
                    continue;
                }
                Fields of = fields.in("images[" + i + "]");
                orders.add(new CodeImage.Order(
                        of.value("symbology", image.symbology(), CodeImage.Symbology.QR),
                        of.value("format", image.format(), CodeImage.Format.PNG)));
            }
            return orders;
        }
    }

    /** The body of a new code. */
    @Schema(name = "NewPayCode")
    record NewPayCode(
            @Schema(required = true, description = "Id of the member who is to pay", examples = "M-LS-R0001") @Nullable
            String member,

            @Schema(description = "Images of the code that are wanted in the answer", maxItems = 4) @Nullable
            List<@Nullable ImageOrder> images) {}

    @POST
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "makePayCode", summary = "Makes a pay code of a member", description = """
                    18 digits with 711 in front, valid for 60 s (a setting) and taken once. The answer shows them, this
                    once, with the images that were ordered: what is kept is a keyed hash, and the answer to a retry is
                    without them. Make another when an answer was lost: it costs nothing, and nothing is held.

                    A terminal makes no code. Earlier codes of the member stay valid until their time is over. A device
                    without a connection makes codes by itself; see enrolPayDevice.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewPayCode.class),
                            examples = {
                                @ExampleObject(name = "digits", summary = "The digits", value = """
                                        {"member": "M-LS-R0001"}
                                        """),
                                @ExampleObject(name = "images", summary = "With images to show", value = """
                                        {
                                          "member": "M-LS-R0001",
                                          "images": [
                                            {"symbology": "QR", "format": "SVG"},
                                            {"symbology": "CODE_128", "format": "PNG"}
                                          ]
                                        }
                                        """)
                            }))
    @APIResponse(
            responseCode = "201",
            description = "Made",
            content = @Content(schema = @Schema(implementation = PayCodeView.class)))
    @Extension(name = "x-problem-codes", value = "book-closed unknown-member member-closed member-frozen")
    public Uni<Response> make(@Context RoutingContext http, @RestPath String book, NewPayCode body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> {
                    Ask ask = call.ask(found.id());
                    Fields fields = new Fields();
                    String member = fields.id("member", body.member());
                    List<CodeImage.Order> images = ImageOrder.checked(fields, body.images());
                    fields.refuseFaults();
                    return payCodes.make(ask, found, member, images);
                })
                .map(Responses::of);
    }

    @GET
    @Path("/{id}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getPayCode",
            summary = "Tells whether a pay code was taken",
            description = "The code by its id, without its digits: an app learns that its member has paid."
                    + " Codes of devices are not listed one by one. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The code, without its digits",
            content = @Content(schema = @Schema(implementation = PayCodeView.class)))
    public Uni<PayCodeView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        ProtocolRejection.NotFound none = new ProtocolRejection.NotFound("pay code");
        UUID known = Ids.parse(id);
        return books.of(Call.of(http), book)
                .chain(found -> {
                    if (known == null) {
                        throw none.refused();
                    }
                    return store.code(found.id(), known);
                })
                .map(code -> PayCodeView.of(code.orElseThrow(none::refused), null, List.of()));
    }
}
