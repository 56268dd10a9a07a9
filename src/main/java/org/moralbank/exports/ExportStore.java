package org.moralbank.exports;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Json;
import org.moralbank.platform.Moments;
import org.moralbank.platform.Page;

/** Exports as they are shown, given and deleted. */
@ApplicationScoped
class ExportStore {
    static final String COLUMNS = """
            j.book_id, j.export_id, j.client_id, j.client, j.parameters, j.created_at, j.status, j.last_error, j.ended_at,
            j.expires_at
            """;

    private static final String LIST = "SELECT " + COLUMNS + """
            FROM export_job j
            WHERE j.book_id = $1 AND ($2::uuid IS NULL OR j.export_id < $2) AND ($3::text IS NULL OR j.status = $3)
            AND ($4::timestamptz IS NULL OR j.created_at >= $4)
            AND ($5::timestamptz IS NULL OR j.created_at < $5)
            ORDER BY j.export_id DESC
            LIMIT $6
            """;

    private static final String FIND = "SELECT " + COLUMNS + """
            FROM export_job j
            WHERE j.book_id = $1 AND j.export_id = $2
            """;

    static final String FILES = """
            SELECT name, records, bytes, deflated, chunks, crc, sha256
            FROM export_file
            WHERE book_id = $1 AND export_id = $2
            ORDER BY name
            """;

    private static final String CHUNK = """
            SELECT bytes
            FROM export_chunk
            WHERE book_id = $1 AND export_id = $2 AND name = $3 AND chunk_no = $4
            """;

    private static final String DELETE = """
            DELETE FROM export_job
            WHERE book_id = $1 AND export_id = $2
            """;

    private static final String FREE_FILES = """
            DELETE FROM export_file
            WHERE book_id = $1 AND export_id = $2
            """;

    private static final String FREE_CHUNKS = """
            DELETE FROM export_chunk
            WHERE book_id = $1 AND export_id = $2
            """;

    private final Pool pool;

    ExportStore(Pool pool) {
        this.pool = pool;
    }

    /** Exports of a book, the newest first. */
    Uni<List<Export>> list(BookHandle book, Export.@Nullable Status status, DayRange ordered, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addUUID(page.afterId())
                .addString(status == null ? null : status.name())
                .addOffsetDateTime(ordered.since(book.calendar()))
                .addOffsetDateTime(ordered.until(book.calendar()))
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<Export> exports = new ArrayList<>();
            for (Row row : rows) {
                exports.add(export(row));
            }
            return exports;
        });
    }

    Uni<Optional<Export>> find(int book, UUID id) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.of((short) book, id))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(export(rows.iterator().next())));
    }

    /** The files that are whole, by name. */
    Uni<List<Export.MadeFile>> files(int book, UUID id) {
        return pool.preparedQuery(FILES).execute(Tuple.of((short) book, id)).map(rows -> {
            List<Export.MadeFile> files = new ArrayList<>();
            for (Row row : rows) {
                files.add(file(row));
            }
            return files;
        });
    }

    /** A part of a file's deflate stream; fails when the export was deleted meanwhile. */
    Uni<Buffer> chunk(int book, UUID id, String name, int number) {
        return pool.preparedQuery(CHUNK)
                .execute(Tuple.of((short) book, id, name, number))
                .map(rows -> {
                    for (Row row : rows) {
                        return row.getBuffer(0).getDelegate();
                    }
                    throw new IllegalStateException("export " + id + " is gone while it is given");
                });
    }

    /** Deletes an export and its files; whether it was there. */
    Uni<Boolean> delete(int book, UUID id) {
        return pool.withTransaction(database -> database.preparedQuery(DELETE)
                .execute(Tuple.of((short) book, id))
                .map(rows -> rows.rowCount() > 0)
                .call(() -> free(database, book, id)));
    }

    /**
     * Deletes the files of an export whose job was deleted or ended in this transaction, before: an exporter that still works
     * at it adds nothing more. A statement of its own, because one that had begun before it waited for the exporter's last
     * part would not see that part.
     */
    static Uni<Void> free(SqlConnection database, int book, UUID id) {
        Tuple export = Tuple.of((short) book, id);
        return database.preparedQuery(FREE_FILES)
                .execute(export)
                .chain(() -> database.preparedQuery(FREE_CHUNKS).execute(export))
                .replaceWithVoid();
    }

    static Export export(Row row) {
        return new Export(
                row.getShort(0),
                row.getUUID(1),
                row.getInteger(2),
                row.getString(3),
                selection(row.get(JsonObject.class, 4)),
                row.getOffsetDateTime(5).toInstant(),
                Export.Status.valueOf(row.getString(6)),
                row.getString(7),
                Moments.instant(row.getOffsetDateTime(8)),
                Moments.instant(row.getOffsetDateTime(9)));
    }

    private static Selection selection(JsonObject json) {
        try {
            return Json.mapper().readValue(json.encode(), Selection.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not parameters of ours", e);
        }
    }

    static Export.MadeFile file(Row row) {
        return new Export.MadeFile(
                row.getString(0),
                row.getLong(1),
                row.getLong(2),
                row.getLong(3),
                row.getInteger(4),
                row.getLong(5),
                row.getBuffer(6).getDelegate().getBytes());
    }
}
