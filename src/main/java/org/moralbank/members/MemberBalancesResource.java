package org.moralbank.members;

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
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
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
import org.moralbank.ledger.Balances;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.History;
import org.moralbank.ledger.LedgerReads;
import org.moralbank.ledger.PassbookLine;
import org.moralbank.ledger.StatementLine;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Moments;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** What a member has and how it came so, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/members/{memberId}")
@Tag(name = "members", description = "Who takes part.")
public class MemberBalancesResource {
    private static final Set<Chart> CHARTS = EnumSet.of(Chart.MEMBER_TIME, Chart.MEMBER_POINTS);

    private final Books books;
    private final LedgerReads reads;
    private final MemberStore members;

    MemberBalancesResource(Books books, LedgerReads reads, MemberStore members) {
        this.books = books;
        this.reads = reads;
        this.members = members;
    }

    /** The schema of a page of a statement. */
    @Schema(name = "MemberStatement")
    record MemberStatement(
            List<StatementLine> items,
            @Schema(nullable = true) String next) {}

    /** The schema of a page of a passbook. */
    @Schema(name = "Passbook")
    record Passbook(
            List<PassbookLine> items,
            @Schema(nullable = true) String next) {}

    @GET
    @Path("/balances")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getMemberBalances", summary = "Shows what a member has", description = """
                    Per unit and per lot: now, with what is held and what can be spent today; asOf a moment, of the entries
                    posted by then, which stays the same whenever it is asked again, unless the book was empty and is
                    imported since; on a business day, of the entries that happened up to it. asOf and on together: of those
                    posted by then, those that happened by that day. The answer tells the last entry that was counted. Changes
                    nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The balances; empty when the member never had any",
            content = @Content(schema = @Schema(implementation = Balances.class)))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<Balances> balances(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String memberId,
            @RestQuery
                    @Parameter(
                            description = "A moment that is past: of the entries posted by then",
                            example = "2025-06-30T16:00:00Z",
                            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
                    @Nullable
                    String asOf,
            @RestQuery
                    @Parameter(
                            description = "A day that has begun: of the entries that happened up to it",
                            example = "2025-06-30",
                            schema = @Schema(type = SchemaType.STRING, format = "date"))
                    @Nullable
                    String on) {
        Fields fields = new Fields();
        Instant asked = fields.optionalMoment("asOf", asOf);
        LocalDate day = fields.optionalDay("on", on);
        fields.refuseFaults();
        // Posting times have microseconds, and so has the answer.
        Instant moment = asked == null ? null : Moments.kept(asked);
        return books.of(Call.of(http), book).chain(found -> {
            if (day != null && day.isAfter(found.dayOf(Instant.now()))) {
                throw ProtocolRejection.Invalid.field("on", "future").refused();
            }
            return reads.balances(found, memberId, CHARTS, moment, day)
                    .chain(read -> known(found, memberId, read, read.totals().isEmpty()));
        });
    }

    @GET
    @Path("/statement")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getMemberStatement",
            summary = "Shows the history of a member's accounts",
            description = """
                    The postings of all his lots and shortfalls, the oldest or the newest first, each with its account and
                    the balance of that account after it. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "A page of the statement",
            content = @Content(schema = @Schema(implementation = MemberStatement.class)))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<Page<StatementLine>> statement(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String memberId,
            @BeanParam History.Query query) {
        History history = query.checked();
        return books.of(Call.of(http), book)
                .chain(found -> reads.statement(found, memberId, CHARTS, history)
                        .chain(read -> known(found, memberId, read, read.items().isEmpty())));
    }

    @GET
    @Path("/passbook")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getPassbook", summary = "Shows a member's passbook", description = """
                    A line per entry, the oldest or the newest first: what it brought or took, lots together, and all that
                    the member then had of the unit. What a member owes is not in it. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "A page of the passbook",
            content = @Content(schema = @Schema(implementation = Passbook.class)))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<Page<PassbookLine>> passbook(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String memberId,
            @BeanParam History.Query query) {
        History history = query.checked();
        return books.of(Call.of(http), book)
                .chain(found -> reads.passbook(found, memberId, CHARTS, history)
                        .chain(read -> known(found, memberId, read, read.items().isEmpty())));
    }

    /** Nothing to tell, or nobody to tell of: only then is a second look needed. */
    private <T> Uni<T> known(BookHandle book, String memberId, T read, boolean isEmpty) {
        return !isEmpty
                ? Uni.createFrom().item(read)
                : members.member(book.id(), memberId).map(known -> {
                    if (known.isEmpty()) {
                        throw new ProtocolRejection.NotFound("member").refused();
                    }
                    return read;
                });
    }
}
