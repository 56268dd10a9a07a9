package org.moralbank.imports;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import org.eclipse.microprofile.config.inject.ConfigProperty;
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
import org.moralbank.commits.Ask;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Imports over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/imports")
@Tag(name = "books", description = "Books and the organisation that keeps them.")
public class ImportsResource {
    private static final long MOST_ENTRIES = 1_000_000_000_000L;

    private static final java.nio.file.Path FOLDER = java.nio.file.Path.of(System.getProperty("java.io.tmpdir"));

    private final Books books;
    private final Imports imports;
    private final ImportStore store;
    private final long largest;
    private final Semaphore receiving = new Semaphore(1);

    ImportsResource(
            Books books,
            Imports imports,
            ImportStore store,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize largest) {
        this.books = books;
        this.imports = imports;
        this.store = store;
        this.largest = largest.asLongValue();
    }

    @POST
    @Blocking
    @Allowed(Role.OPERATOR)
    @Operation(operationId = "importBook", summary = "Takes the export of a book into an empty one", description = """
                    For a community that moves to this installation: the book is opened here under its code, and gets the
                    entries that it had there, with their numbers, times, hashes and balances; the next entry follows them.
                    The export is the whole book, from entry 1 on. It is verified as an auditor would, then posted anew in
                    memory, then written in one transaction: what does not hold is told by line and entry, and nothing is
                    kept. Meanwhile other operations of the book answer 503 book-busy. Members, teams and merchants that
                    accounts name are registered, active, with nothing but their ids; those who are there stay as they are,
                    and the accounts of a member are as frozen or closed as he is. Somebody who is a member there and a team
                    here, or the other way round, is refused (id-taken), and so is a member who has left here and has
                    something there, or owes it (member-closed). A merchant that is closed here is settled as ever.

                    A zip says how many entries it has. Bare lines do not: a file that was cut behind a line is a shorter
                    book, which holds, and the book is not empty any more then. Say with `entries` how many there are to be,
                    or compare the root of the answer with the one there before anything is posted here.

                    The feed has the entries as events;
                    webhooks are sent what is posted behind them. What is not in the books does not
                    come along: holds, budgets, service records, redemptions, settlements, statuses, and what persons wrote. A
                    budget that was set here before bounds what is imported (limit-exceeded).
                    A book that is not empty is told at once, before the export is read, unless the key was used before.
                    A process takes one import at a time; a second, of any book, is answered 429 overloaded before it is read.
                    """)
    @RequestBody(
            required = true,
            description =
                    "An export as a zip, or the lines of its entries.jsonl alone, which do not show whether the last of them"
                            + " are missing (see `entries`). It may be larger than other bodies"
                            + " (4 GiB unless set otherwise) and is not held in memory.",
            content = {
                @Content(
                        mediaType = "application/zip",
                        schema = @Schema(type = SchemaType.STRING, format = "binary"),
                        examples = @ExampleObject(name = "an export", value = "(the bytes of the zip)")),
                @Content(
                        mediaType = "application/jsonl",
                        schema = @Schema(type = SchemaType.STRING, format = "binary"),
                        examples =
                                @ExampleObject(
                                        name = "entries",
                                        value = "(the sealed entries, one a line, in order of seq)"))
            })
    @APIResponse(
            responseCode = "201",
            description = "Imported",
            content = @Content(schema = @Schema(implementation = ImportView.class)))
    @Extension(
            name = "x-problem-codes",
            value = "book-not-empty export-of-another-book export-is-a-part export-does-not-hold id-taken member-closed"
                    + " limit-exceeded book-busy book-closed")
    public Uni<Response> take(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(
                            description =
                                    "How many entries the export has to have, 1 or more; more or fewer are refused"
                                            + " (export-does-not-hold)",
                            schema = @Schema(type = SchemaType.INTEGER, format = "int64", minimum = "1"),
                            example = "782")
                    @RestQuery
                    @Nullable
                    String entries,
            InputStream body)
            throws IOException {
        Call call = Call.of(http);
        Long said = number(entries);
        BookHandle found = books.of(call, book).await().indefinitely();
        // What can be refused by the head alone is, before the body is read.
        Ask head = call.ask(found.id());
        Upload.Form form =
                Upload.Form.of(Objects.requireNonNullElse(http.request().getHeader("Content-Type"), ""));
        imports.refuseWhatCannotBeTaken(head, found).await().indefinitely();
        if (!receiving.tryAcquire()) {
            throw new ProtocolRejection.Plain("overloaded").refused();
        }
        Upload received = null;
        boolean isBeingTaken = false;
        try {
            Upload upload = Upload.receive(body, form, largest, FOLDER);
            received = upload;
            Ask ask = call.ask(found.id(), upload.sha256());
            Uni<Response> taken = imports.take(ask, found, call.client(), upload, said)
                    .eventually(() -> end(upload))
                    // A client that goes away does not end the import, which reads the file until it is done.
                    .memoize()
                    .indefinitely()
                    .map(Responses::of);
            isBeingTaken = true;
            return taken;
        } finally {
            if (!isBeingTaken) {
                if (received != null) {
                    received.delete();
                }
                receiving.release();
            }
        }
    }

    private static @Nullable Long number(@Nullable String entries) {
        if (entries == null) {
            return null;
        }
        Fields fields = new Fields();
        long number = entries.matches("[0-9]{1,15}") ? Long.parseLong(entries) : 0;
        fields.number("entries", number, 1, MOST_ENTRIES);
        fields.refuseFaults();
        return number;
    }

    private void end(Upload upload) {
        upload.delete();
        receiving.release();
    }

    /** Whether there is an upload: the room for temporary files is measured for one. */
    boolean isReceiving() {
        return receiving.availablePermits() == 0;
    }

    @GET
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "listImports", summary = "Lists what was imported into a book", description = """
                    One import or none: only an empty book can be imported into. Entries up to its last were posted in
                    another installation; what else was kept there about them is not here. Changes nothing.
                    """)
    @APIResponse(responseCode = "200", description = "A page")
    public Uni<Page<ImportView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book)
                .chain(found -> store.of(found.id())
                        .map(rows -> Page.of(
                                page,
                                page.after() == null
                                        ? rows.stream()
                                                .map(imported -> ImportView.of(found.code(), imported))
                                                .toList()
                                        : java.util.List.<ImportView>of(),
                                ImportView::book)));
    }
}
