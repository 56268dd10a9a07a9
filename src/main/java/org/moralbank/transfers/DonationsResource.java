package org.moralbank.transfers;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
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
import org.moralbank.access.BulkRequest;
import org.moralbank.access.Call;
import org.moralbank.access.Client;
import org.moralbank.access.LinesRequest;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.EntryFilter;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Noted;
import org.moralbank.ledger.Party;
import org.moralbank.ledger.Unit;
import org.moralbank.linejobs.LineJobView;
import org.moralbank.linejobs.LineJobs;
import org.moralbank.linejobs.LineKind;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;

/** Donations to the pool, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/donations")
@Tag(name = "transfers", description = "Time and points given.")
public class DonationsResource {
    static final LineKind LINES = LineKind.of(
            "donations",
            NewDonation.class,
            (ask, book, client, item) -> Donations.work(book, item.checked(book, client)));

    private static final List<EntryType> TYPES = List.of(EntryType.DONATE_TIME, EntryType.DONATE_POINTS);

    private final Books books;
    private final Donations donations;
    private final PostedReads reads;
    private final LineJobs lineJobs;

    DonationsResource(Books books, Donations donations, PostedReads reads, LineJobs lineJobs) {
        this.books = books;
        this.donations = donations;
        this.reads = reads;
        this.lineJobs = lineJobs;
    }

    /** The body of a donation. */
    @Schema(name = "NewDonation")
    record NewDonation(
            @Schema(description = "Id of the member who gives; else team", examples = "M-BHL-H0001") @Nullable
            String giver,

            @Schema(description = "Id of the team that gives; else giver", examples = "TEAM-01") @Nullable
            String team,

            @Schema(
                    description = "In minor parts of the unit",
                    required = true,
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "60")
            @Nullable
            Long amount,

            @Schema(required = true) @Nullable Unit unit,

            @Schema(description = "When it happened; today when it is missing") @Nullable
            LocalDate occurredOn,

            @Schema(
                    description =
                            "The client's own reference; required in bulk, where it has one effect. Alone it is a label,"
                                    + " not checked",
                    examples = "D-2025-0001")
            @Nullable
            String reference,

            @Schema(description = "Free text, kept beside the sealed entry") @Nullable
            String reason,

            @Schema(description = "Up to 20 strings, kept beside the sealed entry") @Nullable
            Map<String, String> metadata,

            @Schema(description = "Id of the person who acts") @Nullable
            String actor,

            @Schema(description = "Id of the person for whom he acts") @Nullable
            String onBehalfOf)
            implements Noted {
        Donations.Donation checked(BookHandle book, Client client) {
            Fields fields = new Fields();
            Donations.Giver from = team == null
                    ? new Donations.Giver.OfMember(fields.id("giver", giver))
                    : new Donations.Giver.OfTeam(fields.id("team", team));
            if (team != null && giver != null) {
                fields.fault("giver", "one-giver");
            }
            Donations.Donation checked = new Donations.Donation(
                    from,
                    fields.amount("amount", amount),
                    fields.value("unit", unit, Unit.MIN),
                    Note.of(fields, this, book, client));
            fields.refuseFaults();
            return checked;
        }
    }

    /** The body of many. */
    @Schema(name = "NewDonations")
    record NewDonations(
            @Schema(
                    description = "Each with a reference of its own",
                    type = SchemaType.ARRAY,
                    implementation = NewDonation.class,
                    required = true,
                    minItems = 1,
                    maxItems = 500)
            @Nullable
            List<JsonNode> items,

            @Schema(description = "Whether one refusal refuses all", defaultValue = "false") @Nullable
            Boolean atomic)
            implements BulkRequest {}

    /** The body of more. */
    @Schema(name = "NewDonationLines")
    record NewDonationLines(
            @Schema(
                    description = "Each with a reference of its own",
                    type = SchemaType.ARRAY,
                    implementation = NewDonation.class,
                    required = true,
                    minItems = 1,
                    maxItems = LinesRequest.MOST_ITEMS)
            @Nullable
            List<byte[]> items)
            implements LinesRequest {}

    @POST
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "donate", summary = "Gives time or points to the pool", description = """
                    Posts one entry, DONATE_TIME or DONATE_POINTS, at once and for good, of a member or of a team; a team donates
                    time only. Granted time is not the giver's to give and is left alone. What the pool owes, because a donation
                    that it had given on was taken back, is paid from it at once (SHORTFALL_RECOVER, in the same group).
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewDonation.class),
                            examples =
                                    @ExampleObject(
                                            name = "donation",
                                            value = "{\"giver\": \"M-BHL-H0001\", \"amount\": 60, \"unit\": \"MIN\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Posted",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "team-gives-time-only unknown-member member-closed member-frozen unknown-team book-closed"
                    + " insufficient-balance entry-too-large")
    public Uni<Response> give(@Context RoutingContext http, @RestPath String book, NewDonation body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> donations.donate(call.ask(found.id()), found, body.checked(found, call.client())))
                .map(Responses::of);
    }

    @POST
    @Path("bulk")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "donateMany",
            summary = "Gives to the pool, many times",
            description = BulkRequest.DESCRIPTION)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewDonations.class),
                            examples =
                                    @ExampleObject(
                                            name = "donations",
                                            value =
                                                    "{\"items\": [{\"team\": \"TEAM-01\", \"amount\": 60, \"unit\": \"MIN\", \"reference\": \"D-2025-0001\"}], \"atomic\": false}")))
    @APIResponse(
            responseCode = "200",
            description = "Decided, item by item",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedBulkView.class)))
    @Extension(name = "x-problem-codes", value = "bulk-refused")
    public Uni<Response> giveMany(@Context RoutingContext http, @RestPath String book, NewDonations body) {
        return lineJobs.bulk(Call.of(http), book, LINES, body).map(Responses::of);
    }

    @POST
    @Path("line-jobs")
    @Blocking
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "orderDonations",
            summary = "Orders more donations than a bulk takes",
            description = LineJobs.DESCRIPTION)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewDonationLines.class),
                            examples =
                                    @ExampleObject(
                                            name = "donations",
                                            value =
                                                    "{\"items\": [{\"team\": \"TEAM-01\", \"amount\": 60, \"unit\": \"MIN\", \"reference\": \"D-2025-0001\"}]}")))
    @APIResponse(
            responseCode = "201",
            description = "Ordered",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = LineJobView.class)))
    @Extension(name = "x-problem-codes", value = "too-many-line-jobs")
    public Uni<Response> order(@Context RoutingContext http, @RestPath String book, NewDonationLines body) {
        return lineJobs.order(Call.of(http), book, LINES, body).map(Responses::of);
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listDonations",
            summary = "Lists donations",
            description =
                    "A keyset page, the oldest first. A reversed one stays in the list; its entry names the reversal.")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedPageView.class)))
    public Uni<Page<PostedView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(description = "Only what this member gave") @RestQuery @Nullable String giver,
            @Parameter(description = "Only what this team gave") @RestQuery @Nullable String team,
            @BeanParam PostedQuery query) {
        Fields fields = new Fields();
        EntryFilter filter = query.filter(TYPES, fields)
                .withParty(PostedQuery.member(fields, "giver", giver))
                .withParty(team == null ? null : Party.team(fields.id("team", team)));
        fields.refuseFaults();
        Page.Request page = query.page();
        return books.of(Call.of(http), book).chain(found -> reads.list(found, filter, page));
    }

    @GET
    @Path("{id}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getDonation",
            summary = "Shows a donation",
            description = "With its entry as it is now: what was written, and the reversal if there is one.")
    @APIResponse(
            responseCode = "200",
            description = "The donation",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = PostedView.class)))
    public Uni<PostedView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        return books.of(Call.of(http), book).chain(found -> reads.one(found, TYPES, id, "donation"));
    }
}
