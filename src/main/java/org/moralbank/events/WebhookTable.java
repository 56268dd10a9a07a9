package org.moralbank.events;

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
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.platform.Moments;

/** Rows of {@code event_webhook}, changed under the lock of book 0. */
final class WebhookTable implements Table<UUID, Webhook> {
    static final WebhookTable WEBHOOKS = new WebhookTable();

    static final String COLUMNS = """
            w.webhook_id, w.client_id, w.url, w.books, w.types, w.status, w.secret, w.old_secret, w.old_until, w.created_at,
            w.active_since, w.resumed, w.version
            """;

    private static final String LOAD = "SELECT " + COLUMNS + "FROM event_webhook w WHERE w.webhook_id = ANY ($1)";

    private static final String UPSERT = """
            INSERT INTO event_webhook (webhook_id, client_id, url, books, types, status, secret, old_secret, old_until,
                                       created_at, active_since, resumed, version)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (webhook_id) DO UPDATE
            SET status = excluded.status, secret = excluded.secret, old_secret = excluded.old_secret,
                old_until = excluded.old_until, active_since = excluded.active_since, resumed = excluded.resumed,
                version = excluded.version
            """;

    private WebhookTable() {}

    @Override
    public Future<Map<UUID, Webhook>> load(SqlConnection connection, List<UUID> keys) {
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.of(keys.toArray(UUID[]::new)))
                .map(rows -> {
                    Map<UUID, Webhook> found = new HashMap<>();
                    for (Row row : rows) {
                        found.put(row.getUUID(0), webhook(row));
                    }
                    return found;
                });
    }

    static Webhook webhook(Row row) {
        return new Webhook(
                row.getUUID(0),
                row.getInteger(1),
                row.getString(2),
                Set.of(row.getArrayOfStrings(3)),
                Set.of(row.getArrayOfStrings(4)),
                Webhook.Status.valueOf(row.getString(5)),
                bytes(row.getBuffer(6)),
                bytes(row.getBuffer(7)),
                Moments.instant(row.getOffsetDateTime(8)),
                row.getOffsetDateTime(9).toInstant(),
                row.getOffsetDateTime(10).toInstant(),
                row.getInteger(11),
                row.getLong(12));
    }

    private static byte @Nullable [] bytes(@Nullable Buffer buffer) {
        return buffer == null ? null : buffer.getBytes();
    }

    @Override
    public void write(Writing writing, List<Change<UUID, Webhook>> changes) {
        for (Change<UUID, Webhook> change : changes) {
            Webhook webhook = change.after();
            writing.execute(
                    UPSERT,
                    Tuple.tuple()
                            .addUUID(webhook.id())
                            .addInteger(webhook.client())
                            .addString(webhook.url())
                            .addArrayOfString(webhook.books().stream().sorted().toArray(String[]::new))
                            .addArrayOfString(webhook.types().stream().sorted().toArray(String[]::new))
                            .addString(webhook.status().name())
                            .addBuffer(buffer(webhook.secret()))
                            .addBuffer(buffer(webhook.oldSecret()))
                            .addOffsetDateTime(Moments.utc(webhook.oldUntil()))
                            .addOffsetDateTime(Moments.utc(webhook.createdAt()))
                            .addOffsetDateTime(Moments.utc(webhook.activeSince()))
                            .addInteger(webhook.resumed())
                            .addLong(webhook.version()));
        }
    }

    private static @Nullable Buffer buffer(byte @Nullable [] bytes) {
        return bytes == null ? null : Buffer.buffer(bytes);
    }

    /** The streams of a new webhook: where it begins in each book. Only added; the deliverer moves them. */
    static final class Streams implements Table<Streams.Key, Long> {
        static final Streams STREAMS = new Streams();

        private static final String INSERT = """
                INSERT INTO event_stream (webhook_id, book_id, position)
                SELECT *
                FROM unnest($1::uuid[], $2::smallint[], $3::bigint[])
                """;

        record Key(UUID webhook, int book) {}

        private Streams() {}

        @Override
        public Future<Map<Key, Long>> load(SqlConnection connection, List<Key> keys) {
            throw new IllegalStateException("works only add streams");
        }

        @Override
        public void write(Writing writing, List<Change<Key, Long>> changes) {
            writing.execute(
                    INSERT,
                    Tuple.of(
                            changes.stream()
                                    .map(change -> change.key().webhook())
                                    .toArray(UUID[]::new),
                            changes.stream()
                                    .map(change -> (short) change.key().book())
                                    .toArray(Short[]::new),
                            changes.stream().map(Change::after).toArray(Long[]::new)));
        }
    }

    /** Events that are to be sent again. Works only ask; the deliverer answers. */
    static final class Replays implements Table<Replays.Key, Instant> {
        static final Replays REPLAYS = new Replays();

        private static final String UPSERT = """
                INSERT INTO event_aside (webhook_id, book_id, event_no, state, since, attempts, next_attempt_at)
                VALUES ($1, $2, $3, 'REPLAYING', $4, 0, $4)
                ON CONFLICT (webhook_id, book_id, event_no) DO UPDATE
                SET state = 'REPLAYING', since = excluded.since, attempts = 0, next_attempt_at = excluded.since,
                    last_error = NULL
                """;

        private static final String ALL_PARKED = """
                UPDATE event_aside
                SET state = 'REPLAYING', since = $2, attempts = 0, next_attempt_at = $2, last_error = NULL
                WHERE webhook_id = $1 AND state = 'PARKED'
                """;

        /** An event of a book, or with {@code book} 0 all that are parked. */
        record Key(UUID webhook, int book, long event) {
            static Key allParked(UUID webhook) {
                return new Key(webhook, 0, 0);
            }
        }

        private Replays() {}

        @Override
        public Future<Map<Key, Instant>> load(SqlConnection connection, List<Key> keys) {
            throw new IllegalStateException("works only ask for replays");
        }

        @Override
        public void write(Writing writing, List<Change<Key, Instant>> changes) {
            for (Change<Key, Instant> change : changes) {
                Key key = change.key();
                OffsetDateTime at = change.after().atOffset(ZoneOffset.UTC);
                if (key.book() == 0) {
                    writing.execute(ALL_PARKED, Tuple.of(key.webhook(), at));
                } else {
                    writing.execute(UPSERT, Tuple.of(key.webhook(), (short) key.book(), key.event(), at));
                }
            }
        }
    }
}
