package org.moralbank.audit;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code audit_run}, and of {@code audit_finding} with a run's end. */
final class SelfAuditTable implements Table<SelfAudit.Key, SelfAudit> {
    static final SelfAuditTable SELF_AUDITS = new SelfAuditTable();

    /** What {@link #selfAudit} reads, from {@code audit_run r}. */
    static final String COLUMNS = """
            r.book_id, r.run_id, r.extent, r.status, r.ordered_by, r.night, r.ordered_at, r.after_seq, r.through_seq, r.fence,
            r.lease_until, r.begun_at, r.ended_at, r.fault
            """;

    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::uuid[]) AS k (book_id, run_id)
            JOIN audit_run r USING (book_id, run_id)
            """;

    private static final String INSERT = """
            INSERT INTO audit_run (book_id, run_id, extent, status, ordered_by, night, ordered_at, after_seq, fence)
            VALUES ($1, $2, $3, 'WAITING', $4, $5, $6, $7, 0)
            """;

    private static final String UPDATE = """
            UPDATE audit_run
            SET status = $3, fence = $4, begun_at = $5, lease_until = $6, ended_at = $7, through_seq = $8, through_hash = $9,
                fault = $10
            WHERE book_id = $1 AND run_id = $2
            """;

    private static final String FIND = """
            INSERT INTO audit_finding (book_id, run_id, check_name, subject, seq, found, expected)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """;

    private SelfAuditTable() {}

    @Override
    public Future<Map<SelfAudit.Key, SelfAudit>> load(SqlConnection connection, List<SelfAudit.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        UUID[] ids = keys.stream().map(SelfAudit.Key::id).toArray(UUID[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, ids)))
                .map(rows -> {
                    Map<SelfAudit.Key, SelfAudit> found = HashMap.newHashMap(rows.size());
                    rows.forEach(row -> {
                        SelfAudit audit = selfAudit(row, List.of());
                        found.put(audit.order().key(), audit);
                    });
                    return found;
                });
    }

    /** A row of {@link #COLUMNS}, with what was found. */
    static SelfAudit selfAudit(Row row, List<Finding> findings) {
        SelfAudit.Order order = new SelfAudit.Order(
                new SelfAudit.Key(row.getShort(0), row.getUUID(1)),
                SelfAudit.Extent.valueOf(row.getString(2)),
                row.getLong(7),
                row.getString(4),
                row.getLocalDate(5),
                row.getOffsetDateTime(6).toInstant());
        return switch (SelfAudit.Status.valueOf(row.getString(3))) {
            case WAITING -> new SelfAudit.Waiting(order);
            case RUNNING ->
                new SelfAudit.Running(
                        order,
                        row.getLong(9),
                        row.getOffsetDateTime(11).toInstant(),
                        row.getOffsetDateTime(10).toInstant());
            case WHOLE, BROKEN, UNFINISHED ->
                new SelfAudit.Ended(
                        order,
                        row.getLong(9),
                        row.getOffsetDateTime(11).toInstant(),
                        row.getOffsetDateTime(12).toInstant(),
                        new SelfAudit.Outcome(row.getLong(8), null, findings, row.getString(13)));
        };
    }

    @Override
    public void write(Writing writing, List<Change<SelfAudit.Key, SelfAudit>> changes) {
        for (Change<SelfAudit.Key, SelfAudit> change : changes) {
            if (change.isInsert()) {
                writing.execute(INSERT, inserted(change.after().order()));
            }
            switch (change.after()) {
                case SelfAudit.Waiting ignored -> {
                    // It is inserted so.
                }
                case SelfAudit.Running running ->
                    writing.execute(
                            UPDATE,
                            changed(running, running.fence(), running.begunAt())
                                    .addOffsetDateTime(utc(running.leaseUntil()))
                                    .addOffsetDateTime(null)
                                    .addLong(null)
                                    .addBuffer(null)
                                    .addString(null));
                case SelfAudit.Ended ended -> end(writing, ended);
            }
        }
    }

    private static Tuple inserted(SelfAudit.Order order) {
        return Tuple.tuple()
                .addShort((short) order.key().book())
                .addUUID(order.key().id())
                .addString(order.extent().name())
                .addString(order.by())
                .addLocalDate(order.night())
                .addOffsetDateTime(utc(order.at()))
                .addLong(order.after());
    }

    private static void end(Writing writing, SelfAudit.Ended ended) {
        SelfAudit.Outcome outcome = ended.outcome();
        writing.execute(
                UPDATE,
                changed(ended, ended.fence(), ended.begunAt())
                        .addOffsetDateTime(null)
                        .addOffsetDateTime(utc(ended.endedAt()))
                        .addLong(outcome.through())
                        .addBuffer(buffer(outcome.throughHash()))
                        .addString(outcome.fault()));
        for (Finding finding : outcome.findings()) {
            writing.execute(
                    FIND,
                    key(ended)
                            .addString(finding.check().name())
                            .addString(finding.subject())
                            .addLong(finding.entry())
                            .addString(finding.found())
                            .addString(finding.expected()));
        }
    }

    private static Tuple changed(SelfAudit audit, long fence, Instant begunAt) {
        return key(audit).addString(audit.status().name()).addLong(fence).addOffsetDateTime(utc(begunAt));
    }

    private static Tuple key(SelfAudit audit) {
        SelfAudit.Key key = audit.order().key();
        return Tuple.tuple().addShort((short) key.book()).addUUID(key.id());
    }

    private static @Nullable Buffer buffer(byte @Nullable [] bytes) {
        return bytes == null ? null : Buffer.buffer(bytes);
    }

    private static OffsetDateTime utc(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }
}
