package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
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
import org.moralbank.platform.Page;

/** Numbers that a terminal has skipped, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/merchants/{id}/terminals/{terminalId}/gaps")
@Tag(name = "redemptions", description = "Points spent at merchants.")
public class NumberGapsResource {
    /** Numbers of more days are not looked through at once. */
    private static final int MOST_DAYS = 31;

    private final Books books;
    private final DayEndStore store;
    private final AllowanceStore allowances;

    NumberGapsResource(Books books, DayEndStore store, AllowanceStore allowances) {
        this.books = books;
        this.store = store;
        this.allowances = allowances;
    }

    @GET
    @Allowed({Role.TERMINAL, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "listNumberGaps", summary = "Lists numbers that a terminal has skipped", description = """
                    Of the terminal transactions of some days, 31 at most, that end in digits: what is missing between those of the
                    same text before the digits, in the order of the numbers. A number that was reversed is there, also when its
                    sale never came; one whose sale was refused is not, and its till knows why. Changes nothing.
                    """)
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<DayEnd.Gap>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @RestPath String terminalId,
            @Parameter(description = "The first day; the last when it is missing") @RestQuery @Nullable String from,
            @Parameter(description = "The last day; today when it is missing") @RestQuery @Nullable String to,
            @Parameter(description = "1 to 500; 50 when it is missing") @RestQuery @Nullable String limit,
            @Parameter(description = "The next of the page before") @RestQuery @Nullable String after) {
        Call call = Call.of(http);
        Page.Request page = Page.Request.ofQuery(limit, after);
        Fields fields = new Fields();
        DayRange days = fields.optionalDays(from, to);
        fields.refuseFaults();
        return books.of(call, book)
                .call(found ->
                        allowances.ofPath(Sight.of(call.client()), new Allowance.Till(found.id(), id, terminalId)))
                .chain(found -> {
                    LocalDate until = Objects.requireNonNullElseGet(days.to(), () -> found.dayOf(Instant.now()));
                    LocalDate since = Objects.requireNonNullElse(days.from(), until);
                    Fields span = new Fields();
                    span.dayWithin("from", since, until.minusDays(MOST_DAYS - 1), until);
                    span.refuseFaults();
                    return store.numbers(found, id, terminalId, since, until).map(numbers -> page(numbers, page));
                });
    }

    private static Page<DayEnd.Gap> page(List<String> numbers, Page.Request page) {
        List<DayEnd.Gap> gaps = page.after() == null ? Tally.gaps(numbers) : Tally.gapsBehind(page.after(), numbers);
        List<DayEnd.Gap> rows = gaps.subList(0, Math.min(gaps.size(), page.rows()));
        return Page.of(page, rows, DayEnd.Gap::before);
    }
}
