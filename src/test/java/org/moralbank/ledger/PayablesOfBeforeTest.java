package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.moralbank.platform.TestDatabase;

/** Accounts keep the bounds they opened with; those of merchants opened with one that is none any more. */
class PayablesOfBeforeTest {
    @Test
    void anUpgradeTakesTheirBoundFromPayablesAndFromNoOtherAccount() throws SQLException {
        TestDatabase.Database database = TestDatabase.fresh();
        Flyway.configure()
                .configuration(database.flyway().getConfiguration())
                .target("33")
                .load()
                .migrate();
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO ledger_account
                    VALUES (1, 1, '2300', 'STORE', 'PTS', '', NULL, false, -1000000, 9223372036854775807, 'OPEN', -5, 0, 1),
                           (1, 2, '3200', '2026', 'PTS', '', NULL, false, -1000000, 0, 'OPEN', -5, 0, 1)
                    """);

            database.migrate();

            var floors = statement.executeQuery("SELECT floor FROM ledger_account ORDER BY account_id");
            assertThat(floors.next()).isTrue();
            assertThat(floors.getLong(1))
                    .isEqualTo(Chart.MERCHANT_PAYABLE.bounds().floor());
            assertThat(floors.next()).isTrue();
            assertThat(floors.getLong(1)).isEqualTo(-1_000_000);
        }
    }
}
