package org.moralbank.paycodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.moralbank.TestBank.BY_HAND;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.TestBank.Member;
import org.moralbank.access.Importer;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Json;
import org.moralbank.platform.Language;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class PayCodesTest {
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

    /** Also when it is midnight in Shanghai while the tests run. */
    private static final LocalDate LAST_DAY = LocalDate.now(SHANGHAI).plusDays(1);

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @Inject
    PayCodes payCodes;

    @Inject
    WrongCodes wrongCodes;

    @Inject
    VoucherExpiry expiry;

    @Inject
    Vouchers vouchers;

    @Inject
    Commits commits;

    /** Gives back the vouchers that were taken, each of which only a redemption may keep. */
    private final List<Runnable> givingBack = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void giveBack() {
        givingBack.forEach(Runnable::run);
    }

    // ---- codes of the service ------------------------------------------------------------------------------------

    @Test
    void makesACodeThatIsTakenOnce() {
        var book = bank.aBook();
        var anna = book.aMember();

        var made = makeCode(book, anna)
                .statusCode(201)
                .body("member", equalTo(anna.id()))
                .body("code", matchesPattern("711\\d{15}"))
                .body("images", nullValue())
                .body("usedAt", nullValue())
                .extract();

        Instant madeAt = Instant.parse(made.path("madeAt"));
        assertThat(Instant.parse(made.path("validUntil"))).isEqualTo(madeAt.plusSeconds(60));
        assertThat(present(book, made.path("code"))).isEqualTo("taken " + anna.id());
        assertThat(present(book, made.path("code"))).isEqualTo("pay-code-used");
        book.as(Role.APP)
                .get(made.header("Location"))
                .then()
                .statusCode(200)
                .body("id", equalTo(made.path("id")))
                .body("code", nullValue())
                .body("usedAt", notNullValue());
    }

    @Test
    void refusesACodeWhoseTimeIsOver() {
        var book = bank.aBook();
        String code = makeCode(book, book.aMember()).extract().path("code");
        sql(
                "UPDATE pay_code SET made_at = made_at - interval '1 hour', valid_until = clock_timestamp() WHERE book_id = $1",
                book);

        assertThat(present(book, code)).isEqualTo("pay-code-expired");
    }

    @Test
    void knowsNoCodeOfAnotherBookAndNoneThatWasNeverMade() {
        var book = bank.aBook();
        String code = makeCode(book, book.aMember()).extract().path("code");

        assertThat(present(bank.aBook(), code)).isEqualTo("pay-code-unknown");
        for (String never :
                List.of(CodeText.made(), CodeText.ofVoucher(), "712000000000000000", "713000000000000000", "")) {
            assertThat(present(book, never)).isEqualTo("pay-code-unknown");
        }
        assertThat(present(book, code)).startsWith("taken");
    }

    @ParameterizedTest
    @CsvSource({"FROZEN, member-frozen", "CLOSED, member-closed"})
    void makesNothingForAMemberWhoIsFrozenOrHasLeft(String status, String code) {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);
        pool.preparedQuery("UPDATE member SET status = $3 WHERE book_id = $1 AND member_id = $2")
                .execute(Tuple.of((short) book.id(), anna.id(), status))
                .await()
                .indefinitely();

        makeCode(book, anna).statusCode(422).body("code", equalTo(code));
        makeVoucher(book, anna, 500).statusCode(422).body("code", equalTo(code));
        enrol(book, anna).statusCode(422).body("code", equalTo(code));

        assertThat(count("pay_code", book) + count("pay_voucher", book) + count("pay_device", book))
                .isZero();
    }

    @Test
    void makesNothingForWhoIsNotThere() {
        var book = bank.aBook();
        var stranger = new Member(book, "M-NOBODY");

        makeCode(book, stranger).statusCode(422).body("code", equalTo("unknown-member"));
        makeVoucher(book, stranger, 500).statusCode(422).body("code", equalTo("unknown-member"));
        enrol(book, stranger).statusCode(404);
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"TERMINAL", "AUDITOR"})
    void aTerminalMakesNoCodeAndNeitherDoesAnAuditor(Role role) {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);
        String key = book.keyOf(role, role == Role.TERMINAL ? "S-1" : null);

        for (String path : List.of("/pay-codes", "/vouchers", "/members/" + anna.id() + "/pay-devices")) {
            book.request(key)
                    .header("Idempotency-Key", "k")
                    .body(Map.of("member", anna.id()))
                    .post(book.path() + path)
                    .then()
                    .statusCode(403);
        }
    }

    @Test
    void drawsTheImagesThatAreOrdered() {
        var book = bank.aBook();
        var anna = book.aMember();

        book.as(Role.APP)
                .body(Map.of(
                        "member",
                        anna.id(),
                        "images",
                        List.of(
                                Map.of("symbology", "QR", "format", "SVG"),
                                Map.of("symbology", "CODE_128", "format", "PNG"))))
                .post(book.path() + "/pay-codes")
                .then()
                .statusCode(201)
                .body("code", notNullValue())
                .body("images", hasSize(2))
                .body("images.mediaType", contains("image/svg+xml", "image/png"))
                .body("images[1].data", matchesPattern("[A-Za-z0-9+/]+=*"));
    }

    static Stream<Arguments> imagesThatAreNone() {
        Map<String, String> good = Map.of("symbology", "QR", "format", "SVG");
        return Stream.of(
                arguments(List.of(good, Map.of("symbology", "QR")), List.of("images[1].format")),
                arguments(List.of(Map.of("format", "PNG"), good), List.of("images[0].symbology")),
                arguments(List.of(Map.of()), List.of("images[0].symbology", "images[0].format")),
                arguments(Arrays.asList(good, null), List.of("images[1]")),
                arguments(List.of(), List.of("images")),
                arguments(Collections.nCopies(5, good), List.of("images")));
    }

    @ParameterizedTest
    @MethodSource("imagesThatAreNone")
    void namesWhatIsWrongWithAnImage(List<Object> images, List<String> fields) {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);

        for (Map.Entry<String, Map<String, Object>> order : Map.of(
                        "/pay-codes",
                        Map.<String, Object>of("member", anna.id(), "images", images),
                        "/vouchers",
                        Map.<String, Object>of("member", anna.id(), "amount", 500, "unit", "PTS", "images", images))
                .entrySet()) {
            book.as(Role.APP)
                    .body(order.getValue())
                    .post(book.path() + order.getKey())
                    .then()
                    .statusCode(400)
                    .body("errors.field", equalTo(fields));
        }
    }

    // ---- what is kept --------------------------------------------------------------------------------------------

    @Test
    void aRetryIsAnsweredWithoutTheCodeAndNothingThatIsKeptHasIt() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);
        List<String> logged = Collections.synchronizedList(new ArrayList<>());
        Handler log = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(entry.getMessage() + Arrays.toString(entry.getParameters()) + entry.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        List<String> secrets = new ArrayList<>();
        List<Logger> loggers = Stream.of(
                        "org.moralbank", "io.quarkus", "org.jboss.resteasy.reactive", "io.vertx", "org.hibernate")
                .map(Logger::getLogger)
                .toList();
        loggers.forEach(logger -> logger.setLevel(Level.FINE));
        Logger.getLogger("").addHandler(log);
        try {
            secrets.add(onceOnly(book, "/pay-codes", Map.of("member", anna.id()), "code"));
            secrets.add(onceOnly(book, "/vouchers", voucher(anna, 500), "code"));
            secrets.add(onceOnly(book, "/members/" + anna.id() + "/pay-devices", Map.of("label", "电话"), "secret"));
            secrets.subList(0, 2).forEach(code -> {
                present(book, code);
                assertThat(present(book, code)).isEqualTo("pay-code-used");
            });
            assertThat(wrongOnce(book, secrets.getFirst())).isEqualTo("pay-code-used");
        } finally {
            Logger.getLogger("").removeHandler(log);
            loggers.forEach(logger -> logger.setLevel(null));
        }

        for (Row row :
                rows("SELECT a::text || convert_from(a.body, 'UTF8') FROM commit_answer a WHERE book_id = $1", book)) {
            assertThat(row.getString(0)).doesNotContain(secrets);
        }
        for (String table : List.of("pay_code", "pay_device", "pay_voucher", "ledger_hold")) {
            for (Row row : rows("SELECT t::text FROM " + table + " t WHERE book_id = $1", book)) {
                assertThat(row.getString(0)).doesNotContain(secrets);
            }
        }
        assertThat(logged).isNotEmpty().noneMatch(line -> secrets.stream().anyMatch(line::contains));
    }

    private String onceOnly(Book book, String path, Map<String, Object> body, String secret) {
        String apiKey = book.keyOf(Role.APP);
        String shown =
                post(book, apiKey, "once", path, body).statusCode(201).extract().path(secret);
        assertThat(shown).isNotBlank();
        post(book, apiKey, "once", path, body)
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .body(secret, nullValue())
                .body(not(containsString(shown)));
        return shown;
    }

    private static ValidatableResponse post(
            Book book, String apiKey, String idempotencyKey, String path, Map<String, Object> body) {
        return book.request(apiKey)
                .header("Idempotency-Key", idempotencyKey)
                .body(body)
                .post(book.path() + path)
                .then();
    }

    // ---- devices -------------------------------------------------------------------------------------------------

    @Test
    void aDeviceMakesCodesByItsSecretAloneUntilItIsRevoked() {
        var book = bank.aBook();
        var anna = book.aMember();
        var device = enrol(book, anna)
                .statusCode(201)
                .body("handle", matchesPattern("\\d{7}"))
                .body("secret", matchesPattern("[A-Z2-7]{52}"))
                .extract();
        byte[] secret = TestCodes.unbase32(device.path("secret"));
        long step = Totp.stepAt(Instant.now().getEpochSecond());

        assertThat(present(book, CodeText.ofDevice(device.path("handle"), secret, step)))
                .isEqualTo("taken " + anna.id());
        assertThat(present(book, CodeText.ofDevice(device.path("handle"), secret, step)))
                .isEqualTo("pay-code-used");
        list(book, anna)
                .body("items.id", contains((String) device.path("id")))
                .body("items[0].secret", nullValue())
                .body("items[0].lastUsedAt", notNullValue())
                .body("next", nullValue());

        for (int i = 0; i < 2; i++) {
            book.as(Role.COORDINATOR)
                    .post(device.header("Location") + "/revoke")
                    .then()
                    .statusCode(200)
                    .body("revokedAt", notNullValue());
        }
        assertThat(present(book, CodeText.ofDevice(device.path("handle"), secret, step + 1)))
                .isEqualTo("pay-code-unknown");
    }

    /** Answers are kept for ever, and what a person wrote can be erased. */
    @Test
    void whatAMemberCallsADeviceIsInNoAnswerThatIsKept() {
        var book = bank.aBook();
        var anna = book.aMember();
        String apiKey = book.keyOf(Role.APP);
        String devices = "/members/" + anna.id() + "/pay-devices";
        Map<String, Object> enrolment = Map.of("label", "外婆的手机");

        String id = post(book, apiKey, "enrol", devices, enrolment)
                .statusCode(201)
                .body("label", equalTo("外婆的手机"))
                .extract()
                .path("id");
        post(book, apiKey, "enrol", devices, enrolment)
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .body("id", equalTo(id))
                .body("label", nullValue());
        for (String key : List.of("revoke", "revoke", "again")) {
            post(book, apiKey, key, devices + "/" + id + "/revoke", Map.of())
                    .statusCode(200)
                    .body("id", equalTo(id))
                    .body("label", nullValue());
        }

        assertThat(rows("SELECT convert_from(body, 'UTF8') FROM commit_answer WHERE book_id = $1", book))
                .hasSize(3)
                .noneMatch(row -> row.getString(0).contains("外婆"));
        list(book, anna).body("items.label", contains("外婆的手机"));
    }

    @Test
    void aMemberHasThreeDevicesAtMost() {
        var book = bank.aBook();
        var anna = book.aMember();
        var first = enrol(book, anna).statusCode(201).extract();
        enrol(book, anna).statusCode(201);
        enrol(book, anna).statusCode(201);

        enrol(book, anna)
                .statusCode(409)
                .body("code", equalTo("too-many-pay-devices"))
                .body("limit", equalTo(3));
        enrol(book, book.aMember()).statusCode(201);
        book.as(Role.APP).post(first.header("Location") + "/revoke").then().statusCode(200);

        enrol(book, anna).statusCode(201);
        list(book, anna).body("items", hasSize(4));
        assertThat(count("pay_device", book)).isEqualTo(5);
    }

    @Test
    void anotherMembersDeviceIsNotThere() {
        var book = bank.aBook();
        var anna = book.aMember();
        var bela = book.aMember();
        String id = enrol(book, anna).extract().path("id");

        for (String path : List.of(
                book.path() + "/members/" + bela.id() + "/pay-devices/" + id,
                book.path() + "/members/" + anna.id() + "/pay-devices/" + UUID.randomUUID(),
                book.path() + "/members/" + anna.id() + "/pay-devices/x")) {
            book.as(Role.APP).post(path + "/revoke").then().statusCode(404);
        }
        list(book, anna).body("items[0].revokedAt", nullValue());
    }

    // ---- vouchers ------------------------------------------------------------------------------------------------

    @Test
    void holdsTheAmountOfAVoucherFromTheDayItIsMadeUntilItIsRevoked() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);

        var made = makeVoucher(book, anna, 600)
                .statusCode(201)
                .body("code", matchesPattern("72\\d{16}"))
                .body("status", equalTo("ACTIVE"))
                .body("amount", equalTo(600))
                .body("unit", equalTo("PTS"))
                .body("expiresOn", equalTo(LAST_DAY.toString()))
                .body(
                        "expiresAt",
                        equalTo(LAST_DAY.plusDays(1)
                                .atStartOfDay(SHANGHAI)
                                .toInstant()
                                .toString()))
                .extract();
        assertThat(held(book, anna)).isEqualTo(600);
        makeVoucher(book, anna, 401)
                .statusCode(422)
                .body("code", equalTo("insufficient-balance"))
                .body("available", equalTo(400));
        makeVoucher(book, anna, 400).statusCode(201);

        for (int i = 0; i < 2; i++) {
            book.as(Role.COORDINATOR)
                    .post(made.header("Location") + "/revoke")
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("REVOKED"))
                    .body("endedAt", notNullValue());
        }
        assertThat(held(book, anna)).isEqualTo(400);
        assertThat(present(book, made.path("code"))).isEqualTo("pay-code-unknown");
        assertThat(count("ledger_entry", book)).as("the opening").isEqualTo(1);
    }

    @Test
    void aVoucherIsTakenOnceAndThenNotRevoked() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);
        var made = makeVoucher(book, anna, 600).extract();

        assertThat(present(book, made.path("code"))).isEqualTo("taken " + anna.id() + " 600");
        assertThat(present(book, made.path("code"))).isEqualTo("pay-code-used");
        book.as(Role.APP)
                .post(made.header("Location") + "/revoke")
                .then()
                .statusCode(409)
                .body("code", equalTo("voucher-not-active"))
                .body("voucherStatus", equalTo("USED"));
        assertThat(held(book, anna)).isEqualTo(600);
    }

    @Test
    void expiryFreesThePointsOnceHoweverOftenAndByHoweverManyItIsDone() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);
        List<String> due = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            due.add(makeVoucher(book, anna, 100).extract().path("code"));
        }
        sql(
                "UPDATE pay_voucher SET created_at = created_at - interval '1 hour', expires_at = clock_timestamp() WHERE book_id = $1",
                book);
        var later = makeVoucher(book, anna, 50).extract();

        Uni.join()
                .all(expiry.run(), expiry.run(), expiry.run())
                .andFailFast()
                .await()
                .atMost(Duration.ofSeconds(30));

        assertThat(held(book, anna)).isEqualTo(50);
        due.forEach(code -> assertThat(present(book, code)).isEqualTo("pay-code-expired"));
        book.as(Role.AUDITOR)
                .get(book.path() + "/vouchers?status=EXPIRED")
                .then()
                .statusCode(200)
                .body("items", hasSize(3))
                .body("items.code", contains(nullValue(), nullValue(), nullValue()));
        assertThat(present(book, later.path("code"))).startsWith("taken");
        assertThat(expiry.run().await().atMost(Duration.ofSeconds(30))).isZero();
    }

    @Test
    void listsVouchersByMemberStatusAndReference() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);
        var bela = book.aMember().holding(1000, Unit.PTS);
        String first = makeVoucher(book, anna, 1).extract().path("id");
        String second = makeVoucher(book, bela, 2).extract().path("id");
        String third = makeVoucher(book, anna, 3).extract().path("id");

        vouchers(book, "").body("items.id", contains(first, second, third)).body("next", nullValue());
        vouchers(book, "?member=" + anna.id()).body("items.id", contains(first, third));
        vouchers(book, "?status=USED").body("items", hasSize(0));
        vouchers(book, "?reference=V-2").body("items.id", contains(second));
        String next =
                vouchers(book, "?limit=2").body("items", hasSize(2)).extract().path("next");
        vouchers(book, "?after=" + next).body("items.id", contains(third));
        book.as(Role.APP).get(book.path() + "/vouchers?status=LOST").then().statusCode(400);
        book.as(Role.APP)
                .get(book.path() + "/vouchers/" + second)
                .then()
                .statusCode(200)
                .body("member", equalTo(bela.id()))
                .body("code", nullValue());
        bank.aBook()
                .as(Role.APP)
                .get(book.path() + "/vouchers/" + second)
                .then()
                .statusCode(404);
    }

    @Test
    void refusesTimeAndADayOutOfBounds() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);

        LocalDate today = LocalDate.now(SHANGHAI);
        expiring(book, anna, today.minusDays(1)).statusCode(400).body("errors.field", contains("expiresOn"));
        expiring(book, anna, today.plusDays(367)).statusCode(400).body("errors.field", contains("expiresOn"));
        expiring(book, anna, today.plusDays(366)).statusCode(201);
        var time = new HashMap<>(voucher(anna, 1));
        time.put("unit", "MIN");
        book.as(Role.APP)
                .body(time)
                .post(book.path() + "/vouchers")
                .then()
                .statusCode(422)
                .body("code", equalTo("time-not-redeemable"));
        assertThat(held(book, anna)).isEqualTo(1);
    }

    /** Nobody can send again in time what waited for an answer over midnight. */
    @Test
    void aRetryIsToldOfItsVoucherAlsoWhenItsDayIsOver() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);
        Instant before = Instant.now().minus(Duration.ofDays(2));
        LocalDate day = LocalDate.ofInstant(before, SHANGHAI);
        var body = new VouchersResource.NewVoucher(anna.id(), 100L, Unit.PTS, day, "V-1", null);

        Answer made = make(book, body, "k1", before);
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.replayed()).isFalse();
        Answer again = make(book, body, "k1", null);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.replayed()).isTrue();
        assertThat(again.location()).isEqualTo(made.location());
        Answer another = make(book, body, "k2", null);
        assertThat(another.status()).isEqualTo(400);
        assertThat(new String(another.body(), StandardCharsets.UTF_8)).contains("\"field\":\"expiresOn\"");
    }

    @Test
    void aVoucherLastsThirtyDaysFromItsMakingByTheDatabasesClock() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);
        Instant before = Instant.now().minus(Duration.ofDays(2));

        Answer made =
                make(book, new VouchersResource.NewVoucher(anna.id(), 100L, Unit.PTS, null, null, null), "k1", before);

        assertThat(new String(made.body(), StandardCharsets.UTF_8))
                .contains("\"expiresOn\":\""
                        + LocalDate.ofInstant(before, SHANGHAI).plusDays(30) + '"');
    }

    private Answer make(Book book, VouchersResource.NewVoucher body, String key, @Nullable Instant clock) {
        Fields fields = new Fields();
        Vouchers.NewVoucher said = body.checked(fields);
        fields.refuseFaults();
        Ask ask = new Ask(
                new Importer(1_000_000 + book.id()),
                book.id(),
                new IdempotencyKey(key),
                new byte[32],
                Language.EN,
                "/",
                clock);
        return vouchers.make(ask, handle(book), said, List.of()).await().atMost(Duration.ofSeconds(30));
    }

    // ---- guessing ------------------------------------------------------------------------------------------------

    @Test
    void whoShowsTooManyWrongCodesWaits() {
        var book = bank.aBook();
        for (int i = 0; i < 10; i++) {
            assertThat(wrongOnce(book, CodeText.made())).isEqualTo("pay-code-unknown");
        }

        assertThat(wrongOnce(book, CodeText.made())).isEqualTo("too-many-wrong-codes");
        String code = makeCode(book, book.aMember()).extract().path("code");
        assertThat(wrongOnce(book, code)).isEqualTo("too-many-wrong-codes");
        assertThat(present(book, code)).as("by somebody else").startsWith("taken");
    }

    /** As a resource of redemptions does it; the client is the book's till. */
    private String wrongOnce(Book book, String code) {
        try {
            return told(wrongCodes
                    .watch(handle(book), 1_000_000 + book.id(), null, code, barred -> presenting(book, code, barred))
                    .await()
                    .atMost(Duration.ofSeconds(30)));
        } catch (RefusedException refused) {
            return refused.rejection().code();
        }
    }

    @Test
    void tellsWhatWasMadeTakenAndRefused() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.PTS);
        String code = makeCode(book, anna).extract().path("code");
        var voucher = makeVoucher(book, anna, 1).extract();
        enrol(book, anna).statusCode(201);
        present(book, code);
        wrongOnce(book, code);
        book.as(Role.APP).post(voucher.header("Location") + "/revoke").then().statusCode(200);

        book.as(Role.OPERATOR)
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("moralbank_paycodes_made_total{kind=\"code\"}"))
                .body(containsString("moralbank_paycodes_made_total{kind=\"device\"}"))
                .body(containsString("moralbank_paycodes_made_total{kind=\"voucher\"}"))
                .body(containsString("moralbank_paycodes_presented_total{kind=\"code\"}"))
                .body(containsString("moralbank_paycodes_refused_total{code=\"pay-code-used\"}"))
                .body(containsString("moralbank_paycodes_vouchers_ended_total{how=\"revoked\"}"));
    }

    // ---- fixtures ------------------------------------------------------------------------------------------------

    private static ValidatableResponse makeCode(Book book, Member member) {
        return book.as(Role.APP)
                .body(Map.of("member", member.id()))
                .post(book.path() + "/pay-codes")
                .then();
    }

    private static ValidatableResponse enrol(Book book, Member member) {
        return book.as(Role.APP)
                .body(Map.of("label", "电话"))
                .post(book.path() + "/members/" + member.id() + "/pay-devices")
                .then();
    }

    private static ValidatableResponse list(Book book, Member member) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/members/" + member.id() + "/pay-devices")
                .then()
                .statusCode(200);
    }

    private static Map<String, Object> voucher(Member member, long amount) {
        return Map.of(
                "member",
                member.id(),
                "amount",
                amount,
                "unit",
                "PTS",
                "expiresOn",
                LAST_DAY.toString(),
                "reference",
                "V-" + amount);
    }

    private static ValidatableResponse makeVoucher(Book book, Member member, long amount) {
        return book.as(Role.COORDINATOR)
                .body(voucher(member, amount))
                .post(book.path() + "/vouchers")
                .then();
    }

    private static ValidatableResponse expiring(Book book, Member member, LocalDate day) {
        var body = new HashMap<>(voucher(member, 1));
        body.put("expiresOn", day.toString());
        return book.as(Role.APP).body(body).post(book.path() + "/vouchers").then();
    }

    private static ValidatableResponse vouchers(Book book, String query) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/vouchers" + query)
                .then()
                .statusCode(200);
    }

    /** What a work is told that takes the code: the code of the refusal, or whose it is. */
    private String present(Book book, String code) {
        return told(presenting(book, code, null).await().atMost(Duration.ofSeconds(30)));
    }

    private Uni<Answer> presenting(Book book, String code, PayCodeRejection.@Nullable TooManyWrong barred) {
        return payCodes.find(handle(book), code)
                .chain(shown -> submit(book, shown, set -> {
                            if (barred != null) {
                                throw barred.refused();
                            }
                            Presented taken = shown.present(set);
                            Presented.PutBy voucher = taken.voucher();
                            return Answer.ok(
                                    Map.of("taken", taken.member() + (voucher == null ? "" : " " + voucher.amount())));
                        })
                        .invoke(answer -> {
                            if (shown instanceof ShownCode.OfVoucher voucher && answer.status() == 200) {
                                givingBack.add(() -> giveBack(book, voucher));
                            }
                        }));
    }

    private void giveBack(Book book, ShownCode.OfVoucher voucher) {
        Answer answer = submit(book, voucher, set -> {
                    ShownCode.giveBack(set, book.id(), voucher.id());
                    return Answer.ok(Map.of());
                })
                .await()
                .atMost(Duration.ofSeconds(30));
        assertThat(answer.status()).isEqualTo(200);
    }

    private Uni<Answer> submit(Book book, ShownCode shown, Function<WorkingSet, Answer> what) {
        Ask ask = new Ask(new Importer(0), book.id(), null, new byte[0], Language.EN, "/", null);
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                shown.need(needs);
            }

            @Override
            public Answer decide(WorkingSet set) {
                return what.apply(set);
            }
        });
    }

    private static String told(Answer answer) {
        try {
            var body = Json.mapper().readTree(answer.body());
            return answer.status() == 200
                    ? "taken " + body.path("taken").asText()
                    : body.path("code").asText();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static BookHandle handle(Book book) {
        return new BookHandle(book.id(), book.code(), SHANGHAI);
    }

    private long held(Book book, Member member) {
        for (Row row : pool.preparedQuery(
                        "SELECT sum(held)::bigint FROM ledger_account WHERE book_id = $1 AND owner = $2")
                .execute(Tuple.of((short) book.id(), member.id()))
                .await()
                .indefinitely()) {
            return row.getLong(0);
        }
        throw new AssertionError();
    }

    private long count(String table, Book book) {
        return rows("SELECT count(*) FROM " + table + " WHERE book_id = $1", book)
                .iterator()
                .next()
                .getLong(0);
    }

    /** Changes rows past the commits. */
    private void sql(String sql, Book book) {
        rows(BY_HAND + sql, book);
    }

    private Iterable<Row> rows(String sql, Book book) {
        return pool.preparedQuery(sql)
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely();
    }
}
