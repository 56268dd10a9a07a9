package org.moralbank.settlements;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.access.Importer;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Draft;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Language;
import org.moralbank.platform.TestDatabase;

/** What merchants are owed: closed, paid, rejected, carried over, given away, and told. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SettlementsTest {
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
    private static final Instant OPENED = Instant.parse("2025-01-01T00:00:00Z");
    private static final int AT_ONCE = 64;

    /** A client who is not registered, so that entries have his name as they say it. */
    private static final int NOBODY = 999_999;

    @Inject
    TestBank bank;

    @Inject
    Commits commits;

    @Inject
    Pool pool;

    @Inject
    SettlementStore store;

    @Inject
    Waiting waiting;

    @Inject
    MeterRegistry registry;

    // ---- closing and paying --------------------------------------------------------------------------------------

    @Test
    void closesWhatWasSoldThroughADayAndPaysItOnce() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        sold(book, "2025-01-31", 234);
        sold(book, "2025-02-01", 50);
        discount(book, 150);

        String batch = close(book, "2025-01-31", "reference", "ST-01")
                .statusCode(201)
                .body("status", equalTo("CLOSED"))
                .body("through", equalTo("2025-01-31"))
                .body("afterEntry", equalTo(0))
                .body("lastEntry", equalTo(2))
                .body("carriedOver", equalTo(0))
                .body("earned", equalTo(1234))
                .body("withheld", equalTo(0))
                .body("amount", equalTo(1234))
                .body("unit", equalTo("PTS"))
                .body("payment.gross", equalTo(1234))
                .body("payment.discount", equalTo(19))
                .body("payment.amount", equalTo(1215))
                .body("payment.currency", equalTo("CNY"))
                .body("payableAfter", equalTo(50))
                .body("maker", equalTo("W-001"))
                .extract()
                .header("Location");
        assertThat(posted(book, "2300:STORE:PTS")).isEqualTo(50);
        assertThat(posted(book, "2310:" + idOf(batch) + ":PTS")).isEqualTo(1234);

        pay(book, batch, "BK-1", "W-002")
                .statusCode(200)
                .body("status", equalTo("PAID"))
                .body("bankReference", equalTo("BK-1"))
                .body("checker", equalTo("W-002"));
        assertThat(posted(book, "2310:" + idOf(batch) + ":PTS")).isZero();
        assertThat(posted(book, "3240:PTS")).isEqualTo(1234);

        pay(book, batch, "BK-2", "W-002")
                .statusCode(409)
                .body("code", equalTo("settlement-not-closed"))
                .body("settlementStatus", equalTo("PAID"));
        reject(book, batch, "W-002").statusCode(409).body("settlementStatus", equalTo("PAID"));
        assertThat(posted(book, "3240:PTS")).isEqualTo(1234);
        assertThat(types(book)).endsWith("SETTLEMENT_CLOSE", "SETTLEMENT_PAID");
        book.as(Role.AUDITOR)
                .get(book.path() + "/entries/5")
                .then()
                .body("actor", equalTo("W-001"))
                .body("approver", equalTo("W-002"))
                .body("reference", equalTo("ST-01"));
    }

    @Test
    void takesADayByItsLastMomentInTheCalendarOfTheBook() {
        var book = aBook();
        sold(book, Instant.parse("2025-01-31T15:59:59.999999Z"), 1, 10);
        sold(book, Instant.parse("2025-01-31T16:00:00Z"), 1, 7);

        close(book, "2025-01-31").statusCode(201).body("amount", equalTo(10));
        close(book, "2025-02-01")
                .statusCode(201)
                .body("from", equalTo("2025-02-01"))
                .body("afterEntry", equalTo(1))
                .body("lastEntry", equalTo(2))
                .body("amount", equalTo(7));
    }

    @Test
    void closesNoDayTwiceAndNoneThatIsNotOver() {
        var book = aBook();
        sold(book, "2025-01-10", 10);
        sold(book, "2025-02-10", 20);
        LocalDate today = LocalDate.now(SHANGHAI);

        close(book, today.toString())
                .statusCode(422)
                .body("code", equalTo("period-not-over"))
                .body("today", equalTo(today.toString()));
        close(book, "2025-01-31").statusCode(201).body("amount", equalTo(10));
        for (String again : List.of("2025-01-31", "2025-01-30")) {
            close(book, again)
                    .statusCode(409)
                    .body("code", equalTo("period-settled"))
                    .body("settledThrough", equalTo("2025-01-31"));
        }
        close(book, today.minusDays(1).toString())
                .statusCode(201)
                .body("from", equalTo("2025-02-01"))
                .body("amount", equalTo(20));

        assertThat(posted(book, "2300:STORE:PTS")).isZero();
    }

    @Test
    void carriesOverWhatAMerchantOwesByLateRefunds() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        String batch = closed(book, "2025-01-31");
        pay(book, batch, "BK-1", "W-002").statusCode(200);
        // The clock of the closing is today's, so that what comes later is of today or later: by hand, as of a day
        // before.
        var other = aBook();
        sold(other, "2025-01-10", 1000);
        gaveBack(other, "2025-01-20", 1300);
        close(other, "2025-01-31")
                .statusCode(422)
                .body("code", equalTo("nothing-to-settle"))
                .body("carriedOver", equalTo(-300))
                .body("unit", equalTo("PTS"));
        sold(other, "2025-02-10", 500);
        close(other, "2025-01-31").statusCode(422).body("carriedOver", equalTo(-300));
        close(other, "2025-02-28").statusCode(201).body("earned", equalTo(200)).body("amount", equalTo(200));

        // After the payment: the payable is below zero, and the books say so.
        gaveBack(book, Instant.now(), 300);
        assertThat(posted(book, "2300:STORE:PTS")).isEqualTo(-300);
        close(book, LocalDate.now(SHANGHAI).minusDays(1).toString())
                .statusCode(422)
                .body("carriedOver", equalTo(-300));
        close(aBook(), "2025-01-31").statusCode(422).body("carriedOver", equalTo(0));
    }

    @Test
    void paysNothingThatWasGivenBackBehindThePeriod() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        gaveBack(book, "2025-02-05", 300);

        close(book, "2025-01-31")
                .statusCode(201)
                .body("earned", equalTo(1000))
                .body("withheld", equalTo(300))
                .body("amount", equalTo(700))
                .body("payableAfter", equalTo(0));
        close(book, "2025-02-28")
                .statusCode(422)
                .body("code", equalTo("nothing-to-settle"))
                .body("carriedOver", equalTo(0));
        sold(book, Instant.now(), 1, 40);
        assertThat(posted(book, "2300:STORE:PTS")).isEqualTo(40);
    }

    // ---- rejecting -----------------------------------------------------------------------------------------------

    @Test
    void opensARejectedPeriodAgainAndClosesItAnew() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        String first = closed(book, "2025-01-31");

        reject(book, first, "W-002")
                .statusCode(200)
                .body("status", equalTo("REJECTED"))
                .body("payableAfter", equalTo(1000));
        assertThat(posted(book, "2310:" + idOf(first) + ":PTS")).isZero();
        pay(book, first, "BK-1", "W-002").statusCode(409).body("settlementStatus", equalTo("REJECTED"));
        get(book, first).body("reason", equalTo("银行退票")).body("checker", equalTo("W-002"));

        String second = close(book, "2025-01-31")
                .statusCode(201)
                .body("amount", equalTo(1000))
                .body("carriedOver", equalTo(0))
                .extract()
                .header("Location");
        assertThat(second).isNotEqualTo(first);
        pay(book, second, "BK-1", "W-002").statusCode(200);
        assertThat(types(book))
                .containsExactly(
                        "REDEEM_SALE",
                        "SETTLEMENT_CLOSE",
                        "SETTLEMENT_REJECTED",
                        "SETTLEMENT_CLOSE",
                        "SETTLEMENT_PAID");
    }

    /** What it is owed stays owed. */
    @Test
    void settlesAClosedMerchantToo() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        sold(book, "2025-02-10", 200);
        sold(book, "2025-03-10", 30);
        String january = closed(book, "2025-01-31");
        String february = closed(book, "2025-02-28");
        book.as(Role.OPERATOR)
                .body(Map.of("reason", "停止合作"))
                .post(book.path() + "/merchants/STORE/close")
                .then()
                .statusCode(200)
                .body("status", equalTo("CLOSED"));

        pay(book, january, "BK-1", "W-002").statusCode(200).body("status", equalTo("PAID"));
        reject(book, february, "W-002").statusCode(200).body("payableAfter", equalTo(230));
        String again = close(book, "2025-02-28")
                .statusCode(201)
                .body("amount", equalTo(200))
                .extract()
                .header("Location");
        String march = close(book, "2025-03-31")
                .statusCode(201)
                .body("amount", equalTo(30))
                .body("payableAfter", equalTo(0))
                .extract()
                .header("Location");
        pay(book, again, "BK-2", "W-002").statusCode(200);
        pay(book, march, "BK-3", "W-002").statusCode(200);

        assertThat(posted(book, "2300:STORE:PTS")).isZero();
        assertThat(posted(book, "3240:PTS")).isEqualTo(1230);
    }

    @Test
    void carriesARejectedAmountOverWhereALaterPeriodIsClosed() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        sold(book, "2025-02-10", 200);
        sold(book, "2025-03-10", 30);
        String january = closed(book, "2025-01-31");
        String february = closed(book, "2025-02-28");

        reject(book, january, "W-002").statusCode(200);
        close(book, "2025-01-31").statusCode(409).body("settledThrough", equalTo("2025-02-28"));
        String march = close(book, "2025-03-31")
                .statusCode(201)
                .body("from", equalTo("2025-03-01"))
                .body("carriedOver", equalTo(1000))
                .body("earned", equalTo(30))
                .body("amount", equalTo(1030))
                .extract()
                .header("Location");
        reject(book, march, "W-002").statusCode(200);
        reject(book, february, "W-002").statusCode(200);
        close(book, "2025-03-31")
                .statusCode(201)
                .body("from", equalTo("2025-02-01"))
                .body("carriedOver", equalTo(1000))
                .body("earned", equalTo(230))
                .body("amount", equalTo(1230))
                .body("payableAfter", equalTo(0));
    }

    @Test
    void refusesTheMakerAsCheckerAndAPaymentThatWasForAnother() {
        var book = aBook();
        sold(book, "2025-01-10", 10);
        sold(book, "2025-02-10", 20);
        String january = closed(book, "2025-01-31");
        String february = closed(book, "2025-02-28");

        pay(book, january, "BK-1", "W-001")
                .statusCode(422)
                .body("code", equalTo("maker-is-checker"))
                .body("maker", equalTo("W-001"));
        reject(book, january, "W-001").statusCode(422).body("code", equalTo("maker-is-checker"));
        pay(book, january, "BK-1", "W-002").statusCode(200);
        pay(book, february, "BK-1", "W-002").statusCode(409).body("code", equalTo("duplicate-reference"));
        get(book, february).body("status", equalTo("CLOSED")).body("bankReference", nullValue());

        var elsewhere = aBook();
        sold(elsewhere, "2025-01-10", 10);
        pay(elsewhere, closed(elsewhere, "2025-01-31"), "BK-1", "W-002").statusCode(200);
        pay(book, book.path() + "/settlements/" + UUID.randomUUID(), "BK-9", "W-002")
                .statusCode(404);
    }

    // ---- at once, and again --------------------------------------------------------------------------------------

    @Test
    void makesOneBatchOfAPeriodHoweverManyCloseItAtOnce() throws Exception {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        String key = book.keyOf(Role.OPERATOR);

        var statuses = atOnce(n -> () -> book.request(key)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(Map.of("merchant", "STORE", "through", "2025-01-31", "maker", "W-001"))
                .post(book.path() + "/settlements")
                .statusCode());

        assertThat(Collections.frequency(statuses, 201)).isOne();
        assertThat(Collections.frequency(statuses, 409)).isEqualTo(AT_ONCE - 1);
        assertThat(types(book)).containsExactly("REDEEM_SALE", "SETTLEMENT_CLOSE");
        list(book, "").body("items", hasSize(1));
    }

    @Test
    void paysOrRejectsButNotBoth() throws Exception {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        String batch = closed(book, "2025-01-31");
        String key = book.keyOf(Role.OPERATOR);

        var statuses = atOnce(n -> () -> {
            var body = n % 2 == 0
                    ? Map.of("bankReference", "BK-" + n, "checker", "W-002")
                    : Map.of("reason", "银行退票", "checker", "W-002");
            return book.request(key)
                    .header("Idempotency-Key", UUID.randomUUID().toString())
                    .body(body)
                    .post(batch + (n % 2 == 0 ? "/paid" : "/rejected"))
                    .statusCode();
        });

        assertThat(Collections.frequency(statuses, 200)).isOne();
        assertThat(Collections.frequency(statuses, 409)).isEqualTo(AT_ONCE - 1);
        assertThat(posted(book, "2310:" + idOf(batch) + ":PTS")).isZero();
        assertThat(types(book)).hasSize(3);
    }

    @Test
    void answersARetryAsTheFirstTime() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        String key = book.keyOf(Role.OPERATOR);
        var body = Map.of("merchant", "STORE", "through", "2025-01-31", "maker", "W-001");

        var first = book.request(key).header("Idempotency-Key", "k1").body(body).post(book.path() + "/settlements");
        var again = book.request(key).header("Idempotency-Key", "k1").body(body).post(book.path() + "/settlements");

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(again.body().asString()).isEqualTo(first.body().asString());
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(types(book)).hasSize(2);
    }

    // ---- lists, terms, roles -------------------------------------------------------------------------------------

    @Test
    void listsByEachFieldAndByDays() {
        var book = aBook();
        sold(book, "2025-01-10", 10);
        sold(book, "2025-02-10", 20);
        String january = closed(book, "2025-01-31");
        String february = closed(book, "2025-02-28");
        pay(book, january, "BK-1", "W-002").statusCode(200);

        list(book, "").body("items.id", contains(idOf(january), idOf(february)));
        list(book, "?status=CLOSED").body("items.id", contains(idOf(february)));
        list(book, "?bankReference=BK-1").body("items.id", contains(idOf(january)));
        list(book, "?merchant=OTHER").body("items", hasSize(0));
        list(book, "?from=2025-02-01").body("items.id", contains(idOf(february)));
        list(book, "?to=2025-01-31").body("items.id", contains(idOf(january)));
        String next = list(book, "?limit=1").body("items", hasSize(1)).extract().path("next");
        list(book, "?limit=1&after=" + next)
                .body("items.id", contains(idOf(february)))
                .body("next", nullValue());
        for (String wrong : List.of("?status=OPEN", "?from=x", "?limit=0", "?after=eA")) {
            book.as(Role.AUDITOR)
                    .get(book.path() + "/settlements" + wrong)
                    .then()
                    .statusCode(400);
        }
    }

    @Test
    void fixesTheTermsWhenItCloses() {
        var book = aBook();
        String terms = book.path() + "/settlement-terms";
        sold(book, "2025-01-10", 1000);
        sold(book, "2025-02-10", 1000);

        book.as(Role.AUDITOR)
                .get(terms)
                .then()
                .body("fenPerPoint", equalTo(100))
                .body("version", equalTo(0));
        String january = closed(book, "2025-01-31");
        book.as(Role.OPERATOR).body(Map.of("fenPerPoint", 10)).put(terms).then().statusCode(201);
        book.as(Role.OPERATOR).body(Map.of("fenPerPoint", 11)).put(terms).then().statusCode(428);
        book.as(Role.OPERATOR)
                .header("If-Match", "\"9\"")
                .body(Map.of("fenPerPoint", 11))
                .put(terms)
                .then()
                .statusCode(412);
        book.as(Role.OPERATOR).body(Map.of("fenPerPoint", 10)).put(terms).then().statusCode(200);
        for (int wrong : new int[] {0, 10_001}) {
            book.as(Role.OPERATOR)
                    .body(Map.of("fenPerPoint", wrong))
                    .put(terms)
                    .then()
                    .statusCode(400);
        }

        pay(book, january, "BK-1", "W-002").body("payment.amount", equalTo(1000));
        close(book, "2025-02-28").body("payment.fenPerPoint", equalTo(10)).body("payment.amount", equalTo(100));
    }

    @Test
    void showsATillItsOwnMerchantOnly() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        String other = book.aMerchant();
        String till = book.keyOf(Role.TERMINAL, "STORE");
        String stranger = book.keyOf(Role.TERMINAL, other);
        for (String path : List.of(
                "/settlement-statement?from=2025-01-01&to=2025-01-31",
                "/files/2025-01-10/transactions",
                "/files/2025-01-10/settlements")) {
            String of = book.path() + "/merchants/STORE" + path;
            book.request(till).get(of).then().statusCode(200);
            book.request(stranger).get(of).then().statusCode(404);
            book.as(Role.APP).get(of).then().statusCode(403);
            book.as(Role.AUDITOR).get(of.replace("STORE", "NOBODY")).then().statusCode(404);
        }
        book.request(till).get(book.path() + "/settlements").then().statusCode(403);
    }

    @Test
    void refusesAnUnknownMerchantAndEveryFaultOfTheForm() {
        var book = aBook();

        close(book, "2025-01-31", "merchant", "NOBODY").statusCode(422).body("code", equalTo("unknown-merchant"));
        for (var wrong : List.of(
                List.of("merchant", "a b"),
                List.of("maker", ""),
                List.of("through", "1989-12-31"),
                List.of("x", "y"))) {
            close(book, "2025-01-31", wrong.get(0), wrong.get(1)).statusCode(400);
        }
        assertThat(types(book)).isEmpty();
    }

    @Test
    void tellsFollowersWhatBecameOfIt() {
        var book = aBook();
        sold(book, "2025-01-10", 10);
        sold(book, "2025-02-10", 20);
        pay(book, closed(book, "2025-01-31"), "BK-1", "W-002").statusCode(200);
        reject(book, closed(book, "2025-02-28"), "W-002").statusCode(200);

        List<String> types = book.as(Role.AUDITOR)
                .get(book.path() + "/events?limit=500")
                .then()
                .statusCode(200)
                .extract()
                .path("items.type");
        assertThat(types.stream().filter(type -> type.contains("settlement.")))
                .containsExactly(
                        "org.moralbank.settlement.closed",
                        "org.moralbank.settlement.paid",
                        "org.moralbank.settlement.closed",
                        "org.moralbank.settlement.rejected");
    }

    @Test
    void reversesNoEntryOfASettlementByHand() {
        var book = aBook();
        sold(book, "2025-01-10", 10);
        String batch = closed(book, "2025-01-31");
        pay(book, batch, "BK-1", "W-002").statusCode(200);

        for (int entry : new int[] {2, 3}) {
            book.as(Role.OPERATOR)
                    .body(Map.of("reason", "录入有误"))
                    .post(book.path() + "/entries/" + entry + "/reversal")
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("use-other-operation"))
                    .body("operation", startsWith(entry == 2 ? "the settlement's rejection" : "a new settlement"));
        }
    }

    @Test
    void countsWhatWaits() {
        var book = aBook();
        var nothing = store.waiting().await().indefinitely();
        sold(book, "2025-01-10", 10);
        var sold = store.waiting().await().indefinitely();

        String batch = closed(book, "2025-01-31");
        var closed = store.waiting().await().indefinitely();
        pay(book, batch, "BK-1", "W-002").statusCode(200);
        var paid = store.waiting().await().indefinitely();

        assertThat(sold.batches()).isEqualTo(nothing.batches());
        assertThat(sold.points()).isEqualTo(nothing.points() + 10);
        assertThat(closed.batches()).isEqualTo(nothing.batches() + 1);
        assertThat(closed.points()).isEqualTo(nothing.points() + 10);
        assertThat(paid.batches()).isEqualTo(nothing.batches());
        assertThat(paid.points()).isEqualTo(nothing.points());
    }

    /** Of all sales and settlements of the tests these are the oldest. */
    @Test
    void measuresSinceWhenSomethingIsOwedInASettlementOrInNone() {
        var book = aBook().since(Instant.parse("2020-01-01T00:00:00Z"));
        look();
        double batches = gauge("batches");
        double points = gauge("points");

        sold(book, "2020-01-10", 10);
        look();
        assertSince("2020-01-10", "age");
        assertThat(gauge("batches.age")).isLessThan(age("2020-01-12") - 60);
        assertThat(gauge("points")).isEqualTo(points + 10);
        assertThat(gauge("batches")).isEqualTo(batches);

        String batch = closedOn(book, "2020-01-12", "2020-01-10");
        sold(book, "2020-01-14", 20);
        look();
        assertSince("2020-01-10", "age");
        assertSince("2020-01-12", "batches.age");
        assertThat(gauge("points")).isEqualTo(points + 30);
        assertThat(gauge("batches")).isEqualTo(batches + 1);

        pay(book, book.path() + "/settlements/" + batch, "BK-1", "W-002").statusCode(200);
        look();
        assertSince("2020-01-14", "age");
        assertThat(gauge("batches.age")).isLessThan(age("2020-01-12") - 60);
        assertThat(gauge("points")).isEqualTo(points + 20);
        assertThat(gauge("batches")).isEqualTo(batches);

        String rest = closed(book, "2020-01-31");
        pay(book, rest, "BK-2", "W-002").statusCode(200);
        look();
        assertThat(gauge("age")).isLessThan(age("2020-01-14") - 60);
        assertThat(gauge("points")).isEqualTo(points);
    }

    private void look() {
        waiting.look().await().indefinitely();
    }

    private void assertSince(String day, String name) {
        assertThat(gauge(name)).isBetween(age(day) - 60, age(day) + 1);
    }

    /** The seconds since the noon of a day. */
    private static double age(String day) {
        return Duration.between(noon(day), Instant.now()).toSeconds();
    }

    private double gauge(String name) {
        return registry.get("moralbank.settlements.unsettled." + name).gauge().value();
    }

    // ---- giving away, and the floor ------------------------------------------------------------------------------

    @Test
    void givesAwayAtMostWhatIsOwed() {
        var book = aBook();
        sold(book, "2025-01-10", 100);

        waive(book, "STORE", 101)
                .statusCode(422)
                .body("code", equalTo("waiver-exceeded"))
                .body("payable", equalTo(100))
                .body("wanted", equalTo(101));
        waive(book, "STORE", 0).statusCode(400);
        waive(book, "NOBODY", 1).statusCode(404);
        String entry = waive(book, "STORE", 100)
                .statusCode(201)
                .body("payableAfter", equalTo(0))
                .extract()
                .header("Location");
        waive(book, "STORE", 1).statusCode(422);
        assertThat(posted(book, "3245:PTS")).isEqualTo(100);
        assertThat(types(book)).containsExactly("REDEEM_SALE", "MERCHANT_WAIVE");

        book.as(Role.OPERATOR)
                .body(Map.of("reason", "录入有误"))
                .post(entry + "/reversal")
                .then()
                .statusCode(201);
        assertThat(posted(book, "2300:STORE:PTS")).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource({"reason, W-002", "actor, W-002", "approver, W-002", "nothing, W-001"})
    void nobodyAloneGivesAwayWhatIsOwed(String without, String approver) {
        var book = aBook();
        sold(book, "2025-01-10", 100);
        Map<String, Object> order =
                new HashMap<>(Map.of("amount", 100, "reason", "让利", "actor", "W-001", "approver", approver));
        order.remove(without);

        book.as(Role.COORDINATOR)
                .body(order)
                .post(book.path() + "/merchants/STORE/waivers")
                .then()
                .statusCode(400)
                .body("errors.field", contains(without.equals("nothing") ? "approver" : without));

        assertThat(posted(book, "2300:STORE:PTS")).isEqualTo(100);
    }

    @Test
    void theListingTellsWhyAndByWhomAWaiverWasMadeAndApproved() {
        var book = aBook();
        sold(book, "2025-01-10", 100);

        waive(book, "STORE", 40).statusCode(201);

        book.as(Role.AUDITOR)
                .get(book.path() + "/entries?type=MERCHANT_WAIVE")
                .then()
                .statusCode(200)
                .body("items.actor", contains("W-001"))
                .body("items.approver", contains("W-002"))
                .body("items.reason", contains("让利"));
    }

    @Test
    void refundsNoFurtherThanTheMerchantsFloor() {
        var book = aBook();
        book.as(Role.OPERATOR)
                .header("If-Match", "\"1\"")
                .body(Map.of("name", "爱心超市", "kind", "COMMUNITY_STORE", "payableFloor", -300))
                .put(book.path() + "/merchants/STORE")
                .then()
                .statusCode(200);
        var anna = book.aMember().holding(500, Unit.PTS);
        String sale = book.as(Role.APP)
                .body(Map.of("mode", "SALE", "member", anna.id(), "merchant", "STORE", "amount", 500, "unit", "PTS"))
                .post(book.path() + "/redemptions")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
        waive(book, "STORE", 500).statusCode(201);

        refund(book, sale, 301)
                .statusCode(422)
                .body("code", equalTo("limit-exceeded"))
                .body("limit", equalTo(-300))
                .body("wouldBe", equalTo(-301));
        assertThat(posted(book, "2300:STORE:PTS")).isZero();
        refund(book, sale, 300).statusCode(201);
        refund(book, sale, 1).statusCode(422);
        assertThat(posted(book, "2300:STORE:PTS")).isEqualTo(-300);
    }

    // ---- writing off ---------------------------------------------------------------------------------------------

    @Test
    void writesOffWhatAClosedMerchantOwesSoThatNothingIsCarriedOver() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        pay(book, closed(book, "2025-01-31"), "BK-1", "W-002").statusCode(200);
        book.as(Role.OPERATOR)
                .body(Map.of("reason", "商家停业"))
                .post(book.path() + "/merchants/STORE/close")
                .then()
                .statusCode(200);
        gaveBack(book, Instant.now(), 300);
        String yesterday = LocalDate.now(SHANGHAI).minusDays(1).toString();
        close(book, yesterday).statusCode(422).body("carriedOver", equalTo(-300));

        String entry = writeOff(book, null)
                .statusCode(201)
                .body("owner", equalTo("STORE"))
                .body("amount", equalTo(300))
                .body("unit", equalTo("PTS"))
                .body("owedAfter", equalTo(0))
                .body("entries.type", contains("WRITE_OFF"))
                .body("entries[0].actor", equalTo("W-001"))
                .body("entries[0].approver", equalTo("W-002"))
                .body("entries[0].postings.account", contains("3260:PTS", "2300:STORE:PTS"))
                .body("entries[0].postings.amount", contains(-300, 300))
                .extract()
                .header("Location");

        book.as(Role.AUDITOR).get(entry).then().statusCode(200).body("reason", equalTo("商家停业"));
        assertThat(posted(book, "2300:STORE:PTS")).isZero();
        assertThat(posted(book, "3260:PTS")).isEqualTo(-300);
        close(book, yesterday)
                .statusCode(422)
                .body("code", equalTo("nothing-to-settle"))
                .body("carriedOver", equalTo(0));
    }

    @Test
    void whatWasWrittenOffIsInStatementFileAndTheNextBatch() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        closedOn(book, "2025-02-01", "2025-01-31");
        gaveBack(book, "2025-02-02", 300);
        var note = new Note(LocalDate.parse("2025-02-05"), by(), "WO-1", null, null);
        Answer lost = settlements
                .writeOff(
                        ask(book, noon("2025-02-05")),
                        new BookHandle(book.id(), book.code(), SHANGHAI),
                        new Settlements.Loss("STORE", null, note))
                .await()
                .indefinitely();
        assertThat(lost.status()).isEqualTo(201);
        sold(book, "2025-02-10", 500);

        statement(book, "2025-02-01", "2025-02-28")
                .body("opening", equalTo(1000))
                .body("sales", equalTo(500))
                .body("refunds", equalTo(300))
                .body("closed", equalTo(1000))
                .body("writtenOff", equalTo(300))
                .body("other", equalTo(0))
                .body("closing", equalTo(500));
        List<String> lines = file(book, "2025-02-05", "transactions").lines().toList();
        assertThat(lines.getFirst()).endsWith("count,1,sum,300");
        assertThat(lines.getLast()).isEqualTo("4,WRITE_OFF,2025-02-05,2025-02-05T04:00:00.000000Z,,,,WO-1,300,0,");
        close(book, "2025-02-28")
                .statusCode(201)
                .body("carriedOver", equalTo(0))
                .body("earned", equalTo(500))
                .body("withheld", equalTo(0))
                .body("amount", equalTo(500));
    }

    @Test
    void writesOffAtMostWhatIsOwed() {
        var book = aBook();
        sold(book, "2025-01-10", 100);
        writeOff(book, 1L)
                .statusCode(422)
                .body("code", equalTo("nothing-to-write-off"))
                .body("owner", equalTo("STORE"))
                .body("owed", equalTo(0))
                .body("unit", equalTo("PTS"));
        gaveBack(book, "2025-01-11", 400);

        writeOff(book, 301L)
                .statusCode(422)
                .body("code", equalTo("write-off-exceeded"))
                .body("owed", equalTo(300))
                .body("most", equalTo(300))
                .body("wanted", equalTo(301));
        writeOff(book, 299L).statusCode(201).body("owedAfter", equalTo(1));
        assertThat(posted(book, "2300:STORE:PTS")).isEqualTo(-1);
        writeOff(book, 2L).statusCode(422).body("most", equalTo(1));
        writeOff(book, 1L).statusCode(201).body("owedAfter", equalTo(0));
        writeOff(book, null).statusCode(422).body("code", equalTo("nothing-to-write-off"));
        assertThat(posted(book, "3260:PTS")).isEqualTo(-300);
    }

    @Test
    void aWriteOffThatIsReversedIsOwedAgain() {
        var book = aBook();
        gaveBack(book, "2025-01-11", 300);
        String entry = writeOff(book, null).statusCode(201).extract().header("Location");

        book.as(Role.COORDINATOR)
                .body(Map.of("reason", "商家已还"))
                .post(entry + "/reversal")
                .then()
                .statusCode(201);

        assertThat(posted(book, "2300:STORE:PTS")).isEqualTo(-300);
        assertThat(posted(book, "3260:PTS")).isZero();
        String today = LocalDate.now(SHANGHAI).toString();
        statement(book, today, today).body("writtenOff", equalTo(300)).body("other", equalTo(-300));
        writeOff(book, null).statusCode(201).body("amount", equalTo(300));
    }

    @Test
    void writesOffOnceWhatManyWriteOffAtOnce() throws Exception {
        var book = aBook();
        gaveBack(book, "2025-01-11", 300);

        List<Integer> statuses = atOnce(n -> {
            var request = book.as(Role.COORDINATOR).body(loss(null));
            return () ->
                    request.post(book.path() + "/merchants/STORE/write-offs").statusCode();
        });

        assertThat(Collections.frequency(statuses, 201)).isEqualTo(1);
        assertThat(Collections.frequency(statuses, 422)).isEqualTo(AT_ONCE - 1);
        assertThat(posted(book, "2300:STORE:PTS")).isZero();
    }

    @Test
    void aWriteOffNeedsAReasonAndTwoPersonsAndOneWhoMay() {
        var book = aBook();
        gaveBack(book, "2025-01-11", 300);
        Map<String, Object> whole = loss(300L);
        for (String field : List.of("reason", "actor", "approver")) {
            Map<String, Object> body = new HashMap<>(whole);
            body.remove(field);
            writeOff(book, Role.OPERATOR, "STORE", body).statusCode(400).body("errors.field", contains(field));
        }
        for (Map.Entry<String, Object> wrong : Map.<String, Object>of("approver", "W-001", "amount", 0, "unit", "PTS")
                .entrySet()) {
            Map<String, Object> body = new HashMap<>(whole);
            body.put(wrong.getKey(), wrong.getValue());
            writeOff(book, Role.OPERATOR, "STORE", body).statusCode(400).body("errors.field", contains(wrong.getKey()));
        }
        for (Role role : List.of(Role.APP, Role.AUDITOR)) {
            writeOff(book, role, "STORE", whole).statusCode(403);
        }
        writeOff(book, Role.OPERATOR, "NOBODY", whole).statusCode(404).body("code", equalTo("not-found"));
        assertThat(posted(book, "2300:STORE:PTS")).isEqualTo(-300);
        writeOff(book, Role.OPERATOR, "STORE", whole).statusCode(201);
    }

    private static ValidatableResponse writeOff(Book book, @Nullable Long amount) {
        return writeOff(book, Role.COORDINATOR, "STORE", loss(amount));
    }

    private static ValidatableResponse writeOff(Book book, Role role, String merchant, Map<String, Object> body) {
        return book.as(role)
                .body(body)
                .post(book.path() + "/merchants/" + merchant + "/write-offs")
                .then();
    }

    private static Map<String, Object> loss(@Nullable Long amount) {
        Map<String, Object> body = new HashMap<>(Map.of("reason", "商家停业", "actor", "W-001", "approver", "W-002"));
        if (amount != null) {
            body.put("amount", amount);
        }
        return body;
    }

    // ---- statement and files -------------------------------------------------------------------------------------

    @Test
    void statesWhatBecameOfThePayableSoThatTheSumsComeOut() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        captured(book, "2025-01-11", 300);
        gaveBack(book, "2025-01-12", 50);
        sold(book, "2025-02-10", 70);
        String january = closed(book, "2025-01-31");
        reject(book, january, "W-002").statusCode(200);
        String again = closed(book, "2025-01-31");
        pay(book, again, "BK-1", "W-002").statusCode(200);
        waive(book, "STORE", 20).statusCode(201);

        statement(book, "2025-01-01", "2025-01-31")
                .body("opening", equalTo(0))
                .body("sales", equalTo(1000))
                .body("captures", equalTo(300))
                .body("refunds", equalTo(50))
                .body("closed", equalTo(0))
                .body("closing", equalTo(1250))
                .body("count", equalTo(3));
        String today = LocalDate.now(SHANGHAI).toString();
        statement(book, "2025-02-01", today)
                .body("opening", equalTo(1250))
                .body("sales", equalTo(70))
                .body("waived", equalTo(20))
                .body("closed", equalTo(2500))
                .body("rejected", equalTo(1250))
                .body("other", equalTo(0))
                .body("paid", equalTo(1250))
                .body("paidAmount", equalTo(1250))
                .body("closing", equalTo(50));
        assertThat(posted(book, "2300:STORE:PTS")).isEqualTo(50);
        for (String[] days :
                new String[][] {{"2025-01-01", "2025-01-31"}, {"2025-01-11", today}, {"2024-01-01", today}}) {
            var stated = statement(book, days[0], days[1]).extract().jsonPath();
            assertThat(stated.getLong("opening")
                            + stated.getLong("sales")
                            + stated.getLong("captures")
                            - stated.getLong("refunds")
                            - stated.getLong("waived")
                            - stated.getLong("closed")
                            + stated.getLong("rejected")
                            + stated.getLong("writtenOff")
                            + stated.getLong("other"))
                    .isEqualTo(stated.getLong("closing"));
        }

        String csv = book.as(Role.AUDITOR)
                .accept("text/csv")
                .get(book.path() + "/merchants/STORE/settlement-statement?from=2025-01-01&to=2025-01-31")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        assertThat(csv).isEqualTo("""
                merchant,from,to,unit,opening,sales,captures,refunds,waived,closed,rejected,writtenOff,other,closing,count,paid,paidAmount\r
                STORE,2025-01-01,2025-01-31,PTS,0,1000,300,50,0,0,0,0,0,1250,3,0,0\r
                """);
        book.as(Role.AUDITOR)
                .get(book.path() + "/merchants/STORE/settlement-statement?from=2025-02-01&to=2025-01-31")
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("from"))
                .body("errors[0].message", equalTo("It is after the end of the period."));
        for (String wrong : List.of("?to=x", "?from=2025-02-30")) {
            book.as(Role.AUDITOR)
                    .get(book.path() + "/merchants/STORE/settlement-statement" + wrong)
                    .then()
                    .statusCode(400);
        }
    }

    @Test
    void givesADaysTransactionsAsAFileThatStaysTheSame() {
        var book = aBook();
        sold(book, Instant.parse("2025-01-09T15:59:59Z"), 1, 1);
        sold(book, "2025-01-10", 1000);
        captured(book, "2025-01-10", 300);
        gaveBack(book, "2025-01-10", 50);
        sold(book, Instant.parse("2025-01-10T16:00:00Z"), 1, 2);
        List<String> ids = redemptionsOf(book);

        String file = file(book, "2025-01-10", "transactions");
        List<String> lines = file.lines().toList();
        assertThat(lines.getFirst())
                .isEqualTo("file,transactions,merchant,STORE,day,2025-01-10,unit,PTS,count,3,sum,1250");
        assertThat(lines.get(1))
                .isEqualTo("entry,type,occurredOn,postedAt,redemption,terminal,terminalTransaction,reference,amount,"
                        + "payableAfter,saleTerminal");
        assertThat(lines.subList(2, lines.size()))
                .containsExactly(
                        "2,REDEEM_SALE,2025-01-10,2025-01-10T04:00:00.000000Z," + ids.get(1) + ",T1,2,,1000,1001,T1",
                        "3,REDEEM_CAPTURE,2025-01-10,2025-01-10T04:00:00.000000Z," + ids.get(2) + ",T1,3,,300,1301,T1",
                        "4,REDEEM_REFUND,2025-01-10,2025-01-10T04:00:00.000000Z,,,,,-50,1251,");

        String batch = closed(book, "2025-01-31");
        reject(book, batch, "W-002").statusCode(200);
        waive(book, "STORE", 5).statusCode(201);
        assertThat(file(book, "2025-01-10", "transactions")).isEqualTo(file);
        assertThat(file(book, "2025-01-15", "transactions").lines()).hasSize(2);
        LocalDate today = LocalDate.now(SHANGHAI);
        for (String kind : List.of("transactions", "settlements")) {
            book.as(Role.AUDITOR)
                    .get(book.path() + "/merchants/STORE/files/" + today + "/" + kind)
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("day-not-over"));
            book.as(Role.AUDITOR)
                    .get(book.path() + "/merchants/STORE/files/2025-02-30/" + kind)
                    .then()
                    .statusCode(404);
        }
    }

    @Test
    void streamsMoreThanAPage() {
        var book = aBook();
        sold(book, Instant.parse("2025-01-10T04:00:00Z"), 4001, 3);

        List<String> lines = file(book, "2025-01-10", "transactions").lines().toList();

        assertThat(lines.getFirst()).endsWith("count,4001,sum,12003");
        assertThat(lines).hasSize(2 + 4001);
        assertThat(lines.getLast()).startsWith("4001,REDEEM_SALE,").endsWith(",T1,4001,,3,12003,T1");
        assertThat(lines.stream().skip(2).filter(line -> !line.contains(",T1,")))
                .isEmpty();
    }

    @Test
    void givesADaysSettlementsAsAFile() {
        var book = aBook();
        sold(book, "2025-01-10", 1000);
        String batch = closedOn(book, "2025-02-01", "2025-01-31");

        List<String> lines = file(book, "2025-02-01", "settlements").lines().toList();

        assertThat(lines.getFirst())
                .isEqualTo(
                        "file,settlements,merchant,STORE,day,2025-02-01,unit,PTS,count,1,closed,1000,paid,0,rejected,0");
        assertThat(lines.get(2))
                .isEqualTo("2,CLOSED,2025-02-01T04:00:00.000000Z," + batch
                        + ",2025-01-10,2025-01-31,1000,1000,1000,,ST-PAST");
        pay(book, book.path() + "/settlements/" + batch, "BK-1", "W-002").statusCode(200);
        assertThat(file(book, "2025-02-01", "settlements").lines().toList()).isEqualTo(lines);
    }

    // ---- fixtures ------------------------------------------------------------------------------------------------

    @Inject
    Settlements settlements;

    private Book aBook() {
        var book = bank.aBook().since(OPENED);
        book.as(Role.OPERATOR)
                .body(Map.of("name", "爱心超市", "kind", "COMMUNITY_STORE"))
                .put(book.path() + "/merchants/STORE")
                .then()
                .statusCode(201);
        return book;
    }

    private void discount(Book book, int basisPoints) {
        book.as(Role.OPERATOR)
                .header("If-Match", "\"1\"")
                .body(Map.of("name", "爱心超市", "kind", "COMMUNITY_STORE", "discountBasisPoints", basisPoints))
                .put(book.path() + "/merchants/STORE")
                .then()
                .statusCode(200);
    }

    private static Instant noon(String day) {
        return LocalDate.parse(day).atTime(12, 0).atZone(SHANGHAI).toInstant();
    }

    private void sold(Book book, String day, long amount) {
        sold(book, noon(day), 1, amount);
    }

    private void sold(Book book, Instant at, int times, long amount) {
        post(book, at, EntryType.REDEEM_SALE, times, amount);
        redemptions(book, "(lpad(to_hex((extract(epoch FROM e.posted_at) * 1000)::bigint), 12, '0')");
    }

    /** From an authorization of long before. */
    private void captured(Book book, String day, long amount) {
        post(book, noon(day), EntryType.REDEEM_CAPTURE, 1, amount);
        redemptions(book, "('000000000000'");
    }

    private void gaveBack(Book book, String day, long amount) {
        gaveBack(book, noon(day), amount);
    }

    private void gaveBack(Book book, Instant at, long amount) {
        post(book, at, EntryType.REDEEM_REFUND, 1, -amount);
    }

    /** Posts to the payable at a moment of the past, many times in one commit. */
    private void post(Book book, Instant at, EntryType type, int times, long amount) {
        Holder payable = Holder.of(book.id(), Chart.MERCHANT_PAYABLE, "STORE");
        Holder other = new Holder(book.id(), Chart.OPENING, "", Unit.PTS);
        Answer answer = commits.submit(ask(book, at), book.id(), new Work() {
                    @Override
                    public void needs(Needs needs) {
                        needs.row(Ledger.BOOKS, book.id())
                                .row(Ledger.HOLDINGS, payable)
                                .row(Ledger.HOLDINGS, other);
                    }

                    @Override
                    public Answer decide(WorkingSet set) {
                        for (int n = 0; n < times; n++) {
                            Draft draft = Draft.of(type, book.id(), LocalDate.ofInstant(at, SHANGHAI), by());
                            Ledger.post(
                                    set,
                                    amount > 0
                                            ? draft.debit(other, amount).credit(payable, amount)
                                            : draft.debit(payable, -amount).credit(other, -amount));
                        }
                        return Answer.ok(Map.of());
                    }
                })
                .await()
                .indefinitely();
        assertThat(answer.status()).isEqualTo(200);
    }

    private static Ask ask(Book book, Instant at) {
        return new Ask(
                new Importer(NOBODY),
                book.id(),
                new IdempotencyKey(UUID.randomUUID().toString()),
                new byte[32],
                Language.EN,
                "/",
                at);
    }

    private static Attribution by() {
        return new Attribution(NOBODY, "test", null, null, null);
    }

    /** Redemptions of the entries that have none yet, by their number at terminal T1. */
    private void redemptions(Book book, String idBegins) {
        pool.preparedQuery("""
                        INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved,
                                                captured, captured_at, seq, occurred_on, created_at, terminal,
                                                terminal_transaction, content)
                        SELECT e.book_id, %s || '7000' || '8' || substr(md5(random()::text), 1, 15))::uuid, 'SALE',
                               'CAPTURED', 'M-1', 'STORE', p.amount, p.amount, p.amount, e.posted_at, e.seq, e.occurred_on,
                               e.posted_at, 'T1', e.seq::text, sha256('')
                        FROM ledger_entry e
                        JOIN ledger_posting p USING (book_id, seq)
                        WHERE e.book_id = $1 AND e.type IN ('REDEEM_SALE', 'REDEEM_CAPTURE') AND p.amount > 0
                        AND NOT EXISTS (SELECT FROM redemption r WHERE r.book_id = e.book_id AND r.seq = e.seq)
                        """.formatted(idBegins))
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely();
    }

    private List<String> redemptionsOf(Book book) {
        List<String> ids = new ArrayList<>();
        for (Row row : pool.preparedQuery("SELECT redemption_id FROM redemption WHERE book_id = $1 ORDER BY seq")
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely()) {
            ids.add(row.getUUID(0).toString());
        }
        return ids;
    }

    private ValidatableResponse close(Book book, String through, @Nullable Object... more) {
        Map<String, @Nullable Object> body = new HashMap<>();
        body.put("merchant", "STORE");
        body.put("through", through);
        body.put("maker", "W-001");
        for (int i = 0; i < more.length; i += 2) {
            body.put(String.valueOf(more[i]), more[i + 1]);
        }
        return book.as(Role.COORDINATOR)
                .body(body)
                .post(book.path() + "/settlements")
                .then();
    }

    private String closed(Book book, String through) {
        return close(book, through).statusCode(201).extract().header("Location");
    }

    /** The id of a batch that was closed on a day of the past. */
    private String closedOn(Book book, String day, String through) {
        var note = new Note(LocalDate.parse(day), by(), "ST-PAST", null, null);
        Answer answer = settlements
                .close(
                        ask(book, noon(day)),
                        new BookHandle(book.id(), book.code(), SHANGHAI),
                        new Settlements.Closing("STORE", LocalDate.parse(through), "W-001", note))
                .await()
                .indefinitely();
        assertThat(answer.status()).isEqualTo(201);
        return idOf(Objects.requireNonNull(answer.location()));
    }

    private static ValidatableResponse pay(Book book, String batch, String bankReference, String checker) {
        return book.as(Role.OPERATOR)
                .body(Map.of("bankReference", bankReference, "checker", checker))
                .post(batch + "/paid")
                .then();
    }

    private static ValidatableResponse reject(Book book, String batch, String checker) {
        return book.as(Role.COORDINATOR)
                .body(Map.of("reason", "银行退票", "checker", checker))
                .post(batch + "/rejected")
                .then();
    }

    private static ValidatableResponse waive(Book book, String merchant, long amount) {
        return book.as(Role.COORDINATOR)
                .body(Map.of("amount", amount, "reason", "让利", "actor", "W-001", "approver", "W-002"))
                .post(book.path() + "/merchants/" + merchant + "/waivers")
                .then();
    }

    private static ValidatableResponse refund(Book book, String sale, long amount) {
        return book.as(Role.APP)
                .body(Map.of("amount", amount))
                .post(sale + "/refunds")
                .then();
    }

    private static ValidatableResponse get(Book book, String batch) {
        return book.as(Role.AUDITOR).get(batch).then().statusCode(200);
    }

    private static ValidatableResponse list(Book book, String query) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/settlements" + query)
                .then()
                .statusCode(200);
    }

    private static ValidatableResponse statement(Book book, String from, String to) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/merchants/STORE/settlement-statement?from=" + from + "&to=" + to)
                .then()
                .statusCode(200);
    }

    private static String file(Book book, String day, String kind) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/merchants/STORE/files/" + day + "/" + kind)
                .then()
                .statusCode(200)
                .contentType("text/csv;charset=UTF-8")
                .extract()
                .asString();
    }

    private static long posted(Book book, String account) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/accounts/" + account)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getLong("posted");
    }

    private static List<String> types(Book book) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/entries?limit=500")
                .then()
                .statusCode(200)
                .extract()
                .path("items.type");
    }

    private static String idOf(String location) {
        return location.substring(location.lastIndexOf('/') + 1);
    }

    private static <T> List<T> atOnce(IntFunction<Callable<T>> each) throws Exception {
        List<Callable<T>> all = new ArrayList<>();
        for (int n = 0; n < AT_ONCE; n++) {
            all.add(each.apply(n));
        }
        List<T> results = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            for (Future<T> one : threads.invokeAll(all)) {
                results.add(one.get());
            }
        }
        return results;
    }
}
