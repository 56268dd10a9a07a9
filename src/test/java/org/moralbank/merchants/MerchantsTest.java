package org.moralbank.merchants;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
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
        put(book, "MER-1", "{\"name\":\"A\",\"kind\":\"COMMERCIAL\"}").statusCode(201);
        order(book, "MER-1", "suspend").statusCode(200);

        put(book, "MER-1", "{\"name\":\"B\",\"kind\":\"COMMERCIAL\"}", "\"2\"")
                .statusCode(200)
                .body("status", equalTo("SUSPENDED"));
    }

    @Test
    void listsByKindAndStatusAndInPages() {
        var book = bank.aBook();
        put(book, "MER-2", "{\"name\":\"B\",\"kind\":\"COMMERCIAL\"}");
        order(book, "MER-2", "suspend").statusCode(200);
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
                "{\"name\":7,\"kind\":\"COMMERCIAL\"}",
                "{\"name\":\"A\",\"kind\":\"COMMERCIAL\",\"balance\":1}",
                "{\"name\":")) {
            put(book, "MER-1", body).statusCode(400).contentType("application/problem+json");
        }
        put(book, "MER 1", STORE).statusCode(400).body("errors.field", contains("id"));

        get(book, "").body("items", hasSize(0));
    }

    @Test
    void keepsWhatAnEditDoesNotName() {
        var book = bank.aBook();
        put(book, "MER-1", STORE)
                .statusCode(201)
                .body("categories", hasSize(0))
                .body("discountBasisPoints", equalTo(0))
                .body("payableFloor", equalTo(-1_000_000));
        put(
                        book,
                        "MER-1",
                        "{\"name\":\"爱心超市\",\"kind\":\"COMMUNITY_STORE\",\"categories\":[\"FOOD\",\"DAILY\",\"FOOD\"],"
                                + "\"discountBasisPoints\":10000,\"payableFloor\":0}",
                        "\"1\"")
                .statusCode(200)
                .body("categories", contains("DAILY", "FOOD"))
                .body("discountBasisPoints", equalTo(10_000))
                .body("payableFloor", equalTo(0));

        put(book, "MER-1", STORE).statusCode(200).header("ETag", equalTo("\"2\""));
        put(book, "MER-1", RENAMED, "\"2\"").statusCode(200);

        get(book, "/MER-1")
                .body("name", equalTo("龙生超市"))
                .body("categories", contains("DAILY", "FOOD"))
                .body("discountBasisPoints", equalTo(10_000))
                .body("payableFloor", equalTo(0));
    }

    @ParameterizedTest
    @CsvSource({
        "discountBasisPoints, 0, 201",
        "discountBasisPoints, 10000, 201",
        "discountBasisPoints, -1, 400",
        "discountBasisPoints, 10001, 400",
        "payableFloor, 0, 201",
        "payableFloor, -1000000, 201",
        "payableFloor, 1, 400",
        "payableFloor, -1000001, 400",
        "categories, [`FOOD`], 201",
        "categories, [null], 400",
        "categories, [`a b`], 400",
        "categories, `FOOD`, 400",
    })
    void takesWhatIsWithinItsBounds(String field, String value, int status) {
        var book = bank.aBook();

        put(
                        book,
                        "MER-1",
                        "{`name`:`A`,`kind`:`COMMERCIAL`,`%s`:%s}"
                                .formatted(field, value)
                                .replace('`', '"'))
                .statusCode(status);

        get(book, "/MER-1").statusCode(status == 201 ? 200 : 404);
    }

    @Test
    void suspendsResumesAndClosesAndTellsWho() {
        var book = bank.aBook();
        put(book, "MER-1", STORE).statusCode(201);

        order(book, "MER-1", "resume").statusCode(409).body("code", equalTo("merchant-not-suspended"));
        order(book, "MER-1", "suspend")
                .statusCode(200)
                .header("ETag", equalTo("\"2\""))
                .body("status", equalTo("SUSPENDED"));
        order(book, "MER-1", "suspend").statusCode(409).body("code", equalTo("merchant-already-suspended"));
        order(book, "MER-1", "resume").statusCode(200).body("status", equalTo("ACTIVE"));
        order(book, "MER-1", "close").statusCode(200).body("status", equalTo("CLOSED"));
        for (String verb : List.of("suspend", "resume", "close")) {
            order(book, "MER-1", verb).statusCode(409).body("code", equalTo("merchant-already-closed"));
        }
        order(book, "MER-2", "close").statusCode(404);
        put(book, "MER-1", RENAMED, "\"4\"").statusCode(409).body("code", equalTo("merchant-already-closed"));
        put(book, "MER-1", STORE).statusCode(200).body("status", equalTo("CLOSED"));

        get(book, "/MER-1").body("name", equalTo("爱心超市")).body("version", equalTo(4));
        get(book, "/MER-1/status-changes")
                .body("items.status", contains("SUSPENDED", "ACTIVE", "CLOSED"))
                .body("items.version", contains(2, 3, 4))
                .body("items.actor", contains("W-1", "W-1", "W-1"))
                .body("items.reason", contains("盘点", "盘点", "盘点"));
        String next = get(book, "/MER-1/status-changes?limit=2")
                .body("items.version", contains(2, 3))
                .extract()
                .path("next");
        get(book, "/MER-1/status-changes?limit=2&after=" + next)
                .body("items.version", contains(4))
                .body("next", nullValue());
        get(book, "/MER-2/status-changes").statusCode(404);
    }

    /** Each of the three lists, by the days of the book's calendar. */
    @Test
    void theChangesOfAStatusAreListedByDays() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        String path = "/" + merchant;
        var terminal = book.aTerminal(merchant, "S1", false);
        book.as(Role.OPERATOR)
                .body(Map.of("name", "南店"))
                .put(book.path() + "/merchants" + path + "/stores/S1")
                .then()
                .statusCode(201);
        for (String of : List.of("/terminals/" + terminal, "/stores/S1", "")) {
            order(book, merchant + of, "suspend").statusCode(200);
            String list = path + of + "/status-changes";
            Instant changedAt = Instant.parse(get(book, list).extract().path("items[0].changedAt"));
            LocalDate day = LocalDate.ofInstant(changedAt, ZoneId.of("Asia/Shanghai"));

            get(book, list + "?from=" + day + "&to=" + day).body("items.status", contains("SUSPENDED"));
            get(book, list + "?from=" + day.plusDays(1)).statusCode(200).body("items", hasSize(0));
            get(book, list + "?to=" + day.minusDays(1)).statusCode(200).body("items", hasSize(0));
            get(book, list + "?from=" + day + "&to=" + day.minusDays(1))
                    .statusCode(400)
                    .body("code", equalTo("invalid-request"));
            get(book, list + "?from=gestern").statusCode(400).body("errors.field", contains("from"));
        }
    }

    @Test
    void anOrderIsDoneOnceWhateverIsRetried() {
        var book = bank.aBook();
        put(book, "MER-1", STORE).statusCode(201);
        String operator = book.keyOf(Role.OPERATOR);

        for (int i = 0; i < 2; i++) {
            book.request(operator)
                    .header("Idempotency-Key", "suspend-1")
                    .body("{\"reason\":\"盘点\"}")
                    .post(book.path() + "/merchants/MER-1/suspend")
                    .then()
                    .statusCode(200)
                    .body("version", equalTo(2));
        }

        get(book, "/MER-1/status-changes").body("items", hasSize(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ACTIVE", "SUSPENDED", "CLOSED"})
    void anEditHasNoStatusSoThatNoneIsChangedWithoutAReason(String status) {
        var book = bank.aBook();
        String edit = STORE.replace("}", ",\"status\":\"" + status + "\"}");
        put(book, "MER-1", edit).statusCode(400).body("errors.field", contains("status"));
        put(book, "MER-1", STORE).statusCode(201);

        put(book, "MER-1", edit, "\"1\"").statusCode(400).body("errors.field", contains("status"));

        get(book, "/MER-1").body("status", equalTo("ACTIVE")).body("version", equalTo(1));
        get(book, "/MER-1/status-changes").body("items", hasSize(0));
    }

    @ParameterizedTest
    @CsvSource({"suspend, merchant-suspended", "close, merchant-closed"})
    void sellsNothingOnceItIsNoLongerActive(String verb, String code) {
        var book = bank.aBook();
        var anna = book.aMember().holding(100, Unit.PTS);
        put(book, "MER-1", STORE).statusCode(201);
        sell(book, anna.id(), "MER-1").statusCode(201);

        order(book, "MER-1", verb).statusCode(200);

        sell(book, anna.id(), "MER-1").statusCode(422).body("code", equalTo(code));
        book.as(Role.AUDITOR)
                .get(book.path() + "/accounts/2300:MER-1:PTS")
                .then()
                .statusCode(200)
                .body("posted", equalTo(1));
    }

    @Test
    void findsThoseThatMaySellACategory() {
        var book = bank.aBook();
        put(book, "MER-1", STORE);
        put(book, "MER-2", STORE.replace("}", ",\"categories\":[\"FOOD\"]}"));
        put(book, "MER-3", STORE.replace("}", ",\"categories\":[\"DAILY\"]}"));

        get(book, "?category=FOOD").body("items.id", contains("MER-1", "MER-2"));
    }

    private static ValidatableResponse sell(Book book, String member, String merchant) {
        return book.as(Role.APP)
                .body("{\"mode\":\"SALE\",\"member\":\"%s\",\"merchant\":\"%s\",\"amount\":1,\"unit\":\"PTS\"}"
                        .formatted(member, merchant))
                .post(book.path() + "/redemptions")
                .then();
    }

    private static ValidatableResponse order(Book book, String id, String verb) {
        return book.as(Role.OPERATOR)
                .body("{\"reason\":\"盘点\",\"actor\":\"W-1\"}")
                .post(book.path() + "/merchants/" + id + "/" + verb)
                .then();
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
