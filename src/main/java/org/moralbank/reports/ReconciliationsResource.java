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
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
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
import org.moralbank.platform.Fields;
import org.moralbank.platform.LongRead;
import org.moralbank.platform.TableFile;

/** Reconciliations over HTTP. */
@Path("/v1/books/{book}/reconciliations")
@Tag(name = "audit", description = "What auditors read, check and take home.")
public class ReconciliationsResource {
    private final Books books;
    private final Reconciliations reconciliations;

    ReconciliationsResource(Books books, Reconciliations reconciliations) {
        this.books = books;
        this.reconciliations = reconciliations;
    }

    /** The reconciliations of a book. */
    @Schema(name = "Reconciliations")
    record View(
            @Schema(description = "The book's code", examples = "BHL")
            String book,

            @Schema(description = "Entries up to this one are counted", examples = "782")
            long seq,

            @Nullable Instant asOf,
            @Nullable LocalDate on,

            @Schema(description = "Whether nothing differs", examples = "true")
            boolean agrees,

            List<Reconciliation> items) {}

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @LongRead
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getReconciliations",
            summary = "Holds the sub-ledgers of a book against its accounts",
            description = """
                    Each with its two figures per unit, by the accounts and by the records beside them, the difference, and
                    the first subjects that differ: balances against postings, holds, what merchants are owed, settlement
                    batches, lots, clearing with other books, earnings and service records. What was imported with the book
                    counts on both sides: its records are where it was kept. What has nothing to compare is not in the
                    answer. asOf a moment, or toSeq an entry: of the entries posted by then; on a business day: of
                    those that happened up to it. What is held is known of now only, so that HOLDS is not told of the past;
                    what an account says it has is recorded by entries, so that BALANCES is not told of a business day.
                    Changes nothing. As text/csv (RFC 4180) and as a spreadsheet a row for each, and below it one for each
                    subject that differs.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The reconciliations",
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
            @BeanParam ReportQuery query,
            @RestQuery
                    @Parameter(
                            description = "Only this one",
                            schema = @Schema(implementation = Reconciliation.Name.class))
                    @Nullable
                    String name) {
        Fields fields = new Fields();
        Reconciliation.Name one = fields.optionalName("name", name, Reconciliation.Name.class);
        Scopes.Asked asked = query.checked(fields).scope();
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> reconciliations
                        .of(found, asked, one, call.language())
                        .map(read -> new View(
                                found.code(),
                                read.seq(),
                                asked.asOf(),
                                asked.on(),
                                read.reconciliations().stream().allMatch(each -> each.differing() == 0),
                                read.reconciliations())));
    }

    @GET
    @Produces("text/csv")
    @LongRead
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(hidden = true)
    public Multi<Buffer> csv(
            @Context RoutingContext http,
            @RestPath String book,
            @BeanParam ReportQuery query,
            @RestQuery @Nullable String name) {
        return file(http, book, query, name, TableFile.Format.CSV);
    }

    @GET
    @Produces("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    @LongRead
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(hidden = true)
    public Multi<Buffer> xlsx(
            @Context RoutingContext http,
            @RestPath String book,
            @BeanParam ReportQuery query,
            @RestQuery @Nullable String name) {
        return file(http, book, query, name, TableFile.Format.XLSX);
    }

    private Multi<Buffer> file(
            RoutingContext http, String book, ReportQuery query, @Nullable String name, TableFile.Format format) {
        Fields fields = new Fields();
        Reconciliation.Name one = fields.optionalName("name", name, Reconciliation.Name.class);
        ReportQuery.Checked asked = query.checked(fields);
        ReportQuery.Form form = asked.form();
        Call call = Call.of(http);
        return books.of(call, book)
                .onItem()
                .transformToMulti(found -> reconciliations
                        .of(found, asked.scope(), one, call.language())
                        .onItem()
                        .transformToMulti(read -> {
                            form.name(http, found, "reconciliations", read.seq(), format);
                            return Reconciliations.file(
                                    read, form.begin(format, "reconciliations"), form.headings(call.language()));
                        }));
    }
}
