package org.moralbank.reports;

import com.fasterxml.jackson.annotation.JsonInclude;
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
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
import org.moralbank.ledger.AccountPath;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.Chart;
import org.moralbank.platform.Fields;
import org.moralbank.platform.LongRead;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.TableFile;

/** The general ledger over HTTP. */
@Path("/v1/books/{book}/general-ledger")
@Tag(name = "audit", description = "What auditors read, check and take home.")
public class GeneralLedgerResource {
    /** Of a cursor: the last entry that is counted, then how far one is. */
    private static final Pattern SEEN =
            Pattern.compile("([0-9]+) (in|through) ([0-9]{1,9}) ([0-9]{1,18}) (-?[0-9]{1,18}) (\\S+)");

    private final Books books;
    private final Scopes scopes;
    private final PeriodFiles files;
    private final GeneralLedgers ledgers;

    GeneralLedgerResource(Books books, Scopes scopes, PeriodFiles files, GeneralLedgers ledgers) {
        this.books = books;
        this.scopes = scopes;
        this.files = files;
        this.ledgers = ledgers;
    }

    /** A page of the general ledger. */
    @Schema(name = "GeneralLedger")
    record View(
            @Schema(description = "The book's code", examples = "BHL")
            String book,

            @Schema(
                    description =
                            "Entries up to this one are counted; the same answer can be had again by it, as toSeq",
                    examples = "782")
            long seq,

            @Nullable Instant asOf,
            @Nullable Long fromSeq,
            @Nullable LocalDate from,
            @Nullable LocalDate on,
            List<GeneralLedger.Line> items,

            @Schema(nullable = true) @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            String next) {}

    /** Which accounts, as the query writes it. */
    static final class Accounts {
        @RestQuery
        @Parameter(description = "Accounts of this code of the chart", example = "2100")
        @Nullable
        String code;

        @RestQuery
        @Parameter(description = "This account, by its id; instead of a code", example = "2100:M-BHL-H0001:MIN")
        @Nullable
        String account;

        ReportStore.Which checked(Fields fields) {
            AccountPath one = account == null ? null : AccountPath.parse(account);
            if (account != null && one == null) {
                fields.fault("account", "account");
            } else if (account != null && code != null) {
                fields.fault("account", "code-or-account");
            }
            if (code != null && Chart.find(code) == null) {
                fields.fault("code", "chart");
            }
            return new ReportStore.Which(code, one);
        }
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @LongRead
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getGeneralLedger", summary = "Shows the general ledger of a book", description = """
                    Account by account in order of the chart, closed ones too: a line OPENING, a line POSTING for each posting
                    of the period in the order in which they were posted, with the balance after it, and a line CLOSING. Of
                    all accounts, of those of a code, or of one. asOf a moment, or toSeq an entry: of the entries posted by
                    then, the same whenever it is asked again, unless the book was empty and is imported since; on a business
                    day: of those that happened up to it. The period begins with fromSeq an entry or from a day, or with the
                    book. Balances are of what is counted. An account that nothing was posted to has no line. Further pages
                    are of the same entries as the first. Changes nothing.

                    As text/csv (RFC 4180) and as a spreadsheet the answer is all lines without pages.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "A page of the general ledger, or all of it as a file",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = View.class)),
                @Content(mediaType = "text/csv", schema = @Schema(implementation = String.class)),
                @Content(
                        mediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                        schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @Extension(name = "x-problem-codes", value = "not-found range-too-large database-unavailable")
    public Uni<View> get(
            @Context RoutingContext http,
            @RestPath String book,
            @BeanParam PeriodQuery query,
            @BeanParam Accounts accounts,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        ReportStore.Which which = accounts.checked(fields);
        Scopes.Asked asked = query.checked(fields).scope();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book).chain(found -> page(found, asked, which, page));
    }

    private Uni<View> page(BookHandle book, Scopes.Asked asked, ReportStore.Which which, Page.Request request) {
        String seen = request.after();
        if (seen == null) {
            return scopes.resolve(book, asked)
                    .chain(scope -> page(book, asked, scope, which, request, GeneralLedger.Position.BEGINNING));
        }
        Matcher cursor = SEEN.matcher(seen);
        AccountPath account = cursor.matches() ? AccountPath.parse(cursor.group(6)) : null;
        if (account == null) {
            throw ProtocolRejection.Invalid.field("after", "cursor").refused();
        }
        GeneralLedger.Position position = new GeneralLedger.Position(
                account,
                Integer.parseInt(cursor.group(3)),
                cursor.group(2).equals("in"),
                Long.parseLong(cursor.group(4)),
                Long.parseLong(cursor.group(5)));
        return scopes.resolve(book, asked, cursor.group(1))
                .chain(scope -> page(book, asked, scope, which, request, position));
    }

    private Uni<View> page(
            BookHandle book,
            Scopes.Asked asked,
            Scope scope,
            ReportStore.Which which,
            Page.Request request,
            GeneralLedger.Position position) {
        return ledgers.lines(book, scope, which, position, request.rows()).map(lines -> {
            Page<GeneralLedger.Read> page = Page.of(request, lines, read -> cursor(scope, read.behind()));
            return new View(
                    book.code(),
                    scope.lastSeq(),
                    asked.asOf(),
                    scope.firstSeq(),
                    scope.from(),
                    scope.on(),
                    page.items().stream().map(GeneralLedger.Read::line).toList(),
                    page.next());
        });
    }

    private static String cursor(Scope scope, GeneralLedger.Position behind) {
        return scope.lastSeq() + (behind.isInside() ? " in " : " through ") + behind.accountId() + " " + behind.seq()
                + " " + behind.balance() + " " + Objects.requireNonNull(behind.account());
    }

    @GET
    @Produces("text/csv")
    @LongRead
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(hidden = true)
    public Multi<Buffer> csv(
            @Context RoutingContext http,
            @RestPath String book,
            @BeanParam PeriodQuery query,
            @BeanParam Accounts accounts) {
        return file(http, book, query, accounts, TableFile.Format.CSV);
    }

    @GET
    @Produces("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    @LongRead
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(hidden = true)
    public Multi<Buffer> xlsx(
            @Context RoutingContext http,
            @RestPath String book,
            @BeanParam PeriodQuery query,
            @BeanParam Accounts accounts) {
        return file(http, book, query, accounts, TableFile.Format.XLSX);
    }

    private Multi<Buffer> file(
            RoutingContext http, String book, PeriodQuery query, Accounts accounts, TableFile.Format format) {
        Fields fields = new Fields();
        ReportStore.Which which = accounts.checked(fields);
        return files.of(
                http,
                book,
                query.checked(fields),
                "general-ledger",
                format,
                (found, scope, file, headings) -> ledgers.file(found, scope, which, file, headings));
    }
}
