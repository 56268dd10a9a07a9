package org.moralbank.merchants;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class MerchantsTest {
    private static final String STORE = "{\"name\":\"爱心超市\",\"kind\":\"COMMUNITY_STORE\"}";
    private static final String RENAMED = "{\"name\":\"龙生超市\",\"kind\":\"COMMUNITY_STORE\"}";

    @Inject
    TestBank bank;

    @Test
    void registersAMerchantAndShowsIt() {
        var book = bank.aBook();

        put(book, "MER-1", STORE)
                .statusCode(201)
                .header("Location", equalTo(book.path() + "/merchants/MER-1"))
                .header("ETag", equalTo("\"1\""))
                .body("id", equalTo("MER-1"))
                .body("name", equalTo("爱心超市"))
                .body("kind", equalTo("COMMUNITY_STORE"))
                .body("status", equalTo("ACTIVE"))
                .body("version", equalTo(1));

        get(book, "/MER-1").statusCode(200).header("ETag", equalTo("\"1\"")).body("name", equalTo("爱心超市"));
        get(book, "/MER-2").statusCode(404).body("code", equalTo("not-found"));
    }

    @Test
    void editsTheVersionThatTheCallerSawOnly() {
        var book = bank.aBook();
        put(book, "MER-1", STORE).statusCode(201);

        put(book, "MER-1", RENAMED).statusCode(428).body("code", equalTo("precondition-required"));
        put(book, "MER-1", RENAMED, "\"2\"").statusCode(412).body("code", equalTo("precondition-failed"));
        get(book, "/MER-1").body("name", equalTo("爱心超市"));
        put(book, "MER-1", RENAMED, "\"1\"").statusCode(200).header("ETag", equalTo("\"2\""));
        put(book, "MER-1", STORE, "\"1\"").statusCode(412);

        get(book, "/MER-1").body("name", equalTo("龙生超市")).body("version", equalTo(2));
    }

    @Test
    void answersAPutOfWhatIsThereWithoutAChange() {
        var book = bank.aBook();
        put(book, "MER-1", STORE).statusCode(201);

        put(book, "MER-1", STORE).statusCode(200).header("ETag", equalTo("\"1\""));
    }

    @Test
    void refusesAConditionOnAMerchantThatIsNotThere() {
        var book = bank.aBook();

        put(book, "MER-1", STORE, "\"1\"").statusCode(412);

        get(book, "/MER-1").statusCode(404);
    }

    @Test
    void leavesASuspendedMerchantSuspendedWhenItIsRenamed() {
        var book = bank.aBook();
        put(book, "MER-1", "{\"name\":\"A\",\"kind\":\"COMMERCIAL\",\"status\":\"SUSPENDED\"}")
                .statusCode(201)
                .body("status", equalTo("SUSPENDED"));

        put(book, "MER-1", "{\"name\":\"B\",\"kind\":\"COMMERCIAL\"}", "\"1\"")
                .statusCode(200)
                .body("status", equalTo("SUSPENDED"));
    }

    @Test
    void listsByKindAndStatusAndInPages() {
        var book = bank.aBook();
        put(book, "MER-2", "{\"name\":\"B\",\"kind\":\"COMMERCIAL\",\"status\":\"SUSPENDED\"}");
        put(book, "MER-1", STORE);
        put(book, "MER-3", "{\"name\":\"C\",\"kind\":\"COMMERCIAL\"}");
        put(bank.aBook(), "MER-4", STORE);

        get(book, "").body("items.id", contains("MER-1", "MER-2", "MER-3")).body("next", nullValue());
        get(book, "?kind=COMMERCIAL").body("items.id", contains("MER-2", "MER-3"));
        get(book, "?status=SUSPENDED").body("items.id", contains("MER-2"));
        String next = get(book, "?limit=2")
                .body("items.id", contains("MER-1", "MER-2"))
                .extract()
                .path("next");
        get(book, "?limit=2&after=" + next).body("items.id", contains("MER-3")).body("next", nullValue());
    }

    @Test
    void refusesEveryFaultOfTheForm() {
        var book = bank.aBook();

        for (var body : List.of(
                "{}",
                "{\"name\":\"A\"}",
                "{\"kind\":\"COMMERCIAL\"}",
                "{\"name\":\"\",\"kind\":\"COMMERCIAL\"}",
                "{\"name\":\"A\",\"kind\":\"SHOP\"}",
                "{\"name\":\"A\",\"kind\":\"COMMERCIAL\",\"status\":\"CLOSED\"}",
                "{\"name\":7,\"kind\":\"COMMERCIAL\"}",
                "{\"name\":\"A\",\"kind\":\"COMMERCIAL\",\"balance\":1}",
                "{\"name\":")) {
            put(book, "MER-1", body).statusCode(400).contentType("application/problem+json");
        }
        put(book, "MER 1", STORE).statusCode(400).body("errors.field", contains("id"));

        get(book, "").body("items", hasSize(0));
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isForThoseRolesOnly(Role role) {
        var book = bank.aBook();
        String path = book.path() + "/merchants";

        book.as(role).body(STORE).put(path + "/MER-1").then().statusCode(role == Role.OPERATOR ? 201 : 403);
        book.as(role).get(path).then().statusCode(role == Role.TERMINAL ? 403 : 200);
    }

    private static ValidatableResponse put(Book book, String id, String body) {
        return book.as(Role.OPERATOR)
                .body(body)
                .put(book.path() + "/merchants/{id}", id)
                .then();
    }

    private static ValidatableResponse put(Book book, String id, String body, String ifMatch) {
        return book.as(Role.OPERATOR)
                .header("If-Match", ifMatch)
                .body(body)
                .put(book.path() + "/merchants/{id}", id)
                .then();
    }

    private static ValidatableResponse get(Book book, String rest) {
        return book.as(Role.AUDITOR).get(book.path() + "/merchants" + rest).then();
    }
}
