package org.moralbank.members;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.moralbank.access.Client;
import org.moralbank.access.Role;
import org.moralbank.platform.CountedReads;
import org.moralbank.platform.TestDatabase;

/** What reads of an organisation look at where much is below. */
class ManyUnitsTest {
    private static final Client OPERATOR = new Client(1, "operator", Set.of(Role.OPERATOR), Set.of("*"), null, null);

    @Test
    void aUnitIsReadWithoutThoseBelowIt() throws Exception {
        TestDatabase.Database database = TestDatabase.fresh().migrate();
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement();
                CountedReads counted = new CountedReads(database)) {
            statement.execute("""
                    INSERT INTO member_organisation_unit (code, parent, kind, name, created_at)
                    VALUES ('D', NULL, 'DISTRICT', 'D', now());
                    INSERT INTO member_organisation_unit (code, parent, kind, name, created_at)
                    SELECT 'S' || n, 'D', 'STREET', 'S', now()
                    FROM generate_series(1, 1000) n;
                    ANALYZE member_organisation_unit
                    """);
            OrganisationStore store = new OrganisationStore(counted.pool());

            long read = counted.of(() -> assertThat(
                            store.unit(OPERATOR, "D").await().indefinitely().code())
                    .isEqualTo("D"));

            assertThat(read).isLessThan(10);
            assertThat(store.subtree(OPERATOR, "D").await().indefinitely()).hasSize(1_001);
        }
    }
}
