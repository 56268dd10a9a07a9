package org.moralbank.commits;

import static org.hamcrest.Matchers.equalTo;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

/** What is seen from outside of a service that was told to stop. It is one of its own: no other test could use it. */
@QuarkusTest
@TestProfile(StopTest.OfItsOwn.class)
@QuarkusTestResource(TestDatabase.class)
class StopTest {
    @Inject
    TestBank bank;

    @Inject
    Event<ShutdownEvent> stop;

    /** The same service. */
    public static final class OfItsOwn implements QuarkusTestProfile {}

    @Test
    void isNotReadyAndTakesNothingInButStillAnswers() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        ready(200, "UP");
        give(book, anna, bela).statusCode(201);

        stop.fire(new ShutdownEvent());

        ready(503, "DOWN");
        give(book, anna, bela).statusCode(503).header("Retry-After", "1").body("code", equalTo("stopping"));
        book.as(Role.APP).get(book.path() + "/transfers").then().statusCode(200);
    }

    private static void ready(int status, String ofLanes) {
        RestAssured.get("/q/health/ready")
                .then()
                .statusCode(status)
                .body("checks.find { it.name == 'lanes' }.status", equalTo(ofLanes))
                .body("checks.find { it.name == 'database' }.status", equalTo("UP"));
    }

    private static ValidatableResponse give(TestBank.Book book, TestBank.Member from, TestBank.Member to) {
        return book.as(Role.APP)
                .body(Map.of("from", from.id(), "to", to.id(), "amount", 1, "unit", "MIN"))
                .post(book.path() + "/transfers")
                .then();
    }
}
