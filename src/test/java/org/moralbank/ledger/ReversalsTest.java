package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.TestCommits;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Language;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ReversalsTest {
    /** A client that is not registered, so that its name is what the entry says. */
    private static final Attribution BY = new Attribution(0, "test", null, null, null);

    @Inject
    TestBank bank;

    @Inject
    Commits commits;

    @Test
    void postsTheMirrorAndTellsBothEntriesOfEachOther() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        transfer(book, anna, bela, 60);

        reverse(book, 2)
                .statusCode(201)
                .header("Location", equalTo(book.path() + "/entries/3"))
                .body("reverses", equalTo(2))
                .body("entries", hasSize(1))
                .body("entries[0].type", equalTo("REVERSAL"))
                .body("entries[0].reverses", equalTo(2))
                .body("entries[0].approver", equalTo("P-9"))
                .body("entries[0].group", nullValue());

        assertThat(posted(book, account(anna))).isEqualTo(60);
        assertThat(posted(book, account(bela))).isEqualTo(0);
        book.as(Role.AUDITOR)
                .get(book.path() + "/entries/2")
                .then()
                .body("reversedBy", equalTo(3))
                .body("reason", nullValue());
        book.as(Role.AUDITOR)
                .get(book.path() + "/entries/3")
                .then()
                .body("reverses", equalTo(2))
                .body("reason", equalTo("录入有误"));
    }

    @Test
    void refusesToReverseTwiceAndToReverseAReversal() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        reverse(book, 1).statusCode(201);

        reverse(book, 1)
                .statusCode(409)
                .body("code", equalTo("already-reversed"))
                .body("reversedBy", equalTo(2));
        reverse(book, 2).statusCode(409).body("code", equalTo("reversal-not-reversible"));

        assertThat(posted(book, account(anna))).isEqualTo(0);
        assertThat(lastSeq(book)).isEqualTo(2);
    }

    @Test
    void reversesAnEntryOnceWhenSixtyFourAskAtOnce() throws Exception {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var key = book.keyOf(Role.COORDINATOR);
        List<Callable<Integer>> asks = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            String own = UUID.randomUUID().toString();
            asks.add(() -> {
                int status;
                do {
                    // A machine that is too busy says so, and to ask again with the same key.
                    status = ask(book, key, own).extract().statusCode();
                } while (status == 429);
                return status;
            });
        }

        List<Integer> statuses = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(64)) {
            for (var asked : threads.invokeAll(asks)) {
                statuses.add(asked.get());
            }
        }

        assertThat(statuses).filteredOn(status -> status == 201).hasSize(1);
        assertThat(statuses).filteredOn(status -> status == 409).hasSize(63);
        assertThat(posted(book, account(anna))).isEqualTo(0);
        assertThat(lastSeq(book)).isEqualTo(2);
    }

    @Test
    void repeatsTheAnswerForTheSameKey() {
        var book = bank.aBook();
        book.aMember().holding(60, Unit.MIN);
        var client = book.keyOf(Role.OPERATOR);
        var key = UUID.randomUUID().toString();

        var first = ask(book, client, key).statusCode(201).extract().asByteArray();
        var again = ask(book, client, key)
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .extract()
                .asByteArray();

        assertThat(again).isEqualTo(first);
        assertThat(lastSeq(book)).isEqualTo(2);
    }

    @Test
    void booksWhatWasSpentToTheShortfallOfItsOwner() {
        var book = bank.aBook();
        var anna = book.aMember();
        var bela = book.aMember();
        anna.holding(60, Unit.MIN);
        transfer(book, anna, bela, 20);

        reverse(book, 1).statusCode(201).body("entries[0].postings", hasSize(3));

        assertThat(posted(book, account(anna))).isEqualTo(0);
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-20);
        assertThat(posted(book, account(bela))).isEqualTo(20);
        assertThat(posted(book, "3300:MIN")).isEqualTo(0);
    }

    @Test
    void booksWhatIsHeldToTheShortfallAndLeavesTheHold() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var holder = anna.holder(Unit.MIN);
        work(
                book,
                List.of(holder),
                set -> Ledger.hold(set, UUID.randomUUID(), holder, 45, set.now().plusSeconds(60), null));

        reverse(book, 1).statusCode(201);

        book.as(Role.AUDITOR)
                .get(book.path() + "/accounts/" + account(anna))
                .then()
                .body("posted", equalTo(45))
                .body("held", equalTo(45))
                .body("available", equalTo(0));
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-45);
    }

    @Test
    void takesThePoolsShortfallWhenADonationWasGivenOn() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        var pool = Holder.of(book.id(), Chart.TIME_POOL);
        work(
                book,
                List.of(anna.holder(Unit.MIN), pool),
                set -> Ledger.post(
                        set,
                        draft(book, EntryType.DONATE_TIME)
                                .debit(anna.holder(Unit.MIN), 60)
                                .credit(pool, 60)));
        work(
                book,
                List.of(bela.holder(Unit.MIN), pool),
                set -> Ledger.post(
                        set,
                        draft(book, EntryType.GRANT_TIME_FROM_POOL)
                                .debit(pool, 50)
                                .credit(bela.holder(Unit.MIN), 50)));

        reverse(book, 2).statusCode(201);

        assertThat(posted(book, account(anna))).isEqualTo(60);
        assertThat(posted(book, "2400:MIN")).isEqualTo(0);
        assertThat(posted(book, "1610:POOL:MIN")).isEqualTo(-50);
        assertThat(posted(book, account(bela))).isEqualTo(50);
    }

    @Test
    void reversesEntriesOfAGroupTogetherTheLastFirst() {
        var book = bank.aBook();
        var anna = book.aMember();
        var group = UUID.randomUUID();
        earn(book, anna, 60, group, 200);

        reverse(book, 1)
                .statusCode(201)
                .header("Location", equalTo(book.path() + "/entries/4"))
                .body("entries.reverses", equalTo(List.of(2, 1)))
                .body("entries.seq", equalTo(List.of(3, 4)))
                .body("entries.unit", equalTo(List.of("PTS", "MIN")));

        assertThat(posted(book, account(anna))).isEqualTo(0);
        assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(0);
        var groups = book.as(Role.AUDITOR)
                .get(book.path() + "/entries?type=REVERSAL")
                .jsonPath()
                .getList("items.group", String.class);
        assertThat(Set.copyOf(groups)).hasSize(1).doesNotContain(group.toString());
        reverse(book, 2).statusCode(409).body("code", equalTo("already-reversed"));
    }

    @Test
    void opensTheShortfallAgainWhenTheEarningItWasTakenFromIsReversed() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        transfer(book, anna, bela, 40);
        reverse(book, 1).statusCode(201);
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-40);
        earn(book, anna, 100, UUID.randomUUID(), 0);
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(0);
        assertThat(posted(book, account(anna))).isEqualTo(60);

        // The recovery is entry 5, made with the earning, which is 4: naming either takes both.
        reverse(book, 5).statusCode(201).body("entries.reverses", equalTo(List.of(5, 4)));

        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-40);
        assertThat(posted(book, account(anna))).isEqualTo(0);
        assertThat(posted(book, "3100:2025:MIN")).isEqualTo(0);
    }

    @Test
    void addsWhatWasSpentOfARecoveredEarningToTheShortfall() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        transfer(book, anna, bela, 40);
        reverse(book, 1).statusCode(201);
        earn(book, anna, 100, UUID.randomUUID(), 0);
        transfer(book, anna, bela, 50);

        reverse(book, 4).statusCode(201);

        assertThat(posted(book, account(anna))).isEqualTo(0);
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-90);
        assertThat(posted(book, account(bela))).isEqualTo(90);
    }

    @Test
    void putsGrantedTimeBackIntoItsLot() {
        var book = bank.aBook();
        var lot =
                new Lot("SPRING.FUND", LocalDate.now(ZoneId.of("Asia/Shanghai")).plusDays(9), true);
        var anna = book.aMember().holding(60, Unit.MIN, lot);
        var bela = book.aMember();
        transfer(book, anna, bela, 25);

        reverse(book, 2).statusCode(201);

        assertThat(posted(book, account(anna) + ":" + lot.name())).isEqualTo(60);
        assertThat(posted(book, account(bela))).isEqualTo(0);
    }

    @Test
    void aGrantThatExpiredUnusedIsTakenBackAndNobodyOwesIt() {
        var book = bank.aBook();
        var anna = book.aMember();
        var lot = new Lot("PUBLIC", LocalDate.now(ZoneId.of("Asia/Shanghai")).minusDays(1), true);
        var fund = Holder.of(book.id(), Chart.ISSUED_FUND_TIME, "PUBLIC.2025");
        book.post(
                EntryType.GRANT_TIME,
                draft -> draft.debit(fund, 600).credit(anna.holder(Unit.MIN), lot, 600),
                fund,
                anna.holder(Unit.MIN));
        TestLots.expire();
        assertThat(posted(book, "3130:MIN")).isEqualTo(600);

        reverse(book, 1)
                .statusCode(201)
                .body("entries.reverses", contains(2, 1))
                .body("entries.group.unique()", hasSize(1));

        assertThat(posted(book, "3110:PUBLIC.2025:MIN")).isZero();
        assertThat(posted(book, "3130:MIN")).isZero();
        book.as(Role.APP)
                .get(book.path() + "/members/" + anna.id() + "/balances")
                .then()
                .body("totals.posted", contains(0))
                .body("totals.owed", contains(0));
        reverse(book, 2).statusCode(409).body("code", equalTo("already-reversed"));
    }

    @Test
    void passesFrozenAccounts() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        transfer(book, anna, bela, 30);
        work(
                book,
                List.of(anna.holder(Unit.MIN), bela.holder(Unit.MIN)),
                set -> List.of(anna, bela)
                        .forEach(frozen -> Ledger.setStatus(set, frozen.holder(Unit.MIN), Account.Status.FROZEN)));

        reverse(book, 2).statusCode(201).body("entries.group", contains(nullValue()));

        assertThat(posted(book, account(anna))).isEqualTo(60);
        assertThat(posted(book, account(bela))).isEqualTo(0);
    }

    @ParameterizedTest
    @EnumSource(Unit.class)
    void whatThePoolOwesIsPaidFromAGrantThatComesBack(Unit unit) {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, unit);
        var bela = book.aMember();
        var pool = Holder.of(book.id(), unit == Unit.MIN ? Chart.TIME_POOL : Chart.POINTS_POOL);
        book.post(
                unit == Unit.MIN ? EntryType.DONATE_TIME : EntryType.DONATE_POINTS,
                draft -> draft.debit(anna.holder(unit), 60).credit(pool, 60),
                anna.holder(unit),
                pool);
        book.post(
                unit == Unit.MIN ? EntryType.GRANT_TIME_FROM_POOL : EntryType.GRANT_POINTS,
                draft -> draft.debit(pool, 50).credit(bela.holder(unit), 50),
                bela.holder(unit),
                pool);
        reverse(book, 2).statusCode(201);
        assertThat(posted(book, owedByThePool(unit))).isEqualTo(-50);

        reverse(book, 3)
                .statusCode(201)
                .body("entries.type", contains("REVERSAL", "SHORTFALL_RECOVER"))
                .body("entries.group.unique()", hasSize(1))
                .body("entries.group", not(hasItem(nullValue())));

        assertThat(posted(book, owedByThePool(unit))).isZero();
        assertThat(posted(book, pool.path())).isZero();
    }

    private static String owedByThePool(Unit unit) {
        return (unit == Unit.MIN ? "1610:POOL:" : "1600:POOL:") + unit;
    }

    // ---- members who have left -----------------------------------------------------------------------------------

    @Test
    void whatComesBackToAMemberWhoHasLeftGoesToThePool() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        transfer(book, anna, bela, 30);
        close(book, anna);

        reverse(book, 2)
                .statusCode(201)
                .body("entries.type", contains("REVERSAL", "ACCOUNT_CLOSE"))
                .body("entries.group.unique()", hasSize(1))
                .body("entries.group", not(hasItem(nullValue())));

        assertThat(posted(book, account(anna))).isZero();
        assertThat(posted(book, account(bela))).isZero();
        assertThat(posted(book, "2400:MIN")).isEqualTo(60);
        book.as(Role.AUDITOR)
                .get(book.path() + "/accounts/" + account(anna))
                .then()
                .body("status", equalTo("CLOSED"));
    }

    @Test
    void whatAMemberOwesWhoHasLeftIsPaidFirst() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        transfer(book, anna, bela, 30);
        close(book, anna);
        reverse(book, 1).statusCode(201).body("entries.type", contains("REVERSAL"));
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-60);

        reverse(book, 2).statusCode(201).body("entries.type", contains("REVERSAL", "SHORTFALL_RECOVER"));

        assertThat(posted(book, account(anna))).isZero();
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-30);
        assertThat(posted(book, "2400:MIN")).isEqualTo(30);
    }

    @Test
    void grantedTimeThatComesBackToAMemberWhoHasLeftGoesToItsFund() {
        var book = bank.aBook();
        var lot = new Lot("PUBLIC", LocalDate.now(ZoneId.of("Asia/Shanghai")).plusDays(9), true);
        var anna = granted(book, lot);
        var bela = book.aMember();
        transfer(book, anna, bela, 100);
        close(book, anna);
        assertThat(posted(book, "3110:PUBLIC.2025:MIN")).isEqualTo(-100);

        reverse(book, 2).statusCode(201).body("entries.type", contains("REVERSAL", "ACCOUNT_CLOSE"));

        assertThat(posted(book, account(anna) + ":" + lot.name())).isZero();
        assertThat(posted(book, "3110:PUBLIC.2025:MIN")).isZero();
        assertThat(posted(book, "2400:MIN")).isZero();
    }

    /** It comes back to a lot with grace, which is opened for it. */
    @Test
    void grantedTimeGoesToItsFundAlsoWhenItsLotHasExpired() {
        var book = bank.aBook();
        var lot = new Lot("PUBLIC", LocalDate.now(ZoneId.of("Asia/Shanghai")).minusDays(1), true);
        var anna = granted(book, lot);
        var bela = book.aMember();
        book.post(
                EntryType.TRANSFER_TIME,
                draft -> draft.debit(anna.holder(Unit.MIN), lot, 100).credit(bela.holder(Unit.MIN), 100),
                anna.holder(Unit.MIN),
                bela.holder(Unit.MIN));
        close(book, anna);

        reverse(book, 2).statusCode(201).body("entries.type", contains("REVERSAL", "ACCOUNT_CLOSE"));

        assertThat(posted(book, "3130:MIN")).isEqualTo(500);
        assertThat(posted(book, "3110:PUBLIC.2025:MIN")).isEqualTo(-500);
        assertThat(posted(book, "2400:MIN")).isZero();
    }

    @Test
    void anExpiryOfAClosingIsTakenBackAndGoesToTheFund() {
        var book = bank.aBook();
        var anna = granted(
                book,
                new Lot("PUBLIC", LocalDate.now(ZoneId.of("Asia/Shanghai")).minusDays(1), true));
        close(book, anna);

        reverse(book, 2).statusCode(201).body("entries.type", contains("REVERSAL", "ACCOUNT_CLOSE"));

        assertThat(posted(book, "3130:MIN")).isZero();
        assertThat(posted(book, "3110:PUBLIC.2025:MIN")).isZero();
        reverse(book, 2).statusCode(409).body("code", equalTo("already-reversed"));
        reverse(book, 3).statusCode(409).body("code", equalTo("reversal-not-reversible"));
        reverse(book, 4).statusCode(409).body("code", equalTo("use-other-operation"));
    }

    /** The one that is taken back goes to its own fund; what is left of the lot is of the other. */
    @Test
    void ofALotThatTwoBudgetYearsGrantedEachGetsItsOwnBack() {
        var book = bank.aBook();
        var lot = new Lot("PUBLIC", LocalDate.now(ZoneId.of("Asia/Shanghai")).minusDays(1), true);
        var anna = granted(book, lot);
        var later = Holder.of(book.id(), Chart.ISSUED_FUND_TIME, "PUBLIC.2026");
        for (TestBank.Member member : List.of(anna, book.aMember())) {
            book.post(
                    EntryType.GRANT_TIME,
                    draft -> draft.debit(later, 200).credit(member.holder(Unit.MIN), lot, 200),
                    later,
                    member.holder(Unit.MIN));
        }
        close(book, anna);
        assertThat(posted(book, "3130:MIN")).isEqualTo(800);

        reverse(book, 2).statusCode(201).body("entries.type", contains("REVERSAL", "REVERSAL", "ACCOUNT_CLOSE"));

        assertThat(posted(book, "3110:PUBLIC.2025:MIN")).isZero();
        assertThat(posted(book, "3110:PUBLIC.2026:MIN")).isEqualTo(-200);
        assertThat(posted(book, "3130:MIN")).isZero();
        assertThat(posted(book, "2400:MIN")).isZero();
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isZero();
    }

    /** Whichever comes first, what the other has looked at before is no longer so. */
    @Test
    void aClosingAndAReversalAtOnceLeaveNothingBehind() throws Exception {
        var lot = new Lot("PUBLIC", LocalDate.now(ZoneId.of("Asia/Shanghai")).plusDays(9), true);
        for (int i = 0; i < 10; i++) {
            var book = bank.aBook();
            var anna = granted(book, lot);
            transfer(book, anna, book.aMember(), 100);
            var closing = book.as(Role.COORDINATOR).body("{\"reason\":\"搬离\"}");
            var reversal = book.as(Role.COORDINATOR).body("{\"reason\":\"录入有误\"}");
            List<Callable<Response>> both = List.of(
                    () -> closing.post(book.path() + "/members/" + anna.id() + "/close"),
                    () -> reversal.post(book.path() + "/entries/2/reversal"));
            List<Integer> statuses = new ArrayList<>();
            try (var threads = Executors.newFixedThreadPool(2)) {
                for (var answered : threads.invokeAll(both)) {
                    statuses.add(answered.get().statusCode());
                }
            }
            assertThat(statuses).containsExactly(200, 201);
            assertThat(posted(book, account(anna) + ":" + lot.name())).isZero();
            assertThat(posted(book, "3110:PUBLIC.2025:MIN")).isZero();
        }
    }

    @Test
    void whatThePoolOwesIsPaidFromWhatIsPassedOnToIt() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        transfer(book, anna, book.aMember(), 60);
        close(book, anna);
        book.post(
                Holder.of(book.id(), Chart.SHORTFALL_TIME, Holder.POOL),
                new Holder(book.id(), Chart.OPENING, "", Unit.MIN),
                Lot.OWN,
                70);

        reverse(book, 2)
                .statusCode(201)
                .body("entries.type", contains("REVERSAL", "ACCOUNT_CLOSE", "SHORTFALL_RECOVER"))
                .body("entries.group.unique()", hasSize(1));

        assertThat(posted(book, owedByThePool(Unit.MIN))).isEqualTo(-10);
        assertThat(posted(book, "2400:MIN")).isZero();
    }

    /** Both orders of the same two reversals leave the same: what was taken back for a second time owes nobody anything. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatComesBackToWhoOwesPaysIt(boolean openingFirst) {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        transfer(book, anna, bela, 60);

        reverse(book, openingFirst ? 1 : 2).statusCode(201);
        reverse(book, openingFirst ? 2 : 1)
                .statusCode(201)
                .body("entries.type", openingFirst ? contains("REVERSAL", "SHORTFALL_RECOVER") : contains("REVERSAL"))
                .body("entries.group.unique()", hasSize(1));

        assertThat(posted(book, account(anna))).isZero();
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isZero();
        assertThat(posted(book, account(bela))).isZero();
    }

    @Test
    void noMoreIsTakenOfWhoOwesThanComesBack() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember().holding(100, Unit.MIN);
        transfer(book, anna, bela, 25);
        transfer(book, anna, bela, 35);
        reverse(book, 1).statusCode(201);
        transfer(book, bela, anna, 10);

        reverse(book, 3).statusCode(201);

        assertThat(posted(book, account(anna)))
                .as("what she was given is not an earning")
                .isEqualTo(10);
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-35);
    }

    @Test
    void grantedTimeThatComesBackPaysOnlyForItsOwnGrantThatWasTakenBack() {
        var lot = new Lot("PUBLIC", LocalDate.now(ZoneId.of("Asia/Shanghai")).plusDays(9), true);
        var book = bank.aBook();
        var anna = granted(book, lot);
        var bela = book.aMember();
        transfer(book, anna, bela, 400);
        reverse(book, 1).statusCode(201);
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-400);

        reverse(book, 2).statusCode(201).body("entries.type", contains("REVERSAL", "SHORTFALL_RECOVER"));

        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isZero();
        assertThat(posted(book, account(anna) + ":" + lot.name())).isZero();

        var carl = granted(book, lot);
        carl.holding(60, Unit.MIN);
        long earned = lastSeq(book);
        transfer(book, carl, bela, 660);
        long paid = lastSeq(book);
        reverse(book, earned).statusCode(201);
        reverse(book, paid).statusCode(201);

        assertThat(posted(book, "1610:" + carl.id() + ":MIN")).isZero();
        assertThat(posted(book, account(carl) + ":" + lot.name()))
                .as("of a grant that stands")
                .isEqualTo(600);
        assertThat(posted(book, account(carl))).isZero();
    }

    /** Its reversal does not touch a lot that was spent wholly. */
    @Test
    void grantedTimeThatWasSpentWhollyPaysForItsOwnGrant() {
        var lot = new Lot("PUBLIC", LocalDate.now(ZoneId.of("Asia/Shanghai")).plusDays(9), true);
        var book = bank.aBook();
        var anna = granted(book, lot);
        transfer(book, anna, book.aMember(), 600);
        reverse(book, 1).statusCode(201);

        reverse(book, 2).statusCode(201).body("entries.type", contains("REVERSAL", "SHORTFALL_RECOVER"));

        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isZero();
        assertThat(posted(book, account(anna) + ":" + lot.name())).isZero();
        assertThat(posted(book, "3110:PUBLIC.2025:MIN")).isZero();
    }

    @Test
    void timeGrantedFromThePoolPaysForItsOwnGrant() {
        var lot = new Lot(Holder.POOL, LocalDate.now(ZoneId.of("Asia/Shanghai")).plusDays(9), true);
        var book = bank.aBook();
        var anna = book.aMember();
        var pool = Holder.of(book.id(), Chart.TIME_POOL);
        book.post(new Holder(book.id(), Chart.OPENING, "", Unit.MIN), pool, Lot.OWN, 600);
        book.post(
                EntryType.GRANT_TIME_FROM_POOL,
                draft -> draft.debit(pool, 600).credit(anna.holder(Unit.MIN), lot, 600),
                pool,
                anna.holder(Unit.MIN));
        transfer(book, anna, book.aMember(), 400);
        reverse(book, 2).statusCode(201);

        reverse(book, 3).statusCode(201).body("entries.type", contains("REVERSAL", "SHORTFALL_RECOVER"));

        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isZero();
        assertThat(posted(book, account(anna) + ":" + lot.name())).isZero();
        assertThat(posted(book, "2400:MIN")).isEqualTo(600);
    }

    @Test
    void whatShePaidOfGrantedTimeTakesNothingOfWhatSheWasGiven() {
        var lot = new Lot("PUBLIC", LocalDate.now(ZoneId.of("Asia/Shanghai")).plusDays(9), true);
        var book = bank.aBook();
        var anna = granted(book, lot);
        var bela = book.aMember().holding(100, Unit.MIN);
        transfer(book, anna, bela, 600);
        anna.holding(60, Unit.MIN);
        transfer(book, anna, bela, 60);
        reverse(book, 4).statusCode(201);
        transfer(book, bela, anna, 100);

        reverse(book, 3).statusCode(201).body("entries.type", contains("REVERSAL"));

        assertThat(posted(book, account(anna))).isEqualTo(100);
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-60);
        assertThat(posted(book, account(anna) + ":" + lot.name())).isEqualTo(600);
    }

    @Test
    void aRecoveryThatIsTakenBackIsTheDebtAgain() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        transfer(book, anna, book.aMember(), 60);
        reverse(book, 1).statusCode(201);
        earn(book, anna, 40, null, 0);
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-20);

        reverse(book, lastSeq(book)).statusCode(201).body("entries.type", contains("REVERSAL"));

        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-60);
        assertThat(posted(book, account(anna))).isEqualTo(40);
    }

    /** A refund, and a till's reversal, of what was bought with points that were taken back since. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatAShopGivesBackToWhoOwesPaysIt(boolean byTheTill) {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        var terminal = book.aTerminal(merchant);
        var anna = book.aMember().holding(100, Unit.PTS);
        String sale = sold(book, merchant, terminal, anna, 100);
        reverse(book, 1).statusCode(201);
        assertThat(posted(book, "1600:" + anna.id() + ":PTS")).isEqualTo(-100);

        if (byTheTill) {
            reversedByTheTill(book, merchant, terminal);
        } else {
            book.as(Role.OPERATOR)
                    .body("{\"amount\":100}")
                    .post(book.path() + "/redemptions/" + sale + "/refunds")
                    .then()
                    .statusCode(201);
        }

        assertThat(posted(book, "1600:" + anna.id() + ":PTS")).isZero();
        assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isZero();
        assertThat(posted(book, "2300:" + merchant + ":PTS")).isZero();
    }

    private static String sold(
            TestBank.Book book, String merchant, String terminal, TestBank.Member member, long amount) {
        return book.as(Role.OPERATOR)
                .body("""
                        {"mode":"SALE","member":"%s","merchant":"%s","terminal":"%s","terminalTransaction":"1","amount":%d,"unit":"PTS"}
                        """.formatted(member.id(), merchant, terminal, amount))
                .post(book.path() + "/redemptions")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static void reversedByTheTill(TestBank.Book book, String merchant, String terminal) {
        book.as(Role.OPERATOR)
                .body("{\"merchant\":\"%s\",\"terminal\":\"%s\",\"terminalTransaction\":\"1\"}"
                        .formatted(merchant, terminal))
                .post(book.path() + "/redemptions/reversals")
                .then()
                .statusCode(200);
    }

    /** Nothing is taken of who is frozen; when he leaves, what he has of no grant pays before the pool gets it. */
    @Test
    void whoIsFrozenPaysWhatHeOwesOfAGrantThatWasTakenBackWhenHeLeaves() {
        var lot = new Lot("PUBLIC", LocalDate.now(ZoneId.of("Asia/Shanghai")).plusDays(9), true);
        var book = bank.aBook();
        var anna = granted(book, lot);
        transfer(book, anna, book.aMember(), 400);
        reverse(book, 1).statusCode(201);
        book.as(Role.COORDINATOR)
                .body("{\"reason\":\"核实\"}")
                .post(book.path() + "/members/" + anna.id() + "/freeze")
                .then()
                .statusCode(200);
        reverse(book, 2).statusCode(201).body("entries.type", contains("REVERSAL"));
        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isEqualTo(-400);

        close(book, anna);

        assertThat(posted(book, "1610:" + anna.id() + ":MIN")).isZero();
        assertThat(posted(book, "2400:MIN")).isZero();
        assertThat(posted(book, "3110:PUBLIC.2025:MIN")).isZero();
    }

    /** A new member whom a fund has granted 600 minutes. */
    private static TestBank.Member granted(TestBank.Book book, Lot lot) {
        var anna = book.aMember();
        var fund = Holder.of(book.id(), Chart.ISSUED_FUND_TIME, "PUBLIC.2025");
        book.post(
                EntryType.GRANT_TIME,
                draft -> draft.debit(fund, 600).credit(anna.holder(Unit.MIN), lot, 600),
                fund,
                anna.holder(Unit.MIN));
        return anna;
    }

    private static void close(TestBank.Book book, TestBank.Member member) {
        book.as(Role.COORDINATOR)
                .body("{\"reason\":\"搬离\"}")
                .post(book.path() + "/members/" + member.id() + "/close")
                .then()
                .statusCode(200);
    }

    // ---- refusals ------------------------------------------------------------------------------------------------

    @Test
    void namesTheOperationThatTakesAnEntryBackAndPostsNothing() {
        var book = bank.aBook();
        var anna = book.aMember().holding(600, Unit.PTS);
        var shop = Holder.of(book.id(), Chart.MERCHANT_PAYABLE, "SHOP");
        work(
                book,
                List.of(anna.holder(Unit.PTS), shop),
                set -> Ledger.post(
                        set,
                        draft(book, EntryType.REDEEM_SALE)
                                .debit(anna.holder(Unit.PTS), 200)
                                .credit(shop, 200)));

        reverse(book, 2)
                .statusCode(409)
                .body("code", equalTo("use-other-operation"))
                .body("entryType", equalTo("REDEEM_SALE"))
                .body("operation", equalTo("a refund or reversal of the redemption"));

        assertThat(lastSeq(book)).isEqualTo(2);
    }

    @Test
    void refusesWhatIsMalformedUnknownOrNotAllowed() {
        var book = bank.aBook();
        book.aMember().holding(60, Unit.MIN);
        String path = book.path() + "/entries/1/reversal";

        invalid(book, "{}", "reason");
        invalid(book, "{\"reason\":\" \"}", "reason");
        invalid(book, "{\"reason\":\"x\",\"occurredOn\":\"2999-01-01\"}", "occurredOn");
        invalid(book, "{\"reason\":\"x\",\"approver\":\"a b\"}", "approver");
        invalid(book, "{\"reason\":\"x\",\"actor\":\"P-1\",\"approver\":\"P-1\"}", "approver");
        invalid(book, "{\"reason\":\"x\",\"amount\":1}", "amount");
        book.as(Role.COORDINATOR).body("{").post(path).then().statusCode(400);
        book.as(Role.COORDINATOR)
                .contentType(ContentType.TEXT)
                .body("x")
                .post(path)
                .then()
                .statusCode(415);
        book.request(book.keyOf(Role.COORDINATOR))
                .body("{\"reason\":\"x\"}")
                .post(path)
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("Idempotency-Key"));
        reverse(book, 2).statusCode(404).body("code", equalTo("not-found"));
        book.as(Role.COORDINATOR)
                .body("{\"reason\":\"x\"}")
                .post(book.path() + "/entries/0/reversal")
                .then()
                .statusCode(404);
        for (Role role : List.of(Role.APP, Role.AUDITOR, Role.TERMINAL)) {
            book.as(role).body("{\"reason\":\"x\"}").post(path).then().statusCode(403);
        }
        bank.aBook()
                .as(Role.COORDINATOR)
                .body("{\"reason\":\"x\"}")
                .post(path)
                .then()
                .statusCode(404);

        assertThat(lastSeq(book)).isEqualTo(1);
    }

    private static void invalid(TestBank.Book book, String body, String field) {
        book.as(Role.COORDINATOR)
                .body(body)
                .post(book.path() + "/entries/1/reversal")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid-request"))
                .body("errors[0].field", equalTo(field));
    }

    private static ValidatableResponse reverse(TestBank.Book book, long seq) {
        return book.as(Role.COORDINATOR)
                .body("{\"reason\":\"录入有误\",\"actor\":\"P-7\",\"approver\":\"P-9\"}")
                .post(book.path() + "/entries/" + seq + "/reversal")
                .then();
    }

    private static ValidatableResponse ask(TestBank.Book book, String client, String key) {
        return book.request(client)
                .header("Idempotency-Key", key)
                .body("{\"reason\":\"once\"}")
                .post(book.path() + "/entries/1/reversal")
                .then();
    }

    private static void transfer(TestBank.Book book, TestBank.Member from, TestBank.Member to, long amount) {
        book.as(Role.APP)
                .body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":%d,\"unit\":\"MIN\"}"
                        .formatted(from.id(), to.id(), amount))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(201);
    }

    /** Gives minutes, and points if there are any, in one group, and recovers what the member owes; no record earns them. */
    private void earn(TestBank.Book book, TestBank.Member earner, long minutes, @Nullable UUID group, long points) {
        var time = earner.holder(Unit.MIN);
        var issuedTime = Holder.of(book.id(), Chart.ISSUED_SERVICE_TIME, "2025");
        var pts = earner.holder(Unit.PTS);
        var issuedPoints = Holder.of(book.id(), Chart.ISSUED_SERVICE_POINTS, "2025");
        var holders = List.of(time, issuedTime, Ledger.shortfallOf(time), pts, issuedPoints);
        work(book, holders, set -> {
            Ledger.post(
                    set,
                    draft(book, EntryType.GRANT_TIME)
                            .debit(issuedTime, minutes)
                            .credit(time, minutes)
                            .group(group));
            Ledger.recover(set, time, BY, group);
            if (points > 0) {
                Ledger.post(
                        set,
                        draft(book, EntryType.GRANT_POINTS)
                                .debit(issuedPoints, points)
                                .credit(pts, points)
                                .group(group));
            }
        });
    }

    private static Draft draft(TestBank.Book book, EntryType type) {
        return Draft.of(type, book.id(), LocalDate.of(2025, 1, 5), BY);
    }

    private void work(TestBank.Book book, List<Holder> holders, Consumer<WorkingSet> decided) {
        Ask ask = new Ask(new TestCommits.Everybody(), book.id(), null, new byte[32], Language.EN, "/", null);
        Answer answer = commits.submit(ask, book.id(), new Work() {
                    @Override
                    public void needs(Needs needs) {
                        needs.row(Ledger.BOOKS, book.id());
                        holders.forEach(holder -> Ledger.needHolding(needs, holder));
                    }

                    @Override
                    public Answer decide(WorkingSet set) {
                        decided.accept(set);
                        return Answer.ok(Map.of());
                    }
                })
                .await()
                .indefinitely();
        assertThat(answer.status()).isEqualTo(200);
    }

    private static String account(TestBank.Member member) {
        return "2100:" + member.id() + ":MIN";
    }

    /** What is posted to an account; 0 when it was never opened. */
    private static long posted(TestBank.Book book, String account) {
        var response = book.as(Role.AUDITOR).get(book.path() + "/accounts/" + account);
        return response.statusCode() == 404 ? 0 : response.jsonPath().getLong("posted");
    }

    private static long lastSeq(TestBank.Book book) {
        List<Long> seqs = book.as(Role.AUDITOR)
                .get(book.path() + "/entries?limit=500")
                .jsonPath()
                .getList("items.seq", Long.class);
        return seqs.isEmpty() ? 0 : seqs.getLast();
    }
}
