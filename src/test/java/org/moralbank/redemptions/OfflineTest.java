package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.moralbank.TestBank.BY_HAND;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.TestBank.Member;
import org.moralbank.access.ApiKey;
import org.moralbank.access.Client;
import org.moralbank.access.Clients;
import org.moralbank.access.Importer;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.paycodes.PayCodes;
import org.moralbank.paycodes.TestCodes;
import org.moralbank.paycodes.WrongCodes;
import org.moralbank.platform.Language;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.SecretBox;
import org.moralbank.platform.SecretsConfig;
import org.moralbank.platform.TestDatabase;

/** Allowances, and what tills upload under them. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class OfflineTest {
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @Inject
    PastRedemptions past;

    @Inject
    Sandbox sandbox;

    @Inject
    Clients clients;

    /** A till with an allowance. */
    private record Till(Book book, String merchant, String terminal, String allowance, String signature, Instant from) {
        String path() {
            return book.path() + "/merchants/" + merchant + "/terminals/" + terminal;
        }

        Map<String, Object> upload(List<Map<String, Object>> rows) {
            return upload(signature, rows);
        }

        Map<String, Object> upload(String signed, List<Map<String, Object>> rows) {
            return Map.of(
                    "merchant",
                    merchant,
                    "terminal",
                    terminal,
                    "allowance",
                    allowance,
                    "signature",
                    signed,
                    "rows",
                    rows);
        }
    }

    private Till aTill(Book book, long perSale, int count) {
        var merchant = book.aMerchant();
        var terminal = book.aTerminal(merchant);
        JsonPath made = allow(book, merchant, terminal, perSale, count)
                .statusCode(201)
                .extract()
                .jsonPath();
        Instant from = Instant.parse(made.getString("validFrom"));
        assertThat(Instant.parse(made.getString("validUntil"))).isEqualTo(from.plus(Duration.ofHours(24)));
        return new Till(book, merchant, terminal, made.getString("id"), made.getString("signature"), from);
    }

    private static ValidatableResponse allow(Book book, String merchant, String terminal, long perSale, int count) {
        return book.as(Role.OPERATOR)
                .body(Map.of("perSale", perSale, "count", count, "hours", 24))
                .post(book.path() + "/merchants/" + merchant + "/terminals/" + terminal + "/allowances")
                .then();
    }

    private static Map<String, Object> row(String number, Member member, long amount, Instant at) {
        return Map.of("terminalTransaction", number, "member", member.id(), "amount", amount, "at", at.toString());
    }

    private static ValidatableResponse upload(Till till, List<Map<String, Object>> rows) {
        return till.book()
                .as(Role.OPERATOR)
                .body(till.upload(rows))
                .post(till.book().path() + "/redemptions/offline")
                .then();
    }

    @Test
    void creditsTheMerchantAndOwesWhatTheMemberLacks() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var rich = book.aMember().holding(700, Unit.PTS);
        var poor = book.aMember().holding(300, Unit.PTS);
        var none = book.aMember();

        upload(
                        till,
                        List.of(
                                row("1", rich, 700, till.from()),
                                row("2", poor, 700, till.from()),
                                row("3", none, 700, till.from())))
                .statusCode(200)
                .body("created", equalTo(3))
                .body("refused", equalTo(0))
                .body("items.result", contains("created", "created", "created"))
                .body("items[1].redemption.capturedAmount", equalTo(700))
                .body(
                        "items[1].redemption.occurredOn",
                        equalTo(LocalDate.ofInstant(till.from(), SHANGHAI).toString()))
                .body("items[1].redemption.payableAfter", equalTo(1400));

        assertThat(balances(book))
                .containsEntry("2200:" + rich.id(), 0L)
                .containsEntry("2200:" + poor.id(), 0L)
                .containsEntry("1600:" + poor.id(), -400L)
                .containsEntry("1600:" + none.id(), -700L)
                .containsEntry("2300:" + till.merchant(), 2100L)
                .doesNotContainKey("1600:" + rich.id());
        allowances(till).body("items.used", contains(3));
        book.as(Role.APP)
                .get(book.path() + "/events?type=org.moralbank.redemption")
                .then()
                .body("items.data.type", contains("REDEEM_SALE_OFFLINE", "REDEEM_SALE_OFFLINE", "REDEEM_SALE_OFFLINE"))
                .body("items[2].type", equalTo("org.moralbank.redemption.sold.offline"));
    }

    @Test
    void leavesWhatIsFrozenAloneAndOwesAll() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var frozen = book.aMember().holding(700, Unit.PTS);
        book.as(Role.OPERATOR)
                .body(Map.of("reason", "核查"))
                .post(book.path() + "/members/" + frozen.id() + "/freeze")
                .then()
                .statusCode(200);

        upload(till, List.of(row("1", frozen, 500, till.from()))).body("created", equalTo(1));

        assertThat(balances(book))
                .containsEntry("2200:" + frozen.id(), 700L)
                .containsEntry("1600:" + frozen.id(), -500L)
                .containsEntry("2300:" + till.merchant(), 500L);
    }

    @Test
    void recoversTheShortfallFromTheNextEarning() {
        var book = bank.aBook(false, 200, false);
        var till = aTill(book, 1000, 10);
        var anna = book.aMember();
        var bela = book.aMember();
        upload(till, List.of(row("1", anna, 150, till.from()))).body("created", equalTo(1));

        book.as(Role.COORDINATOR)
                .body(Map.of(
                        "volunteer", anna.id(),
                        "recipient", bela.id(),
                        "activity", "陪同就医",
                        "place", "社区",
                        "organiser", "银龄互助队",
                        "leader", "L-1",
                        "minutes", 60))
                .post(book.path() + "/service-records")
                .then()
                .statusCode(201);

        assertThat(balances(book)).containsEntry("1600:" + anna.id(), 0L).containsEntry("2200:" + anna.id(), 50L);
    }

    @Test
    void takesWhatIsWithinTheAllowanceAndRefusesWhatIsNotAtEachBorder() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 4);
        var anna = book.aMember();
        // An hour and a day ago, so that both ends of it are past.
        Instant from = till.from().minusSeconds(25 * 3600L);
        Instant until = from.plusSeconds(24 * 3600L);
        var old = moved(till, from, until);

        upload(
                        old,
                        List.of(
                                row("1", anna, 1000, from),
                                row("2", anna, 1001, from),
                                row("3", anna, 1, from.minusNanos(1000)),
                                row("4", anna, 1, until.minusNanos(1000)),
                                row("5", anna, 1, until),
                                row("6", anna, 1, Instant.now().plusSeconds(3600)),
                                row("7", anna, 1, from),
                                row("8", anna, 1, from),
                                row("9", anna, 1, from)))
                .statusCode(200)
                .body(
                        "items.result",
                        contains(
                                "created", "refused", "refused", "created", "refused", "refused", "created", "created",
                                "refused"))
                .body("items[1].problem.code", equalTo("allowance-per-sale"))
                .body("items[2].problem.code", equalTo("before-allowance"))
                .body("items[4].problem.code", equalTo("allowance-ended"))
                .body("items[5].problem.code", equalTo("sale-in-future"))
                .body("items[5].problem.retryable", equalTo(true))
                .body("items[8].problem.code", equalTo("allowance-used-up"))
                .body("items[8].problem.count", equalTo(4));

        assertThat(balances(book))
                .containsEntry("1600:" + anna.id(), -1003L)
                .containsEntry("2300:" + till.merchant(), 1003L);
    }

    /** The same till, whose allowance was made and signed at another time. */
    private Till moved(Till till, Instant from, Instant until) {
        var key = new Allowance.Till(till.book().id(), till.merchant(), till.terminal());
        String signature = java.util.Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(box.seal(
                        new byte[0], Allowance.signed(key, UUID.fromString(till.allowance()), 1000, 4, from, until)));
        pool.preparedQuery(
                        BY_HAND
                                + "UPDATE redemption_allowance SET valid_from = $2, valid_until = $3, signature = $4 WHERE book_id = $1")
                .execute(Tuple.of(
                        (short) till.book().id(),
                        from.atOffset(java.time.ZoneOffset.UTC),
                        until.atOffset(java.time.ZoneOffset.UTC),
                        signature))
                .await()
                .indefinitely();
        return new Till(till.book(), till.merchant(), till.terminal(), till.allowance(), signature, from);
    }

    @Inject
    SecretBox box;

    @Inject
    Commits commits;

    @Inject
    PayCodes payCodes;

    @Inject
    WrongCodes wrongCodes;

    @Inject
    RedemptionMetrics metrics;

    @Inject
    MeterRegistry registry;

    @Test
    void tellsNothingOfAMemberWhoseCodeATillHasSeenAndWhoHadLeft() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 4);
        var anna = book.aMember();
        String code = anna.payCode();
        String path = book.path() + "/members/" + anna.id();
        change(book, path, "close");

        String told = upload(till, List.of(shown("1", code, changes(book, path).getLast())))
                .body("items[0].problem.code", equalTo("member-closed"))
                .extract()
                .asString();

        assertThat(told).doesNotContain(anna.id());
    }

    /** A row that is refused is refused for good, and its goods are gone; the next replica may have the key. */
    @Test
    void putsAnUploadOffAsAWholeWhereNoSignatureCanBeRead() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 4);
        var anna = book.aMember();
        Client client = new Client(1, "client-1", Set.of(Role.OPERATOR), Set.of("*"), null, null);
        Allowances keyless = new Allowances(commits, new SecretBox(new SecretsConfig() {
            @Override
            public Optional<String> key() {
                return Optional.empty();
            }

            @Override
            public Optional<Path> keyFile() {
                return Optional.empty();
            }
        }));
        Offline offline = new Offline(commits, keyless, payCodes, wrongCodes, sandbox, metrics, registry);
        Note note =
                new Note(LocalDate.now(SHANGHAI), new Attribution(1, "client-1", null, null, null), null, null, null);
        Offline.Upload upload = new Offline.Upload(
                till.merchant(),
                till.terminal(),
                UUID.fromString(till.allowance()),
                till.signature(),
                List.of(new Offline.Row("1", anna.id(), null, 1, till.from(), new byte[32], note, null)));

        assertThatThrownBy(() -> offline.upload(
                                ask(client, book, "keyless", Instant.now()),
                                new BookHandle(book.id(), "unused", SHANGHAI),
                                client,
                                upload)
                        .await()
                        .indefinitely())
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.rejection().code()).isEqualTo("secrets-key-missing"));
        upload(till, List.of(row("1", anna, 1, till.from()))).body("items[0].result", equalTo("created"));
    }

    @Test
    void refusesAnAllowanceThatWasRaisedOrIsAnothers() {
        var book = bank.aBook();
        var till = aTill(book, 100, 4);
        var other = aTill(book, 100, 4);
        var anna = book.aMember();

        code(
                upload(
                        new Till(
                                book,
                                till.merchant(),
                                till.terminal(),
                                till.allowance(),
                                other.signature(),
                                till.from()),
                        List.of(row("1", anna, 1, till.from()))),
                "unknown-allowance");
        code(
                upload(
                        new Till(
                                book,
                                till.merchant(),
                                till.terminal(),
                                other.allowance(),
                                other.signature(),
                                till.from()),
                        List.of(row("1", anna, 1, till.from()))),
                "unknown-allowance");
        code(
                upload(
                        new Till(book, till.merchant(), till.terminal(), till.allowance(), "nonsense", till.from()),
                        List.of(row("1", anna, 1, till.from()))),
                "unknown-allowance");
        pool.preparedQuery(BY_HAND + "UPDATE redemption_allowance SET per_sale = 1000 WHERE book_id = $1")
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely();
        code(upload(till, List.of(row("1", anna, 1, till.from()))), "unknown-allowance");

        assertThat(balances(book)).isEmpty();
    }

    @Test
    void takesUploadsForSixtyDaysAfterTheAllowanceEndedByTheClockOfWhoPlaysThePast() {
        Instant then = Instant.parse("2024-01-01T00:00:00Z");
        var book = bank.aBook().since(then);
        var merchant = book.aMerchant();
        var at = new PastRedemptions.At(merchant, book.aTerminal(merchant));
        var anna = book.aMember();
        var handle = new BookHandle(book.id(), book.code(), SHANGHAI);
        var operator = clients.ensure(
                        new Clients.NewClient("past", Set.of(Role.OPERATOR), Set.of(Client.EVERY_BOOK), null, null),
                        ApiKey.generate())
                .await()
                .indefinitely()
                .client();
        var by = new Attribution(operator.id(), operator.name(), null, null, null);
        Answer allowed = past.allow(ask(operator, book, "allow", then), handle, at, 100, 10, Duration.ofHours(1), by)
                .await()
                .indefinitely();
        Instant over = then.plus(Duration.ofHours(1)).plus(Duration.ofDays(60));

        List<String> results = new ArrayList<>();
        for (Instant upload : List.of(over.minusNanos(1000), over)) {
            String number = "n" + results.size();
            var note = new Note(LocalDate.parse("2024-01-01"), by, null, null, null);
            Answer answer = past.upload(
                            ask(operator, book, number, upload),
                            handle,
                            operator,
                            at,
                            allowed,
                            new PastRedemptions.Sold(number, anna.id(), 5, then, note))
                    .await()
                    .indefinitely();
            JsonPath item = JsonPath.from(new String(answer.body(), StandardCharsets.UTF_8));
            results.add(item.getString("items[0].result") + " " + item.getString("items[0].problem.code"));
        }

        assertThat(results).containsExactly("created null", "refused unknown-allowance");
        assertThat(balances(book)).containsEntry("1600:" + anna.id(), -5L);
    }

    private static Ask ask(Client client, Book book, String key, Instant clock) {
        return new Ask(
                new Importer(client.id()), book.id(), new IdempotencyKey(key), new byte[32], Language.EN, "/", clock);
    }

    @Test
    void hasOneAllowanceAtATimeAndARevokedOneHeldUntilThen() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var anna = book.aMember();

        allow(book, till.merchant(), till.terminal(), 1, 1)
                .statusCode(409)
                .body("code", equalTo("allowance-live"))
                .body("allowance", equalTo(till.allowance()));
        JsonPath revoked = book.as(Role.OPERATOR)
                .post(till.path() + "/allowances/" + till.allowance() + "/revoke")
                .then()
                .statusCode(200)
                .body("status", equalTo("REVOKED"))
                .extract()
                .jsonPath();
        Instant at = Instant.parse(revoked.getString("revokedAt"));
        allow(book, till.merchant(), till.terminal(), 1, 1).statusCode(201);

        upload(till, List.of(row("1", anna, 5, at.minusNanos(1000)), row("2", anna, 5, at)))
                .body("items.result", contains("created", "refused"))
                .body("items[1].problem.code", equalTo("allowance-revoked"));
        allowances(till).body("items.status", contains("REVOKED", "LIVE"));
    }

    @Test
    void refusesRowsOfTheirOwnAndTakesTheOthers() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var anna = book.aMember();
        var ghost = new Member(book, "M-GHOST");

        upload(
                        till,
                        List.of(
                                row("1", anna, 5, till.from()),
                                row("1", anna, 5, till.from()),
                                row("2", ghost, 5, till.from()),
                                Map.of("terminalTransaction", "3", "amount", 0, "at", "yesterday"),
                                row("4", anna, 6, till.from())))
                .body("created", equalTo(2))
                .body("items.result", contains("created", "refused", "refused", "refused", "created"))
                .body("items[1].problem.code", equalTo("row-repeated"))
                .body("items[2].problem.code", equalTo("unknown-member"))
                .body("items[3].problem.code", equalTo("invalid-request"))
                .body("items[3].problem.errors.field", contains("rows[3].member", "rows[3].amount", "rows[3].at"));

        assertThat(balances(book)).containsEntry("2300:" + till.merchant(), 11L);
    }

    @Test
    void answersAnUploadAgainAndRefusesAlteredRows() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var anna = book.aMember();
        var key = UUID.randomUUID().toString();
        String apiKey = book.keyOfTerminal(till.merchant(), till.terminal());
        var body = till.upload(List.of(row("1", anna, 5, till.from())));

        String first = post(book, apiKey, key, body).statusCode(200).extract().asString();
        String again = post(book, apiKey, key, body)
                .header("Idempotent-Replayed", equalTo("true"))
                .extract()
                .asString();
        post(book, apiKey, UUID.randomUUID().toString(), body)
                .body("replayed", equalTo(1))
                .body("items[0].redemption.id", equalTo(JsonPath.from(first).getString("items[0].redemption.id")));
        code(upload(till, List.of(row("1", anna, 6, till.from()))), "duplicate-reference");

        assertThat(again).isEqualTo(first);
        assertThat(balances(book)).containsEntry("2300:" + till.merchant(), 5L);
        allowances(till).body("items.used", contains(1));
    }

    private static ValidatableResponse post(Book book, String apiKey, String key, Object body) {
        return book.request(apiKey)
                .header("Idempotency-Key", key)
                .body(body)
                .post(book.path() + "/redemptions/offline")
                .then();
    }

    @Test
    void uploadsThatRaceSellOnce() throws Exception {
        var book = bank.aBook();
        var till = aTill(book, 1000, 100);
        var anna = book.aMember();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            rows.add(row("N" + i, anna, 2, till.from()));
        }
        String apiKey = book.keyOf(Role.OPERATOR);

        List<Integer> created = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(16)) {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                answers.add(threads.submit(
                        () -> post(book, apiKey, UUID.randomUUID().toString(), till.upload(rows))
                                .statusCode(200)
                                .extract()
                                .path("created")));
            }
            for (Future<Integer> answer : answers) {
                created.add(answer.get());
            }
        }

        assertThat(created.stream().mapToInt(Integer::intValue).sum()).isEqualTo(50);
        assertThat(balances(book))
                .containsEntry("2300:" + till.merchant(), 100L)
                .containsEntry("1600:" + anna.id(), -100L);
        allowances(till).body("items.used", contains(50));
    }

    @Test
    void isReversedBeforeAndAfterItsUpload() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var anna = book.aMember().holding(300, Unit.PTS);

        reverse(till, "1").body("outcome", equalTo("NEVER_ARRIVED"));
        code(upload(till, List.of(row("1", anna, 500, till.from()))), "transaction-reversed");
        upload(till, List.of(row("2", anna, 500, till.from()))).body("created", equalTo(1));
        assertThat(balances(book)).containsEntry("1600:" + anna.id(), -200L);
        reverse(till, "2").body("outcome", equalTo("REFUNDED"));
        code(upload(till, List.of(row("2", anna, 500, till.from()))), "transaction-reversed");

        assertThat(balances(book))
                .containsEntry("1600:" + anna.id(), 0L)
                .containsEntry("2200:" + anna.id(), 300L)
                .containsEntry("2300:" + till.merchant(), 0L);
    }

    private static ValidatableResponse reverse(Till till, String number) {
        return till.book()
                .as(Role.OPERATOR)
                .body(Map.of("merchant", till.merchant(), "terminal", till.terminal(), "terminalTransaction", number))
                .post(till.book().path() + "/redemptions/reversals")
                .then()
                .statusCode(200);
    }

    @Test
    void takesACodeThatWasGoodWhenItWasShown() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var anna = book.aMember().holding(500, Unit.PTS);
        String code = book.as(Role.APP)
                .body(Map.of("member", anna.id()))
                .post(book.path() + "/pay-codes")
                .then()
                .statusCode(201)
                .extract()
                .path("code");
        Instant at = Instant.now();

        upload(
                        till,
                        List.of(
                                Map.of(
                                        "terminalTransaction",
                                        "1",
                                        "code",
                                        code,
                                        "amount",
                                        5,
                                        "at",
                                        at.plusSeconds(0).toString()),
                                Map.of("terminalTransaction", "2", "code", code, "amount", 5, "at", at.toString()),
                                Map.of(
                                        "terminalTransaction",
                                        "3",
                                        "code",
                                        "711000000000000001",
                                        "amount",
                                        5,
                                        "at",
                                        at.toString())))
                .body("items.result", contains("created", "refused", "refused"))
                .body("items[0].redemption.member", nullValue())
                .body("items[1].problem.code", equalTo("pay-code-used"))
                .body("items[2].problem.code", equalTo("pay-code-unknown"));

        assertThat(balances(book)).containsEntry("2200:" + anna.id(), 495L);
    }

    /** An hour after its time was over; the till had no connection when it was shown. */
    @Test
    void judgesACodeOfTheServiceByTheTimeOfItsRow() {
        var book = bank.aBook();
        Instant ended = anHourAgo();
        var till = moved(aTill(book, 1000, 4), ended.minusSeconds(60), ended.plusSeconds(24 * 3600L));
        var anna = book.aMember().holding(500, Unit.PTS);
        String code = anna.payCode();
        pool.preparedQuery(BY_HAND + "UPDATE pay_code SET made_at = $2, valid_until = $3 WHERE book_id = $1")
                .execute(Tuple.of(
                        (short) book.id(),
                        ended.minusSeconds(60).atOffset(ZoneOffset.UTC),
                        ended.atOffset(ZoneOffset.UTC)))
                .await()
                .indefinitely();

        upload(till, List.of(shown("1", code, ended), shown("2", code, ended.minusNanos(1000))))
                .body("items.result", contains("refused", "created"))
                .body("items[0].problem.code", equalTo("pay-code-expired"));

        assertThat(balances(book)).containsEntry("2200:" + anna.id(), 495L);
    }

    /** What it said of an earlier time would get past a suspension, and under an allowance that ended. */
    @Test
    void knowsNoCodeOfTheServiceBeforeItWasMadeWhateverTheTillSays() {
        var book = bank.aBook();
        Instant made = anHourAgo();
        var till = moved(aTill(book, 1000, 4), made.minusSeconds(3600), made.plusSeconds(20 * 3600L));
        var anna = book.aMember().holding(500, Unit.PTS);
        String code = anna.payCode();
        pool.preparedQuery(BY_HAND + "UPDATE pay_code SET made_at = $2, valid_until = $3 WHERE book_id = $1")
                .execute(Tuple.of(
                        (short) book.id(),
                        made.atOffset(ZoneOffset.UTC),
                        made.plusSeconds(60).atOffset(ZoneOffset.UTC)))
                .await()
                .indefinitely();

        upload(
                        till,
                        List.of(
                                shown("1", code, made.minusSeconds(1800)),
                                shown("2", code, made.minusSeconds(40).minusNanos(1000)),
                                shown("3", code, made.minusSeconds(40))))
                .body("items.result", contains("refused", "refused", "created"))
                .body("items[0].problem.code", equalTo("pay-code-unknown"))
                .body("items[1].problem.code", equalTo("pay-code-unknown"));

        assertThat(balances(book)).containsEntry("2200:" + anna.id(), 495L);
    }

    /** An hour later, when the device is revoked. */
    @Test
    void judgesACodeOfADeviceByTheTimeOfItsRow() {
        var book = bank.aBook();
        Instant at = anHourAgo();
        var till = moved(aTill(book, 1000, 4), at, at.plusSeconds(24 * 3600L));
        var anna = book.aMember().holding(500, Unit.PTS);
        var device = book.as(Role.APP)
                .body(Map.of())
                .post(book.path() + "/members/" + anna.id() + "/pay-devices")
                .then()
                .statusCode(201)
                .extract();
        pool.preparedQuery(BY_HAND + "UPDATE pay_device SET enrolled_at = $2 WHERE book_id = $1")
                .execute(Tuple.of((short) book.id(), at.atOffset(ZoneOffset.UTC)))
                .await()
                .indefinitely();
        Instant revoked = Instant.parse(book.as(Role.APP)
                .post(device.header("Location") + "/revoke")
                .then()
                .statusCode(200)
                .extract()
                .path("revokedAt"));
        Function<Instant, String> code =
                moment -> TestCodes.ofDevice(device.path("handle"), device.path("secret"), moment);

        upload(
                        till,
                        List.of(
                                shown("1", code.apply(at.plusSeconds(60)), at.plusSeconds(60)),
                                shown("2", code.apply(at.plusSeconds(60)), at.plusSeconds(65)),
                                shown("3", code.apply(at.plusSeconds(120)), at.plusSeconds(160)),
                                shown("4", code.apply(at.plusSeconds(120)), at.plusSeconds(120)),
                                shown("5", code.apply(revoked), revoked)))
                .body("items.result", contains("created", "refused", "refused", "created", "refused"))
                .body("items[1].problem.code", equalTo("pay-code-used"))
                .body("items[2].problem.code", equalTo("pay-code-unknown"))
                .body("items[4].problem.code", equalTo("pay-code-unknown"));

        assertThat(balances(book)).containsEntry("2200:" + anna.id(), 490L);
    }

    /** Goods were handed over for both before the device paid with a connection, and the later one is uploaded first. */
    @Test
    void takesACodeOfADeviceThatWasShownBeforeOneThatWasTakenAndEachOnce() {
        var book = bank.aBook();
        Instant at = anHourAgo();
        var till = moved(aTill(book, 1000, 4), at, at.plusSeconds(24 * 3600L));
        var anna = book.aMember().holding(500, Unit.PTS);
        Function<Instant, String> code = deviceOf(book, anna, at);
        Instant now = Instant.now();
        sell(till, book.keyOfTerminal(till.merchant(), till.terminal()), "on-line", code.apply(now))
                .statusCode(201);

        upload(till, List.of(shown("1", code.apply(at.plusSeconds(120)), at.plusSeconds(120))))
                .body("items.result", contains("created"));
        upload(
                        till,
                        List.of(
                                shown("2", code.apply(at.plusSeconds(60)), at.plusSeconds(60)),
                                shown("3", code.apply(at.plusSeconds(120)), at.plusSeconds(121)),
                                shown("4", code.apply(now), now)))
                .body("items.result", contains("created", "refused", "refused"))
                .body("items[1].problem.code", equalTo("pay-code-used"))
                .body("items[2].problem.code", equalTo("pay-code-used"));

        assertThat(balances(book))
                .containsEntry("2200:" + anna.id(), 485L)
                .containsEntry("2300:" + till.merchant(), 15L);
    }

    /** What stands for the steps that were used before they were kept one by one. */
    @Test
    void takesNoCodeOfADeviceThatMayHaveBeenTakenBeforeStepsWereKept() {
        var book = bank.aBook();
        Instant at = anHourAgo();
        var till = moved(aTill(book, 1000, 4), at, at.plusSeconds(24 * 3600L));
        var anna = book.aMember().holding(500, Unit.PTS);
        Function<Instant, String> code = deviceOf(book, anna, at);
        pool.preparedQuery(BY_HAND + """
                INSERT INTO pay_device_step (book_id, device_id, step, and_before)
                SELECT book_id, device_id, $2, true FROM pay_device WHERE book_id = $1
                """)
                .execute(Tuple.of((short) book.id(), at.getEpochSecond() / 20 + 6))
                .await()
                .indefinitely();

        upload(
                        till,
                        List.of(
                                shown("1", code.apply(at.plusSeconds(60)), at.plusSeconds(60)),
                                shown("2", code.apply(at.plusSeconds(120)), at.plusSeconds(120)),
                                shown("3", code.apply(at.plusSeconds(140)), at.plusSeconds(140))))
                .body("items.problem.code", contains("pay-code-used", "pay-code-used"))
                .body("items.result", contains("refused", "refused", "created"));
    }

    /** The codes of a device that was enrolled then. */
    private Function<Instant, String> deviceOf(Book book, Member member, Instant enrolled) {
        var device = book.as(Role.APP)
                .body(Map.of())
                .post(book.path() + "/members/" + member.id() + "/pay-devices")
                .then()
                .statusCode(201)
                .extract();
        pool.preparedQuery(BY_HAND + "UPDATE pay_device SET enrolled_at = $2 WHERE book_id = $1")
                .execute(Tuple.of((short) book.id(), enrolled.atOffset(ZoneOffset.UTC)))
                .await()
                .indefinitely();
        return moment -> TestCodes.ofDevice(device.path("handle"), device.path("secret"), moment);
    }

    /** A till that was off the net when it or its shop was stopped. Of who sells again all is taken. */
    @ParameterizedTest
    @CsvSource({
        "merchant, suspend, merchant-suspended",
        "merchant, close, merchant-closed",
        "terminal, suspend, terminal-suspended",
        "terminal, close, terminal-closed",
        "store, suspend, terminal-suspended",
        "store, close, terminal-suspended",
    })
    void takesWhatWasSoldBeforeTheMerchantOrStoreOrTerminalWasStopped(String who, String how, String refusal) {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var anna = book.aMember().holding(500, Unit.PTS);
        String path = switch (who) {
            case "terminal" -> till.path();
            case "store" -> inAStore(till);
            default -> book.path() + "/merchants/" + till.merchant();
        };
        change(book, path, "suspend");
        change(book, path, "resume");
        change(book, path, how);
        List<Instant> changes = changes(book, path);
        Instant stopped = changes.getLast();

        upload(
                        till,
                        List.of(
                                row("1", anna, 5, stopped.minusNanos(1000)),
                                row("2", anna, 5, stopped),
                                row("3", anna, 5, changes.getFirst().minusNanos(1000)),
                                row("4", anna, 5, changes.getFirst())))
                .body("items.result", contains("created", "refused", "created", "refused"))
                .body("items[1].problem.code", equalTo(refusal))
                .body("items[3].problem.code", equalTo(refusal));
        if (how.equals("suspend")) {
            change(book, path, "resume");
            upload(till, List.of(row("2", anna, 5, stopped), row("4", anna, 5, changes.getFirst())))
                    .body("items.result", contains("created", "created"));
        }
    }

    /** The path of the store that it then stands in. */
    private static String inAStore(Till till) {
        String path = till.book().path() + "/merchants/" + till.merchant() + "/stores/S1";
        till.book()
                .as(Role.OPERATOR)
                .body(Map.of("name", "龙生店"))
                .put(path)
                .then()
                .statusCode(201);
        till.book()
                .as(Role.OPERATOR)
                .header("If-Match", "\"1\"")
                .body(Map.of("store", "S1"))
                .put(till.path())
                .then()
                .statusCode(200);
        return path;
    }

    /** Its time is its own word: to stop it from telling one is to revoke its keys. */
    @Test
    void theKeyOfAStoppedTerminalUploadsWhatItSoldBefore() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var anna = book.aMember().holding(500, Unit.PTS);
        String apiKey = book.keyOfTerminal(till.merchant(), till.terminal());
        change(book, till.path(), "suspend");
        Instant stopped = changes(book, till.path()).getLast();

        book.request(apiKey)
                .header("Idempotency-Key", "u-1")
                .body(till.upload(List.of(row("1", anna, 5, stopped.minusNanos(1000)), row("2", anna, 5, stopped))))
                .post(book.path() + "/redemptions/offline")
                .then()
                .statusCode(200)
                .body("items.result", contains("created", "refused"))
                .body("items[1].problem.code", equalTo("terminal-suspended"));
    }

    private static void change(Book book, String path, String how) {
        book.as(Role.OPERATOR)
                .body(Map.of("reason", "核查"))
                .post(path + "/" + how)
                .then()
                .statusCode(200);
    }

    /** When they were, the oldest first. */
    private static List<Instant> changes(Book book, String path) {
        return book
                .as(Role.OPERATOR)
                .get(path + "/status-changes")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getList("items.changedAt", String.class)
                .stream()
                .map(Instant::parse)
                .sorted()
                .toList();
    }

    /** What he had went to the pool; what he bought before he left he owes, and the community may bear it. */
    @Test
    void owesWhatAMemberBoughtBeforeHeLeft() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var anna = book.aMember().holding(500, Unit.PTS);
        String path = book.path() + "/members/" + anna.id();
        change(book, path, "close");
        Instant left = changes(book, path).getLast();

        upload(till, List.of(row("1", anna, 300, left.minusNanos(1000)), row("2", anna, 300, left)))
                .body("items.result", contains("created", "refused"))
                .body("items[1].problem.code", equalTo("member-closed"));
        assertThat(balances(book))
                .containsEntry("2200:" + anna.id(), 0L)
                .containsEntry("1600:" + anna.id(), -300L)
                .containsEntry("2300:" + till.merchant(), 300L);

        book.as(Role.OPERATOR)
                .body(Map.of("unit", "PTS", "reason", "moved away", "actor", "op-1", "approver", "op-2"))
                .post(path + "/write-offs")
                .then()
                .statusCode(201);
        assertThat(balances(book)).containsEntry("1600:" + anna.id(), 0L);
    }

    @Test
    void isReversedAlsoOfWhoHasLeft() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var anna = book.aMember().holding(500, Unit.PTS);
        String path = book.path() + "/members/" + anna.id();
        change(book, path, "close");

        upload(till, List.of(row("1", anna, 300, changes(book, path).getLast().minusNanos(1000))))
                .body("created", equalTo(1));
        reverse(till, "1").body("outcome", equalTo("REFUNDED"));

        assertThat(balances(book))
                .containsEntry("2200:" + anna.id(), 0L)
                .containsEntry("1600:" + anna.id(), 0L)
                .containsEntry("2300:" + till.merchant(), 0L);
    }

    private static Instant anHourAgo() {
        return Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MICROS);
    }

    /** On paper, it could be shown at two tills at once. */
    @Test
    void refusesAVoucherAndLeavesItGood() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var anna = book.aMember().holding(500, Unit.PTS);
        String voucher = anna.voucher(100);

        code(upload(till, List.of(shown("1", voucher, Instant.now()))), "pay-code-not-offline");

        assertThat(balances(book))
                .containsEntry("2200:" + anna.id(), 500L)
                .doesNotContainKey("2300:" + till.merchant());
        sell(till, book.keyOfTerminal(till.merchant(), till.terminal()), "2", voucher)
                .statusCode(201);
        assertThat(balances(book))
                .containsEntry("2200:" + anna.id(), 495L)
                .containsEntry("2300:" + till.merchant(), 5L);
    }

    private static ValidatableResponse sell(Till till, String apiKey, String number, String code) {
        return till.book()
                .request(apiKey)
                .header("Idempotency-Key", number)
                .body(Map.of(
                        "mode",
                        "SALE",
                        "code",
                        code,
                        "merchant",
                        till.merchant(),
                        "terminal",
                        till.terminal(),
                        "terminalTransaction",
                        number,
                        "amount",
                        5,
                        "unit",
                        "PTS"))
                .post(till.book().path() + "/redemptions")
                .then();
    }

    @Test
    void takesAThousandRowsAtATimeAndOfMoreNone() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 2000);
        var anna = book.aMember();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 1001; i++) {
            rows.add(row("N" + i, anna, 2, till.from()));
        }

        upload(till, rows)
                .statusCode(400)
                .body("code", equalTo("invalid-request"))
                .body("errors.field", contains("rows"));
        assertThat(balances(book)).isEmpty();
        upload(till, rows.subList(0, 1000)).statusCode(200).body("created", equalTo(1000));

        assertThat(balances(book)).containsEntry("2300:" + till.merchant(), 2000L);
    }

    private static Map<String, Object> shown(String number, String code, Instant at) {
        return Map.of("terminalTransaction", number, "code", code, "amount", 5, "at", at.toString());
    }

    /** Guessing by upload is as slow as at the till, and keeps from nothing else. */
    @Test
    void wrongCodesOfAnUploadHoldUpOnlyTheRowsWithCodes() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 50);
        var anna = book.aMember().holding(500, Unit.PTS);
        String apiKey = book.keyOfTerminal(till.merchant(), till.terminal());
        Map<String, Object> first = shown("0", anna.payCode(), Instant.now());
        List<Map<String, Object>> rows = new ArrayList<>(List.of(first));
        for (int i = 1; i <= 12; i++) {
            rows.add(shown("W" + i, "71100000000000%04d".formatted(i), Instant.now()));
        }
        rows.add(row("M1", anna, 5, till.from()));

        String told = post(book, apiKey, "first", till.upload(rows))
                .statusCode(200)
                .body("created", equalTo(2))
                .extract()
                .asString();
        List<String> refused = JsonPath.from(told).getList("items.problem.code", String.class);
        assertThat(refused.subList(0, 10)).containsOnly("pay-code-unknown");
        assertThat(refused.subList(10, 12)).containsOnly("too-many-wrong-codes");

        sell(till, apiKey, "L1", anna.payCode()).statusCode(201);
        assertThat(post(book, apiKey, "first", till.upload(rows))
                        .statusCode(200)
                        .header("Idempotent-Replayed", equalTo("true"))
                        .extract()
                        .asString())
                .isEqualTo(told);
        post(
                        book,
                        apiKey,
                        "another",
                        till.upload(List.of(
                                first, shown("N", anna.payCode(), Instant.now()), row("M2", anna, 5, till.from()))))
                .statusCode(200)
                .body("items.result", contains("replayed", "refused", "created"))
                .body("items[1].problem.code", equalTo("too-many-wrong-codes"))
                .body("items[1].problem.retryable", equalTo(true));
    }

    /** Who holds a code in his hand that was used can pay nothing by it, and a till's honest upload has some. */
    @Test
    void aCodeThatWasUsedIsNoGuess() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 50);
        var anna = book.aMember().holding(500, Unit.PTS);
        String used = anna.payCode();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            rows.add(shown("U" + i, used, Instant.now()));
        }
        rows.add(shown("V", anna.payCode(), Instant.now()));

        JsonPath told = upload(till, rows)
                .statusCode(200)
                .body("created", equalTo(2))
                .extract()
                .jsonPath();
        upload(till, List.of(shown("X", anna.payCode(), Instant.now()))).body("created", equalTo(1));

        assertThat(told.getList("items.problem.code", String.class)).hasSize(14).containsOnly("pay-code-used");
    }

    @Test
    void isATillsOwnOnly() {
        var book = bank.aBook();
        var till = aTill(book, 1000, 10);
        var anna = book.aMember();
        var body = till.upload(List.of(row("1", anna, 5, till.from())));

        var others = till.upload(List.of(row("2", anna, 5, till.from())));
        for (var refused : Map.of(
                        book.keyOfTerminal(book.aMerchant(), "T"), "unknown-merchant",
                        book.keyOfTerminal(till.merchant(), "T"), "other-terminal")
                .entrySet()) {
            var key = refused.getKey();
            post(book, key, "k1", body)
                    .statusCode(422)
                    .body("code", equalTo(refused.getValue()))
                    .header("Idempotent-Replayed", nullValue());
            post(book, key, "k1", body)
                    .statusCode(422)
                    .body("code", equalTo(refused.getValue()))
                    .header("Idempotent-Replayed", "true");
            post(book, key, "k1", others).statusCode(422).body("code", equalTo("idempotency-key-reused"));
        }
        book.request(book.keyOfTerminal(till.merchant(), "T"))
                .get(till.path() + "/allowances")
                .then()
                .statusCode(404);
        book.request(book.keyOfTerminal(till.merchant(), till.terminal()))
                .get(till.path() + "/allowances")
                .then()
                .statusCode(200)
                .body("items", hasSize(1))
                .body("items[0].signature", equalTo(till.signature()));
    }

    private static void code(ValidatableResponse answer, String code) {
        answer.statusCode(200)
                .body("items", hasSize(1))
                .body("items[0].result", equalTo("refused"))
                .body("items[0].problem.code", equalTo(code));
    }

    private static ValidatableResponse allowances(Till till) {
        return till.book()
                .as(Role.AUDITOR)
                .get(till.path() + "/allowances")
                .then()
                .statusCode(200);
    }

    private Map<String, Long> balances(Book book) {
        Map<String, Long> balances = new LinkedHashMap<>();
        for (Row row : pool.preparedQuery("""
                SELECT code || ':' || owner AS account, sum(posted)::bigint AS posted
                FROM ledger_account
                WHERE book_id = $1
                GROUP BY 1
                """)
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely()) {
            balances.put(row.getString(0), row.getLong(1));
        }
        return balances;
    }
}
