package org.moralbank.access;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Rechecked;
import org.moralbank.commits.Table;
import org.moralbank.commits.WorkingSet;
import org.moralbank.commits.Writing;
import org.moralbank.platform.Moments;

/** Rows of {@code access_key}, as commits see them. */
final class KeyTable implements Rechecked<UUID, KeyTable.Key> {
    static final KeyTable KEYS = new KeyTable();

    private static final String LOAD = """
            SELECT key_id, client_id, key_hash, created_at, revoked_at
            FROM access_key
            WHERE key_id = ANY ($1)
            """;

    private static final String UPSERT = """
            INSERT INTO access_key (key_id, client_id, key_hash, created_at, revoked_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (key_id) DO UPDATE SET revoked_at = excluded.revoked_at
            """;

    private static final String RECHECK = """
            SELECT 1 / (count(*) = 0)::int
            FROM access_key
            WHERE key_id = ANY ($1) AND revoked_at IS NOT NULL
            """;

    private KeyTable() {}

    /** A key, known by its hash. */
    record Key(
            UUID id,
            int client,
            byte[] hash,
            Instant createdAt,
            @Nullable Instant revokedAt) {
        Key revoked(Instant at) {
            return new Key(id, client, hash, createdAt, at);
        }
    }

    @Override
    public Future<Map<UUID, Key>> load(SqlConnection connection, List<UUID> keys) {
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.of(keys.toArray(UUID[]::new)))
                .map(rows -> {
                    Map<UUID, Key> found = new HashMap<>();
                    for (Row row : rows) {
                        found.put(
                                row.getUUID(0),
                                new Key(
                                        row.getUUID(0),
                                        row.getInteger(1),
                                        row.getBuffer(2).getBytes(),
                                        row.getOffsetDateTime(3).toInstant(),
                                        Moments.instant(row.getOffsetDateTime(4))));
                    }
                    return found;
                });
    }

    /** A key that worked may have been revoked since; one that was revoked stays so. */
    @Override
    public void recheck(Writing writing, Map<UUID, Key> rows) {
        UUID[] live = rows.values().stream()
                .filter(key -> key.revokedAt() == null)
                .map(Key::id)
                .toArray(UUID[]::new);
        writing.execute(RECHECK, Tuple.of(live));
    }

    @Override
    public void write(Writing writing, List<Change<UUID, Key>> changes) {
        for (Change<UUID, Key> change : changes) {
            Key key = change.after();
            writing.execute(
                    UPSERT,
                    Tuple.tuple()
                            .addUUID(key.id())
                            .addInteger(key.client())
                            .addBuffer(Buffer.buffer(key.hash()))
                            .addOffsetDateTime(key.createdAt().atOffset(ZoneOffset.UTC))
                            .addOffsetDateTime(Moments.utc(key.revokedAt())));
        }
    }

    /** What there is of a key that a start offers, by its SHA-256 in hexadecimal. Nothing is written of it. */
    static final class Offered implements Table<String, Offered.Seen> {
        static final Offered OFFERED = new Offered();

        private static final String LOAD = """
                SELECT o.hash,
                       EXISTS (SELECT FROM access_key k WHERE k.key_hash = decode(o.hash, 'hex')),
                       EXISTS (SELECT FROM access_key k
                               JOIN access_client c USING (client_id)
                               WHERE k.revoked_at IS NULL AND $2 = ANY (c.roles) AND $3 = ANY (c.books))
                FROM unnest($1::text[]) AS o (hash)
                """;

        private Offered() {}

        /**
         * What is seen.
         *
         * @param isSomebodys whether a client has or had the key
         * @param isNeeded whether no operator of every book has a key that works
         */
        record Seen(boolean isSomebodys, boolean isNeeded) {}

        @Override
        public Future<Map<String, Seen>> load(SqlConnection connection, List<String> hashes) {
            return connection
                    .preparedQuery(LOAD)
                    .execute(Tuple.tuple()
                            .addArrayOfString(hashes.toArray(String[]::new))
                            .addString(Role.OPERATOR.name())
                            .addString(Client.EVERY_BOOK))
                    .map(rows -> {
                        Map<String, Seen> found = new HashMap<>();
                        rows.forEach(
                                row -> found.put(row.getString(0), new Seen(row.getBoolean(1), !row.getBoolean(2))));
                        return found;
                    });
        }

        @Override
        public void write(Writing writing, List<Change<String, Seen>> changes) {}
    }

    /** The keys of a client that work, by his name. The rows of the keys themselves are what writes it. */
    static final class Live implements Table<String, Set<UUID>> {
        static final Live LIVE = new Live();

        private static final String LOAD = """
                SELECT c.client, array_agg(k.key_id)
                FROM access_client c
                JOIN access_key k USING (client_id)
                WHERE c.client = ANY ($1) AND k.revoked_at IS NULL
                GROUP BY c.client
                """;

        private Live() {}

        static Set<UUID> of(WorkingSet set, String client) {
            return Objects.requireNonNullElse(set.find(LIVE, client), Set.of());
        }

        @Override
        public Future<Map<String, Set<UUID>>> load(SqlConnection connection, List<String> clients) {
            return connection
                    .preparedQuery(LOAD)
                    .execute(Tuple.tuple().addArrayOfString(clients.toArray(String[]::new)))
                    .map(rows -> {
                        Map<String, Set<UUID>> found = new HashMap<>();
                        for (Row row : rows) {
                            found.put(row.getString(0), Set.of(row.getArrayOfUUIDs(1)));
                        }
                        return found;
                    });
        }

        @Override
        public void write(Writing writing, List<Change<String, Set<UUID>>> changes) {}
    }
}
