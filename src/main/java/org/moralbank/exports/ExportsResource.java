package org.moralbank.exports;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.platform.AcceptEncoding;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Language;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Exports over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/exports")
@Tag(name = "audit", description = "What auditors take home and check.")
public class ExportsResource {
    private static final LocalDate FIRST_DAY = LocalDate.of(1990, 1, 1);
    private static final LocalDate LAST_DAY = LocalDate.of(9998, 12, 31);
    private static final long LARGEST_SEQ = 1_000_000_000_000L;

    private final Books books;
    private final Exports exports;
    private final ExportStore store;
    private final long mostBytes;

    ExportsResource(Books books, Exports exports, ExportStore store, ExportsConfig config) {
        this.books = books;
        this.exports = exports;
        this.store = store;
        this.mostBytes = config.mostBytesOfABook().asLongValue();
    }

    /** The body of an export. */
    @Schema(name = "NewExport")
    record NewExport(
            @Schema(
                    description = "The first entry; 1 when it is missing",
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "1")
            @Nullable
            Long firstSeq,

            @Schema(
                    description = "The last entry; the book's last when neither it nor asOf is given",
                    minimum = "1",
                    maximum = "1000000000000",
                    examples = "782")
            @Nullable
            Long lastSeq,

            @Schema(description = "Only entries that happened on this day or later", examples = "2025-01-01") @Nullable
            LocalDate from,

            @Schema(description = "Only entries that happened on this day or before", examples = "2025-06-30") @Nullable
            LocalDate to,

            @Schema(
                    description = "Entries posted by this moment, which is over; in place of lastSeq",
                    type = SchemaType.STRING,
                    format = "date-time",
                    examples = "2025-07-01T00:00:00Z")
            @Nullable
            String asOf,

            @Schema(description = "All when it is missing", minItems = 1) @Nullable
            List<PackFile.@Nullable Content> contents,

            @Schema(description = "JSONL, CSV, HLEDGER and BEANCOUNT when it is missing", minItems = 1) @Nullable
            List<PackFile.@Nullable Format> formats,

            @Schema(
                    description =
                            "Of the headings in tables; EN, where they are named as in the API, when it is missing")
            @Nullable
            Language language,

            @Schema(
                    description =
                            "Whether CSV files begin with a byte order mark, as Excel wants it; false when missing")
            @Nullable
            Boolean byteOrderMark) {
        private static final Set<PackFile.Format> USUAL = EnumSet.of(
                PackFile.Format.JSONL, PackFile.Format.CSV, PackFile.Format.HLEDGER, PackFile.Format.BEANCOUNT);

        Exports.NewExport checked() {
            Fields fields = new Fields();
            Long first = firstSeq == null ? null : (Long) fields.number("firstSeq", firstSeq, 1, LARGEST_SEQ);
            Long last = lastSeq == null ? null : (Long) fields.number("lastSeq", lastSeq, 1, LARGEST_SEQ);
            fields.inOrder("firstSeq", first, last);
            if (last != null && asOf != null) {
                fields.fault("asOf", "seq-or-moment");
            }
            day(fields, "from", from);
            day(fields, "to", to);
            fields.inOrder("from", from, to);
            Set<PackFile.Content> what = set(fields, "contents", contents, PackFile.Content.class);
            Set<PackFile.Format> how = formats == null ? USUAL : set(fields, "formats", formats, PackFile.Format.class);
            Exports.NewExport export = new Exports.NewExport(
                    first,
                    last,
                    from,
                    to,
                    fields.optionalMoment("asOf", asOf),
                    what,
                    how,
                    Objects.requireNonNullElse(language, Language.EN),
                    Boolean.TRUE.equals(byteOrderMark));
            fields.refuseFaults();
            if (PackFile.of(what, how).isEmpty()) {
                fields.fault("formats", "no-file");
            }
            fields.refuseFaults();
            return export;
        }

        private static void day(Fields fields, String field, @Nullable LocalDate day) {
            if (day != null) {
                fields.dayWithin(field, day, FIRST_DAY, LAST_DAY);
            }
        }

        /** In the order of the type, each once; all when there is no list. */
        private static <E extends Enum<E>> Set<E> set(
                Fields fields, String field, @Nullable List<@Nullable E> names, Class<E> type) {
            if (names == null) {
                return EnumSet.allOf(type);
            }
            Set<E> set = EnumSet.noneOf(type);
            for (int i = 0; i < names.size(); i++) {
                E name = names.get(i);
                if (name == null) {
                    fields.fault(field + "[" + i + "]", "required");
                } else {
                    set.add(name);
                }
            }
            if (names.isEmpty()) {
                fields.fault(field, "required");
            }
            return set;
        }
    }

    @POST
    @Allowed({Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "makeExport", summary = "Asks for an export of a book", description = """
                    A job makes the files beside the books, which do not wait for it; ask for the export until its status is
                    DONE, then take the pack. Where it ends is resolved now: the same numbers, days and formats give the
                    same files at any later time, also when entries were posted since, back-dated ones too. What persons
                    wrote, and every name, is left out; closed accounts are in. A pack with the JOURNAL as JSONL, which is
                    entries.jsonl, can be verified offline, and without it none can: the verifier holds accounts.jsonl and
                    trial-balance.csv against it and names the other files as not proven. A pack of business days cannot show
                    that none is missing. An export that makes no file at five attempts is given up as FAILED, and so is one
                    with which those of the book would come to more bytes than may be kept (export-too-large): what was made
                    of it goes, and the others stay. Changes nothing of the book.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewExport.class),
                            examples = {
                                @ExampleObject(
                                        name = "all of a book, to verify",
                                        value = "{\"formats\": [\"JSONL\", \"CSV\"]}"),
                                @ExampleObject(name = "half a year for a spreadsheet", value = """
                                                    {"from":"2025-01-01","to":"2025-06-30","contents":["JOURNAL","STATEMENTS"],
                                                     "formats":["CSV","XLSX"],"language":"ZH","byteOrderMark":true}
                                                    """)
                            }))
    @APIResponse(
            responseCode = "201",
            description = "Asked for",
            content = @Content(schema = @Schema(implementation = ExportView.class)))
    @Extension(name = "x-problem-codes", value = "seq-not-reached too-many-exports")
    public Uni<Response> make(@Context RoutingContext http, @RestPath String book, NewExport body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> exports.make(call.ask(found.id()), call.client(), found, body.checked()))
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listExports",
            summary = "Lists the exports of a book",
            description = "The newest first, without their files. Changes nothing.")
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<ExportView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(schema = @Schema(implementation = Export.Status.class)) @RestQuery @Nullable String status,
            @Parameter(description = "Only those ordered on this day or later", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String from,
            @Parameter(description = "Only those ordered on this day or before", schema = @Schema(format = "date"))
                    @RestQuery
                    @Nullable
                    String to,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        Export.Status ofStatus = fields.optionalName("status", status, Export.Status.class);
        DayRange ordered = fields.optionalDays(from, to);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        page.afterId();
        return books.of(Call.of(http), book)
                .chain(found -> store.list(found, ofStatus, ordered, page)
                        .map(rows -> Page.of(
                                page,
                                rows.stream()
                                        .map(export -> ExportView.of(found, export, List.of()))
                                        .toList(),
                                export -> export.id().toString())));
    }

    @GET
    @Path("/{id}")
    @Allowed({Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getExport",
            summary = "Shows an export",
            description = "With the files that are whole so far. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The export",
            content = @Content(schema = @Schema(implementation = ExportView.class)))
    public Uni<ExportView> get(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        return books.of(Call.of(http), book)
                .chain(found -> known(found, id)
                        .chain(export -> store.files(found.id(), export.id())
                                .map(files -> ExportView.of(found, export, files))));
    }

    @DELETE
    @Path("/{id}")
    @Allowed({Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "deleteExport", summary = "Deletes an export", description = """
                    With its files; one that is being made is stopped. The book is not changed: the same export can be asked
                    for again. One that is gone already is 404.
                    """)
    @APIResponse(responseCode = "204", description = "Deleted")
    public Uni<Void> delete(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        return books.of(Call.of(http), book)
                .chain(found -> store.delete(found.id(), Exports.id(id)))
                .invoke(deleted -> {
                    if (!deleted) {
                        throw new ProtocolRejection.NotFound("export").refused();
                    }
                })
                .replaceWithVoid();
    }

    @GET
    @Path("/{id}/pack")
    @Produces("application/zip")
    @Allowed({Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getExportPack", summary = "Gives the pack of an export", description = """
                    One zip of the manifest and all files. While the service runs on the same Java, the same export is the same
                    zip; its files are the same for ever, whatever packs them. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The pack",
            content =
                    @Content(
                            mediaType = "application/zip",
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @Extension(name = "x-problem-codes", value = "export-too-large export-not-done")
    public Multi<Buffer> pack(@Context RoutingContext http, @RestPath String book, @RestPath String id) {
        return books.of(Call.of(http), book)
                .chain(found -> done(found, id))
                .onItem()
                .transformToMulti(found -> {
                    Selection selection = found.export().selection();
                    named(http, found.book().code() + "-" + selection.firstSeq() + "-" + selection.lastSeq() + ".zip");
                    return new PackBytes(store, found.export()).zip(found.files());
                })
                .onFailure()
                .invoke(() -> breakOff(http));
    }

    @GET
    @Path("/{id}/files/{name}")
    @Produces("application/octet-stream")
    @Allowed({Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getExportFile", summary = "Gives a file of an export", description = """
                    By its name in the manifest, or manifest.json itself, as soon as it is whole. Who accepts gzip is sent it as
                    it is kept, which costs the service the least. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The file",
            content =
                    @Content(
                            mediaType = "application/octet-stream",
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @Extension(name = "x-problem-codes", value = "export-too-large export-not-done")
    public Multi<Buffer> file(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath String id,
            @Parameter(example = "entries.jsonl") @RestPath String name) {
        boolean gzip = AcceptEncoding.gzip(http.request().getHeader("Accept-Encoding"));
        return books.of(Call.of(http), book)
                .chain(found -> file(found, id, name))
                .onItem()
                .transformToMulti(found -> {
                    Export.MadeFile file = found.files().getFirst();
                    named(http, file.name());
                    http.response().putHeader("Vary", "Accept-Encoding");
                    if (gzip) {
                        http.response().putHeader("Content-Encoding", "gzip");
                    }
                    PackBytes bytes = new PackBytes(store, found.export());
                    return gzip ? bytes.gzip(file) : bytes.plain(file);
                })
                .onFailure()
                .invoke(() -> breakOff(http));
    }

    /** Has the answer say what the file is called. */
    private static void named(RoutingContext http, String name) {
        http.response().putHeader("Content-Disposition", "attachment; filename=\"" + name + "\"");
    }

    /** Closes the connection of an answer that has begun and cannot be ended: a part is not taken for the whole. */
    private static void breakOff(RoutingContext http) {
        if (http.response().headWritten()) {
            http.request().connection().close();
        } else {
            // What is told instead is a problem, and no file.
            http.response().headers().remove("Content-Encoding").remove("Content-Disposition");
        }
    }

    /** An export and what is given of it. */
    private record Given(BookHandle book, Export export, List<Export.MadeFile> files) {}

    private Uni<Export> known(BookHandle book, String id) {
        return store.find(book.id(), Exports.id(id))
                .map(found -> found.orElseThrow(() -> new ProtocolRejection.NotFound("export").refused()));
    }

    private Uni<Given> done(BookHandle book, String id) {
        return known(book, id).chain(export -> {
            if (export.status() != Export.Status.DONE) {
                throw notDone(export).refused();
            }
            return store.files(book.id(), export.id()).map(files -> new Given(book, export, files));
        });
    }

    private ExportRejection notDone(Export export) {
        return export.wasTooLarge()
                ? new ExportRejection.TooLarge(mostBytes)
                : new ExportRejection.NotDone(export.status());
    }

    /** A file that is whole; one that is yet to be made is another matter than one that the export does not have. */
    private Uni<Given> file(BookHandle book, String id, String name) {
        return known(book, id)
                .chain(export -> store.files(book.id(), export.id())
                        .map(files -> files.stream()
                                .filter(file -> file.name().equals(name))
                                .findFirst()
                                .map(file -> new Given(book, export, List.of(file)))
                                .orElseThrow(() -> export.willHave(name)
                                        ? notDone(export).refused()
                                        : new ProtocolRejection.NotFound("file").refused())));
    }
}
