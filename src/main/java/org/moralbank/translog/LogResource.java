package org.moralbank.translog;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
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
import org.moralbank.platform.AcceptEncoding;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.proofs.EntryBundle;
import org.moralbank.proofs.Tile;

/** The transparency log of a book over HTTP, as c2sp.org/tlog-tiles has it, with proofs for those who want one only. */
@Path("/v1/books/{book}/log")
@Tag(
        name = "log",
        description =
                "The transparency log of each book: signed checkpoints, tiles, receipts (RFC 9162, c2sp.org). Whoever may read the entries may read it.")
public class LogResource {
    private static final String TEXT = "text/plain;charset=utf-8";
    private static final long LARGEST_SIZE = 999_999_999_999_999L;

    /** For this reader only: shared caches keep nothing that needs a key. */
    private static final String FOR_EVER = "private, max-age=31536000, immutable";

    private static final String NOT_KEPT = "no-cache";

    private final Books books;
    private final TransparencyLog log;
    private final LogStore store;

    LogResource(Books books, TransparencyLog log, LogStore store) {
        this.books = books;
        this.log = log;
        this.store = store;
    }

    /** Which checkpoint, as the query writes it. */
    static final class OfSize {
        @RestQuery
        @Parameter(
                description = "Of the checkpoint of exactly this many entries; of the newest without it",
                schema = @Schema(type = SchemaType.INTEGER, format = "int64", minimum = "0"))
        @Nullable
        String size;

        @Nullable
        Long checked() {
            return LogResource.size(size, "size", 0);
        }
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getLog", summary = "Shows how the log of a book stands", description = """
                    How many entries are in it, when it was last signed and with which keys. An entry is in the log within a
                    second or so of its posting. When an entry is not any more what was recorded, refused names it, and
                    nothing is signed over it until it is again. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "How it stands",
            content = @Content(schema = @Schema(implementation = LogView.class)))
    @Extension(name = "x-problem-codes", value = "")
    public Uni<LogView> get(@Context RoutingContext http, @RestPath String book) {
        return books.of(Call.of(http), book)
                .chain(found -> Uni.combine()
                        .all()
                        .unis(store.standing(found.id()), log.newest(found), log.verificationKeys(found))
                        .asTuple()
                        .map(read -> new LogView(
                                read.getItem1().size(),
                                read.getItem1().lastSeq(),
                                read.getItem2().map(SignedCheckpoint::signedAt).orElse(null),
                                read.getItem3().stream().map(Object::toString).toList(),
                                read.getItem1().refused().orElse(null))));
    }

    @GET
    @Path("/checkpoint")
    @Produces(TEXT)
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getLogCheckpoint", summary = "Gives the signed checkpoint of a book", description = """
                    The newest, or with a size the one of that many entries: a signed note (c2sp.org/tlog-checkpoint) of the
                    log's name, its size and the root of its tree. Who keeps it can prove later that the book's first entries
                    are what they were. A checkpoint that was given out once is there for ever. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The checkpoint",
            content = @Content(mediaType = "text/plain", schema = @Schema(implementation = String.class)))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<Response> checkpoint(@Context RoutingContext http, @RestPath String book, @BeanParam OfSize query) {
        @Nullable Long wanted = query.checked();
        return books.of(Call.of(http), book)
                .chain(found -> checkpoint(found, wanted))
                .map(found -> text(found.note(), wanted == null ? NOT_KEPT : FOR_EVER));
    }

    @GET
    @Path("/tile/{level}/{index:.+}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getLogTile", summary = "Gives a tile of the log's tree", description = """
                    Up to 256 hashes of 32 bytes, one behind the other (c2sp.org/tlog-tiles). It never changes and may be kept.
                    There are partial tiles of every width that the log has reached. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The hashes",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM,
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<Response> tile(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(description = "0 are the leaves, each further one 256 times as coarse", example = "0") @RestPath
                    String level,
            @Parameter(
                            description =
                                    "The tile's number in groups of three digits, all but the last behind an x; a partial one with its width",
                            example = "x001/x234/067.p/8")
                    @RestPath
                    String index) {
        return books.of(Call.of(http), book)
                .chain(found -> {
                    Tile tile = parsed(level, index);
                    return store.tiles(found.id(), List.of(tile))
                            .map(read -> Optional.ofNullable(read.get(tile)).orElseThrow(notFound("tile")));
                })
                .map(hashes -> Response.ok(hashes, MediaType.APPLICATION_OCTET_STREAM)
                        .header("Cache-Control", FOR_EVER)
                        .build());
    }

    @GET
    @Path("/tile/entries/{index:.+}")
    @Produces(MediaType.APPLICATION_OCTET_STREAM)
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getLogEntries", summary = "Gives a bundle of the log's entries", description = """
                    The sealed bytes of up to 256 entries in order of seq, each behind its length in two bytes
                    (c2sp.org/tlog-tiles): what the hashes of the tile with the same number at level 0 are of. No name and no
                    text of a person is in them. Compressed for who accepts gzip. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The entries",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM,
                            schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<Response> entries(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(description = "As of a tile", example = "000.p/8") @RestPath String index) {
        boolean gzip = AcceptEncoding.gzip(http.request().getHeader("Accept-Encoding"));
        return books.of(Call.of(http), book)
                .chain(found -> store.entries(found.id(), parsed("0", index)))
                // Compressing 150 KB takes milliseconds that belong to others here.
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(entries -> {
                    if (entries.isEmpty()) {
                        throw new ProtocolRejection.NotFound("entry bundle").refused();
                    }
                    byte[] bundle = EntryBundle.of(entries);
                    Response.ResponseBuilder answer = Response.ok(
                                    gzip ? compressed(bundle) : bundle, MediaType.APPLICATION_OCTET_STREAM)
                            .header("Cache-Control", FOR_EVER)
                            .header("Vary", "Accept-Encoding");
                    return gzip ? answer.header("Content-Encoding", "gzip").build() : answer.build();
                });
    }

    private static byte[] compressed(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @GET
    @Path("/proofs/{seq}")
    @Produces(TEXT)
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getLogReceipt", summary = "Gives the receipt of an entry", description = """
                    That the entry is in the log of the newest checkpoint, or with a size in that of the checkpoint of that
                    size, such as one that was posted on the notice board (c2sp.org/tlog-proof). Kept with the entry's sealed
                    bytes it is checked without this service. An entry that was just posted has one within a second or so;
                    until then there is none. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The receipt",
            content = @Content(mediaType = "text/plain", schema = @Schema(implementation = String.class)))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<Response> receipt(
            @Context RoutingContext http, @RestPath String book, @RestPath String seq, @BeanParam OfSize query) {
        @Nullable Long wanted = query.checked();
        return books.of(Call.of(http), book)
                .chain(found -> checkpoint(found, wanted)
                        .chain(checkpoint -> log.receipt(found, Ids.number(seq), checkpoint))
                        .map(receipt -> receipt.orElseThrow(notFound("receipt"))))
                .map(receipt -> text(receipt.toString(), NOT_KEPT));
    }

    @GET
    @Path("/consistency")
    @Produces(MediaType.APPLICATION_JSON)
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getLogConsistency",
            summary = "Proves that a log has kept to what it was",
            description = """
                    That the log of the later size begins with all entries of the earlier one, unchanged (RFC 9162 section
                    2.1.4): what who kept a checkpoint asks for to compare it with a newer one. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The proof",
            content = @Content(schema = @Schema(implementation = ConsistencyView.class)))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<ConsistencyView> consistency(
            @Context RoutingContext http,
            @RestPath String book,
            @Parameter(
                            description = "The earlier size, 1 to the later one; 1 without it",
                            schema = @Schema(type = SchemaType.INTEGER, format = "int64", minimum = "1"))
                    @RestQuery
                    @Nullable
                    String from,
            @Parameter(
                            description = "The later size; that of the newest checkpoint without it",
                            schema = @Schema(type = SchemaType.INTEGER, format = "int64", minimum = "1"))
                    @RestQuery
                    @Nullable
                    String to) {
        @Nullable Long earlier = size(from, "from", 1);
        @Nullable Long later = size(to, "to", 1);
        return books.of(Call.of(http), book)
                .chain(found -> checkpoint(found, null).chain(newest -> {
                    long last = later == null ? newest.size() : later;
                    if (last < 1 || last > newest.size()) {
                        throw new ProtocolRejection.NotFound("checkpoint").refused();
                    }
                    Fields fields = new Fields();
                    long first = fields.number("from", earlier == null ? 1 : earlier, 1, last);
                    fields.refuseFaults();
                    return log.consistency(found, first, last);
                }))
                .map(ConsistencyView::of);
    }

    @GET
    @Path("/key")
    @Produces(TEXT)
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getLogKeys", summary = "Gives the verification keys of the log", description = """
                    One a line as name+id+key (c2sp.org/signed-note), the newest first; those of before a change of key stay.
                    Ask for them once, by a way that you trust, and keep them: a key that comes with what it verifies proves
                    nothing. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "The keys",
            content = @Content(mediaType = "text/plain", schema = @Schema(implementation = String.class)))
    @Extension(name = "x-problem-codes", value = "")
    public Uni<Response> keys(@Context RoutingContext http, @RestPath String book) {
        return books.of(Call.of(http), book)
                .chain(log::verificationKeys)
                .map(keys -> text(keys.stream().map(key -> key + "\n").collect(Collectors.joining()), NOT_KEPT));
    }

    // ---- what requests name ------------------------------------------------------------------------------------

    private Uni<SignedCheckpoint> checkpoint(BookHandle book, @Nullable Long size) {
        return (size == null ? log.newest(book) : log.ofSize(book, size))
                .map(found -> found.orElseThrow(notFound("checkpoint")));
    }

    private static @Nullable Long size(@Nullable String text, String field, long least) {
        if (text == null) {
            return null;
        }
        Fields fields = new Fields();
        long size = fields.number(field, text.matches("[0-9]{1,15}") ? Long.parseLong(text) : -1, least, LARGEST_SIZE);
        fields.refuseFaults();
        return size;
    }

    private static Tile parsed(String level, String index) {
        try {
            return Tile.parse(level.matches("0|[1-9][0-9]?") ? Integer.parseInt(level) : -1, index);
        } catch (IllegalArgumentException none) {
            throw new ProtocolRejection.NotFound("tile").refused();
        }
    }

    private static java.util.function.Supplier<RuntimeException> notFound(String what) {
        return () -> new ProtocolRejection.NotFound(what).refused();
    }

    private static Response text(String body, String caching) {
        return Response.ok(body, TEXT).header("Cache-Control", caching).build();
    }
}
