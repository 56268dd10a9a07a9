package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

/** What a fund and the community may issue in a year. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class BudgetsTest {
    private static final int YEAR = LocalDate.now(ZoneId.of("Asia/Shanghai")).getYear();
    private static final String FUND = "3110:PUBLIC." + YEAR + ":MIN";

    @Inject
    TestBank bank;

    @Test
    void aFundGivesUpToItsBudgetAndNotOneMinuteMore() {
        var book = bank.aBook();
        var anna = book.aMember();

        String set = set(book, FUND, 100)
                .statusCode(201)
                .body("account", equalTo(FUND))
                .body("number", equalTo(1))
                .body("amount", equalTo(100))
                .body("unit", equalTo("MIN"))
                .body("issued", equalTo(0))
                .body("actor", equalTo("W-1"))
                .body("approver", equalTo("W-2"))
                .body("reason", nullValue())
                .extract()
                .header("Location");
        // An account opens with its first entry: the budget alone does not open it.
        account(book, FUND).statusCode(404);

        grant(book, anna, 60).statusCode(201);
        account(book, FUND)
                .body("floor", equalTo(-100))
                .body("posted", equalTo(-60))
                .body("issuable", equalTo(40));
        grant(book, anna, 41)
                .statusCode(422)
                .body("code", equalTo("limit-exceeded"))
                .body("account", equalTo(FUND))
                .body("limit", equalTo(100))
                .body("wouldBe", equalTo(101))
                .body("unit", equalTo("MIN"))
                .body("detail", equalTo("Account " + FUND + " would come to 101 minutes; its limit is 100 minutes."));
        book.as(Role.COORDINATOR)
                .header("Accept-Language", "zh")
                .body(Map.of("fund", "PUBLIC", "member", anna.id(), "amount", 41, "unit", "MIN"))
                .post(book.path() + "/grants")
                .then()
                .statusCode(422)
                .body("detail", equalTo("账户 " + FUND + " 将达到 101 分钟，限额为 100 分钟。"));
        grant(book, anna, 40).statusCode(201);

        account(book, FUND).body("posted", equalTo(-100)).body("issuable", equalTo(0));
        assertThat(set).isEqualTo(book.path() + "/accounts/" + FUND + "/budgets/1");
        book.as(Role.AUDITOR)
                .get(set)
                .then()
                .statusCode(200)
                .body("number", equalTo(1))
                .body("reason", equalTo("年度预算"))
                .body("reference", equalTo("B-1"));
    }

    @Test
    void theLastBudgetHoldsAndAllStayListed() {
        var book = bank.aBook();
        var anna = book.aMember();
        grant(book, anna, 60).statusCode(201);

        set(book, FUND, 59)
                .statusCode(422)
                .body("code", equalTo("budget-below-issued"))
                .body("account", equalTo(FUND))
                .body("issued", equalTo(60))
                .body("wanted", equalTo(59))
                .body("unit", equalTo("MIN"));
        set(book, FUND, 60).statusCode(201).body("number", equalTo(1)).body("issued", equalTo(60));
        grant(book, anna, 1).statusCode(422).body("code", equalTo("limit-exceeded"));
        set(book, FUND, 61).statusCode(201).body("number", equalTo(2));
        grant(book, anna, 1).statusCode(201);

        String next = book.as(Role.AUDITOR)
                .get(book.path() + "/accounts/" + FUND + "/budgets?limit=1")
                .then()
                .statusCode(200)
                .body("items.amount", contains(60))
                .extract()
                .path("next");
        book.as(Role.COORDINATOR)
                .get(book.path() + "/accounts/" + FUND + "/budgets?limit=1&after=" + next)
                .then()
                .statusCode(200)
                .body("items.amount", contains(61))
                .body("items.issued", contains(60))
                .body("items[0].setAt", notNullValue())
                .body("next", nullValue());
        book.as(Role.AUDITOR)
                .get(book.path() + "/events")
                .then()
                .body("items.type", hasItem("org.moralbank.budget.set"))
                .body("items.findAll { it.type == 'org.moralbank.budget.set' }.data.amount", contains(60, 61));
    }

    @Test
    void withoutABudgetAPeriodIsNotBounded() {
        var book = bank.aBook();
        grant(book, book.aMember(), 1_000_000_000_000L).statusCode(201);

        account(book, FUND).body("floor", nullValue()).body("issuable", nullValue());
        book.as(Role.AUDITOR)
                .get(book.path() + "/accounts/" + FUND + "/budgets")
                .then()
                .statusCode(200)
                .body("items", empty());
    }

    @Test
    void whatIsTakenBackMayBeIssuedAgain() {
        var book = bank.aBook();
        var anna = book.aMember();
        set(book, FUND, 100).statusCode(201);
        String entry = grant(book, anna, 100)
                .statusCode(201)
                .extract()
                .path("entries[0].seq")
                .toString();

        book.as(Role.OPERATOR)
                .body(Map.of("reason", "录入有误"))
                .post(book.path() + "/entries/" + entry + "/reversal")
                .then()
                .statusCode(201);

        account(book, FUND).body("issuable", equalTo(100));
        grant(book, anna, 101).statusCode(422);
        grant(book, anna, 70).statusCode(201);
        book.as(Role.OPERATOR)
                .body(Map.of("reason", "迁出", "actor", "W-1"))
                .post(book.path() + "/members/" + anna.id() + "/close")
                .then()
                .statusCode(200);
        account(book, FUND).body("issuable", equalTo(100));
    }

    @Test
    void aServiceEarnsWithinTheBudgetsOfItsTimeAndItsPointsOrNotAtAll() {
        var book = bank.aBook(true, 200, false);
        var anna = book.aMember();
        set(book, "3100:" + YEAR + ":MIN", 120, Unit.MIN).statusCode(201);
        set(book, "3200:" + YEAR + ":PTS", 300, Unit.PTS).statusCode(201);

        serve(book, anna, 90).statusCode(201);
        serve(book, anna, 31)
                .statusCode(422)
                .body("code", equalTo("limit-exceeded"))
                .body("account", equalTo("3100:" + YEAR + ":MIN"));
        serve(book, anna, 30)
                .statusCode(422)
                .body("code", equalTo("limit-exceeded"))
                .body("account", equalTo("3200:" + YEAR + ":PTS"))
                .body("limit", equalTo(300))
                .body("wouldBe", equalTo(400));

        account(book, "3100:" + YEAR + ":MIN").body("posted", equalTo(-90)).body("version", equalTo(1));
        book.as(Role.AUDITOR).get(book.path() + "/service-records").then().body("items", hasSize(1));
    }

    @Test
    void aBudgetIsSetOnceWhateverIsRetried() {
        var book = bank.aBook();
        String key = book.keyOf(Role.OPERATOR);

        for (boolean again : new boolean[] {false, true}) {
            book.request(key)
                    .header("Idempotency-Key", "b-1")
                    .body(body(100, Unit.MIN))
                    .post(book.path() + "/accounts/" + FUND + "/budgets")
                    .then()
                    .statusCode(201)
                    .header("Idempotent-Replayed", again ? equalTo("true") : nullValue())
                    .body("number", equalTo(1));
        }
        book.as(Role.AUDITOR)
                .get(book.path() + "/accounts/" + FUND + "/budgets")
                .then()
                .body("items", hasSize(1));
    }

    /** In a commit or several: of grants that each fit, as many as fit together. */
    @Test
    void manyAtOnceGiveTheBudgetAndNoMore() throws Exception {
        var book = bank.aBook();
        var anna = book.aMember();
        set(book, FUND, 100).statusCode(201);
        String key = book.keyOf(Role.COORDINATOR);
        List<Callable<Integer>> grants = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            String once = "g-" + i;
            grants.add(() -> book.request(key)
                    .header("Idempotency-Key", once)
                    .body(Map.of("fund", "PUBLIC", "member", anna.id(), "amount", 9, "unit", "MIN"))
                    .post(book.path() + "/grants")
                    .statusCode());
        }

        List<Integer> statuses = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(32)) {
            for (var answer : threads.invokeAll(grants)) {
                statuses.add(answer.get());
            }
        }

        assertThat(statuses).containsOnly(201, 422);
        assertThat(statuses.stream().filter(status -> status == 201)).hasSize(11);
        account(book, FUND).body("posted", equalTo(-99)).body("issuable", equalTo(1));
    }

    @ParameterizedTest
    @CsvSource({
        "2100:M-1:MIN, 422, account-issues-nothing",
        "2400:MIN, 422, account-issues-nothing",
        "3300:PTS, 422, account-issues-nothing",
        "3110:PUBLIC:MIN, 404, not-found",
        "3110:PUBLIC.26:MIN, 404, not-found",
        "3110:A.B.2026:MIN, 404, not-found",
        "3110:POOL.2026:MIN, 404, not-found",
        "3100:2026:PTS, 404, not-found",
        "3100:January:MIN, 404, not-found",
        "3100:2026:MIN:F1.20261231.R, 404, not-found",
        "9999:2026:MIN, 404, not-found",
        "nothing, 404, not-found",
    })
    void onlyAPeriodHasABudget(String account, int status, String code) {
        var book = bank.aBook();

        set(book, account, 100, account.contains("PTS") ? Unit.PTS : Unit.MIN)
                .statusCode(status)
                .body("code", equalTo(code));
    }

    @ParameterizedTest
    @CsvSource({
        "amount, , It must be given.",
        "amount, -1, It must be a whole number from 0 to 1000000000000.",
        "amount, 1000000000001, It must be a whole number from 0 to 1000000000000.",
        "unit, , It must be given.",
        "unit, PTS, It must be the unit of the account.",
        "reason, , It must be given.",
        "reason, ' ', It must be text of 1 to 500 characters without control characters.",
        "actor, , It must be given.",
        "approver, , It must be given.",
        "approver, W-1, It must be another person than the actor.",
    })
    void refusesBadInput(String field, @Nullable String value, String message) {
        var book = bank.aBook();
        Map<String, Object> body = new HashMap<>(body(100, Unit.MIN));
        if (value == null) {
            body.remove(field);
        } else {
            body.put(field, field.equals("amount") ? Long.valueOf(value) : value);
        }

        book.as(Role.OPERATOR)
                .body(body)
                .post(book.path() + "/accounts/" + FUND + "/budgets")
                .then()
                .statusCode(400)
                .body("errors.field", contains(field))
                .body("errors.message", contains(message));
    }

    @Test
    void onlyAnOperatorSetsWhatCoordinatorsGive() {
        var book = bank.aBook();

        book.as(Role.COORDINATOR)
                .body(body(100, Unit.MIN))
                .post(book.path() + "/accounts/" + FUND + "/budgets")
                .then()
                .statusCode(403);
        book.as(Role.AUDITOR)
                .get(book.path() + "/accounts/" + FUND + "/budgets/1")
                .then()
                .statusCode(404);
    }

    private static Map<String, Object> body(long amount, Unit unit) {
        return Map.of(
                "amount",
                amount,
                "unit",
                unit,
                "reason",
                "年度预算",
                "actor",
                "W-1",
                "approver",
                "W-2",
                "reference",
                "B-1");
    }

    private static ValidatableResponse set(TestBank.Book book, String account, long amount) {
        return set(book, account, amount, Unit.MIN);
    }

    private static ValidatableResponse set(TestBank.Book book, String account, long amount, Unit unit) {
        return book.as(Role.OPERATOR)
                .body(body(amount, unit))
                .post(book.path() + "/accounts/" + account + "/budgets")
                .then();
    }

    private static ValidatableResponse grant(TestBank.Book book, TestBank.Member member, long amount) {
        return book.as(Role.COORDINATOR)
                .body(Map.of("fund", "PUBLIC", "member", member.id(), "amount", amount, "unit", "MIN"))
                .post(book.path() + "/grants")
                .then();
    }

    private static ValidatableResponse serve(TestBank.Book book, TestBank.Member volunteer, int minutes) {
        return book.as(Role.COORDINATOR)
                .body(Map.of(
                        "volunteer",
                        volunteer.id(),
                        "activity",
                        "陪同就医",
                        "minutes",
                        minutes,
                        "place",
                        "北环路",
                        "organiser",
                        "银龄互助队",
                        "leader",
                        "L-1"))
                .post(book.path() + "/service-records")
                .then();
    }

    private static ValidatableResponse account(TestBank.Book book, String account) {
        return book.as(Role.AUDITOR).get(book.path() + "/accounts/" + account).then();
    }
}
