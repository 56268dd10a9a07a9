package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.moralbank.TestBank.BY_HAND;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.TestBank.Member;
import org.moralbank.access.Role;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class RedemptionsTest {
    private static final LocalDate TODAY = LocalDate.now(ZoneId.of("Asia/Shanghai"));
    private static final int SPENDERS = 64;

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @Test
    void movesThePointsToTheMerchantAtOnce() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);

        var answer = sell(book, sale(anna, 500, "reference", "R-1"))
                .statusCode(201)
                .body("mode", equalTo("SALE"))
                .body("status", equalTo("CAPTURED"))
                .body("member", equalTo(anna.id()))
                .body("merchant", equalTo("STORE"))
                .body("amount", equalTo(500))
                .body("unit", equalTo("PTS"))
                .body("occurredOn", equalTo(TODAY.toString()))
                .body("entry", equalTo(2))
                .body("payableAfter", equalTo(500))
                .body("balanceAfter", nullValue())
                .extract();

        book.as(Role.AUDITOR)
                .get(answer.header("Location"))
                .then()
                .statusCode(200)
                .body("id", equalTo(answer.path("id")))
                .body("member", equalTo(anna.id()))
                .body("createdAt", equalTo(answer.path("createdAt")))
                .body("reference", equalTo("R-1"));
        assertThat(balances(book)).containsEntry("2200:" + anna.id(), 1500L).containsEntry("2300:STORE", 500L);
        assertThat(types(book)).containsExactly("OPENING", "REDEEM_SALE");
    }

    @Test
    void sellsToTheLastHundredthAndNotOneMore() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(500, Unit.PTS);
        var bela = book.aMember().holding(499, Unit.PTS);

        sell(book, sale(anna, 500)).statusCode(201);
        sell(book, sale(bela, 500))
                .statusCode(422)
                .contentType("application/problem+json")
                .body("code", equalTo("insufficient-balance"))
                .body("available", equalTo(499))
                .body("wanted", equalTo(500));

        assertThat(balances(book))
                .containsEntry("2200:" + anna.id(), 0L)
                .containsEntry("2200:" + bela.id(), 499L)
                .containsEntry("2300:STORE", 500L);
        list(book, Role.AUDITOR, "").body("items", hasSize(1));
    }

    @Test
    void spendsTheEarliestLotToExpireFirstAndNoneThatHasExpired() {
        var book = aBookWithAStore();
        var anna = book.aMember()
                .holding(100, Unit.PTS)
                .holding(100, Unit.PTS, new Lot("A", TODAY.plusDays(2), false))
                .holding(100, Unit.PTS, new Lot("B", TODAY, true))
                .holding(100, Unit.PTS, new Lot("C", TODAY.minusDays(1), false));

        sell(book, sale(anna, 301)).statusCode(422).body("available", equalTo(300));
        sell(book, sale(anna, 150)).statusCode(201);

        assertThat(lots(book, anna)).containsExactlyInAnyOrder("=100", "A=50", "B=0", "C=100");
    }

    @Test
    void refusesTimeAndThoseWhoMayNotInTheDocumentedOrder() {
        var book = aBookWithAStore();
        put(book, "CLOSED-SHOP");
        book.as(Role.OPERATOR)
                .body(Map.of("reason", "盘点"))
                .post(book.path() + "/merchants/CLOSED-SHOP/suspend")
                .then()
                .statusCode(200);
        var anna = book.aMember().holding(500, Unit.PTS).holding(500, Unit.MIN);
        var frozen = book.aMember().holding(500, Unit.PTS);
        var left = book.aMember();
        status(book, frozen, "FROZEN");
        status(book, left, "CLOSED");

        refuses(book, sale(anna, 1, "unit", "MIN", "merchant", "NONE"), "unknown-merchant");
        refuses(book, sale(anna, 1, "unit", "MIN", "merchant", "CLOSED-SHOP"), "merchant-suspended");
        refuses(book, sale(anna, 1, "unit", "MIN", "member", "NOBODY"), "time-not-redeemable");
        refuses(book, sale(anna, 1, "member", "NOBODY"), "unknown-member");
        refuses(book, sale(left, 1), "member-closed");
        refuses(book, sale(frozen, 1000), "member-frozen");

        assertThat(balances(book))
                .containsEntry("2200:" + anna.id(), 500L)
                .containsEntry("2100:" + anna.id(), 500L)
                .containsEntry("2200:" + frozen.id(), 500L)
                .doesNotContainKey("2300:STORE");
    }

    @Test
    void answersATerminalsTransactionWithItsFirstEffectWhateverTheKey() {
        var book = aBookWithAStore();
        put(book, "SHOP");
        var anna = book.aMember().holding(2000, Unit.PTS);
        var body = sale(anna, 500, "terminal", "T1", "terminalTransaction", "17");
        var first = sell(book, body).statusCode(201).extract();

        var again = sell(book, body).statusCode(201).extract();

        assertThat(again.asString()).isEqualTo(first.asString());
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        sell(book, sale(anna, 501, "terminal", "T1", "terminalTransaction", "17"))
                .statusCode(409)
                .body("code", equalTo("duplicate-reference"));
        sell(book, sale(anna, 500, "terminal", "T2", "terminalTransaction", "17"))
                .statusCode(201);
        sell(book, sale(anna, 500, "terminal", "T1", "terminalTransaction", "17", "merchant", "SHOP"))
                .statusCode(201);
        assertThat(balances(book)).containsEntry("2200:" + anna.id(), 500L);
        list(book, Role.APP, "?merchant=STORE&terminal=T1&terminalTransaction=17")
                .body("items", hasSize(1))
                .body("items[0].id", equalTo(first.path("id")));
    }

    @Test
    void letsATransactionThatWasDeclinedBeSentAgain() {
        var book = aBookWithAStore();
        var anna = book.aMember();
        var body = sale(anna, 500, "terminal", "T1", "terminalTransaction", "17");
        sell(book, body).statusCode(422);
        anna.holding(500, Unit.PTS);

        sell(book, body).statusCode(201);

        assertThat(balances(book)).containsEntry("2300:STORE", 500L);
    }

    @Test
    void replaysTheSameKeyByteForByte() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var key = book.keyOf(Role.APP);
        var first = sell(book, key, "k1", sale(anna, 500)).statusCode(201).extract();

        var again = sell(book, key, "k1", sale(anna, 500))
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .extract();

        assertThat(again.asString()).isEqualTo(first.asString());
        sell(book, key, "k1", sale(anna, 501)).statusCode(422).body("code", equalTo("idempotency-key-reused"));
        assertThat(balances(book)).containsEntry("2200:" + anna.id(), 1500L);
    }

    @Test
    void spendsNoMoreThanThereIsWhenManySellAtOnce() throws Exception {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(1000, Unit.PTS);
        var key = book.keyOf(Role.APP);

        var statuses = atOnce(i ->
                sellPatiently(book, key, "race-" + i, sale(anna, 100)).extract().statusCode());

        assertThat(statuses).filteredOn(status -> status == 201).hasSize(10);
        assertThat(statuses).filteredOn(status -> status == 422).hasSize(SPENDERS - 10);
        assertThat(balances(book)).containsEntry("2200:" + anna.id(), 0L).containsEntry("2300:STORE", 1000L);
        list(book, Role.AUDITOR, "?limit=500").body("items", hasSize(10));
    }

    @Test
    void sellsOnceWhenATransactionIsSentManyTimesAtOnce() throws Exception {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(10_000, Unit.PTS);
        var key = book.keyOf(Role.APP);
        var body = sale(anna, 100, "terminal", "T1", "terminalTransaction", "17");

        var bodies = atOnce(
                i -> sellPatiently(book, key, "race-" + i, body).extract().asString());

        assertThat(bodies).containsOnly(bodies.getFirst());
        assertThat(balances(book)).containsEntry("2300:STORE", 100L);
    }

    @Test
    void letsATillSellForItsMerchantOnlyAndSeeNoBalanceAndNoMember() {
        var book = aBookWithAStore();
        put(book, "SHOP");
        var anna = book.aMember().holding(2000, Unit.PTS);
        label(book, anna, "安**");
        var till = book.keyOf(Role.TERMINAL, "STORE");
        var others = sale(anna, 300, "merchant", "SHOP", "terminal", "T1", "terminalTransaction", "1", "member", null);
        others.put("code", anna.payCode());
        var theirs = sell(book, others).extract().header("Location");

        var ours = sell(book, till, "k1", byCode(anna, 500))
                .statusCode(201)
                .body("member", nullValue())
                .body("payableAfter", equalTo(500))
                .extract()
                .header("Location");
        sell(book, till, "k2", others).statusCode(422).body("code", equalTo("unknown-merchant"));

        book.request(till).get(theirs).then().statusCode(404);
        book.request(till)
                .get(ours)
                .then()
                .statusCode(200)
                .body("member", nullValue())
                .body("memberLabel", equalTo("安**"));
        book.request(till)
                .get(book.path() + "/redemptions")
                .then()
                .statusCode(200)
                .body("items.merchant", contains("STORE"))
                .body("items[0].member", nullValue());
        book.request(till)
                .get(book.path() + "/redemptions?merchant=SHOP")
                .then()
                .body("items", hasSize(0));
    }

    @Test
    void letsATillWithoutAMerchantSellAndSeeNothing() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        sell(book, sale(anna, 500)).statusCode(201);
        var till = book.keyOf(Role.TERMINAL);

        sell(book, till, "k1", byCode(anna, 500)).statusCode(422).body("code", equalTo("unknown-merchant"));

        book.request(till).get(book.path() + "/redemptions").then().body("items", hasSize(0));
    }

    @Test
    void listsByEveryFilterAndInPages() {
        var book = aBookWithAStore();
        put(book, "SHOP");
        var anna = book.aMember().holding(2000, Unit.PTS);
        var bela = book.aMember().holding(2000, Unit.PTS);
        String first =
                sell(book, sale(anna, 1, "occurredOn", "2025-01-31")).extract().path("id");
        String second = sell(book, sale(bela, 2, "occurredOn", "2025-02-01", "reference", "R-2"))
                .extract()
                .path("id");
        String third = sell(book, sale(anna, 3, "merchant", "SHOP", "terminal", "T1", "terminalTransaction", "1"))
                .extract()
                .path("id");

        list(book, Role.APP, "")
                .body("items.id", contains(first, second, third))
                .body("next", nullValue());
        list(book, Role.APP, "?member=" + anna.id()).body("items.id", contains(first, third));
        // A till is not told whose purchases are whose, so it may not ask either.
        book.request(book.keyOfTerminal("SHOP", "T1"))
                .get(book.path() + "/redemptions?member=" + anna.id())
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("member"));
        list(book, Role.APP, "?merchant=SHOP").body("items.id", contains(third));
        list(book, Role.APP, "?terminal=T1").body("items.id", contains(third));
        list(book, Role.APP, "?reference=R-2").body("items.id", contains(second));
        list(book, Role.APP, "?to=2025-01-31").body("items.id", contains(first));
        list(book, Role.APP, "?from=2025-02-01&to=2025-02-01").body("items.id", contains(second));
        String next = list(book, Role.APP, "?limit=2").extract().path("next");
        list(book, Role.APP, "?limit=2&after=" + next)
                .body("items.id", contains(third))
                .body("next", nullValue());
        for (var wrong : List.of("?from=x", "?limit=0", "?after=eA")) {
            book.as(Role.APP).get(book.path() + "/redemptions" + wrong).then().statusCode(400);
        }
    }

    @Test
    void refusesEveryFaultOfTheFormAndSellsNothing() {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);

        invalid(book, sale(anna, 0), "amount");
        invalid(book, sale(anna, -1), "amount");
        invalid(book, sale(anna, 1_000_000_000_001L), "amount");
        invalid(book, sale(anna, 1, "amount", "1"), "amount");
        invalid(book, sale(anna, 1, "amount", null), "amount");
        invalid(book, sale(anna, 1, "unit", "CNY"), "unit");
        invalid(book, sale(anna, 1, "unit", null), "unit");
        invalid(book, sale(anna, 1, "mode", "GIFT"), "mode");
        invalid(book, sale(anna, 1, "holdSeconds", 60), "holdSeconds");
        invalid(book, sale(anna, 1, "cashAmount", 0), "cashAmount");
        for (int wrong : new int[] {0, 7 * 24 * 3600 + 1}) {
            invalid(book, sale(anna, 1, "mode", "AUTHORIZE", "holdSeconds", wrong), "holdSeconds");
        }
        invalid(book, sale(anna, 1, "mode", null), "mode");
        invalid(book, sale(anna, 1, "member", null), "member");
        invalid(book, sale(anna, 1, "merchant", "a b"), "merchant");
        invalid(book, sale(anna, 1, "terminal", "T1"), "terminalTransaction");
        invalid(book, sale(anna, 1, "terminalTransaction", "17"), "terminal");
        invalid(book, sale(anna, 1, "occurredOn", TODAY.plusDays(1).toString()), "occurredOn");
        invalid(book, sale(anna, 1, "price", 1), "price");
        sell(book, sale(anna, 1_000_000_000_000L)).statusCode(422).body("code", equalTo("insufficient-balance"));
        book.as(Role.APP)
                .contentType("text/plain")
                .body("{}")
                .post(book.path() + "/redemptions")
                .then()
                .statusCode(415);

        assertThat(balances(book)).containsEntry("2200:" + anna.id(), 2000L).doesNotContainKey("2300:STORE");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isForThoseRolesOnly(Role role) {
        var book = aBookWithAStore();
        var anna = book.aMember().holding(2000, Unit.PTS);
        var key = book.keyOf(role, "STORE");

        sell(book, key, "k1", byCode(anna, 1)).statusCode(role == Role.AUDITOR ? 403 : 201);
        book.request(key).get(book.path() + "/redemptions").then().statusCode(200);
    }

    @Test
    void tellsNothingOfAnotherBook() {
        var ours = aBookWithAStore();
        var theirs = aBookWithAStore();
        var anna = theirs.aMember().holding(2000, Unit.PTS);
        var location = sell(theirs, sale(anna, 1)).extract().header("Location");
        var id = location.substring(location.lastIndexOf('/') + 1);

        ours.as(Role.AUDITOR).get(location).then().statusCode(404);
        ours.as(Role.AUDITOR).get(ours.path() + "/redemptions/" + id).then().statusCode(404);
        refuses(ours, sale(anna, 1), "unknown-member");
        ours.as(Role.APP)
                .body(sale(anna, 1))
                .post(theirs.path() + "/redemptions")
                .then()
                .statusCode(404);
    }

    // ---- fixtures ----------------------------------------------------------------------------------------------

    private Book aBookWithAStore() {
        var book = bank.aBook();
        put(book, "STORE");
        return book;
    }

    private static void put(Book book, String merchant) {
        book.as(Role.OPERATOR)
                .body(Map.of("name", "爱心超市", "kind", "COMMUNITY_STORE"))
                .put(book.path() + "/merchants/" + merchant)
                .then()
                .statusCode(201);
        book.aTerminal(merchant, "T1", false);
        book.aTerminal(merchant, "T2", false);
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

    private static Map<String, @Nullable Object> byCode(Member member, long amount) {
        return sale(member, amount, "member", null, "code", member.payCode());
    }

    private static ValidatableResponse sell(Book book, Map<String, @Nullable Object> body) {
        return book.as(Role.APP).body(body).post(book.path() + "/redemptions").then();
    }

    private static ValidatableResponse sell(
            Book book, String apiKey, String idempotencyKey, Map<String, @Nullable Object> body) {
        return book.request(apiKey)
                .header("Idempotency-Key", idempotencyKey)
                .body(body)
                .post(book.path() + "/redemptions")
                .then();
    }

    /** As a client should: while the bank is overloaded it asks again with the same key. */
    private static ValidatableResponse sellPatiently(
            Book book, String apiKey, String idempotencyKey, Map<String, @Nullable Object> body) {
        ValidatableResponse response = sell(book, apiKey, idempotencyKey, body);
        while (response.extract().statusCode() == 429) {
            response = sell(book, apiKey, idempotencyKey, body);
        }
        return response;
    }

    private static void refuses(Book book, Map<String, @Nullable Object> body, String code) {
        sell(book, body).statusCode(422).contentType("application/problem+json").body("code", equalTo(code));
    }

    private static void invalid(Book book, Map<String, @Nullable Object> body, String field) {
        sell(book, body)
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("invalid-request"))
                .body("errors.field", contains(field));
    }

    private static ValidatableResponse list(Book book, Role role, String query) {
        return book.as(role).get(book.path() + "/redemptions" + query).then().statusCode(200);
    }

    private interface Numbered<T> {
        T call(int number);
    }

    private static <T> List<T> atOnce(Numbered<T> request) throws Exception {
        try (var threads = Executors.newFixedThreadPool(SPENDERS)) {
            List<Callable<T>> requests = new ArrayList<>();
            for (int i = 0; i < SPENDERS; i++) {
                int number = i;
                requests.add(() -> request.call(number));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> done : threads.invokeAll(requests)) {
                results.add(done.get());
            }
            return results;
        }
    }

    private void status(Book book, Member member, String status) {
        update(BY_HAND + "UPDATE member SET status = $3 WHERE book_id = $1 AND member_id = $2", book, member, status);
    }

    private void label(Book book, Member member, String label) {
        update(BY_HAND + "UPDATE member SET label = $3 WHERE book_id = $1 AND member_id = $2", book, member, label);
    }

    private void update(String sql, Book book, Member member, String value) {
        pool.preparedQuery(sql)
                .execute(Tuple.of((short) book.id(), member.id(), value))
                .await()
                .indefinitely();
    }

    private Map<String, Long> balances(Book book) {
        Map<String, Long> balances = new LinkedHashMap<>();
        for (Row row : rows("""
                SELECT code || ':' || owner AS account, sum(posted)::bigint AS posted
                FROM ledger_account
                WHERE book_id = $1
                GROUP BY 1
                """, book)) {
            balances.put(row.getString(0), row.getLong(1));
        }
        return balances;
    }

    private List<String> lots(Book book, Member member) {
        List<String> lots = new ArrayList<>();
        for (Row row : rows("SELECT owner, lot, posted FROM ledger_account WHERE book_id = $1", book)) {
            if (row.getString(0).equals(member.id())) {
                lots.add(row.getString(1).replaceFirst("\\..*", "") + "=" + row.getLong(2));
            }
        }
        return lots;
    }

    private List<String> types(Book book) {
        List<String> types = new ArrayList<>();
        for (Row row : rows("SELECT type FROM ledger_entry WHERE book_id = $1 ORDER BY seq", book)) {
            types.add(row.getString(0));
        }
        return types;
    }

    private Iterable<Row> rows(String sql, Book book) {
        return pool.preparedQuery(sql)
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely();
    }
}
