package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

/** What a closing has given back does not come back a second time, when the entry by which it was given is reversed. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class GivenBackTest {
    private static final LocalDate TODAY = LocalDate.now(ZoneId.of("Asia/Shanghai"));

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    private TestBank.Book book;

    @BeforeEach
    void aBook() {
        book = bank.aBook();
    }

    @Test
    void aGrantThatAClosingGaveBackIsNotTakenBackAsWell() {
        var anna = book.aMember();
        long grant = grant("PUBLIC", anna, 600, "MIN");
        grant("PUBLIC", book.aMember(), 500, "MIN");
        close(anna);
        assertThat(fund()).isEqualTo(-500);

        reverse(grant)
                .statusCode(409)
                .body("code", equalTo("given-back"))
                .body("entry", equalTo((int) grant))
                .body("closing", equalTo((int) lastSeq()));

        assertThat(fund()).isEqualTo(-500);
        assertThat(owed(anna)).isZero();
    }

    /** The fund is owed what was spent by nobody: it paid for it. */
    @Test
    void alsoWhenAPartWasSpentBefore() {
        var anna = book.aMember();
        var bela = book.aMember();
        long grant = grant("PUBLIC", anna, 600, "MIN");
        long spent = transfer(anna, bela, 100);
        close(anna);
        assertThat(fund()).isEqualTo(-100);

        reverse(grant).statusCode(409).body("code", equalTo("given-back"));
        assertThat(fund()).isEqualTo(-100);

        reverse(spent).statusCode(201).body("entries.type", contains("REVERSAL", "ACCOUNT_CLOSE"));
        assertThat(fund()).isZero();
        assertThat(owed(anna)).isZero();
        reverse(grant).statusCode(409).body("closing", equalTo((int) lastSeq()));
    }

    @Test
    void whatTheFundGaveToOthersSinceStays() {
        var anna = book.aMember();
        var bela = book.aMember();
        long grant = grant("PUBLIC", anna, 600, "MIN");
        close(anna);
        long other = grant("PUBLIC", bela, 600, "MIN");

        reverse(grant).statusCode(409).body("code", equalTo("given-back"));

        assertThat(fund()).isEqualTo(-600);
        reverse(other).statusCode(201);
        assertThat(fund()).isZero();
        assertThat(posted("2100:" + bela.id() + ":MIN:PUBLIC." + lastDay() + ".R"))
                .isZero();
    }

    @Test
    void timeOfThePoolIsNotTakenBackAsWell() {
        var anna = book.aMember();
        donate(600, "MIN");
        long grant = grant("POOL", anna, 600, "MIN");
        close(anna);
        assertThat(posted("2400:MIN")).isEqualTo(600);

        reverse(grant).statusCode(409).body("code", equalTo("given-back"));

        assertThat(posted("2400:MIN")).isEqualTo(600);
        assertThat(owed(anna)).isZero();
    }

    /** They are his own, and go to the pool that they came from. */
    @Test
    void neitherArePointsOfThePool() {
        var anna = book.aMember();
        donate(600, "PTS");
        long grant = grant("POOL", anna, 600, "PTS");
        close(anna);

        reverse(grant).statusCode(409).body("code", equalTo("given-back"));

        assertThat(posted("2410:PTS")).isEqualTo(600);
        assertThat(posted("1600:" + anna.id() + ":PTS")).isZero();
    }

    @Test
    void norWhatAnHeirGaveHimself() {
        var anna = book.aMember();
        var bela = book.aMember("K-" + anna.id(), "70-79").holding(60, Unit.MIN);
        kin(anna, bela);
        long gift = transfer(bela, anna, 60);
        leaveTo(anna, bela);
        assertThat(posted("2100:" + bela.id() + ":MIN")).isEqualTo(60);

        reverse(gift).statusCode(409).body("code", equalTo("given-back"));

        assertThat(posted("2100:" + bela.id() + ":MIN")).isEqualTo(60);
        assertThat(owed(anna)).isZero();
    }

    /** He paid from a lot, and inherited as his own. */
    @Test
    void norWhatAnHeirHadPaidFromALot() {
        var anna = book.aMember();
        var bela = book.aMember("K-" + anna.id(), "70-79").holding(30, Unit.MIN);
        kin(anna, bela);
        long grant = grant("PUBLIC", bela, 60, "MIN");
        long paid = transfer(bela, anna, 90);
        leaveTo(anna, bela);
        assertThat(posted("2100:" + bela.id() + ":MIN")).isEqualTo(90);

        reverse(paid).statusCode(409).body("code", equalTo("given-back"));

        assertThat(owed(anna)).isZero();
        reverse(grant).statusCode(201);
        assertThat(owed(bela)).isEqualTo(60);
    }

    @Test
    void whatExpiredAndCameBackAndWasPassedOnIsGivenBackToo() {
        var anna = book.aMember();
        var lot = new Lot("PUBLIC", TODAY.minusDays(1), true);
        var fund = Holder.of(book.id(), Chart.ISSUED_FUND_TIME, "PUBLIC." + TODAY.getYear());
        book.post(
                EntryType.GRANT_TIME,
                draft -> draft.debit(fund, 600).credit(anna.holder(Unit.MIN), lot, 600),
                fund,
                anna.holder(Unit.MIN));
        close(anna);
        reverse(2).statusCode(201).body("entries.type", contains("REVERSAL", "ACCOUNT_CLOSE"));
        assertThat(fund()).isZero();

        reverse(1).statusCode(409).body("code", equalTo("given-back")).body("closing", equalTo(4));
    }

    /** The fund has back what the second was; what was spent is the first. */
    @Test
    void ofTwoGrantsTheOneThatWasSpentIsTakenBackAndOwed() {
        var anna = book.aMember();
        long first = grant("PUBLIC", anna, 100, "MIN");
        long second = grant("PUBLIC", anna, 100, "MIN");
        transfer(anna, book.aMember(), 100);
        close(anna);
        assertThat(fund()).isEqualTo(-100);

        reverse(first).statusCode(201);
        reverse(second).statusCode(409).body("code", equalTo("given-back"));

        assertThat(fund()).isZero();
        assertThat(owed(anna)).isEqualTo(100);
    }

    /** Lots of one fund go back in one entry: each has given what was in it, not all. */
    @Test
    void ofTwoLotsOfAFundOnlyTheOneThatWasGivenBackIsRefused() {
        var anna = book.aMember();
        long first = grant("PUBLIC", anna, 100, "MIN", TODAY.plusDays(9));
        long second = grant("PUBLIC", anna, 60, "MIN", TODAY.plusDays(10));
        long third = grant("PUBLIC", anna, 200, "MIN", TODAY.plusDays(11));
        transfer(anna, book.aMember(), 110);
        close(anna);
        assertThat(fund()).isEqualTo(-110);

        reverse(second).statusCode(409).body("code", equalTo("given-back"));
        reverse(third).statusCode(409).body("code", equalTo("given-back"));
        reverse(first).statusCode(201).body("entries.type", contains("REVERSAL"));

        assertThat(fund()).isEqualTo(-10);
        assertThat(owed(anna)).isEqualTo(100);
    }

    @Test
    void whatComesBackToOneOfTwoLotsOfAFundThatWereGivenBackGoesToTheFundToo() {
        var anna = book.aMember();
        grant("PUBLIC", anna, 100, "MIN", TODAY.plusDays(9));
        grant("PUBLIC", anna, 200, "MIN", TODAY.plusDays(10));
        long spent = transfer(anna, book.aMember(), 50);
        close(anna);
        assertThat(fund()).isEqualTo(-50);

        reverse(spent).statusCode(201).body("entries.type", contains("REVERSAL", "ACCOUNT_CLOSE"));

        assertThat(fund()).isZero();
        assertThat(posted("2400:MIN")).isZero();
    }

    /** Whichever comes first, what the reversal has looked at before is no longer so; no day of a lot tells it of points. */
    @ParameterizedTest
    @EnumSource(Unit.class)
    void aClosingAndTheReversalOfTheGrantAtOnceGiveBackOnce(Unit unit) throws Exception {
        for (int i = 0; i < 20; i++) {
            aBook();
            var anna = book.aMember();
            donate(1_000, unit.name());
            long grant = grant("POOL", anna, 600, unit.name());
            var closing = book.as(Role.COORDINATOR).body("{\"reason\":\"搬离\"}");
            var reversal = book.as(Role.COORDINATOR).body("{\"reason\":\"录入有误\"}");
            List<Callable<Integer>> both = List.of(
                    () -> closing.post(book.path() + "/members/" + anna.id() + "/close")
                            .statusCode(),
                    () -> reversal.post(book.path() + "/entries/" + grant + "/reversal")
                            .statusCode());
            List<Integer> statuses = new ArrayList<>();
            try (var threads = Executors.newFixedThreadPool(2)) {
                for (var answered : threads.invokeAll(both)) {
                    statuses.add(answered.get());
                }
            }
            assertThat(statuses.getFirst()).isEqualTo(200);
            assertThat(statuses.getLast()).isIn(201, 409);
            assertThat(posted(unit == Unit.MIN ? "2400:MIN" : "2410:PTS")).isEqualTo(1_000);
            assertThat(posted((unit == Unit.MIN ? "1610:" : "1600:") + anna.id() + ":" + unit))
                    .isZero();
        }
    }

    private long grant(String fund, TestBank.Member to, long amount, String unit) {
        return grant(fund, to, amount, unit, null);
    }

    private long grant(String fund, TestBank.Member to, long amount, String unit, @Nullable LocalDate expiresOn) {
        return seqOf(book.as(Role.COORDINATOR)
                .body("{\"fund\":\"%s\",\"member\":\"%s\",\"amount\":%d,\"unit\":\"%s\"%s}"
                        .formatted(
                                fund,
                                to.id(),
                                amount,
                                unit,
                                expiresOn == null ? "" : ",\"expiresOn\":\"" + expiresOn + "\""))
                .post(book.path() + "/grants")
                .then());
    }

    private long transfer(TestBank.Member from, TestBank.Member to, long amount) {
        return seqOf(book.as(Role.APP)
                .body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":%d,\"unit\":\"MIN\"}"
                        .formatted(from.id(), to.id(), amount))
                .post(book.path() + "/transfers")
                .then());
    }

    /** Registered long enough ago. */
    private void kin(TestBank.Member member, TestBank.Member kin) {
        pool.preparedQuery("""
                INSERT INTO member_kin (book_id, member_id, kin_id, relation, version, registered_at)
                VALUES ($1, $2, $3, 'DAUGHTER', 1, now() - interval '2 days')
                """)
                .execute(Tuple.of((short) book.id(), member.id(), kin.id()))
                .await()
                .indefinitely();
    }

    private void donate(long amount, String unit) {
        var giver = book.aMember().holding(amount, Unit.valueOf(unit));
        seqOf(book.as(Role.APP)
                .body("{\"giver\":\"%s\",\"amount\":%d,\"unit\":\"%s\"}".formatted(giver.id(), amount, unit))
                .post(book.path() + "/donations")
                .then());
    }

    private static long seqOf(ValidatableResponse posted) {
        return posted.statusCode(201).extract().jsonPath().getLong("entries[0].seq");
    }

    private void close(TestBank.Member member) {
        book.as(Role.COORDINATOR)
                .body("{\"reason\":\"搬离\"}")
                .post(book.path() + "/members/" + member.id() + "/close")
                .then()
                .statusCode(200);
    }

    private void leaveTo(TestBank.Member member, TestBank.Member heir) {
        book.as(Role.COORDINATOR)
                .body("{\"reason\":\"去世\",\"timeTo\":\"" + heir.id() + "\"}")
                .post(book.path() + "/members/" + member.id() + "/close")
                .then()
                .statusCode(200);
    }

    private ValidatableResponse reverse(long seq) {
        return book.as(Role.COORDINATOR)
                .body("{\"reason\":\"录入有误\"}")
                .post(book.path() + "/entries/" + seq + "/reversal")
                .then();
    }

    private static String lastDay() {
        return TODAY.getYear() + "1231";
    }

    private long fund() {
        return posted("3110:PUBLIC." + TODAY.getYear() + ":MIN");
    }

    private long owed(TestBank.Member member) {
        return -posted("1610:" + member.id() + ":MIN");
    }

    /** What is posted to an account; 0 when it was never opened. */
    private long posted(String account) {
        var response = book.as(Role.AUDITOR).get(book.path() + "/accounts/" + account);
        return response.statusCode() == 404 ? 0 : response.jsonPath().getLong("posted");
    }

    private long lastSeq() {
        List<Long> seqs = book.as(Role.AUDITOR)
                .get(book.path() + "/entries?limit=500")
                .jsonPath()
                .getList("items.seq", Long.class);
        return seqs.getLast();
    }
}
