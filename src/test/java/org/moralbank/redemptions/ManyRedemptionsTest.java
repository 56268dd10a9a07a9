package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.CountedReads;
import org.moralbank.platform.Page;
import org.moralbank.platform.TestDatabase;

/**
 * What a list reads of many redemptions, and that nothing is missed by it.
 *
 * <p>Ten a day, the first of each at midnight in Shanghai. Some were recorded late, and some by a clock that was two days slow.
 */
class ManyRedemptionsTest {
    private static final int REDEMPTIONS = 5_000;
    private static final LocalDate LAST_DAY = LocalDate.of(2023, 1, 1).plusDays(REDEMPTIONS / 10 - 1);
    private static final BookHandle BOOK = new BookHandle(1, "LONG", ZoneId.of("Asia/Shanghai"));

    private static final TestDatabase.Database DATABASE = TestDatabase.fresh();
    private static final CountedReads COUNTED = new CountedReads(DATABASE);
    private static final RedemptionStore STORE = new RedemptionStore(COUNTED.pool());

    @BeforeAll
    static void manyRedemptions() throws SQLException {
        DATABASE.migrate();
        try (Connection owner = DATABASE.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                            seq, captured_at, occurred_on, created_at)
                    SELECT 1, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008'
                               || lpad(to_hex(n), 15, '0'))::uuid,
                           'SALE', 'CAPTURED', 'M-' || n %% 50, 'S-' || n %% 3, 5, 5, 5, n, at,
                           '2023-01-01'::date + ((n - 1) / 10)::integer
                               + CASE WHEN n %% 13 = 0 THEN 2 WHEN n %% 7 = 0 THEN - (n %% 30)::integer ELSE 0 END,
                           at
                    FROM generate_series(1, %d) n
                    CROSS JOIN LATERAL (
                        SELECT '2023-01-01 00:00+08'::timestamptz + (n - 1) * interval '144 minutes' AS at) t;
                    """.formatted(REDEMPTIONS));
            statement.execute("VACUUM ANALYZE");
        }
    }

    @AfterAll
    static void close() {
        COUNTED.close();
    }

    @Test
    void theRedemptionsSinceADayAreLookedForSinceThen() throws SQLException {
        LocalDate from = LAST_DAY.minusDays(3);

        long read = COUNTED.of(() -> assertThat(ids(filter(null, from), 50)).hasSizeGreaterThan(30));
        long readOfAMerchant =
                COUNTED.of(() -> assertThat(ids(filter("S-1", from), 50)).hasSizeGreaterThan(10));

        assertThat(read).isLessThan(500);
        assertThat(readOfAMerchant).isLessThan(500);
    }

    /** Whatever day is asked for, what happened on it or later is told, also where it was recorded before. */
    @Test
    void nothingSinceADayIsMissed() throws SQLException {
        for (LocalDate from = LAST_DAY.minusDays(30); !from.isAfter(LAST_DAY.plusDays(3)); from = from.plusDays(1)) {
            List<String> expected = expected(from);

            assertThat(ids(filter(null, from), 500)).isEqualTo(expected);
            assertThat(ids(filter(null, from), 37)).isEqualTo(expected);
        }
        assertThat(ids(filter(null, LocalDate.of(0, 1, 1)), 500)).hasSize(REDEMPTIONS);
    }

    private static RedemptionStore.Filter filter(@Nullable String merchant, LocalDate from) {
        return new RedemptionStore.Filter(merchant, null, null, null, null, from, null, null, null);
    }

    /** The ids of all pages. */
    private static List<String> ids(RedemptionStore.Filter filter, int limit) {
        List<String> all = new ArrayList<>();
        String next = null;
        do {
            String after =
                    next == null ? null : new String(Base64.getUrlDecoder().decode(next), StandardCharsets.UTF_8);
            Page<RedemptionView> page = STORE.list(BOOK, Sight.ALL, filter, new Page.Request(limit, after))
                    .await()
                    .indefinitely();
            page.items().forEach(redemption -> all.add(redemption.id()));
            next = page.next();
        } while (next != null);
        return all;
    }

    /** What the table says, looked through from its beginning to its end. */
    private static List<String> expected(LocalDate from) throws SQLException {
        List<String> ids = new ArrayList<>();
        try (Connection owner = DATABASE.connectAsOwner();
                var statement = owner.createStatement();
                var rows = statement.executeQuery("SELECT redemption_id FROM redemption WHERE occurred_on >= '" + from
                        + "' ORDER BY redemption_id")) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }
}
