package org.moralbank.paycodes;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/**
 * Rows of {@code pay_device_step}: added, never changed. That a step is added twice is refused by its key, whatever a work
 * looked at.
 */
final class UsedStepTable implements Table<UsedStep, UsedStep> {
    static final UsedStepTable USED_STEPS = new UsedStepTable();

    /** Of a device that is older than this table, one row stands for all steps up to it. */
    private static final String LOAD = """
            SELECT k.book_id, k.device_id, k.step
            FROM unnest($1::smallint[], $2::uuid[], $3::bigint[]) AS k (book_id, device_id, step)
            WHERE EXISTS (SELECT FROM pay_device_step s
                          WHERE s.book_id = k.book_id AND s.device_id = k.device_id AND s.step = k.step)
            OR EXISTS (SELECT FROM pay_device_step s
                       WHERE s.book_id = k.book_id AND s.device_id = k.device_id AND s.and_before AND s.step > k.step)
            """;

    private static final String INSERT = """
            INSERT INTO pay_device_step (book_id, device_id, step)
            SELECT *
            FROM unnest($1::smallint[], $2::uuid[], $3::bigint[])
            """;

    private UsedStepTable() {}

    @Override
    public int changedUnder(UsedStep step) {
        return step.book();
    }

    /** A step is used once. */
    @Override
    public Again again() {
        return Again.RARELY;
    }

    @Override
    public Future<Map<UsedStep, UsedStep>> load(SqlConnection connection, List<UsedStep> keys) {
        return connection.preparedQuery(LOAD).execute(arguments(keys)).map(rows -> {
            Map<UsedStep, UsedStep> found = HashMap.newHashMap(rows.size());
            for (Row row : rows) {
                UsedStep used = new UsedStep(row.getShort(0), row.getUUID(1), row.getLong(2));
                found.put(used, used);
            }
            return found;
        });
    }

    @Override
    public void write(Writing writing, List<Change<UsedStep, UsedStep>> changes) {
        writing.execute(INSERT, arguments(changes.stream().map(Change::after).toList()));
        for (int i = 0; i < changes.size(); i++) {
            writing.afterwards(() -> PayCodeMetrics.taken("device"));
        }
    }

    private static Tuple arguments(List<UsedStep> steps) {
        return Tuple.from(List.of(
                steps.stream().map(step -> (short) step.book()).toArray(Short[]::new),
                steps.stream().map(UsedStep::device).toArray(UUID[]::new),
                steps.stream().map(UsedStep::step).toArray(Long[]::new)));
    }
}
