package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.moralbank.TestBank.BY_HAND;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.TestBank.Member;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Eventually;
import org.moralbank.platform.TestDatabase;

/** What a till does: it shows codes, is a registered terminal, and says what is bought. Over HTTP. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class CodesAtTillsTest {
    /** How long after its time an authorization has ended. */
    private static final Duration LATEST_EXPIRY = Duration.ofSeconds(5);

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    // ---- codes ---------------------------------------------------------------------------------------------------

    @Test
    void sellsByACodeOnceAndTellsNothingOfTheMember() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(1000, Unit.PTS);
        var code = anna.payCode();

        var sold = shop.redeem("k1", body("SALE", code, 300, "1"))
                .statusCode(201)
                .body("member", nullValue())
                .body("terminal", equalTo("T1"))
                .body("capturedAmount", equalTo(300))
                .extract();
        shop.redeem("k2", body("SALE", code, 300, "2")).statusCode(422).body("code", equalTo("pay-code-used"));

        assertThat(sold.asString()).doesNotContain(anna.id());
        assertThat(points(anna)).isEqualTo("700 (0)");
    }

    /** Who finds a slip, or guesses, does not learn whose code it was. */
    @Test
    void refusesCodesThatAreGoodNoMoreWithoutAWordOfTheMember() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(1000, Unit.PTS);
        var taken = anna.payCode();
        var spent = anna.voucher(100);
        var revoked = anna.voucher(100);
        var late = anna.payCode();
        shop.redeem("k1", body("SALE", taken, 1, "1")).statusCode(201);
        shop.redeem("k2", body("SALE", spent, 100, "2")).statusCode(201);
        revokeTheVoucherOf(anna);
        payCodesAreOver(shop.book());

        var told = new StringBuilder();
        for (var code : Map.of(
                        taken, "pay-code-used",
                        spent, "pay-code-used",
                        revoked, "pay-code-unknown",
                        late, "pay-code-expired")
                .entrySet()) {
            told.append(shop.redeem("k " + code.getKey(), body("SALE", code.getKey(), 1, code.getKey()))
                    .statusCode(422)
                    .body("code", equalTo(code.getValue()))
                    .extract()
                    .asString());
        }

        assertThat(told.toString()).doesNotContain(anna.id());
        assertThat(points(anna)).isEqualTo("899 (0)");
    }

    private static void revokeTheVoucherOf(Member member) {
        String id = member.book()
                .as(Role.APP)
                .get(member.book().path() + "/vouchers?status=ACTIVE&member=" + member.id())
                .then()
                .statusCode(200)
                .body("items", hasSize(1))
                .extract()
                .path("items[0].id");
        member.book()
                .as(Role.APP)
                .post(member.book().path() + "/vouchers/" + id + "/revoke")
                .then()
                .statusCode(200);
    }

    private void payCodesAreOver(Book book) {
        pool.preparedQuery(
                        BY_HAND
                                + "UPDATE pay_code SET made_at = made_at - interval '1 hour', valid_until = clock_timestamp() WHERE book_id = $1 AND used_at IS NULL")
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely();
    }

    @Test
    void answersALostAnswerWithTheFirstEffectAndNotThatTheCodeWasUsed() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(1000, Unit.PTS);
        for (String code : List.of(anna.payCode(), anna.voucher(400))) {
            var body = body("AUTHORIZE", code, 300, code);
            var first =
                    shop.redeem("first " + code, body).statusCode(201).extract().asString();

            assertThat(shop.redeem("first " + code, body).extract().asString()).isEqualTo(first);
            assertThat(shop.redeem("other " + code, body)
                            .statusCode(201)
                            .extract()
                            .asString())
                    .isEqualTo(first);
            shop.redeem("third " + code, body("AUTHORIZE", anna.payCode(), 300, code))
                    .statusCode(409)
                    .body("code", equalTo("duplicate-reference"));
        }
        assertThat(points(anna)).isEqualTo("1000 (700)");
    }

    @Test
    void takesACodeFromATerminalAndEitherFromOthers() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(1000, Unit.PTS);
        var named = body("SALE", null, 1, "1");
        named.put("member", anna.id());
        var both = body("SALE", anna.payCode(), 1, "1");
        both.put("member", anna.id());
        both.put("terminal", "T1");
        var app = shop.book().keyOf(Role.APP);

        shop.redeem("k1", named).statusCode(400).body("errors.field", contains("member"));
        shop.redeem("k2", body("SALE", null, 1, "1")).statusCode(400).body("errors.field", contains("code"));
        for (String form : List.of("1", "731234567890123456", "720000000000000001")) {
            shop.redeem("k3", body("SALE", form, 1, "1")).statusCode(400).body("errors.field", contains("code"));
        }
        shop.redeem(app, "k4", both).statusCode(400).body("errors.field", contains("code"));
        named.put("terminal", "T1");
        shop.redeem(app, "k5", named).statusCode(201).body("member", equalTo(anna.id()));
        var shown = body("SALE", anna.payCode(), 1, "2");
        shown.put("terminal", "T1");
        shop.redeem(app, "k6", shown).statusCode(201).body("member", nullValue());

        assertThat(points(anna)).isEqualTo("998 (0)");
    }

    @Test
    void refusesWithoutAWordOfTheMemberAndLeavesTheCodeGood() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(100, Unit.PTS);
        var code = anna.payCode();

        var poor = shop.redeem("k1", body("SALE", code, 101, "1"))
                .statusCode(422)
                .body("code", equalTo("insufficient-balance"))
                .body("approvable", equalTo(100))
                .extract();
        shop.redeem("k2", body("SALE", code, 1, "2", "unit", "MIN"))
                .statusCode(422)
                .body("code", equalTo("time-not-redeemable"));
        status(anna, "freeze");
        var frozen = shop.redeem("k3", body("SALE", code, 1, "3"))
                .statusCode(422)
                .body("code", equalTo("member-frozen"))
                .body("detail", equalTo("The member is frozen and gives nothing."))
                .extract();
        status(anna, "unfreeze");
        shop.redeem("k4", body("SALE", code, 100, "4")).statusCode(201);

        assertThat(poor.asString() + frozen.asString()).doesNotContain(anna.id());
        assertThat(points(anna)).isEqualTo("0 (0)");
    }

    /** A till that did not hear that it sold would take a good sale back. */
    @Test
    void whoHasShownTooManyWrongCodesIsStillAnsweredWhatWasAnsweredBefore() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(1000, Unit.PTS);
        var sale = body("SALE", anna.payCode(), 300, "1");
        var sold = shop.redeem("k1", sale).statusCode(201).extract().asString();
        shop.redeem("k2", body("SALE", anna.payCode(), 5000, "2")).statusCode(422);
        var reversed = body("SALE", anna.payCode(), 5, "3");
        shop.redeem("k3", reversed).statusCode(201);
        shop.reverse("3");
        for (int i = 0; i < 10; i++) {
            shop.redeem("w" + i, body("SALE", "71100000000000010" + i, 1, "w" + i))
                    .statusCode(422)
                    .body("code", equalTo("pay-code-unknown"));
        }
        var code = anna.payCode();
        var next = shop.redeem("k4", body("SALE", code, 1, "4"))
                .statusCode(429)
                .body("code", equalTo("too-many-wrong-codes"))
                .extract();

        assertThat(Integer.parseInt(next.header("Retry-After"))).isBetween(30, 60);
        assertThat(shop.redeem("k1", sale)
                        .statusCode(201)
                        .header("Idempotent-Replayed", equalTo("true"))
                        .extract()
                        .asString())
                .isEqualTo(sold);
        assertThat(shop.redeem("k5", sale).statusCode(201).extract().asString()).isEqualTo(sold);
        shop.redeem("k2", body("SALE", code, 1, "2")).statusCode(422).body("code", equalTo("idempotency-key-reused"));
        shop.redeem("k6", body("SALE", code, 300, "1")).statusCode(409).body("code", equalTo("duplicate-reference"));
        shop.redeem("k3", reversed).statusCode(409).body("code", equalTo("transaction-reversed"));
        shop.redeem("w0", body("SALE", "711000000000000100", 1, "w0"))
                .statusCode(422)
                .body("code", equalTo("pay-code-unknown"));
        shop.redeem("k7", body("SALE", "711000000000000199", 1, "5")).statusCode(429);
        shop.redeem("k4", body("SALE", code, 1, "4")).statusCode(429);
        shop.redeem(shop.book().keyOfTerminal("STORE", "T2"), "k8", body("SALE", code, 1, "8"))
                .statusCode(201);

        assertThat(points(anna)).isEqualTo("699 (0)");
    }

    // ---- vouchers ------------------------------------------------------------------------------------------------

    @Test
    void sellsFromTheVouchersOwnHoldAndReleasesTheRest() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(500, Unit.PTS);
        var code = anna.voucher(500);

        shop.redeem("k1", body("SALE", code, 501, "1"))
                .statusCode(422)
                .body("code", equalTo("insufficient-balance"))
                .body("approvable", equalTo(500));
        shop.redeem("k2", body("SALE", code, 300, "2")).statusCode(201).body("approvedAmount", equalTo(300));
        shop.redeem("k3", body("SALE", code, 1, "3")).statusCode(422).body("code", equalTo("pay-code-used"));

        assertThat(points(anna)).isEqualTo("200 (0)");
    }

    @Test
    void approvesOfAVoucherWhatItHoldsWhereTheTerminalTakesParts() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(1000, Unit.PTS);
        shop.book().aTerminal("STORE", "T9", true);
        var till = shop.book().keyOfTerminal("STORE", "T9");

        shop.redeem(till, "k1", body("SALE", anna.voucher(400), 500, "1", "partialApproval", false))
                .statusCode(422)
                .body("approvable", equalTo(400));
        shop.redeem(till, "k2", body("SALE", anna.voucher(400), 500, "2"))
                .statusCode(201)
                .body("approvedAmount", equalTo(400))
                .body("cashAmount", equalTo(100));
        shop.redeem("k3", body("SALE", anna.payCode(), 5000, "3", "partialApproval", true))
                .statusCode(422)
                .body("approvable", equalTo(200));

        assertThat(points(anna)).isEqualTo("600 (400)");
    }

    @Test
    void anAuthorizationByPayCodeLastsThreeMinutesUnlessTheTillSaysHowLong() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(500, Unit.PTS);

        var usual = shop.redeem("k1", body("AUTHORIZE", anna.payCode(), 100, "1"))
                .statusCode(201)
                .extract()
                .jsonPath();
        var longer = shop.redeem("k2", body("AUTHORIZE", anna.payCode(), 100, "2", "holdSeconds", 604_800))
                .statusCode(201)
                .extract()
                .jsonPath();

        assertThat(held(usual)).isEqualTo(Duration.ofSeconds(180));
        assertThat(held(longer)).isEqualTo(Duration.ofDays(7));
    }

    private static Duration held(JsonPath authorization) {
        return Duration.between(
                Instant.parse(authorization.getString("createdAt")),
                Instant.parse(authorization.getString("expiresAt")));
    }

    @Test
    void givesAVoucherBackByVoidReversalAndExpiryAndNoPayCode() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(500, Unit.PTS);
        var code = anna.voucher(500);

        var first = shop.authorized(code, 300, "1");
        shop.step(first, "/void").statusCode(200);
        shop.authorized(code, 300, "2");
        shop.reverse("2").body("outcome", equalTo("RELEASED"));
        var third = shop.authorized(code, 300, "3");
        expireNow(shop.book(), third);
        shop.step(third, "/capture").statusCode(409).body("redemptionStatus", equalTo("EXPIRED"));
        Eventually.holds(LATEST_EXPIRY, () -> status(shop.book(), third).equals("EXPIRED"));
        shop.reverse("3").body("outcome", equalTo("RELEASED"));
        assertThat(points(anna)).isEqualTo("500 (500)");
        var fourth = shop.authorized(code, 300, "4");
        shop.step(fourth, "/capture").statusCode(200).body("capturedAmount", equalTo(300));
        shop.reverse("4").body("outcome", equalTo("REFUNDED"));
        assertThat(points(anna)).isEqualTo("500 (500)");
        shop.redeem("k5", body("SALE", code, 500, "5")).statusCode(201);
        shop.reverse("4").body("outcome", equalTo("REFUNDED"));
        assertThat(points(anna)).isEqualTo("0 (0)");
        shop.redeem("k6", body("SALE", code, 1, "6")).statusCode(422).body("code", equalTo("pay-code-used"));
        shop.reverse("5").body("outcome", equalTo("REFUNDED"));
        status(anna, "freeze");
        shop.redeem("k7", body("SALE", code, 1, "7")).statusCode(422).body("code", equalTo("member-frozen"));
        status(anna, "unfreeze");
        shop.redeem("k8", body("SALE", code, 400, "8")).statusCode(201);
        status(anna, "freeze");
        shop.reverse("8").body("outcome", equalTo("REFUNDED"));
        status(anna, "unfreeze");
        shop.redeem("k9", body("SALE", code, 490, "9")).statusCode(201);

        assertThat(points(anna)).isEqualTo("10 (0)");
        var paid = anna.payCode();
        shop.step(shop.authorized(paid, 10, "10"), "/void").statusCode(200);
        shop.redeem("k11", body("SALE", paid, 10, "11")).statusCode(422).body("code", equalTo("pay-code-used"));
    }

    /** Held again, they would be lost to him, or held for a voucher that nobody takes. */
    @Test
    void leavesThePointsOfAVoucherFreeWhereTheyCannotBeHeldAgain() {
        var shop = aShop();
        for (String why : List.of("spent", "refunded", "left", "over", "owes")) {
            var anna = shop.book().aMember().holding(500, Unit.PTS);
            var code = anna.voucher(500);
            var sold = shop.redeem("s " + why, body("SALE", code, why.equals("left") ? 500 : 300, why))
                    .statusCode(201)
                    .extract()
                    .header("Location");
            switch (why) {
                case "spent" ->
                    shop.redeem("p " + why, body("SALE", anna.payCode(), 1, "1"))
                            .statusCode(201);
                case "refunded" ->
                    shop.step(sold, "/refunds", Map.of("amount", 1)).statusCode(201);
                case "left" -> status(anna, "close");
                case "over" -> voucherIsOver(anna);
                default -> takeBackWhatHeHad(anna);
            }

            shop.reverse(why).statusCode(200).body("outcome", equalTo("REFUNDED"));

            shop.redeem("t " + why, body("SALE", code, 1, "t-" + why))
                    .statusCode(422)
                    .body("code", equalTo("pay-code-used"));
            assertThat(points(anna))
                    .as(why)
                    .isEqualTo(
                            switch (why) {
                                case "spent" -> "499 (0)";
                                case "left", "owes" -> "0 (0)";
                                default -> "500 (0)";
                            });
        }
    }

    private void voucherIsOver(Member member) {
        pool.preparedQuery(BY_HAND + """
                        UPDATE pay_voucher
                        SET created_at = created_at - interval '1 hour', expires_at = clock_timestamp()
                        WHERE book_id = $1 AND member = $2
                        """)
                .execute(Tuple.of((short) member.book().id(), member.id()))
                .await()
                .indefinitely();
    }

    private void takeBackWhatHeHad(Member member) {
        int opening = member.book()
                .as(Role.AUDITOR)
                .get(member.book().path() + "/accounts/2200:" + member.id() + ":PTS/statement")
                .then()
                .extract()
                .path("items[0].seq");
        member.book()
                .as(Role.OPERATOR)
                .body(Map.of("reason", "记错"))
                .post(member.book().path() + "/entries/" + opening + "/reversal")
                .then()
                .statusCode(201);
    }

    // ---- terminals -----------------------------------------------------------------------------------------------

    @Test
    void sellsAtActiveTerminalsOnlyAndReversesAtAll() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(1000, Unit.PTS);
        var app = shop.book().keyOf(Role.APP);
        shop.redeem("k1", body("SALE", anna.payCode(), 100, "1")).statusCode(201);

        shop.redeem(app, "k2", body("SALE", anna.payCode(), 1, "2", "terminal", "GHOST"))
                .statusCode(422)
                .body("code", equalTo("terminal-unknown"));
        terminal(shop, "suspend");
        shop.redeem("k3", body("SALE", anna.payCode(), 1, "3"))
                .statusCode(422)
                .body("code", equalTo("terminal-suspended"));
        terminal(shop, "close");
        shop.redeem("k4", body("SALE", anna.payCode(), 1, "4"))
                .statusCode(422)
                .body("code", equalTo("terminal-closed"));
        shop.reverse("1").statusCode(200).body("outcome", equalTo("REFUNDED"));

        assertThat(points(anna)).isEqualTo("1000 (0)");
    }

    @Test
    void sellsInActiveStoresOnlyAndEndsInAllWhatWasBegun() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(1000, Unit.PTS);
        store(shop, "S1");
        store(shop, "S2");
        standsIn(shop, "S1", 1);
        var captured = shop.authorized(anna.payCode(), 100, "1");
        var voided = shop.authorized(anna.payCode(), 100, "2");
        var refunded = shop.redeem("k3", body("SALE", anna.payCode(), 100, "3"))
                .statusCode(201)
                .extract()
                .header("Location");
        shop.redeem("k4", body("SALE", anna.payCode(), 100, "4")).statusCode(201);
        var other = shop.book().keyOfTerminal("STORE", "T2");

        store(shop, "S1", "suspend");
        shop.redeem("k5", body("SALE", anna.payCode(), 10, "5"))
                .statusCode(422)
                .body("code", equalTo("terminal-suspended"))
                .body("terminal", equalTo("T1"))
                .body("store", equalTo("S1"));
        shop.redeem("k6", body("AUTHORIZE", anna.payCode(), 10, "6"))
                .statusCode(422)
                .body("code", equalTo("terminal-suspended"));
        shop.book()
                .as(Role.OPERATOR)
                .body(Map.of("perSale", 100, "count", 1, "hours", 1))
                .post(shop.book().path() + "/merchants/STORE/terminals/T1/allowances")
                .then()
                .statusCode(422)
                .body("code", equalTo("terminal-suspended"));
        shop.redeem(other, "k7", body("SALE", anna.payCode(), 10, "7")).statusCode(201);
        shop.step(captured, "/capture").statusCode(200);
        shop.step(voided, "/void").statusCode(200);
        shop.step(refunded, "/refunds").statusCode(201);
        shop.reverse("4").statusCode(200).body("outcome", equalTo("REFUNDED"));
        store(shop, "S1", "resume");
        shop.redeem("k8", body("SALE", anna.payCode(), 10, "8")).statusCode(201);
        store(shop, "S1", "close");
        shop.redeem("k9", body("SALE", anna.payCode(), 10, "9"))
                .statusCode(422)
                .body("code", equalTo("terminal-suspended"));
        shop.reverse("8").statusCode(200);
        standsIn(shop, "S2", 2);
        shop.redeem("k10", body("SALE", anna.payCode(), 10, "10")).statusCode(201);

        assertThat(points(anna)).isEqualTo("880 (0)");
    }

    private static void store(Shop shop, String id) {
        shop.book()
                .as(Role.OPERATOR)
                .body(Map.of("name", "龙生店"))
                .put(shop.book().path() + "/merchants/STORE/stores/" + id)
                .then()
                .statusCode(201);
    }

    private static void store(Shop shop, String id, String verb) {
        shop.book()
                .as(Role.OPERATOR)
                .body(Map.of("reason", "盘点"))
                .post(shop.book().path() + "/merchants/STORE/stores/" + id + "/" + verb)
                .then()
                .statusCode(200);
    }

    private static void standsIn(Shop shop, String store, int version) {
        shop.book()
                .as(Role.OPERATOR)
                .header("If-Match", "\"" + version + "\"")
                .body(Map.of("store", store))
                .put(shop.book().path() + "/merchants/STORE/terminals/T1")
                .then()
                .statusCode(200);
    }

    /** Else the day of neither till would agree. */
    @Test
    void aTerminalCapturesAndVoidsOnlyWhatItAuthorizedItself() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(1000, Unit.PTS);
        var held = shop.redeem("k1", body("AUTHORIZE", anna.payCode(), 100, "1"))
                .extract()
                .header("Location");
        var at = held.substring(held.lastIndexOf('/'));
        var other = shop.book().keyOfTerminal("STORE", "T2");

        for (String step : List.of("/capture", "/void")) {
            shop.post(other, "o" + step, at + step, Map.of())
                    .statusCode(422)
                    .body("code", equalTo("other-terminal"))
                    .body("terminal", equalTo("T1"));
        }
        shop.post(shop.till(), "c", at + "/capture", Map.of()).statusCode(200);
        shop.post(other, "r", at + "/refunds", Map.of()).statusCode(201).body("terminal", equalTo("T2"));
    }

    @Test
    void aTerminalActsAsItselfOnly() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(1000, Unit.PTS);
        var sold = shop.redeem("k1", body("SALE", anna.payCode(), 100, "1"))
                .extract()
                .header("Location");
        var other = shop.book().keyOfTerminal("STORE", "T2");

        shop.redeem(other, "k2", body("SALE", anna.payCode(), 1, "2", "terminal", "T1"))
                .statusCode(422)
                .body("code", equalTo("other-terminal"));
        shop.redeem(other, "k3", body("SALE", anna.payCode(), 1, null))
                .statusCode(400)
                .body("errors.field", contains("terminalTransaction"));
        shop.post(other, "r1", "/reversals", Map.of("merchant", "STORE", "terminal", "T1", "terminalTransaction", "1"))
                .statusCode(422)
                .body("code", equalTo("other-terminal"));
        shop.post(other, "r2", sold.substring(sold.lastIndexOf('/')) + "/refunds", Map.of("terminal", "T1"))
                .statusCode(422)
                .body("code", equalTo("other-terminal"));
        shop.post(other, "r3", sold.substring(sold.lastIndexOf('/')) + "/refunds", Map.of("amount", 40))
                .statusCode(201)
                .body("terminal", equalTo("T2"))
                .body("now.member", nullValue());

        assertThat(points(anna)).isEqualTo("940 (0)");
    }

    // ---- lines ---------------------------------------------------------------------------------------------------

    @Test
    void checksLinesAndGivesThemBackWhenTheSaleCameToNothing() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(10_000, Unit.PTS);
        shop.book()
                .as(Role.OPERATOR)
                .body("""
                        {"items":[{"id":"RICE","name":"大米","category":"FOOD","price":{"amount":100,"unit":"PTS"},
                                   "perMember":{"count":2,"period":"YEAR"}}]}
                        """)
                .put(shop.book().path() + "/merchants/STORE/catalogue")
                .then()
                .statusCode(201);

        buy(shop, anna, "0", "AUTHORIZE", 3, 301).statusCode(422).body("code", equalTo("amount-differs"));
        buy(shop, anna, "1", "AUTHORIZE", 3, 300).statusCode(422).body("code", equalTo("limit-exceeded"));
        var voided = buy(shop, anna, "2", "AUTHORIZE", 2, 200)
                .statusCode(201)
                .body("lines[0].item", equalTo("RICE"))
                .body("lines[0].count", equalTo(2))
                .extract()
                .header("Location");
        buy(shop, anna, "3", "SALE", 1, 100).statusCode(422).body("code", equalTo("limit-exceeded"));
        shop.step(voided, "/void").statusCode(200);
        var expired = buy(shop, anna, "4", "AUTHORIZE", 2, 200).extract().header("Location");
        expireNow(shop.book(), expired);
        Eventually.holds(
                LATEST_EXPIRY,
                () -> status(shop.book(), expired).equals("EXPIRED")
                        && points(anna).endsWith("(0)"));
        shop.book().as(Role.AUDITOR).get(expired).then().body("endedAt", notNullValue());
        shop.reverse("4").statusCode(200);
        var refunded = buy(shop, anna, "5", "SALE", 2, 200).extract().header("Location");
        shop.step(refunded, "/refunds", Map.of("amount", 150)).statusCode(201);
        buy(shop, anna, "6", "SALE", 1, 100).statusCode(422).body("code", equalTo("limit-exceeded"));
        shop.step(refunded, "/refunds", Map.of("amount", 50)).statusCode(201);
        shop.reverse("5").statusCode(200);
        buy(shop, anna, "7", "SALE", 1, 100).statusCode(201);
        buy(shop, anna, "8", "SALE", 1, 100).statusCode(201);
        buy(shop, anna, "9", "SALE", 1, 100).statusCode(422).body("code", equalTo("limit-exceeded"));
        shop.reverse("8").statusCode(200);
        buy(shop, anna, "10", "SALE", 1, 100).statusCode(201);

        assertThat(points(anna)).isEqualTo("9800 (0)");
    }

    /** By neither the day of UTC nor the one that the till gives. */
    @Test
    void sellsAnItemOnItsWeekdaysByTheDayThatItIsInTheBooksCalendar() {
        // A zone whose day is not that of UTC, and lasts for an hour more at least.
        var zone = ZoneId.of(Instant.now().atZone(ZoneOffset.UTC).getHour() < 11 ? "Etc/GMT+12" : "Pacific/Kiritimati");
        var book = bank.aBook().since(Instant.now().minus(Duration.ofDays(3)));
        pool.preparedQuery(BY_HAND + "UPDATE ledger_book SET calendar = $2 WHERE book_id = $1")
                .execute(Tuple.of((short) book.id(), zone.getId()))
                .await()
                .indefinitely();
        var shop = aShop(book);
        var anna = book.aMember().holding(1000, Unit.PTS);
        var today = LocalDate.now(zone);
        var yesterday = today.minusDays(1);
        var others = EnumSet.complementOf(EnumSet.of(today.getDayOfWeek()));
        book.as(Role.OPERATOR)
                .body(Map.of("items", List.of(item("TODAY", Set.of(today.getDayOfWeek())), item("OTHERS", others))))
                .put(book.path() + "/merchants/STORE/catalogue")
                .then()
                .statusCode(201);

        buyOne(shop, anna, "TODAY", today).statusCode(201).body("occurredOn", equalTo(today.toString()));
        buyOne(shop, anna, "TODAY", yesterday).statusCode(201).body("occurredOn", equalTo(yesterday.toString()));
        for (var day : List.of(today, yesterday)) {
            buyOne(shop, anna, "OTHERS", day)
                    .statusCode(422)
                    .body("code", equalTo("not-on-this-day"))
                    .body("weekday", equalTo(today.getDayOfWeek().name()));
        }

        assertThat(points(anna)).isEqualTo("800 (0)");
    }

    private static Map<String, Object> item(String id, Set<DayOfWeek> weekdays) {
        return Map.of(
                "id",
                id,
                "name",
                "大米",
                "category",
                "FOOD",
                "price",
                Map.of("amount", 100, "unit", "PTS"),
                "weekdays",
                weekdays);
    }

    private static ValidatableResponse buyOne(Shop shop, Member member, String item, LocalDate day) {
        String number = item + "-" + day;
        return shop.redeem(
                number,
                body(
                        "SALE",
                        member.payCode(),
                        100,
                        number,
                        "occurredOn",
                        day.toString(),
                        "lines",
                        List.of(Map.of("item", item, "count", 1))));
    }

    private static ValidatableResponse buy(
            Shop shop, Member member, String number, String mode, int count, int amount) {
        return shop.redeem(
                "buy " + number,
                body(mode, member.payCode(), amount, number, "lines", List.of(Map.of("item", "RICE", "count", count))));
    }

    // ---- events --------------------------------------------------------------------------------------------------

    @Test
    void tellsEveryChangeInOrder() {
        var shop = aShop();
        var anna = shop.book().aMember().holding(1000, Unit.PTS);
        var voucher = anna.voucher(100);
        var voided = shop.authorized(voucher, 100, "1");
        shop.step(voided, "/void");
        var captured = shop.authorized(anna.payCode(), 100, "2");
        shop.step(captured, "/capture");
        shop.step(captured, "/refunds", Map.of("amount", 10));
        shop.reverse("2");
        shop.reverse("3");
        var sold = shop.redeem("k4", body("SALE", anna.payCode(), 10, "4"))
                .extract()
                .header("Location");
        var expired = shop.authorized(anna.payCode(), 10, "5");
        expireNow(shop.book(), expired);
        Eventually.holds(LATEST_EXPIRY, () -> points(anna).endsWith("(100)"));
        shop.step(sold, "/refunds");
        shop.reverse("1").body("outcome", equalTo("RELEASED"));
        shop.reverse("5").body("outcome", equalTo("RELEASED"));
        var held = shop.authorized(anna.payCode(), 10, "6");
        shop.reverse("6").body("outcome", equalTo("RELEASED"));
        shop.reverse("6").body("outcome", equalTo("RELEASED"));
        terminal(shop, "suspend");

        shop.book()
                .as(Role.AUDITOR)
                .get(shop.book().path() + "/events?limit=500")
                .then()
                .statusCode(200)
                .body(
                        "items.type",
                        contains(
                                "org.moralbank.entry.posted",
                                "org.moralbank.voucher.made",
                                "org.moralbank.voucher.used",
                                "org.moralbank.redemption.authorized",
                                "org.moralbank.voucher.given-back",
                                "org.moralbank.redemption.voided",
                                "org.moralbank.redemption.authorized",
                                "org.moralbank.entry.posted",
                                "org.moralbank.redemption.captured",
                                "org.moralbank.entry.posted",
                                "org.moralbank.redemption.refunded",
                                "org.moralbank.entry.posted",
                                "org.moralbank.redemption.reversed",
                                "org.moralbank.redemption.tombstone",
                                "org.moralbank.redemption.sold",
                                "org.moralbank.redemption.authorized",
                                "org.moralbank.redemption.expired",
                                "org.moralbank.entry.posted",
                                "org.moralbank.redemption.refunded",
                                "org.moralbank.redemption.reversed",
                                "org.moralbank.redemption.reversed",
                                "org.moralbank.redemption.authorized",
                                "org.moralbank.redemption.reversed",
                                "org.moralbank.terminal.suspended"))
                .body("items[10].data.entry", equalTo(2))
                .body("items[12].data.entry", equalTo(2))
                .body("items[8].data.capturedAmount", equalTo(100))
                .body("items[8].data.id", equalTo(idOf(captured).toString()))
                .body("items[14].subject", equalTo("entries/5"))
                .body("items[14].data.type", equalTo("REDEEM_SALE"))
                .body("items[14].data.seq", equalTo(5))
                .body("items[16].data.approvedAmount", equalTo(10))
                .body("items[18].data.entry", equalTo(5))
                .body("items[19].data.id", equalTo(idOf(voided).toString()))
                .body("items[20].data.id", equalTo(idOf(expired).toString()))
                .body("items[22].data.id", equalTo(idOf(held).toString()))
                .body("items[22].data.status", equalTo("REVERSED"))
                .body("items[22].data.entry", nullValue());
        shop.book()
                .as(Role.AUDITOR)
                .get(shop.book().path() + "/events?limit=500&type=org.moralbank.redemption")
                .then()
                .body(
                        "items.type",
                        contains(
                                "org.moralbank.redemption.authorized",
                                "org.moralbank.redemption.voided",
                                "org.moralbank.redemption.authorized",
                                "org.moralbank.redemption.captured",
                                "org.moralbank.redemption.refunded",
                                "org.moralbank.redemption.reversed",
                                "org.moralbank.redemption.tombstone",
                                "org.moralbank.redemption.sold",
                                "org.moralbank.redemption.authorized",
                                "org.moralbank.redemption.expired",
                                "org.moralbank.redemption.refunded",
                                "org.moralbank.redemption.reversed",
                                "org.moralbank.redemption.reversed",
                                "org.moralbank.redemption.authorized",
                                "org.moralbank.redemption.reversed"));
        shop.book()
                .as(Role.AUDITOR)
                .get(shop.book().path() + "/events?limit=500&type=org.moralbank.entry.posted")
                .then()
                .body("items.data.seq", contains(1, 2, 3, 4, 5, 6));
    }

    // ---- fixtures ------------------------------------------------------------------------------------------------

    /** A store, and the key of its terminal T1. */
    private record Shop(Book book, String till) {
        ValidatableResponse redeem(String key, Map<String, @Nullable Object> body) {
            return redeem(till, key, body);
        }

        ValidatableResponse redeem(String apiKey, String key, Map<String, @Nullable Object> body) {
            return post(apiKey, key, "", body);
        }

        ValidatableResponse post(String apiKey, String key, String path, Map<String, ?> body) {
            return book.request(apiKey)
                    .header("Idempotency-Key", key.replace(' ', '-'))
                    .body(body)
                    .post(book.path() + "/redemptions" + path)
                    .then();
        }

        String authorized(String code, long amount, String number) {
            return redeem("a" + number, body("AUTHORIZE", code, amount, number))
                    .statusCode(201)
                    .extract()
                    .header("Location");
        }

        ValidatableResponse step(String location, String step) {
            return step(location, step, Map.of());
        }

        ValidatableResponse step(String location, String step, Map<String, ?> body) {
            var request = book.request(till)
                    .header("Idempotency-Key", UUID.randomUUID().toString());
            return (step.equals("/void") ? request : request.body(body))
                    .post(location + step)
                    .then();
        }

        ValidatableResponse reverse(String number) {
            return post(
                    till,
                    UUID.randomUUID().toString(),
                    "/reversals",
                    Map.of("merchant", "STORE", "terminal", "T1", "terminalTransaction", number));
        }
    }

    private Shop aShop() {
        return aShop(bank.aBook());
    }

    private static Shop aShop(Book book) {
        book.as(Role.OPERATOR)
                .body(Map.of("name", "爱心超市", "kind", "COMMUNITY_STORE"))
                .put(book.path() + "/merchants/STORE")
                .then()
                .statusCode(201);
        book.aTerminal("STORE", "T1", false);
        book.aTerminal("STORE", "T2", false);
        return new Shop(book, book.keyOfTerminal("STORE", "T1"));
    }

    private static Map<String, @Nullable Object> body(
            String mode, @Nullable String code, long amount, @Nullable String number, @Nullable Object... more) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("mode", mode);
        body.put("code", code);
        body.put("merchant", "STORE");
        body.put("amount", amount);
        body.put("unit", "PTS");
        body.put("terminalTransaction", number);
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) Objects.requireNonNull(more[i]), more[i + 1]);
        }
        return body;
    }

    private static void status(Member member, String verb) {
        member.book()
                .as(Role.OPERATOR)
                .body(Map.of("reason", "核实"))
                .post(member.book().path() + "/members/" + member.id() + "/" + verb)
                .then()
                .statusCode(200);
    }

    private static void terminal(Shop shop, String verb) {
        shop.book()
                .as(Role.OPERATOR)
                .body(Map.of("reason", "检修"))
                .post(shop.book().path() + "/merchants/STORE/terminals/T1/" + verb)
                .then()
                .statusCode(200);
    }

    private static String status(Book book, String location) {
        return book.as(Role.AUDITOR).get(location).then().extract().path("status");
    }

    private void expireNow(Book book, String location) {
        for (String sql : List.of(
                "UPDATE ledger_hold SET expires_at = clock_timestamp() WHERE book_id = $1 AND hold_id = $2", """
                UPDATE redemption r
                SET expires_at = coalesce(
                    (SELECT h.expires_at FROM ledger_hold h WHERE h.book_id = $1 AND h.hold_id = $2), clock_timestamp())
                WHERE r.book_id = $1 AND r.redemption_id = $2
                """)) {
            pool.preparedQuery(BY_HAND + sql)
                    .execute(Tuple.of((short) book.id(), idOf(location)))
                    .await()
                    .indefinitely();
        }
    }

    private static UUID idOf(String location) {
        return UUID.fromString(location.substring(location.lastIndexOf('/') + 1));
    }

    private String points(Member member) {
        for (Row row : pool.preparedQuery(
                        "SELECT sum(posted)::bigint, sum(held)::bigint FROM ledger_account WHERE book_id = $1 AND code = '2200' AND owner = $2")
                .execute(Tuple.of((short) member.book().id(), member.id()))
                .await()
                .indefinitely()) {
            return row.getLong(0) + " (" + row.getLong(1) + ")";
        }
        throw new AssertionError("a sum is one row");
    }
}
