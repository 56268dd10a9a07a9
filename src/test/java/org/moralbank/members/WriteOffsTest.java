package org.moralbank.members;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;
import org.moralbank.verifier.Verify;

/** What members and teams owe and cannot pay is written off. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class WriteOffsTest {
    @Inject
    TestBank bank;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Unit.class)
    void writesOffWhatAMemberOwesAndThenHeCanLeave(Unit unit) {
        var book = bank.aBook();
        var anna = book.aMember();
        owing(book, anna.holder(unit), 400);
        close(book, anna).then().statusCode(409).body("code", equalTo("shortfall-open"));

        ValidatableResponse written = writeOff(book, anna, unit, null)
                .statusCode(201)
                .body("owner", equalTo(anna.id()))
                .body("amount", equalTo(400))
                .body("unit", equalTo(unit.name()))
                .body("owedAfter", equalTo(0))
                .body("entries.type", contains("WRITE_OFF"))
                .body("entries[0].actor", equalTo("W-1"))
                .body("entries[0].approver", equalTo("W-2"))
                .body("entries[0].postings.account", contains(lost(unit), debt(anna.id(), unit)))
                .body("entries[0].postings.amount", contains(-400, 400));

        book.as(Role.AUDITOR)
                .get(written.extract().header("Location"))
                .then()
                .statusCode(200)
                .body("type", equalTo("WRITE_OFF"))
                .body("reason", equalTo("成员已故"));
        close(book, anna).then().statusCode(200);
        assertThat(posted(book, lost(unit))).isEqualTo(-400);
        assertThat(posted(book, debt(anna.id(), unit))).isZero();
    }

    @Test
    void aPartIsWrittenOffAndTheRestIsStillOwed() {
        var book = bank.aBook();
        var anna = book.aMember();
        owing(book, anna.holder(Unit.PTS), 400);

        writeOff(book, anna, Unit.PTS, 399L).statusCode(201).body("owedAfter", equalTo(1));

        book.as(Role.APP)
                .get(book.path() + "/members/" + anna.id() + "/balances")
                .then()
                .body("totals.find { it.unit == 'PTS' }.owed", equalTo(1));
        close(book, anna)
                .then()
                .statusCode(409)
                .body("code", equalTo("shortfall-open"))
                .body("owed", equalTo(1));
        writeOff(book, anna, Unit.PTS, 2L).statusCode(422).body("code", equalTo("write-off-exceeded"));
        writeOff(book, anna, Unit.PTS, 1L).statusCode(201).body("owedAfter", equalTo(0));
    }

    /** What a closing would take of him is no loss; granted time, which goes back to its fund, does not pay. */
    @Test
    void whatHeMightGiveAwayPaysFirst() {
        var book = bank.aBook();
        var anna = book.aMember()
                .holding(30, Unit.MIN)
                .holding(15, Unit.MIN, new Lot("POOL", LocalDate.of(2099, 12, 31), true));
        owing(book, anna.holder(Unit.MIN), 40);
        close(book, anna).then().statusCode(409).body("owed", equalTo(10));

        writeOff(book, anna, Unit.MIN, 11L)
                .statusCode(422)
                .body("code", equalTo("write-off-exceeded"))
                .body("owed", equalTo(40))
                .body("most", equalTo(10))
                .body("wanted", equalTo(11));
        writeOff(book, anna, Unit.MIN, null)
                .statusCode(201)
                .body("amount", equalTo(10))
                .body("owedAfter", equalTo(30));
        writeOff(book, anna, Unit.MIN, null)
                .statusCode(422)
                .body("code", equalTo("nothing-to-write-off"))
                .body("owed", equalTo(30));

        close(book, anna).then().statusCode(200).body("entries.type", contains("SHORTFALL_RECOVER", "ACCOUNT_CLOSE"));
        assertThat(posted(book, debt(anna.id(), Unit.MIN))).isZero();
        assertThat(posted(book, lost(Unit.MIN))).isEqualTo(-10);
    }

    /** It may be given back to him. */
    @Test
    void whatIsHeldMayStillPay() {
        var book = bank.aBook();
        var anna = book.aMember().holding(100, Unit.PTS);
        book.as(Role.APP)
                .body(Map.of(
                        "mode",
                        "AUTHORIZE",
                        "member",
                        anna.id(),
                        "merchant",
                        book.aMerchant(),
                        "amount",
                        100,
                        "unit",
                        "PTS"))
                .post(book.path() + "/redemptions")
                .then()
                .statusCode(201);
        owing(book, anna.holder(Unit.PTS), 101);

        writeOff(book, anna, Unit.PTS, 2L).statusCode(422).body("most", equalTo(1));
        writeOff(book, anna, Unit.PTS, 1L).statusCode(201);
    }

    @Test
    void alsoOfAMemberWhoIsFrozen() {
        var book = bank.aBook();
        var anna = book.aMember().holding(10, Unit.MIN);
        owing(book, anna.holder(Unit.MIN), 40);
        book.as(Role.COORDINATOR)
                .body("{\"reason\":\"已故\",\"actor\":\"W-1\"}")
                .post(book.path() + "/members/" + anna.id() + "/freeze")
                .then()
                .statusCode(200);

        writeOff(book, anna, Unit.MIN, null).statusCode(201).body("amount", equalTo(30));

        close(book, anna).then().statusCode(200);
    }

    @Test
    void alsoOfAMemberWhoHasLeftAndWhomAReversalLeftADebt() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        close(book, anna).then().statusCode(200);
        reverse(book, 1).statusCode(201);
        assertThat(posted(book, debt(anna.id(), Unit.MIN))).isEqualTo(-60);

        writeOff(book, anna, Unit.MIN, null).statusCode(201).body("amount", equalTo(60));

        assertThat(posted(book, debt(anna.id(), Unit.MIN))).isZero();
        book.as(Role.APP).get(book.path() + "/members/" + anna.id()).then().body("status", equalTo("CLOSED"));
    }

    @Test
    void alsoOfATeam() {
        var book = bank.aBook();
        String team = book.aTeam();
        owing(book, Holder.of(book.id(), Chart.TEAM_TIME, team), 60);
        String path = book.path() + "/teams/" + team + "/write-offs";

        book.as(Role.OPERATOR)
                .body(body(Unit.MIN, 61L))
                .post(path)
                .then()
                .statusCode(422)
                .body("code", equalTo("write-off-exceeded"));
        book.as(Role.OPERATOR)
                .body(body(Unit.MIN, null))
                .post(path)
                .then()
                .statusCode(201)
                .body("owner", equalTo(team))
                .body("amount", equalTo(60));

        assertThat(posted(book, debt(team, Unit.MIN))).isZero();
        assertThat(posted(book, lost(Unit.MIN))).isEqualTo(-60);
    }

    // ---- taken back ----------------------------------------------------------------------------------------------

    @Test
    void aWriteOffThatIsReversedLeavesTheDebtAsItWas() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        close(book, anna).then().statusCode(200);
        reverse(book, 1).statusCode(201);
        int entry =
                writeOff(book, anna, Unit.MIN, 50L).statusCode(201).extract().path("entries[0].seq");

        reverse(book, entry)
                .statusCode(201)
                .body("entries.type", contains("REVERSAL"))
                .body("entries[0].postings.account", contains(debt(anna.id(), Unit.MIN), lost(Unit.MIN)));

        assertThat(posted(book, debt(anna.id(), Unit.MIN))).isEqualTo(-60);
        assertThat(posted(book, lost(Unit.MIN))).isZero();
        reverse(book, entry).statusCode(409).body("code", equalTo("already-reversed"));
        writeOff(book, anna, Unit.MIN, null).statusCode(201).body("amount", equalTo(60));
    }

    // ---- refusals ------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unit     |",
                "unit     | HOURS",
                "amount   | 0",
                "amount   | -1",
                "reason   |",
                "actor    |",
                "approver |",
                "approver | W-1",
                "approver | two words",
                "reward   | 1",
            })
    void refusesWhatIsMalformedByFieldAndPostsNothing(String field, @Nullable String value) {
        var book = bank.aBook();
        var anna = book.aMember();
        owing(book, anna.holder(Unit.MIN), 40);
        Map<String, Object> body = body(Unit.MIN, 40L);
        body.remove(field);
        if (value != null) {
            body.put(field, value.matches("-?\\d+") ? (Object) Long.valueOf(value) : value);
        }

        book.as(Role.COORDINATOR)
                .body(body)
                .post(path(book, anna))
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid-request"))
                .body("errors.field", contains(field));

        assertThat(posted(book, debt(anna.id(), Unit.MIN))).isEqualTo(-40);
    }

    @Test
    void refusesWhoIsNotThereWhoOwesNothingAndWhoMayNot() {
        var book = bank.aBook();
        var anna = book.aMember();
        owing(book, anna.holder(Unit.MIN), 40);

        for (String nobody : List.of("/members/M-nobody", "/teams/" + anna.id(), "/members/POOL")) {
            book.as(Role.COORDINATOR)
                    .body(body(Unit.MIN, null))
                    .post(book.path() + nobody + "/write-offs")
                    .then()
                    .statusCode(404)
                    .body("code", equalTo("not-found"));
        }
        writeOff(book, anna, Unit.PTS, null)
                .statusCode(422)
                .body("code", equalTo("nothing-to-write-off"))
                .body("owed", equalTo(0))
                .body("unit", equalTo("PTS"));
        book.as(Role.COORDINATOR)
                .header("Accept-Language", "zh-CN")
                .body(body(Unit.MIN, 41L))
                .post(path(book, anna))
                .then()
                .statusCode(422)
                .body("detail", equalTo(anna.id() + " 欠 40 分钟，其中 40 分钟 无法抵扣；请求核销 41 分钟。"));
        for (Role role : List.of(Role.APP, Role.AUDITOR)) {
            book.as(role)
                    .body(body(Unit.MIN, 40L))
                    .post(path(book, anna))
                    .then()
                    .statusCode(403);
        }

        assertThat(posted(book, debt(anna.id(), Unit.MIN))).isEqualTo(-40);
    }

    // ---- once ----------------------------------------------------------------------------------------------------

    @Test
    void aRetryIsToldTheFirstAnswerAndWritesNothingMoreOff() {
        var book = bank.aBook();
        var anna = book.aMember();
        owing(book, anna.holder(Unit.MIN), 40);
        String key = book.keyOf(Role.COORDINATOR);
        Callable<Response> request = () -> book.request(key)
                .header("Idempotency-Key", "w-1")
                .body(body(Unit.MIN, 20L))
                .post(path(book, anna));

        String first = call(request).then().statusCode(201).extract().asString();
        call(request)
                .then()
                .statusCode(201)
                .header("Idempotent-Replayed", equalTo("true"))
                .body(equalTo(first));

        assertThat(posted(book, debt(anna.id(), Unit.MIN))).isEqualTo(-20);
        book.request(key)
                .header("Idempotency-Key", "w-1")
                .body(body(Unit.MIN, 19L))
                .post(path(book, anna))
                .then()
                .statusCode(422)
                .body("code", equalTo("idempotency-key-reused"));
    }

    @Test
    void whatSixteenWriteOffAtOnceIsWrittenOffOnce() throws Exception {
        var book = bank.aBook();
        var anna = book.aMember();
        owing(book, anna.holder(Unit.MIN), 40);
        List<Callable<Response>> all = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            var request = book.as(Role.COORDINATOR).body(body(Unit.MIN, null));
            all.add(() -> request.post(path(book, anna)));
        }

        List<Response> answers = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(16)) {
            for (var answered : threads.invokeAll(all)) {
                answers.add(answered.get());
            }
        }

        assertThat(answers).filteredOn(answer -> answer.statusCode() == 201).hasSize(1);
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() == 422)
                .extracting(answer -> answer.<String>path("code"))
                .hasSize(15)
                .containsOnly("nothing-to-write-off");
        book.as(Role.AUDITOR)
                .get(book.path() + "/entries?type=WRITE_OFF")
                .then()
                .body("items", hasSize(1));
        assertThat(posted(book, lost(Unit.MIN))).isEqualTo(-40);
    }

    // ---- reported ------------------------------------------------------------------------------------------------

    @Test
    void theVerifierAndTheTrialBalanceAgreeWithALoss() throws IOException {
        var book = bank.aBook();
        var anna = book.aMember();
        owing(book, anna.holder(Unit.MIN), 40);
        int entry =
                writeOff(book, anna, Unit.MIN, 15L).statusCode(201).extract().path("entries[0].seq");
        writeOff(book, anna, Unit.MIN, 25L).statusCode(201);
        reverse(book, entry).statusCode(201);

        book.as(Role.AUDITOR)
                .get(book.path() + "/trial-balance")
                .then()
                .statusCode(200)
                .body("codes.find { it.code == '3265' }.closing", equalTo(-25))
                .body("codes.find { it.code == '1610' }.closing", equalTo(-15));
        Path pack = folder.resolve("pack.zip");
        Files.write(pack, exported(book));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        assertThat(Verify.run(new String[] {pack.toString()}, new PrintStream(said, true, UTF_8)))
                .as(said.toString(UTF_8))
                .isZero();
    }

    private static byte[] exported(TestBank.Book book) {
        String path = book.as(Role.AUDITOR)
                .body("{\"formats\":[\"JSONL\"]}")
                .post(book.path() + "/exports")
                .then()
                .statusCode(201)
                .extract()
                .header("Location");
        long until = System.nanoTime() + 30_000_000_000L;
        while (!book.as(Role.AUDITOR).get(path).path("status").equals("DONE")) {
            assertThat(System.nanoTime()).as(path).isLessThan(until);
        }
        return book.as(Role.AUDITOR).get(path + "/pack").asByteArray();
    }

    // ---- fixtures ------------------------------------------------------------------------------------------------

    /** Without an amount all of it. */
    private static ValidatableResponse writeOff(
            TestBank.Book book, TestBank.Member member, Unit unit, @Nullable Long amount) {
        return book.as(Role.COORDINATOR)
                .body(body(unit, amount))
                .post(path(book, member))
                .then();
    }

    private static Map<String, Object> body(Unit unit, @Nullable Long amount) {
        Map<String, Object> body =
                new HashMap<>(Map.of("unit", unit.name(), "reason", "成员已故", "actor", "W-1", "approver", "W-2"));
        if (amount != null) {
            body.put("amount", amount);
        }
        return body;
    }

    private static String path(TestBank.Book book, TestBank.Member member) {
        return book.path() + "/members/" + member.id() + "/write-offs";
    }

    private static Response close(TestBank.Book book, TestBank.Member member) {
        return book.as(Role.COORDINATOR)
                .body("{\"reason\":\"已故\"}")
                .post(book.path() + "/members/" + member.id() + "/close");
    }

    private static ValidatableResponse reverse(TestBank.Book book, int entry) {
        return book.as(Role.COORDINATOR)
                .body("{\"reason\":\"录入有误\"}")
                .post(book.path() + "/entries/" + entry + "/reversal")
                .then();
    }

    private static void owing(TestBank.Book book, Holder holder, long amount) {
        book.post(
                Holder.of(
                        book.id(),
                        holder.unit() == Unit.MIN ? Chart.SHORTFALL_TIME : Chart.SHORTFALL_POINTS,
                        holder.owner()),
                new Holder(book.id(), Chart.OPENING, "", holder.unit()),
                Lot.OWN,
                amount);
    }

    private static String lost(Unit unit) {
        return unit == Unit.MIN ? "3265:MIN" : "3260:PTS";
    }

    private static String debt(String owner, Unit unit) {
        return (unit == Unit.MIN ? "1610:" : "1600:") + owner + ":" + unit;
    }

    private static long posted(TestBank.Book book, String account) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/accounts/" + account)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath()
                .getLong("posted");
    }

    private static Response call(Callable<Response> request) {
        try {
            return request.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
