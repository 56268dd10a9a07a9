package org.moralbank.merchants;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class StoresTest {
    private static final String SHOP = "{\"name\":\"龙生店\",\"place\":\"龙生路 8 号\"}";

    @Inject
    TestBank bank;

    @Test
    void registersAStoreAndEditsTheVersionThatTheCallerSawOnly() {
        var book = bank.aBook();
        var merchant = book.aMerchant();

        put(book, merchant, "S1", SHOP)
                .statusCode(201)
                .header("Location", equalTo(book.path() + "/merchants/" + merchant + "/stores/S1"))
                .header("ETag", equalTo("\"1\""))
                .body("name", equalTo("龙生店"))
                .body("place", equalTo("龙生路 8 号"));
        put(book, merchant, "S1", SHOP).statusCode(200).header("ETag", equalTo("\"1\""));
        put(book, merchant, "S1", "{\"name\":\"北店\"}").statusCode(428);
        put(book.as(Role.OPERATOR).header("If-Match", "\"2\""), book, merchant, "S1", "{\"name\":\"北店\"}")
                .statusCode(412);
        put(book.as(Role.OPERATOR).header("If-Match", "\"1\""), book, merchant, "S1", "{\"name\":\"北店\"}")
                .statusCode(200)
                .body("place", nullValue());

        get(book, merchant, "/S1")
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("name", equalTo("北店"));
    }

    @Test
    void belongsToAMerchantThatIsThereAndNotClosed() {
        var book = bank.aBook();
        var merchant = book.aMerchant();

        put(book, "MER-GHOST", "S1", SHOP).statusCode(404);
        put(book, merchant, "S1", SHOP).statusCode(201);
        book.as(Role.OPERATOR)
                .body("{\"reason\":\"停止合作\"}")
                .post(book.path() + "/merchants/" + merchant + "/close")
                .then()
                .statusCode(200);

        put(book, merchant, "S2", SHOP).statusCode(409).body("code", equalTo("merchant-already-closed"));
        put(book, merchant, "S1", SHOP).statusCode(200);
        get(book, merchant, "").body("items.id", contains("S1"));
    }

    @Test
    void listsTheStoresOfOneMerchantInPages() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        List.of("S2", "S1", "S3").forEach(id -> put(book, merchant, id, SHOP).statusCode(201));
        put(book, book.aMerchant(), "S4", SHOP).statusCode(201);

        String next = get(book, merchant, "?limit=2")
                .body("items.id", contains("S1", "S2"))
                .extract()
                .path("next");

        get(book, merchant, "?limit=2&after=" + next)
                .body("items.id", contains("S3"))
                .body("next", nullValue());
        book.as(Role.AUDITOR)
                .get(book.path() + "/merchants/MER-GHOST/stores")
                .then()
                .statusCode(404);
    }

    @Test
    void suspendsResumesAndClosesAndTellsWho() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        put(book, merchant, "S1", SHOP).statusCode(201).body("status", equalTo("ACTIVE"));

        order(book, merchant, "S1", "resume").statusCode(409).body("code", equalTo("store-not-suspended"));
        order(book, merchant, "S1", "suspend")
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("status", equalTo("SUSPENDED"));
        order(book, merchant, "S1", "suspend")
                .statusCode(409)
                .body("code", equalTo("store-already-suspended"))
                .body("store", equalTo("S1"));
        put(book.as(Role.OPERATOR).header("If-Match", "\"2\""), book, merchant, "S1", "{\"name\":\"北店\"}")
                .statusCode(200)
                .body("status", equalTo("SUSPENDED"));
        order(book, merchant, "S1", "resume").statusCode(200).body("status", equalTo("ACTIVE"));
        order(book, merchant, "S1", "close").statusCode(200).body("status", equalTo("CLOSED"));
        for (String verb : List.of("suspend", "resume", "close")) {
            order(book, merchant, "S1", verb).statusCode(409).body("code", equalTo("store-already-closed"));
        }
        order(book, merchant, "S2", "suspend").statusCode(404);
        order(book, "MER-GHOST", "S1", "suspend").statusCode(404);
        put(book.as(Role.OPERATOR).header("If-Match", "\"5\""), book, merchant, "S1", SHOP)
                .statusCode(409)
                .body("code", equalTo("store-already-closed"));
        put(book, merchant, "S1", "{\"name\":\"北店\"}").statusCode(200).body("status", equalTo("CLOSED"));

        get(book, merchant, "/S1/status-changes")
                .body("items.status", contains("SUSPENDED", "ACTIVE", "CLOSED"))
                .body("items.version", contains(2, 4, 5))
                .body("items.actor", contains("W-1", "W-1", "W-1"))
                .body("items.reason", contains("盘点", "盘点", "盘点"));
        get(book, merchant, "/S2/status-changes").statusCode(404);
        book.as(Role.AUDITOR)
                .get(book.path() + "/events?type=org.moralbank.store")
                .then()
                .body(
                        "items.type",
                        contains(
                                "org.moralbank.store.suspended",
                                "org.moralbank.store.resumed",
                                "org.moralbank.store.closed"))
                .body("items[0].subject", equalTo("merchants/" + merchant + "/stores/S1"))
                .body("items[0].data.store", equalTo("S1"))
                .body("items[0].data.terminal", nullValue());
    }

    /** Neither the merchant nor a terminal of the same id is told as suspended. */
    @Test
    void theChangesOfAStoreAreItsOwn() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        String path = book.path() + "/merchants/" + merchant;
        put(book, merchant, "S1", SHOP).statusCode(201);
        book.aTerminal(merchant, "S1", false);

        order(book, merchant, "S1", "suspend").statusCode(200);

        for (String other : List.of("", "/terminals/S1")) {
            book.as(Role.AUDITOR).get(path + other).then().body("status", equalTo("ACTIVE"));
            book.as(Role.AUDITOR)
                    .get(path + other + "/status-changes")
                    .then()
                    .statusCode(200)
                    .body("items", hasSize(0));
        }
        book.as(Role.OPERATOR)
                .body(Map.of("reason", "检修"))
                .post(path + "/terminals/S1/suspend")
                .then()
                .statusCode(200);
        get(book, merchant, "/S1/status-changes").body("items.version", contains(2));
    }

    @Test
    void listsThoseOfAStatus() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        List.of("S1", "S2").forEach(id -> put(book, merchant, id, SHOP).statusCode(201));
        order(book, merchant, "S2", "suspend").statusCode(200);

        get(book, merchant, "?status=ACTIVE").body("items.id", contains("S1"));
        get(book, merchant, "?status=SUSPENDED").body("items.id", contains("S2"));
        get(book, merchant, "?status=OPEN").statusCode(400);
    }

    @Test
    void aTillSeesThoseOfItsMerchant() {
        var book = bank.aBook();
        var own = book.aMerchant();
        var other = book.aMerchant();
        put(book, own, "S1", SHOP).statusCode(201);
        put(book, other, "S1", SHOP).statusCode(201);
        var till = book.keyOfTerminal(own, book.aTerminal(own));

        book.request(till)
                .get(book.path() + "/merchants/" + own + "/stores/S1")
                .then()
                .statusCode(200);
        book.request(till)
                .get(book.path() + "/merchants/" + other + "/stores/S1")
                .then()
                .statusCode(404);
    }

    @Test
    void refusesEveryFaultOfTheForm() {
        var book = bank.aBook();
        var merchant = book.aMerchant();

        for (var body :
                List.of("{}", "{\"name\":\"\"}", "{\"name\":\"A\",\"place\":\"\"}", "{\"name\":\"A\",\"x\":1}")) {
            put(book, merchant, "S1", body).statusCode(400);
        }
        put(book, merchant, "S 1", SHOP).statusCode(400).body("errors.field", contains("storeId"));

        get(book, merchant, "").body("items", hasSize(0));
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isForThoseRolesOnly(Role role) {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        String path = book.path() + "/merchants/" + merchant + "/stores";

        book.as(role).body(SHOP).put(path + "/S1").then().statusCode(role == Role.OPERATOR ? 201 : 403);
        book.as(role).get(path).then().statusCode(role == Role.TERMINAL ? 403 : 200);
        book.as(role)
                .body(Map.of("reason", "盘点"))
                .post(path + "/S1/suspend")
                .then()
                .statusCode(role == Role.OPERATOR ? 200 : 403);
    }

    private static ValidatableResponse order(Book book, String merchant, String id, String verb) {
        return book.as(Role.OPERATOR)
                .body(Map.of("reason", "盘点", "actor", "W-1"))
                .post(book.path() + "/merchants/" + merchant + "/stores/" + id + "/" + verb)
                .then();
    }

    private static ValidatableResponse put(Book book, String merchant, String id, String body) {
        return put(book.as(Role.OPERATOR), book, merchant, id, body);
    }

    private static ValidatableResponse put(
            RequestSpecification request, Book book, String merchant, String id, String body) {
        return request.body(body)
                .put(book.path() + "/merchants/{merchant}/stores/{id}", merchant, id)
                .then();
    }

    private static ValidatableResponse get(Book book, String merchant, String rest) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/merchants/" + merchant + "/stores" + rest)
                .then();
    }
}
