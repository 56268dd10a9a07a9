package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.TestBank.Member;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

/** What a till is told of what a member has left: only where both agreed to it, and once. Over HTTP. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class PointsLeftTest {
    @Inject
    TestBank bank;

    @Test
    void areToldOnceAndKeptNowhere() {
        var shop = aShop(true);
        var anna = aMember(shop.book, true).holding(1000, Unit.PTS);
        var body = body("SALE", anna.payCode(), 300);

        var first = sent(shop, "k1", body);
        var again = sent(shop, "k1", body);
        var otherKey = sent(shop, "k2", body);

        assertThat(first.jsonPath().getInt("pointsLeft")).isEqualTo(700);
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(first.asString().replace(",\"pointsLeft\":700", "")).isEqualTo(again.asString());
        assertThat(otherKey.asString()).isEqualTo(again.asString());
        assertThat(sent(shop, "k1", body).asString()).isEqualTo(again.asString());
        shop.book
                .request(shop.till)
                .get(first.header("Location"))
                .then()
                .statusCode(200)
                .body("id", equalTo(first.path("id")))
                .body("pointsLeft", nullValue());
        shop.book
                .request(shop.till)
                .get("/v1/answers/k1?book=" + shop.book.code())
                .then()
                .statusCode(200)
                .body("body.pointsLeft", nullValue());
    }

    @Test
    void areWhatTheMemberCanSpendBesideWhatIsHeld() {
        var shop = aShop(true);
        var anna = aMember(shop.book, true).holding(1000, Unit.PTS);

        var authorized = sent(shop, "k1", body("AUTHORIZE", anna.payCode(), 300));
        var sold = sent(shop, "k2", body("SALE", anna.payCode(), 700));

        assertThat(authorized.jsonPath().getInt("pointsLeft")).isEqualTo(700);
        assertThat(sold.jsonPath().getInt("pointsLeft")).isZero();
    }

    @ParameterizedTest
    @CsvSource({"false, true", "true, false", "false, false"})
    void areNotToldUnlessTerminalAndMemberBothShowThem(boolean terminal, boolean member) {
        var shop = aShop(terminal);
        var anna = aMember(shop.book, member).holding(1000, Unit.PTS);

        var sold = sent(shop, "k1", body("SALE", anna.payCode(), 300));

        assertThat(sold.statusCode()).isEqualTo(201);
        assertThat(sold.asString()).doesNotContain("pointsLeft");
    }

    @Test
    void areNotToldOfAVoucherWhichAnybodyMayCarryNorWhereNoTerminalSells() {
        var shop = aShop(true);
        var anna = aMember(shop.book, true).holding(1000, Unit.PTS);

        var byVoucher = sent(shop, "k1", body("SALE", anna.voucher(300), 300));
        var byApp = shop.book
                .as(Role.APP)
                .body(Map.of("mode", "SALE", "member", anna.id(), "merchant", "STORE", "amount", 1, "unit", "PTS"))
                .post(shop.book.path() + "/redemptions")
                .then()
                .statusCode(201)
                .extract();

        assertThat(byVoucher.asString()).contains("\"voucher\"").doesNotContain("pointsLeft");
        assertThat(byApp.asString()).doesNotContain("pointsLeft");
    }

    @Test
    void areNotToldAnyMoreWhenTheMemberTakesItBack() {
        var shop = aShop(true);
        var anna = aMember(shop.book, true).holding(1000, Unit.PTS);
        sent(shop, "k1", body("SALE", anna.payCode(), 1));

        agree(anna, "false", "\"1\"");

        assertThat(sent(shop, "k2", body("SALE", anna.payCode(), 1)).asString()).doesNotContain("pointsLeft");
    }

    // ---- fixtures ------------------------------------------------------------------------------------------------

    private record Shop(Book book, String till) {}

    private Shop aShop(boolean showsPointsLeft) {
        var book = bank.aBook();
        put(book, "/merchants/STORE", "{\"name\":\"爱心超市\",\"kind\":\"COMMUNITY_STORE\"}", null);
        put(book, "/merchants/STORE/terminals/T1", "{\"showsPointsLeft\":" + showsPointsLeft + "}", null);
        return new Shop(book, book.keyOfTerminal("STORE", "T1"));
    }

    private static Member aMember(Book book, boolean agrees) {
        var member = new Member(book, "M-" + UUID.randomUUID());
        agree(member, Boolean.toString(agrees), null);
        book.as(Role.APP).get(book.path() + "/members/" + member.id()).then().body("showsPointsLeft", equalTo(agrees));
        return member;
    }

    private static void agree(Member member, String agrees, @Nullable String etag) {
        put(member.book(), "/members/" + member.id(), "{\"showsPointsLeft\":" + agrees + "}", etag);
    }

    private static void put(Book book, String path, String body, @Nullable String etag) {
        var request = book.request(book.keyOf(Role.OPERATOR)).body(body);
        int status = (etag == null ? request : request.header("If-Match", etag))
                .put(book.path() + path)
                .statusCode();
        assertThat(status).isEqualTo(etag == null ? 201 : 200);
    }

    private static Map<String, Object> body(String mode, String code, long amount) {
        Map<String, Object> body = new HashMap<>();
        body.put("mode", mode);
        body.put("code", code);
        body.put("merchant", "STORE");
        body.put("amount", amount);
        body.put("unit", "PTS");
        body.put("terminalTransaction", "n-" + code);
        return body;
    }

    private static ExtractableResponse<Response> sent(Shop shop, String key, Map<String, Object> body) {
        return shop.book
                .request(shop.till)
                .header("Idempotency-Key", key)
                .body(body)
                .post(shop.book.path() + "/redemptions")
                .then()
                .extract();
    }
}
