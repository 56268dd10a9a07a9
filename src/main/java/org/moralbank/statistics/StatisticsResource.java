package org.moralbank.statistics;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
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
import org.moralbank.access.Client;
import org.moralbank.access.Role;
import org.moralbank.ledger.Books;
import org.moralbank.members.OrganisationStore;
import org.moralbank.members.OrganisationUnit;
import org.moralbank.platform.Fields;
import org.moralbank.platform.LongRead;
import org.moralbank.platform.ProtocolRejection;

/** The statistics of an organisation unit, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/organisation-units/{code}/statistics")
@Tag(name = "books")
public class StatisticsResource {
    private static final ZoneOffset LATEST = ZoneOffset.ofHours(14);

    private final Books books;
    private final OrganisationStore organisation;
    private final StatisticsStore sums;

    StatisticsResource(Books books, OrganisationStore organisation, StatisticsStore sums) {
        this.books = books;
        this.organisation = organisation;
        this.sums = sums;
    }

    /** Counts and sums of a subtree. */
    @Schema(
            name = "OrganisationStatistics",
            description = "Counts and sums of a unit and all below it, at the end of a business date.")
    record Statistics(
            @Schema(examples = "S1") String organisationUnit,

            @Schema(description = "Absent for now") @Nullable
            LocalDate on,

            long organisationUnits,
            long books,

            @Schema(description = "Registered and not left") long members,
            long teams,

            @Schema(description = "Merchants that have not closed", examples = "16")
            long merchants,

            @Schema(description = "Services given: records that stand, up to the date", examples = "310")
            long services,

            @Schema(description = "Time actually given in them, in minutes", examples = "86400")
            long servedMinutes,

            @Schema(description = "Who gave them, each counted once in a book", examples = "62")
            long volunteers,

            @Schema(description = "Members who have time", examples = "47")
            long holdersOfTime,

            @Schema(description = "Time of members and teams", examples = "72000")
            long storedMinutes,

            @Schema(description = "Points of members and teams, in hundredths", examples = "52650")
            long pointsOutstanding,

            @Schema(description = "Time in the pools", examples = "300")
            long pooledMinutes,

            @Schema(description = "Points in the pools, in hundredths")
            long pooledPoints) {}

    @GET
    @LongRead
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getOrganisationStatistics",
            summary = "Tells the counts and sums of a unit and all below it",
            description = """
                    At the end of a business date, or now when none is given; what is recorded later for that date is in
                    it. All numbers are of one moment. 404 when a book of the subtree is not the caller's.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "Counts and sums",
            content = @Content(schema = @Schema(implementation = Statistics.class)))
    @Extension(name = "x-problem-codes", value = "range-too-large")
    public Uni<Statistics> statistics(
            @Context RoutingContext http,
            @RestPath String code,
            @Parameter(
                            description = "A business date that has begun",
                            schema = @Schema(format = "date", examples = "2025-07-31"))
                    @RestQuery
                    @Nullable
                    String on) {
        Client client = Call.of(http).client();
        Fields fields = new Fields();
        LocalDate day = fields.optionalDay("on", on);
        fields.refuseFaults();
        return organisation.subtree(client, code).chain(subtree -> {
            List<String> codes = subtree.stream()
                    .map(OrganisationUnit::book)
                    .filter(Objects::nonNull)
                    .toList();
            Uni<Statistics> told = sums.of(codes, day)
                    .map(found -> new Statistics(
                            code,
                            day,
                            subtree.size(),
                            codes.size(),
                            found.counts().members(),
                            found.counts().teams(),
                            found.merchants(),
                            found.services().services(),
                            found.services().minutes(),
                            found.services().volunteers(),
                            found.totals().holdersOfTime(),
                            found.totals().storedMinutes(),
                            found.totals().pointsOutstanding(),
                            found.totals().pooledMinutes(),
                            found.totals().pooledPoints()));
            return day == null
                    ? told
                    : today(codes).invoke(today -> refuseFuture(day, today)).chain(() -> told);
        });
    }

    /** Today in the calendar of that book where it is latest; where there is no book, the latest on earth. */
    private Uni<LocalDate> today(List<String> codes) {
        Instant now = Instant.now();
        return Multi.createFrom()
                .iterable(codes)
                .onItem()
                .transformToUniAndConcatenate(books::find)
                .collect()
                .asList()
                .map(found -> found.stream()
                        .flatMap(Optional::stream)
                        .map(book -> book.dayOf(now))
                        .max(Comparator.naturalOrder())
                        .orElseGet(() -> LocalDate.ofInstant(now, LATEST)));
    }

    private static void refuseFuture(LocalDate day, LocalDate today) {
        if (day.isAfter(today)) {
            throw ProtocolRejection.Invalid.field("on", "future").refused();
        }
    }
}
