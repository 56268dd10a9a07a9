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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.platform.Fields;
import org.moralbank.platform.LongRead;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.TableFile;

/** The journal over HTTP. */
@Path("/v1/books/{book}/journal")
@Tag(name = "audit", description = "What auditors read, check and take home.")
public class JournalResource {
    /** Of a cursor: the last entry that is counted, the entry and the line that were shown last. */
    private static final Pattern SEEN = Pattern.compile("([0-9]+) ([0-9]{1,18}) ([0-9]{1,9})");

    private final Books books;
    private final Scopes scopes;
    private final PeriodFiles files;
    private final Journals journals;

    JournalResource(Books books, Scopes scopes, PeriodFiles files, Journals journals) {
        this.books = books;
        this.scopes = scopes;
        this.files = files;
        this.journals = journals;
    }

    /** A page of the journal. */
    @Schema(name = "Journal")
    record Journal(
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
            List<JournalLine> items,

            @Schema(nullable = true) @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            String next) {}

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @LongRead
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getJournal", summary = "Shows the journal of a book", description = """
                    Every entry by its lines, in the order in which they were posted, as they were sealed. asOf a moment, or
                    toSeq an entry: those posted by then, the same whenever it is asked again, unless the book was empty and
                    is imported since; fromSeq an entry; from a business day, on a business day: those that happened then.
                    Further pages are of the same entries as the first. What persons wrote is not in it. Changes nothing.

                    As text/csv (RFC 4180) and as a spreadsheet the answer is all lines without pages.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "A page of the journal, or all of it as a file",
            content = {
                @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(implementation = Journal.class)),
                @Content(mediaType = "text/csv", schema = @Schema(implementation = String.class)),
                @Content(
                        mediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                        schema = @Schema(type = SchemaType.STRING, format = "binary"))
            })
    @Extension(name = "x-problem-codes", value = "not-found range-too-large database-unavailable")
    public Uni<Journal> get(
            @Context RoutingContext http,
            @RestPath String book,
            @BeanParam PeriodQuery query,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Scopes.Asked asked = query.checked(new Fields()).scope();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book).chain(found -> page(found, asked, page));
    }

    private Uni<Journal> page(BookHandle book, Scopes.Asked asked, Page.Request request) {
        String seen = request.after();
        if (seen == null) {
            return scopes.resolve(book, asked).chain(scope -> page(book, asked, scope, request, 0, 0));
        }
        Matcher cursor = SEEN.matcher(seen);
        if (!cursor.matches()) {
            throw ProtocolRejection.Invalid.field("after", "cursor").refused();
        }
        return scopes.resolve(book, asked, cursor.group(1))
                .chain(scope -> page(
                        book,
                        asked,
                        scope,
                        request,
                        Long.parseLong(cursor.group(2)),
                        Integer.parseInt(cursor.group(3))));
    }

    private Uni<Journal> page(
            BookHandle book, Scopes.Asked asked, Scope scope, Page.Request request, long seq, int line) {
        return journals.lines(book, scope, seq, line, request.rows()).map(lines -> {
            Page<JournalLine> page =
                    Page.of(request, lines, one -> scope.lastSeq() + " " + one.seq() + " " + one.line());
            return new Journal(
                    book.code(),
                    scope.lastSeq(),
                    asked.asOf(),
                    scope.firstSeq(),
                    scope.from(),
                    scope.on(),
                    page.items(),
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
        return files.of(http, book, query.checked(new Fields()), "journal", format, journals::file);
    }
}
