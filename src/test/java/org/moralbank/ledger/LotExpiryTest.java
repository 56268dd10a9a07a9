package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;

import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.TestCommits;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.TestDatabase;

/** The job that takes expired lots out of circulation, in two processes on one PostgreSQL. */
class LotExpiryTest {
    private static final LocalDate TODAY = LocalDate.now(ZoneId.of("Asia/Shanghai"));
    private static final Lot OVER = new Lot("F1", TODAY.minusDays(1), true);
    private static final Lot LONG_OVER = new Lot("F1", TODAY.minusDays(300), false);
    private static final Lot LASTS = new Lot("F1", TODAY, true);

    /** More than the job finds at once, in each of two books. */
    private static final int MEMBERS = 700;

    private static final Vertx VERTX = Vertx.vertx();

    private record Settings() implements LotExpiryConfig {
        @Override
        public boolean enabled() {
            return false;
        }

        @Override
        public Duration every() {
            return Duration.ofMinutes(15);
        }
    }

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void expiresEachLotOnceAndNoOtherHoweverManyProcessesDoIt() throws Exception {
        TestDatabase.Database database = TestCommits.aDatabase(2);
        try (TestCommits one = TestCommits.on(database, 1);
                TestCommits other = TestCommits.on(database, 1);
                Connection owner = database.connectAsOwner()) {
            for (int book = 1; book <= 2; book++) {
                for (int member = 1; member <= MEMBERS; member++) {
                    grant(one, book, "M-" + member, Map.of(OVER, 10L, LASTS, 1L));
                }
            }

            var first = job(one).run().subscribeAsCompletionStage();
            var second = job(other).run().subscribeAsCompletionStage();

            assertThat(first.get() + second.get()).as("entries").isEqualTo(2 * MEMBERS);
            assertThat(number(owner, "SELECT count(*) FROM ledger_entry WHERE type = 'EXPIRE_TIME'"))
                    .isEqualTo(2 * MEMBERS);
            assertThat(number(owner, "SELECT sum(posted)::bigint FROM ledger_account WHERE code = '3130'"))
                    .isEqualTo(2 * MEMBERS * 10);
            assertThat(number(owner, "SELECT sum(posted)::bigint FROM ledger_account WHERE code = '2100'"))
                    .isEqualTo(2 * MEMBERS);
            assertThat(job(one).run().await().indefinitely())
                    .as("another round")
                    .isZero();
            Invariants.check(owner);
        }
    }

    @Test
    void theEntryTellsWhatExpiredWhenAndThatTheServiceDidIt() throws Exception {
        TestDatabase.Database database = TestCommits.aDatabase(1);
        try (TestCommits commits = TestCommits.on(database, 1);
                Connection owner = database.connectAsOwner()) {
            grant(commits, 1, "M-1", Map.of(OVER, 10L, LONG_OVER, 5L));

            assertThat(job(commits).run().await().indefinitely())
                    .as("one for each lot")
                    .isEqualTo(2);

            for (int seq = 2; seq <= 3; seq++) {
                assertThat(text(owner, "SELECT convert_from(canonical, 'UTF8') FROM ledger_entry WHERE seq = " + seq))
                        .contains("\"client\":\"service:lot-expiry\"", "\"occurredOn\":\"" + TODAY + "\"");
            }
            Invariants.check(owner);
        }
    }

    /** What is held is neither taken nor in the way of others; what a closed member got back stays. */
    @Test
    void leavesWhatIsHeldUntilItIsReleasedAndWhatIsClosed() throws Exception {
        TestDatabase.Database database = TestCommits.aDatabase(1);
        try (TestCommits commits = TestCommits.on(database, 1);
                Connection owner = database.connectAsOwner()) {
            grant(commits, 1, "M-1", Map.of(OVER, 10L));
            grant(commits, 1, "M-2", Map.of(OVER, 10L));
            grant(commits, 1, "M-3", Map.of(OVER, 10L));
            byHand(owner, "UPDATE ledger_account SET held = 10 WHERE owner = 'M-1'");
            byHand(owner, "UPDATE ledger_account SET status = 'CLOSED' WHERE owner = 'M-2'");

            assertThat(job(commits).run().await().indefinitely()).isEqualTo(1);
            byHand(owner, "UPDATE ledger_account SET held = 4 WHERE owner = 'M-1'");
            assertThat(job(commits).run().await().indefinitely()).isEqualTo(1);

            assertThat(posted(owner, "M-1")).isEqualTo(4);
            assertThat(posted(owner, "M-2")).isEqualTo(10);
            assertThat(posted(owner, "M-3")).isZero();
        }
    }

    private static LotExpiry job(TestCommits commits) {
        return new LotExpiry(VERTX, new LotStore(commits.pool()), commits.commits(), new Settings());
    }

    private static void grant(TestCommits commits, int book, String member, Map<Lot, Long> lots) throws Exception {
        Holder to = Holder.of(book, Chart.MEMBER_TIME, member);
        Holder fund = Holder.of(book, Chart.ISSUED_FUND_TIME, "F1.2025");
        Work work = new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, book).row(HOLDINGS, to);
                Ledger.needHolding(needs, fund);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Draft draft = Draft.of(EntryType.GRANT_TIME, book, TODAY.minusDays(300), KernelWork.BY);
                lots.forEach((lot, amount) -> draft.debit(fund, amount).credit(to, lot, amount));
                Ledger.post(set, draft);
                return Answer.ok(Map.of());
            }
        };
        assertThat(commits.submit(UUID.randomUUID().toString(), member, List.of(book), work)
                        .get()
                        .status())
                .isEqualTo(200);
    }

    private static void byHand(Connection owner, String sql) throws SQLException {
        try (var statement = owner.createStatement()) {
            statement.execute("UPDATE commit_lock SET commit_no = commit_no + 1; " + sql);
        }
    }

    private static long posted(Connection owner, String member) throws SQLException {
        return number(owner, "SELECT sum(posted)::bigint FROM ledger_account WHERE owner = '" + member + "'");
    }

    private static long number(Connection connection, String sql) throws SQLException {
        return Long.parseLong(text(connection, sql));
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
