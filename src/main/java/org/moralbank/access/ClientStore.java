package org.moralbank.access;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads of {@code access_client} and {@code access_key}. */
@ApplicationScoped
class ClientStore {
    private static final String FIND_BY_KEY = """
            SELECT k.key_id, c.client_id, c.client, c.roles, c.books, c.merchant
            FROM access_key k
            JOIN access_client c USING (client_id)
            WHERE k.key_hash = $1 AND k.revoked_at IS NULL
            """;

    private final Pool pool;

    ClientStore(Pool pool) {
        this.pool = pool;
    }

    /** Who has a key that is not revoked; empty when none. */
    Uni<Optional<Caller>> findByKeyHash(byte[] hash) {
        return pool.preparedQuery(FIND_BY_KEY)
                .execute(Tuple.of(Buffer.buffer(hash)))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(new Caller(client(row), row.getUUID(0)));
                    }
                    return Optional.empty();
                });
    }

    private static Client client(Row row) {
        return new Client(
                row.getInteger(1),
                row.getString(2),
                Arrays.stream(row.getArrayOfStrings(3)).map(Role::valueOf).collect(Collectors.toUnmodifiableSet()),
                Set.of(row.getArrayOfStrings(4)),
                row.getString(5));
    }
}
