package org.moralbank.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.moralbank.TestBank.BY_HAND;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.TestBank.Member;
import org.moralbank.access.Importer;
import org.moralbank.access.Role;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.commits.Work;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Language;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ServiceRecordsTest {
    private static final LocalDate TODAY = LocalDate.now(ZoneId.of("Asia/Shanghai"));

    /** A client who is not registered. */
    private static final int NOBODY = 999_999;

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @Inject
    Commits commits;

    @Test
    void earnsTheMinutesThatWereGiven() {
        var book = bank.aBook();
        var helper = book.aMember();
        var elder = book.aMember();

        record(book, service(helper, 90, "recipient", elder.id(), "rating", 5))
                .statusCode(201)
                .body("status", equalTo("CONFIRMED"))
                .body("payer", equalTo("ISSUED"))
                .body("occurredOn", equalTo(TODAY.toString()))
                .body("timeEntry", equalTo(1))
                .body("pointsEntry", nullValue())
                .body("entries", hasSize(1))
                .body("entries[0].type", equalTo("EARN_TIME"))
                .body("entries[0].group", nullValue())
                .body(
                        "entries[0].postings.account",
                        contains("3100:" + TODAY.getYear() + ":MIN", "2100:" + helper.id() + ":MIN"))
                .body("entries[0].postings.amount", contains(-90, 90))
                .body("entries[0].postings.balanceAfter", contains(-90, 90));

        assertThat(balances(book))
                .containsEntry("2100:" + helper.id(), 90L)
                .containsEntry("3100:" + TODAY.getYear(), -90L);
    }

    @ParameterizedTest
    @CsvSource({
        // minutes, hundredths an hour, hundredths earned
        "90, 200, 300",
        "60, 200, 200",
        "50, 200, 166",
        "1, 60, 1",
        "1440, 200, 4800",
    })
    void earnsPointsByTheMinuteRoundedDown(int minutes, long pointsPerHour, int earned) {
        var book = bank.aBook(false, pointsPerHour, false);
        var helper = book.aMember();

        record(book, service(helper, minutes))
                .statusCode(201)
                .body("timeEntry", nullValue())
                .body("pointsEntry", equalTo(1))
                .body("entries", hasSize(1))
                .body("entries[0].type", equalTo("EARN_POINTS_SERVICE"))
                .body("entries[0].postings[1].balanceAfter", equalTo(earned));

        assertThat(balances(book)).containsEntry("2200:" + helper.id(), (long) earned);
    }

    @Test
    void earnsBothInOneGroupWhereTheBookSaysSo() {
        var book = bank.aBook(true, 200, false);
        var helper = book.aMember();

        var id = record(book, service(helper, 60))
                .statusCode(201)
                .body("entries.type", contains("EARN_TIME", "EARN_POINTS_SERVICE"))
                .body("timeEntry", equalTo(1))
                .body("pointsEntry", equalTo(2))
                .extract()
                .<String>path("id");

        record(book, service(helper, 60)).body("entries.group", hasSize(2));
        assertThat(groups(book).subList(0, 2)).containsExactly(id, id);
        assertThat(balances(book))
                .containsEntry("2100:" + helper.id(), 120L)
                .containsEntry("2200:" + helper.id(), 400L);
    }

    @Test
    void recordsWithoutEarningWhereTheBookSaysSoOrTooLittleWasEarned() {
        var silent = bank.aBook(false, 0, false);
        var stingy = bank.aBook(false, 59, false);

        for (var book : List.of(silent, stingy)) {
            var location = record(book, service(book.aMember(), 1))
                    .statusCode(201)
                    .body("entries", hasSize(0))
                    .body("timeEntry", nullValue())
                    .body("pointsEntry", nullValue())
                    .extract()
                    .header("Location");

            read(book).get(location).then().statusCode(200).body("status", equalTo("CONFIRMED"));
            assertThat(balances(book)).isEmpty();
        }
    }

    @Test
    void earnsForATeam() {
        var book = bank.aBook(true, 200, false);
        var team = book.aTeam();

        record(book, service(null, 300, "team", team))
                .statusCode(201)
                .body("team", equalTo(team))
                .body("volunteer", nullValue())
                .body("entries.type", contains("EARN_TIME_TEAM", "EARN_POINTS_SERVICE"));

        assertThat(balances(book)).containsEntry("2110:" + team, 300L).containsEntry("2210:" + team, 1000L);
    }

    @Test
    void takesTheRecipientsTimeGrantedFirstWhenHePays() {
        var book = bank.aBook();
        var helper = book.aMember();
        var elder =
                book.aMember().holding(60, Unit.MIN).holding(30, Unit.MIN, new Lot("PUBLIC", TODAY.plusDays(1), true));

        record(book, service(helper, 45, "recipient", elder.id(), "payer", "RECIPIENT"))
                .statusCode(201)
                .body("payer", equalTo("RECIPIENT"))
                .body("entries", hasSize(1))
                .body("entries[0].type", equalTo("TRANSFER_TIME"))
                .body("entries[0].postings.amount", contains(-30, -15, 45))
                .body("timeEntry", equalTo(3));

        assertThat(balances(book)).containsEntry("2100:" + elder.id(), 45L).containsEntry("2100:" + helper.id(), 45L);
        assertThat(balances(book)).doesNotContainKey("3100:" + TODAY.getYear());
    }

    @Test
    void refusesARecipientWhoCannotPayAndRecordsNothing() {
        var book = bank.aBook(true, 200, false);
        var helper = book.aMember();
        var elder = book.aMember().holding(59, Unit.MIN);

        record(book, service(helper, 60, "recipient", elder.id(), "payer", "RECIPIENT"))
                .statusCode(422)
                .contentType("application/problem+json")
                .body("code", equalTo("insufficient-balance"))
                .body("available", equalTo(59));

        assertThat(balances(book)).containsEntry("2100:" + elder.id(), 59L).doesNotContainKey("2100:" + helper.id());
        list(book, "").body("items", hasSize(0));
    }

    @Test
    void recoversWhatTheHelperOwesInTheSameGroup() {
        var book = bank.aBook(true, 200, false);
        var helper = book.aMember();
        owe(book, helper, Chart.SHORTFALL_TIME, Unit.MIN, 40);
        owe(book, helper, Chart.SHORTFALL_POINTS, Unit.PTS, 500);

        var id = record(book, service(helper, 60))
                .statusCode(201)
                .body(
                        "entries.type",
                        contains("EARN_TIME", "SHORTFALL_RECOVER", "EARN_POINTS_SERVICE", "SHORTFALL_RECOVER"))
                .body("timeEntry", equalTo(3))
                .body("pointsEntry", equalTo(5))
                .extract()
                .<String>path("id");

        assertThat(groups(book)).isEqualTo(Arrays.asList(null, null, id, id, id, id));
        assertThat(balances(book))
                .containsEntry("2100:" + helper.id(), 20L)
                .containsEntry("1610:" + helper.id(), 0L)
                .containsEntry("2200:" + helper.id(), 0L)
                .containsEntry("1600:" + helper.id(), -300L);
    }

    @Test
    void letsAFrozenHelperEarnAndAFrozenRecipientBeServedButNotPay() {
        var book = bank.aBook();
        var helper = book.aMember();
        var elder = book.aMember().holding(60, Unit.MIN);
        status(book, helper, "FROZEN");
        status(book, elder, "FROZEN");

        record(book, service(helper, 60, "recipient", elder.id())).statusCode(201);
        record(book, service(helper, 60, "recipient", elder.id(), "payer", "RECIPIENT"))
                .statusCode(422)
                .body("code", equalTo("member-frozen"))
                .body("member", equalTo(elder.id()));

        assertThat(balances(book)).containsEntry("2100:" + helper.id(), 60L).containsEntry("2100:" + elder.id(), 60L);
    }

    /** The debt is of today: on the day of the service nothing was owed yet. */
    @Test
    void recoversOnTheDayOfThePostingWhateverTheDayOfTheService() {
        var book = bank.aBook();
        var helper = book.aMember();
        owe(book, helper, Chart.SHORTFALL_TIME, Unit.MIN, 40);
        var today = LocalDate.now(ZoneId.of("Asia/Shanghai"));
        var earlier = today.minusDays(20).toString();

        record(book, service(helper, 60, "occurredOn", earlier))
                .statusCode(201)
                .body("entries.type", contains("EARN_TIME", "SHORTFALL_RECOVER"))
                .body("entries[0].occurredOn", equalTo(earlier))
                .body("entries[1].occurredOn", greaterThanOrEqualTo(today.toString()));
    }

    @Test
    void countsInTheYearOfItsPostingAlsoWhereItWaitsOverNewYear() {
        var book = bank.aBook(true, 200, false);
        var handle = new BookHandle(book.id(), book.code(), ZoneId.of("Asia/Shanghai"));
        var helper = book.aMember();
        int next = TODAY.getYear() + 1;
        Instant newYear =
                LocalDate.of(next, 1, 1).atStartOfDay(handle.calendar()).toInstant();
        var note = new Note(TODAY, new Attribution(NOBODY, "test", "W-1", null, null), null, null, null, false);
        var given = new ServiceGiven(
                helper.id(), null, null, "VISIT", null, null, 60, "社区", "U-1", "W-1", null, Payer.ISSUED, note);
        Work asked = ServiceRecords.work(ask(book, newYear.minusMillis(1)), handle, given, new byte[32]);

        var answer =
                commits.submit(ask(book, newYear), book.id(), asked).await().indefinitely();

        assertThat(answer.status()).isEqualTo(201);
        assertThat(balances(book))
                .containsEntry("3100:" + next, -60L)
                .containsEntry("3200:" + next, -200L)
                .doesNotContainKey("3100:" + TODAY.getYear());
    }

    private static Ask ask(Book book, Instant clock) {
        return new Ask(
                new Importer(NOBODY), book.id(), new IdempotencyKey("key-1"), new byte[32], Language.EN, "/", clock);
    }

    /** Also where the freeze found no account: this earning opens it. */
    @Test
    void takesNothingOfAFrozenHelperWhoOwesUntilHeIsUnfrozen() {
        var book = bank.aBook();
        var helper = book.aMember();
        owe(book, helper, Chart.SHORTFALL_TIME, Unit.MIN, 40);
        status(book, helper, "FROZEN");

        record(book, service(helper, 60)).statusCode(201);

        assertThat(balances(book)).containsEntry("2100:" + helper.id(), 60L).containsEntry("1610:" + helper.id(), -40L);
        book.as(Role.COORDINATOR)
                .body("{\"reason\":\"核实无误\"}")
                .post(book.path() + "/members/" + helper.id() + "/unfreeze")
                .then()
                .statusCode(200);
        assertThat(balances(book)).containsEntry("2100:" + helper.id(), 20L).containsEntry("1610:" + helper.id(), 0L);
    }

    @Test
    void refusesThoseWhoAreNotThereOrHaveLeft() {
        var book = bank.aBook();
        var helper = book.aMember();
        var left = book.aMember();
        status(book, left, "CLOSED");

        record(book, service(null, 60, "volunteer", "NOBODY")).statusCode(422).body("code", equalTo("unknown-member"));
        record(book, service(helper, 60, "recipient", "NOBODY"))
                .statusCode(422)
                .body("code", equalTo("unknown-member"));
        record(book, service(null, 60, "team", "NONE")).statusCode(422).body("code", equalTo("unknown-team"));
        record(book, service(left, 60)).statusCode(422).body("code", equalTo("member-closed"));
        record(book, service(helper, 60, "recipient", left.id()))
                .statusCode(422)
                .body("code", equalTo("member-closed"));
        record(book, service(helper, 60, "recipient", helper.id()))
                .statusCode(422)
                .body("code", equalTo("own-service"));

        assertThat(balances(book)).isEmpty();
        list(book, "").body("items", hasSize(0));
    }

    @Test
    void answersTheSameReferenceWithItsFirstEffectWhateverTheKeyOrClient() {
        var book = bank.aBook(true, 200, false);
        var helper = book.aMember();
        var body = service(helper, 60, "reference", "SR-1");
        var first = record(book, body).statusCode(201).extract();

        var again = record(book, body).statusCode(201).extract();

        assertThat(again.asString()).isEqualTo(first.asString());
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        record(book, service(helper, 61, "reference", "SR-1"))
                .statusCode(409)
                .body("code", equalTo("duplicate-reference"))
                .body("reference", equalTo("SR-1"));
        record(book, service(helper, 60, "reference", "SR-2")).statusCode(201);
        assertThat(balances(book)).containsEntry("2100:" + helper.id(), 120L);
        list(book, "?reference=SR-1").body("items", hasSize(1)).body("items[0].id", equalTo(first.path("id")));
    }

    @Test
    void leavesAReferenceFreeThatWasRefused() {
        var book = bank.aBook();
        var helper = book.aMember();
        var elder = book.aMember();
        var body = service(helper, 60, "recipient", elder.id(), "payer", "RECIPIENT", "reference", "SR-1");
        record(book, body).statusCode(422);
        elder.holding(60, Unit.MIN);

        record(book, body).statusCode(201);

        assertThat(balances(book)).containsEntry("2100:" + helper.id(), 60L);
    }

    @Test
    void replaysTheSameKeyByteForByte() {
        var book = bank.aBook();
        var helper = book.aMember();
        var key = book.keyOf(Role.APP);
        var body = service(helper, 60);
        var first = book.request(key)
                .header("Idempotency-Key", "k1")
                .body(body)
                .post(book.path() + "/service-records")
                .then()
                .statusCode(201)
                .extract();

        var again = book.request(key)
                .header("Idempotency-Key", "\"k1\"")
                .body(body)
                .post(book.path() + "/service-records")
                .then()
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .extract();

        assertThat(again.asString()).isEqualTo(first.asString());
        assertThat(balances(book)).containsEntry("2100:" + helper.id(), 60L);
    }

    @Test
    void keepsWhatPersonsWroteOutOfAnswersAndEntriesAndShowsItInReads() {
        var book = bank.aBook();
        var helper = book.aMember();

        var answer = record(
                        book,
                        service(
                                helper,
                                60,
                                "content",
                                "代买降压药",
                                "reason",
                                "电话登记",
                                "metadata",
                                Map.of("channel", "phone"),
                                "actor",
                                "C-1",
                                "onBehalfOf",
                                helper.id(),
                                "rating",
                                4))
                .statusCode(201)
                .body("content", nullValue())
                .body("place", nullValue())
                .body("reason", nullValue())
                .body("metadata", nullValue())
                .extract();

        read(book)
                .get(answer.header("Location"))
                .then()
                .statusCode(200)
                .body("id", equalTo(answer.path("id")))
                .body("activity", equalTo("代买药品"))
                .body("content", equalTo("代买降压药"))
                .body("place", equalTo("北环路社区"))
                .body("organiser", equalTo("银龄互助队"))
                .body("leader", equalTo("L-01"))
                .body("rating", equalTo(4))
                .body("reason", equalTo("电话登记"))
                .body("metadata.channel", equalTo("phone"))
                .body("actor", equalTo("C-1"))
                .body("onBehalfOf", equalTo(helper.id()))
                .body("client", notNullValue())
                .body("recordedAt", equalTo(answer.path("recordedAt")))
                .body("timeEntry", equalTo(1))
                .body("entries", nullValue());
        assertThat(rows("SELECT FROM ledger_entry_text WHERE book_id = $1", book))
                .isEmpty();
    }

    @Test
    void showsARecordWhoseEntryWasReversedAsReversed() {
        var book = bank.aBook();
        var helper = book.aMember();
        var kept = record(book, service(helper, 60)).extract().header("Location");
        var reversed = record(book, service(helper, 30)).extract().header("Location");

        reverse(book, 2);

        read(book).get(kept).then().body("status", equalTo("CONFIRMED"));
        read(book).get(reversed).then().body("status", equalTo("REVERSED"));
        list(book, "").body("items.status", contains("CONFIRMED", "REVERSED"));
    }

    @Test
    void listsByEveryFilterAndInPages() {
        var book = bank.aBook();
        var anna = book.aMember();
        var bela = book.aMember();
        var elder = book.aMember();
        var team = book.aTeam();
        var day = LocalDate.of(2025, 1, 31);
        var first = id(record(book, service(anna, 10, "recipient", elder.id(), "occurredOn", day.toString())));
        var second = id(record(
                book,
                service(
                        bela,
                        20,
                        "activity",
                        "陪同就医",
                        "occurredOn",
                        day.plusDays(1).toString())));
        var third = id(record(book, service(null, 30, "team", team, "reference", "R-3")));

        list(book, "").body("items.id", contains(first, second, third)).body("next", nullValue());
        list(book, "?volunteer=" + anna.id()).body("items.id", contains(first));
        list(book, "?recipient=" + elder.id()).body("items.id", contains(first));
        list(book, "?team=" + team).body("items.id", contains(third));
        list(book, "?activity=陪同就医").body("items.id", contains(second));
        list(book, "?to=2025-01-31").body("items.id", contains(first));
        list(book, "?from=2025-02-01&to=2025-02-01").body("items.id", contains(second));
        list(book, "?reference=R-3").body("items.id", contains(third));
        String next = list(book, "?limit=2")
                .body("items.id", contains(first, second))
                .extract()
                .path("next");
        list(book, "?limit=2&after=" + next).body("items.id", contains(third)).body("next", nullValue());
        list(book, "?status=REVERSED").body("items", hasSize(0));
        book.as(Role.COORDINATOR)
                .body(Map.of("reason", "录入有误"))
                .post(book.path() + "/entries/1/reversal")
                .then()
                .statusCode(201);
        list(book, "?status=REVERSED").body("items.id", contains(first)).body("items.status", contains("REVERSED"));
        list(book, "?status=CONFIRMED").body("items.id", contains(second, third));
        for (var wrong : List.of(
                "?status=GONE", "?from=yesterday", "?limit=0", "?limit=501", "?limit=x", "?after=!", "?after=eA")) {
            read(book)
                    .get(book.path() + "/service-records" + wrong)
                    .then()
                    .statusCode(400)
                    .body("code", equalTo("invalid-request"));
        }
    }

    @Test
    void recordsManyEachWithAResultOfItsOwn() {
        var book = bank.aBook();
        var helper = book.aMember();
        var single = record(book, service(helper, 60, "reference", "SR-1"));

        bulk(
                        book,
                        false,
                        service(helper, 60, "reference", "SR-1"),
                        service(helper, 0, "reference", "SR-2"),
                        service(helper, 61, "reference", "SR-1"),
                        service(helper, 30, "reference", "SR-3"),
                        service(helper, 30, "reference", "SR-3"))
                .statusCode(200)
                .body("items.result", contains("replayed", "refused", "refused", "created", "replayed"))
                .body("items[0].resource.id", equalTo(id(single)))
                .body("items[1].problem.code", equalTo("invalid-request"))
                .body("items[2].problem.code", equalTo("duplicate-reference"))
                .body("items[3].resource.timeEntry", equalTo(2));

        assertThat(balances(book)).containsEntry("2100:" + helper.id(), 90L);
        list(book, "").body("items.reference", contains("SR-1", "SR-3"));
    }

    @Test
    void recordsAllOfAnAtomicBulkOrNone() {
        var book = bank.aBook();
        var helper = book.aMember();

        bulk(
                        book,
                        true,
                        service(helper, 60, "reference", "SR-1"),
                        service(null, 60, "volunteer", "NOBODY", "reference", "SR-2"))
                .statusCode(422)
                .body("code", equalTo("bulk-refused"))
                .body("index", equalTo(1));
        assertThat(balances(book)).isEmpty();
        bulk(book, true, service(helper, 60, "reference", "SR-1"))
                .statusCode(200)
                .body("created", equalTo(1));

        assertThat(balances(book)).containsEntry("2100:" + helper.id(), 60L);
    }

    @Test
    void refusesEveryFaultOfTheFormAndRecordsNothing() {
        var book = bank.aBook();
        var helper = book.aMember();
        var tomorrow = TODAY.plusDays(1).toString();

        refuses(book, service(helper, 0), "minutes");
        refuses(book, service(helper, -1), "minutes");
        refuses(book, service(helper, 1441), "minutes");
        refuses(book, service(helper, 60, "minutes", 1_000_000_000_001L), "minutes");
        refuses(book, service(helper, 60, "minutes", "60"), "minutes");
        refuses(book, service(helper, 60, "minutes", 60.5), "minutes");
        refuses(book, service(helper, 60, "minutes", null), "minutes");
        refuses(book, service(helper, 60, "occurredOn", tomorrow), "occurredOn");
        refuses(book, service(helper, 60, "startedAt", "24:00"), "startedAt");
        refuses(book, service(helper, 60, "occurredOn", "1989-12-31"), "occurredOn");
        refuses(book, service(helper, 60, "rating", 0), "rating");
        refuses(book, service(helper, 60, "rating", 6), "rating");
        refuses(book, service(helper, 60, "activity", null), "activity");
        refuses(book, service(helper, 60, "activity", " "), "activity");
        refuses(book, service(helper, 60, "place", null), "place");
        refuses(book, service(helper, 60, "organiser", null), "organiser");
        refuses(book, service(helper, 60, "leader", null), "leader");
        refuses(book, service(helper, 60, "team", "T-1"), "volunteer");
        refuses(book, service(null, 60), "volunteer");
        refuses(book, service(helper, 60, "payer", "RECIPIENT"), "recipient");
        refuses(book, service(helper, 60, "payer", "SPONSOR"), "payer");
        refuses(book, service(null, 60, "team", "T-1", "recipient", "M-1", "payer", "RECIPIENT"), "payer");
        refuses(book, service(helper, 60, "unit", "PTS"), "unit");
        refuses(book, service(helper, 60, "reference", "a b"), "reference");

        assertThat(balances(book)).isEmpty();
        list(book, "").body("items", hasSize(0));
    }

    @Test
    void takesTheBordersOfTheForm() {
        var book = bank.aBook();
        var helper = book.aMember();

        record(book, service(helper, 1, "rating", 1, "occurredOn", TODAY.toString()))
                .statusCode(201);
        record(book, service(helper, 1440, "rating", 5, "occurredOn", "1990-01-01"))
                .statusCode(201);

        assertThat(balances(book)).containsEntry("2100:" + helper.id(), 1441L);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isForThoseRolesOnly(Role role) {
        var book = bank.aBook();
        var helper = book.aMember();
        boolean writes = role == Role.APP || role == Role.COORDINATOR || role == Role.OPERATOR;
        boolean reads = writes || role == Role.AUDITOR;
        String records = book.path() + "/service-records";

        book.as(role).body(service(helper, 60)).post(records).then().statusCode(writes ? 201 : 403);
        book.as(role).get(records).then().statusCode(reads ? 200 : 403);
    }

    @Test
    void tellsNothingOfAnotherBook() {
        var ours = bank.aBook();
        var theirs = bank.aBook();
        var location = record(theirs, service(theirs.aMember(), 60)).extract().header("Location");
        var id = location.substring(location.lastIndexOf('/') + 1);

        read(ours).get(location).then().statusCode(404);
        read(ours)
                .get(ours.path() + "/service-records/" + id)
                .then()
                .statusCode(404)
                .body("code", equalTo("not-found"));
        read(ours).get(ours.path() + "/service-records/1").then().statusCode(404);
        ours.as(Role.APP)
                .body(service(ours.aMember(), 60))
                .post(theirs.path() + "/service-records")
                .then()
                .statusCode(404);
    }

    // ---- fixtures ----------------------------------------------------------------------------------------------

    private static Map<String, @Nullable Object> service(
            @Nullable Member volunteer, int minutes, @Nullable Object... more) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        if (volunteer != null) {
            body.put("volunteer", volunteer.id());
        }
        body.put("activity", "代买药品");
        body.put("minutes", minutes);
        body.put("place", "北环路社区");
        body.put("organiser", "银龄互助队");
        body.put("leader", "L-01");
        for (int i = 0; i < more.length; i += 2) {
            body.put((String) Objects.requireNonNull(more[i]), more[i + 1]);
        }
        return body;
    }

    private static ValidatableResponse record(Book book, Map<String, @Nullable Object> body) {
        return book.as(Role.APP)
                .body(body)
                .post(book.path() + "/service-records")
                .then();
    }

    @SafeVarargs
    private static ValidatableResponse bulk(Book book, boolean atomic, Map<String, @Nullable Object>... items) {
        return book.as(Role.COORDINATOR)
                .body(Map.of("items", items, "atomic", atomic))
                .post(book.path() + "/service-records/bulk")
                .then();
    }

    private static RequestSpecification read(Book book) {
        return book.as(Role.AUDITOR);
    }

    private static ValidatableResponse list(Book book, String query) {
        return read(book).get(book.path() + "/service-records" + query).then().statusCode(200);
    }

    private static void refuses(Book book, Map<String, @Nullable Object> body, String field) {
        record(book, body)
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("invalid-request"))
                .body("errors.field", contains(field));
    }

    private static String id(ValidatableResponse response) {
        return response.statusCode(201).extract().path("id");
    }

    private static void owe(Book book, Member member, Chart shortfall, Unit unit, long amount) {
        Holder owed = Holder.of(book.id(), shortfall, member.id());
        Holder opening = new Holder(book.id(), Chart.OPENING, "", unit);
        book.post(EntryType.OPENING, draft -> draft.debit(owed, amount).credit(opening, amount), owed, opening);
    }

    private static void reverse(Book book, long seq) {
        book.as(Role.COORDINATOR)
                .body(Map.of("reason", "重复登记"))
                .post(book.path() + "/entries/" + seq + "/reversal")
                .then()
                .statusCode(201);
    }

    private void status(Book book, Member member, String status) {
        pool.preparedQuery(BY_HAND + "UPDATE member SET status = $3 WHERE book_id = $1 AND member_id = $2")
                .execute(Tuple.of((short) book.id(), member.id(), status))
                .await()
                .indefinitely();
    }

    private Map<String, Long> balances(Book book) {
        Map<String, Long> balances = new LinkedHashMap<>();
        for (Row row : rows("""
                SELECT code || ':' || owner AS account, sum(posted)::bigint AS posted
                FROM ledger_account
                WHERE book_id = $1
                GROUP BY 1
                """, book)) {
            balances.put(row.getString(0), row.getLong(1));
        }
        return balances;
    }

    private List<@Nullable String> groups(Book book) {
        List<@Nullable String> groups = new ArrayList<>();
        for (Row row : rows("SELECT group_id::text FROM ledger_entry WHERE book_id = $1 ORDER BY seq", book)) {
            groups.add(row.getString(0));
        }
        return groups;
    }

    private RowSet<Row> rows(String sql, Book book) {
        return pool.preparedQuery(sql)
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely();
    }
}
