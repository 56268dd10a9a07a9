package org.moralbank.events;

import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a deliverer does to streams: beside the lanes, each change one statement that names the fence of the lease.
 *
 * <p>Blocking, for threads of their own. Time is the database's, so that several processes agree on it; {@code aheadMillis} is
 * added to it, 0 but in tests that do not wait for days.
 */
@ApplicationScoped
class DeliveryStore {
    /** Longer than a receiver may take; how long the streams of a killed process wait for another. */
    private static final String LEASE = "interval '30 seconds'";

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final String NOW = """
            WITH t AS (SELECT clock_timestamp() + $1::bigint * interval '1 millisecond' AS now)
            """;

    /** Books that were opened since: their streams begin at the beginning. */
    private static final String ADD_STREAMS = """
            INSERT INTO event_stream (webhook_id, book_id, position)
            SELECT w.webhook_id, b.book_id, 0
            FROM event_webhook w
            CROSS JOIN ledger_book b
            WHERE w.status = 'ACTIVE' AND w.books = '{*}'
            AND NOT EXISTS (SELECT FROM event_stream d WHERE d.webhook_id = w.webhook_id AND d.book_id = b.book_id)
            ON CONFLICT DO NOTHING
            """;

    /**
     * Streams that nobody holds and that have something to send, a few of each webhook together with those under way: first
     * one of each webhook, then a second, and of these the longest waiting first. Of the webhooks that are not known to answer
     * quickly no more than there are places for.
     */
    private static final String DUE = NOW + """
            SELECT f.webhook_id, f.book_id, f.quick
            FROM (
                SELECT s.*, row_number() OVER (PARTITION BY s.quick ORDER BY s.place, s.waits_since) AS turn
                FROM (
                    SELECT d.webhook_id, d.book_id, coalesce(k.quick, false) AS quick,
                           greatest(d.next_attempt_at, d.lease_until) AS waits_since,
                           coalesce(k.running, 0) + row_number() OVER (
                               PARTITION BY d.webhook_id
                               ORDER BY greatest(d.next_attempt_at, d.lease_until)) AS place
                    FROM event_stream d
                    JOIN event_webhook w USING (webhook_id)
                    JOIN ledger_book b USING (book_id)
                    LEFT JOIN unnest($5::uuid[], $6::integer[], $7::boolean[]) AS k (webhook_id, running, quick)
                        USING (webhook_id)
                    CROSS JOIN t
                    WHERE w.status = 'ACTIVE'
                    AND %s
                    AND d.lease_until <= t.now
                    AND (d.stopped_at IS NULL OR d.resumed < w.resumed)
                    AND ((d.next_attempt_at <= t.now OR d.resumed < w.resumed)
                            AND d.position < b.last_seq + coalesce((
                                SELECT event_no - seq_before
                                FROM ledger_event v
                                WHERE v.book_id = d.book_id
                                ORDER BY event_no DESC
                                LIMIT 1), 0)
                        OR EXISTS (
                            SELECT
                            FROM event_aside a
                            WHERE a.webhook_id = d.webhook_id AND a.book_id = d.book_id AND a.state = 'REPLAYING'
                            AND a.next_attempt_at <= t.now))) s
                WHERE s.place <= $2) f
            WHERE f.quick OR f.turn <= $4
            ORDER BY f.place, f.waits_since
            LIMIT $3
            """.formatted(WebhookStore.CLIENT_HAS_KEY);

    /** Only one of several finds the lease over: the others wait for his row and look again. */
    private static final String CLAIM = NOW + """
            UPDATE event_stream d
            SET fence = d.fence + 1,
                lease_until = t.now + %s,
                attempts = CASE WHEN d.resumed < w.resumed THEN 0 ELSE d.attempts END,
                parked_in_row = CASE WHEN d.resumed < w.resumed THEN 0 ELSE d.parked_in_row END,
                next_attempt_at = CASE WHEN d.resumed < w.resumed THEN '-infinity' ELSE d.next_attempt_at END,
                stopped_at = CASE WHEN d.resumed < w.resumed THEN NULL ELSE d.stopped_at END,
                resumed = w.resumed
            FROM t, event_webhook w, ledger_book b
            WHERE d.webhook_id = $2 AND d.book_id = $3 AND w.webhook_id = d.webhook_id AND b.book_id = d.book_id
            AND w.status = 'ACTIVE' AND d.lease_until <= t.now
            RETURNING d.fence, d.position, d.attempts, d.next_attempt_at <= t.now AND d.stopped_at IS NULL, t.now, b.code,
                      w.url, w.types, w.secret, CASE WHEN w.old_until > t.now THEN w.old_secret END, w.active_since,
                      w.version
            """.formatted(LEASE);

    /** True while the webhook is as it was when the stream was claimed. */
    private static final String UNCHANGED = """
            RETURNING EXISTS (SELECT FROM event_webhook w WHERE w.webhook_id = d.webhook_id AND w.version = $5)
            """;

    private static final String DELIVERED = NOW + """
            UPDATE event_stream d
            SET position = $6, attempts = 0, parked_in_row = 0, last_error = NULL, last_attempt_at = t.now,
                delivered_at = t.now, lease_until = t.now + %s
            FROM t
            WHERE d.webhook_id = $2 AND d.book_id = $3 AND d.fence = $4
            """.formatted(LEASE) + UNCHANGED;

    private static final String PASSED = NOW + """
            UPDATE event_stream d
            SET position = $6, lease_until = t.now + %s
            FROM t
            WHERE d.webhook_id = $2 AND d.book_id = $3 AND d.fence = $4
            """.formatted(LEASE) + UNCHANGED;

    private static final String FAILED = NOW + """
            UPDATE event_stream d
            SET attempts = d.attempts + 1, next_attempt_at = t.now + $5::bigint * interval '1 millisecond',
                last_error = $6, last_attempt_at = t.now
            FROM t
            WHERE d.webhook_id = $2 AND d.book_id = $3 AND d.fence = $4
            """;

    private static final String PARKED = NOW + """
            , moved AS (
                UPDATE event_stream d
                SET position = $6, attempts = 0, parked_in_row = d.parked_in_row + 1, last_error = $7,
                    last_attempt_at = t.now, lease_until = t.now + %s,
                    stopped_at = CASE WHEN d.parked_in_row + 1 >= $9 THEN t.now END
                FROM t
                WHERE d.webhook_id = $2 AND d.book_id = $3 AND d.fence = $4
                RETURNING d.webhook_id, d.book_id, d.stopped_at),
            parked AS (
                INSERT INTO event_aside (webhook_id, book_id, event_no, state, since, attempts, next_attempt_at, last_error)
                SELECT webhook_id, book_id, $6, 'PARKED', t.now, $8, t.now, $7
                FROM moved, t
                ON CONFLICT (webhook_id, book_id, event_no) DO UPDATE
                SET state = 'PARKED', since = excluded.since, attempts = excluded.attempts,
                    last_error = excluded.last_error)
            SELECT d.stopped_at IS NULL
                   AND EXISTS (SELECT FROM event_webhook w WHERE w.webhook_id = d.webhook_id AND w.version = $5)
            FROM moved d
            """.formatted(LEASE);

    /** The numbers of the events that are imported entries: they have those behind what was appended before the import. */
    private static final String IMPORTED = """
            SELECT i.last_seq, coalesce(
                       (SELECT event_no - seq_before - 1
                        FROM ledger_event
                        WHERE book_id = $1 AND seq_before >= i.last_seq
                        ORDER BY event_no
                        LIMIT 1),
                       (SELECT event_no - seq_before
                        FROM ledger_event
                        WHERE book_id = $1
                        ORDER BY event_no DESC
                        LIMIT 1),
                       0)
            FROM imported_book i
            WHERE i.book_id = $1 AND i.last_seq > 0
            """;

    private static final String RELEASE = NOW + """
            UPDATE event_stream d
            SET lease_until = t.now
            FROM t
            WHERE d.webhook_id = $2 AND d.book_id = $3 AND d.fence = $4
            """;

    private static final String REPLAYS = NOW + """
            SELECT a.event_no, a.attempts, a.since
            FROM event_aside a, t
            WHERE a.webhook_id = $2 AND a.book_id = $3 AND a.state = 'REPLAYING' AND a.next_attempt_at <= t.now
            ORDER BY a.event_no
            LIMIT $4
            """;

    /** Who asked for it again meanwhile asked at another moment, and is not answered by this. */
    private static final String REPLAYED = NOW + """
            , held AS (
                UPDATE event_stream d
                SET lease_until = t.now + %s
                FROM t
                WHERE d.webhook_id = $2 AND d.book_id = $3 AND d.fence = $4
                RETURNING d.webhook_id, d.book_id)
            UPDATE event_aside a
            SET state = $7, since = CASE WHEN $7 = 'REPLAYING' THEN a.since ELSE t.now END, attempts = $8,
                next_attempt_at = t.now + $9::bigint * interval '1 millisecond', last_error = $10
            FROM held, t
            WHERE a.webhook_id = held.webhook_id AND a.book_id = held.book_id AND a.event_no = $5
            AND a.state = 'REPLAYING' AND a.since = $6
            RETURNING true
            """.formatted(LEASE);

    private static final String STANDING = """
            SELECT coalesce(max(greatest(0, b.last_seq + coalesce((
                       SELECT event_no - seq_before
                       FROM ledger_event v
                       WHERE v.book_id = d.book_id
                       ORDER BY event_no DESC
                       LIMIT 1), 0) - d.position)), 0)::bigint,
                   (SELECT count(*) FROM event_aside WHERE state = 'PARKED'),
                   count(*) FILTER (WHERE d.stopped_at IS NOT NULL AND d.resumed = w.resumed),
                   (SELECT coalesce(array_agg(w.webhook_id), '{}') FROM event_webhook w WHERE w.status = 'ACTIVE' AND NOT %s)
            FROM event_stream d
            JOIN event_webhook w USING (webhook_id)
            JOIN ledger_book b USING (book_id)
            WHERE w.status = 'ACTIVE'
            """.formatted(WebhookStore.CLIENT_HAS_KEY);

    private final Pool pool;

    DeliveryStore(Pool pool) {
        this.pool = pool;
    }

    /** A webhook and a book. */
    record Stream(UUID webhook, int book) {}

    /**
     * A stream that is ours for a while.
     *
     * @param mayGoOn whether its next event may be tried now; else there are only replays
     * @param secrets sealed; the new one first
     */
    record Lease(
            Stream stream,
            long fence,
            long position,
            int attempts,
            boolean mayGoOn,
            Instant now,
            String book,
            String url,
            Set<String> types,
            List<byte[]> secrets,
            Instant activeSince,
            long version) {}

    /** An event that is to be sent again. */
    record Replay(long event, int attempts, Instant since) {}

    /**
     * Of all webhooks: how many events the slowest stream is behind, what is parked, and what stopped.
     *
     * @param withoutKey the webhooks that are active and whose clients have no key
     */
    record Standing(long lag, long parked, long stopped, Set<UUID> withoutKey) {
        static final Standing NONE = new Standing(0, 0, 0, Set.of());
    }

    void addStreams() {
        pool.query(ADD_STREAMS).execute().await().atMost(PATIENCE);
    }

    /**
     * What a process knows of a webhook.
     *
     * @param running how many of its streams it delivers
     * @param quick whether its receiver answered the last time soon
     */
    record Known(UUID webhook, int running, boolean quick) {}

    /** A stream to deliver, and whether its webhook was known as quick. */
    record Due(Stream stream, boolean quick) {}

    /**
     * Streams to deliver now.
     *
     * @param perWebhook the most of each webhook, with those that are under way
     * @param most the most in all
     * @param mostSlow the most of those whose webhooks are not known as quick
     */
    List<Due> due(long aheadMillis, int perWebhook, int most, int mostSlow, List<Known> known) {
        List<Due> due = new ArrayList<>();
        Tuple arguments = Tuple.of(aheadMillis, (long) perWebhook, (long) most, (long) mostSlow)
                .addArrayOfUUID(known.stream().map(Known::webhook).toArray(UUID[]::new))
                .addArrayOfInteger(known.stream().map(Known::running).toArray(Integer[]::new))
                .addArrayOfBoolean(known.stream().map(Known::quick).toArray(Boolean[]::new));
        for (Row row : run(DUE, arguments)) {
            due.add(new Due(new Stream(row.getUUID(0), row.getShort(1)), row.getBoolean(2)));
        }
        return due;
    }

    /** Takes the lease; null when another has it, or the webhook is not active. */
    @Nullable
    Lease claim(long aheadMillis, Stream stream) {
        for (Row row : run(CLAIM, Tuple.of(aheadMillis, stream.webhook(), (short) stream.book()))) {
            List<byte[]> secrets = new ArrayList<>();
            secrets.add(row.getBuffer(8).getDelegate().getBytes());
            if (row.getBuffer(9) != null) {
                secrets.add(row.getBuffer(9).getDelegate().getBytes());
            }
            return new Lease(
                    stream,
                    row.getLong(0),
                    row.getLong(1),
                    row.getInteger(2),
                    row.getBoolean(3),
                    row.getOffsetDateTime(4).toInstant(),
                    row.getString(5),
                    row.getString(6),
                    Set.of(row.getArrayOfStrings(7)),
                    secrets,
                    row.getOffsetDateTime(10).toInstant(),
                    row.getLong(11));
        }
        return null;
    }

    /** Moves the position over an event that was delivered. Whether the lease still holds and the webhook is unchanged. */
    boolean delivered(long aheadMillis, Lease lease, long event) {
        return told(
                run(DELIVERED, held(aheadMillis, lease).addLong(lease.version()).addLong(event)));
    }

    /** Events from one to another: entries that were posted in another installation. */
    record Imported(long first, long last) {
        static final Imported NONE = new Imported(1, 0);

        boolean covers(long number) {
            return first <= number && number <= last;
        }
    }

    /** Which events of a book were imported. */
    Imported imported(int book) {
        for (Row row : run(IMPORTED, Tuple.of((short) book))) {
            return new Imported(row.getLong(1) + 1, row.getLong(1) + row.getLong(0));
        }
        return Imported.NONE;
    }

    /** Moves the position over events that are not asked for. */
    boolean passed(long aheadMillis, Lease lease, long event) {
        return told(
                run(PASSED, held(aheadMillis, lease).addLong(lease.version()).addLong(event)));
    }

    void failed(long aheadMillis, Lease lease, Duration pause, String error) {
        run(FAILED, held(aheadMillis, lease).addLong(pause.toMillis()).addString(error));
    }

    /** Moves the position over an event that is given up; the stream stops when it is the {@code most}th in a row. */
    boolean parked(long aheadMillis, Lease lease, long event, String error, int attempts, int most) {
        return told(run(
                PARKED,
                held(aheadMillis, lease)
                        .addLong(lease.version())
                        .addLong(event)
                        .addString(error)
                        .addInteger(attempts)
                        .addInteger(most)));
    }

    void release(long aheadMillis, Lease lease) {
        run(RELEASE, held(aheadMillis, lease));
    }

    List<Replay> replays(long aheadMillis, Stream stream, int most) {
        List<Replay> replays = new ArrayList<>();
        for (Row row : run(REPLAYS, Tuple.of(aheadMillis, stream.webhook(), (short) stream.book(), (long) most))) {
            replays.add(new Replay(
                    row.getLong(0), row.getInteger(1), row.getOffsetDateTime(2).toInstant()));
        }
        return replays;
    }

    /** Notes what came of a replay. Whether the lease still holds and nobody asked for it anew. */
    boolean replayed(
            long aheadMillis,
            Lease lease,
            Replay replay,
            ParkedView.State state,
            int attempts,
            Duration pause,
            @Nullable String error) {
        return told(run(
                REPLAYED,
                held(aheadMillis, lease)
                        .addLong(replay.event())
                        .addOffsetDateTime(replay.since().atOffset(java.time.ZoneOffset.UTC))
                        .addString(state.name())
                        .addInteger(attempts)
                        .addLong(pause.toMillis())
                        .addString(error)));
    }

    Standing standing() {
        Row row = pool.query(STANDING)
                .execute()
                .await()
                .atMost(PATIENCE)
                .iterator()
                .next();
        return new Standing(row.getLong(0), row.getLong(1), row.getLong(2), Set.of(row.getArrayOfUUIDs(3)));
    }

    private static Tuple held(long aheadMillis, Lease lease) {
        return Tuple.tuple()
                .addLong(aheadMillis)
                .addUUID(lease.stream().webhook())
                .addShort((short) lease.stream().book())
                .addLong(lease.fence());
    }

    private static boolean told(RowSet<Row> rows) {
        for (Row row : rows) {
            return row.getBoolean(0);
        }
        return false;
    }

    private RowSet<Row> run(String sql, Tuple arguments) {
        return pool.preparedQuery(sql).execute(arguments).await().atMost(PATIENCE);
    }
}
