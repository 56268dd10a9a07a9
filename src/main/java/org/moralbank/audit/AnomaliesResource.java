package org.moralbank.audit;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Role;
import org.moralbank.ledger.Books;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.LongRead;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Anomalies over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/anomalies")
@Tag(name = "audit", description = "The books, looked at by themselves and by auditors.")
public class AnomaliesResource {
    /** Looked through when no first day is said. */
    private static final int USUAL_DAYS = 90;

    private static final LocalDate LAST_DAY = LocalDate.of(9998, 12, 31);

    private final Books books;
    private final AnomalyStore store;

    AnomaliesResource(Books books, AnomalyStore store) {
        this.books = books;
        this.store = store;
    }

    /** The thresholds, as the query writes them. */
    static final class Thresholds {
        @RestQuery
        @Parameter(
                description = "Of pairs, round-numbers, proxy-heavy and terminal-gaps: how many are needed",
                schema = @Schema(type = SchemaType.INTEGER, minimum = "1"))
        @Nullable
        String atLeast;

        @RestQuery
        @Parameter(
                description = "Of pairs and round-numbers: how many of a hundred are needed",
                schema = @Schema(type = SchemaType.INTEGER, minimum = "1", maximum = "100"))
        @Nullable
        String share;

        @RestQuery
        @Parameter(
                description = "Of hours-a-day: more than so many in a day",
                schema = @Schema(type = SchemaType.INTEGER, minimum = "0"))
        @Nullable
        String minutes;

        @RestQuery
        @Parameter(
                description = "Of round-numbers: multiples of so many minutes are round",
                schema = @Schema(type = SchemaType.INTEGER, minimum = "2", maximum = "1440"))
        @Nullable
        String multiple;

        @RestQuery
        @Parameter(
                description = "Of night: the hour at which it begins",
                schema = @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "23"))
        @Nullable
        String nightFrom;

        @RestQuery
        @Parameter(
                description = "Of night: the hour at which it is over",
                schema = @Schema(type = SchemaType.INTEGER, minimum = "0", maximum = "23"))
        @Nullable
        String nightTo;

        @RestQuery
        @Parameter(
                description = "Of back-dated: more than so many days before it was posted",
                schema = @Schema(type = SchemaType.INTEGER, minimum = "0"))
        @Nullable
        String days;

        /** Those of a kind, in its order; a threshold that it does not have is a fault. */
        Map<String, Long> checked(Fields fields, Anomaly kind) {
            Map<String, @Nullable String> written = new LinkedHashMap<>();
            written.put(Anomaly.Parameter.AT_LEAST.name, atLeast);
            written.put(Anomaly.Parameter.SHARE.name, share);
            written.put(Anomaly.Parameter.MINUTES.name, minutes);
            written.put(Anomaly.Parameter.MULTIPLE.name, multiple);
            written.put(Anomaly.Parameter.NIGHT_FROM.name, nightFrom);
            written.put(Anomaly.Parameter.NIGHT_TO.name, nightTo);
            written.put(Anomaly.Parameter.DAYS.name, days);
            Map<String, Long> thresholds = new LinkedHashMap<>();
            for (Anomaly.Usual usual : kind.parameters()) {
                Anomaly.Parameter parameter = usual.parameter();
                thresholds.put(
                        parameter.name,
                        Numbers.of(
                                fields,
                                parameter.name,
                                written.get(parameter.name),
                                usual.value(),
                                parameter.least,
                                parameter.most));
            }
            written.forEach((name, value) -> {
                if (value != null && !thresholds.containsKey(name)) {
                    fields.fault(name, "parameter");
                }
            });
            return thresholds;
        }
    }

    @GET
    @Allowed({Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "listAnomalyKinds", summary = "Lists what can be looked for", description = """
                    Each kind with its explanation in the language that was asked for, and its thresholds. Nothing that is found
                    is a verdict. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The kinds",
            content = @Content(schema = @Schema(implementation = AnomalyView.Kinds.class)))
    public Uni<AnomalyView.Kinds> kinds(@Context RoutingContext http, @RestPath String book) {
        Call call = Call.of(http);
        return books.of(call, book)
                .map(found -> new AnomalyView.Kinds(Arrays.stream(Anomaly.values())
                        .map(kind -> AnomalyView.Kind.of(kind, call.language()))
                        .toList()));
    }

    @GET
    @LongRead
    @Path("/{kind}")
    @Allowed({Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listAnomalies",
            summary = "Lists what is beyond the thresholds of a kind",
            description = """
                    Of the days from to to, both included: for service records the days of the service, for entries and
                    terminals those of recording, in the book's calendar. Records that were taken back are left out. pairs:
                    members who serve each other, both ways. hours-a-day: more minutes in a day than a threshold. overlaps:
                    services that a volunteer began before an earlier one was over, and where no times are known records alike in
                    who, whom, day, minutes and activity. night: entries and services of the night. round-numbers: persons in charge whose records are mostly round.
                    back-dated: entries that happened long before they were posted, openings aside. proxy-heavy: persons who
                    acted for others. terminal-gaps: terminals that skipped numbers. A page in order of an inner key. None is a
                    verdict. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(schema = @Schema(implementation = AnomalyView.class)))
    @Extension(name = "x-problem-codes", value = "not-found range-too-large")
    public Uni<AnomalyView> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(example = "hours-a-day") @RestPath String kind,
            @Parameter(
                            description = "The first day; 90 days before the last when it is missing",
                            schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String from,
            @Parameter(description = "The last day; today when it is missing", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String to,
            @BeanParam Thresholds thresholds,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Call call = Call.of(http);
        Anomaly anomaly = Anomaly.find(kind).orElseThrow(() -> new ProtocolRejection.NotFound("anomaly").refused());
        Fields written = new Fields();
        DayRange days = written.optionalDays(from, to);
        Map<String, Long> used = thresholds.checked(written, anomaly);
        written.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(call, book).chain(found -> {
            Fields fields = new Fields();
            LocalDate until = Objects.requireNonNullElseGet(days.to(), () -> found.dayOf(Instant.now()));
            LocalDate since = Objects.requireNonNullElseGet(days.from(), () -> until.minusDays(USUAL_DAYS));
            fields.dayWithin("to", until, Numbers.FIRST_DAY, LAST_DAY);
            if (days.from() != null) {
                fields.dayWithin("from", since, Numbers.FIRST_DAY, until);
            }
            fields.refuseFaults();
            List<Long> values = new ArrayList<>(used.values());
            return store.find(found, anomaly, since, until, values, page)
                    .map(rows -> new AnomalyView(
                            AnomalyView.Kind.of(anomaly, call.language()),
                            since,
                            until,
                            used,
                            rows.items().stream().map(AnomalyStore.Found::item).toList(),
                            rows.next()));
        });
    }
}
