package org.moralbank.commits;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answers that were given, by book, client and key: kept for ever, written with the effect they tell of. */
final class AnswerTable implements NewUnlessMet<AnswerTable.Key, AnswerTable.Kept> {
    static final AnswerTable ANSWERS = new AnswerTable();

    private static final String LOAD = """
            SELECT a.book_id, a.client_id, a.key, a.fingerprint, a.status, a.location, a.body
            FROM unnest($1::smallint[], $2::int[], $3::text[]) AS k (book_id, client_id, key)
            JOIN commit_answer a USING (book_id, client_id, key)
            """;

    private static final String INSERT = """
            INSERT INTO commit_answer (book_id, client_id, key, fingerprint, status, location, body)
            SELECT * FROM unnest($1::smallint[], $2::int[], $3::text[], $4::bytea[], $5::smallint[], $6::text[], $7::bytea[])
            """;

    private static final String CHECK_NEW = """
            SELECT 2147483647 + count(*)::int
            FROM unnest($1::smallint[], $2::int[], $3::text[]) AS k (book_id, client_id, key)
            JOIN commit_answer a USING (book_id, client_id, key)
            """;

    private AnswerTable() {}

    /** Whose key. */
    record Key(int book, int client, String key) {}

    /** An answer and the fingerprint of the request that it was given to. */
    record Kept(byte[] fingerprint, int status, @Nullable String location, byte[] body) {
        Answer replay() {
            return new Answer(status, location, body, null, null, true);
        }
    }

    @Override
    public int changedUnder(Key key) {
        return key.book();
    }

    /** A key is rarely sent twice. */
    @Override
    public Again again() {
        return Again.RARELY;
    }

    @Override
    public Future<Map<Key, Kept>> load(SqlConnection connection, List<Key> keys) {
        return connection.preparedQuery(LOAD).execute(arguments(keys)).map(rows -> {
            Map<Key, Kept> found = HashMap.newHashMap(rows.size());
            for (Row row : rows) {
                found.put(
                        new Key(row.getShort(0), row.getInteger(1), row.getString(2)),
                        new Kept(
                                row.getBuffer(3).getBytes(),
                                row.getShort(4),
                                row.getString(5),
                                row.getBuffer(6).getBytes()));
            }
            return found;
        });
    }

    /** An answer that the works put has a primary key, which refuses a second one. */
    @Override
    public void checkNew(Writing checks, List<Key> put, List<Key> others) {
        if (!others.isEmpty()) {
            checks.execute(CHECK_NEW, arguments(others));
        }
    }

    private static Tuple arguments(List<Key> keys) {
        int n = keys.size();
        Short[] books = new Short[n];
        Integer[] clients = new Integer[n];
        String[] names = new String[n];
        for (int i = 0; i < n; i++) {
            Key key = keys.get(i);
            books[i] = (short) key.book();
            clients[i] = key.client();
            names[i] = key.key();
        }
        return Tuple.of(books, clients, names);
    }

    @Override
    public void write(Writing writing, List<Change<Key, Kept>> changes) {
        int n = changes.size();
        Short[] books = new Short[n];
        Integer[] clients = new Integer[n];
        String[] names = new String[n];
        Buffer[] fingerprints = new Buffer[n];
        Short[] statuses = new Short[n];
        @Nullable String[] locations = new @Nullable String[n];
        Buffer[] bodies = new Buffer[n];
        for (int i = 0; i < n; i++) {
            Key key = changes.get(i).key();
            Kept kept = changes.get(i).after();
            books[i] = (short) key.book();
            clients[i] = key.client();
            names[i] = key.key();
            fingerprints[i] = Buffer.buffer(kept.fingerprint());
            statuses[i] = (short) kept.status();
            locations[i] = kept.location();
            bodies[i] = Buffer.buffer(kept.body());
        }
        writing.execute(INSERT, Tuple.from(List.of(books, clients, names, fingerprints, statuses, locations, bodies)));
    }
}
