package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.platform.TestDatabase;

/**
 * By which index a commit looks a terminal's transaction up: by that of the transactions, and never through all redemptions
 * of the merchant, whatever the planner knows of the table.
 */
class TransactionPlansTest {
    /** Of one merchant in one book, and of a thousand books with a merchant each, for whose planner both tell the same. */
    @ParameterizedTest
    @ValueSource(ints = {1, 1_000})
    void aTransactionIsFoundByItsOwnIndex(int books) throws SQLException {
        TestDatabase.Database database = TestDatabase.fresh();
        database.migrate();
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            // The server's own analysis might come in between or not.
            statement.execute("ALTER TABLE redemption SET (autovacuum_enabled = false)");
            statement.execute("""
                    INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                            seq, captured_at, occurred_on, created_at, terminal, terminal_transaction, content)
                    SELECT n %% %1$d, gen_random_uuid(), 'SALE', 'CAPTURED', 'M-' || n %% 50, 'S-' || n %% %1$d, 5, 5, 5, n,
                           now(), '2025-06-09', now(), 'T1', n::text, sha256('')
                    FROM generate_series(1, 20000) n
                    """.formatted(books));
            // As a lane reads.
            statement.execute("""
                    SET plan_cache_mode = force_generic_plan;
                    SET enable_seqscan = off;
                    SET enable_bitmapscan = off;
                    SET enable_hashjoin = off;
                    SET enable_mergejoin = off
                    """);

            String neverAnalyzed = plan(owner);
            statement.execute("ANALYZE redemption");
            String analyzed = plan(owner);

            assertThat(List.of(neverAnalyzed, analyzed))
                    .allSatisfy(plan -> assertThat(plan)
                            .contains("redemption_terminal_transaction")
                            .doesNotContain("redemption_merchant_list"));
        }
    }

    private static String plan(Connection owner) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (var statement = owner.createStatement()) {
            statement.execute("PREPARE look AS " + TransactionTable.LOAD);
            try (var rows = statement.executeQuery("EXPLAIN EXECUTE look('{1}', '{S-1}', '{T1}', '{17}')")) {
                while (rows.next()) {
                    lines.add(rows.getString(1));
                }
            }
            statement.execute("DEALLOCATE look");
        }
        return String.join("\n", lines);
    }
}
