package org.moralbank.paycodes;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
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

            List<Voucher> due = new PayCodeStore(commits.pool())
                    .due(512, Set.of(), Set.of())
                    .await()
                    .atMost(Duration.ofSeconds(30));

            assertThat(due).hasSize(512);
            assertThat(due.subList(0, 6)).extracting(Voucher::book).containsOnly(1, 2);
            assertThat(due).filteredOn(voucher -> voucher.book() == 2).hasSize(3);
            assertThat(due)
                    .filteredOn(voucher -> voucher.book() == 1)
                    .isSortedAccordingTo((one, other) -> one.expiresAt().compareTo(other.expiresAt()));
        }
    }

    /** It has no hold, which no voucher of the service lacks. */
    @Test
    void oneThatCannotExpireHoldsUpNone() throws Exception {
        TestDatabase.Database database = TestCommits.aDatabase(1);
        try (TestCommits commits = TestCommits.on(database, 1);
                Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO ledger_account (book_id, account_id, code, owner, unit, lot, restricted, floor, ceiling, status,
                                                posted, held, version)
                    VALUES (1, 1, '2200', 'M-1', 'PTS', '', false, -9223372036854775807, 9223372036854775807, 'OPEN', 0, 600, 0);
                    UPDATE ledger_book SET last_account = 1;
                    INSERT INTO pay_voucher (book_id, voucher_id, code_hash, member, amount, status, expires_on, expires_at,
                                             created_at)
                    SELECT 1, gen_random_uuid(), gen_random_uuid(), 'M-1', 1, 'ACTIVE', current_date - 1,
                           date_trunc('second', now()) - interval '1 day' + make_interval(secs => n),
                           date_trunc('second', now()) - interval '2 days'
                    FROM generate_series(0, 600) n;
                    INSERT INTO ledger_hold (book_id, hold_id, status, placed_at, expires_at, lines_account, lines_amount)
                    SELECT 1, voucher_id, 'ACTIVE', created_at, expires_at + interval '8 days', ARRAY[1], ARRAY[1]
                    FROM pay_voucher
                    WHERE expires_at > (SELECT min(expires_at) FROM pay_voucher);
                    """);
            PayCodesConfig config = CodeFormsTest.usualSettings();
            PayCodeStore store = new PayCodeStore(commits.pool());
            Vouchers vouchers = new Vouchers(commits.commits(), store, new CodeKeys(new byte[32]), config);
            Vertx vertx = Vertx.vertx();
            VoucherExpiry expiry = new VoucherExpiry(vertx, store, vouchers, config);

            assertThat(expiry.run().await().atMost(Duration.ofSeconds(30))).isEqualTo(600);

            try (var left = statement.executeQuery("""
                    SELECT count(*) FILTER (WHERE status = 'EXPIRED'), count(*) FILTER (WHERE status = 'ACTIVE')
                    FROM pay_voucher
                    """)) {
                left.next();
                assertThat(left.getLong(1)).isEqualTo(600);
                assertThat(left.getLong(2)).isEqualTo(1);
            }
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }
}
