package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.TestBank.Member;
import org.moralbank.access.Client;
import org.moralbank.access.Importer;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Language;
import org.moralbank.platform.TestDatabase;
import org.moralbank.settlements.Settlements;

/** The end of a till's day, against what it did. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class DayEndTest {
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @Inject
    DayEnds dayEnds;

    @Inject
    Redemptions redemptions;

    @Inject
    Settlements settlements;

    /** A till of a shop, and a member who buys. It keeps to the day on which it began, also over midnight. */
    private record Till(Book book, String merchant, String terminal, Member anna, LocalDate day, String key) {
        /** Another till of the same shop. */
        Till beside() {
            var other = book.aTerminal(merchant);
            return new Till(book, merchant, other, anna, day, book.keyOfTerminal(merchant, other));
        }

        ValidatableResponse refund(String redemption, long amount) {
            return post(
                            "/redemptions/" + redemption + "/refunds",
                            Map.of("amount", amount, "terminal", terminal, "occurredOn", day.toString()))
                    .statusCode(201);
        }

        /** The same, as it was the day before. */
        Till ofYesterday() {
            return new Till(book, merchant, terminal, anna, day.minusDays(1), key);
        }

        Map<String, Object> sale(String mode, String number, long amount) {
            return Map.of(
                    "mode", mode,
                    "member", anna.id(),
                    "merchant", merchant,
                    "amount", amount,
                    "unit", "PTS",
                    "terminal", terminal,
                    "terminalTransaction", number,
                    "occurredOn", day.toString());
        }

        /** By a desk, which may name the member. */
        String redeem(String mode, String number, long amount) {
            return book.as(Role.OPERATOR)
                    .body(sale(mode, number, amount))
                    .post(book.path() + "/redemptions")
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id");
        }

        ValidatableResponse post(String path, Object body) {
            return book.request(key)
                    .header("Idempotency-Key", UUID.randomUUID().toString())
                    .body(body)
                    .post(book.path() + path)
                    .then();
        }

        JsonPath get(String path) {
            return book.request(key)
                    .get(book.path() + path)
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
        }

        ValidatableResponse reverse(String number) {
            return post(
                            "/redemptions/reversals",
                            Map.of(
                                    "merchant",
                                    merchant,
                                    "terminal",
                                    terminal,
                                    "terminalTransaction",
                                    number,
                                    "occurredOn",
                                    day.toString()))
                    .statusCode(200);
        }

        Map<String, Object> end(Object... more) {
            Map<String, Object> body = new HashMap<>(
                    Map.of("merchant", merchant, "terminal", terminal, "day", day.toString(), "totals", List.of()));
            for (int i = 0; i < more.length; i += 2) {
                body.put((String) more[i], more[i + 1]);
            }
            return body;
        }

        ValidatableResponse close(Object... more) {
            return post("/day-ends", end(more));
        }

        ValidatableResponse preview(LocalDate of) {
            return book.request(key)
                    .get(book.path() + "/day-ends/" + merchant + "/" + terminal + "/" + of)
                    .then()
                    .statusCode(200);
        }
    }

    private Till aTill() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        var terminal = book.aTerminal(merchant);
        var anna = book.aMember().holding(100_000, Unit.PTS);
        return new Till(
                book, merchant, terminal, anna, LocalDate.now(SHANGHAI), book.keyOfTerminal(merchant, terminal));
    }

    private static Map<String, Object> total(String type, int count, long amount) {
        return Map.of("type", type, "count", count, "amount", amount);
    }

    private static Map<String, Object> listed(String type, String transaction, long amount) {
        return Map.of("type", type, "transaction", transaction, "amount", amount);
    }

    @Test
    void closesWhatAgreesInEveryType() {
        var till = aTill();
        till.redeem("SALE", "1", 500);
        String captured = till.redeem("AUTHORIZE", "2", 400);
        till.post(
                        "/redemptions/" + captured + "/capture",
                        Map.of("amount", 300, "occurredOn", till.day().toString()))
                .statusCode(200);
        String voided = till.redeem("AUTHORIZE", "3", 200);
        till.post("/redemptions/" + voided + "/void", Map.of()).statusCode(200);
        till.post(
                        "/redemptions/" + captured + "/refunds",
                        Map.of(
                                "amount",
                                100,
                                "terminal",
                                till.terminal(),
                                "occurredOn",
                                till.day().toString()))
                .statusCode(201);
        till.redeem("SALE", "5", 900);
        till.reverse("5");
        till.reverse("6");
        offline(till, List.of("7"), 50);

        till.close(
                        "totals",
                        List.of(
                                total("SALE", 1, 500),
                                total("CAPTURE", 1, 300),
                                total("VOID", 1, 200),
                                total("REFUND", 1, 100),
                                total("OFFLINE", 1, 50)))
                .statusCode(201)
                .body("status", equalTo("CLOSED"))
                .body("differences", empty())
                .body("totals.type", contains("SALE", "CAPTURE", "OFFLINE", "REFUND", "VOID"))
                .body("numberGaps.after", contains("3"))
                .body("numberGaps.before", contains("5"))
                .body("numberGaps.missing", contains(1));
        till.book()
                .as(Role.AUDITOR)
                .get(till.book().path() + "/day-ends?agrees=YES&terminal=" + till.terminal())
                .then()
                .statusCode(200)
                .body("items", hasSize(1))
                .body("items[0].totals[0].books.amount", equalTo(500))
                .body("next", nullValue());
    }

    /** That they are there it does not learn either. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/day-ends/{merchant}/{terminal}/{day}",
                "/merchants/{merchant}/terminals/{terminal}/gaps?from={day}",
                "/merchants/{merchant}/terminals/{terminal}/allowances/{allowance}",
                "/redemptions/{redemption}/refunds/{entry}"
            })
    void isShownToNoTillOfAnotherMerchantNorAreItsGapsAllowancesAndRefunds(String path) {
        var till = aTillThatHasClosedItsDay();
        String redemption = till.get("/redemptions?terminalTransaction=1").getString("items[0].id");
        int entry = till.get("/redemptions/" + redemption + "/refunds").getInt("items[0].entry");
        String allowance = till.book()
                .as(Role.OPERATOR)
                .body(Map.of("perSale", 1000, "count", 1, "hours", 24))
                .post(till.book().path() + "/merchants/" + till.merchant() + "/terminals/" + till.terminal()
                        + "/allowances")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        String of = path.replace("{merchant}", till.merchant())
                .replace("{terminal}", till.terminal())
                .replace("{day}", till.day().toString())
                .replace("{allowance}", allowance)
                .replace("{redemption}", redemption)
                .replace("{entry}", "" + entry);

        till.get(of);
        till.book()
                .request(keyOfTheSameTerminalElsewhere(till))
                .get(till.book().path() + of)
                .then()
                .statusCode(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?merchant={merchant}", "?terminal={terminal}"})
    void isInNoListOfATillOfAnotherMerchant(String filter) {
        var till = aTillThatHasClosedItsDay();
        String path =
                "/day-ends" + filter.replace("{merchant}", till.merchant()).replace("{terminal}", till.terminal());

        assertThat(till.get(path).getList("items")).hasSize(1);
        till.book()
                .request(keyOfTheSameTerminalElsewhere(till))
                .get(till.book().path() + path)
                .then()
                .statusCode(200)
                .body("items", empty());
    }

    private Till aTillThatHasClosedItsDay() {
        var till = aTill();
        till.refund(till.redeem("SALE", "1", 500), 100);
        till.close("totals", List.of(total("SALE", 1, 500), total("REFUND", 1, 100)))
                .statusCode(201);
        return till;
    }

    private static String keyOfTheSameTerminalElsewhere(Till till) {
        var other = till.book().aMerchant();
        return till.book().keyOfTerminal(other, till.book().aTerminal(other, till.terminal(), false));
    }

    private static void offline(Till till, List<String> numbers, long amount) {
        var path = till.book().path() + "/merchants/" + till.merchant() + "/terminals/" + till.terminal();
        var allowance = till.book()
                .as(Role.OPERATOR)
                .body(Map.of("perSale", 1000, "count", 1000, "hours", 24))
                .post(path + "/allowances")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath();
        till.post(
                        "/redemptions/offline",
                        Map.of(
                                "merchant", till.merchant(),
                                "terminal", till.terminal(),
                                "allowance", allowance.getString("id"),
                                "signature", allowance.getString("signature"),
                                "rows",
                                        numbers.stream()
                                                .map(number -> Map.of(
                                                        "terminalTransaction",
                                                        number,
                                                        "member",
                                                        till.anna().id(),
                                                        "amount",
                                                        amount,
                                                        "at",
                                                        allowance.getString("validFrom")))
                                                .toList()))
                .statusCode(200)
                .body("created", equalTo(numbers.size()));
    }

    @Test
    void tellsEachKindOfDifferenceAndStaysOpenUntilTheyAreAccepted() {
        var till = aTill();
        till.redeem("SALE", "1", 500);
        till.redeem("SALE", "2", 300);
        till.redeem("SALE", "3", 200);
        Object totals = List.of(total("SALE", 3, 1001), total("CAPTURE", 1, 7));
        Object list = List.of(
                listed("SALE", "1", 500),
                listed("SALE", "2", 301),
                listed("SALE", "4", 200),
                listed("CAPTURE", "9", 7));

        till.close("totals", totals, "transactions", list)
                .statusCode(409)
                .body("code", equalTo("day-differs"))
                .body("count", equalTo(4))
                .body("differences.kind", contains("DIFFERENT", "NOT_AT_TILL", "NOT_IN_BOOKS", "NOT_IN_BOOKS"))
                .body("differences.transaction", contains("2", "3", "4", "9"))
                .body("differences[0].books.amount", equalTo(300))
                .body("differences[0].till.amount", equalTo(301))
                .body("differences[1].booked[0].amount", equalTo(200));
        till.close("totals", totals)
                .statusCode(409)
                .body("differences.kind", contains("TOTAL", "TOTAL"))
                .body("differences[0].booked.terminalTransaction", contains("1", "2", "3"));
        till.preview(till.day()).body("status", equalTo("OPEN")).body("totals[0].books.count", equalTo(3));
        till.close("totals", totals, "acceptDifferences", true)
                .statusCode(400)
                .body("errors.field", contains("reason"));
        till.close("totals", totals, "transactions", list, "acceptDifferences", true, "reason", "换机")
                .statusCode(201)
                .body("differences", hasSize(4));
        till.preview(till.day())
                .body("status", equalTo("CLOSED"))
                .body("differences", hasSize(4))
                .body("reason", equalTo("换机"));
    }

    /** A till that keeps no list is told of each of its sales, and the office reads them with the day, and in the list of days. */
    @Test
    void tellsEveryTransactionOfATotalThatDiffers() {
        var till = aTill();
        List<String> numbers =
                IntStream.rangeClosed(1, 510).mapToObj(n -> "A-" + n).toList();
        offline(till, numbers, 1);
        Object totals = List.of(total("OFFLINE", 509, 509));

        List<String> told = till.close("totals", totals)
                .statusCode(409)
                .body("code", equalTo("day-differs"))
                .body("count", equalTo(1))
                .extract()
                .path("differences[0].booked.terminalTransaction");
        assertThat(told).containsExactlyInAnyOrderElementsOf(numbers);
        till.close("totals", totals, "acceptDifferences", true, "reason", "换机")
                .statusCode(201)
                .body("differences[0].booked", hasSize(510));
        till.preview(till.day()).body("differences[0].booked", hasSize(510));
        till.book()
                .as(Role.AUDITOR)
                .get(till.book().path() + "/day-ends?agrees=NO")
                .then()
                .statusCode(200)
                .body("items[0].differences[0].booked", hasSize(510));
    }

    /** Days that tell much are told on more pages, and no page is too much for who reads it. */
    @Test
    void aPageOfDaysEndsWhereItHasToldMuch() {
        var till = aTill();
        List<String> days = IntStream.rangeClosed(1, 7)
                .mapToObj(day -> LocalDate.of(2025, 6, day).toString())
                .toList();
        for (String day : days) {
            pool.preparedQuery("""
                            INSERT INTO redemption_day_end (book_id, merchant, terminal, day, closed_at, content, report,
                                                            agrees, client_id, client)
                            SELECT $1::smallint, $2::text, $3::text, $4::date, now(), sha256(''),
                                   format('{"totals":[],"differences":[],"gaps":[{"after":"A-%s1","before":"A-%s3","missing":1}]}',
                                          zeros, zeros),
                                   true, 1, 'test'
                            FROM repeat('0', 1000000) zeros
                            """)
                    .execute(Tuple.of((short) till.book().id(), till.merchant(), till.terminal(), LocalDate.parse(day)))
                    .await()
                    .indefinitely();
        }

        List<String> told = new ArrayList<>();
        List<Integer> pages = new ArrayList<>();
        String next = "";
        while (next != null) {
            var page = till.book()
                    .as(Role.AUDITOR)
                    .get(till.book().path() + "/day-ends?limit=500" + next)
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            told.addAll(page.getList("items.day"));
            pages.add(page.getList("items").size());
            next = page.getString("next") == null ? null : "&after=" + page.getString("next");
        }

        assertThat(told).isEqualTo(days);
        assertThat(pages).containsExactly(3, 3, 1);
    }

    // ---- clocks --------------------------------------------------------------------------------------------------

    @Test
    void countsToALaterDayWhatIsRecordedAfterTheClockWasSetBack() {
        var till = aTill();
        till.redeem("SALE", "1", 500);
        till.redeem("SALE", "2", 100);
        String held = till.redeem("AUTHORIZE", "3", 200);
        Instant fast = Instant.now().plusSeconds(60);
        var order = new DayEnds.Order(
                till.merchant(),
                till.terminal(),
                till.day(),
                new Tally(Map.of(DayBook.Type.SALE, new DayBook.Total(2, 600)), null),
                new Attribution(DESK.id(), DESK.name(), null, null, null),
                null);
        Answer closed = dayEnds.close(ask(till, fast), handle(till), DESK, order)
                .await()
                .indefinitely();
        assertThat(closed.status()).isEqualTo(201);

        till.redeem("SALE", "4", 300);
        till.post("/redemptions/" + held + "/void", Map.of()).statusCode(200);
        till.reverse("2");

        till.preview(till.day().plusDays(1))
                .body("totals.type", contains("SALE", "REFUND", "VOID"))
                .body("totals.books.amount", contains(300, 100, 200));
    }

    /** By the answer's time: a process whose clock is slow, or a request that waited over midnight. */
    @Test
    void happensOnTheDayOnWhichItIsDecidedWhereNoneIsGiven() {
        var till = aTill();
        LocalDate tomorrow = till.day().plusDays(1);
        Instant midnight = tomorrow.atStartOfDay(SHANGHAI).toInstant();
        var note = new Note(
                till.day(), new Attribution(DESK.id(), DESK.name(), null, null, null), null, null, null, false);

        JsonPath sale = redeem(till, midnight, Redemption.Mode.SALE, "1", 500, note);
        UUID sold = UUID.fromString(sale.getString("id"));
        redeem(till, midnight, Redemption.Mode.SALE, "2", 70, note);
        JsonPath held = redeem(till, midnight, Redemption.Mode.AUTHORIZE, "3", 200, note);
        assertThat(List.of(sale.getString("occurredOn"), held.getString("occurredOn")))
                .containsOnly(tomorrow.toString());
        Answer captured = redemptions
                .capture(
                        ask(till, midnight), handle(till), Sight.ALL, UUID.fromString(held.getString("id")), null, note)
                .await()
                .indefinitely();
        assertThat(captured.status()).isEqualTo(200);
        Answer refunded = redemptions
                .refund(
                        ask(till, midnight),
                        handle(till),
                        Sight.ALL,
                        sold,
                        new Redemptions.GivenBack(30L, till.terminal(), note))
                .await()
                .indefinitely();
        assertThat(json(refunded).getString("occurredOn")).isEqualTo(tomorrow.toString());
        redeem(till, midnight, Redemption.Mode.SALE, "4", 90, note);
        var given = new Transaction.Key(till.book().id(), till.merchant(), new Redemption.Till(till.terminal(), "4"));
        Answer reversed = redemptions
                .reverse(ask(till, midnight), handle(till), Sight.ALL, given, note)
                .await()
                .indefinitely();
        assertThat(reversed.status()).isEqualTo(200);
        List<LocalDate> days = new ArrayList<>();
        pool.preparedQuery("SELECT occurred_on FROM ledger_entry WHERE book_id = $1 AND type LIKE 'REDEEM%'")
                .execute(Tuple.of((short) till.book().id()))
                .await()
                .indefinitely()
                .forEach(row -> days.add(row.getLocalDate(0)));

        assertThat(days).hasSize(6).containsOnly(tomorrow);
        till.preview(tomorrow)
                .body("totals.type", contains("SALE", "CAPTURE", "REFUND"))
                .body("totals.books.amount", contains(570, 200, 30));
    }

    @Test
    void aReversalBeyondTheMerchantsLimitIsTheSameInTheDayEndTheFileTheStatementAndTheSettlements() {
        var book = bank.aBook().since(noon("2025-01-01"));
        var merchant = book.aMerchant();
        var terminal = book.aTerminal(merchant);
        var anna = book.aMember();
        book.postAt(
                noon("2025-01-02"),
                EntryType.OPENING,
                draft -> draft.debit(new Holder(book.id(), Chart.OPENING, "", Unit.PTS), 1_000_140)
                        .credit(anna.holder(Unit.PTS), 1_000_140),
                anna.holder(Unit.PTS),
                new Holder(book.id(), Chart.OPENING, "", Unit.PTS));
        var till = new Till(
                book, merchant, terminal, anna, LocalDate.parse("2025-01-10"), book.keyOfTerminal(merchant, terminal));
        String number = redeem(till, noon("2025-01-10"), Redemption.Mode.SALE, "1", 1_000_100, noteOf("2025-01-10"))
                .getString("terminalTransaction");
        var order = new DayEnds.Order(
                merchant,
                terminal,
                till.day(),
                new Tally(Map.of(DayBook.Type.SALE, new DayBook.Total(1, 1_000_100)), null),
                noteOf("2025-01-10").by(),
                null);
        Answer ended = dayEnds.close(ask(till, noon("2025-01-11")), handle(till), DESK, order)
                .await()
                .indefinitely();
        assertThat(ended.status()).isEqualTo(201);
        assertThat(settled(till, "2025-01-11", "2025-01-10").status()).isEqualTo(201);

        Answer reversed = redemptions
                .reverse(
                        ask(till, noon("2025-01-12")),
                        handle(till),
                        Sight.ALL,
                        new Transaction.Key(book.id(), merchant, new Redemption.Till(terminal, number)),
                        noteOf("2025-01-12"))
                .await()
                .indefinitely();
        assertThat(reversed.status()).isEqualTo(200);
        redeem(till, noon("2025-01-13"), Redemption.Mode.SALE, "2", 1_000_140, noteOf("2025-01-13"));

        till.preview(LocalDate.parse("2025-01-12"))
                .body("totals.type", contains("REFUND"))
                .body("totals.books.amount", contains(1_000_100));
        assertThat(book.as(Role.AUDITOR)
                        .get(book.path() + "/merchants/" + merchant + "/files/2025-01-12/transactions")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString()
                        .lines())
                .first()
                .isEqualTo("file,transactions,merchant," + merchant + ",day,2025-01-12,unit,PTS,count,1,sum,-1000100");
        book.as(Role.AUDITOR)
                .get(book.path() + "/merchants/" + merchant + "/settlement-statement?from=2025-01-12&to=2025-01-12")
                .then()
                .body("opening", equalTo(0))
                .body("refunds", equalTo(1_000_100))
                .body("closing", equalTo(-1_000_100));
        Answer owing = settled(till, "2025-01-13", "2025-01-12");
        assertThat(owing.status()).isEqualTo(422);
        assertThat(json(owing).getLong("carriedOver")).isEqualTo(-1_000_100);
        Answer after = settled(till, "2025-01-14", "2025-01-13");
        assertThat(after.status()).isEqualTo(201);
        assertThat(json(after).getLong("earned")).isEqualTo(40);
        assertThat(json(after).getLong("amount")).isEqualTo(40);
        book.as(Role.AUDITOR)
                .get(book.path() + "/reconciliations")
                .then()
                .statusCode(200)
                .body("agrees", equalTo(true))
                .body("items.find { it.name == 'MERCHANT_PAYABLE' }.left", equalTo(0));
    }

    private static Instant noon(String day) {
        return LocalDate.parse(day).atTime(12, 0).atZone(SHANGHAI).toInstant();
    }

    private static Note noteOf(String day) {
        return new Note(
                LocalDate.parse(day), new Attribution(DESK.id(), DESK.name(), null, null, null), null, null, null);
    }

    /** What the closing of a batch came to, on a day through another. */
    private Answer settled(Till till, String day, String through) {
        return settlements
                .close(
                        ask(till, noon(day)),
                        handle(till),
                        new Settlements.Closing(till.merchant(), LocalDate.parse(through), "W-001", noteOf(day)))
                .await()
                .indefinitely();
    }

    /** The merchant adds its file up by terminal, and has what its tills have closed. */
    @Test
    void theFileOfADayComesByTerminalToItsDayEnds() {
        Instant noon = Instant.parse("2025-06-09T04:00:00Z");
        var book = bank.aBook().since(noon.minusSeconds(60));
        var merchant = book.aMerchant();
        var terminal = book.aTerminal(merchant);
        var anna = book.aMember();
        Holder points = Holder.of(book.id(), Chart.MEMBER_POINTS, anna.id());
        Holder opening = new Holder(book.id(), Chart.OPENING, "", Unit.PTS);
        book.postAt(noon, EntryType.OPENING, legs -> legs.debit(opening, 5000).credit(points, 5000), opening, points);
        var till = new Till(
                book, merchant, terminal, anna, LocalDate.of(2025, 6, 9), book.keyOfTerminal(merchant, terminal));
        var other = till.beside();
        var note =
                new Note(till.day(), new Attribution(DESK.id(), DESK.name(), null, null, null), null, null, null, true);
        String first = redeem(till, noon, Redemption.Mode.SALE, "1", 500, note).getString("id");
        String second = redeem(till, noon, Redemption.Mode.SALE, "2", 300, note).getString("id");
        redeem(other, noon, Redemption.Mode.SALE, "1", 100, note);
        redeem(till, noon, Redemption.Mode.SALE, "3", 70, note);
        giveBack(till, noon, first, 200L, other.terminal(), note);
        giveBack(till, noon, second, 50L, null, note);
        for (String number : List.of("2", "3")) {
            var given = new Transaction.Key(book.id(), merchant, new Redemption.Till(terminal, number));
            assertThat(redemptions
                            .reverse(ask(till, noon), handle(till), Sight.ALL, given, note)
                            .await()
                            .indefinitely()
                            .status())
                    .isEqualTo(200);
        }

        String file = book.as(Role.AUDITOR)
                .get(book.path() + "/merchants/" + merchant + "/files/2025-06-09/transactions")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        List<String[]> rows =
                file.lines().skip(2).map(line -> line.split(",", -1)).toList();

        assertThat(ofDay(till)).isEqualTo(550);
        assertThat(ofDay(other)).isEqualTo(-100);
        assertThat(rows.stream()
                        .collect(Collectors.groupingBy(
                                row -> row[5], Collectors.summingLong(row -> Long.parseLong(row[8])))))
                .isEqualTo(Map.of(terminal, 550L, other.terminal(), -100L, "", -50L));
        assertThat(file.lines().findFirst().orElseThrow()).endsWith(",count,8,sum,400");
        assertThat(rows.stream().filter(row -> row[4].equals(first)))
                .hasSize(2)
                .allSatisfy(row -> assertThat(List.of(row[6], row[10])).containsExactly("1", terminal));
    }

    private void giveBack(Till till, Instant at, String redemption, long amount, @Nullable String terminal, Note note) {
        Answer answer = redemptions
                .refund(
                        ask(till, at),
                        handle(till),
                        Sight.ALL,
                        UUID.fromString(redemption),
                        new Redemptions.GivenBack(amount, terminal, note))
                .await()
                .indefinitely();
        assertThat(answer.status()).isEqualTo(201);
    }

    /** What a day's end comes to: sold, captured and uploaded less given back. */
    private static long ofDay(Till till) {
        JsonPath day = till.preview(till.day()).extract().jsonPath();
        List<String> types = day.getList("totals.type");
        long sum = 0;
        for (int i = 0; i < types.size(); i++) {
            long amount = day.getLong("totals[" + i + "].books.amount");
            sum += types.get(i).equals("REFUND") ? -amount : amount;
        }
        return sum;
    }

    private static final Client DESK =
            new Client(999_999, "desk", Set.of(Role.OPERATOR), Set.of(Client.EVERY_BOOK), null, null);

    private JsonPath redeem(Till till, Instant at, Redemption.Mode mode, String number, long amount, Note note) {
        var order = new Redeeming.Order(
                mode,
                till.anna().id(),
                null,
                till.merchant(),
                amount,
                Unit.PTS,
                null,
                0,
                Duration.ofHours(1),
                new Redemption.Till(till.terminal(), number),
                List.of(),
                new byte[32],
                note);
        Answer answer = redemptions
                .redeem(ask(till, at), handle(till), DESK.id(), Sight.ALL, order)
                .await()
                .indefinitely();
        assertThat(answer.status()).isEqualTo(201);
        return json(answer);
    }

    private static JsonPath json(Answer answer) {
        return JsonPath.from(new String(answer.body(), StandardCharsets.UTF_8));
    }

    private static BookHandle handle(Till till) {
        return new BookHandle(till.book().id(), till.book().code(), SHANGHAI);
    }

    private static Ask ask(Till till, Instant clock) {
        return new Ask(
                new Importer(DESK.id()),
                till.book().id(),
                new IdempotencyKey(UUID.randomUUID().toString()),
                new byte[32],
                Language.EN,
                "/",
                clock);
    }

    /** Answers are kept for ever, and what a person wrote can be erased. */
    @Test
    void theReasonIsInNoAnswerThatIsKept() {
        var till = aTill();
        Object[] end = {"totals", List.of(total("SALE", 1, 500)), "acceptDifferences", true, "reason", "老王弄丢了小票"};

        String first = till.close(end)
                .statusCode(201)
                .body("differences", hasSize(1))
                .body("reason", nullValue())
                .extract()
                .asString();
        String again = till.close(end)
                .statusCode(201)
                .header("Idempotent-Replayed", equalTo("true"))
                .extract()
                .asString();

        assertThat(again).isEqualTo(first);
        List<String> kept = new ArrayList<>();
        pool.preparedQuery("SELECT convert_from(body, 'UTF8') FROM commit_answer WHERE book_id = $1")
                .execute(Tuple.of((short) till.book().id()))
                .await()
                .indefinitely()
                .forEach(row -> kept.add(row.getString(0)));
        assertThat(kept).contains(first).noneMatch(body -> body.contains("老王"));
        till.preview(till.day()).body("reason", equalTo("老王弄丢了小票"));
    }

    @Test
    void refusesAListThatDoesNotComeToItsTotals() {
        var till = aTill();

        till.close("totals", List.of(total("SALE", 1, 5)), "transactions", List.of(listed("SALE", "1", 6)))
                .statusCode(400)
                .body("errors.field", contains("transactions"));
        till.close("totals", List.of(total("SALE", 0, 0), total("VOID", 0, 0)), "transactions", List.of())
                .statusCode(201);
    }

    @Test
    void theSameContentIsTheSameHoweverItIsWritten() {
        var till = aTill();
        till.redeem("SALE", "1", 500);
        till.redeem("SALE", "2", 300);
        var voided = till.redeem("AUTHORIZE", "3", 200);
        till.post("/redemptions/" + voided + "/void", Map.of()).statusCode(200);
        var sales = total("SALE", 2, 800);
        var voids = total("VOID", 1, 200);
        var one = listed("SALE", "1", 500);
        var two = listed("SALE", "2", 300);
        var three = listed("VOID", "3", 200);

        String first = till.close("totals", List.of(sales, voids), "transactions", List.of(one, two, three))
                .statusCode(201)
                .extract()
                .asString();
        Object[][] same = {
            {"totals", List.of(voids, sales), "transactions", List.of(three, two, one)},
            {"totals", List.of(sales, voids, total("OFFLINE", 0, 0)), "transactions", List.of(one, two, three)},
            {
                "totals",
                List.of(sales, voids),
                "transactions",
                List.of(one, two, three),
                "acceptDifferences",
                true,
                "reason",
                "没有差异"
            },
        };
        Object[][] other = {
            {"totals", List.of(sales, voids)},
            {
                "totals",
                List.of(sales, voids),
                "transactions",
                List.of(listed("SALE", "1", 300), listed("SALE", "2", 500), three)
            },
            {"totals", List.of(sales, voids), "transactions", List.of(one, listed("SALE", "1", 300), three)},
            {"totals", List.of(sales, voids), "transactions", List.of(one, two, three), "actor", "C-1"},
        };

        for (Object[] end : same) {
            assertThat(till.close(end)
                            .statusCode(201)
                            .header("Idempotent-Replayed", equalTo("true"))
                            .extract()
                            .asString())
                    .isEqualTo(first);
        }
        for (Object[] end : other) {
            till.close(end).statusCode(409).body("code", equalTo("day-closed"));
        }
    }

    @Test
    void whyDifferencesWereAcceptedIsContent() {
        var till = aTill();
        Object totals = List.of(total("SALE", 1, 500));
        till.close("totals", totals, "acceptDifferences", true, "reason", "换机").statusCode(201);

        till.close("totals", totals, "acceptDifferences", true, "reason", "换机").statusCode(201);
        till.close("totals", totals, "acceptDifferences", true, "reason", "丢失")
                .statusCode(409)
                .body("code", equalTo("day-closed"));
        till.close("totals", totals).statusCode(409).body("code", equalTo("day-closed"));
    }

    @Test
    void isClosedOnceAndAnsweredAgain() {
        var till = aTill();
        till.redeem("SALE", "1", 500);
        Object totals = List.of(total("SALE", 1, 500));

        String first = till.close("totals", totals).statusCode(201).extract().asString();
        String again = till.close("totals", totals)
                .statusCode(201)
                .header("Idempotent-Replayed", equalTo("true"))
                .extract()
                .asString();
        till.close("totals", List.of()).statusCode(409).body("code", equalTo("day-closed"));

        assertThat(again).isEqualTo(first);
        till.book()
                .request(till.key())
                .get(till.book().path() + "/day-ends/" + till.merchant() + "/" + till.terminal() + "/" + till.day())
                .then()
                .statusCode(200)
                .body("totals[0].books.count", equalTo(1));
    }

    @Test
    void hasOneEndWhenManyCloseAtOnce() throws Exception {
        var till = aTill();
        till.redeem("SALE", "1", 500);
        List<Object> bodies = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            bodies.add(till.end("totals", List.of(total("SALE", 1, 500)), "actor", "C-" + i % 2));
        }

        Set<String> closed = new HashSet<>();
        List<Integer> statuses = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(64)) {
            List<Future<ValidatableResponse>> answers = new ArrayList<>();
            bodies.forEach(body -> answers.add(threads.submit(() -> till.post("/day-ends", body))));
            for (Future<ValidatableResponse> answer : answers) {
                var response = answer.get().extract();
                statuses.add(response.statusCode());
                if (response.statusCode() == 201) {
                    closed.add(response.asString());
                }
            }
        }

        assertThat(closed).hasSize(1);
        assertThat(statuses).hasSize(64).containsOnly(201, 409);
        assertThat(statuses.stream().filter(status -> status == 201)).hasSize(32);
    }

    /** The till lost the answer at midnight, or its power in the evening, and closes yesterday behind its reversal. */
    @Test
    void aReversalOfTheNextDayUndoesASaleWhoseDayIsOpen() {
        var today = aTill();
        var till = today.ofYesterday();
        till.redeem("SALE", "1", 500);
        till.redeem("SALE", "2", 300);

        today.reverse("1").body("outcome", equalTo("REFUNDED"));

        till.close("totals", List.of(total("SALE", 1, 300))).statusCode(201);
        today.preview(today.day()).body("totals", hasSize(0));
        today.reverse("2").body("outcome", equalTo("REFUNDED"));
        today.preview(today.day()).body("totals.type", contains("REFUND"));
    }

    /** Yesterday stays open while today is closed with a refund of its sale. */
    @Test
    void aReversalOfASaleOfWhichARefundIsClosedIsARefund() {
        var today = aTill();
        var till = today.ofYesterday();
        String sold = till.redeem("SALE", "1", 500);
        today.post(
                        "/redemptions/" + sold + "/refunds",
                        Map.of(
                                "amount",
                                200,
                                "terminal",
                                today.terminal(),
                                "occurredOn",
                                today.day().toString()))
                .statusCode(201);
        today.close("totals", List.of(total("REFUND", 1, 200))).statusCode(201);

        today.reverse("1").body("outcome", equalTo("REFUNDED"));

        till.close("totals", List.of(total("SALE", 1, 500))).statusCode(201);
        today.preview(today.day().plusDays(1))
                .body("totals.type", contains("REFUND"))
                .body("totals[0].books.amount", equalTo(300));
    }

    /** The other till's numbers have the refund, so that the sale and its reversal stand in those of this one. */
    @Test
    void aReversalOfASaleThatAnotherTillRefundedIsARefund() {
        var till = aTill();
        var other = till.beside();
        String sold = till.redeem("SALE", "1", 500);
        till.refund(sold, 70);
        other.refund(sold, 200);

        till.reverse("1").body("outcome", equalTo("REFUNDED"));

        till.close("totals", List.of(total("SALE", 1, 500), total("REFUND", 2, 300)))
                .statusCode(201);
        other.close("totals", List.of(total("REFUND", 1, 200))).statusCode(201);
    }

    /** Nobody's numbers have it; the desk gave back what the merchant was owed for the sale. */
    @Test
    void aReversalOfASaleThatADeskRefundedLeavesTheSale() {
        var till = aTill();
        String sold = till.redeem("SALE", "1", 500);
        till.book()
                .as(Role.COORDINATOR)
                .body(Map.of("amount", 500))
                .post(till.book().path() + "/redemptions/" + sold + "/refunds")
                .then()
                .statusCode(201);

        till.reverse("1").body("outcome", equalTo("REFUNDED"));

        till.close("totals", List.of(total("SALE", 1, 500))).statusCode(201);
    }

    @Test
    void whatComesAfterClosingCountsToTheNextDay() {
        var till = aTill();
        till.redeem("SALE", "1", 500);
        till.redeem("SALE", "2", 300);
        till.close("totals", List.of(total("SALE", 2, 800))).statusCode(201);

        till.redeem("SALE", "3", 70);
        till.reverse("2").body("outcome", equalTo("REFUNDED"));
        till.redeem("SALE", "4", 60);
        till.reverse("4");

        till.preview(till.day()).body("status", equalTo("CLOSED")).body("totals[0].books.amount", equalTo(800));
        till.preview(till.day().plusDays(1))
                .body("status", equalTo("OPEN"))
                .body("totals.type", contains("SALE", "REFUND"))
                .body("totals[0].books.count", equalTo(1))
                .body("totals[0].books.amount", equalTo(70))
                .body("totals[1].books.count", equalTo(1))
                .body("totals[1].books.amount", equalTo(300));
    }

    @Test
    void refusesADayThatHasNotBegunAndWhatIsNotTheTills() {
        var till = aTill();
        var other = aTill();

        till.close("day", LocalDate.now(SHANGHAI).plusDays(2).toString())
                .statusCode(422)
                .body("code", equalTo("day-in-future"));
        till.close("terminal", "GHOST").statusCode(422).body("code", equalTo("other-terminal"));
        till.close("merchant", other.merchant()).statusCode(422).body("code", equalTo("unknown-merchant"));
        till.book()
                .as(Role.OPERATOR)
                .body(till.end("terminal", "GHOST"))
                .post(till.book().path() + "/day-ends")
                .then()
                .statusCode(422)
                .body("code", equalTo("terminal-unknown"));
    }

    @Test
    void keepsTheRefusalOfWhatIsNotTheTillsUnderItsKey() {
        var till = aTill();
        keyed(till, till.end("terminal", "GHOST"))
                .statusCode(422)
                .body("code", equalTo("other-terminal"))
                .header("Idempotent-Replayed", nullValue());
        keyed(till, till.end("terminal", "GHOST"))
                .statusCode(422)
                .body("code", equalTo("other-terminal"))
                .header("Idempotent-Replayed", "true");
        keyed(till, till.end()).statusCode(422).body("code", equalTo("idempotency-key-reused"));
    }

    private static ValidatableResponse keyed(Till till, Object body) {
        return till.book()
                .request(till.key())
                .header("Idempotency-Key", "k1")
                .body(body)
                .post(till.book().path() + "/day-ends")
                .then();
    }

    @Test
    void tellsGapsInNumbersThatEndInDigits() {
        var till = aTill();
        for (String number : List.of("A-0001", "A-0002", "A-0005", "B-7", "B-9", "C", "A-0009")) {
            till.redeem("SALE", number, 1);
        }
        till.reverse("A-0004");
        var path = till.book().path() + "/merchants/" + till.merchant() + "/terminals/" + till.terminal()
                + "/gaps?from=" + till.day() + "&to=" + LocalDate.now(SHANGHAI);

        till.book()
                .request(till.key())
                .get(path)
                .then()
                .statusCode(200)
                .body("items.after", contains("A-0002", "A-0005", "B-7"))
                .body("items.before", contains("A-0004", "A-0009", "B-9"))
                .body("items.missing", contains(1, 3, 1))
                .body("next", nullValue());
        String next = till.book()
                .request(till.key())
                .get(path + "&limit=2")
                .then()
                .body("items", hasSize(2))
                .extract()
                .path("next");
        till.book()
                .request(till.key())
                .get(path + "&limit=2&after=" + next)
                .then()
                .body("items.after", contains("B-7"))
                .body("next", nullValue());
        till.book()
                .request(till.key())
                .get(path.replaceAll("from=[^&]*", "from=1999-01-01"))
                .then()
                .statusCode(400);
    }

    /** What is missing between them is of neither day alone; the day that ends the gap tells it. */
    @Test
    void tellsTheGapOverMidnightToo() {
        var till = aTill();
        var yesterday = till.ofYesterday();
        yesterday.redeem("SALE", "A-15", 1);
        yesterday.redeem("SALE", "A-17", 1);
        yesterday.redeem("SALE", "B-9", 1);
        new Till(
                        till.book(),
                        till.merchant(),
                        till.terminal(),
                        till.anna(),
                        till.day().minusDays(3),
                        till.key())
                .redeem("SALE", "A-12", 1);
        for (String number : List.of("A-20", "A-21", "B-10", "C-7")) {
            till.redeem("SALE", number, 1);
        }

        till.preview(yesterday.day())
                .body("numberGaps.after", contains("A-12", "A-15"))
                .body("numberGaps.before", contains("A-15", "A-17"));
        till.close("totals", List.of(total("SALE", 4, 4)))
                .statusCode(201)
                .body("numberGaps.after", contains("A-17"))
                .body("numberGaps.before", contains("A-20"))
                .body("numberGaps.missing", contains(2));
    }

    /** The number of a reversal is seen as well, though nothing came of it. */
    @Test
    void aTombstoneIsTheLastNumberBeforeMidnight() {
        var till = aTill();
        till.ofYesterday().redeem("SALE", "A-17", 1);
        till.reverse("A-18");
        pool.preparedQuery(
                        "UPDATE redemption_tombstone SET reversed_at = reversed_at - interval '1 day' WHERE book_id = $1")
                .execute(Tuple.of((short) till.book().id()))
                .await()
                .indefinitely();
        till.redeem("SALE", "A-20", 1);

        till.preview(till.day()).body("numberGaps.after", contains("A-18")).body("numberGaps.missing", contains(1));
    }

    @Test
    void aTerminalThatNumbersAnewOrHasNoDayBeforeSkippedNothingOverMidnight() {
        var till = aTill();
        till.redeem("SALE", "4", 1);
        till.preview(till.day()).body("numberGaps", empty());
        till.ofYesterday().redeem("SALE", "900", 1);
        till.ofYesterday().redeem("SALE", "901", 1);

        till.redeem("SALE", "6", 1);

        till.preview(till.day()).body("numberGaps.after", contains("4")).body("numberGaps.before", contains("6"));
    }

    /** The till sends what was missing as soon as it reads of it. */
    @Test
    void aGapThatIsFilledMeanwhileHidesNoneBehindIt() {
        var till = aTill();
        for (String number : List.of("H-1", "H-3", "H-5", "H-7", "H-8", "H-10", "K-1", "K-3")) {
            till.redeem("SALE", number, 1);
        }
        var path = till.book().path() + "/merchants/" + till.merchant() + "/terminals/" + till.terminal()
                + "/gaps?from=" + till.day() + "&to=" + LocalDate.now(SHANGHAI);

        String next = till.book()
                .request(till.key())
                .get(path + "&limit=1")
                .then()
                .statusCode(200)
                .body("items.before", contains("H-3"))
                .extract()
                .path("next");
        till.redeem("SALE", "H-2", 1);

        till.book()
                .request(till.key())
                .get(path + "&after=" + next)
                .then()
                .statusCode(200)
                .body("items.before", contains("H-5", "H-7", "H-10", "K-3"));
        till.book()
                .request(till.key())
                .get(path + "&after=" + cursor("H-9"))
                .then()
                .statusCode(200)
                .body("items.before", contains("H-10", "K-3"));
        till.book()
                .request(till.key())
                .get(path + "&after=" + cursor("H"))
                .then()
                .statusCode(400)
                .body("errors.field", contains("after"));
    }

    private static String cursor(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    // ---- without a database --------------------------------------------------------------------------------------

    private static final LocalDate MONDAY = LocalDate.of(2025, 6, 9);
    private static final Instant CLOSING = Instant.parse("2025-06-09T13:00:00Z"); // 21:00 in Shanghai

    private static DayBook monday(Map<LocalDate, Instant> closings) {
        return new DayBook(
                new DayBook.Key(1, "M", "T", MONDAY), SHANGHAI, List.of(), closings, List.of(), List.of(), null);
    }

    @Test
    void countsToTheDayOfHappeningUntilThatIsClosed() {
        var closed = monday(Map.of(MONDAY, CLOSING));
        var bothClosed = monday(Map.of(MONDAY, CLOSING, MONDAY.plusDays(1), CLOSING.plusSeconds(86_400)));

        assertThat(closed.dayOf(new DayBook.Moment(MONDAY, CLOSING.minusNanos(1000))))
                .isEqualTo(MONDAY);
        assertThat(closed.dayOf(new DayBook.Moment(MONDAY, CLOSING))).isEqualTo(MONDAY.plusDays(1));
        assertThat(closed.dayOf(new DayBook.Moment(MONDAY.minusDays(3), CLOSING)))
                .isEqualTo(MONDAY.minusDays(3));
        assertThat(bothClosed.dayOf(new DayBook.Moment(MONDAY, CLOSING.plusSeconds(86_399))))
                .isEqualTo(MONDAY.plusDays(1));
        assertThat(bothClosed.dayOf(new DayBook.Moment(MONDAY, CLOSING.plusSeconds(86_400))))
                .isEqualTo(MONDAY.plusDays(2));
        assertThat(bothClosed.dayOf(new DayBook.Moment(MONDAY, CLOSING.plusSeconds(10 * 86_400))))
                .isEqualTo(MONDAY.plusDays(10));
    }

    private static final UUID SOLD = new UUID(0, 1);

    /** What may happen to a sale and to the days around it; one happens each hour, from Monday 9:00 in Shanghai. */
    private enum Happening {
        SALE,
        REFUND,
        REVERSAL,
        CLOSE_MONDAY,
        CLOSE_TUESDAY,
        CLOSE_WEDNESDAY
    }

    /**
     * A sale of Monday, a refund of Tuesday, a reversal: whatever was closed before what, the days come to nothing. Those of
     * two tills, which are closed together, when the refund is another's.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theDaysComeToWhatWasMovedInWhateverOrderTheyAreClosed(boolean refundedHere) {
        int orders = 0;
        for (List<Happening> order : orders(List.of(), List.of(Happening.values()))) {
            if (order.indexOf(Happening.SALE) < order.indexOf(Happening.REFUND)
                    && order.indexOf(Happening.REFUND) < order.indexOf(Happening.REVERSAL)) {
                assertThat(ofAllDays(order, refundedHere)).as("%s", order).isZero();
                orders++;
            }
        }

        assertThat(orders).isEqualTo(720 / 6);
    }

    private static List<List<Happening>> orders(List<Happening> begun, List<Happening> left) {
        if (left.isEmpty()) {
            return List.of(begun);
        }
        List<List<Happening>> all = new ArrayList<>();
        for (Happening next : left) {
            List<Happening> with = new ArrayList<>(begun);
            with.add(next);
            all.addAll(orders(with, left.stream().filter(other -> other != next).toList()));
        }
        return all;
    }

    /** A closed day with its numbers of then, an open one with those of the end. */
    private static long ofAllDays(List<Happening> order, boolean refundedHere) {
        Map<LocalDate, Long> numbers = new HashMap<>();
        for (LocalDate day = MONDAY; day.isBefore(MONDAY.plusDays(7)); day = day.plusDays(1)) {
            int closing = switch (day.getDayOfWeek()) {
                case MONDAY -> order.indexOf(Happening.CLOSE_MONDAY);
                case TUESDAY -> order.indexOf(Happening.CLOSE_TUESDAY);
                case WEDNESDAY -> order.indexOf(Happening.CLOSE_WEDNESDAY);
                default -> order.size();
            };
            numbers.put(day, ofADay(day, order.subList(0, Math.min(closing, order.size())), order, refundedHere));
        }
        return numbers.values().stream().mapToLong(Long::longValue).sum();
    }

    private static long ofADay(LocalDate day, List<Happening> happened, List<Happening> order, boolean refundedHere) {
        Map<LocalDate, Instant> closings = new HashMap<>();
        for (Happening one : happened) {
            switch (one) {
                case CLOSE_MONDAY -> closings.put(MONDAY, at(order, one));
                case CLOSE_TUESDAY -> closings.put(MONDAY.plusDays(1), at(order, one));
                case CLOSE_WEDNESDAY -> closings.put(MONDAY.plusDays(2), at(order, one));
                case SALE, REFUND, REVERSAL -> {
                    // Told by the lines below.
                }
            }
        }
        var sold = new DayBook.Moment(MONDAY, at(order, Happening.SALE));
        var refunded = new DayBook.Moment(MONDAY.plusDays(1), at(order, Happening.REFUND));
        var reversal = new DayBook.Moment(MONDAY.plusDays(2), at(order, Happening.REVERSAL));
        var reversed = happened.contains(Happening.REVERSAL) ? reversal : null;
        List<DayBook.Moment> givenBack = reversed == null || !refundedHere ? List.of() : List.of(refunded);
        boolean elsewhere = reversed != null && !refundedHere;
        List<DayBook.Line> lines = new ArrayList<>();
        if (happened.contains(Happening.SALE)) {
            lines.add(new DayBook.Line(
                    DayBook.Type.SALE, SOLD, "1", 1L, 500, sold, sold, reversed, givenBack, elsewhere));
        }
        if (happened.contains(Happening.REFUND)) {
            lines.add(new DayBook.Line(
                    DayBook.Type.REFUND,
                    SOLD,
                    "1",
                    2L,
                    200,
                    refunded,
                    refundedHere ? sold : null,
                    reversed,
                    givenBack,
                    elsewhere));
        }
        if (reversed != null) {
            lines.add(new DayBook.Line(
                    DayBook.Type.REFUND, SOLD, "1", 3L, 300, reversal, sold, reversed, givenBack, elsewhere));
        }
        var book =
                new DayBook(new DayBook.Key(1, "M", "T", day), SHANGHAI, lines, closings, List.of(), List.of(), null);
        return book.counted(Instant.MAX).stream()
                .mapToLong(line -> line.type() == DayBook.Type.SALE ? line.amount() : -line.amount())
                .sum();
    }

    private static Instant at(List<Happening> order, Happening one) {
        return Instant.parse("2025-06-09T01:00:00Z").plusSeconds(3600L * order.indexOf(one));
    }
}
