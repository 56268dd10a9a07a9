package org.moralbank.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.access.ApiKey;
import org.moralbank.access.Client;
import org.moralbank.access.Clients;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

/** The reports of the street, and what they say when its tables are tampered with. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class StreetReportsTest {
    private static final List<String> BOOKS = List.of("BHL", "NH", "QNL", "LS", "PF", "QX", "HUB-ST");

    @Inject
    StreetPlay play;

    @Inject
    Clients clients;

    @Inject
    TestBank bank;

    private String key;

    @BeforeEach
    void play() {
        play.play(clients.ensure(
                        new Clients.NewClient(
                                Street.NAME, Set.of(Role.OPERATOR), Set.of(Client.EVERY_BOOK), null, null),
                        ApiKey.generate())
                .await()
                .indefinitely()
                .client());
        key = bank.operatorKey();
    }

    @Test
    void theTrialBalanceHasTheFiguresOfTheStreet() {
        get("BHL/trial-balance")
                .body("codes.find { it.code == '2100' }.closing", equalTo(34_469))
                .body("codes.find { it.code == '2400' }.closing", equalTo(300))
                .body("codes.find { it.code == '3100' }.closing", equalTo(-8_850))
                .body("codes.find { it.code == '3110' }.closing", equalTo(-6_720))
                .body("codes.find { it.code == '3300' }.closing", equalTo(-19_259));
        get("LS/trial-balance?fromSeq=1")
                .body("codes.find { it.code == '2200' }.closing", equalTo(52_650))
                .body("codes.find { it.code == '2300' }.closing", equalTo(700))
                .body("codes.find { it.code == '3240' }.closing", equalTo(6_950))
                .body("codes.find { it.code == '3240' }.credit", equalTo(6_950))
                .body("codes.find { it.code == '2310' }.debit", equalTo(6_950))
                .body("codes.find { it.code == '2310' }.credit", equalTo(6_950));
    }

    @Test
    void everyBookIsBalancedAtEveryTime() {
        for (String book : BOOKS) {
            for (String query : List.of(
                    "",
                    "?fromSeq=1",
                    "?asOf=2025-03-31T16:00:00Z",
                    "?on=2025-03-31",
                    "?from=2025-03-01&on=2025-03-31",
                    "?from=2025-03-01&on=2025-03-31&asOf=2025-04-15T00:00:00Z")) {
                get(book + "/trial-balance" + query).body("totals.balanced", not(hasItem(false)));
            }
        }
    }

    /** Months one after another: each opens as the one before closed. */
    @Test
    void aMonthOpensAsTheOneBeforeClosed() {
        String january = "from=2025-01-01&on=2025-01-31";
        String february = "from=2025-02-01&on=2025-02-28";
        for (String code : List.of("2100", "3100", "3300")) {
            String of = "codes.find { it.code == '" + code + "' }.";
            int closed = get("BHL/trial-balance?" + january).extract().path(of + "closing");

            get("BHL/trial-balance?" + february).body(of + "opening", equalTo(closed));
            get("BHL/trial-balance?on=2025-01-31").body(of + "closing", equalTo(closed));
        }
    }

    @Test
    void allSubLedgersAgree() {
        for (String book : BOOKS) {
            for (String query : List.of("", "?asOf=2025-06-30T16:00:00Z", "?on=2025-05-31", "?toSeq=1")) {
                if (!query.equals("?toSeq=1") || !book.equals("HUB-ST")) {
                    assertThat(get(book + "/reconciliations" + query)
                                    .extract()
                                    .<List<Object>>path("items.findAll { it.differing != 0 || it.difference != 0 }"))
                            .as(book + query)
                            .isEmpty();
                    get(book + "/reconciliations" + query).body("agrees", equalTo(true));
                }
            }
        }
        get("LS/reconciliations")
                .body("items.name", hasItems("BALANCES", "MERCHANT_PAYABLE", "SETTLEMENT_BATCHES", "EARNINGS"))
                .body("items.find { it.name == 'MERCHANT_PAYABLE' }.left", equalTo(700))
                .body("items.find { it.name == 'EARNINGS' }.left", equalTo(127))
                .body("items.find { it.name == 'CLEARING_PAIRS' }.left", equalTo(-700));
        get("BHL/reconciliations")
                .body("items.find { it.name == 'CLEARING_PAIRS' }.right", equalTo(60))
                .body("items.find { it.name == 'LOTS' }.compared", equalTo(28))
                .body("items.find { it.name == 'EARNINGS' }.right", equalTo(85));
        get("BHL/reconciliations?on=2025-05-31").body("items.name", not(hasItem("BALANCES")));
        get("BHL/reconciliations?toSeq=5").body("items.name", not(hasItem("HOLDS")));
    }

    /** What is done past the service and its walls, how it is undone, and who is named. */
    enum Tamper {
        BALANCES(
                "UPDATE ledger_account SET posted = posted + %d WHERE book_id = BHL AND code = '2100' AND owner = 'M-BHL-H0001' AND lot = ''",
                "BHL", "", "2100:M-BHL-H0001:MIN"),
        HOLDS(
                "UPDATE ledger_account SET held = held + %d WHERE book_id = BHL AND code = '2100' AND owner = 'M-BHL-H0001' AND lot = ''",
                "BHL", "", "2100:M-BHL-H0001:MIN"),
        MERCHANT_PAYABLE(
                "UPDATE redemption_refund SET amount = amount + %d WHERE book_id = LS", "LS", "", "2300:MER-LS-01:PTS"),
        SETTLEMENT_BATCHES(
                "UPDATE settlement SET amount = amount - %1$d, earned = earned - %1$d WHERE book_id = LS",
                "LS", "&toSeq=CLOSE", "2310:"),
        LOTS(
                "UPDATE ledger_posting SET amount = amount + %d WHERE book_id = BHL AND account_id = (SELECT min(account_id) FROM ledger_account WHERE book_id = BHL AND lot <> '') AND version = 1",
                "BHL", "", "2100:"),
        CLEARING_PAIRS(
                "UPDATE ledger_posting SET amount = amount + %d WHERE book_id = NH AND account_id IN (SELECT account_id FROM ledger_account WHERE book_id = NH AND code = '1500')",
                "BHL", "", "1500:NH:MIN"),
        EARNINGS(
                "UPDATE service_record SET time_seq = time_seq + %d * 100000 WHERE book_id = BHL AND time_seq %% 100000 = (SELECT min(seq) FROM ledger_entry WHERE book_id = BHL AND type = 'EARN_TIME')",
                "BHL", "", "entry ");

        private final String sql;
        private final String book;
        private final String query;
        private final String offender;

        Tamper(String sql, String book, String query, String offender) {
            this.sql = sql;
            this.book = book;
            this.query = query;
            this.offender = offender;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsTamperedWithIsFound(Tamper tamper) throws SQLException {
        try (Connection admin = TestDatabase.shared().connectAsAdmin()) {
            // Past the triggers.
            run(admin, "SET session_replication_role = replica");
            String close = String.valueOf(number(admin, "SELECT close_entry FROM settlement WHERE book_id = LS"));
            String path = tamper.book + "/reconciliations?name=" + tamper.name() + tamper.query.replace("CLOSE", close);
            get(path).body("agrees", equalTo(true));
            int changed = run(admin, tamper.sql.formatted(1));
            try {
                ValidatableResponse answer = get(path)
                        .body("agrees", equalTo(false))
                        .body("items.name", contains(tamper.name()))
                        .body("items[0].differing", equalTo(1));
                List<String> offenders = answer.extract().path("items[0].offenders.subject");
                assertThat(offenders).singleElement().asString().startsWith(tamper.offender);
                assertThat((int) answer.extract().<Integer>path("items[0].offenders[0].difference"))
                        .isEqualTo(1)
                        .isEqualTo((int) answer.extract().<Integer>path("items[0].difference"));
                RestAssured.given()
                        .header("Authorization", "Bearer " + key)
                        .header("Accept", "text/csv")
                        .header("Accept-Language", "zh-CN")
                        .get("/v1/books/" + path)
                        .then()
                        .statusCode(200)
                        .body(startsWith("对账项目,计量单位,对象,总账数,明细数,差额\r\n"))
                        .body(containsString("," + offenders.getFirst() + ","));
            } finally {
                assertThat(run(admin, tamper.sql.formatted(-1)))
                        .isEqualTo(changed)
                        .isEqualTo(1);
            }
            get(path).body("agrees", equalTo(true));
        }
    }

    private static int run(Connection admin, String sql) throws SQLException {
        try (var statement = admin.createStatement()) {
            return statement.executeUpdate(withBooks(sql));
        }
    }

    private static long number(Connection admin, String sql) throws SQLException {
        try (var statement = admin.createStatement();
                var rows = statement.executeQuery(withBooks(sql))) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static String withBooks(String sql) {
        return sql.replaceAll("book_id = ([A-Z]+)", "book_id = (SELECT book_id FROM ledger_book WHERE code = '$1')");
    }

    private ValidatableResponse get(String path) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + key)
                .get("/v1/books/" + path)
                .then()
                .statusCode(200);
    }
}
