package org.moralbank.members;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class OrganisationUnitsTest {
    @Inject
    TestBank bank;

    // ---- books -------------------------------------------------------------------------------------------------

    @Test
    void opensABookThatCanBeUsedAtOnce() {
        String code = aCode();
        String idempotencyKey = UUID.randomUUID().toString();
        String operator = bank.operatorKey();
        String body = """
                {"book":"%s","name":"龙生社区","kind":"COMMUNITY","serviceEarns":"PTS","pointsPerHour":200,
                 "memberPointsTransfer":true,"calendar":"Asia/Shanghai"}
                """.formatted(code);

        Response opened = withKey(operator, idempotencyKey).body(body).post("/v1/books");
        Response again = withKey(operator, idempotencyKey).body(body).post("/v1/books");

        opened.then()
                .statusCode(201)
                .header("Location", "/v1/books/" + code)
                .body("serviceEarns", equalTo("PTS"))
                .body("pointsPerHour", equalTo(200));
        again.then().statusCode(201).header("Idempotent-Replayed", "true");
        as(operator)
                .get("/v1/books/" + code)
                .then()
                .statusCode(200)
                .body("name", equalTo("龙生社区"))
                .body("lastSeq", equalTo(0));
        String page = "/v1/books?limit=1&after=" + TestBank.cursorBefore(code) + "&kind=";
        as(operator).get(page + "COMMUNITY").then().body("items.book", contains(code));
        as(operator).get(page + "HUB").then().statusCode(200).body("items.book", not(hasItem(code)));
        as(operator).body("{}").put("/v1/books/" + code + "/members/M-1").then().statusCode(201);
        as(operator).body(body).post("/v1/books").then().statusCode(409).body("code", equalTo("book-exists"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"n\"}                                       | book",
                "{\"book\":\"*\",\"name\":\"n\"}                        | book",
                "{\"book\":\"b\"}                                       | name",
                "{\"book\":\"b\",\"name\":\"n\",\"calendar\":\"Mars/Olympus\"} | calendar",
                "{\"book\":\"b\",\"name\":\"n\",\"calendar\":\"+08:00\"}       | calendar",
                "{\"book\":\"b\",\"name\":\"n\",\"pointsPerHour\":-1}          | pointsPerHour",
                "{\"book\":\"b\",\"name\":\"n\",\"serviceEarns\":\"CNY\"}      | serviceEarns",
                "{\"book\":\"b\",\"name\":\"n\",\"kind\":\"BANK\"}             | kind",
            })
    void refusesAMalformedBookByField(String body, String field) {
        as(bank.operatorKey())
                .body(body)
                .post("/v1/books")
                .then()
                .statusCode(400)
                .body("errors.field", contains(field));
    }

    @Test
    void onlyOperatorsOfEveryBookOpenBooksAndOthersSeeTheirOwn() {
        var book = bank.aBook();
        var other = bank.aBook();
        String body = "{\"book\":\"%s\",\"name\":\"n\"}".formatted(aCode());

        book.as(Role.COORDINATOR).body(body).post("/v1/books").then().statusCode(403);
        book.as(Role.OPERATOR).body(body).post("/v1/books").then().statusCode(403);
        book.as(Role.APP).get("/v1/books").then().body("items.book", contains(book.code()));
        book.as(Role.APP).get(book.path()).then().statusCode(200);
        book.as(Role.APP).get(other.path()).then().statusCode(404);
        as("mb_nobody").get("/v1/books").then().statusCode(401);
    }

    // ---- organisation ------------------------------------------------------------------------------------------

    @Test
    void addsUnitsBelowOneAnotherWithTheirBooks() {
        var book = bank.aBook();
        String district = add(aCode(), null, "DISTRICT", null, 201);
        String community = add(aCode(), district, "COMMUNITY", book.code(), 201);
        String operator = bank.operatorKey();

        as(operator)
                .get("/v1/organisation-units/" + community)
                .then()
                .statusCode(200)
                .body("parent", equalTo(district))
                .body("book", equalTo(book.code()));
        as(operator).get("/v1/organisation-units?parent=" + district).then().body("items.code", contains(community));
        addRefused(community, null, "COMMUNITY", null, 409, "organisation-unit-exists");
        addRefused(aCode(), "nowhere-" + aCode(), "GRID", null, 422, "unknown-organisation-unit");
        addRefused(aCode(), district, "COMMUNITY", "nothing-" + aCode(), 422, "unknown-book");
        addRefused(aCode(), district, "COMMUNITY", book.code(), 409, "book-kept-by-another");
    }

    @Test
    void refusesMalformedUnitsAndCallersThatMayNot() {
        var book = bank.aBook();
        String operator = bank.operatorKey();

        as(operator)
                .body("{\"kind\":\"GRID\",\"name\":\"n\"}")
                .post("/v1/organisation-units")
                .then()
                .statusCode(400);
        as(operator)
                .body("{\"code\":\"c\",\"kind\":\"PLANET\",\"name\":\"n\"}")
                .post("/v1/organisation-units")
                .then()
                .statusCode(400)
                .body("errors.field", contains("kind"));
        book.as(Role.OPERATOR)
                .body(aUnit(aCode(), null, "GRID", null))
                .post("/v1/organisation-units")
                .then()
                .statusCode(403);
        book.as(Role.APP)
                .body(aUnit(aCode(), null, "GRID", null))
                .post("/v1/organisation-units")
                .then()
                .statusCode(403);
        as(operator).get("/v1/organisation-units/" + aCode()).then().statusCode(404);
    }

    @Test
    void hidesUnitsWhoseBookIsNotTheCallers() {
        var book = bank.aBook();
        var other = bank.aBook();
        String district = add(aCode(), null, "DISTRICT", null, 201);
        String hidden = add(aCode(), district, "COMMUNITY", other.code(), 201);
        String seen = add(aCode(), district, "COMMUNITY", book.code(), 201);

        book.as(Role.APP).get("/v1/organisation-units/" + hidden).then().statusCode(404);
        book.as(Role.APP)
                .get("/v1/organisation-units/" + hidden + "/statistics")
                .then()
                .statusCode(404);
        book.as(Role.APP)
                .get("/v1/organisation-units/" + district + "/statistics")
                .then()
                .statusCode(404);
        book.as(Role.APP)
                .get("/v1/organisation-units?parent=" + district)
                .then()
                .body("items.code", contains(seen))
                .body("items.code", not(hasItem(hidden)));
    }

    @Test
    void countsTheSubtreeNowAndAtTheEndOfADay() {
        var book = bank.aBook();
        var second = bank.aBook();
        String street = add(aCode(), null, "STREET", null, 201);
        add(aCode(), street, "COMMUNITY", book.code(), 201);
        add(aCode(), street, "COMMUNITY", second.code(), 201);
        book.aMember().holding(60, Unit.MIN).holding(250, Unit.PTS);
        book.aMember();
        second.aMember().holding(30, Unit.MIN);
        var leaver = second.aMember();
        second.as(Role.COORDINATOR)
                .body("{\"reason\":\"moved\"}")
                .post(second.path() + "/members/" + leaver.id() + "/close")
                .then()
                .statusCode(200);
        LocalDate today = LocalDate.now(ZoneId.of("Asia/Shanghai"));
        String statistics = "/v1/organisation-units/" + street + "/statistics";
        String operator = bank.operatorKey();

        for (String now : new String[] {statistics, statistics + "?on=" + today}) {
            as(operator)
                    .get(now)
                    .then()
                    .statusCode(200)
                    .body("organisationUnits", equalTo(3))
                    .body("books", equalTo(2))
                    .body("members", equalTo(3))
                    .body("holdersOfTime", equalTo(2))
                    .body("storedMinutes", equalTo(90))
                    .body("pointsOutstanding", equalTo(250));
        }
        as(operator)
                .get(statistics + "?on=" + today.minusDays(1))
                .then()
                .body("members", equalTo(4))
                .body("holdersOfTime", equalTo(0))
                .body("storedMinutes", equalTo(0))
                .body("pointsOutstanding", equalTo(0));
        as(operator).get(statistics + "?on=" + today.minusDays(40)).then().body("members", equalTo(0));
        as(operator).get(statistics + "?on=yesterday").then().statusCode(400).body("errors.field", contains("on"));
    }

    // ---- fixtures ----------------------------------------------------------------------------------------------

    private static String aCode() {
        return "U-" + UUID.randomUUID();
    }

    private String add(String code, @Nullable String parent, String kind, @Nullable String book, int status) {
        as(bank.operatorKey())
                .body(aUnit(code, parent, kind, book))
                .post("/v1/organisation-units")
                .then()
                .statusCode(status);
        return code;
    }

    private void addRefused(
            String code, @Nullable String parent, String kind, @Nullable String book, int status, String problem) {
        as(bank.operatorKey())
                .body(aUnit(code, parent, kind, book))
                .post("/v1/organisation-units")
                .then()
                .statusCode(status)
                .body("code", equalTo(problem));
    }

    private static String aUnit(String code, @Nullable String parent, String kind, @Nullable String book) {
        return "{\"code\":\"%s\",%s\"kind\":\"%s\",%s\"name\":\"n\"}"
                .formatted(
                        code,
                        parent == null ? "" : "\"parent\":\"%s\",".formatted(parent),
                        kind,
                        book == null ? "" : "\"book\":\"%s\",".formatted(book));
    }

    private static RequestSpecification as(String apiKey) {
        return withKey(apiKey, UUID.randomUUID().toString());
    }

    private static RequestSpecification withKey(String apiKey, String idempotencyKey) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + apiKey)
                .header("Idempotency-Key", idempotencyKey)
                .contentType(ContentType.JSON);
    }
}
