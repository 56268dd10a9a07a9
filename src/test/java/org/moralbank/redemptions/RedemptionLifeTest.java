package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.moralbank.TestBank.BY_HAND;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.TestBank.Member;
import org.moralbank.access.Role;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

/** The life of a redemption over HTTP: held, captured, voided, refunded, reversed, expired. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class RedemptionLifeTest {
    private static final LocalDate TODAY = LocalDate.now(ZoneId.of("Asia/Shanghai"));
    private static final int AT_ONCE = 64;

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    // ---- authorize -----------------------------------------------------------------------------------------------

    @Test
    void holdsThePointsAndPostsNothing() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);

        var answer = redeem(book, authorization(anna, 500))
                .statusCode(201)
                .body("mode", equalTo("AUTHORIZE"))
                .body("status", equalTo("AUTHORIZED"))
                .body("amount", equalTo(500))
                .body("approvedAmount", equalTo(500))
                .body("cashAmount", equalTo(0))
                .body("capturedAmount", nullValue())
                .body("entry", nullValue())
                .body("payableAfter", nullValue())
                .extract();

        assertThat(points(book, anna)).isEqualTo("2000 (500)");
        assertThat(types(book)).containsExactly("OPENING");
        book.as(Role.AUDITOR)
                .get(answer.header("Location"))
                .then()
                .statusCode(200)
                .body("status", equalTo("AUTHORIZED"))
                .body("expiresAt", equalTo(answer.path("expiresAt")));
        redeem(book, sale(anna, 1501)).statusCode(422).body("approvable", equalTo(1500));
        redeem(book, sale(anna, 1500)).statusCode(201);
    }

    @Test
    void approvesInPartOnlyWhenAskedToAndCountsTheRestAsCash() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(300, Unit.PTS);
        var poor = book.aMember();

        redeem(book, authorization(anna, 500))
                .statusCode(422)
                .body("code", equalTo("insufficient-balance"))
                .body("approvable", equalTo(300))
                .body("wanted", equalTo(500));
        redeem(book, authorization(poor, 500, "partialApproval", true))
                .statusCode(422)
                .body("approvable", equalTo(0));
        redeem(book, authorization(anna, 500, "partialApproval", true, "cashAmount", 25))
                .statusCode(201)
                .body("amount", equalTo(500))
                .body("approvedAmount", equalTo(300))
                .body("cashAmount", equalTo(225));

        assertThat(points(book, anna)).isEqualTo("300 (300)");
    }

    @Test
    void collectsNoRestInCashWhenLessIsCapturedThanWasApproved() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(300, Unit.PTS);
        String sold = redeem(book, authorization(anna, 500, "partialApproval", true, "cashAmount", 25))
                .statusCode(201)
                .body("cashAmount", equalTo(225))
                .extract()
                .header("Location");

        capture(book, sold, 250)
                .statusCode(200)
                .body("capturedAmount", equalTo(250))
                .body("cashAmount", equalTo(25));
    }

    @Test
    void sellsInPartAndWithCash() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(300, Unit.PTS);

        redeem(book, sale(anna, 200, "cashAmount", 1000))
                .statusCode(201)
                .body("approvedAmount", equalTo(200))
                .body("cashAmount", equalTo(1000));
        redeem(book, sale(anna, 101, "partialApproval", true))
                .statusCode(201)
                .body("approvedAmount", equalTo(100))
                .body("capturedAmount", equalTo(100))
                .body("cashAmount", equalTo(1))
                .body("payableAfter", equalTo(300));

        assertThat(points(book, anna)).isEqualTo("0 (0)");
    }

    @Test
    void neverTakesTime() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(500, Unit.MIN).holding(500, Unit.PTS);

        redeem(book, authorization(anna, 1, "unit", "MIN"))
                .statusCode(422)
                .body("code", equalTo("time-not-redeemable"));

        assertThat(points(book, anna)).isEqualTo("500 (0)");
    }

    // ---- capture and void ----------------------------------------------------------------------------------------

    @Test
    void capturesOnceWholeOrInPartAndReleasesTheRest() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var part = authorized(book, anna, 500);
        var whole = authorized(book, anna, 100);

        capture(book, part, 501)
                .statusCode(422)
                .body("code", equalTo("hold-exceeded"))
                .body("held", equalTo(500))
                .body("wanted", equalTo(501));
        capture(book, part, 450)
                .statusCode(200)
                .body("status", equalTo("CAPTURED"))
                .body("capturedAmount", equalTo(450))
                .body("payableAfter", equalTo(450));
        capture(book, part, 50)
                .statusCode(409)
                .body("code", equalTo("hold-not-active"))
                .body("redemptionStatus", equalTo("CAPTURED"));
        post(book, part + "/capture", Map.of("amount", 0)).statusCode(400).body("errors.field", contains("amount"));
        post(book, whole + "/capture", Map.of()).statusCode(200).body("capturedAmount", equalTo(100));

        assertThat(points(book, anna)).isEqualTo("1450 (0)");
        assertThat(types(book)).containsExactly("OPENING", "REDEEM_CAPTURE", "REDEEM_CAPTURE");
        get(book, part).body("status", equalTo("CAPTURED")).body("capturedAmount", equalTo(450));
    }

    /** It is the same request as an object without fields; a body that was lost on its way leaves its Content-Type. */
    @Test
    void takesAndGivesBackAllWhereNothingIsSent() throws Exception {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        String apiKey = book.keyOf(Role.APP);
        String held = authorized(book, anna, 500);

        for (String step : List.of(held + "/capture", held + "/refunds")) {
            for (String sent : List.of("", "{\"amount\":1}")) {
                assertThat(send(apiKey, step, sent, sent.isEmpty() ? "application/json" : null)
                                .statusCode())
                        .as(sent)
                        .isBetween(400, 415);
            }
            HttpResponse<String> all = send(apiKey, step, "", null);
            HttpResponse<String> again = send(apiKey, step, "{}", "application/json");
            HttpResponse<String> other = send(apiKey, step, "{\"amount\":500}", "application/json");

            assertThat(all.statusCode()).as(all.body()).isIn(200, 201);
            assertThat(again.headers().firstValue("Idempotent-Replayed")).hasValue("true");
            assertThat(again.body()).isEqualTo(all.body());
            assertThat(other.body()).contains("idempotency-key-reused");
        }

        get(book, held)
                .body("status", equalTo("REFUNDED"))
                .body("capturedAmount", equalTo(500))
                .body("refundedAmount", equalTo(500));
        assertThat(points(book, anna)).isEqualTo("2000 (0)");
    }

    /** As it is written here; one key for each path. */
    private static HttpResponse<String> send(String apiKey, String path, String body, @Nullable String type)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
                .header("Authorization", "Bearer " + apiKey)
                .header("Idempotency-Key", "all-of-" + path.substring(path.lastIndexOf('/') + 1))
                .POST(body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (type != null) {
            request.header("Content-Type", type);
        }
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void voidsOnceAndRefusesWhatIsIllegalThenWithWhereItStands() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var held = authorized(book, anna, 500);
        String sold = redeem(book, sale(anna, 10)).extract().header("Location");

        refund(book, held, 1)
                .statusCode(409)
                .body("code", equalTo("redemption-not-captured"))
                .body("redemptionStatus", equalTo("AUTHORIZED"));
        cancel(book, held).statusCode(200).body("status", equalTo("VOIDED"));
        for (var again : List.of(cancel(book, held), capture(book, held, 1))) {
            again.statusCode(409).body("code", equalTo("hold-not-active")).body("holdStatus", equalTo("VOIDED"));
        }
        refund(book, held, 1).statusCode(409).body("redemptionStatus", equalTo("VOIDED"));
        cancel(book, sold).statusCode(409).body("redemptionStatus", equalTo("CAPTURED"));

        assertThat(points(book, anna)).isEqualTo("1990 (0)");
        assertThat(types(book)).containsExactly("OPENING", "REDEEM_SALE");
    }

    @Test
    void capturesWhatWasPromisedBeforeAFreezeAndASuspension() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(500, Unit.PTS);
        var held = authorized(book, anna, 500);
        freeze(book, anna);
        suspend(book);

        capture(book, held, 400).statusCode(200);
        refund(book, held, 100).statusCode(201);

        redeem(book, sale(anna, 1)).statusCode(422).body("code", equalTo("merchant-suspended"));
        assertThat(points(book, anna)).isEqualTo("200 (0)");
    }

    @Test
    void answersRetriesOfEachStepWithTheFirstAnswer() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var key = book.keyOf(Role.APP);
        var held = authorized(book, anna, 500);
        for (var step : List.of("/capture", "/refunds")) {
            var first = request(book, key, step).body(Map.of("amount", 100)).post(held + step);

            var again = request(book, key, step).body(Map.of("amount", 100)).post(held + step);

            assertThat(first.statusCode()).isLessThan(300);
            assertThat(again.asString()).isEqualTo(first.asString());
            assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        }
        assertThat(points(book, anna)).isEqualTo("2000 (0)");
    }

    // ---- the picture ---------------------------------------------------------------------------------------------

    /** Each state of the picture with each move: what it leads to, or the code of its refusal. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # begun as  | told as    | capture              | void                 | refund                  | reversal
            AUTHORIZED  | AUTHORIZED | CAPTURED             | VOIDED               | redemption-not-captured | REVERSED
            CAPTURED    | CAPTURED   | hold-not-active      | hold-not-active      | REFUNDED                | REVERSED
            PARTLY      | CAPTURED   | hold-not-active      | hold-not-active      | REFUNDED                | REVERSED
            REFUNDED    | REFUNDED   | hold-not-active      | hold-not-active      | redemption-not-captured | REVERSED
            VOIDED      | VOIDED     | hold-not-active      | hold-not-active      | redemption-not-captured | REVERSED
            EXPIRED     | EXPIRED    | hold-not-active      | hold-not-active      | redemption-not-captured | REVERSED
            REVERSED    | REVERSED   | transaction-reversed | transaction-reversed | transaction-reversed    | REVERSED
            """)
    void makesEachMoveOfThePictureAndRefusesEachOtherWithWhereItStands(
            String begun, String told, String captures, String voids, String refunds, String reverses) {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(400, Unit.PTS);
        var moves = Map.of("capture", captures, "void", voids, "refunds", refunds);
        moves.forEach((move, outcome) -> {
            var at = bring(book, authorized(book, anna, 100, "terminal", "T1", "terminalTransaction", move), begun);
            var before = balances(book);

            var answer = move.equals("void") ? cancel(book, at) : post(book, at + "/" + move, Map.of());

            if (outcome.equals(outcome.toUpperCase(Locale.ROOT))) {
                answer.statusCode(lessThan(300));
                get(book, at).body("status", equalTo(outcome));
            } else {
                answer.statusCode(409).body("code", equalTo(outcome)).body("redemptionStatus", equalTo(told));
                get(book, at).body("status", equalTo(told));
                assertThat(balances(book)).isEqualTo(before);
            }
            reverse(book, move).statusCode(200);
        });
        var last = bring(book, authorized(book, anna, 100, "terminal", "T1", "terminalTransaction", "reversal"), begun);

        reverse(book, "reversal").statusCode(200);

        get(book, last).body("status", equalTo(reverses));
        assertThat(points(book, anna)).isEqualTo("400 (0)");
    }

    /** An authorization of 100 by T1, until it stands so. */
    private String bring(Book book, String held, String begun) {
        switch (begun) {
            case "AUTHORIZED" -> {}
            case "CAPTURED" -> capture(book, held, 100).statusCode(200);
            case "PARTLY" -> refund(book, bring(book, held, "CAPTURED"), 40).statusCode(201);
            case "REFUNDED" -> refund(book, bring(book, held, "CAPTURED"), 100).statusCode(201);
            case "VOIDED" -> cancel(book, held).statusCode(200);
            case "EXPIRED" -> expireNow(book, held);
            case "REVERSED" -> {
                String number = get(book, held).extract().path("terminalTransaction");
                reverse(book, number).statusCode(200);
            }
            default -> throw new IllegalArgumentException(begun);
        }
        return held;
    }

    private static ValidatableResponse reverse(Book book, String transaction) {
        return reverse(book, book.keyOf(Role.APP), UUID.randomUUID().toString(), transaction);
    }

    // ---- refunds -------------------------------------------------------------------------------------------------

    @Test
    void refundsSeveralTimesAndNeverMoreThanTheCapture() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        String sold = redeem(book, sale(anna, 500)).extract().header("Location");

        var first = refund(book, sold, 200)
                .statusCode(201)
                .body("amount", equalTo(200))
                .body("kind", equalTo("REFUND"))
                .body("now.status", equalTo("CAPTURED"))
                .body("now.refundedAmount", equalTo(200))
                .body("now.payableAfter", equalTo(300))
                .extract();
        refund(book, sold, 301)
                .statusCode(422)
                .body("code", equalTo("refund-exceeded"))
                .body("refundable", equalTo(300));
        post(book, sold + "/refunds", Map.of("terminal", "T2"))
                .statusCode(201)
                .body("amount", equalTo(300))
                .body("now.status", equalTo("REFUNDED"));
        refund(book, sold, 1)
                .statusCode(409)
                .body("code", equalTo("redemption-not-captured"))
                .body("redemptionStatus", equalTo("REFUNDED"));
        post(book, sold + "/refunds", Map.of()).statusCode(409).body("redemptionStatus", equalTo("REFUNDED"));

        assertThat(points(book, anna)).isEqualTo("2000 (0)");
        assertThat(types(book)).containsExactly("OPENING", "REDEEM_SALE", "REDEEM_REFUND", "REDEEM_REFUND");
        get(book, sold).body("status", equalTo("REFUNDED")).body("refundedAmount", equalTo(500));
        book.as(Role.AUDITOR)
                .get(sold + "/refunds")
                .then()
                .body("items.amount", contains(200, 300))
                .body("items[1].terminal", equalTo("T2"))
                .body("next", nullValue());
        book.as(Role.AUDITOR).get(first.header("Location")).then().body("amount", equalTo(200));
        for (var none : List.of("0", "9999999", "x")) {
            book.as(Role.AUDITOR).get(sold + "/refunds/" + none).then().statusCode(404);
        }
    }

    /** What is taken and kept nowhere is missed by who looks for it. */
    @Test
    void anAuthorizationTakesNothingThatOnlyAnEntryKeeps() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        Map<String, @Nullable Object> order = new HashMap<>(sale(anna, 500));
        order.putAll(Map.of("reason", "重阳节", "metadata", Map.of("cashier", "7"), "actor", "W-1", "onBehalfOf", "W-2"));

        redeem(book, order).statusCode(201);
        order.put("mode", "AUTHORIZE");
        book.as(Role.APP)
                .body(order)
                .post(book.path() + "/redemptions")
                .then()
                .statusCode(400)
                .body("errors.field", contains("reason", "metadata", "actor", "onBehalfOf"));

        assertThat(points(book, anna)).isEqualTo("1500 (0)");
    }

    /** It would count to the day of no till. */
    @Test
    void refusesARefundAtATerminalThatTheMerchantNeverHad() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        String another = book.aTerminal(book.aMerchant());
        String sold = redeem(book, sale(anna, 500)).extract().header("Location");

        for (var at : List.of("T9", another)) {
            post(book, sold + "/refunds", Map.of("terminal", at))
                    .statusCode(422)
                    .body("code", equalTo("terminal-unknown"))
                    .body("terminal", equalTo(at));
        }
        book.request(book.keyOf(Role.TERMINAL, "STORE"))
                .header("Idempotency-Key", "refund")
                .body(Map.of("terminal", "T9"))
                .post(sold + "/refunds")
                .then()
                .statusCode(422)
                .body("code", equalTo("terminal-unknown"));

        assertThat(points(book, anna)).isEqualTo("1500 (0)");
        get(book, sold).body("refundedAmount", equalTo(0));
    }

    @Test
    void takesGoodsBackAtATerminalThatSellsNoMore() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        String sold = redeem(book, sale(anna, 500)).extract().header("Location");
        String terminals = book.path() + "/merchants/STORE/terminals/";
        for (var order : List.of("T1/suspend", "T2/close")) {
            book.as(Role.OPERATOR)
                    .body(Map.of("reason", "检修"))
                    .post(terminals + order)
                    .then()
                    .statusCode(200);
        }

        post(book, sold + "/refunds", Map.of("amount", 100, "terminal", "T1")).statusCode(201);
        post(book, sold + "/refunds", Map.of("amount", 100, "terminal", "T2")).statusCode(201);

        assertThat(points(book, anna)).isEqualTo("1700 (0)");
    }

    @Test
    void refundsToTheLotsItCameFromTheLastSpentFirst() {
        var book = aBookWithAStore();
        var anna = book.aMember()
                .holding(100, Unit.PTS)
                .holding(100, Unit.PTS, new Lot("A", TODAY.plusDays(2), false))
                .holding(100, Unit.PTS, new Lot("B", TODAY, true));
        String sold = redeem(book, sale(anna, 250)).extract().header("Location");
        assertThat(lots(book, anna)).containsOnly(Map.entry("", 50L), Map.entry("A", 0L), Map.entry("B", 0L));

        refund(book, sold, 60).statusCode(201);
        assertThat(lots(book, anna)).containsOnly(Map.entry("", 100L), Map.entry("A", 10L), Map.entry("B", 0L));
        refund(book, sold, 100).statusCode(201);
        assertThat(lots(book, anna)).containsOnly(Map.entry("", 100L), Map.entry("A", 100L), Map.entry("B", 10L));
        refund(book, sold, 90).statusCode(201);

        assertThat(lots(book, anna)).containsOnly(Map.entry("", 100L), Map.entry("A", 100L), Map.entry("B", 100L));
    }

    @Test
    void refundsAnExpiredLotWithThirtyDaysGrace() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(100, Unit.PTS, new Lot("A", TODAY, true));
        String sold = redeem(book, sale(anna, 100)).extract().header("Location");
        sql(
                BY_HAND + "UPDATE ledger_account SET expires_on = $2, lot = $3 WHERE book_id = $1 AND lot <> ''",
                Tuple.of(
                        (short) book.id(),
                        TODAY.minusDays(1),
                        "A." + TODAY.minusDays(1).toString().replace("-", "") + ".R"));

        refund(book, sold, 40).statusCode(201);

        assertThat(strings(
                        "SELECT lot || '=' || posted || ' ' || restricted FROM ledger_account WHERE book_id = $1 AND code = '2200'",
                        book))
                .contains("A." + TODAY.plusDays(30).toString().replace("-", "") + ".R=40 true");
        sql(
                BY_HAND
                        + "UPDATE ledger_account SET expires_on = $2, lot = $3 WHERE book_id = $1 AND lot < $3 AND lot <> '' AND posted = 0",
                Tuple.of((short) book.id(), TODAY, "A." + TODAY.toString().replace("-", "") + ".R"));
    }

    @Test
    void refundsFirstToTheShortfallThatTheSaleLeftOpen() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(100, Unit.PTS);
        String sold = redeem(book, sale(anna, 100)).extract().header("Location");
        leaveShortfall(book, anna, sold, 60);

        refund(book, sold, 50).statusCode(201);
        assertThat(balances(book)).containsEntry("1600:" + anna.id(), -10L).containsEntry("2200:" + anna.id(), 0L);
        refund(book, sold, 50).statusCode(201);

        assertThat(balances(book)).containsEntry("1600:" + anna.id(), 0L).containsEntry("2200:" + anna.id(), 40L);
    }

    @Test
    void refundsAfterSettlementDownToTheMerchantsLimit() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(1_000_002, Unit.PTS);
        String sold = redeem(book, sale(anna, 1_000_001)).extract().header("Location");
        settle(book, 1_000_001);

        refund(book, sold, 1_000_000).statusCode(201).body("now.payableAfter", equalTo(-1_000_000));
        refund(book, sold, 1).statusCode(422).body("code", equalTo("limit-exceeded"));

        assertThat(balances(book)).containsEntry("2300:STORE", -1_000_000L);
        assertThat(points(book, anna)).isEqualTo("1000001 (0)");
    }

    @Test
    void refundsSeveralTimesAfterThePaymentAndNeverMoreThanTheCapture() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(500, Unit.PTS);
        var held = authorized(book, anna, 500);
        capture(book, held, 400).statusCode(200);
        settle(book, 400);
        pay(book, 400);

        refund(book, held, 150).statusCode(201).body("now.payableAfter", equalTo(-150));
        refund(book, held, 200).statusCode(201).body("now.payableAfter", equalTo(-350));
        refund(book, held, 51)
                .statusCode(422)
                .body("code", equalTo("refund-exceeded"))
                .body("captured", equalTo(400))
                .body("refunded", equalTo(350))
                .body("refundable", equalTo(50));

        get(book, held).body("status", equalTo("CAPTURED")).body("refundedAmount", equalTo(350));
        assertThat(points(book, anna)).isEqualTo("450 (0)");
        assertThat(balances(book)).containsEntry("2300:STORE", -350L).containsEntry("3240:", 400L);
    }

    @Test
    void refundsNobodyWhoHasLeft() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(100, Unit.PTS);
        String sold = redeem(book, sale(anna, 100)).extract().header("Location");
        close(book, anna);

        refund(book, sold, 1).statusCode(422).body("code", equalTo("account-closed"));

        assertThat(balances(book)).containsEntry("2300:STORE", 100L);
    }

    // ---- reversal of a terminal's transaction --------------------------------------------------------------------

    @Test
    void reversesWhatIsHeldAndRefusesEveryRetryOfIt() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var key = book.keyOf(Role.TERMINAL, "STORE");
        var body = authorization(
                anna, 500, "member", null, "code", anna.payCode(), "terminal", "T1", "terminalTransaction", "17");
        var made = request(book, key, "k1").body(body).post(book.path() + "/redemptions");
        assertThat(made.statusCode()).isEqualTo(201);

        reverse(book, key, "r1", "17")
                .statusCode(200)
                .body("outcome", equalTo("RELEASED"))
                .body("redemption.status", equalTo("REVERSED"))
                .body("refundEntry", nullValue());

        for (var retry : List.of("k1", "k2")) {
            request(book, key, retry)
                    .body(body)
                    .post(book.path() + "/redemptions")
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("transaction-reversed"))
                    .body("terminalTransaction", equalTo("17"));
        }
        capture(book, made.header("Location"), 1).statusCode(409).body("code", equalTo("transaction-reversed"));
        cancel(book, made.header("Location")).statusCode(409).body("code", equalTo("transaction-reversed"));
        refund(book, made.header("Location"), 1).statusCode(409).body("code", equalTo("transaction-reversed"));
        reverse(book, key, "r2", "17").statusCode(200).body("outcome", equalTo("RELEASED"));
        reverse(book, key, "r1", "17").statusCode(200).header("Idempotent-Replayed", "true");
        assertThat(points(book, anna)).isEqualTo("2000 (0)");
        assertThat(types(book)).containsExactly("OPENING");
    }

    @Test
    void reversesACaptureByWhatRefundsHaveLeftOfItWhateverIsFrozenClosedOrSuspended() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(500, Unit.PTS);
        var key = book.keyOf(Role.TERMINAL, "STORE");
        var held = redeem(book, authorization(anna, 500, "terminal", "T1", "terminalTransaction", "17"))
                .extract()
                .header("Location");
        var captured = request(book, key, "c1").body(Map.of("amount", 500)).post(held + "/capture");
        refund(book, held, 200).statusCode(201);
        var frozen = book.aMember().holding(100, Unit.PTS);
        redeem(book, sale(frozen, 100, "terminal", "T1", "terminalTransaction", "18"))
                .statusCode(201);
        suspend(book);
        freeze(book, frozen);

        reverse(book, key, "r2", "18").statusCode(200).body("outcome", equalTo("REFUNDED"));
        assertThat(points(book, frozen)).isEqualTo("100 (0)");
        close(book, anna);
        reverse(book, key, "r1", "17")
                .statusCode(200)
                .body("outcome", equalTo("REFUNDED"))
                .body("redemption.status", equalTo("REVERSED"))
                .body("redemption.refundedAmount", equalTo(500));

        assertThat(captured.statusCode()).isEqualTo(200);
        request(book, key, "c1")
                .body(Map.of("amount", 500))
                .post(held + "/capture")
                .then()
                .statusCode(409)
                .body("code", equalTo("transaction-reversed"));
        assertThat(balances(book))
                .containsEntry("2300:STORE", 0L)
                .containsEntry("2200:" + anna.id(), 0L)
                .containsEntry("2410:", 500L);
        assertThat(types(book)).endsWith("ACCOUNT_CLOSE", "REDEEM_REFUND", "ACCOUNT_CLOSE");
        assertThat(strings("""
                        SELECT string_agg(type, ' ' ORDER BY seq) FROM ledger_entry
                        WHERE book_id = $1 AND group_id IS NOT NULL GROUP BY group_id ORDER BY max(seq)
                        """, book))
                .as("the closing, and what the reversal posts together")
                .containsExactly("ACCOUNT_CLOSE", "REDEEM_REFUND ACCOUNT_CLOSE");
        book.as(Role.AUDITOR)
                .get(held + "/refunds")
                .then()
                .body("items.kind", contains("REFUND", "REVERSAL"))
                .body("items.amount", contains(200, 300));
    }

    @Test
    void whatThePoolOwesIsPaidFromAReversalThatIsPassedOnToIt() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(100, Unit.PTS);
        redeem(book, sale(anna, 100, "terminal", "T1", "terminalTransaction", "17"))
                .statusCode(201);
        close(book, anna);
        book.post(
                Holder.of(book.id(), Chart.SHORTFALL_POINTS, Holder.POOL),
                new Holder(book.id(), Chart.OPENING, "", Unit.PTS),
                Lot.OWN,
                30);

        reverse(book, book.keyOf(Role.APP), "r1", "17").statusCode(200).body("outcome", equalTo("REFUNDED"));

        assertThat(balances(book)).containsEntry("1600:POOL", 0L).containsEntry("2410:", 70L);
        assertThat(types(book)).endsWith("REDEEM_REFUND", "ACCOUNT_CLOSE", "SHORTFALL_RECOVER");
    }

    @Test
    void reversesASettledSaleBeyondTheMerchantsLimitAndRefundsWaitUntilItOwesLess() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(1_000_200, Unit.PTS);
        redeem(book, sale(anna, 1_000_100, "terminal", "T1", "terminalTransaction", "17"))
                .statusCode(201);
        String other = redeem(book, sale(anna, 100)).extract().header("Location");
        settle(book, 1_000_200);

        reverse(book, book.keyOf(Role.APP), "r1", "17").statusCode(200).body("outcome", equalTo("REFUNDED"));

        assertThat(balances(book)).containsEntry("2300:STORE", -1_000_100L).doesNotContainKey("2900:");
        assertThat(points(book, anna)).isEqualTo("1000100 (0)");
        refund(book, other, 1)
                .statusCode(422)
                .body("code", equalTo("limit-exceeded"))
                .body("account", equalTo("2300:STORE:PTS"))
                .body("limit", equalTo(-1_000_000))
                .body("wouldBe", equalTo(-1_000_101));
        redeem(book, sale(anna, 102)).statusCode(201);
        refund(book, other, 2).statusCode(201).body("now.payableAfter", equalTo(-1_000_000));
        refund(book, other, 1).statusCode(422).body("code", equalTo("limit-exceeded"));
    }

    @Test
    void remembersAReversalThatCameBeforeItsTransaction() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var key = book.keyOf(Role.TERMINAL, "STORE");
        var body = sale(anna, 500, "terminal", "T1", "terminalTransaction", "17");

        reverse(book, key, "r1", "17")
                .statusCode(200)
                .body("outcome", equalTo("NEVER_ARRIVED"))
                .body("redemption", nullValue());
        reverse(book, key, "r2", "17").statusCode(200).body("outcome", equalTo("NEVER_ARRIVED"));
        redeem(book, body).statusCode(409).body("code", equalTo("transaction-reversed"));
        redeem(book, sale(anna, 500, "terminal", "T1", "terminalTransaction", "18"))
                .statusCode(201);
        redeem(book, sale(anna, 500, "terminal", "T2", "terminalTransaction", "17"))
                .statusCode(201);

        assertThat(points(book, anna)).isEqualTo("1000 (0)");
        book.as(Role.AUDITOR)
                .get(book.path() + "/redemptions?merchant=STORE&terminal=T1&terminalTransaction=17")
                .then()
                .body("items", hasSize(0));
    }

    @Test
    void refusesTheRetryOfADeclineThatWasReversedSince() {
        var book = aBookWithAStore();
        var anna = book.aMember();
        var key = book.keyOf(Role.TERMINAL, "STORE");
        var body =
                sale(anna, 500, "member", null, "code", anna.payCode(), "terminal", "T1", "terminalTransaction", "17");
        request(book, key, "k1")
                .body(body)
                .post(book.path() + "/redemptions")
                .then()
                .statusCode(422);
        reverse(book, key, "r1", "17").body("outcome", equalTo("NEVER_ARRIVED"));

        request(book, key, "k1")
                .body(body)
                .post(book.path() + "/redemptions")
                .then()
                .statusCode(409)
                .body("code", equalTo("transaction-reversed"));
    }

    @Test
    void answersTheSameTransactionUnderAnotherKeyAsItWasMadeWhateverBecameOfItSince() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var body = authorization(anna, 500, "terminal", "T1", "terminalTransaction", "17");
        var first = redeem(book, body).statusCode(201).extract();
        capture(book, first.header("Location"), 500).statusCode(200);

        var again = redeem(book, body).statusCode(201).extract();

        assertThat(again.asString()).isEqualTo(first.asString());
        redeem(book, authorization(anna, 501, "terminal", "T1", "terminalTransaction", "17"))
                .statusCode(409)
                .body("code", equalTo("duplicate-reference"));
        assertThat(points(book, anna)).isEqualTo("1500 (0)");
    }

    /** An auditor changes nothing, and does not widen what a till may. */
    @Test
    void letsATillThatIsAnAuditorTooSeeAllAndActForItsOwnMerchantOnly() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var held = redeem(book, authorization(anna, 500, "terminal", "T1", "terminalTransaction", "17"))
                .extract()
                .header("Location");
        var other = book.keyOfTillAndAuditor("SHOP");

        book.request(other).get(held).then().statusCode(200);
        for (var step : List.of("/capture", "/refunds")) {
            request(book, other, step).body(Map.of()).post(held + step).then().statusCode(404);
        }
        request(book, other, "v").post(held + "/void").then().statusCode(404);
        reverse(book, other, "r", "17").statusCode(422).body("code", equalTo("unknown-merchant"));
        request(book, other, "s")
                .body(authorization(anna, 500, "terminal", "T1", "terminalTransaction", "18"))
                .post(book.path() + "/redemptions")
                .then()
                .statusCode(400)
                .body("errors.field", equalTo(List.of("member")));
    }

    @Test
    void letsATillTouchItsOwnMerchantsRedemptionsOnly() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var held = redeem(book, authorization(anna, 500, "terminal", "T1", "terminalTransaction", "17"))
                .extract()
                .header("Location");
        var other = book.keyOf(Role.TERMINAL, "SHOP");

        for (var step : List.of("/capture", "/refunds")) {
            request(book, other, step).body(Map.of()).post(held + step).then().statusCode(404);
        }
        request(book, other, "v").post(held + "/void").then().statusCode(404);
        book.request(other).get(held + "/refunds").then().statusCode(404);
        reverse(book, other, "r", "17").statusCode(422).body("code", equalTo("unknown-merchant"));
        book.as(Role.APP)
                .body(Map.of())
                .post(book.path() + "/redemptions/" + UUID.randomUUID() + "/capture")
                .then()
                .statusCode(404);
        book.as(Role.APP)
                .body(Map.of())
                .post(book.path() + "/redemptions/x/capture")
                .then()
                .statusCode(404);

        assertThat(points(book, anna)).isEqualTo("2000 (500)");
    }

    // ---- expiry --------------------------------------------------------------------------------------------------

    @Test
    void refusesACaptureAfterItsTimeAndReleasesWithinFiveSeconds() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var held = authorized(book, anna, 500, "holdSeconds", 1);
        var longer = authorized(book, anna, 100, "holdSeconds", 600);
        expireNow(book, held);

        capture(book, held, 1)
                .statusCode(409)
                .body("code", equalTo("hold-not-active"))
                .body("holdStatus", equalTo("EXPIRED"));
        String ended = get(book, held)
                .body("status", equalTo("EXPIRED"))
                .body("endedAt", notNullValue())
                .extract()
                .path("endedAt");
        get(book, held).body("expiresAt", equalTo(ended));
        get(book, longer).body("endedAt", nullValue());

        long latest = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (!points(book, anna).equals("2000 (100)")) {
            assertThat(System.nanoTime()).as("five seconds after its time").isLessThan(latest);
        }
        cancel(book, held).statusCode(409).body("redemptionStatus", equalTo("EXPIRED"));
        capture(book, longer, 100).statusCode(200);
        book.as(Role.AUDITOR)
                .get(book.path() + "/redemptions?status=EXPIRED&mode=AUTHORIZE")
                .then()
                .body("items", hasSize(1))
                .body("items[0].endedAt", equalTo(ended));
        book.as(Role.AUDITOR)
                .get(book.path() + "/redemptions?status=AUTHORIZED")
                .then()
                .body("items", hasSize(0));
    }

    /** As after a failover to a server whose clock is behind: the time is not over there, and the hold was released before. */
    @Test
    void whatHasExpiredStaysSoWhenTheDatabasesClockIsSetBack() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var held = authorized(book, anna, 500, "holdSeconds", 600);
        sql(BY_HAND + """
                , expired AS (
                    UPDATE ledger_hold
                    SET status = 'EXPIRED', ended_at = clock_timestamp()
                    WHERE book_id = $1 AND hold_id = $2
                )
                UPDATE ledger_account SET held = held - 500 WHERE book_id = $1 AND held >= 500
                """, Tuple.of((short) book.id(), idOf(held)));

        for (var again : List.of(cancel(book, held), capture(book, held, 1))) {
            again.statusCode(409)
                    .body("code", equalTo("hold-not-active"))
                    .body("holdStatus", equalTo("EXPIRED"))
                    .body("redemptionStatus", equalTo("EXPIRED"));
        }
        assertThat(points(book, anna)).isEqualTo("2000 (0)");
        // The time goes on, and the books are right as they are.
        sql(BY_HAND + """
                , expired AS (
                    UPDATE ledger_hold SET expires_at = ended_at WHERE book_id = $1 AND hold_id = $2 RETURNING expires_at
                )
                UPDATE redemption r
                SET expires_at = expired.expires_at
                FROM expired
                WHERE r.book_id = $1 AND r.redemption_id = $2
                """, Tuple.of((short) book.id(), idOf(held)));
        get(book, held).body("status", equalTo("EXPIRED"));
    }

    @Test
    void reversesWhatHasExpired() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var held = authorized(book, anna, 500, "holdSeconds", 1, "terminal", "T1", "terminalTransaction", "17");
        expireNow(book, held);

        reverse(book, book.keyOf(Role.APP), "r", "17").statusCode(200).body("outcome", equalTo("RELEASED"));

        assertThat(points(book, anna)).isEqualTo("2000 (0)");
        get(book, held).body("status", equalTo("REVERSED"));
    }

    // ---- at once -------------------------------------------------------------------------------------------------

    @Test
    void capturesOnceWhenManyCaptureAtOnce() throws Exception {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var held = authorized(book, anna, 500);
        var key = book.keyOf(Role.APP);

        var statuses = atOnce(i -> patiently(() -> request(book, key, "c" + i)
                .body(Map.of("amount", 100 + i))
                .post(held + "/capture")
                .statusCode()));

        assertThat(statuses).filteredOn(status -> status == 200).hasSize(1);
        assertThat(statuses).filteredOn(status -> status == 409).hasSize(AT_ONCE - 1);
        assertThat(types(book)).containsExactly("OPENING", "REDEEM_CAPTURE");
    }

    @Test
    void holdsNoMoreThanThereIsWhenManyAuthorizeAtOnce() throws Exception {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(100, Unit.PTS);
        var key = book.keyOf(Role.APP);

        var statuses = atOnce(i -> patiently(() -> request(book, key, "a" + i)
                .body(authorization(anna, 10))
                .post(book.path() + "/redemptions")
                .statusCode()));

        assertThat(statuses).filteredOn(status -> status == 201).hasSize(10);
        assertThat(statuses).filteredOn(status -> status == 422).hasSize(AT_ONCE - 10);
        assertThat(points(book, anna)).isEqualTo("100 (100)");
    }

    @Test
    void letsOneOfCaptureVoidReversalAndExpiryWin() throws Exception {
        for (int round = 0; round < 4; round++) {
            var book = aBookWithAStore();
            var anna = book.aMember().holding(500, Unit.PTS);
            var held = authorized(book, anna, 500, "holdSeconds", 1, "terminal", "T1", "terminalTransaction", "17");
            var key = book.keyOf(Role.APP);
            if (round % 2 == 0) {
                expireNow(book, held);
            }

            atOnce(i -> patiently(() -> switch (i % 4) {
                case 0 ->
                    request(book, key, "x" + i)
                            .body(Map.of())
                            .post(held + "/capture")
                            .statusCode();
                case 1 -> request(book, key, "x" + i).post(held + "/void").statusCode();
                case 2 ->
                    request(book, key, "x" + i)
                            .body(Map.of())
                            .post(held + "/refunds")
                            .statusCode();
                default -> reverse(book, key, "x" + i, "17").extract().statusCode();
            }));

            assertThat(points(book, anna)).isEqualTo("500 (0)");
            get(book, held).body("status", equalTo("REVERSED"));
            assertThat(balances(book).getOrDefault("2300:STORE", 0L)).isZero();
        }
    }

    // ---- fixtures ------------------------------------------------------------------------------------------------

    private Book aBookWithAStore() {
        var book = bank.aBook();
        book.as(Role.OPERATOR)
                .body(Map.of("name", "爱心超市", "kind", "COMMUNITY_STORE"))
                .put(book.path() + "/merchants/STORE")
                .then()
                .statusCode(201);
        book.aTerminal("STORE", "T1", false);
        book.aTerminal("STORE", "T2", false);
        return book;
    }

    private void suspend(Book book) {
        sql(BY_HAND + "UPDATE redemption_merchant SET status = 'SUSPENDED' WHERE book_id = $1", Tuple.of((short)
                book.id()));
    }

    private static void freeze(Book book, Member member) {
        book.as(Role.OPERATOR)
                .body(Map.of("reason", "核实中"))
                .post(book.path() + "/members/" + member.id() + "/freeze")
                .then()
                .statusCode(200);
    }

    private static void close(Book book, Member member) {
        book.as(Role.OPERATOR)
                .body(Map.of("reason", "搬离"))
                .post(book.path() + "/members/" + member.id() + "/close")
                .then()
                .statusCode(200);
    }

    private static void settle(Book book, long amount) {
        var payable = Holder.of(book.id(), Chart.MERCHANT_PAYABLE, "STORE");
        var batch = Holder.of(book.id(), Chart.MERCHANT_SETTLEMENT, "BATCH-1");
        book.post(
                EntryType.SETTLEMENT_CLOSE,
                draft -> draft.debit(payable, amount).credit(batch, amount),
                payable,
                batch);
    }

    private static void pay(Book book, long amount) {
        var batch = Holder.of(book.id(), Chart.MERCHANT_SETTLEMENT, "BATCH-1");
        var retired = Holder.of(book.id(), Chart.SETTLED_POINTS);
        book.post(
                EntryType.SETTLEMENT_PAID, draft -> draft.debit(batch, amount).credit(retired, amount), batch, retired);
    }

    /** As if the sale had been offline and the member had lacked so much: posts it, and tells the redemption. */
    private void leaveShortfall(Book book, Member member, String sold, long amount) {
        var points = member.holder(Unit.PTS);
        var debt = Ledger.shortfallOf(points);
        var payable = Holder.of(book.id(), Chart.MERCHANT_PAYABLE, "STORE");
        member.holding(100 - amount, Unit.PTS);
        book.post(
                EntryType.REDEEM_SALE_OFFLINE,
                draft -> draft.debit(points, 100 - amount).debit(debt, amount).credit(payable, 100),
                points,
                debt,
                payable);
        sql(
                BY_HAND
                        + "UPDATE redemption SET seq = (SELECT max(seq) FROM ledger_entry WHERE book_id = $1) WHERE book_id = $1 AND redemption_id = $2",
                Tuple.of((short) book.id(), idOf(sold)));
    }

    /** As if its time had come. */
    private void expireNow(Book book, String held) {
        sql(BY_HAND + """
                , held AS (
                    UPDATE ledger_hold
                    SET expires_at = clock_timestamp()
                    WHERE book_id = $1 AND hold_id = $2 AND status = 'ACTIVE'
                    RETURNING book_id, hold_id, expires_at
                )
                UPDATE redemption r
                SET expires_at = held.expires_at
                FROM held
                WHERE r.book_id = held.book_id AND r.redemption_id = held.hold_id
                """, Tuple.of((short) book.id(), idOf(held)));
    }

    private static UUID idOf(String location) {
        return UUID.fromString(location.substring(location.lastIndexOf('/') + 1));
    }

    private static Map<String, @Nullable Object> sale(Member member, long amount, @Nullable Object... more) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("mode", "SALE");
        body.put("member", member.id());
        body.put("merchant", "STORE");
        body.put("amount", amount);
        body.put("unit", "PTS");
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) Objects.requireNonNull(more[i]), more[i + 1]);
        }
        return body;
    }

    private static Map<String, @Nullable Object> authorization(Member member, long amount, @Nullable Object... more) {
        var body = sale(member, amount, more);
        body.put("mode", "AUTHORIZE");
        return body;
    }

    private static ValidatableResponse redeem(Book book, Map<String, @Nullable Object> body) {
        return post(book, book.path() + "/redemptions", body);
    }

    /** Where a new authorization is. */
    private static String authorized(Book book, Member member, long amount, @Nullable Object... more) {
        return redeem(book, authorization(member, amount, more))
                .statusCode(201)
                .extract()
                .header("Location");
    }

    private static ValidatableResponse post(Book book, String path, Map<String, ?> body) {
        return book.as(Role.APP).body(body).post(path).then();
    }

    private static ValidatableResponse capture(Book book, String redemption, long amount) {
        return post(book, redemption + "/capture", Map.of("amount", amount));
    }

    private static ValidatableResponse refund(Book book, String redemption, long amount) {
        return post(book, redemption + "/refunds", Map.of("amount", amount));
    }

    private static ValidatableResponse cancel(Book book, String redemption) {
        return book.as(Role.APP).post(redemption + "/void").then();
    }

    private static ValidatableResponse get(Book book, String redemption) {
        return book.as(Role.AUDITOR).get(redemption).then().statusCode(200);
    }

    private static io.restassured.specification.RequestSpecification request(Book book, String apiKey, String key) {
        return book.request(apiKey).header("Idempotency-Key", key);
    }

    private static ValidatableResponse reverse(Book book, String apiKey, String key, String transaction) {
        return request(book, apiKey, key)
                .body(Map.of("merchant", "STORE", "terminal", "T1", "terminalTransaction", transaction))
                .post(book.path() + "/redemptions/reversals")
                .then();
    }

    /** As a client should: while the bank is overloaded it asks again with the same key. */
    private static int patiently(Callable<Integer> request) throws Exception {
        int status = request.call();
        while (status == 429) {
            status = request.call();
        }
        return status;
    }

    private interface Numbered<T> {
        T call(int number) throws Exception;
    }

    private static <T> List<T> atOnce(Numbered<T> request) throws Exception {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            IntFunction<Callable<T>> numbered = i -> () -> request.call(i);
            List<Callable<T>> requests = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                requests.add(numbered.apply(i));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> done : threads.invokeAll(requests)) {
                results.add(done.get());
            }
            return results;
        }
    }

    private void sql(String sql, Tuple arguments) {
        pool.preparedQuery(sql).execute(arguments).await().indefinitely();
    }

    private List<String> strings(String sql, Book book) {
        List<String> strings = new ArrayList<>();
        for (Row row : pool.preparedQuery(sql)
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely()) {
            strings.add(row.getString(0));
        }
        return strings;
    }

    private String points(Book book, Member member) {
        return strings(
                        "SELECT sum(posted) || ' (' || sum(held) || ')' FROM ledger_account WHERE code = '2200' AND book_id = $1 AND owner = '"
                                + member.id() + "'",
                        book)
                .getFirst();
    }

    private Map<String, Long> lots(Book book, Member member) {
        Map<String, Long> lots = new LinkedHashMap<>();
        strings(
                        "SELECT split_part(lot, '.', 1) || '=' || posted FROM ledger_account WHERE book_id = $1 AND owner = '"
                                + member.id() + "'",
                        book)
                .forEach(lot -> lots.put(lot.split("=")[0], Long.valueOf(lot.split("=")[1])));
        return lots;
    }

    private Map<String, Long> balances(Book book) {
        Map<String, Long> balances = new LinkedHashMap<>();
        strings(
                        "SELECT code || ':' || owner || '=' || sum(posted) FROM ledger_account WHERE book_id = $1 GROUP BY code, owner",
                        book)
                .forEach(account -> balances.put(account.split("=")[0], Long.valueOf(account.split("=")[1])));
        return balances;
    }

    private List<String> types(Book book) {
        return strings("SELECT type FROM ledger_entry WHERE book_id = $1 ORDER BY seq", book);
    }
}
