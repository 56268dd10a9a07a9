package org.moralbank.audit;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.platform.Moments;

/** How the books stand with their self-audits, read off {@code audit_run} under the lock; nothing is kept of it. */
final class StandingTable implements Table<Integer, StandingTable.Standing> {
    static final StandingTable STANDINGS = new StandingTable();

    /**
     * A run that was broken or unfinished leaves the book no better than it found it: the next begins where it began.
     */
    private static final String LOAD = """
            SELECT k.book_id, o.run_id, coalesce(l.position, 0), f.ended_at
            FROM unnest($1::smallint[]) AS k (book_id)
            LEFT JOIN audit_run o ON o.book_id = k.book_id AND o.ended_at IS NULL
            LEFT JOIN LATERAL (
                SELECT CASE WHEN r.status = 'WHOLE' THEN r.through_seq ELSE r.after_seq END AS position
                FROM audit_run r
                WHERE r.book_id = k.book_id AND r.ended_at IS NOT NULL
                ORDER BY r.ended_at DESC
                LIMIT 1) l ON true
            LEFT JOIN LATERAL (
                SELECT r.ended_at
                FROM audit_run r
                WHERE r.book_id = k.book_id AND r.ended_at IS NOT NULL AND r.extent = 'FULL' AND r.status <> 'UNFINISHED'
                ORDER BY r.ended_at DESC
                LIMIT 1) f ON true
            """;

    /**
     * How a book stands.
     *
     * @param underWay the self-audit that waits or runs, or null
     * @param wholeThrough entries up to this one were found whole
     * @param lastFull when all of it was gone through last, or null
     */
    record Standing(
            @Nullable UUID underWay,
            long wholeThrough,
            @Nullable Instant lastFull) {}

    private StandingTable() {}

    @Override
    public Future<Map<Integer, Standing>> load(SqlConnection connection, List<Integer> books) {
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.tuple()
                        .addArrayOfShort(books.stream().map(Integer::shortValue).toArray(Short[]::new)))
                .map(rows -> {
                    Map<Integer, Standing> found = HashMap.newHashMap(rows.size());
                    rows.forEach(row -> {
                        found.put(
                                row.getShort(0).intValue(),
                                new Standing(
                                        row.getUUID(1), row.getLong(2), Moments.instant(row.getOffsetDateTime(3))));
                    });
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<Integer, Standing>> changes) {
        // What is said here follows from the runs, which write themselves.
    }
}
