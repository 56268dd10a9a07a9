package org.moralbank.paycodes;

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
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Devices that make pay codes offline, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/members/{memberId}/pay-devices")
@Tag(name = "pay codes")
public class PayDevicesResource {
    private static final int LONGEST_LABEL = 40;

    private final Books books;
    private final PayDevices devices;
    private final PayCodeStore store;

    PayDevicesResource(Books books, PayDevices devices, PayCodeStore store) {
        this.books = books;
        this.devices = devices;
        this.store = store;
    }

    /** The body of an enrolment. */
    @Schema(name = "PayDeviceEnrolment")
    record Enrolment(
            @Schema(description = "What the member calls it", maxLength = 40, examples = "老年机") @Nullable
            String label) {
        @Nullable
        String checked() {
            Fields fields = new Fields();
            String checked = fields.optionalText("label", label, LONGEST_LABEL);
            fields.refuseFaults();
            return checked;
        }
    }

    // Said here, because the framework makes a record of one string of any text.
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "enrolPayDevice",
            summary = "Enrols a device of a member, which then makes pay codes offline",
            description = """
                    The answer shows the device's secret, this once: the service does not keep it, and the answer to a retry
                    is without it, and without the label. When the answer was lost, revoke the device and enrol anew. A
                    member has at most three devices (a setting); none is replaced by itself.

                    The device makes a code thus, without a connection: the digits 712, its handle, and the eight digits
                    that RFC 6238 (TOTP) makes of its secret with HMAC-SHA-256, T0 = 0 and X = 20 s. Where T is the seconds
                    since 1970-01-01T00:00:00Z divided by 20, as eight bytes with the most significant first, and H is
                    HMAC-SHA-256 of the secret's 32 bytes over T: take the four bytes of H from the offset that the last
                    four bits of H tell, clear the first bit, and take the remainder by 100,000,000, with zeros in front.

                    To check an implementation: with the secret GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA (the
                    ASCII digits 12345678901234567890123456789012) and the handle 0481516, the code of T = 1 is
                    712048151646119246, and that of T = 41152263 is 712048151691819424: the values of RFC 6238's
                    appendix B.

                    A code is taken in its own step of 20 s and in those beside it, once; when one was taken, those of
                    earlier steps are not. An app that is to pay twice within 20 s shows the next step's code.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = Enrolment.class),
                            examples = @ExampleObject(name = "phone", value = "{\"label\":\"老年机\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Enrolled",
            content = @Content(schema = @Schema(implementation = PayDeviceView.class)))
    @Extension(name = "x-problem-codes", value = "member-closed member-frozen too-many-pay-devices")
    public Uni<Response> enrol(
            @Context RoutingContext http, @RestPath String book, @RestPath String memberId, Enrolment body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> devices.enrol(call.ask(found.id()), found, memberId, body.checked()))
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listPayDevices",
            summary = "Lists the devices of a member",
            description = "In the order of their enrolment, also those that are revoked, without their secrets.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<PayDeviceView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String memberId,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book)
                .call(found -> ofPath(found, memberId))
                .chain(found -> store.devices(found.id(), memberId, page))
                .map(rows -> Page.of(page, rows.stream().map(PayDeviceView::of).toList(), PayDeviceView::id));
    }

    @GET
    @Path("/{id}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getPayDevice",
            summary = "Shows a device of a member",
            description = "As it is now, without its secret. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The device",
            content = @Content(schema = @Schema(implementation = PayDeviceView.class)))
    public Uni<PayDeviceView> get(
            @Context RoutingContext http, @RestPath String book, @RestPath String memberId, @RestPath String id) {
        return books.of(Call.of(http), book)
                .call(found -> ofPath(found, memberId))
                .chain(found -> store.device(found.id(), memberId, Ids.parse(id)))
                .map(found -> found.map(PayDeviceView::of)
                        .orElseThrow(() -> new ProtocolRejection.NotFound("device").refused()));
    }

    /** A member in the path who is not there is a path that leads nowhere. */
    private Uni<Boolean> ofPath(BookHandle book, String memberId) {
        return store.isMember(book.id(), memberId).invoke(there -> {
            if (!there) {
                throw new ProtocolRejection.NotFound("member").refused();
            }
        });
    }

    @POST
    @Path("/{id}/revoke")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "revokePayDevice", summary = "Revokes a device of a member", description = """
                    Once it is answered, its codes are unknown, in every process. A device that is revoked already is left
                    as it is. No body is needed.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "Revoked",
            content = @Content(schema = @Schema(implementation = PayDeviceView.class)))
    public Uni<Response> revoke(
            @Context RoutingContext http, @RestPath String book, @RestPath String memberId, @RestPath String id) {
        Call call = Call.of(http);
        UUID known = Ids.parse(id);
        return books.of(call, book)
                .chain(found -> {
                    if (known == null) {
                        throw new ProtocolRejection.NotFound("device").refused();
                    }
                    return devices.revoke(call.ask(found.id()), found, memberId, known);
                })
                .map(Responses::of);
    }
}
