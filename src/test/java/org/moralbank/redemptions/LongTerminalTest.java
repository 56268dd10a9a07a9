package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.CountedReads;
import org.moralbank.platform.TestDatabase;

/** What is read of a terminal that has sold for years. */
class LongTerminalTest {
    @Test
    void theNumbersOfADayAreReadWithoutThoseOfYears() throws Exception {
        TestDatabase.Database database = TestDatabase.fresh().migrate();
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement();
                CountedReads counted = new CountedReads(database)) {
            // Ten a day.
            statement.execute("""
                    INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                            seq, captured_at, occurred_on, created_at, terminal, terminal_transaction, content)
                    SELECT 1, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008'
                               || lpad(to_hex(n), 15, '0'))::uuid,
                           'SALE', 'CAPTURED', 'M-1', 'S-1', 5, 5, 5, n, at, (at AT TIME ZONE 'Asia/Shanghai')::date, at,
                           'T1', n::text, sha256('')
                    FROM generate_series(0, 9999) n
                    CROSS JOIN LATERAL (
                        SELECT '2023-01-01 00:00+08'::timestamptz + n * interval '144 minutes' AS at) t;
                    """);
            statement.execute("VACUUM ANALYZE redemption");
            DayEndStore store = new DayEndStore(counted.pool());
            BookHandle book = new BookHandle(1, "BHL", ZoneId.of("Asia/Shanghai"));
            LocalDate last = LocalDate.of(2023, 1, 1).plusDays(999);

            long read = counted.of(() -> assertThat(
                            store.numbers(book, "S-1", "T1", last, last).await().indefinitely())
                    .containsExactlyInAnyOrder(
                            "9990", "9991", "9992", "9993", "9994", "9995", "9996", "9997", "9998", "9999"));

            assertThat(read).isLessThan(200);
        }
    }
}
