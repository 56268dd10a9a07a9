package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class LongReadsTest {
    @Inject
    TestBank bank;

    @Inject
    LongReads reads;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/trial-balance",
                "/general-ledger",
                "/journal",
                "/reconciliations",
                "/samples?method=RANDOM&size=1",
                "/anomalies/back-dated"
            })
    void aReportIsRefusedWhileSoManyAreMade(String report) {
        var book = bank.aBook();
        int all = reads.free().drainPermits();
        try {
            book.as(Role.AUDITOR)
                    .get(book.path() + report)
                    .then()
                    .statusCode(429)
                    .header("Retry-After", "1")
                    .body("code", equalTo("overloaded"));
            book.as(Role.AUDITOR).get(book.path() + "/members").then().statusCode(200);
            RestAssured.get("/q/health/ready").then().statusCode(200);
        } finally {
            reads.free().release(all);
        }
        book.as(Role.AUDITOR).get(book.path() + report).then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/csv", "text/x-hledger"})
    void aBookIsNotWrittenOutWhileSoManyReportsAreMade(String type) {
        var book = bank.aBook();
        int all = reads.free().drainPermits();
        try {
            book.as(Role.AUDITOR)
                    .header("Accept", type)
                    .get(book.path() + "/entries")
                    .then()
                    .statusCode(429)
                    .header("Retry-After", "1")
                    .contentType("application/problem+json")
                    .body("code", equalTo("overloaded"));
            // A page is no long read.
            book.as(Role.AUDITOR).get(book.path() + "/entries").then().statusCode(200);
        } finally {
            reads.free().release(all);
        }
        book.as(Role.AUDITOR)
                .header("Accept", type)
                .get(book.path() + "/entries")
                .then()
                .statusCode(200);
    }

    @Test
    void whoIsAnsweredMakesRoom() throws InterruptedException {
        var book = bank.aBook();
        int all = reads.free().availablePermits();
        for (int i = 0; i <= all; i++) {
            book.as(Role.AUDITOR).get(book.path() + "/trial-balance").then().statusCode(200);
            book.as(Role.AUDITOR)
                    .header("Accept", "text/csv")
                    .get(book.path() + "/journal")
                    .then()
                    .statusCode(200);
            book.as(Role.AUDITOR)
                    .get(book.path() + "/trial-balance?on=2999-01-01")
                    .then()
                    .statusCode(400);
            book.as(Role.APP).get(book.path() + "/trial-balance").then().statusCode(403);
        }
        assertThat(reads.free().tryAcquire(all, 10, TimeUnit.SECONDS)).isTrue();
        reads.free().release(all);
    }

    @ParameterizedTest
    @CsvSource({
        "0, PT60S, PT60S, 'moralbank.reads.long-at-once must be 1 or more, and fewer than the pool''s 16 connections; it is 0.'",
        "16, PT60S, PT60S, 'moralbank.reads.long-at-once must be 1 or more, and fewer than the pool''s 16 connections; it is 16.'",
        "6, PT0S, PT60S, moralbank.reads.longest-statement must be 1 ms or longer; it is PT0S.",
        "6, PT60S, PT0S, moralbank.reads.longest-pause must be 1 ms or longer; it is PT0S.",
    })
    void refusesSettingsThatWouldLeaveNoRoom(int atOnce, Duration statement, Duration pause, String told) {
        assertThatThrownBy(() -> new LongReads(new Settings(atOnce, statement, pause), 16))
                .hasMessage(told);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15})
    void takesTheLeastAndTheMost(int atOnce) {
        Duration shortest = Duration.ofMillis(1);

        LongReads bounded = new LongReads(new Settings(atOnce, shortest, shortest), 16);

        assertThat(bounded.free().availablePermits()).isEqualTo(atOnce);
    }

    private record Settings(int longAtOnce, Duration longestStatement, Duration longestPause) implements ReadsConfig {}
}
