package org.moralbank.paycodes;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.moralbank.commits.TestCommits;
import org.moralbank.platform.TestDatabase;

/** Which vouchers expire first where there are more than expire at once. */
class VoucherExpiryTest {
    @Test
    void aBookWithManyDoesNotHideTheOthers() throws Exception {
        TestDatabase.Database database = TestCommits.aDatabase(2);
        try (TestCommits commits = TestCommits.on(database, 1);
                Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO pay_voucher (book_id, voucher_id, code_hash, member, amount, status, expires_on, expires_at,
                                             created_at)
                    SELECT book, gen_random_uuid(), gen_random_uuid(), 'M-1', 1, 'ACTIVE', current_date - 1,
                           now() - interval '1 day' - make_interval(secs => n), now() - interval '2 days'
                    FROM (SELECT 1 AS book, n FROM generate_series(1, 600) n
                          UNION ALL SELECT 2, -n FROM generate_series(1, 3) n) made;
                    INSERT INTO pay_voucher (book_id, voucher_id, code_hash, member, amount, status, expires_on, expires_at,
                                             created_at, ended_at)
                    SELECT 2, gen_random_uuid(), gen_random_uuid(), 'M-1', 1, status, current_date,
                           now() + days * interval '1 day', now() - interval '2 days', ended
                    FROM (VALUES ('ACTIVE', 1, NULL), ('USED', -1, now())) others (status, days, ended);
                    """);

            List<Voucher> due =
                    new PayCodeStore(commits.pool()).due(512).await().atMost(Duration.ofSeconds(30));

            assertThat(due).hasSize(512);
            assertThat(due.subList(0, 6)).extracting(Voucher::book).containsOnly(1, 2);
            assertThat(due).filteredOn(voucher -> voucher.book() == 2).hasSize(3);
            assertThat(due)
                    .filteredOn(voucher -> voucher.book() == 1)
                    .isSortedAccordingTo((one, other) -> one.expiresAt().compareTo(other.expiresAt()));
        }
    }
}
