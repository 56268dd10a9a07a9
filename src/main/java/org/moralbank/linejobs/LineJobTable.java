package org.moralbank.linejobs;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Bulk;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.platform.Language;
import org.moralbank.platform.Moments;

/**
 * Rows of {@code line_job}. Works add them, count their lines and end them, under the lock of their book; that a runner has one,
 * runners write by themselves.
 */
final class LineJobTable implements Table<LineJob.Key, LineJob> {
    static final LineJobTable JOBS = new LineJobTable();

    static final String COLUMNS = """
            j.book_id, j.job_id, j.collection, j.client_id, j.client, j.key_id, j.language, j.created_at, j.lines, j.created,
            j.replayed, j.refused, j.status, j.stopped_because, j.ended_at
            """;

    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::uuid[]) AS k (book_id, job_id)
            JOIN line_job j USING (book_id, job_id)
            """;

    private static final String INSERT = """
            INSERT INTO line_job (book_id, job_id, collection, client_id, client, key_id, language, created_at, next_attempt_at,
                                  lines, status)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, 'WAITING')
            """;

    /** A runner that came further has made one attempt. */
    private static final String UPDATE = """
            UPDATE line_job
            SET created = $3, replayed = $4, refused = $5, attempts = 1,
                status = CASE WHEN $8::timestamptz IS NULL THEN status ELSE $6 END, stopped_because = $7, ended_at = $8
            WHERE book_id = $1 AND job_id = $2
            """;

    private LineJobTable() {}

    @Override
    public int changedUnder(LineJob.Key key) {
        return key.book();
    }

    /** Whether it runs changes under no lock, so that a row that was kept would not be the one in the table. */
    @Override
    public Again again() {
        return Again.RARELY;
    }

    @Override
    public Future<Map<LineJob.Key, LineJob>> load(SqlConnection connection, List<LineJob.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        UUID[] ids = keys.stream().map(LineJob.Key::id).toArray(UUID[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, ids)))
                .map(rows -> {
                    Map<LineJob.Key, LineJob> found = new HashMap<>();
                    for (Row row : rows) {
                        LineJob job = job(row);
                        found.put(job.key(), job);
                    }
                    return found;
                });
    }

    static LineJob job(Row row) {
        String stopped = row.getString(13);
        return new LineJob(
                row.getShort(0),
                row.getUUID(1),
                row.getString(2),
                row.getInteger(3),
                row.getString(4),
                row.getUUID(5),
                Language.valueOf(row.getString(6)),
                row.getOffsetDateTime(7).toInstant(),
                row.getInteger(8),
                row.getInteger(9),
                row.getInteger(10),
                row.getInteger(11),
                LineJob.Status.valueOf(row.getString(12)),
                stopped == null ? null : LineJob.StopReason.valueOf(stopped),
                Moments.instant(row.getOffsetDateTime(14)));
    }

    @Override
    public void write(Writing writing, List<Change<LineJob.Key, LineJob>> changes) {
        for (Change<LineJob.Key, LineJob> change : changes) {
            LineJob job = change.after();
            if (change.before() == null) {
                writing.execute(
                        INSERT,
                        key(job.key())
                                .addString(job.collection())
                                .addInteger(job.clientId())
                                .addString(job.client())
                                .addUUID(job.keyId())
                                .addString(job.language().name())
                                .addOffsetDateTime(job.createdAt().atOffset(ZoneOffset.UTC))
                                .addInteger(job.lines()));
            } else {
                writing.execute(
                        UPDATE,
                        key(job.key())
                                .addInteger(job.created())
                                .addInteger(job.replayed())
                                .addInteger(job.refused())
                                .addString(job.status().name())
                                .addString(
                                        job.stoppedBecause() == null
                                                ? null
                                                : job.stoppedBecause().name())
                                .addOffsetDateTime(Moments.utc(job.endedAt())));
                Parts.erase(writing, job);
            }
        }
    }

    private static Tuple key(LineJob.Key key) {
        return Tuple.tuple().addShort((short) key.book()).addUUID(key.id());
    }

    /** The lines of new jobs as they were sent, some a row. A row goes when its lines are done, or no more are. */
    static final class Parts implements Table<LineJob.Key, Parts.Lines> {
        static final Parts PARTS = new Parts();

        private static final String INSERT = """
                INSERT INTO line_job_part (book_id, job_id, first_line, lines)
                SELECT $1, $2, * FROM unnest($3::int[], $4::bytea[])
                """;

        private static final String DELETE = """
                DELETE FROM line_job_part
                WHERE book_id = $1 AND job_id = $2 AND first_line < $3
                """;

        private Parts() {}

        /**
         * Of one job, part by part.
         *
         * @param parts a JSON array each
         */
        record Lines(int linesOfAPart, List<byte[]> parts) {}

        @Override
        public Future<Map<LineJob.Key, Lines>> load(SqlConnection connection, List<LineJob.Key> keys) {
            throw new IllegalStateException("works only add lines");
        }

        @Override
        public Again again() {
            return Again.RARELY;
        }

        @Override
        public void write(Writing writing, List<Change<LineJob.Key, Lines>> changes) {
            for (Change<LineJob.Key, Lines> change : changes) {
                Lines lines = change.after();
                int n = lines.parts().size();
                Integer[] first = new Integer[n];
                Buffer[] bytes = new Buffer[n];
                for (int i = 0; i < n; i++) {
                    first[i] = i * lines.linesOfAPart();
                    bytes[i] = Buffer.buffer(lines.parts().get(i));
                }
                writing.execute(INSERT, key(change.key()).addValue(first).addValue(bytes));
            }
        }

        /** Of an ended job all, of another those that are done. */
        private static void erase(Writing writing, LineJob job) {
            writing.execute(DELETE, key(job.key()).addInteger(job.isOpen() ? job.done() : job.lines()));
        }
    }

    /** What became of lines: added with what they did, and never changed. */
    static final class Results implements Table<Results.Key, Bulk.Result> {
        static final Results RESULTS = new Results();

        private static final String INSERT = """
                INSERT INTO line_job_result (book_id, job_id, line_no, reference, result, problem)
                SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::bytea[])
                """;

        private Results() {}

        /** Which line of which job. */
        record Key(LineJob.Key job, int line) {}

        @Override
        public Future<Map<Key, Bulk.Result>> load(SqlConnection connection, List<Key> keys) {
            throw new IllegalStateException("works only add results");
        }

        @Override
        public Again again() {
            return Again.RARELY;
        }

        @Override
        public void write(Writing writing, List<Change<Key, Bulk.Result>> changes) {
            int n = changes.size();
            Short[] books = new Short[n];
            UUID[] jobs = new UUID[n];
            Integer[] lines = new Integer[n];
            @Nullable String[] references = new @Nullable String[n];
            String[] results = new String[n];
            @Nullable Buffer[] problems = new @Nullable Buffer[n];
            for (int i = 0; i < n; i++) {
                Key key = changes.get(i).key();
                Bulk.Result result = changes.get(i).after();
                books[i] = (short) key.job().book();
                jobs[i] = key.job().id();
                lines[i] = key.line();
                references[i] = result.reference();
                results[i] = result.kind().told();
                // Of the others the body is kept under the reference, once for all who are told it.
                problems[i] = result.kind() == Bulk.Kind.REFUSED ? Buffer.buffer(result.body()) : null;
            }
            List<Object> columns = new ArrayList<>(List.of(books, jobs, lines, references, results, problems));
            writing.execute(INSERT, Tuple.from(columns));
        }
    }

    /** How many jobs of a book are not done: read by works, so that there are not too many. */
    static final class Open implements Table<Integer, Long> {
        static final Open OPEN = new Open();

        private static final String COUNT = """
                SELECT book_id, count(*)
                FROM line_job
                WHERE book_id = ANY ($1) AND ended_at IS NULL
                GROUP BY book_id
                """;

        private Open() {}

        @Override
        public Future<Map<Integer, Long>> load(SqlConnection connection, List<Integer> keys) {
            return connection
                    .preparedQuery(COUNT)
                    .execute(Tuple.of(keys.stream().map(Integer::shortValue).toArray(Short[]::new)))
                    .map(rows -> {
                        Map<Integer, Long> counts = new HashMap<>();
                        for (Row row : rows) {
                            counts.put((int) row.getShort(0), row.getLong(1));
                        }
                        return counts;
                    });
        }

        @Override
        public void write(Writing writing, List<Change<Integer, Long>> changes) {
            // Counted, not kept: the next work of the commit sees one more.
        }
    }
}
