package org.moralbank.audit;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Role;
import org.moralbank.ledger.Books;

/** How a book stands with its self-audits, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/self-audit")
@Tag(name = "audit", description = "The books, looked at by themselves and by auditors.")
public class SelfAuditResource {
    private final Books books;
    private final SelfAuditStore store;

    SelfAuditResource(Books books, SelfAuditStore store) {
        this.books = books;
        this.store = store;
    }

    /** A check, as it is told. */
    @Schema(name = "SelfAuditCheck")
    record CheckView(
            @Schema(examples = "ENTRY_SUMS_TO_ZERO") Check check,

            @Schema(description = "Its number in the list of invariants; missing for what is sealed", examples = "1")
            @Nullable
            Integer invariant,

            @Schema(description = "Whether full self-audits alone have it")
            boolean fullOnly) {
        static CheckView of(Check check) {
            return new CheckView(check, check.invariant(), check.over() == Check.Over.BOOK_IN_FULL);
        }
    }

    /** How a book stands. */
    @Schema(name = "SelfAuditStanding", description = "How a book stands with its self-audits.")
    record StandingView(
            @Schema(
                    description = "Entries up to this one were found whole; the next incremental one begins behind it",
                    examples = "782")
            long wholeThroughEntry,

            @Schema(description = "The one that waits or runs") @Nullable
            SelfAuditView underWay,

            @Schema(description = "The last that ended") @Nullable
            SelfAuditView last,

            @Schema(description = "The last full one that ended") @Nullable
            SelfAuditView lastFull,

            @Schema(description = "All checks") List<CheckView> checks) {
        static StandingView of(List<SelfAudit> some) {
            SelfAudit.Ended last = last(some, any -> true);
            long whole = 0;
            if (last != null) {
                whole = last.status() == SelfAudit.Status.WHOLE
                        ? last.outcome().through()
                        : last.order().after();
            }
            return new StandingView(
                    whole,
                    some.stream()
                            .filter(audit -> !(audit instanceof SelfAudit.Ended))
                            .map(SelfAuditView::of)
                            .findFirst()
                            .orElse(null),
                    shown(last),
                    shown(last(some, ended -> ended.order().extent() == SelfAudit.Extent.FULL)),
                    Arrays.stream(Check.values()).map(CheckView::of).toList());
        }

        private static @Nullable SelfAuditView shown(SelfAudit.@Nullable Ended ended) {
            return ended == null ? null : SelfAuditView.of(ended);
        }

        private static SelfAudit.@Nullable Ended last(List<SelfAudit> some, Predicate<SelfAudit.Ended> which) {
            return some.stream()
                    .filter(SelfAudit.Ended.class::isInstance)
                    .map(SelfAudit.Ended.class::cast)
                    .filter(which)
                    .max(Comparator.comparing(SelfAudit.Ended::endedAt))
                    .orElse(null);
        }
    }

    @GET
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getSelfAudit",
            summary = "Tells how a book stands with its self-audits",
            description = """
                    The last that ended, the last full one, the one under way, how far the book was found whole, and all
                    checks. A book is gone through every night. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "How it stands",
            content = @Content(schema = @Schema(implementation = StandingView.class)))
    public Uni<StandingView> standing(@Context RoutingContext http, @RestPath String book) {
        return books.of(Call.of(http), book).chain(store::standing).map(StandingView::of);
    }
}
