package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.moralbank.commits.TestCommits;
import org.moralbank.platform.TestDatabase;

/** What is told of authorizations that hold, in a database in which nothing else goes on. */
class OpenAuthorizationsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void areCountedWithTheirPointsAndAgesAndThoseThatAreOverdueByTheirDelay() throws Exception {
        TestDatabase.Database database = TestCommits.aDatabase(2);
        Vertx vertx = Vertx.vertx();
        try (TestCommits commits = TestCommits.on(database, 1);
                Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            var open =
                    new OpenAuthorizations(new RedemptionStore(commits.pool()), new RedemptionMetrics(registry), vertx);
            look(open);
            assertThat(gauge("open")).isZero();
            assertThat(gauge("open.points")).isZero();
            assertThat(gauge("open.age")).isZero();
            assertThat(gauge("overdue.age")).isZero();

            ExpiryTest.authorize(owner, 1, 3, 0);
            ExpiryTest.authorize(owner, 2, 2, 0);
            statement.execute("UPDATE redemption SET approved = 50, amount = 50 WHERE book_id = 2");
            look(open);
            assertThat(gauge("open")).isEqualTo(3 + 2);
            assertThat(gauge("open.points")).isEqualTo(3 + 2 * 50);
            assertThat(gauge("open.age")).isBetween(180.0, 300.0);
            assertThat(gauge("overdue.age")).isZero();

            statement.execute("""
                    UPDATE ledger_hold SET expires_at = now() - interval '1 hour'
                    WHERE book_id = 2 AND lines_account = ARRAY[1::bigint]
                    """);
            look(open);
            assertThat(gauge("open")).isEqualTo(3 + 1);
            assertThat(gauge("open.points")).isEqualTo(3 + 50);
            assertThat(gauge("overdue.age")).isBetween(3_600.0, 3_700.0);

            // One that a voucher pays: its hold lasts longer.
            statement.execute("""
                    UPDATE redemption SET voucher = gen_random_uuid(), expires_at = now() - interval '2 hours',
                                          created_at = now() - interval '3 hours'
                    WHERE book_id = 1 AND member = 'M-1';
                    UPDATE redemption SET voucher = gen_random_uuid() WHERE book_id = 1 AND member = 'M-2';
                    DELETE FROM ledger_hold WHERE book_id = 1 AND lines_account <> ARRAY[3::bigint];
                    """);
            look(open);
            assertThat(gauge("open")).isEqualTo(2 + 1);
            assertThat(gauge("overdue.age")).isBetween(7_200.0, 7_300.0);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static void look(OpenAuthorizations open) {
        open.look().await().atMost(Duration.ofSeconds(30));
    }

    private double gauge(String name) {
        return registry.get("moralbank.redemptions." + name).gauge().value();
    }
}
