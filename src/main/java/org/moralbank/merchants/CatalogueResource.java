package org.moralbank.merchants;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.EditRejection;
import org.moralbank.platform.Fields;
import org.moralbank.platform.ProtocolRejection;

/** The catalogues of merchants over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/merchants/{id}/catalogue")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class CatalogueResource {
    private static final int MOST_ITEMS = 1_000;
    private static final int LONGEST_NAME = 100;
    private static final int MOST_PER_MEMBER = 1_000_000;

    private final Books books;
    private final Catalogues catalogues;
    private final CatalogueStore store;

    CatalogueResource(Books books, Catalogues catalogues, CatalogueStore store) {
        this.books = books;
        this.catalogues = catalogues;
        this.store = store;
    }

    /** The body of a catalogue. */
    @Schema(name = "CatalogueEdit")
    record CatalogueEdit(
            @Schema(required = true, description = "Each by an id of its own", maxItems = 1000) @Nullable
            List<@Nullable ItemEdit> items) {
        List<Item> checked() {
            Fields fields = new Fields();
            List<@Nullable ItemEdit> given = fields.value("items", items, List.<@Nullable ItemEdit>of());
            if (given.size() > MOST_ITEMS) {
                fields.fault("items", "catalogue");
                fields.refuseFaults();
            }
            List<Item> checked = new ArrayList<>(given.size());
            Set<String> ids = new HashSet<>();
            for (int i = 0; i < given.size(); i++) {
                ItemEdit item = given.get(i);
                if (item == null) {
                    fields.fault("items[" + i + "]", "object");
                    continue;
                }
                Fields of = fields.in("items[" + i + "]");
                checked.add(item.checked(of));
                if (item.id() != null && !ids.add(item.id())) {
                    of.fault("id", "item-twice");
                }
            }
            fields.refuseFaults();
            return List.copyOf(checked);
        }
    }

    /** An item of the body. */
    @Schema(name = "CatalogueItemEdit")
    record ItemEdit(
            @Schema(required = true, examples = "RICE-5KG") @Nullable
            String id,

            @Schema(required = true, maxLength = 100, examples = "大米 5 公斤") @Nullable
            String name,

            @Schema(required = true, description = "As the merchant's categories are named", examples = "FOOD")
            @Nullable
            String category,

            @Schema(required = true) @Nullable PriceEdit price,

            @Schema(description = "How many of it a member may buy; as many as he likes when it is missing") @Nullable
            PerMemberEdit perMember,

            @Schema(
                    description = "On which it is sold, in the book's calendar; on all when it is missing",
                    minItems = 1,
                    examples = "[\"SATURDAY\",\"SUNDAY\"]")
            @Nullable
            List<@Nullable DayOfWeek> weekdays,

            @Schema(description = "Whether it is sold at present; true when it is missing") @Nullable
            Boolean active) {
        Item checked(Fields fields) {
            return new Item(
                    fields.id("id", id),
                    fields.text("name", name, LONGEST_NAME),
                    fields.id("category", category),
                    fields.value("price", price, PriceEdit.NONE).checked(fields.in("price"), price != null),
                    perMember == null ? null : perMember.checked(fields.in("perMember")),
                    weekdaysOf(fields),
                    !Boolean.FALSE.equals(active));
        }

        private List<DayOfWeek> weekdaysOf(Fields fields) {
            if (weekdays == null) {
                return List.of(DayOfWeek.values());
            }
            if (weekdays.isEmpty()) {
                fields.fault("weekdays", "required");
            }
            TreeSet<DayOfWeek> sorted = new TreeSet<>();
            for (int i = 0; i < weekdays.size(); i++) {
                DayOfWeek day = weekdays.get(i);
                if (day == null) {
                    fields.fault("weekdays[" + i + "]", "required");
                } else {
                    sorted.add(day);
                }
            }
            return List.copyOf(sorted);
        }
    }

    /** A price of the body. */
    @Schema(name = "PriceEdit")
    record PriceEdit(
            @Schema(
                    description = "Of one, in hundredths of a point",
                    required = true,
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "2500")
            @Nullable
            Long amount,

            @Schema(description = "PTS: nothing is sold for time", required = true) @Nullable
            Unit unit) {
        static final PriceEdit NONE = new PriceEdit(null, null);

        long checked(Fields fields, boolean given) {
            if (!given) {
                return 0;
            }
            if (fields.value("unit", unit, Unit.PTS) != Unit.PTS) {
                fields.fault("unit", "points-only");
            }
            return fields.amount("amount", amount);
        }
    }

    /** A limit of the body. */
    @Schema(name = "PerMemberLimitEdit")
    record PerMemberEdit(
            @Schema(required = true, minimum = "1", maximum = "1000000", examples = "1") @Nullable
            Long count,

            @Schema(required = true, description = "Of the book's calendar; a week begins on Monday")
            Item.@Nullable Period period) {
        Item.PerMember checked(Fields fields) {
            return new Item.PerMember(
                    (int) fields.number("count", count, 1, MOST_PER_MEMBER),
                    fields.value("period", period, Item.Period.EVER));
        }
    }

    @PUT
    @Allowed({Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "putCatalogue",
            summary = "Makes a merchant's catalogue, or replaces it",
            description = """
                    The catalogue is edited whole: an item that is no longer named is not sold any more. A change needs the
                    ETag of what is replaced in If-Match; a PUT of what is there already changes nothing and needs none.

                    What members bought of an item stays counted, also when its limit changes or it is named again later. An
                    item of a category that the merchant may not sell for points may stand here; its sale is refused.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = CatalogueEdit.class),
                            examples = @ExampleObject(name = "supermarket", value = """
                                    {
                                      "items": [
                                        {
                                          "id": "RICE-5KG", "name": "大米 5 公斤", "category": "FOOD",
                                          "price": { "amount": 2500, "unit": "PTS" },
                                          "perMember": { "count": 1, "period": "MONTH" }
                                        },
                                        {
                                          "id": "SOAP", "name": "香皂", "category": "DAILY",
                                          "price": { "amount": 300, "unit": "PTS" },
                                          "weekdays": ["SATURDAY", "SUNDAY"], "active": true
                                        }
                                      ]
                                    }
                                    """)))
    @APIResponse(
            responseCode = "201",
            description = "Made; ETag is its version",
            content = @Content(schema = @Schema(implementation = CatalogueView.class)))
    @APIResponse(
            responseCode = "200",
            description = "As it is now; ETag is its version",
            content = @Content(schema = @Schema(implementation = CatalogueView.class)))
    @Extension(name = "x-problem-codes", value = "merchant-already-closed precondition-required precondition-failed")
    public Uni<Response> put(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @Parameter(description = "The ETag of what is replaced") @HeaderParam("If-Match") @Nullable String ifMatch,
            CatalogueEdit body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> catalogues.put(call.edit(found.id()), found, id, body.checked(), ifMatch))
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.TERMINAL, Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getCatalogue",
            summary = "Shows a merchant's catalogue",
            description =
                    "All its items as they are now, in their order; ETag is its version. 404 when the merchant never"
                            + " had one. A terminal sees its merchant's. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The catalogue",
            content = @Content(schema = @Schema(implementation = CatalogueView.class)))
    public Uni<Response> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> store.find(found, id))
                .map(found -> found.filter(seen -> call.client().sees(id))
                        .orElseThrow(() -> new ProtocolRejection.NotFound("catalogue").refused()))
                .map(seen -> Response.ok(CatalogueView.of(seen))
                        .header("ETag", EditRejection.etag(seen.version()))
                        .build());
    }
}
