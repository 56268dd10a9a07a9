package org.moralbank.commits;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.oneOf;

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
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

/**
 * What is seen from outside of a service in which one work may wait, and of one that was told to stop. It is one of its own: no
 * other test could use it.
 */
@QuarkusTest
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@TestProfile(StopTest.OfItsOwn.class)
@QuarkusTestResource(TestDatabase.class)
class StopTest {
    @Inject
    TestBank bank;

    @Inject
    Event<ShutdownEvent> stop;

    public static final class OfItsOwn implements QuarkusTestProfile {
        /** Who waits for a book waits for longer than a request takes to be refused beside him. */
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "moralbank.commits.queue-capacity",
                    "1",
                    "quarkus.datasource.reactive.additional-properties.lock_timeout",
                    "4s");
        }
    }

    /** What was told under a key. */
    private record Told(String key, ValidatableResponse answer) {}

    @Test
    @Order(1)
    void tellsWhenToComeBackAndThenTheSameKeyHasItsOneEffect() throws Exception {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        give(book, app, "first", anna, bela).statusCode(201);
        Set<String> refused = new TreeSet<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(3)) {
            CompletionService<Told> answers = new ExecutorCompletionService<>(clients);
            try (SomebodyElse lock = SomebodyElse.locking(TestDatabase.shared(), book.id())) {
                answers.submit(() -> new Told("cut", give(book, app, "cut", anna, bela)));
                lock.awaitWaiting();
                lock.endTheConnectionThatWaits();
                // Where all that it needs is known, its COMMIT is sent with the lock, and may have come about for all
                // one knows.
                refused.add(comeBack(answers, 503, "database-unavailable", "outcome-unknown"));

                answers.submit(() -> new Told("waits", give(book, app, "waits", anna, bela)));
                lock.awaitWaiting();
                for (String key : Set.of("queued", "too-many")) {
                    answers.submit(() -> new Told(key, give(book, app, key, anna, bela)));
                }
                refused.add(comeBack(answers, 429, "overloaded"));
                refused.add(comeBack(answers, 503, "book-busy"));
                refused.add(comeBack(answers, 503, "book-busy"));
            }
        }
        assertThat(refused).containsExactly("cut", "queued", "too-many", "waits");
        assertThat(given(book)).isEqualTo(1);

        for (String key : refused) {
            give(book, app, key, anna, bela).statusCode(201).header("Idempotent-Replayed", nullValue());
            give(book, app, key, anna, bela).statusCode(201).header("Idempotent-Replayed", "true");
        }
        assertThat(given(book)).isEqualTo(1 + 4);
    }

    /** The key of whom the next answer tells to come back, by one of these codes. */
    private static String comeBack(CompletionService<Told> answers, int status, String... codes) throws Exception {
        Told told =
                requireNonNull(answers.poll(30, TimeUnit.SECONDS), "no answer").get();
        told.answer()
                .statusCode(status)
                .contentType("application/problem+json")
                .header("Retry-After", "1")
                .body("code", is(oneOf(codes)))
                .body("retryable", is(true));
        return told.key();
    }

    private static int given(TestBank.Book book) {
        return book.as(Role.APP)
                .get(book.path() + "/transfers")
                .then()
                .statusCode(200)
                .extract()
                .path("items.size()");
    }

    @Test
    @Order(2)
    void isNotReadyAndTakesNothingInButStillAnswers() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        ready(200, "UP");
        give(book, app, "before", anna, bela).statusCode(201);

        stop.fire(new ShutdownEvent());

        ready(503, "DOWN");
        give(book, app, "behind", anna, bela)
                .statusCode(503)
                .header("Retry-After", "1")
                .body("code", equalTo("stopping"));
        assertThat(given(book)).isEqualTo(1);
    }

    private static void ready(int status, String ofLanes) {
        RestAssured.get("/q/health/ready")
                .then()
                .statusCode(status)
                .body("checks.find { it.name == 'lanes' }.status", equalTo(ofLanes))
                .body("checks.find { it.name == 'database' }.status", equalTo("UP"));
    }

    private static ValidatableResponse give(
            TestBank.Book book, String apiKey, String idempotencyKey, TestBank.Member from, TestBank.Member to) {
        return book.request(apiKey)
                .header("Idempotency-Key", idempotencyKey)
                .body(Map.of("from", from.id(), "to", to.id(), "amount", 1, "unit", "MIN"))
                .post(book.path() + "/transfers")
                .then();
    }
}
