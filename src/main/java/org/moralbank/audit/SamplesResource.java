package org.moralbank.audit;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.LocalDate;
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
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.LongRead;

/** Samples over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/samples")
@Tag(name = "audit", description = "The books, looked at by themselves and by auditors.")
public class SamplesResource {
    private static final int MOST = 200;
    private static final int USUAL = 25;

    private final Books books;
    private final Samples samples;

    SamplesResource(Books books, Samples samples) {
        this.books = books;
        this.samples = samples;
    }

    @GET
    @LongRead
    @Allowed({Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "drawSample",
            summary = "Draws entries by chance, with what stands behind each",
            description = """
                    Chance comes from the seed alone, by SHA-256: with the same seed, firstEntry and lastEntry (both are in the
                    answer) the same sample is drawn for ever, here or by any tool. RANDOM draws the entries with the smallest
                    SHA-256 of the text seed:seq (seed, a colon, the number in decimal); a larger size adds to a smaller one.
                    STRATIFIED does so within each of the k strata, a type and a unit, which are in the answer in their
                    order with their numbers n: each has one drawn, and the other size - k are divided in proportion to
                    n - 1 by largest remainders, equal ones in the order of the strata; where the size is less than k,
                    all of it in proportion to n. A size above the population is the population. MONETARY_UNIT needs a
                    unit and sums up what entries credit, in order of seq: of n points, point k (from 0) lies at the
                    whole part of (k × total + start) / n, where start is SHA-256 of the seed as a whole number, modulo
                    the total; each point draws the entry whose part it is in, so that a large entry is drawn for
                    certain, and may be drawn more than once. from and to are days of posting in the book's calendar,
                    and over, so that they too stand for the same entries for ever. Each item has its
                    entry, with who did it, for whom and who approved, the service record, redemption or settlement it belongs
                    to, the rule it earned by, and where the proof is that it is in the log. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The sample",
            content = @Content(schema = @Schema(implementation = SampleView.class)))
    @Extension(name = "x-problem-codes", value = "range-too-large")
    public Uni<SampleView> draw(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(
                            description = "RANDOM when it is missing",
                            schema = @Schema(implementation = Sample.Method.class))
                    @RestQuery
                    @Nullable
                    String method,
            @Parameter(
                            description = "How many, 1 to 200; 25 when it is missing",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = "200",
                                            defaultValue = "25"))
                    @RestQuery
                    @Nullable
                    String size,
            @Parameter(
                            description =
                                    "Letters, digits, dot, underscore and hyphen, 1 to 64; made and told when it is missing",
                            example = "audit-2025")
                    @RestQuery
                    @Nullable
                    String seed,
            @Parameter(description = "The first day of posting", schema = @Schema(format = "date")) @RestQuery @Nullable
                    String from,
            @Parameter(description = "The last day of posting, which is over", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String to,
            @Parameter(
                            description = "The first entry; 1 when it is missing",
                            schema = @Schema(type = SchemaType.INTEGER, minimum = "1"))
                    @RestQuery
                    @Nullable
                    String firstEntry,
            @Parameter(
                            description = "The last entry; the last of the book when it is missing",
                            schema = @Schema(type = SchemaType.INTEGER, minimum = "1"))
                    @RestQuery
                    @Nullable
                    String lastEntry,
            @Parameter(description = "Only of this type", schema = @Schema(implementation = EntryType.class))
                    @RestQuery
                    @Nullable
                    String type,
            @Parameter(description = "Only of this unit", schema = @Schema(implementation = Unit.class))
                    @RestQuery
                    @Nullable
                    String unit) {
        Fields fields = new Fields();
        Sample.Method by = Objects.requireNonNullElse(
                fields.optionalName("method", method, Sample.Method.class), Sample.Method.RANDOM);
        String chosen = fields.optionalId("seed", seed);
        Unit of = fields.optionalName("unit", unit, Unit.class);
        if (by == Sample.Method.MONETARY_UNIT && unit == null) {
            fields.fault("unit", "required");
        }
        DayRange days = fields.optionalDays(from, to);
        Samples.Wanted wanted = new Samples.Wanted(
                by,
                (int) Numbers.of(fields, "size", size, USUAL, 1, MOST),
                chosen == null ? Sample.seed() : chosen,
                days.from(),
                days.to(),
                firstEntry == null ? null : Numbers.of(fields, "firstEntry", firstEntry, 1, 1, Long.MAX_VALUE),
                lastEntry == null ? null : Numbers.of(fields, "lastEntry", lastEntry, 1, 1, Long.MAX_VALUE),
                fields.optionalName("type", type, EntryType.class),
                of);
        fields.inOrder("firstEntry", wanted.firstEntry(), wanted.lastEntry());
        fields.refuseFaults();
        return books.of(Call.of(http), book).chain(found -> {
            refuseDaysThatAreNotOver(found, wanted);
            return samples.draw(found, wanted);
        });
    }

    private static void refuseDaysThatAreNotOver(BookHandle book, Samples.Wanted wanted) {
        Fields fields = new Fields();
        LocalDate yesterday = book.dayOf(Instant.now()).minusDays(1);
        if (wanted.to() != null) {
            fields.dayWithin("to", wanted.to(), Numbers.FIRST_DAY, yesterday);
        }
        if (wanted.from() != null) {
            fields.dayWithin("from", wanted.from(), Numbers.FIRST_DAY, yesterday.plusDays(1));
        }
        fields.refuseFaults();
    }
}
