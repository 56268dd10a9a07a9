package org.moralbank.statistics;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.commits.SomebodyElse;
import org.moralbank.platform.TestDatabase;

/** The counts of a street's report; those of members and their balances are tested with the organisation. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class StatisticsTest {
    private static final LocalDate TODAY = LocalDate.now(ZoneId.of("Asia/Shanghai"));

    @Inject
    TestBank bank;

    @Test
    void countsServicesThatStandAndMerchantsThatHaveNotClosed() {
        var book = bank.aBook();
        var other = bank.aBook();
        String operator = bank.operatorKey();
        String street = add(operator, "{'code':'%s','kind':'STREET','name':'n'}");
        add(
                operator,
                "{'code':'%s','parent':'" + street + "','kind':'COMMUNITY','name':'n','book':'" + book.code() + "'}");
        String anna = book.aMember().id();
        String bert = book.aMember().id();
        served(operator, book.path(), anna, 60, TODAY);
        served(operator, book.path(), anna, 30, TODAY.minusDays(3));
        served(operator, book.path(), bert, 45, TODAY);
        int reversed = served(operator, book.path(), bert, 15, TODAY);
        reverse(operator, book.path(), reversed);
        served(operator, other.path(), other.aMember().id(), 10, TODAY);
        merchant(operator, book.path(), "S1");
        merchant(operator, book.path(), "S2");
        as(operator)
                .body("{\"reason\":\"moved\"}")
                .post(book.path() + "/merchants/S2/close")
                .then()
                .statusCode(200);

        // Back-dated, and taken back today: on the days between it stood.
        int longAgo = served(operator, book.path(), bert, 20, TODAY.minusDays(3));
        reverse(operator, book.path(), longAgo);

        tells(operator, street, "", 3, 135, 2, 1);
        tells(operator, street, "?on=" + TODAY, 3, 135, 2, 1);
        tells(operator, street, "?on=" + TODAY.minusDays(1), 2, 50, 2, 0);
        tells(operator, street, "?on=" + TODAY.minusDays(4), 0, 0, 0, 0);
    }

    /** What is committed while it is counted is in no number, or in all. */
    @Test
    void allNumbersAreOfOneMoment() throws SQLException {
        var book = bank.aBook();
        String operator = bank.operatorKey();
        String street = add(operator, "{'code':'%s','kind':'STREET','name':'n'}");
        add(
                operator,
                "{'code':'%s','parent':'" + street + "','kind':'COMMUNITY','name':'n','book':'" + book.code() + "'}");
        merchant(operator, book.path(), "S1");
        var database = TestDatabase.shared();
        String status = "UPDATE redemption_merchant SET status = '%s' WHERE book_id = " + book.id();
        try (var other = new SomebodyElse(database, database.connectAsAdmin());
                var statement = other.connection().createStatement()) {
            other.connection().setAutoCommit(false);
            statement.execute("LOCK TABLE redemption_merchant IN ACCESS EXCLUSIVE MODE");
            var told = CompletableFuture.runAsync(() -> tells(operator, street, "", 0, 0, 0, 1));
            other.awaitWaiting();
            statement.execute(status.formatted("CLOSED"));
            other.connection().commit();

            told.join();

            tells(operator, street, "", 0, 0, 0, 0);
            statement.execute(status.formatted("ACTIVE"));
            other.connection().commit();
        }
    }

    @Test
    void refusesADayThatHasBegunInNoneOfTheBooks() {
        String operator = bank.operatorKey();
        String street = add(operator, "{'code':'%s','kind':'STREET','name':'n'}");
        tells(operator, street, "?on=" + LocalDate.now(ZoneOffset.UTC), 0, 0, 0, 0);
        tomorrowIsRefused(operator, street, ZoneOffset.ofHours(14));
        keepABook(operator, street, "Pacific/Pago_Pago");
        tomorrowIsRefused(operator, street, ZoneId.of("Pacific/Pago_Pago"));

        keepABook(operator, street, "Pacific/Kiritimati");

        tells(operator, street, "?on=" + LocalDate.now(ZoneId.of("Pacific/Kiritimati")), 0, 0, 0, 0);
        tomorrowIsRefused(operator, street, ZoneId.of("Pacific/Kiritimati"));
    }

    /** Opens a book with a calendar of its own, which a community below a unit keeps. */
    private static void keepABook(String key, String unit, String calendar) {
        String book = "B-" + UUID.randomUUID().toString().substring(0, 8);
        as(key).body("{\"book\":\"%s\",\"name\":\"n\",\"calendar\":\"%s\"}".formatted(book, calendar))
                .post("/v1/books")
                .then()
                .statusCode(201);
        add(key, "{'code':'%s','parent':'" + unit + "','kind':'COMMUNITY','name':'n','book':'" + book + "'}");
    }

    private static void tomorrowIsRefused(String key, String unit, ZoneId calendar) {
        as(key).get("/v1/organisation-units/" + unit + "/statistics?on="
                        + LocalDate.now(calendar).plusDays(1))
                .then()
                .statusCode(400)
                .body("errors.field", contains("on"))
                .body("errors.message", contains("It is in the future."));
    }

    private static void reverse(String key, String book, int entry) {
        as(key).body("{\"reason\":\"twice\"}")
                .post(book + "/entries/" + entry + "/reversal")
                .then()
                .statusCode(201);
    }

    private static void tells(
            String key, String unit, String query, int services, int minutes, int volunteers, int merchants) {
        as(key).get("/v1/organisation-units/" + unit + "/statistics" + query)
                .then()
                .statusCode(200)
                .body("services", equalTo(services))
                .body("servedMinutes", equalTo(minutes))
                .body("volunteers", equalTo(volunteers))
                .body("merchants", equalTo(merchants));
    }

    /** Records a service, and gives the number of the entry that it earned. */
    private static int served(String key, String book, String volunteer, int minutes, LocalDate on) {
        return as(key).body("""
                        {"volunteer":"%s","activity":"代买药品","minutes":%d,"occurredOn":"%s","place":"p","organiser":"o",
                         "leader":"L-1"}""".formatted(volunteer, minutes, on))
                .post(book + "/service-records")
                .then()
                .statusCode(201)
                .extract()
                .path("entries[0].seq");
    }

    private static void merchant(String key, String book, String id) {
        as(key).body("{\"name\":\"n\",\"kind\":\"COMMERCIAL\"}")
                .put(book + "/merchants/" + id)
                .then()
                .statusCode(201);
    }

    private static String add(String key, String body) {
        String code = "U-" + UUID.randomUUID().toString().substring(0, 8);
        as(key).body(body.formatted(code).replace('\'', '"'))
                .post("/v1/organisation-units")
                .then()
                .statusCode(201);
        return code;
    }

    private static RequestSpecification as(String apiKey) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + apiKey)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .contentType(ContentType.JSON);
    }
}
