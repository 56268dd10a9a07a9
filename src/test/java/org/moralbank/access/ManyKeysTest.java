package org.moralbank.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.moralbank.platform.CountedReads;
import org.moralbank.platform.Page;
import org.moralbank.platform.TestDatabase;

/** What is read for one client does not grow with the keys of all, which are never deleted. */
class ManyKeysTest {
    private static final int CLIENTS = 1_000;
    private static final int KEYS_EACH = 20;

    /** The client, and his keys a few times over. */
    private static final long FEW = 200;

    private static final TestDatabase.Database DATABASE = TestDatabase.fresh();
    private static final CountedReads COUNTED = new CountedReads(DATABASE);
    private static final ClientStore STORE = new ClientStore(COUNTED.pool());

    @BeforeAll
    static void manyKeys() throws SQLException {
        DATABASE.migrate();
        try (Connection owner = DATABASE.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO access_client (client_id, client, roles, books, created_at)
                    SELECT n, 'till-' || n, '{APP}', '{B}', '2025-01-01Z' FROM generate_series(1, %1$d) n;
                    INSERT INTO access_key (key_id, client_id, key_hash, created_at, revoked_at)
                    SELECT gen_random_uuid(), n, sha256(convert_to(n || '-' || k, 'UTF8')), '2025-01-01Z',
                           CASE WHEN k > 1 THEN '2025-02-01Z'::timestamptz END
                    FROM generate_series(1, %1$d) n, generate_series(1, %2$d) k;
                    """.formatted(CLIENTS, KEYS_EACH));
            statement.execute("VACUUM ANALYZE access_client, access_key");
        }
    }

    @AfterAll
    static void close() {
        COUNTED.close();
    }

    @Test
    void theKeysOfAClientAreFoundByHim() {
        long read = COUNTED.of(
                () -> assertThat(STORE.keysOf(7).await().indefinitely()).hasSize(KEYS_EACH));

        assertThat(read).isLessThan(FEW);
    }

    @Test
    void aPageOfTheKeysOfANameIsToo() {
        long read = COUNTED.of(() -> assertThat(STORE.keysOf("till-7", new Page.Request(10, null))
                        .await()
                        .indefinitely()
                        .items())
                .hasSize(10));

        assertThat(read).isLessThan(FEW);
    }
}
