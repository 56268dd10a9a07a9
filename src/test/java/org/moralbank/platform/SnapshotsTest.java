package org.moralbank.platform;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
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

    /** A report, below a book's path. */
    private record Report(String path, String type) {}

    private static final List<Report> REPORTS = List.of(
            new Report("/entries", "text/csv"),
            new Report("/entries", "text/x-hledger"),
            new Report("/trial-balance", "application/json"),
            new Report("/trial-balance", "text/csv"),
            new Report("/general-ledger", "application/json"),
            new Report("/general-ledger", "text/csv"),
            new Report("/journal", "application/json"),
            new Report("/journal", "text/csv"),
            new Report("/reconciliations", "application/json"),
            new Report("/reconciliations", "text/csv"),
            new Report("/samples?method=RANDOM&size=1", "application/json"),
            new Report("/anomalies/back-dated", "application/json"));

    /** Reports and samples may take a second, and who waits for a lock waits longer. */
    public static final class Impatient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "moralbank.reads.long-at-once",
                    "" + REPORTS.size(),
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

    /** All wait at once, as each would by itself. */
    @TestFactory
    Stream<DynamicTest> aReportThatTakesTooLongIsRefused() throws SQLException {
        var book = bank.aBook();
        String key = book.keyOf(Role.AUDITOR);
        REPORTS.forEach(report -> read(book, key, report).then().statusCode(200));
        Map<Report, Future<Response>> told = new LinkedHashMap<>();
        try (var locked = SomebodyElse.holding(TestDatabase.shared(), LOCKED);
                ExecutorService readers = Executors.newFixedThreadPool(REPORTS.size())) {
            REPORTS.forEach(report -> told.put(report, readers.submit(() -> read(book, key, report))));
        }
        return told.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey().toString(), () -> {
                    isRefused(each.getValue().get());
                    read(book, key, each.getKey()).then().statusCode(200);
                }));
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

        String statistics = "/v1/organisation-units/" + unit + "/statistics";
        book.request(operator).get(statistics).then().statusCode(200);
        try (var locked = SomebodyElse.holding(TestDatabase.shared(), LOCKED)) {
            isRefused(book.request(operator).get(statistics));
        }
        book.request(operator).get(statistics).then().statusCode(200);
    }

    private static Response read(TestBank.Book book, String key, Report report) {
        return book.request(key).header("Accept", report.type()).get(book.path() + report.path());
    }

    private static void isRefused(Response told) {
        told.then()
                .statusCode(422)
                .contentType("application/problem+json")
                .header("Content-Disposition", nullValue())
                .body("code", equalTo("range-too-large"))
                .body("seconds", equalTo(1));
    }
}
