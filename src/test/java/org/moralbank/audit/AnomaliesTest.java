package org.moralbank.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.imports.Moved;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Language;
import org.moralbank.platform.TestDatabase;

/** Each kind with something just inside its thresholds and something just outside. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class AnomaliesTest {
    private static final String DAY = "2025-03-03";
    private static final String SPAN = "from=2025-03-01&to=2025-03-31";
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @SuppressWarnings("NullAway.Init") // by open
    private TestBank.Book book;

    @BeforeEach
    void open() {
        book = bank.aBook();
        for (String member : List.of("A", "B", "C", "D", "E", "F", "G")) {
            book.aMember(member, "60-69");
        }
    }

    // ---- services --------------------------------------------------------------------------------------------------

    @Test
    void pairsServeEachOtherAndHardlyAnybodyElse() {
        // A and B: 4 of 5 of what they give, both ways.
        served("A", "B", 3);
        served("B", "A", 1);
        served("A", "G", 1);
        // C and D: one less, so that it is 3 of 4.
        served("C", "D", 2);
        served("D", "C", 1);
        served("C", "G", 1);
        // E and F: all that they give, but in one direction.
        served("E", "F", 5);

        found("pairs", "atLeast=4&share=80")
                .body("items.about", contains(List.of("A", "B")))
                .body("items.count", contains(4))
                .body("items.of", contains(5))
                .body("items[0].evidence", hasSize(4));
        found("pairs", "atLeast=3&share=75").body("items.about", contains(List.of("A", "B"), List.of("C", "D")));
        found("pairs", "atLeast=5&share=80").body("items", empty());
        found("pairs", "atLeast=4&share=81").body("items", empty());
        found("pairs", "").body("items", empty()).body("parameters", equalTo(Map.of("atLeast", 5, "share", 80)));
    }

    @Test
    void aDayHasMoreMinutesThanTheThreshold() {
        service("A", null, DAY, 240, "L-1");
        service("A", "G", DAY, 241, "L-1");
        service("B", null, DAY, 480, "L-1");
        service("C", null, DAY, 300, "L-1");
        service("C", null, "2025-03-04", 300, "L-1");

        found("hours-a-day", "")
                .body("items.about", contains(List.of("A")))
                .body("items.day", contains(DAY))
                .body("items.value", contains(481))
                .body("items.count", contains(2));
        found("hours-a-day", "minutes=481").body("items", empty());
        found("hours-a-day", "minutes=479").body("items.about", contains(List.of("A"), List.of("B")));
    }

    @Test
    void whatWasTakenBackOrIsOfOtherDaysIsLeftOut() {
        int taken = service("A", null, DAY, 500, "L-1");
        service("B", null, "2025-02-28", 500, "L-1");
        service("C", null, "2025-03-01", 500, "L-1");
        service("D", null, "2025-03-31", 500, "L-1");
        service("E", null, "2025-04-01", 500, "L-1");
        found("hours-a-day", "").body("items.about", contains(List.of("A"), List.of("C"), List.of("D")));

        book.as(Role.OPERATOR)
                .body("{\"reason\":\"录入有误\"}")
                .post(book.path() + "/entries/" + taken + "/reversal")
                .then()
                .statusCode(201);

        found("hours-a-day", "").body("items.about", contains(List.of("C"), List.of("D")));
    }

    @Test
    void recordsAreAlike() {
        service("A", "B", DAY, 60, "L-1");
        service("A", "B", DAY, 60, "L-2");
        service("A", "B", DAY, 61, "L-1");
        service("A", "C", DAY, 60, "L-1");
        service("A", "B", "2025-03-04", 60, "L-1");
        service("D", null, DAY, 60, "L-1");
        service("D", null, DAY, 60, "L-1");

        found("overlaps", "")
                .body("items.about", contains(List.of("A", "B"), List.of("D")))
                .body("items.count", contains(2, 2))
                .body("items[0].evidence", hasSize(2));
    }

    /** What persons write may have lines, and no cursor has. */
    @Test
    void pagesOfRecordsThatAreAlikeGoOnBehindAnActivityOfTwoLines() {
        for (String giver : List.of("A", "A", "B", "B")) {
            book.as(Role.COORDINATOR)
                    .body("""
                            {"volunteer":"%s","activity":"陪\\n诊","occurredOn":"%s","minutes":60,"place":"家","organiser":"互助队",
                             "leader":"L-1"}
                            """.formatted(giver, DAY))
                    .post(book.path() + "/service-records")
                    .then()
                    .statusCode(201);
        }
        String next = found("overlaps", "limit=1")
                .body("items.about", contains(List.of("A")))
                .extract()
                .path("next");

        found("overlaps", "limit=1&after=" + next)
                .body("items.about", contains(List.of("B")))
                .body("next", equalTo(null));
    }

    @Test
    void whoGivesTwoServicesAtOneTime() {
        String first = timed("A", "B", DAY, "09:00", 60, "L-1");
        String within = timed("A", "C", DAY, "09:59", 30, "L-1");
        timed("A", "B", DAY, "10:29", 60, "L-1"); // when the one before is over
        timed("D", "B", DAY, "09:00", 60, "L-1"); // by another
        String evening = timed("A", "B", DAY, "23:30", 60, "L-1");
        String past = timed("A", "B", "2025-03-04", "00:29", 30, "L-1");
        // Alike, and told apart by their times.
        timed("E", "B", DAY, "08:00", 45, "L-1");
        timed("E", "B", DAY, "15:00", 45, "L-1");

        found("overlaps", "")
                .body("items.about", contains(List.of("A"), List.of("A")))
                .body("items.value", contains(1, 1))
                .body("items.count", contains(2, 2))
                .body("items[0].evidence", contains("service-records/" + first, "service-records/" + within))
                .body("items[1].day", equalTo("2025-03-04"))
                .body("items[1].evidence", contains("service-records/" + evening, "service-records/" + past));
        book.as(Role.AUDITOR)
                .get(book.path() + "/service-records/" + first)
                .then()
                .body("startedAt", equalTo("09:00"));
    }

    @Test
    void servicesOfTheNight() {
        timed("A", "B", DAY, "21:59", 10, "L-1");
        String late = timed("A", "B", DAY, "22:00", 10, "L-1");
        String early = timed("C", null, "2025-03-04", "05:59", 10, "L-1");
        timed("A", "B", "2025-03-04", "06:00", 10, "L-1");
        service("A", null, DAY, 20, "L-1");

        found("night", "")
                .body("items.evidence.flatten()", contains("service-records/" + late, "service-records/" + early))
                .body("items.value", contains(22, 5))
                .body("items[0]", not(hasKey("entry")));
    }

    @Test
    void minutesAreMostlyRound() {
        // L-1: 9 of 10; L-2: 8 of 9, which is less than nine tenths; L-3: 9 of 9.
        for (int i = 0; i < 9; i++) {
            service("A", null, DAY, 60, "L-1");
            service("B", null, DAY, i == 0 ? 59 : 120, "L-2");
            service("C", null, DAY, 30, "L-3");
        }
        String odd = given("A", null, DAY, null, 61, "L-1").extract().path("id");

        found("round-numbers", "atLeast=9")
                .body("items.about", contains(List.of("L-1")))
                .body("items.count", contains(9))
                .body("items.of", contains(10))
                .body("items[0].evidence", hasSize(9))
                .body("items[0].evidence", not(hasItem("service-records/" + odd)));
        found("round-numbers", "atLeast=10").body("items", empty());
        found("round-numbers", "atLeast=9&share=91").body("items", empty());
        found("round-numbers", "atLeast=8&share=88").body("items.about", contains(List.of("L-1"), List.of("L-2")));
        found("round-numbers", "atLeast=9&multiple=30").body("items.about", contains(List.of("L-1"), List.of("L-3")));
    }

    // ---- entries ---------------------------------------------------------------------------------------------------

    @Test
    void theNightIsThatOfTheCommunity() {
        book.since(Instant.parse("2025-03-01T00:00:00Z"));
        // Shanghai is eight hours ahead: 21:59:59.999999, 22:00, 05:59:59.999999, 06:00 and 03:00 after the last day.
        for (String moment : List.of(
                "2025-03-03T13:59:59.999999Z",
                "2025-03-03T14:00:00Z",
                "2025-03-03T21:59:59.999999Z",
                "2025-03-03T22:00:00Z",
                "2025-03-31T19:00:00Z")) {
            posted(Instant.parse(moment), EntryType.GRANT_TIME);
        }

        found("night", "").body("items.entry", contains(2, 3)).body("items.value", contains(22, 5));
        found("night", "nightFrom=21&nightTo=22").body("items.entry", contains(1));
        found("night", "nightFrom=6&nightTo=6").body("items", empty());
        found("night", "nightFrom=0&nightTo=6&from=2025-04-01&to=2025-04-01").body("items.entry", contains(5));
    }

    /** No client of this installation posted them. */
    @Test
    void importedEntriesOfTheNightAreFoundToo() {
        book.since(Instant.parse("2025-03-01T00:00:00Z"));
        posted(Instant.parse("2025-03-03T14:00:00Z"), EntryType.GRANT_TIME);
        TestBank.Book here = bank.aBook();
        String entries = String.join(
                        "\n",
                        Moved.of(pool, book.id(), book.code(), here.code()).entries()) + "\n";
        here.as(Role.OPERATOR)
                .config(RestAssured.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .encodeContentTypeAs("application/jsonl", ContentType.BINARY)
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)))
                .contentType("application/jsonl")
                .body(entries.getBytes(StandardCharsets.UTF_8))
                .post(here.path() + "/imports")
                .then()
                .statusCode(201);
        book = here;

        found("night", "").body("items.entry", contains(1)).body("items.about", contains(empty()));
    }

    @Test
    void whatIsBackDatedHappenedLongBeforeItWasPosted() {
        LocalDate today = LocalDate.now(ZoneId.of("Asia/Shanghai"));
        service("A", null, today.minusDays(10).toString(), 30, "L-1");
        int late = service("A", null, today.minusDays(11).toString(), 30, "L-1");

        book.as(Role.AUDITOR)
                .get(book.path() + "/anomalies/back-dated")
                .then()
                .statusCode(200)
                .body("items.entry", contains(late))
                .body("items.value", contains(11))
                .body("to", equalTo(today.toString()))
                .body("from", equalTo(today.minusDays(90).toString()));
        book.as(Role.AUDITOR)
                .get(book.path() + "/anomalies/back-dated?days=9")
                .then()
                .body("items", hasSize(2));
        book.as(Role.AUDITOR)
                .get(book.path() + "/anomalies/back-dated?to=" + today.minusDays(1))
                .then()
                .body("items", empty());
    }

    @Test
    void someActForOthersOften() {
        TestBank.Member giver = book.aMember().holding(100, Unit.MIN);
        gave(giver, "W-1", giver.id());
        gave(giver, "W-1", giver.id());
        gave(giver, "W-1", "B");
        gave(giver, "W-2", giver.id());
        gave(giver, "W-2", "C");
        // For himself.
        gave(giver, "W-3", "W-3");
        gave(giver, "W-3", "W-3");
        gave(giver, "W-3", "W-3");

        of("proxy-heavy", "atLeast=3")
                .body("items.about", contains(List.of("W-1", giver.id())))
                .body("items.count", contains(3))
                .body("items.of", contains(2))
                .body("items.value", contains(2));
        of("proxy-heavy", "atLeast=4").body("items", empty());
        of("proxy-heavy", "atLeast=2").body("items", hasSize(2));
    }

    @Test
    void someTerminalsSkipNumbers() {
        TestBank.Member buyer = book.aMember().holding(10_000, Unit.PTS);
        String shop = book.aMerchant();
        String whole = book.aTerminal(shop);
        String skips = book.aTerminal(shop);
        for (String number : List.of("A-8", "A-9", "A-10", "17")) {
            sold(buyer, shop, whole, number);
        }
        for (String number : List.of("A-7", "A-9", "A-12", "B-1")) {
            sold(buyer, shop, skips, number);
        }

        of("terminal-gaps", "atLeast=3")
                .body("items.about", contains(List.of(shop, skips)))
                .body("items.count", contains(3))
                .body("items.of", contains(2));
        of("terminal-gaps", "atLeast=4").body("items", empty());
        // A number that was taken back before it came is there.
        book.as(Role.OPERATOR)
                .body("{\"merchant\":\"%s\",\"terminal\":\"%s\",\"terminalTransaction\":\"A-8\"}"
                        .formatted(shop, skips))
                .post(book.path() + "/redemptions/reversals")
                .then()
                .statusCode(200);
        of("terminal-gaps", "atLeast=3").body("items", empty());
    }

    // ---- how it is told --------------------------------------------------------------------------------------------

    @Test
    void tellsTheKindsInTheLanguageThatIsAskedFor() {
        book.as(Role.AUDITOR)
                .get(book.path() + "/anomalies")
                .then()
                .statusCode(200)
                .body(
                        "items.kind",
                        contains(
                                "pairs",
                                "hours-a-day",
                                "overlaps",
                                "night",
                                "round-numbers",
                                "back-dated",
                                "proxy-heavy",
                                "terminal-gaps"))
                .body("items[1].parameters.minutes", is(480))
                .body("items[1].title", equalTo("Many hours in a day"));
        book.as(Role.AUDITOR)
                .header("Accept-Language", "zh-CN")
                .get(book.path() + "/anomalies/hours-a-day")
                .then()
                .statusCode(200)
                .body("kind.title", equalTo("一天时长过多"))
                .body("kind.explanation", containsString("阈值"))
                .body("kind.numbers", notNullValue());
    }

    @ParameterizedTest
    @EnumSource(Anomaly.class)
    void eachKindIsExplainedInBothLanguages(Anomaly kind) {
        for (String part : List.of("title", "explanation", "numbers")) {
            assertThat(kind.text(part, Language.EN)).matches("\\p{ASCII}+");
            assertThat(kind.text(part, Language.ZH)).matches("(?s).*\\P{ASCII}.*");
        }
    }

    @Test
    void pagesGoOnBehindTheLast() {
        for (String member : List.of("A", "B", "C")) {
            service(member, null, DAY, 600, "L-1");
        }

        String next = found("hours-a-day", "limit=2")
                .body("items.about", contains(List.of("A"), List.of("B")))
                .extract()
                .path("next");

        found("hours-a-day", "limit=2&after=" + next)
                .body("items.about", contains(List.of("C")))
                .body("next", equalTo(null));
    }

    @Test
    void refusesWhatTheKindDoesNotAsk() {
        book.as(Role.AUDITOR).get(book.path() + "/anomalies/luck").then().statusCode(404);
        faulty("hours-a-day", "share=80", "share");
        faulty("overlaps", "atLeast=2", "atLeast");
        faulty("pairs", "share=101", "share");
        faulty("pairs", "share=0", "share");
        faulty("pairs", "atLeast=0", "atLeast");
        faulty("pairs", "atLeast=many", "atLeast");
        faulty("night", "nightFrom=24", "nightFrom");
        faulty("night", "from=2025-03-02&to=2025-03-01", "from");
        faulty("night", "from=0001-01-01", "from");
        book.as(Role.COORDINATOR).get(book.path() + "/anomalies/night").then().statusCode(403);
        book.as(Role.APP).get(book.path() + "/anomalies").then().statusCode(403);
    }

    // ---- what the tests are made of ---------------------------------------------------------------------------------

    private void served(String volunteer, String recipient, int times) {
        for (int i = 0; i < times; i++) {
            service(volunteer, recipient, DAY, 10 + NUMBERS.incrementAndGet() % 50, "L-1");
        }
    }

    /** Records a service, and gives the entry that earned its minutes. */
    private int service(String volunteer, @Nullable String recipient, String day, int minutes, String leader) {
        return given(volunteer, recipient, day, null, minutes, leader).extract().path("timeEntry");
    }

    /** The record's id. */
    private String timed(
            String volunteer, @Nullable String recipient, String day, String startedAt, int minutes, String leader) {
        return given(volunteer, recipient, day, startedAt, minutes, leader)
                .body("startedAt", equalTo(startedAt))
                .extract()
                .path("id");
    }

    private ValidatableResponse given(
            String volunteer,
            @Nullable String recipient,
            String day,
            @Nullable String startedAt,
            int minutes,
            String leader) {
        String served = recipient == null ? "" : "\"recipient\":\"" + recipient + "\",";
        String started = startedAt == null ? "" : "\"startedAt\":\"" + startedAt + "\",";
        return book.as(Role.COORDINATOR)
                .body("""
                        {"volunteer":"%s",%s%s"activity":"陪伴","occurredOn":"%s","minutes":%d,"place":"家","organiser":"互助队","leader":"%s",
                         "reference":"R-%d"}
                        """.formatted(volunteer, served, started, day, minutes, leader, NUMBERS.incrementAndGet()))
                .post(book.path() + "/service-records")
                .then()
                .statusCode(201);
    }

    private void posted(Instant moment, EntryType type) {
        Holder from = Holder.of(book.id(), Chart.ISSUED_FUND_TIME, "F.2025");
        Holder to = Holder.of(book.id(), Chart.MEMBER_TIME, "A");
        book.postAt(moment, type, draft -> draft.debit(from, 1).credit(to, 1), from, to);
    }

    private void gave(TestBank.Member giver, String actor, String onBehalfOf) {
        book.as(Role.APP)
                .body(
                        "{\"from\":\"%s\",\"to\":\"A\",\"amount\":1,\"unit\":\"MIN\",\"actor\":\"%s\",\"onBehalfOf\":\"%s\"}"
                                .formatted(giver.id(), actor, onBehalfOf))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(201);
    }

    private void sold(TestBank.Member buyer, String merchant, String terminal, String number) {
        book.as(Role.APP)
                .body("""
                        {"mode":"SALE","member":"%s","merchant":"%s","amount":1,"unit":"PTS","terminal":"%s","terminalTransaction":"%s"}
                        """.formatted(buyer.id(), merchant, terminal, number))
                .post(book.path() + "/redemptions")
                .then()
                .statusCode(201);
    }

    private ValidatableResponse found(String kind, String query) {
        boolean saysDays = query.contains("from=");
        return of(kind, (saysDays ? "" : SPAN + "&") + query);
    }

    private ValidatableResponse of(String kind, String query) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/anomalies/" + kind + "?" + query.replaceFirst("&$", ""))
                .then()
                .statusCode(200);
    }

    private void faulty(String kind, String query, String field) {
        book.as(Role.AUDITOR)
                .get(book.path() + "/anomalies/" + kind + "?" + query)
                .then()
                .statusCode(400)
                .body("errors.field", contains(field));
    }
}
