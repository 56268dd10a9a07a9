package org.moralbank.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.imports.Moved;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

/** The reconciliations of a book that was imported: its records begin behind its last imported entry. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ReconciliationsTest {
    private static final String JSONL = "application/jsonl";
    private static final String MEMBER = "M-1";

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    private String merchant = "";

    /** A book with services, sales, a settlement that was paid and one that waits, moved here from where they are known. */
    private TestBank.Book anImportedBook() {
        TestBank.Book there = bank.aBook(true, 200, false).since(Instant.parse("2025-01-01T00:00:00Z"));
        merchant = there.aMerchant();
        owed(there, "2025-01-06T00:00:00Z", 500);
        owed(there, "2025-02-06T00:00:00Z", 300);
        there.aMember(MEMBER, "70-79").holding(5_000, Unit.PTS);
        String paid = closed(there, "2025-01-31");
        there.as(Role.OPERATOR)
                .body(Map.of("checker", "W-002", "bankReference", "BK-1"))
                .post(paid + "/paid")
                .then()
                .statusCode(200);
        closed(there, "2025-02-28");
        served(there);
        sold(there, 700);
        TestBank.Book here = bank.aBook();
        byte[] lines = (String.join(
                                "\n",
                                Moved.of(pool, there.id(), there.code(), here.code())
                                        .entries())
                        + "\n")
                .getBytes(StandardCharsets.UTF_8);
        RestAssured.given()
                .config(RestAssured.config()
                        .encoderConfig(EncoderConfig.encoderConfig().encodeContentTypeAs(JSONL, ContentType.BINARY)))
                .header("Authorization", "Bearer " + bank.operatorKey())
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .contentType(JSONL)
                .body(lines)
                .post(here.path() + "/imports")
                .then()
                .statusCode(201);
        return here;
    }

    private void owed(TestBank.Book book, String at, long amount) {
        Holder opening = new Holder(book.id(), Chart.OPENING, "", Unit.PTS);
        Holder payable = Holder.of(book.id(), Chart.MERCHANT_PAYABLE, merchant);
        book.postAt(
                Instant.parse(at),
                EntryType.OPENING,
                draft -> draft.debit(opening, amount).credit(payable, amount),
                opening,
                payable);
    }

    private String closed(TestBank.Book book, String through) {
        return book.as(Role.COORDINATOR)
                .body(Map.of("merchant", merchant, "through", through, "maker", "W-001"))
                .post(book.path() + "/settlements")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
    }

    private static void served(TestBank.Book book) {
        book.as(Role.APP)
                .body(Map.of(
                        "volunteer",
                        MEMBER,
                        "activity",
                        "代买药品",
                        "minutes",
                        60,
                        "place",
                        "北环路社区",
                        "organiser",
                        "银龄互助队",
                        "leader",
                        "L-01"))
                .post(book.path() + "/service-records")
                .then()
                .statusCode(201);
    }

    private void sold(TestBank.Book book, int amount) {
        book.as(Role.APP)
                .body(Map.of("mode", "SALE", "member", MEMBER, "merchant", merchant, "amount", amount, "unit", "PTS"))
                .post(book.path() + "/redemptions")
                .then()
                .statusCode(201);
    }

    private ValidatableResponse get(TestBank.Book book, String query) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/reconciliations" + query)
                .then()
                .statusCode(200);
    }

    private static String figures(String name, String of) {
        return "items.findAll { it.name == '" + name + "' }." + of;
    }

    @Test
    void whatWasImportedNeedsNoRecords() {
        TestBank.Book here = anImportedBook();

        get(here, "")
                .body("agrees", equalTo(true))
                .body(figures("MERCHANT_PAYABLE", "left"), contains(700))
                .body(figures("MERCHANT_PAYABLE", "right"), contains(700))
                .body(figures("SETTLEMENT_BATCHES", "left"), contains(300))
                .body(figures("SETTLEMENT_BATCHES", "right"), contains(300))
                .body(figures("EARNINGS", "left"), contains(1, 1))
                .body(figures("EARNINGS", "right"), contains(1, 1));
        get(here, "?toSeq=4").body("agrees", equalTo(true)).body(figures("SETTLEMENT_BATCHES", "left"), contains(500));
        get(here, "?on=2025-02-28")
                .body("agrees", equalTo(true))
                .body(figures("MERCHANT_PAYABLE", "right"), contains(800));
    }

    /** What is done past the service and its walls to the records behind the imported entries, and who is named. */
    enum Tamper {
        MERCHANT_PAYABLE("UPDATE redemption SET captured = captured - %1$d WHERE book_id = %2$d", 1, "2300:"),
        /** A record claims an earning that was imported; its own is then nobody's. */
        EARNINGS("UPDATE service_record SET time_seq = time_seq - %1$d * 3 WHERE book_id = %2$d", 2, "entry "),
        SETTLEMENT_BATCHES(
                "UPDATE settlement SET amount = amount + %1$d, earned = earned + %1$d WHERE book_id = %2$d",
                1, "2310:");

        private final String sql;
        private final int differing;
        private final String offender;

        Tamper(String sql, int differing, String offender) {
            this.sql = sql;
            this.differing = differing;
            this.offender = offender;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatComesAfterIsHeldAgainstItsRecords(Tamper tamper) throws SQLException {
        TestBank.Book here = anImportedBook();
        served(here);
        sold(here, 30);
        closed(here, "2025-02-28");
        get(here, "").body("agrees", equalTo(true));
        String query = "?name=" + tamper.name();

        try (Connection admin = TestDatabase.shared().connectAsAdmin()) {
            // Past the triggers.
            run(admin, "SET session_replication_role = replica");
            run(admin, tamper.sql.formatted(1, here.id()));
            try {
                List<String> offenders = get(here, query)
                        .body("agrees", equalTo(false))
                        .body("items[0].differing", equalTo(tamper.differing))
                        .extract()
                        .path("items[0].offenders.subject");
                assertThat(offenders)
                        .hasSize(Math.min(10, tamper.differing))
                        .allSatisfy(each -> assertThat(each).startsWith(tamper.offender));
            } finally {
                run(admin, tamper.sql.formatted(-1, here.id()));
            }
        }
        get(here, query).body("agrees", equalTo(true));
    }

    private static void run(Connection admin, String sql) throws SQLException {
        try (var statement = admin.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
