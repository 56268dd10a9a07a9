package org.moralbank.services;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.common.annotation.Blocking;
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
import java.util.Map;
import java.util.UUID;
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
import org.moralbank.commits.Once;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Noted;
import org.moralbank.linejobs.LineJobView;
import org.moralbank.linejobs.LineJobs;
import org.moralbank.linejobs.LineKind;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Service records over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/service-records")
@Tag(name = "services", description = "Volunteering, and what it earns.")
public class ServiceRecordsResource {
    static final LineKind LINES = LineKind.of(
            ServiceRecords.COLLECTION,
            NewServiceRecord.class,
            (ask, book, client, item) ->
                    ServiceRecords.work(ask, book, item.checked(book, client), Once.content(item)));

    private static final long LONGEST_SERVICE_MINUTES = 1440;
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_CONTENT = 500;

    private final Books books;
    private final ServiceRecords records;
    private final ServiceRecordStore store;
    private final LineJobs lineJobs;

    ServiceRecordsResource(Books books, ServiceRecords records, ServiceRecordStore store, LineJobs lineJobs) {
        this.books = books;
        this.records = records;
        this.store = store;
        this.lineJobs = lineJobs;
    }

    /** The body of a service record. */
    @Schema(name = "NewServiceRecord", description = "Exactly one of volunteer and team must be given.")
    record NewServiceRecord(
            @Schema(description = "Id of the member who gave the service", examples = "M-BHL-H0001") @Nullable
            String volunteer,

            @Schema(description = "Id of the team that gave it", examples = "T-BHL-01") @Nullable
            String team,

            @Schema(
                    description = "Id of the member who was served; must be given when he pays",
                    examples = "M-BHL-E0001")
            @Nullable
            String recipient,

            @Schema(description = "What kind of service", required = true, maxLength = 100, examples = "代买药品") @Nullable
            String activity,

            @Schema(description = "What was done", maxLength = 500) @Nullable
            String content,

            @Schema(description = "The day of the service, in the community's calendar; today when missing") @Nullable
            LocalDate occurredOn,

            @Schema(
                    description = "When on that day it began, by the community's clock; for who looks for overlaps",
                    pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$",
                    examples = "09:30")
            @Nullable
            String startedAt,

            @Schema(description = "Actually given", required = true, minimum = "1", maximum = "1440", examples = "60")
            @Nullable
            Long minutes,

            @Schema(required = true, maxLength = 100, examples = "北环路社区") @Nullable
            String place,

            @Schema(description = "The organising unit", required = true, maxLength = 100, examples = "银龄互助队") @Nullable
            String organiser,

            @Schema(description = "Id of the person in charge", required = true, examples = "L-BHL-01") @Nullable
            String leader,

            @Schema(minimum = "1", maximum = "5", examples = "5") @Nullable
            Long rating,

            @Schema(description = "Where the minutes come from", defaultValue = "ISSUED") @Nullable
            Payer payer,

            @Schema(description = "The client's own; a service is recorded once under it", examples = "SR-BHL-0001")
            @Nullable
            String reference,

            @Schema(maxLength = 500) @Nullable String reason,
            @Nullable Map<String, String> metadata,
            @Nullable String actor,
            @Nullable String onBehalfOf)
            implements Noted {
        ServiceGiven checked(BookHandle book, Client client) {
            Fields fields = new Fields();
            if ((volunteer == null) == (team == null)) {
                fields.fault("volunteer", "volunteer-or-team");
            }
            Payer paidBy = payer == null ? Payer.ISSUED : payer;
            if (paidBy == Payer.RECIPIENT) {
                fields.value("recipient", recipient, "");
                if (team != null) {
                    fields.fault("payer", "paid-team");
                }
            }
            ServiceGiven given = new ServiceGiven(
                    fields.optionalId("volunteer", volunteer),
                    fields.optionalId("team", team),
                    fields.optionalId("recipient", recipient),
                    fields.text("activity", activity, LONGEST_NAME),
                    fields.optionalText("content", content, LONGEST_CONTENT),
                    fields.optionalTime("startedAt", startedAt),
                    (int) fields.number("minutes", minutes, 1, LONGEST_SERVICE_MINUTES),
                    fields.text("place", place, LONGEST_NAME),
                    fields.text("organiser", organiser, LONGEST_NAME),
                    fields.id("leader", leader),
                    rating == null ? null : (int) fields.number("rating", rating, 1, 5),
                    paidBy,
                    Note.of(fields, this, book, client));
            fields.refuseFaults();
            return given;
        }
    }

    /** The body of many. */
    @Schema(name = "NewServiceRecords")
    record NewServiceRecords(
            @Schema(
                    description = "Each with a reference of its own",
                    type = SchemaType.ARRAY,
                    implementation = NewServiceRecord.class,
                    required = true,
                    minItems = 1,
                    maxItems = 500)
            @Nullable
            List<JsonNode> items,

            @Schema(description = "Whether one refusal refuses all", defaultValue = "false") @Nullable
            Boolean atomic)
            implements BulkRequest {}

    /** The body of more. */
    @Schema(name = "NewServiceRecordLines")
    record NewServiceRecordLines(
            @Schema(
                    description = "Each with a reference of its own",
                    type = SchemaType.ARRAY,
                    implementation = NewServiceRecord.class,
                    required = true,
                    minItems = 1,
                    maxItems = LinesRequest.MOST_ITEMS)
            @Nullable
            List<byte[]> items)
            implements LinesRequest {}

    @POST
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "recordService",
            summary = "Records a service that was given, confirmed at once",
            description = """
                    Keeps the record and posts what it earns, as the book's settings say: the minutes (EARN_TIME, or
                    EARN_TIME_TEAM for a team), points by the hour (EARN_POINTS_SERVICE, rounded down to a hundredth),
                    both in one group, or nothing. They count in the budget of the year in which the record is posted,
                    in the book's calendar, whenever the service was given (3100:2026:MIN, 3200:2026:PTS). When the recipient pays, his own time moves to the volunteer instead
                    (TRANSFER_TIME; granted time first, the earliest to expire before the rest) and no time is issued.
                    What the earner owes from before is taken at once (SHORTFALL_RECOVER).

                    A frozen volunteer earns, and what he owes is taken when he is unfrozen; a frozen recipient may be
                    served and does not pay. The same reference with the same content is answered with the first effect,
                    whatever the key, also when that was taken back since: what is to be recorded again needs a reference of
                    its own. The answer leaves out place, content, reason and metadata, because answers are kept and these
                    can be erased; reads show them.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewServiceRecord.class),
                            examples = {
                                @ExampleObject(
                                        name = "newlyStored",
                                        summary = "The minutes are newly stored",
                                        value = """
                                        {
                                          "volunteer": "M-BHL-H0001", "recipient": "M-BHL-E0001", "activity": "代买药品",
                                          "occurredOn": "2025-01-06", "startedAt": "09:30", "minutes": 60, "place": "北环路社区",
                                          "organiser": "银龄互助队", "leader": "L-BHL-01", "rating": 5,
                                          "reference": "SR-BHL-0001"
                                        }
                                        """),
                                @ExampleObject(name = "recipientPays", summary = "The recipient pays", value = """
                                        {
                                          "volunteer": "M-BHL-H0001", "recipient": "M-BHL-E0001", "activity": "陪同就医",
                                          "minutes": 45, "place": "北环路社区", "organiser": "银龄互助队",
                                          "leader": "L-BHL-01", "payer": "RECIPIENT", "reference": "SR-BHL-0002"
                                        }
                                        """),
                                @ExampleObject(name = "team", summary = "A team's service", value = """
                                        {
                                          "team": "T-BHL-01", "activity": "社区清洁", "minutes": 300, "place": "北环路社区",
                                          "organiser": "银龄互助队", "leader": "L-BHL-01", "reference": "SR-BHL-T01"
                                        }
                                        """)
                            }))
    @APIResponse(
            responseCode = "201",
            description = "Recorded, with the entries that it made",
            content = @Content(schema = @Schema(implementation = ServiceRecordView.class)))
    @Extension(
            name = "x-problem-codes",
            value =
                    "duplicate-reference book-closed own-service unknown-member member-closed unknown-team member-frozen"
                            + " insufficient-balance limit-exceeded entry-too-large")
    public Uni<Response> record(@Context RoutingContext http, @RestPath String book, NewServiceRecord body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> records.record(
                        call.ask(found.id()), found, body.checked(found, call.client()), Once.content(body)))
                .map(Responses::of);
    }

    @POST
    @Path("/bulk")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(operationId = "recordServices", summary = "Records many services", description = BulkRequest.DESCRIPTION)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewServiceRecords.class),
                            examples = @ExampleObject(name = "services", value = """
                                    {
                                      "items": [
                                        {
                                          "volunteer": "M-BHL-H0001", "activity": "代买药品", "minutes": 60,
                                          "place": "北环路社区", "organiser": "银龄互助队", "leader": "L-BHL-01",
                                          "reference": "SR-BHL-0001"
                                        }
                                      ],
                                      "atomic": false
                                    }
                                    """)))
    @APIResponse(
            responseCode = "200",
            description = "Decided, item by item",
            content = @Content(schema = @Schema(implementation = ServiceRecordBulkView.class)))
    @Extension(name = "x-problem-codes", value = "bulk-refused")
    public Uni<Response> recordMany(@Context RoutingContext http, @RestPath String book, NewServiceRecords body) {
        return lineJobs.bulk(Call.of(http), book, LINES, body).map(Responses::of);
    }

    @POST
    @Path("/line-jobs")
    @Blocking
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR})
    @Operation(
            operationId = "orderServiceRecords",
            summary = "Orders more service records than a bulk takes",
            description = LineJobs.DESCRIPTION)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewServiceRecordLines.class),
                            examples = @ExampleObject(name = "services", value = """
                                    {
                                      "items": [
                                        {
                                          "volunteer": "M-BHL-H0001", "activity": "代买药品", "minutes": 60,
                                          "place": "北环路社区", "organiser": "银龄互助队", "leader": "L-BHL-01",
                                          "reference": "SR-BHL-0001"
                                        }
                                      ]
                                    }
                                    """)))
    @APIResponse(
            responseCode = "201",
            description = "Ordered",
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = LineJobView.class)))
    @Extension(name = "x-problem-codes", value = "too-many-line-jobs")
    public Uni<Response> order(@Context RoutingContext http, @RestPath String book, NewServiceRecordLines body) {
        return lineJobs.order(Call.of(http), book, LINES, body).map(Responses::of);
    }

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listServiceRecords",
            summary = "Lists service records in the order of their recording",
            description = "A page of the records that match every filter. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<ServiceRecordView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestQuery @Nullable String volunteer,
            @RestQuery @Nullable String recipient,
            @RestQuery @Nullable String team,
            @RestQuery @Nullable String activity,
            @Parameter(description = "The first day of service", schema = @Schema(format = "date")) @RestQuery @Nullable
                    String from,
            @Parameter(description = "The last day of service", schema = @Schema(format = "date")) @RestQuery @Nullable
                    String to,
            @RestQuery @Nullable String reference,
            @Parameter(schema = @Schema(implementation = ServiceRecordView.Status.class)) @RestQuery @Nullable
                    String status,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        DayRange days = fields.optionalDays(from, to);
        ServiceRecordStore.Filter filter = new ServiceRecordStore.Filter(
                fields.optionalId("volunteer", volunteer),
                fields.optionalId("recipient", recipient),
                fields.optionalId("team", team),
                fields.optionalText("activity", activity, LONGEST_NAME),
                days.from(),
                days.to(),
                fields.optionalReference("reference", reference),
                fields.optionalName("status", status, ServiceRecordView.Status.class));
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book).chain(found -> store.list(found, filter, page));
    }

    @GET
    @Path("/{id}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getServiceRecord", summary = "Shows a service record", description = """
                    The record with its texts, and the numbers of the entries that it made. Its status is REVERSED when
                    one of these was reversed. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The record",
            content = @Content(schema = @Schema(implementation = ServiceRecordView.class)))
    public Uni<ServiceRecordView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        ProtocolRejection.NotFound none = new ProtocolRejection.NotFound("service record");
        UUID known = Ids.parse(id);
        return books.of(Call.of(http), book)
                .chain(found -> {
                    if (known == null) {
                        throw none.refused();
                    }
                    return store.find(found, known);
                })
                .map(record -> record.orElseThrow(none::refused));
    }
}
