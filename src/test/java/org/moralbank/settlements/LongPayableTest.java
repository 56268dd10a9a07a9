package org.moralbank.settlements;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.moralbank.platform.CountedReads;
import org.moralbank.platform.TestDatabase;

/**
 * What a page of a merchant's transactions reads, where he has sold for long, and that nothing is missed by it.
 *
 * <p>Ten redemptions a day. Of the day before the last five the entries are there: they were captured six days later.
 */
class LongPayableTest {
    private static final int REDEMPTIONS = 5_000;
    private static final int LAST_CAPTURED = REDEMPTIONS - 50;
    private static final PayableStore.Extent EXTENT =
            new PayableStore.Extent(1, "S-1", 1, LAST_CAPTURED - 10, LAST_CAPTURED);

    private static final TestDatabase.Database DATABASE = TestDatabase.fresh();
    private static final CountedReads COUNTED = new CountedReads(DATABASE);
    private static final PayableStore STORE = new PayableStore(COUNTED.pool());

    @BeforeAll
    static void aLongPayable() throws SQLException {
        DATABASE.migrate();
        try (Connection owner = DATABASE.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                            seq, captured_at, occurred_on, created_at)
                    SELECT 1, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008'
                               || lpad(to_hex(n), 15, '0'))::uuid,
                           'SALE', 'CAPTURED', 'M-' || n %% 50, 'S-1', 5, 5, 5, n, at, '2023-01-01'::date, at
                    FROM generate_series(1, %1$d) n
                    CROSS JOIN LATERAL (
                        SELECT '2023-01-01 00:00+08'::timestamptz + n * interval '144 minutes' AS at) t;
                    INSERT INTO ledger_posting (book_id, account_id, seq, amount, balance_after, version)
                    SELECT 1, 1, seq, 5, 5 * seq, seq
                    FROM generate_series(%2$d - 9, %2$d) seq;
                    INSERT INTO ledger_entry (book_id, seq, posted_at, client_id, occurred_on, type, unit, canonical,
                                              leaf_hash, accounts)
                    SELECT 1, seq, '2023-01-07 00:00+08'::timestamptz + seq * interval '144 minutes', 1, '2023-01-01',
                           'REDEEM_CAPTURE', 'PTS', '', sha256(''), ARRAY[1, 2]
                    FROM generate_series(%2$d - 9, %2$d) seq;
                    """.formatted(REDEMPTIONS, LAST_CAPTURED));
            statement.execute("VACUUM ANALYZE");
        }
    }

    @AfterAll
    static void close() {
        COUNTED.close();
    }

    @Test
    void aLateCaptureIsLookedForAsFarBackAsAnAuthorizationLasts() {
        long read = COUNTED.of(() -> {
            List<PayableStore.Transaction> page =
                    STORE.transactions(EXTENT, EXTENT.after(), 500).await().indefinitely();

            assertThat(page)
                    .hasSize(10)
                    .allSatisfy(one -> assertThat(Objects.requireNonNull(one.redeemed())
                                            .redemption()
                                            .getLeastSignificantBits()
                                    & 0xffff)
                            .isEqualTo(one.seq()));
        });

        assertThat(read).isLessThan(1_000);
    }
}
