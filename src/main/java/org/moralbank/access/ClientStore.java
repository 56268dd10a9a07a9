package org.moralbank.access;

import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Moments;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Reads of {@code access_client} and {@code access_key}. */
@ApplicationScoped
class ClientStore {
    /** What {@link #client} reads; of both worlds of rows, Mutiny's and Vert.x's own. */
    static final String COLUMNS = "c.client_id, c.client, c.roles, c.books, c.merchant, c.terminal";

    /**
     * The books of a client. The kernel's table is read here, below the kernel, because a revocation has to wait for the books'
     * commits, and only their numbers are known to locks.
     */
    private static final String BOOKS_OF = """
            SELECT b.book_id::int
            FROM access_client c
            JOIN ledger_book b ON b.code = ANY (c.books) OR '*' = ANY (c.books)
            WHERE c.client = $1
            ORDER BY b.book_id
            """;

    private static final String FIND_BY_KEY = "SELECT " + COLUMNS + """
            , k.key_id
            FROM access_key k
            JOIN access_client c USING (client_id)
            WHERE k.key_hash = $1 AND k.revoked_at IS NULL
            """;

    private static final String FIND = "SELECT " + COLUMNS + """
            , c.created_at
            FROM access_client c
            WHERE c.client = $1
            """;

    private static final String LIST = "SELECT " + COLUMNS + """
            , c.created_at
            FROM access_client c
            WHERE c.client > $1 AND ($2 OR c.books <@ $3)
            AND ($4::text IS NULL OR $4 = ANY (c.roles))
            AND ($5::text IS NULL OR $5 = ANY (c.books) OR '*' = ANY (c.books))
            AND ($6::text IS NULL OR c.merchant = $6)
            ORDER BY c.client
            LIMIT $7
            """;

    private static final String KEYS_OF = """
            SELECT k.key_id, k.created_at, k.revoked_at
            FROM access_key k
            WHERE k.client_id = $1
            ORDER BY k.created_at, k.key_id
            """;

    private static final String KEYS_BY_NAME = """
            SELECT k.key_id, k.created_at, k.revoked_at
            FROM access_client c
            JOIN access_key k USING (client_id)
            WHERE c.client = $1 AND ($2::uuid IS NULL OR k.key_id > $2)
            ORDER BY k.key_id
            LIMIT $3
            """;

    private static final String KEY_BY_NAME = """
            SELECT k.key_id, k.created_at, k.revoked_at
            FROM access_client c
            JOIN access_key k USING (client_id)
            WHERE c.client = $1 AND k.key_id = $2
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
                        return Optional.of(new Caller(client(row.getDelegate()), row.getUUID(6)));
                    }
                    return Optional.empty();
                });
    }

    /** A client by name. */
    Uni<Optional<ClientTable.Registered>> find(String name) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.of(name))
                .map(rows -> registered(rows).stream().findFirst());
    }

    /** What a list is narrowed to; null narrows nothing. Who may use every book may use each. */
    record Filter(
            @Nullable Role role,
            @Nullable String book,
            @Nullable String merchant) {}

    /** Clients by name, of all whose books the caller may use. */
    Uni<List<ClientTable.Registered>> list(Client caller, Filter filter, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addString(page.after() == null ? "" : page.after())
                .addBoolean(caller.mayUse(Client.EVERY_BOOK))
                .addArrayOfString(caller.books().toArray(String[]::new))
                .addString(filter.role() == null ? null : filter.role().name())
                .addString(filter.book())
                .addString(filter.merchant())
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(ClientStore::registered);
    }

    /** The keys of a client, the oldest first. */
    Uni<List<KeyView>> keysOf(int client) {
        return pool.preparedQuery(KEYS_OF).execute(Tuple.of(client)).map(ClientStore::keys);
    }

    /** A page of the keys of the client of a name, in the order of their ids; none when there is no such client. */
    Uni<Page<KeyView>> keysOf(String client, Page.Request page) {
        Tuple arguments =
                Tuple.tuple().addString(client).addUUID(page.afterId()).addInteger(page.rows());
        return pool.preparedQuery(KEYS_BY_NAME)
                .execute(arguments)
                .map(rows -> Page.of(page, keys(rows), key -> key.keyId().toString()));
    }

    /** A key of the client of a name. A key of another, or of nobody, is a path that leads nowhere. */
    Uni<KeyView> keyOf(String client, @Nullable UUID keyId) {
        return pool.preparedQuery(KEY_BY_NAME)
                .execute(Tuple.of(client, keyId))
                .map(rows -> keys(rows).stream()
                        .findFirst()
                        .orElseThrow(() -> new ProtocolRejection.NotFound("key").refused()));
    }

    private static List<KeyView> keys(RowSet<Row> rows) {
        List<KeyView> keys = new ArrayList<>(rows.size());
        for (Row row : rows) {
            keys.add(new KeyView(
                    row.getUUID(0),
                    row.getOffsetDateTime(1).toInstant(),
                    Moments.instant(row.getOffsetDateTime(2)),
                    null));
        }
        return keys;
    }

    /** The ids of the books that a client may use now. */
    Uni<List<Integer>> booksOf(String client) {
        return pool.preparedQuery(BOOKS_OF).execute(Tuple.of(client)).map(rows -> {
            List<Integer> books = new ArrayList<>(rows.size());
            rows.forEach(row -> books.add(row.getInteger(0)));
            return books;
        });
    }

    private static List<ClientTable.Registered> registered(RowSet<Row> rows) {
        List<ClientTable.Registered> all = new ArrayList<>();
        for (Row row : rows) {
            all.add(new ClientTable.Registered(
                    client(row.getDelegate()), row.getOffsetDateTime(6).toInstant()));
        }
        return all;
    }

    static Client client(io.vertx.sqlclient.Row row) {
        return new Client(
                row.getInteger(0),
                row.getString(1),
                Arrays.stream(row.getArrayOfStrings(2)).map(Role::valueOf).collect(Collectors.toUnmodifiableSet()),
                Set.of(row.getArrayOfStrings(3)),
                row.getString(4),
                row.getString(5));
    }
}
