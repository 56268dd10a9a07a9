package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.moralbank.platform.TestDatabase;

/** Accounts keep the bounds they opened with; those of merchants opened with one that is none any more. */
class PayablesOfBeforeTest {
    @Test
    void anUpgradeTakesTheirBoundFromPayablesAndFromNoOtherAccount() throws SQLException, IOException {
        TestDatabase.Database database = TestDatabase.fresh();
        database.migrate();
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO ledger_account
                    VALUES (1, 1, '2300', 'STORE', 'PTS', '', NULL, false, -1000000, 9223372036854775807, 'OPEN', -5, 0, 1),
                           (1, 2, '3200', '2026', 'PTS', '', NULL, false, -1000000, 0, 'OPEN', -5, 0, 1)
                    """);

            // Once more by itself: the walls, which are put up behind all migrations, know the tables of later ones.
            statement.execute(migration("V35__payable_unbounded.sql"));

            var floors = statement.executeQuery("SELECT floor FROM ledger_account ORDER BY account_id");
            assertThat(floors.next()).isTrue();
            assertThat(floors.getLong(1))
                    .isEqualTo(Chart.MERCHANT_PAYABLE.bounds().floor());
            assertThat(floors.next()).isTrue();
            assertThat(floors.getLong(1)).isEqualTo(-1_000_000);
        }
    }

    private static String migration(String file) throws IOException {
        try (InputStream sql =
                PayablesOfBeforeTest.class.getClassLoader().getResourceAsStream("db/migration/" + file)) {
            return new String(Objects.requireNonNull(sql, file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
