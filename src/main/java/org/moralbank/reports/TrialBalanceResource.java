package org.moralbank.reports;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Role;
import org.moralbank.ledger.AccountPath;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.platform.Fields;
import org.moralbank.platform.LongRead;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.TableFile;

/** The trial balance over HTTP. */
@Path("/v1/books/{book}/trial-balance")
@Tag(name = "audit", description = "What auditors read, check and take home.")
public class TrialBalanceResource {
    private final Books books;
    private final Scopes scopes;
    private final PeriodFiles files;
    private final TrialBalances balances;

    TrialBalanceResource(Books books, Scopes scopes, PeriodFiles files, TrialBalances balances) {
        this.books = books;
        this.scopes = scopes;
        this.files = files;
        this.balances = balances;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @LongRead
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getTrialBalance", summary = "Shows the trial balance of a book", description = """
                    What every account has, in order of the chart; with the first page also what each code comes to, and
                    the proof: per unit, all balances sum to zero. asOf a moment, or toSeq an entry: of the entries posted
                    by then, the same whenever it is asked again, unless the book was empty and is imported since; on a
                    business day: of those that happened up to it. With from a day or fromSeq an entry there is a period:
                    opening, debits, credits and closing; without one only the closing. Further pages are of the same entries
                    as the first. Changes nothing.

                    As text/csv (RFC 4180) and as a spreadsheet the answer is all accounts without pages: rows ACCOUNT, after
                    those of a code a row CODE, in the end a row TOTAL per unit.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "A page of the trial balance, or all of it as a file",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = TrialBalance.class)),
                @Content(mediaType = "text/csv", schema = @Schema(implementation = String.class)),
                @Content(
                        mediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                        schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @Extension(name = "x-problem-codes", value = "not-found range-too-large database-unavailable")
    public Uni<TrialBalance> get(
            @Context RoutingContext http,
            @RestPath String book,
            @BeanParam PeriodQuery query,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Scopes.Asked asked = query.checked(new Fields()).scope();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book).chain(found -> page(found, asked, page));
    }

    private Uni<TrialBalance> page(BookHandle book, Scopes.Asked asked, Page.Request page) {
        String seen = page.after();
        if (seen == null) {
            return scopes.resolve(book, asked)
                    .chain(scope -> balances.subtotals(book, scope)
                            .chain(codes -> page(book, asked, scope, page, null, codes)));
        }
        // Of the entries of the first page, and behind the account that it showed last.
        int space = seen.indexOf(' ');
        AccountPath last = space < 0 ? null : AccountPath.parse(seen.substring(space + 1));
        if (last == null) {
            throw ProtocolRejection.Invalid.field("after", "cursor").refused();
        }
        return scopes.resolve(book, asked, seen.substring(0, space))
                .chain(scope -> page(book, asked, scope, page, last, null));
    }

    private Uni<TrialBalance> page(
            BookHandle book,
            Scopes.Asked asked,
            Scope scope,
            Page.Request request,
            @Nullable AccountPath after,
            @Nullable List<TrialBalance.Row.Code> codes) {
        boolean hasPeriod = scope.hasPeriod();
        return balances.lines(book, scope, after, request.rows()).map(lines -> {
            Page<TrialBalance.Line> page = Page.of(request, lines, line -> scope.lastSeq() + " " + line.account());
            return new TrialBalance(
                    book.code(),
                    scope.lastSeq(),
                    asked.asOf(),
                    scope.firstSeq(),
                    scope.from(),
                    scope.on(),
                    codes == null
                            ? null
                            : TrialBalance.totals(codes).stream()
                                    .map(total -> TrialBalance.Proof.of(total, hasPeriod))
                                    .toList(),
                    codes == null
                            ? null
                            : codes.stream()
                                    .map(code -> TrialBalance.Subtotal.of(code, hasPeriod))
                                    .toList(),
                    page.items().stream()
                            .map(line -> TrialBalance.AccountLine.of(line, hasPeriod))
                            .toList(),
                    page.next());
        });
    }

    @GET
    @Produces("text/csv")
    @LongRead
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(hidden = true)
    public Multi<Buffer> csv(@Context RoutingContext http, @RestPath String book, @BeanParam PeriodQuery query) {
        return file(http, book, query, TableFile.Format.CSV);
    }

    @GET
    @Produces("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    @LongRead
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(hidden = true)
    public Multi<Buffer> xlsx(@Context RoutingContext http, @RestPath String book, @BeanParam PeriodQuery query) {
        return file(http, book, query, TableFile.Format.XLSX);
    }

    private Multi<Buffer> file(RoutingContext http, String book, PeriodQuery query, TableFile.Format format) {
        return files.of(http, book, query.checked(new Fields()), "trial-balance", format, balances::file);
    }
}
