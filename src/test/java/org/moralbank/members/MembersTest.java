package org.moralbank.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.moralbank.TestBank.BY_HAND;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.TestLots;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class MembersTest {
    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    // ---- registering -------------------------------------------------------------------------------------------

    @Test
    void registersAMemberOnceAndTellsHimWithHisTag() {
        var book = bank.aBook();

        var registered = put(book, "M-1", "{\"role\":\"helper\",\"ageBand\":\"60-69\",\"label\":\"王**\"}", null);

        registered
                .then()
                .statusCode(201)
                .header("Location", book.path() + "/members/M-1")
                .header("ETag", "\"1\"")
                .body("memberId", equalTo("M-1"))
                .body("status", equalTo("ACTIVE"))
                .body("label", equalTo("王**"))
                .body("priorityRecipient", equalTo(false));
        book.as(Role.AUDITOR)
                .get(book.path() + "/members/M-1")
                .then()
                .statusCode(200)
                .header("ETag", "\"1\"")
                .body("registeredAt", equalTo(registered.jsonPath().getString("registeredAt")));
    }

    @Test
    void editsAMemberOnlyWithTheTagOfWhatIsThere() {
        var book = bank.aBook();
        put(book, "M-1", "{\"role\":\"helper\"}", null).then().statusCode(201);

        put(book, "M-1", "{\"role\":\"helper\"}", null).then().statusCode(200).header("ETag", "\"1\"");
        put(book, "M-1", "{\"role\":\"elder\"}", null)
                .then()
                .statusCode(428)
                .body("code", equalTo("precondition-required"));
        put(book, "M-1", "{\"role\":\"elder\"}", "\"2\"").then().statusCode(412).body("current", equalTo(1));
        put(book, "M-1", "{\"role\":\"elder\"}", "\"1\"").then().statusCode(200).header("ETag", "\"2\"");
        put(book, "M-1", "{\"role\":\"elder\"}", "\"1\"").then().statusCode(200).header("ETag", "\"2\"");
        put(book, "M-1", "{\"role\":\"other\"}", "\"1\"").then().statusCode(412);
        put(book, "M-1", "{\"role\":\"other\"}", "*").then().statusCode(200).header("ETag", "\"3\"");
    }

    @Test
    void refusesToCreateWithATagOfSomethingThatIsNotThere() {
        var book = bank.aBook();

        put(book, "M-1", "{}", "\"1\"").then().statusCode(412);

        book.as(Role.APP)
                .get(book.path() + "/members/M-1")
                .then()
                .statusCode(404)
                .body("code", equalTo("not-found"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "M-1 | {\"ageBand\":\"old\"}               | ageBand",
                "M-1 | {\"ageBand\":\"60-\"}               | ageBand",
                "M-1 | {\"ageBand\":\"80-60\"}             | ageBand",
                "M-1 | {\"ageBand\":\"100-99\"}            | ageBand",
                "M-1 | {\"role\":\"\"}                     | role",
                "M-1 | {\"status\":\"CLOSED\"}             | status",
                "M-1 | {\"label\":\"12345678901234567890123456789012345678901\"} | label",
                "M-1 | {\"priorityRecipient\":\"perhaps\"} | priorityRecipient",
                "-M1 | {}                                  | memberId",
            })
    void refusesAMalformedMemberByField(String id, String body, String field) {
        var book = bank.aBook();

        put(book, id, body, null).then().statusCode(400).body("errors.field", contains(field));

        book.as(Role.APP).get(book.path() + "/members").then().body("items", equalTo(List.of()));
    }

    @Test
    void listsMembersPageByPageAndByStatusRoleAndAge() {
        var book = bank.aBook();
        for (int i = 1; i <= 5; i++) {
            put(
                    book,
                    "M-" + i,
                    "{\"role\":\"%s\",\"ageBand\":\"60-69\",\"priorityRecipient\":%s}"
                            .formatted(i % 2 == 0 ? "elder" : "helper", i == 4),
                    null);
        }
        order(book, "M-3", "freeze").then().statusCode(200);

        JsonPath first = book.as(Role.APP).get(book.path() + "/members?limit=3").jsonPath();
        JsonPath rest = book.as(Role.APP)
                .get(book.path() + "/members?limit=3&after=" + first.getString("next"))
                .jsonPath();

        assertThat(first.getList("items.memberId")).isEqualTo(List.of("M-1", "M-2", "M-3"));
        assertThat(rest.getList("items.memberId")).isEqualTo(List.of("M-4", "M-5"));
        assertThat(rest.getString("next")).isNull();
        book.as(Role.APP).get(book.path() + "/members?status=FROZEN").then().body("items.memberId", contains("M-3"));
        book.as(Role.APP)
                .get(book.path() + "/members?role=elder")
                .then()
                .body("items.memberId", contains("M-2", "M-4"));
        book.as(Role.APP)
                .queryParam("ageBand", "80+")
                .get(book.path() + "/members")
                .then()
                .body("items", equalTo(List.of()));
        book.as(Role.APP)
                .get(book.path() + "/members?priorityRecipient=true")
                .then()
                .body("items.memberId", contains("M-4"));
        book.as(Role.APP)
                .get(book.path() + "/members?priorityRecipient=false&role=elder")
                .then()
                .body("items.memberId", contains("M-2"));
        book.as(Role.APP)
                .get(book.path() + "/members?priorityRecipient=1")
                .then()
                .statusCode(400)
                .body("errors.field", contains("priorityRecipient"));
        book.as(Role.APP).get(book.path() + "/members?status=GONE").then().statusCode(400);
        book.as(Role.APP).get(book.path() + "/members?limit=501").then().statusCode(400);
    }

    @Test
    void tellsNothingToWhoMayNotAsk() {
        var book = bank.aBook();
        var other = bank.aBook();
        put(book, "M-1", "{}", null).then().statusCode(201);

        book.request("mb_nobody").get(book.path() + "/members/M-1").then().statusCode(401);
        book.as(Role.TERMINAL).get(book.path() + "/members/M-1").then().statusCode(403);
        other.as(Role.APP).get(book.path() + "/members/M-1").then().statusCode(404);
        book.as(Role.AUDITOR)
                .body("{}")
                .put(book.path() + "/members/M-2")
                .then()
                .statusCode(403);
        book.as(Role.APP)
                .body("{\"reason\":\"x\"}")
                .post(book.path() + "/members/M-1/freeze")
                .then()
                .statusCode(403);
        other.as(Role.COORDINATOR)
                .body("{\"reason\":\"x\"}")
                .post(book.path() + "/members/M-1/freeze")
                .then()
                .statusCode(404);
    }

    // ---- freezing ----------------------------------------------------------------------------------------------

    @Test
    void aFrozenMemberReceivesAndGivesNothingUntilHeIsThawed() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember().holding(60, Unit.MIN);

        order(book, anna.id(), "freeze")
                .then()
                .statusCode(200)
                .body("status", equalTo("FROZEN"))
                .body("version", equalTo(2));

        transfer(book, anna.id(), bela.id(), 1).then().statusCode(422).body("code", equalTo("member-frozen"));
        transfer(book, bela.id(), anna.id(), 1).then().statusCode(201);
        assertThat(accountStatuses(book, anna.id())).containsOnly("FROZEN");
        order(book, anna.id(), "unfreeze").then().statusCode(200).body("status", equalTo("ACTIVE"));
        transfer(book, anna.id(), bela.id(), 61).then().statusCode(201);
        changes(book, anna, "?from=2000-01-01&to=2999-12-31")
                .body("items.status", contains("FROZEN", "ACTIVE"))
                .body("items[0].reason", equalTo("checking"))
                .body("items[0].actor", equalTo("W-1"));
        changes(book, anna, "?from=2999-12-31").body("items", hasSize(0));
        changes(book, anna, "?to=2000-01-01").body("items", hasSize(0));
    }

    private static ValidatableResponse changes(TestBank.Book book, TestBank.Member member, String query) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/members/" + member.id() + "/status-changes" + query)
                .then()
                .statusCode(200);
    }

    @Test
    void refusesToFreezeTwiceToThawWhatIsNotFrozenAndToDoEitherWithoutAReason() {
        var book = bank.aBook();
        var anna = book.aMember();

        order(book, anna.id(), "unfreeze").then().statusCode(409).body("code", equalTo("member-not-frozen"));
        order(book, anna.id(), "freeze").then().statusCode(200);
        order(book, anna.id(), "freeze").then().statusCode(409).body("code", equalTo("member-already-frozen"));
        order(book, "M-nobody", "freeze").then().statusCode(404);
        book.as(Role.COORDINATOR)
                .body("{}")
                .post(book.path() + "/members/" + anna.id() + "/unfreeze")
                .then()
                .statusCode(400)
                .body("errors.field", contains("reason"));
        book.request(book.keyOf(Role.COORDINATOR))
                .body("{\"reason\":\"x\"}")
                .post(book.path() + "/members/" + anna.id() + "/unfreeze")
                .then()
                .statusCode(400)
                .body("errors.field", contains("Idempotency-Key"));
    }

    @Test
    void aRetriedFreezeIsAnsweredAsBeforeAlsoWhenTheMemberWasThawedSince() {
        var book = bank.aBook();
        var anna = book.aMember();
        String key = book.keyOf(Role.COORDINATOR);
        Callable<Response> freeze = () -> book.request(key)
                .header("Idempotency-Key", "freeze-1")
                .body("{\"reason\":\"checking\"}")
                .post(book.path() + "/members/" + anna.id() + "/freeze");

        Response first = call(freeze);
        order(book, anna.id(), "unfreeze").then().statusCode(200);
        Response second = call(freeze);

        second.then().statusCode(200).header("Idempotent-Replayed", "true");
        assertThat(second.asByteArray()).isEqualTo(first.asByteArray());
        book.as(Role.APP).get(book.path() + "/members/" + anna.id()).then().body("status", equalTo("ACTIVE"));
    }

    @Test
    void noDebitPassesOnceAFreezeIsAnswered() throws Exception {
        var book = bank.aBook();
        var anna = book.aMember().holding(100_000, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        AtomicBoolean frozen = new AtomicBoolean();
        List<Future<Integer>> spenders = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                spenders.add(threads.submit(() -> {
                    int afterFreeze = 0;
                    int seenAfterFreeze = 0;
                    while (seenAfterFreeze < 5) {
                        boolean begunAfter = frozen.get();
                        int status = book.request(app)
                                .header("Idempotency-Key", UUID.randomUUID().toString())
                                .body(transferBody(anna.id(), bela.id(), 1))
                                .post(book.path() + "/transfers")
                                .statusCode();
                        if (begunAfter) {
                            seenAfterFreeze++;
                            afterFreeze += status == 422 ? 0 : 1;
                        }
                    }
                    return afterFreeze;
                }));
            }
            while (balance(book, "2100", bela.id()) < 20) {
                Thread.onSpinWait();
            }

            order(book, anna.id(), "freeze").then().statusCode(200);
            long balanceWhenAnswered = balance(book, "2100", anna.id());
            frozen.set(true);

            for (Future<Integer> spender : spenders) {
                assertThat(spender.get()).isZero();
            }
            assertThat(balance(book, "2100", anna.id())).isEqualTo(balanceWhenAnswered);
        }
    }

    // ---- closing -----------------------------------------------------------------------------------------------

    @Test
    void closingGivesTimeAndPointsToThePoolsAndClosesTheAccounts() {
        var book = bank.aBook();
        var anna = book.aMember().holding(90, Unit.MIN).holding(500, Unit.PTS);
        var bela = book.aMember().holding(10, Unit.MIN);

        close(book, anna.id(), null)
                .then()
                .statusCode(200)
                .body("member.status", equalTo("CLOSED"))
                .body("entries.type", contains("ACCOUNT_CLOSE", "ACCOUNT_CLOSE"))
                .body("entries.unit", contains("MIN", "PTS"));

        assertThat(balance(book, "2400", "")).isEqualTo(90);
        assertThat(balance(book, "2410", "")).isEqualTo(500);
        assertThat(accountStatuses(book, anna.id())).containsOnly("CLOSED");
        transfer(book, bela.id(), anna.id(), 1).then().statusCode(422).body("code", equalTo("member-closed"));
        close(book, anna.id(), null).then().statusCode(409).body("code", equalTo("member-already-closed"));
        order(book, anna.id(), "freeze").then().statusCode(409).body("code", equalTo("member-already-closed"));
        put(book, anna.id(), "{\"role\":\"other\"}", "\"2\"").then().statusCode(409);
        close(book, "M-nobody", null).then().statusCode(404);
    }

    @Test
    void aMemberWithoutAccountsAndAFrozenOneCanLeave() {
        var book = bank.aBook();
        var anna = book.aMember();
        var bela = book.aMember().holding(30, Unit.MIN);
        order(book, bela.id(), "freeze").then().statusCode(200);

        close(book, anna.id(), null).then().statusCode(200).body("entries", equalTo(List.of()));
        close(book, bela.id(), null).then().statusCode(200).body("entries.size()", equalTo(1));

        assertThat(balance(book, "2400", "")).isEqualTo(30);
    }

    @Test
    void closingGivesOwnTimeToKinAndRestrictedLotsBackToTheirFundOrPool() {
        var book = bank.aBook();
        var anna = book.aMember().holding(40, Unit.MIN);
        var mother = book.aMember("M-mother", "80+");
        grant(book, anna, new Lot("PUBLIC", LocalDate.of(2099, 12, 31), true), "PUBLIC.2098", 25);
        anna.holding(15, Unit.MIN, new Lot("POOL", LocalDate.of(2099, 12, 31), true));
        registerKin(book, anna.id(), mother.id()).then().statusCode(201);
        letADayPass(book, anna.id());

        close(book, anna.id(), mother.id()).then().statusCode(200);

        assertThat(balance(book, "2100", mother.id())).isEqualTo(40);
        assertThat(balance(book, "3110", "PUBLIC.2098")).isZero();
        assertThat(balance(book, "2400", "")).isEqualTo(15);
    }

    /** Where a commit fails: the kernel's rows go out in one flight, Hibernate's behind it, and then COMMIT. */
    private enum Failing {
        /** In the flight. */
        KERNEL(
                "REVOKE INSERT ON ledger_entry FROM moralbank_app",
                "GRANT INSERT ON ledger_entry TO moralbank_app",
                500,
                "internal-error"),
        /** When entries and accounts are written already. */
        HIBERNATE(
                "REVOKE UPDATE ON member FROM moralbank_app",
                "GRANT UPDATE ON member TO moralbank_app",
                500,
                "internal-error"),
        /** When the member is written, too. */
        COMMIT("""
                CREATE FUNCTION refuse_at_commit() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN RAISE EXCEPTION ''refused''; END';
                CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION refuse_at_commit()
                """, "DROP FUNCTION refuse_at_commit CASCADE", 503, "outcome-unknown");

        private final String breaks;
        private final String mends;
        private final int status;
        private final String code;

        Failing(String breaks, String mends, int status, String code) {
            this.breaks = breaks;
            this.mends = mends;
            this.status = status;
            this.code = code;
        }
    }

    @ParameterizedTest
    @EnumSource(Failing.class)
    void aClosingOfWhichAnyPartFailsLeavesNothing(Failing failing) throws SQLException {
        var book = bank.aBook();
        var anna = book.aMember().holding(90, Unit.MIN).holding(500, Unit.PTS);
        String key = book.keyOf(Role.COORDINATOR);
        List<Object> before = recorded(book);

        asOwner(failing.breaks);
        try {
            close(book, anna.id(), key, "leaves")
                    .then()
                    .statusCode(failing.status)
                    .contentType("application/problem+json")
                    .header("Retry-After", failing.status == 503 ? equalTo("1") : nullValue())
                    .body("code", equalTo(failing.code))
                    .body("retryable", is(true));
        } finally {
            asOwner(failing.mends);
        }

        assertThat(recorded(book)).isEqualTo(before);
        book.as(Role.AUDITOR)
                .get(book.path() + "/members/" + anna.id())
                .then()
                .header("ETag", "\"1\"")
                .body("status", equalTo("ACTIVE"));
        assertThat(accountStatuses(book, anna.id())).containsOnly("OPEN");
        assertThat(balance(book, "2100", anna.id())).isEqualTo(90);
        assertThat(balance(book, "2200", anna.id())).isEqualTo(500);
        close(book, anna.id(), key, "leaves")
                .then()
                .statusCode(200)
                .header("Idempotent-Replayed", nullValue())
                .body("member.status", equalTo("CLOSED"))
                .body("entries.seq", contains(3, 4));
        assertThat(accountStatuses(book, anna.id())).containsOnly("CLOSED");
    }

    /** One for each day of a year and more: more than one entry can move. */
    @Test
    void closesWithMoreLotsThanOneEntryTakes() {
        var book = bank.aBook();
        var anna = book.aMember("M-" + "a".repeat(60), "60+");
        for (int year : List.of(2098, 2099)) {
            Holder opening = new Holder(book.id(), Chart.OPENING, "", Unit.PTS);
            book.post(
                    EntryType.OPENING,
                    draft -> {
                        for (int day = 1; day <= 220; day++) {
                            draft.credit(anna.holder(Unit.PTS), new Lot("", LocalDate.ofYearDay(year, day), false), 10);
                        }
                        return draft.debit(opening, 2200);
                    },
                    anna.holder(Unit.PTS),
                    opening);
        }

        close(book, anna.id(), null)
                .then()
                .statusCode(200)
                .body("entries.type", everyItem(equalTo("ACCOUNT_CLOSE")))
                .body("entries.group.unique().size()", equalTo(1))
                .body("entries.postings.collect { it.size() }.sum()", equalTo(440 + 6));

        assertThat(balance(book, "2200", anna.id())).isZero();
        assertThat(balance(book, "2410", "")).isEqualTo(4400);
    }

    /** Neither the kin nor the fund gets what was over before he left. */
    @Test
    void whatHadExpiredWhenAMemberLeavesGoesToNobody() {
        var book = bank.aBook();
        var yesterday = LocalDate.now(ZoneId.of("Asia/Shanghai")).minusDays(1);
        var anna = book.aMember()
                .holding(40, Unit.MIN)
                .holding(9, Unit.MIN, new Lot("POOL", yesterday, false))
                .holding(800, Unit.PTS, new Lot("", yesterday, false));
        grant(book, anna, new Lot("PUBLIC", yesterday, true), "PUBLIC.2098", 25);

        close(book, anna.id(), null)
                .then()
                .statusCode(200)
                .body("entries.type", contains("EXPIRE_TIME", "EXPIRE_TIME", "ACCOUNT_CLOSE", "EXPIRE_POINTS"))
                .body("entries.group.unique().size()", equalTo(1));

        assertThat(balance(book, "3130", "")).isEqualTo(9 + 25);
        assertThat(balance(book, "3250", "")).isEqualTo(800);
        assertThat(balance(book, "2400", "")).isEqualTo(40);
        assertThat(balance(book, "3110", "PUBLIC.2098")).isEqualTo(-25);
    }

    @Test
    void whatCameBackOfAGrantThatHadExpiredGoesBackToItsFundToo() {
        var book = bank.aBook();
        var anna = book.aMember();
        var lot = new Lot("PUBLIC", LocalDate.now(ZoneId.of("Asia/Shanghai")).minusDays(1), true);
        grant(book, anna, lot, "PUBLIC.2098", 25);
        TestLots.expire();
        book.as(Role.COORDINATOR)
                .body(Map.of("reason", "误到期"))
                .post(book.path() + "/entries/2/reversal")
                .then()
                .statusCode(201);

        close(book, anna.id(), null).then().statusCode(200).body("entries.type", contains("ACCOUNT_CLOSE"));

        assertThat(balance(book, "3110", "PUBLIC.2098")).isZero();
        assertThat(balance(book, "2400", "")).isZero();
    }

    @Test
    void aDebtIsPaidFromAllThatTheMemberMightGiveAwayBeforeHeLeaves() {
        var book = bank.aBook();
        var anna = book.aMember().holding(50, Unit.MIN, new Lot("POOL", LocalDate.of(2099, 12, 31), false));
        owing(book, anna, 40);

        close(book, anna.id(), null)
                .then()
                .statusCode(200)
                .body("entries.type", contains("SHORTFALL_RECOVER", "ACCOUNT_CLOSE"));

        assertThat(balance(book, "1610", anna.id())).isZero();
        assertThat(balance(book, "2400", ""))
                .as("what she owed it, and what is left")
                .isEqualTo(40 + 10);
    }

    @Test
    void whatThePoolsOweIsPaidFromWhatAMemberLeavesThem() {
        var book = bank.aBook();
        var anna = book.aMember()
                .holding(90, Unit.MIN)
                .holding(15, Unit.MIN, new Lot("POOL", LocalDate.of(2099, 12, 31), true))
                .holding(500, Unit.PTS);
        for (Chart owed : List.of(Chart.SHORTFALL_TIME, Chart.SHORTFALL_POINTS)) {
            book.post(
                    Holder.of(book.id(), owed, Holder.POOL),
                    new Holder(book.id(), Chart.OPENING, "", owed.unit()),
                    Lot.OWN,
                    100);
        }

        close(book, anna.id(), null)
                .then()
                .statusCode(200)
                .body(
                        "entries.type",
                        contains("ACCOUNT_CLOSE", "SHORTFALL_RECOVER", "ACCOUNT_CLOSE", "SHORTFALL_RECOVER"))
                .body("entries.group.unique().size()", equalTo(1));

        assertThat(balance(book, "1610", "POOL")).isZero();
        assertThat(balance(book, "1600", "POOL")).isZero();
        assertThat(balance(book, "2400", "")).isEqualTo(5);
        assertThat(balance(book, "2410", "")).isEqualTo(400);
    }

    @Test
    void refusesToLeaveTimeToWhoIsNotKinOrNotYetAndChangesNothing() {
        var book = bank.aBook();
        var anna = book.aMember().holding(40, Unit.MIN);
        var mother = book.aMember("M-mother", "80+");

        close(book, anna.id(), mother.id()).then().statusCode(422).body("code", equalTo("not-kin"));
        registerKin(book, anna.id(), mother.id()).then().statusCode(201);
        close(book, anna.id(), mother.id()).then().statusCode(422).body("code", equalTo("kin-cooling-off"));

        assertThat(balance(book, "2100", anna.id())).isEqualTo(40);
        assertThat(accountStatuses(book, anna.id())).containsOnly("OPEN");
        book.as(Role.APP).get(book.path() + "/members/" + anna.id()).then().body("status", equalTo("ACTIVE"));
    }

    @Test
    void refusesToCloseWhileSomethingIsHeld() {
        var book = bank.aBook();
        var anna = book.aMember().holding(40, Unit.MIN);
        sql(BY_HAND + "UPDATE ledger_account SET held = 1 WHERE book_id = $1 AND owner = $2", book, anna.id());

        close(book, anna.id(), null)
                .then()
                .statusCode(409)
                .body("code", equalTo("member-has-holds"))
                .body("heldMinutes", equalTo(1));

        sql(BY_HAND + "UPDATE ledger_account SET held = 0 WHERE book_id = $1 AND owner = $2", book, anna.id());
        close(book, anna.id(), null).then().statusCode(200);
    }

    @Test
    void recoversAShortfallFirstAndRefusesWhatCannotBeRecovered() {
        var book = bank.aBook();
        var anna = book.aMember().holding(40, Unit.MIN);
        var bela = book.aMember().holding(30, Unit.MIN);
        owing(book, anna, 40);
        owing(book, bela, 31);

        close(book, anna.id(), null).then().statusCode(200).body("entries.type", contains("SHORTFALL_RECOVER"));
        close(book, bela.id(), null)
                .then()
                .statusCode(409)
                .body("code", equalTo("shortfall-open"))
                .body("owed", equalTo(1));

        assertThat(balance(book, "1610", anna.id())).isZero();
        assertThat(balance(book, "1610", bela.id())).isEqualTo(-31);
        assertThat(balance(book, "2100", bela.id())).isEqualTo(30);
    }

    // ---- kin and teams -----------------------------------------------------------------------------------------

    @Test
    void registersKinInOneDirectionAndKeepsTheDayOfTheFirstRegistration() {
        var book = bank.aBook();
        var anna = book.aMember();
        var mother = book.aMember("M-mother", "80+");

        var registered = registerKin(book, anna.id(), mother.id());
        registered.then().statusCode(201).header("ETag", "\"1\"");
        registerKin(book, anna.id(), mother.id()).then().statusCode(200);
        book.as(Role.COORDINATOR)
                .header("If-Match", "\"1\"")
                .body("{\"relation\":\"AUNT\"}")
                .put(book.path() + "/members/" + anna.id() + "/kin/" + mother.id())
                .then()
                .statusCode(200)
                .header("ETag", "\"2\"")
                .body("giftsFrom", equalTo(registered.jsonPath().getString("giftsFrom")))
                .body("proof", nullValue());

        book.as(Role.APP)
                .get(book.path() + "/members/" + anna.id() + "/kin")
                .then()
                .body("items.kin", contains(mother.id()));
        book.as(Role.APP)
                .get(book.path() + "/members/" + mother.id() + "/kin")
                .then()
                .body("items", equalTo(List.of()));
        book.as(Role.APP)
                .get(book.path() + "/members/" + mother.id() + "/kin/" + anna.id())
                .then()
                .statusCode(404);
        registerKin(book, anna.id(), anna.id()).then().statusCode(422).body("code", equalTo("own-kin"));
        registerKin(book, anna.id(), "M-nobody").then().statusCode(404);
        registerKin(book, "M-nobody", anna.id()).then().statusCode(404);
        book.as(Role.APP).get(book.path() + "/members/M-nobody/kin").then().statusCode(404);
    }

    @Test
    void registersATeamAndEditsItsNameWithItsTag() {
        var book = bank.aBook();
        String team = book.path() + "/teams/T-1";

        book.as(Role.COORDINATOR)
                .body("{\"name\":\"one\"}")
                .put(team)
                .then()
                .statusCode(201)
                .header("Location", team);
        book.as(Role.COORDINATOR).body("{\"name\":\"one\"}").put(team).then().statusCode(200);
        book.as(Role.COORDINATOR).body("{\"name\":\"two\"}").put(team).then().statusCode(428);
        book.as(Role.COORDINATOR)
                .header("If-Match", "\"1\"")
                .body("{\"name\":\"two\"}")
                .put(team)
                .then()
                .statusCode(200)
                .header("ETag", "\"2\"");

        book.as(Role.APP).get(team).then().body("name", equalTo("two")).header("ETag", "\"2\"");
        book.as(Role.APP).get(book.path() + "/teams").then().body("items.teamId", contains("T-1"));
        book.as(Role.APP).get(book.path() + "/teams/T-2").then().statusCode(404);
        book.as(Role.COORDINATOR).body("{}").put(team).then().statusCode(400);
    }

    // ---- fixtures ----------------------------------------------------------------------------------------------

    /** What they owe would be one account, and one would pay for the other. */
    @Test
    void aMemberATeamAndThePoolHaveIdsOfTheirOwn() {
        var book = bank.aBook();
        put(book, "A1", "{}", null).then().statusCode(201);
        team(book, "A1").then().statusCode(409).body("code", equalTo("id-taken"));
        team(book, "B1").then().statusCode(201);
        put(book, "B1", "{}", null).then().statusCode(409).body("code", equalTo("id-taken"));
        put(book, "POOL", "{}", null).then().statusCode(409).body("code", equalTo("id-taken"));
        team(book, "POOL").then().statusCode(409).body("code", equalTo("id-taken"));
        put(bank.aBook(), "B1", "{}", null).then().statusCode(201);
    }

    private static Response team(TestBank.Book book, String id) {
        return book.as(Role.COORDINATOR).body("{\"name\":\"team\"}").put(book.path() + "/teams/" + id);
    }

    private static Response put(TestBank.Book book, String id, String body, @Nullable String ifMatch) {
        var request = book.request(book.keyOf(Role.COORDINATOR)).body(body);
        if (ifMatch != null) {
            request.header("If-Match", ifMatch);
        }
        return request.put(book.path() + "/members/" + id);
    }

    private static Response order(TestBank.Book book, String id, String verb) {
        return book.as(Role.COORDINATOR)
                .body("{\"reason\":\"checking\",\"actor\":\"W-1\"}")
                .post(book.path() + "/members/" + id + "/" + verb);
    }

    private static Response close(TestBank.Book book, String id, @Nullable String timeTo) {
        return book.as(Role.COORDINATOR)
                .body(
                        timeTo == null
                                ? "{\"reason\":\"moved away\"}"
                                : "{\"reason\":\"moved away\",\"timeTo\":\"%s\"}".formatted(timeTo))
                .post(book.path() + "/members/" + id + "/close");
    }

    private static Response close(TestBank.Book book, String id, String apiKey, String idempotencyKey) {
        return book.request(apiKey)
                .header("Idempotency-Key", idempotencyKey)
                .body("{\"reason\":\"moved away\"}")
                .post(book.path() + "/members/" + id + "/close");
    }

    private static Response registerKin(TestBank.Book book, String member, String kin) {
        return book.as(Role.COORDINATOR)
                .body("{\"relation\":\"PARENT\",\"proof\":\"KP-1\"}")
                .put(book.path() + "/members/" + member + "/kin/" + kin);
    }

    private static Response transfer(TestBank.Book book, String from, String to, long minutes) {
        return book.as(Role.APP).body(transferBody(from, to, minutes)).post(book.path() + "/transfers");
    }

    private static String transferBody(String from, String to, long minutes) {
        return "{\"from\":\"%s\",\"to\":\"%s\",\"amount\":%d,\"unit\":\"MIN\"}".formatted(from, to, minutes);
    }

    /** How much is recorded of a book: entries, postings, events, answers, changes of status, and its commits. */
    private List<Object> recorded(TestBank.Book book) {
        List<Object> counts = new ArrayList<>();
        for (String table :
                List.of("ledger_entry", "ledger_posting", "ledger_event", "commit_answer", "member_status_change")) {
            counts.add(number("SELECT count(*) FROM " + table + " WHERE book_id = $1", book));
        }
        counts.add(number("SELECT commit_no FROM commit_lock WHERE book_id = $1", book));
        return counts;
    }

    private long number(String sql, TestBank.Book book) {
        return pool.preparedQuery(sql)
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }

    private static void asOwner(String sql) throws SQLException {
        try (Connection owner = TestDatabase.shared().connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Response call(Callable<Response> request) {
        try {
            return request.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The fund's account gets the debit that its own grant would have given it. */
    private void grant(TestBank.Book book, TestBank.Member member, Lot lot, String fund, long minutes) {
        book.post(Holder.of(book.id(), Chart.ISSUED_FUND_TIME, fund), member.holder(Unit.MIN), lot, minutes);
    }

    private void owing(TestBank.Book book, TestBank.Member member, long minutes) {
        book.post(
                Holder.of(book.id(), Chart.SHORTFALL_TIME, member.id()),
                Holder.of(book.id(), Chart.TIME_POOL),
                Lot.OWN,
                minutes);
    }

    private void letADayPass(TestBank.Book book, String member) {
        sql(
                "UPDATE member_kin SET registered_at = registered_at - interval '24 hours' WHERE book_id = $1 AND member_id = $2",
                book,
                member);
    }

    private void sql(String sql, TestBank.Book book, String id) {
        pool.preparedQuery(sql)
                .execute(Tuple.from(List.of((short) book.id(), id)))
                .await()
                .indefinitely();
    }

    private long balance(TestBank.Book book, String code, String owner) {
        return pool.preparedQuery(
                        "SELECT coalesce(sum(posted), 0)::bigint FROM ledger_account WHERE book_id = $1 AND code = $2 AND owner = $3")
                .execute(Tuple.from(List.of((short) book.id(), code, owner)))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }

    private List<String> accountStatuses(TestBank.Book book, String member) {
        List<String> statuses = new ArrayList<>();
        pool.preparedQuery(
                        "SELECT status FROM ledger_account WHERE book_id = $1 AND owner = $2 AND code IN ('2100', '2200')")
                .execute(Tuple.from(List.of((short) book.id(), member)))
                .await()
                .indefinitely()
                .forEach(row -> statuses.add(row.getString(0)));
        return statuses;
    }
}
