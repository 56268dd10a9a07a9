package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.TestBank.Member;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

/** What an operator sees of redemptions at {@code /q/metrics}. Each test looks at the difference that it makes to counts. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class RedemptionMetricsTest {
    @Inject
    TestBank bank;

    @Inject
    OpenAuthorizations open;

    @SuppressWarnings("NullAway.Init") // by begin
    private Book book;

    @SuppressWarnings("NullAway.Init") // by begin
    private Member anna;

    @SuppressWarnings("NullAway.Init") // by begin
    private String merchant;

    @SuppressWarnings("NullAway.Init") // by begin
    private String key;

    @BeforeEach
    void begin() {
        book = bank.aBook();
        merchant = book.aMerchant();
        key = book.keyOf(Role.APP);
        book.aTerminal(merchant, "T1", true);
        anna = book.aMember().holding(1000, Unit.PTS);
    }

    @Test
    void countsApprovalsDeclinesByCodeAndReplays() {
        Map<String, Double> before = metrics();

        redeem("k1", "SALE", 100, "1").statusCode(201);
        redeem("k1", "SALE", 100, "1").statusCode(201);
        redeem("k2", "SALE", 2000, "2").statusCode(201); // in part
        redeem("k3", "SALE", 1, "3").statusCode(422);

        assertThat(since(before))
                .containsEntry("moralbank_redemptions_approvals_total{mode=\"sale\"}", 2.0)
                .containsEntry("moralbank_redemptions_approvals_partial_total{mode=\"sale\"}", 1.0)
                .containsEntry("moralbank_redemptions_replays_total", 1.0)
                .containsEntry(
                        "moralbank_redemptions_declines_total{code=\"insufficient-balance\",step=\"redeem\"}", 1.0);
    }

    @Test
    void countsDeclinesAndReplaysOfTheOtherStepsToo() {
        String id = redeem("k1", "AUTHORIZE", 100, "1").extract().path("id");
        book.aTerminal(merchant, "T2", true);
        var other = book.keyOfTerminal(merchant, "T2");
        Map<String, Double> before = metrics();

        post("k2", "/redemptions/" + id + "/capture", Map.of("amount", 101)).statusCode(422);
        book.request(other)
                .header("Idempotency-Key", "k3")
                .post(book.path() + "/redemptions/" + id + "/void")
                .then()
                .statusCode(422);
        post("k4", "/redemptions/" + id + "/refunds", Map.of()).statusCode(409);
        post("k5", "/redemptions/" + id + "/capture", Map.of()).statusCode(200);
        post("k5", "/redemptions/" + id + "/capture", Map.of()).statusCode(200);
        post("k6", "/redemptions/" + id + "/void", Map.of()).statusCode(409);
        post("k7", "/redemptions/" + id + "/refunds", Map.of("amount", 100)).statusCode(201);
        post("k7", "/redemptions/" + id + "/refunds", Map.of("amount", 100)).statusCode(201);
        post("k6", "/redemptions/" + id + "/void", Map.of()).statusCode(409);

        assertThat(since(before))
                .containsEntry(declines("hold-exceeded", "capture"), 1.0)
                .containsEntry(declines("other-terminal", "void"), 1.0)
                .containsEntry(declines("redemption-not-captured", "refund"), 1.0)
                .containsEntry(declines("hold-not-active", "void"), 1.0)
                .containsEntry("moralbank_redemptions_replays_total", 3.0);
    }

    private static String declines(String code, String step) {
        return "moralbank_redemptions_declines_total{code=\"" + code + "\",step=\"" + step + "\"}";
    }

    @Test
    void countsTheRowsOfAnUploadByWhatBecameOfThemAndByCode() {
        String till = book.path() + "/merchants/" + merchant + "/terminals/T1/allowances";
        var allowed = book.as(Role.OPERATOR)
                .body(Map.of("perSale", 100, "count", 10, "hours", 1))
                .post(till)
                .then()
                .statusCode(201)
                .extract();
        Map<String, Double> before = metrics();

        book.as(Role.OPERATOR)
                .body(Map.of(
                        "merchant",
                        merchant,
                        "terminal",
                        "T1",
                        "allowance",
                        allowed.path("id"),
                        "signature",
                        allowed.path("signature"),
                        "rows",
                        List.of(
                                row("1", 100, allowed.path("validFrom")),
                                row("2", 101, allowed.path("validFrom")),
                                row("3", 101, allowed.path("validFrom")))))
                .post(book.path() + "/redemptions/offline")
                .then()
                .statusCode(200);

        assertThat(since(before))
                .containsEntry("moralbank_redemptions_offline_rows_total{result=\"created\"}", 1.0)
                .containsEntry("moralbank_redemptions_offline_rows_total{result=\"refused\"}", 2.0)
                .containsEntry(
                        "moralbank_redemptions_declines_total{code=\"allowance-per-sale\",step=\"offline\"}", 2.0);
    }

    private Map<String, Object> row(String number, long amount, String at) {
        return Map.of("terminalTransaction", number, "member", anna.id(), "amount", amount, "at", at);
    }

    @Test
    void countsReversalsByWhetherTheOriginalHadCome() {
        redeem("k1", "SALE", 100, "1").statusCode(201);
        Map<String, Double> before = metrics();

        reverse("1");
        reverse("2");
        reverse("1");
        reverse("2");

        assertThat(since(before))
                .containsEntry("moralbank_redemptions_reversals_total{original=\"found\"}", 1.0)
                .containsEntry("moralbank_redemptions_reversals_total{original=\"missing\"}", 1.0)
                .containsEntry("moralbank_redemptions_reversals_total{original=\"reversed_before\"}", 2.0);
    }

    @Test
    void timesHoldsAndTellsWhatIsOpen() {
        Map<String, Double> before = metrics();

        String captured = redeem("k1", "AUTHORIZE", 100, "1").extract().header("Location");
        String voided = redeem("k2", "AUTHORIZE", 200, "2").extract().header("Location");
        redeem("k3", "AUTHORIZE", 300, "3").statusCode(201);
        String voucher = anna.voucher(400);
        var byVoucher = body("AUTHORIZE", 50, "4");
        byVoucher.remove("member");
        byVoucher.put("code", voucher);
        post("k4", "/redemptions", byVoucher).statusCode(201);
        book.as(Role.APP).body("{}").post(captured + "/capture").then().statusCode(200);
        book.as(Role.APP).post(voided + "/void").then().statusCode(200);
        redeem("k5", "AUTHORIZE", 100, "5").statusCode(201);
        redeem("k6", "SALE", 100, "6").statusCode(201);
        reverse("5");
        reverse("6");
        reverse("5");
        open.look().await().indefinitely();

        assertThat(since(before))
                .containsEntry("moralbank_redemptions_hold_age_seconds_count{end=\"capture\"}", 1.0)
                .containsEntry("moralbank_redemptions_hold_age_seconds_count{end=\"void\"}", 1.0)
                .containsEntry("moralbank_redemptions_hold_age_seconds_count{end=\"reversal\"}", 1.0);
        // At least these two: what others have left open ends when it likes. OpenAuthorizationsTest has the values.
        assertThat(metrics().get("moralbank_redemptions_open")).isGreaterThanOrEqualTo(2);
        assertThat(metrics().get("moralbank_redemptions_open_points")).isGreaterThanOrEqualTo(300 + 50);
        assertThat(metrics().get("moralbank_redemptions_open_age_seconds")).isPositive();
        assertThat(metrics())
                .containsKeys(
                        "moralbank_redemptions_overdue_age_seconds", "moralbank_redemptions_expiry_failures_total");
    }

    private ValidatableResponse redeem(String key, String mode, long amount, String number) {
        return post(key, "/redemptions", body(mode, amount, number));
    }

    private Map<String, Object> body(String mode, long amount, String number) {
        Map<String, Object> body = new HashMap<>();
        body.put("mode", mode);
        body.put("member", anna.id());
        body.put("merchant", merchant);
        body.put("amount", amount);
        body.put("unit", "PTS");
        body.put("terminal", "T1");
        body.put("terminalTransaction", number);
        return body;
    }

    private void reverse(String number) {
        post(
                        UUID.randomUUID().toString(),
                        "/redemptions/reversals",
                        Map.of("merchant", merchant, "terminal", "T1", "terminalTransaction", number))
                .statusCode(200);
    }

    private ValidatableResponse post(String idempotencyKey, String path, Map<String, Object> body) {
        return book.request(key)
                .header("Idempotency-Key", idempotencyKey)
                .body(body)
                .post(book.path() + path)
                .then();
    }

    private static Map<String, Double> metrics() {
        Map<String, Double> all = new HashMap<>();
        RestAssured.get("/q/metrics")
                .then()
                .statusCode(200)
                .extract()
                .asString()
                .lines()
                .filter(line -> line.startsWith("moralbank_"))
                .forEach(line -> {
                    int space = line.lastIndexOf(' ');
                    all.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
                });
        return all;
    }

    private static Map<String, Double> since(Map<String, Double> before) {
        Map<String, Double> more = metrics();
        more.replaceAll((name, value) -> value - before.getOrDefault(name, 0.0));
        return more;
    }
}
