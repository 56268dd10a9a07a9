package org.moralbank.audit;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Page;
import org.moralbank.platform.Snapshots;

/** Runs checks, and reads what is ordered, under way and ended. */
@ApplicationScoped
class SelfAuditStore {
    /** Waits that have no reason to be longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String HEAD = """
            SELECT b.last_seq, (SELECT coalesce(max(account_id), 0) FROM ledger_account a WHERE a.book_id = b.book_id)
            FROM ledger_book b
            WHERE b.book_id = $1
            """;

    private static final String LEAF_HASH = "SELECT leaf_hash FROM ledger_entry WHERE book_id = $1 AND seq = $2";

    /** What nobody goes through now. */
    private static final String DUE = """
            SELECT book_id, run_id
            FROM audit_run
            WHERE ended_at IS NULL AND (lease_until IS NULL OR lease_until <= clock_timestamp())
            ORDER BY ordered_at
            LIMIT 1
            """;

    /** Books whose night has come, and no more than three hours ago, and that nobody has ordered it for. */
    private static final String NIGHTS = """
            SELECT b.book_id, b.code, n.night
            FROM ledger_book b
            CROSS JOIN LATERAL (
                SELECT (clock_timestamp() AT TIME ZONE b.calendar) - make_interval(secs => $1) AS since) t
            CROSS JOIN LATERAL (SELECT t.since::date AS night) n
            WHERE t.since::time < '03:00'
            AND NOT EXISTS (SELECT FROM audit_run r WHERE r.book_id = b.book_id AND r.night = n.night)
            AND NOT EXISTS (SELECT FROM audit_run r WHERE r.book_id = b.book_id AND r.ended_at IS NULL)
            ORDER BY b.book_id
            LIMIT $2
            """;

    private static final String LIST = "SELECT " + SelfAuditTable.COLUMNS + """
            FROM audit_run r
            WHERE r.book_id = $1 AND ($2::uuid IS NULL OR r.run_id > $2) AND ($3::text IS NULL OR r.status = $3)
            AND ($4::text IS NULL OR r.extent = $4)
            AND ($5::timestamptz IS NULL OR r.ordered_at >= $5)
            AND ($6::timestamptz IS NULL OR r.ordered_at < $6)
            ORDER BY r.run_id
            LIMIT $7
            """;

    private static final String GET =
            "SELECT " + SelfAuditTable.COLUMNS + "FROM audit_run r WHERE r.book_id = $1 AND r.run_id = $2";

    /** The one under way, the last that ended, and the last full one that ended. */
    private static final String STANDING = "SELECT " + SelfAuditTable.COLUMNS + """
            FROM audit_run r
            WHERE r.book_id = $1 AND (r.ended_at IS NULL
                OR r.run_id = (SELECT run_id FROM audit_run WHERE book_id = $1 AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT 1)
                OR r.run_id = (SELECT run_id FROM audit_run WHERE book_id = $1 AND ended_at IS NOT NULL AND extent = 'FULL'
                               ORDER BY ended_at DESC LIMIT 1))
            """;

    private static final String FINDINGS = """
            SELECT run_id, check_name, subject, seq, found, expected
            FROM audit_finding
            WHERE book_id = $1 AND run_id = ANY ($2)
            """;

    /**
     * A book that was never gone through waits since it was opened, but not since before there was this installation: the
     * demo's books say that they were opened years ago. When that was, the schema's history tells; a day is taken off,
     * because it has the hour of a zone that it does not name.
     */
    private static final String OF_ALL = """
            SELECT coalesce(extract(epoch FROM clock_timestamp() - min(coalesce(
                       f.ended_at,
                       greatest(b.created_at,
                                (SELECT min(installed_on) - interval '1 day' FROM flyway_schema_history))))), 0)::float8,
                   count(*) FILTER (WHERE l.status = 'BROKEN')
            FROM ledger_book b
            LEFT JOIN LATERAL (
                SELECT r.status
                FROM audit_run r
                WHERE r.book_id = b.book_id AND r.ended_at IS NOT NULL
                ORDER BY r.ended_at DESC
                LIMIT 1) l ON true
            LEFT JOIN LATERAL (
                SELECT r.ended_at
                FROM audit_run r
                WHERE r.book_id = b.book_id AND r.ended_at IS NOT NULL AND r.extent = 'FULL' AND r.status <> 'UNFINISHED'
                ORDER BY r.ended_at DESC
                LIMIT 1) f ON true
            """;

    private final Pool pool;
    private final Snapshots snapshots;
    private final Duration longestStatement;

    SelfAuditStore(Pool pool, Snapshots snapshots, AuditConfig config) {
        this.pool = pool;
        this.snapshots = snapshots;
        this.longestStatement = config.statementTimeout();
    }

    // ---- going through, blocking, on a thread of its own ---------------------------------------------------------

    /** How far a book has come. */
    record Head(long lastSeq, int lastAccount) {}

    Head head(int book) {
        Row row = run(HEAD, Tuple.of((short) book)).iterator().next();
        return new Head(row.getLong(0), row.getInteger(1));
    }

    byte @Nullable [] leafHash(int book, long seq) {
        for (Row row : run(LEAF_HASH, Tuple.of((short) book, seq))) {
            return bytes(row.getBuffer(0));
        }
        return null;
    }

    /** The first offender of a check in a scope, or none; one statement, in a snapshot of its own. */
    List<Finding> offenders(Check check, Scope scope) {
        return snapshots
                .read(
                        longestStatement,
                        connection ->
                                connection.query(check.sql(scope)).execute().map(rows -> findings(check, rows)))
                .await()
                .atMost(longestStatement.plus(PATIENCE));
    }

    private static List<Finding> findings(Check check, RowSet<Row> rows) {
        List<Finding> found = new ArrayList<>();
        rows.forEach(row ->
                found.add(new Finding(check, row.getString(2), row.getLong(1), row.getString(3), row.getString(4))));
        return found;
    }

    /** One that nobody goes through now; null when there is none. */
    SelfAudit.@Nullable Key due() {
        for (Row row : run(DUE, Tuple.tuple())) {
            return new SelfAudit.Key(row.getShort(0), row.getUUID(1));
        }
        return null;
    }

    /** A book whose night has come. */
    record Night(int book, String path, LocalDate night) {}

    List<Night> nights(LocalTime at, int most) {
        List<Night> nights = new ArrayList<>();
        for (Row row : run(NIGHTS, Tuple.of((double) at.toSecondOfDay(), (long) most))) {
            nights.add(new Night(row.getShort(0), "/v1/books/" + row.getString(1), row.getLocalDate(2)));
        }
        return nights;
    }

    /** Of all books: how long ago the one that waits longest was gone through in full, and how many are broken. */
    record OfAll(double fullAgeSeconds, long broken) {}

    OfAll ofAll() {
        Row row = run(OF_ALL, Tuple.tuple()).iterator().next();
        return new OfAll(row.getDouble(0), row.getLong(1));
    }

    private RowSet<Row> run(String sql, Tuple arguments) {
        return pool.preparedQuery(sql).execute(arguments).await().atMost(PATIENCE);
    }

    private static byte[] bytes(Buffer buffer) {
        return buffer.getDelegate().getBytes();
    }

    // ---- what is shown -------------------------------------------------------------------------------------------

    /** A page, in the order of ordering. */
    Uni<Page<SelfAuditView>> list(
            BookHandle book,
            SelfAudit.@Nullable Status status,
            SelfAudit.@Nullable Extent extent,
            DayRange ordered,
            Page.Request page) {
        return read(
                        book,
                        LIST,
                        Tuple.tuple()
                                .addShort((short) book.id())
                                .addUUID(page.afterId())
                                .addString(status == null ? null : status.name())
                                .addString(extent == null ? null : extent.name())
                                .addOffsetDateTime(ordered.since(book.calendar()))
                                .addOffsetDateTime(ordered.until(book.calendar()))
                                .addInteger(page.rows()))
                .map(audits ->
                        Page.of(page, audits.stream().map(SelfAuditView::of).toList(), SelfAuditView::id));
    }

    /** One, or none. */
    Uni<List<SelfAudit>> get(BookHandle book, UUID id) {
        return read(book, GET, Tuple.of((short) book.id(), id));
    }

    /** The one under way, the last that ended, and the last full one that ended; some of these. */
    Uni<List<SelfAudit>> standing(BookHandle book) {
        return read(book, STANDING, Tuple.of((short) book.id()));
    }

    private Uni<List<SelfAudit>> read(BookHandle book, String sql, Tuple arguments) {
        return pool.preparedQuery(sql).execute(arguments).chain(rows -> {
            UUID[] ids = new UUID[rows.size()];
            int place = 0;
            for (Row row : rows) {
                ids[place++] = row.getUUID(1);
            }
            return findings(book, ids).map(found -> {
                List<SelfAudit> audits = new ArrayList<>(ids.length);
                for (Row row : rows) {
                    audits.add(
                            SelfAuditTable.selfAudit(row.getDelegate(), found.getOrDefault(row.getUUID(1), List.of())));
                }
                return audits;
            });
        });
    }

    private Uni<Map<UUID, List<Finding>>> findings(BookHandle book, UUID[] ids) {
        return pool.preparedQuery(FINDINGS)
                .execute(Tuple.tuple().addShort((short) book.id()).addArrayOfUUID(ids))
                .map(rows -> {
                    Map<UUID, List<Finding>> found = new HashMap<>();
                    for (Row row : rows) {
                        found.computeIfAbsent(row.getUUID(0), none -> new ArrayList<>())
                                .add(new Finding(
                                        Check.valueOf(row.getString(1)),
                                        row.getString(2),
                                        row.getLong(3),
                                        row.getString(4),
                                        row.getString(5)));
                    }
                    found.values().forEach(some -> some.sort(java.util.Comparator.comparing(Finding::check)));
                    return found;
                });
    }
}
