package org.moralbank.merchants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class TerminalsTest {
    private static final String TILL = "{\"partialApproval\":true}";

    @Inject
    TestBank bank;

    @Test
    void registersATerminalAndEditsTheVersionThatTheCallerSawOnly() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        String path = path(book, merchant);

        put(book, merchant, "T1", TILL, null)
                .statusCode(201)
                .header("Location", equalTo(path + "/T1"))
                .header("ETag", equalTo("\"1\""))
                .body("merchant", equalTo(merchant))
                .body("status", equalTo("ACTIVE"))
                .body("partialApproval", equalTo(true))
                .body("showsPointsLeft", equalTo(false))
                .body("store", nullValue());
        put(book, merchant, "T1", TILL, null).statusCode(200).header("ETag", equalTo("\"1\""));
        put(book, merchant, "T1", "{}", null).statusCode(428);
        put(book, merchant, "T1", "{}", "\"2\"").statusCode(412);
        put(book, merchant, "T1", "{\"showsPointsLeft\":true}", "\"1\"").statusCode(200);

        get(book, path + "/T1")
                .header("ETag", equalTo("\"2\""))
                .body("partialApproval", equalTo(false))
                .body("showsPointsLeft", equalTo(true));
        put(book, "MER-GHOST", "T1", TILL, null).statusCode(404);
    }

    @Test
    void standsInAStoreOfItsMerchantOnly() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        store(book, merchant, "S1");
        store(book, book.aMerchant(), "S2");

        put(book, merchant, "T1", "{\"store\":\"S2\"}", null)
                .statusCode(422)
                .body("code", equalTo("unknown-store"))
                .body("store", equalTo("S2"));
        get(book, path(book, merchant) + "/T1").statusCode(404);

        put(book, merchant, "T1", "{\"store\":\"S1\"}", null).statusCode(201).body("store", equalTo("S1"));
    }

    @Test
    void isPutIntoNoStoreThatIsClosedButStaysInOne() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        store(book, merchant, "S1");
        store(book, merchant, "S2");
        put(book, merchant, "T1", "{\"store\":\"S1\"}", null).statusCode(201);
        for (String verb : List.of("suspend", "close")) {
            put(book, merchant, "T-" + verb, "{\"store\":\"S1\"}", null).statusCode(201);
            book.as(Role.OPERATOR)
                    .body("{\"reason\":\"门店撤销\"}")
                    .post(book.path() + "/merchants/" + merchant + "/stores/S1/" + verb)
                    .then()
                    .statusCode(200);
        }

        put(book, merchant, "T2", "{\"store\":\"S1\"}", null)
                .statusCode(409)
                .body("code", equalTo("store-already-closed"))
                .body("store", equalTo("S1"));
        get(book, path(book, merchant) + "/T2").statusCode(404);
        put(book, merchant, "T1", "{\"store\":\"S1\",\"partialApproval\":true}", "\"1\"")
                .statusCode(200)
                .body("store", equalTo("S1"));
        put(book, merchant, "T1", "{\"store\":\"S2\"}", "\"2\"").statusCode(200);
        put(book, merchant, "T1", "{\"store\":\"S1\"}", "\"3\"")
                .statusCode(409)
                .body("code", equalTo("store-already-closed"));
    }

    @Test
    void suspendsResumesAndClosesAndTellsWho() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        put(book, merchant, "T1", TILL, null).statusCode(201);

        order(book, merchant, "T1", "resume").statusCode(409).body("code", equalTo("terminal-not-suspended"));
        order(book, merchant, "T1", "suspend").statusCode(200).body("status", equalTo("SUSPENDED"));
        order(book, merchant, "T1", "suspend").statusCode(409).body("code", equalTo("terminal-already-suspended"));
        order(book, merchant, "T1", "resume").statusCode(200).body("status", equalTo("ACTIVE"));
        order(book, merchant, "T1", "close").statusCode(200).body("status", equalTo("CLOSED"));
        for (String verb : List.of("suspend", "resume", "close")) {
            order(book, merchant, "T1", verb).statusCode(409).body("code", equalTo("terminal-already-closed"));
        }
        order(book, merchant, "T2", "suspend").statusCode(404);
        put(book, merchant, "T1", "{}", "\"4\"").statusCode(409).body("code", equalTo("terminal-already-closed"));
        makeKey(book, merchant, "T1").then().statusCode(409).body("code", equalTo("terminal-already-closed"));

        get(book, path(book, merchant) + "/T1/status-changes")
                .body("items.status", contains("SUSPENDED", "ACTIVE", "CLOSED"))
                .body("items.actor", contains("W-1", "W-1", "W-1"));
        get(book, book.path() + "/merchants/" + merchant + "/status-changes").body("items", hasSize(0));
    }

    @Test
    void listsByStoreAndStatusAndInPages() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        store(book, merchant, "S1");
        put(book, merchant, "T2", "{\"store\":\"S1\"}", null);
        put(book, merchant, "T1", TILL, null);
        put(book, merchant, "T3", TILL, null);
        put(book, book.aMerchant(), "T4", TILL, null);
        order(book, merchant, "T3", "suspend");
        String path = path(book, merchant);

        get(book, path).body("items.id", contains("T1", "T2", "T3")).body("next", nullValue());
        get(book, path + "?store=S1").body("items.id", contains("T2"));
        get(book, path + "?status=SUSPENDED").body("items.id", contains("T3"));
        String next = get(book, path + "?limit=2")
                .body("items.id", contains("T1", "T2"))
                .extract()
                .path("next");
        get(book, path + "?limit=2&after=" + next)
                .body("items.id", contains("T3"))
                .body("next", nullValue());
        get(book, path(book, "MER-GHOST")).statusCode(404);
    }

    // ---- keys --------------------------------------------------------------------------------------------------

    @Test
    void oneKeyFollowsAnotherWithoutAPause() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        put(book, merchant, "T1", TILL, null).statusCode(201);

        Response first = makeKey(book, merchant, "T1");
        Response second = makeKey(book, merchant, "T1");
        makeKey(book, merchant, "T1").then().statusCode(409).body("code", equalTo("two-keys-live"));
        works(book, merchant, first, 200);
        works(book, merchant, second, 200);
        revoke(book, merchant, "T1", first).then().statusCode(200);
        revoke(book, merchant, "T1", first).then().statusCode(200);
        works(book, merchant, first, 401);
        works(book, merchant, second, 200);
        Response third = makeKey(book, merchant, "T1");

        works(book, merchant, third, 200);
        makeKey(book, merchant, "T1").then().statusCode(409);
        String next = book.as(Role.OPERATOR)
                .get(path(book, merchant) + "/T1/keys?limit=2")
                .then()
                .body("items.keyId", contains(id(first), id(second)))
                .body("items[0].key", nullValue())
                .extract()
                .path("next");
        book.as(Role.OPERATOR)
                .get(path(book, merchant) + "/T1/keys?limit=2&after=" + next)
                .then()
                .body("items.keyId", contains(id(third)))
                .body("next", nullValue());
    }

    @Test
    void theKeyIsShownOnce() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        put(book, merchant, "T1", TILL, null).statusCode(201);
        String operator = book.keyOf(Role.OPERATOR);

        Response made =
                book.request(operator).header("Idempotency-Key", "key-1").post(path(book, merchant) + "/T1/keys");
        Response again =
                book.request(operator).header("Idempotency-Key", "key-1").post(path(book, merchant) + "/T1/keys");

        assertThat(made.jsonPath().getString("key")).startsWith("mb_");
        assertThat(made.header("Location")).isEqualTo(path(book, merchant) + "/T1/keys/" + id(made));
        again.then()
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .body("keyId", equalTo(id(made)))
                .body("key", nullValue());
        book.as(Role.OPERATOR).get(path(book, merchant) + "/T1/keys").then().body("items", hasSize(1));
    }

    @Test
    void ofManyWhoAskAtOnceTwoGetAKey() throws Exception {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        put(book, merchant, "T1", TILL, null).statusCode(201);
        List<Future<Integer>> asked = new ArrayList<>();

        try (var threads = Executors.newFixedThreadPool(8)) {
            String operator = book.keyOf(Role.OPERATOR);
            for (int i = 0; i < 16; i++) {
                String key = "k-" + i;
                asked.add(threads.submit(() -> book.request(operator)
                        .header("Idempotency-Key", key)
                        .post(path(book, merchant) + "/T1/keys")
                        .statusCode()));
            }
        }

        List<Integer> statuses = new ArrayList<>();
        for (Future<Integer> each : asked) {
            statuses.add(each.get());
        }
        assertThat(statuses)
                .containsOnly(201, 409)
                .filteredOn(status -> status == 201)
                .hasSize(2);
    }

    @Test
    void aRevokedKeySellsNothing() {
        var book = bank.aBook();
        var anna = book.aMember().holding(10, Unit.PTS);
        var merchant = book.aMerchant();
        put(book, merchant, "T1", TILL, null).statusCode(201);
        Response key = makeKey(book, merchant, "T1");
        sell(book, merchant, key, anna.payCode(), "N-1").then().statusCode(201);

        revoke(book, merchant, "T1", key).then().statusCode(200);

        sell(book, merchant, key, anna.payCode(), "N-2").then().statusCode(401);
        get(book, book.path() + "/accounts/2300:" + merchant + ":PTS").body("posted", equalTo(1));
    }

    @Test
    void aTillIsAClientOfItsMerchantAndSeesNoOther() {
        var book = bank.aBook();
        var own = book.aMerchant();
        var other = book.aMerchant();
        put(book, own, "T1", TILL, null).statusCode(201);
        put(book, other, "T1", TILL, null).statusCode(201);
        var anna = book.aMember().holding(10, Unit.PTS);
        Response key = makeKey(book, own, "T1");

        works(book, own, key, 200);
        works(book, other, key, 404);
        sell(book, other, key, anna.payCode(), "N-1").then().statusCode(422).body("code", equalTo("unknown-merchant"));
        revoke(book, other, "T1", key).then().statusCode(404);

        book.as(Role.OPERATOR)
                .get("/v1/clients/{client}", book.code() + "@" + own + "@T1")
                .then()
                .statusCode(200)
                .body("roles", contains("TERMINAL"))
                .body("books", contains(book.code()))
                .body("merchant", equalTo(own))
                .body("terminal", equalTo("T1"))
                .body("keys.keyId", contains(id(key)));
    }

    @Test
    void revokesNoKeyThatIsNotThere() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        put(book, merchant, "T1", TILL, null).statusCode(201);
        String keys = path(book, merchant) + "/T1/keys/";

        book.as(Role.OPERATOR).post(keys + "none/revoke").then().statusCode(404);
        book.as(Role.OPERATOR)
                .post(keys + "00000000-0000-7000-8000-000000000000/revoke")
                .then()
                .statusCode(404);
        makeKey(book, merchant, "T2").then().statusCode(404);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isForThoseRolesOnly(Role role) {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        String path = path(book, merchant);

        book.as(role).body(TILL).put(path + "/T1").then().statusCode(role == Role.OPERATOR ? 201 : 403);
        book.as(role).get(path).then().statusCode(role == Role.TERMINAL ? 403 : 200);
        book.as(role).post(path + "/T1/keys").then().statusCode(role == Role.OPERATOR ? 201 : 403);
    }

    // ---- fixtures ----------------------------------------------------------------------------------------------

    private static String path(Book book, String merchant) {
        return book.path() + "/merchants/" + merchant + "/terminals";
    }

    private static void store(Book book, String merchant, String id) {
        book.as(Role.OPERATOR)
                .body("{\"name\":\"龙生店\"}")
                .put(book.path() + "/merchants/" + merchant + "/stores/" + id)
                .then()
                .statusCode(201);
    }

    private static ValidatableResponse put(
            Book book, String merchant, String id, String body, @Nullable String ifMatch) {
        var request = book.as(Role.OPERATOR).body(body);
        if (ifMatch != null) {
            request.header("If-Match", ifMatch);
        }
        return request.put(path(book, merchant) + "/" + id).then();
    }

    private static ValidatableResponse get(Book book, String path) {
        return book.as(Role.AUDITOR).get(path).then();
    }

    private static ValidatableResponse order(Book book, String merchant, String id, String verb) {
        return book.as(Role.OPERATOR)
                .body("{\"reason\":\"检修\",\"actor\":\"W-1\"}")
                .post(path(book, merchant) + "/" + id + "/" + verb)
                .then();
    }

    private static Response makeKey(Book book, String merchant, String id) {
        return book.as(Role.OPERATOR).post(path(book, merchant) + "/" + id + "/keys");
    }

    private static Response revoke(Book book, String merchant, String id, Response key) {
        return book.as(Role.OPERATOR).post(path(book, merchant) + "/" + id + "/keys/" + id(key) + "/revoke");
    }

    private static Response sell(Book book, String merchant, Response key, String code, String number) {
        return book.request(key.jsonPath().getString("key"))
                .header("Idempotency-Key", "sell-" + number)
                .body(("{\"mode\":\"SALE\",\"code\":\"%s\",\"merchant\":\"%s\",\"amount\":1,\"unit\":\"PTS\","
                                + "\"terminal\":\"T1\",\"terminalTransaction\":\"%s\"}")
                        .formatted(code, merchant, number))
                .post(book.path() + "/redemptions");
    }

    private static String id(Response key) {
        return key.jsonPath().getString("keyId");
    }

    private static void works(Book book, String merchant, Response key, int status) {
        book.request(key.jsonPath().getString("key"))
                .get(path(book, merchant) + "/T1")
                .then()
                .statusCode(status);
    }
}
