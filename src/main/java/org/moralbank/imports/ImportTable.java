package org.moralbank.imports;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code imported_book}: added with the rows of the book, never changed. */
final class ImportTable implements Table<Integer, Imported> {
    static final ImportTable IMPORTS = new ImportTable();

    static final String COLUMNS = """
            i.book_id, i.last_seq, i.accounts, i.postings, i.root, i.checkpoint, i.upload_sha256, i.imported_at,
            i.client_id, i.client
            """;

    private static final String LOAD =
            "SELECT " + COLUMNS + "FROM imported_book i WHERE i.book_id = ANY ($1::smallint[])";

    private static final String INSERT = """
            INSERT INTO imported_book (book_id, last_seq, accounts, postings, root, checkpoint, upload_sha256, imported_at,
                                       client_id, client)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """;

    private ImportTable() {}

    @Override
    public Future<Map<Integer, Imported>> load(SqlConnection connection, List<Integer> books) {
        Short[] ids = books.stream().map(Integer::shortValue).toArray(Short[]::new);
        return connection.preparedQuery(LOAD).execute(Tuple.of(ids)).map(rows -> {
            Map<Integer, Imported> found = new HashMap<>();
            rows.forEach(row -> found.put((int) row.getShort(0), imported(row)));
            return found;
        });
    }

    static Imported imported(Row row) {
        return new Imported(
                row.getShort(0),
                row.getLong(1),
                row.getInteger(2),
                row.getLong(3),
                row.getBuffer(4).getBytes(),
                row.getString(5),
                row.getBuffer(6).getBytes(),
                row.getOffsetDateTime(7).toInstant(),
                row.getInteger(8),
                row.getString(9),
                null);
    }

    @Override
    public void write(Writing writing, List<Change<Integer, Imported>> changes) {
        for (Change<Integer, Imported> change : changes) {
            Imported imported = change.after();
            writing.execute(
                    INSERT,
                    Tuple.tuple()
                            .addShort((short) imported.book())
                            .addLong(imported.lastSeq())
                            .addInteger(imported.accounts())
                            .addLong(imported.postings())
                            .addBuffer(Buffer.buffer(imported.root()))
                            .addString(imported.checkpoint())
                            .addBuffer(Buffer.buffer(imported.sha256()))
                            .addOffsetDateTime(imported.importedAt().atOffset(ZoneOffset.UTC))
                            .addInteger(imported.clientId())
                            .addString(imported.client()));
            if (imported.pages() != null) {
                writing.pages(imported.pages());
            }
        }
    }
}
