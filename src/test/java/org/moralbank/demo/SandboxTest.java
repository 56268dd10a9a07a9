package org.moralbank.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.moralbank.TestBank.BY_HAND;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.ApiKey;
import org.moralbank.access.Client;
import org.moralbank.access.Clients;
import org.moralbank.access.Importer;
import org.moralbank.access.Role;
import org.moralbank.commits.Ask;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.ledger.Book;
import org.moralbank.ledger.BookRegister;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.NewBook;
import org.moralbank.members.Members;
import org.moralbank.merchants.Merchants;
import org.moralbank.merchants.Terminals;
import org.moralbank.platform.Language;
import org.moralbank.platform.Sha256;
import org.moralbank.platform.TestDatabase;
import org.moralbank.platform.TestSettings;
import org.moralbank.redemptions.SandboxConfig;
import org.moralbank.till.Till;
import org.moralbank.transfers.Openings;

/** The sandbox that a start makes, and what each of its codes does. */
@QuarkusTest
@TestProfile(SandboxTest.WithASandbox.class)
@QuarkusTestResource(TestDatabase.class)
class SandboxTest {
    private static final String BOOK = "/v1/books/SANDBOX";
    private static final String APPROVED = "713000000000000000";
    private static final Duration SILENCE = Duration.ofMillis(700);
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** The sandbox is on, and its silence short. */
    public static final class WithASandbox implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("moralbank.sandbox.book", "SANDBOX", "moralbank.sandbox.silence", SILENCE.toString());
        }
    }

    @Inject
    TestBank bank;

    @Inject
    Clients clients;

    @Inject
    BookRegister register;

    @Inject
    Books books;

    @Inject
    Members members;

    @Inject
    Merchants merchants;

    @Inject
    Terminals terminals;

    @Inject
    Openings openings;

    @Inject
    Pool pool;

    private @Nullable String operator;

    /** Otherwise no till would ever have to give up. */
    @Test
    void isUsuallySilentForLongerThanATillWaits() {
        Duration silence = TestSettings.of(SandboxConfig.class, Map.of()).silence();
        var till = new Till.Settings(URI.create(BOOK), "key", "SHOP", "T1", Path.of("till.journal"));

        assertThat(silence).isGreaterThan(till.giveUpAfter());
    }

    @Test
    void hasAMerchantATerminalAndMembersAndTakesTheirPayCodes() {
        get("/merchants/SHOP/terminals/T1").body("status", equalTo("ACTIVE")).body("partialApproval", equalTo(true));
        get("/accounts/2200:RICH:PTS").body("posted", equalTo(100_000));
        get("/members/POOR/balances").statusCode(200);
        String code = post("/pay-codes", UUID.randomUUID().toString(), Map.of("member", "RICH"))
                .statusCode(201)
                .extract()
                .path("code");

        redeem(code, 1, true).statusCode(201).body("approvedAmount", equalTo(1));
        redeem(code, 1, true).statusCode(422).body("code", equalTo("pay-code-used"));
    }

    @Test
    void approvesAsOftenAsItIsAskedAndTellsNobodyWhoPaid() {
        long before = points();
        for (int i = 0; i < 2; i++) {
            redeem(APPROVED, 500, false)
                    .statusCode(201)
                    .header("Idempotent-Replayed", nullValue())
                    .body("status", equalTo("CAPTURED"))
                    .body("approvedAmount", equalTo(500))
                    .body("member", nullValue());
        }
        assertThat(points()).isEqualTo(before - 1000);
    }

    @Test
    void approvesTheLargestAmountAndIsNotDrainedByIt() {
        long most = 1_000_000_000_000L;
        for (String mode : List.of("SALE", "AUTHORIZE", "AUTHORIZE", "SALE")) {
            Map<String, Object> body = sale(APPROVED, most, false);
            body.put("mode", mode);
            post("/redemptions", UUID.randomUUID().toString(), body)
                    .statusCode(201)
                    .body("approvedAmount", equalTo(most));
        }
        redeem("715000000000000250", 251, true).statusCode(201).body("approvedAmount", equalTo(250));
        redeem("715000000000000250", 251, false).statusCode(422).body("approvable", equalTo(250));

        long left = get("/members/SANDBOX/balances")
                .extract()
                .jsonPath()
                .getLong("totals.find { it.unit == 'PTS' }.available");
        redeem(APPROVED, left, false).statusCode(201);
        uploaded("T1", APPROVED).body("items.result", contains("created"));

        get("/members/SANDBOX/balances").body("totals.owed", everyItem(equalTo(0)));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            01, 422, insufficient-balance
            02, 422, pay-code-unknown
            03, 422, pay-code-used
            04, 422, pay-code-expired
            05, 422, member-frozen
            06, 422, member-closed
            07, 422, unknown-merchant
            08, 422, merchant-suspended
            09, 422, merchant-closed
            10, 422, terminal-unknown
            11, 422, terminal-suspended
            12, 422, terminal-closed
            13, 422, limit-exceeded
            14, 422, category-not-allowed
            15, 409, transaction-reversed
            16, 409, duplicate-reference
            17, 422, time-not-redeemable
            18, 409, book-closed
            """)
    void refusesWithTheCodeThatTheDigitsSayAndChangesNothing(String digits, int status, String code) {
        long before = points();
        String shown = "714" + digits + "0000000000000";
        String key = UUID.randomUUID().toString();
        Map<String, Object> body = sale(shown, 500, true);

        post("/redemptions", key, body)
                .statusCode(status)
                .contentType("application/problem+json")
                .body("code", equalTo(code))
                .body("retryable", equalTo(false))
                .body("detail", not(equalTo("")));

        post("/redemptions", key, body)
                .statusCode(status)
                .header("Idempotent-Replayed", "true")
                .body("code", equalTo(code));
        assertThat(points()).isEqualTo(before);
        found(body).body("items", hasSize(0));
    }

    @Test
    void approvesAtMostTheAmountInTheCode() {
        String code = "715000000000000250";

        redeem(code, 250, false).statusCode(201).body("approvedAmount", equalTo(250));
        redeem(code, 251, true)
                .statusCode(201)
                .body("approvedAmount", equalTo(250))
                .body("cashAmount", equalTo(1));
        redeem(code, 251, false)
                .statusCode(422)
                .body("code", equalTo("insufficient-balance"))
                .body("approvable", equalTo(250));
        redeem("715000000000000000", 1, true).statusCode(422).body("approvable", equalTo(0));
    }

    @Test
    void answersNoAttemptInTimeAndIsDone() {
        Map<String, Object> body = sale("716000000000000000", 500, false);
        String key = UUID.randomUUID().toString();

        assertThat(timed(() -> post("/redemptions", key, body).statusCode(201))).isGreaterThan(SILENCE);
        assertThat(timed(() -> post("/redemptions", key, body).statusCode(201))).isGreaterThan(SILENCE);

        found(body).body("items", hasSize(1));
    }

    @Test
    void answersTheFirstAttemptLateAndTheSecondAtOnce() {
        Map<String, Object> body = sale("716100000000000000", 500, false);
        String key = UUID.randomUUID().toString();

        assertThat(timed(() -> post("/redemptions", key, body).statusCode(201))).isGreaterThan(SILENCE);
        assertThat(timed(() -> post("/redemptions", key, body).statusCode(201).header("Idempotent-Replayed", "true")))
                .isLessThan(SILENCE);

        found(body).body("items", hasSize(1));
    }

    @Test
    void answersLateWhatItHasNotDone() {
        Map<String, Object> body = sale("716200000000000000", 500, false);

        assertThat(timed(() -> post("/redemptions", UUID.randomUUID().toString(), body)
                        .statusCode(503)
                        .body("retryable", equalTo(true))))
                .isGreaterThan(SILENCE);

        found(body).body("items", hasSize(0));
    }

    @Test
    void answersTheFirstTimeAsItAnswersARepetition() {
        Map<String, Object> body = sale("717000000000000000", 500, false);

        post("/redemptions", UUID.randomUUID().toString(), body)
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .body("approvedAmount", equalTo(500));

        found(body).body("items", hasSize(1));
    }

    // ---- every step ----------------------------------------------------------------------------------------------

    @Test
    void holdsTheFirstAnswerToEveryStepOfTheTerminalWithTheBadLine() {
        long before = points();
        Map<String, Object> sale = onTheBadLine("SALE");
        String sold = lost("", sale, 201).extract().path("id");
        String held = lost("", onTheBadLine("AUTHORIZE"), 201).extract().path("id");
        String unwanted = lost("", onTheBadLine("AUTHORIZE"), 201).extract().path("id");

        lost("/" + held + "/capture", Map.of("amount", 450), 200);
        lost("/" + unwanted + "/void", Map.of(), 200);
        lost("/" + held + "/refunds", Map.of("amount", 100, "terminal", "T716"), 201);
        lost(
                "/reversals",
                Map.of("merchant", "SHOP", "terminal", "T716", "terminalTransaction", sale.get("terminalTransaction")),
                200);

        assertThat(points()).isEqualTo(before - 350);
        get("/redemptions/" + sold).body("status", equalTo("REVERSED"));
        get("/redemptions/" + held).body("refundedAmount", equalTo(100));
    }

    @Test
    void takesCodesInUploadsAndRefusesThoseThatAreRefused() {
        long before = points();
        Map<String, Object> upload = upload("T716", APPROVED, APPROVED, "714040000000000000");

        lost("/offline", upload, 200)
                .body("items.result", contains("created", "created", "refused"))
                .body("items[0].redemption.member", nullValue())
                .body("items[2].problem.code", equalTo("pay-code-expired"));

        assertThat(points()).isEqualTo(before - 200);
    }

    /** Who tries what happens is no guesser. */
    @Test
    void doesNotCountWrongCodesOfUploads() {
        String[] codes = Collections.nCopies(12, "714020000000000000").toArray(String[]::new);

        uploaded("T1", codes).body("items.problem.code", everyItem(equalTo("pay-code-unknown")));
    }

    /** Under an allowance that is taken back behind it: a terminal has one at a time. */
    private ValidatableResponse uploaded(String terminal, String... codes) {
        Map<String, Object> upload = upload(terminal, codes);
        ValidatableResponse answer = post(
                        "/redemptions/offline", UUID.randomUUID().toString(), upload)
                .statusCode(200);
        post(
                        "/merchants/SHOP/terminals/" + terminal + "/allowances/" + upload.get("allowance") + "/revoke",
                        UUID.randomUUID().toString(),
                        Map.of())
                .statusCode(200);
        return answer;
    }

    private Map<String, Object> upload(String terminal, String... codes) {
        JsonPath allowance = post(
                        "/merchants/SHOP/terminals/" + terminal + "/allowances",
                        UUID.randomUUID().toString(),
                        Map.of("perSale", 100, "count", codes.length, "hours", 1))
                .statusCode(201)
                .extract()
                .jsonPath();
        List<Map<String, Object>> rows = Arrays.stream(codes)
                .map(code -> Map.<String, Object>of(
                        "terminalTransaction",
                        "offline-" + NUMBERS.incrementAndGet(),
                        "code",
                        code,
                        "amount",
                        100,
                        "at",
                        allowance.getString("validFrom")))
                .toList();
        return Map.of(
                "merchant",
                "SHOP",
                "terminal",
                terminal,
                "allowance",
                allowance.getString("id"),
                "signature",
                allowance.getString("signature"),
                "rows",
                rows);
    }

    private static Map<String, Object> onTheBadLine(String mode) {
        Map<String, Object> body = sale(APPROVED, 500, false);
        body.put("mode", mode);
        body.put("terminal", "T716");
        return body;
    }

    /** The second answer; the first comes late. */
    private ValidatableResponse lost(String step, Map<String, Object> body, int status) {
        String key = UUID.randomUUID().toString();
        assertThat(timed(() -> post("/redemptions" + step, key, body).statusCode(status)))
                .as(step)
                .isGreaterThan(SILENCE);
        AtomicReference<ValidatableResponse> second = new AtomicReference<>();
        assertThat(timed(() -> second.set(post("/redemptions" + step, key, body))))
                .as(step)
                .isLessThan(SILENCE);
        return second.get().statusCode(status).header("Idempotent-Replayed", "true");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "714000000000000000",
                "714190000000000000",
                "716300000000000000",
                "718000000000000000",
                "719000000000000000"
            })
    void knowsNoOtherCodes(String code) {
        redeem(code, 1, true).statusCode(422).body("code", equalTo("pay-code-unknown"));
    }

    @Test
    void meansNothingInAnyOtherBook() {
        var book = bank.aBook();
        String merchant = book.aMerchant();
        for (String code : new String[] {APPROVED, "714010000000000000", "715000000000000250", "717000000000000000"}) {
            book.as(Role.APP)
                    .body(Map.of("mode", "SALE", "code", code, "merchant", merchant, "amount", 1, "unit", "PTS"))
                    .post(book.path() + "/redemptions")
                    .then()
                    .statusCode(422)
                    .body("code", equalTo("pay-code-unknown"));
        }
    }

    @Test
    void isGivenUpAndReversedByATillThatHearsNothing(@TempDir Path folder) throws Exception {
        String key = post("/merchants/SHOP/terminals/T1/keys", UUID.randomUUID().toString(), Map.of())
                .statusCode(201)
                .extract()
                .path("key");
        long before = points();
        Till.Settings impatient = new Till.Settings(
                URI.create("http://localhost:" + RestAssured.port + BOOK),
                key,
                "SHOP",
                "T1",
                folder.resolve("till.journal"),
                Duration.ofMillis(50),
                Duration.ofMillis(10),
                Duration.ofMillis(20),
                Duration.ofMillis(400));
        try (Till till = new Till(impatient)) {
            till.sale("716000000000000000", 300, false);
            till.recover();
            assertThat(till.receipts().getLast().state()).isEqualTo(Till.State.UNDONE);
            till.sale("716200000000000000", 300, false);
            till.recover();
            assertThat(till.receipts().getLast().state()).isEqualTo(Till.State.UNDONE);
            assertThat(till.sale("717000000000000000", 300, false).state()).isEqualTo(Till.State.SOLD);
            assertThat(till.sale("714050000000000000", 300, false).reason()).isEqualTo("member-frozen");
        }
        assertThat(points()).isEqualTo(before - 300);
    }

    // ---- the start -----------------------------------------------------------------------------------------------

    @Test
    void aSecondStartChangesNothing() {
        var last = get("/entries?limit=500").extract().<Integer>path("items.size()");

        start("SANDBOX");

        get("/entries?limit=500").body("items", hasSize(last));
    }

    @Test
    void refusesABookThatIsThereAndPutsNothingInIt() {
        var book = bank.aBook();

        assertThatThrownBy(() -> start(book.code()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(book.code());

        book.as(Role.AUDITOR)
                .get(book.path() + "/members")
                .then()
                .statusCode(200)
                .body("items", hasSize(0));
    }

    /** A start was cut off when it had made the book; the next is on a machine whose clock is a day slow. */
    @Test
    void givesPointsOnTheDayOfTheirPostingAndNotOnThatOfTheProcess() {
        String key = "sandbox:SLOW:book";
        Client client = clients.ensure(
                        new Clients.NewClient("sandbox", Set.of(Role.OPERATOR), Set.of(Client.EVERY_BOOK), null, null),
                        ApiKey.generate())
                .await()
                .indefinitely()
                .client();
        register.open(
                        new Ask(
                                new Importer(client.id()),
                                0,
                                new IdempotencyKey(key),
                                Sha256.of(key),
                                Language.ZH,
                                "/sandbox/book",
                                null),
                        new NewBook("SLOW", "沙箱", Book.Kind.COMMUNITY, SHANGHAI, false, 200, false))
                .await()
                .indefinitely();
        LocalDate tomorrow = LocalDate.now(SHANGHAI).plusDays(1);
        int book = books.find("SLOW").await().indefinitely().orElseThrow().id();
        pool.preparedQuery(BY_HAND + "UPDATE ledger_book SET last_posted_at = $2 WHERE book_id = $1")
                .execute(Tuple.of(
                        (short) book, tomorrow.atTime(12, 0).atZone(SHANGHAI).toOffsetDateTime()))
                .await()
                .indefinitely();

        start("SLOW");

        RestAssured.given()
                .header("Authorization", "Bearer " + operator())
                .get("/v1/books/SLOW/entries")
                .then()
                .body("items.type", everyItem(equalTo("OPENING")))
                .body("items.occurredOn", contains(tomorrow.toString(), tomorrow.toString()));
    }

    private void start(String book) {
        SandboxConfig config = new SandboxConfig() {
            @Override
            public Optional<String> book() {
                return Optional.of(book);
            }

            @Override
            public Duration silence() {
                return SILENCE;
            }
        };
        new SandboxAtStart(config, clients, register, books, members, merchants, terminals, openings)
                .onStart(new StartupEvent());
    }

    /** One client a test: a key is known to the client that sent it. */
    private String operator() {
        if (operator == null) {
            operator = bank.operatorKey();
        }
        return operator;
    }

    // ---- asking --------------------------------------------------------------------------------------------------

    private static Map<String, Object> sale(String code, long amount, boolean partially) {
        Map<String, Object> body = new HashMap<>();
        body.put("mode", "SALE");
        body.put("code", code);
        body.put("merchant", "SHOP");
        body.put("terminal", "T1");
        body.put("terminalTransaction", UUID.randomUUID() + "-" + NUMBERS.incrementAndGet());
        body.put("amount", amount);
        body.put("unit", "PTS");
        body.put("partialApproval", partially);
        return body;
    }

    private ValidatableResponse redeem(String code, long amount, boolean partially) {
        return post("/redemptions", UUID.randomUUID().toString(), sale(code, amount, partially));
    }

    private ValidatableResponse post(String path, String key, Map<String, Object> body) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + operator())
                .header("Idempotency-Key", key)
                .contentType(ContentType.JSON)
                .body(body)
                .post(BOOK + path)
                .then();
    }

    private ValidatableResponse get(String path) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + operator())
                .get(BOOK + path)
                .then();
    }

    private ValidatableResponse found(Map<String, Object> sale) {
        return get("/redemptions?merchant=SHOP&terminal=T1&terminalTransaction=" + sale.get("terminalTransaction"));
    }

    private long points() {
        return get("/accounts/2200:SANDBOX:PTS").extract().jsonPath().getLong("posted");
    }

    private static Duration timed(Runnable asking) {
        long from = System.nanoTime();
        asking.run();
        return Duration.ofNanos(System.nanoTime() - from);
    }
}
