package org.moralbank.platform;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.commits.SomebodyElse;

/** Long reads for which somebody waits end when they take too long. */
@QuarkusTest
@TestProfile(SnapshotsTest.Impatient.class)
@QuarkusTestResource(TestDatabase.class)
class SnapshotsTest {
    /** What reads wait for here; nobody else does, because nothing is done by itself. */
    private static final String LOCKED = "LOCK TABLE ledger_entry, ledger_posting IN ACCESS EXCLUSIVE MODE";

    /** Reports and samples may take a second, and who waits for a lock waits longer. */
    public static final class Impatient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "moralbank.reads.longest-statement",
                    "1s",
                    "moralbank.audit.read-timeout",
                    "1s",
                    "quarkus.datasource.reactive.additional-properties.lock_timeout",
                    "30s",
                    "moralbank.log.integrate",
                    "false",
                    "moralbank.audit.run",
                    "false",
                    "moralbank.exports.make",
                    "false",
                    "moralbank.events.deliver",
                    "false");
        }
    }

    @Inject
    TestBank bank;

    @ParameterizedTest
    @CsvSource({
        "/entries, text/csv",
        "/entries, text/x-hledger",
        "/trial-balance, application/json",
        "/trial-balance, text/csv",
        "/general-ledger, application/json",
        "/general-ledger, text/csv",
        "/journal, application/json",
        "/journal, text/csv",
        "/reconciliations, application/json",
        "/reconciliations, text/csv",
        "/samples?method=RANDOM&size=1, application/json",
        "/anomalies/back-dated, application/json"
    })
    void aReportThatTakesTooLongIsRefused(String report, String type) throws SQLException {
        var book = bank.aBook();

        isRefusedWhenItTakesTooLong(book, book.keyOf(Role.AUDITOR), book.path() + report, type);
    }

    @Test
    void statisticsThatTakeTooLongAreRefused() throws SQLException {
        var book = bank.aBook();
        String operator = bank.operatorKey();
        String unit = "U-" + book.code();
        book.request(operator)
                .header("Idempotency-Key", unit)
                .body("{\"code\":\"%s\",\"kind\":\"COMMUNITY\",\"name\":\"n\",\"book\":\"%s\"}"
                        .formatted(unit, book.code()))
                .post("/v1/organisation-units")
                .then()
                .statusCode(201);

        isRefusedWhenItTakesTooLong(
                book, operator, "/v1/organisation-units/" + unit + "/statistics", "application/json");
    }

    private static void isRefusedWhenItTakesTooLong(TestBank.Book book, String key, String path, String type)
            throws SQLException {
        book.request(key).header("Accept", type).get(path).then().statusCode(200);
        try (var locked = SomebodyElse.holding(TestDatabase.shared(), LOCKED)) {
            book.request(key)
                    .header("Accept", type)
                    .get(path)
                    .then()
                    .statusCode(422)
                    .contentType("application/problem+json")
                    .header("Content-Disposition", nullValue())
                    .body("code", equalTo("range-too-large"))
                    .body("seconds", equalTo(1));
        }
        book.request(key).header("Accept", type).get(path).then().statusCode(200);
    }
}
