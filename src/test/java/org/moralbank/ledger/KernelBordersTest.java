package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.BOOK_CODES;
import static org.moralbank.ledger.Ledger.BUDGETS;
import static org.moralbank.ledger.Ledger.ENTRIES;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.ledger.Ledger.HOLDS;
import static org.moralbank.ledger.Ledger.REVERSALS;
import static org.moralbank.ledger.Spending.AS_A_GIFT;
import static org.moralbank.ledger.Spending.ON_SERVICE;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.commits.Table;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.RefusedException;
import org.moralbank.proofs.EntryBundle;

/** The borders of the kernel's rules, each on both sides, without a database. What is refused changes nothing. */
class KernelBordersTest {
    private static final int BOOK = 1;
    private static final Instant MORNING = Instant.parse("2025-03-31T01:00:00Z");
    private static final LocalDate TODAY = LocalDate.parse("2025-03-31");
    /** The last microsecond of the day in Shanghai, and the first of the next. */
    private static final Instant END_OF_TODAY = Instant.parse("2025-03-31T15:59:59.999999Z");

    private static final Instant TOMORROW = Instant.parse("2025-03-31T16:00:00Z");

    private static final Holder ANNA = Holder.of(BOOK, Chart.MEMBER_TIME, "M-1");
    private static final Holder BELA = Holder.of(BOOK, Chart.MEMBER_TIME, "M-2");
    private static final Holder POOL = Holder.of(BOOK, Chart.TIME_POOL);
    private static final Holder ISSUED = Holder.of(BOOK, Chart.ISSUED_SERVICE_TIME, "2025");
    private static final Holder FUND = Holder.of(BOOK, Chart.ISSUED_FUND_TIME, "F1.2025");
    private static final Holder OPENING = new Holder(BOOK, Chart.OPENING, "", Unit.PTS);
    private static final Holder SHOP = Holder.of(BOOK, Chart.MERCHANT_PAYABLE, "S-1");
    private static final Holder EXPIRED = Holder.of(BOOK, Chart.EXPIRED_TIME);
    private static final Holder EXPIRED_POINTS = Holder.of(BOOK, Chart.EXPIRED_POINTS);
    private static final Holder ANNAS_POINTS = Holder.of(BOOK, Chart.MEMBER_POINTS, "M-1");
    private static final UUID HOLD = UUID.fromString("00000000-0000-7000-8000-000000000001");
    private static final HoldTable.Key HOLD_KEY = new HoldTable.Key(BOOK, HOLD);

    private static final List<Holder> HOLDERS = List.of(
            ANNA,
            ANNA.shortfall(),
            ANNAS_POINTS,
            BELA,
            BELA.shortfall(),
            POOL,
            POOL.shortfall(),
            ISSUED,
            FUND,
            OPENING,
            SHOP,
            EXPIRED,
            EXPIRED_POINTS);
    private static final List<EntryTable.Key> FIRST_ENTRIES = LongStream.rangeClosed(1, 20)
            .mapToObj(seq -> new EntryTable.Key(BOOK, seq))
            .toList();

    private WorkingSet set = begin(MORNING);

    private static WorkingSet begin(Instant now) {
        WorkingSet begun = new WorkingSet(now);
        Book book = new Book(
                BOOK,
                "B1",
                "B1",
                Book.Kind.COMMUNITY,
                ZoneId.of("Asia/Shanghai"),
                true,
                0,
                false,
                Instant.EPOCH,
                0,
                0,
                Instant.EPOCH,
                null,
                0);
        begun.loaded(BOOKS, List.of(BOOK), Map.of(BOOK, book));
        begun.loaded(HOLDINGS, HOLDERS, Map.of());
        begun.loaded(BUDGETS, HOLDERS, Map.of());
        begun.loaded(HOLDS, List.of(HOLD_KEY), Map.of());
        begun.loaded(REVERSALS, FIRST_ENTRIES, Map.of());
        return begun;
    }

    /** The commit of another moment, with what the last one left. */
    private void at(Instant now) {
        WorkingSet later = new WorkingSet(now);
        carry(BOOKS, List.of(BOOK), later);
        carry(HOLDINGS, HOLDERS, later);
        carry(BUDGETS, HOLDERS, later);
        carry(HOLDS, List.of(HOLD_KEY), later);
        carry(REVERSALS, FIRST_ENTRIES, later);
        set = later;
    }

    private <K, R> void carry(Table<K, R> table, List<K> keys, WorkingSet later) {
        Map<K, R> rows = new HashMap<>();
        for (K key : keys) {
            R row = set.find(table, key);
            if (row != null) {
                rows.put(key, row);
            }
        }
        later.loaded(table, keys, rows);
    }

    // ---- budgets -----------------------------------------------------------------------------------------------

    @Test
    void issuesUpToTheBudgetAndNotOneMore() {
        budget(FUND, 100);

        grant(ANNA, Lot.OWN, 60);
        grant(ANNA, Lot.OWN, 40);

        assertThat(refused(() -> grant(ANNA, Lot.OWN, 1))).startsWith("refused limit-exceeded ");
        assertThat(posted(FUND)).isEqualTo(-100);
    }

    @Test
    void aBudgetOfNothingIssuesNothing() {
        budget(FUND, 0);

        assertThat(refused(() -> grant(ANNA, Lot.OWN, 1))).startsWith("refused limit-exceeded ");
    }

    @Test
    void theLastBudgetHoldsAndIsNotBelowWhatIsIssued() {
        grant(ANNA, Lot.OWN, 60);
        assertThat(refused(() -> budget(FUND, 59))).startsWith("refused budget-below-issued ");

        assertThat(budget(FUND, 60).number()).isEqualTo(1);
        assertThat(refused(() -> grant(ANNA, Lot.OWN, 1))).startsWith("refused limit-exceeded ");
        assertThat(budget(FUND, 61)).extracting(Budget::number, Budget::issued).containsExactly(2, 60L);
        grant(ANNA, Lot.OWN, 1);
        assertThat(refused(() -> grant(ANNA, Lot.OWN, 1))).startsWith("refused limit-exceeded ");
    }

    @Test
    void aBudgetIsOfOnePeriod() {
        budget(ISSUED, 10);

        grant(ANNA, Lot.OWN, 60);
        assertThat(refused(() -> issue(ANNA, 11))).startsWith("refused limit-exceeded ");
    }

    // ---- floors and ceilings -----------------------------------------------------------------------------------

    @Test
    void spendsDownToTheFloor() {
        issue(ANNA, 60);

        give(ANNA, BELA, 60);

        assertThat(posted(ANNA)).isZero();
        assertThat(posted(BELA)).isEqualTo(60);
    }

    @Test
    void refusesToSpendOneBelowTheFloor() {
        issue(ANNA, 60);

        assertThat(refused(() -> give(ANNA, BELA, 61)))
                .isEqualTo("refused insufficient-balance {account=2100:M-1:MIN, available=60, unit=MIN, wanted=61}");
    }

    @Test
    void refusesToDebitOneBelowTheFloor() {
        issue(ANNA, 60);

        assertThat(refused(() -> post(draft().debit(ANNA, 61).credit(BELA, 61))))
                .isEqualTo("refused insufficient-balance {account=2100:M-1:MIN, available=60, unit=MIN, wanted=61}");
        post(draft().debit(ANNA, 60).credit(BELA, 60));

        assertThat(posted(ANNA)).isZero();
    }

    @Test
    void whatIsHeldCannotBeSpent() {
        issue(ANNA, 60);
        hold(ANNA, 40);

        assertThat(refused(() -> give(ANNA, BELA, 21))).startsWith("refused insufficient-balance {");
        give(ANNA, BELA, 20);

        assertThat(posted(ANNA)).isEqualTo(40);
    }

    @Test
    void whatAMerchantOwesHasNoBound() {
        post(draft().debit(SHOP, 1_000_001).credit(OPENING, 1_000_001));

        assertThat(posted(SHOP)).isEqualTo(-1_000_001);
    }

    @Test
    void anIssuanceTakesBackWhatItIssuedAndNoMore() {
        issue(ANNA, 60);
        grant(ANNA, Lot.OWN, 1);

        assertThat(refused(() -> give(ANNA, ISSUED, 61)))
                .isEqualTo("refused limit-exceeded {account=3100:2025:MIN, limit=0, unit=MIN, wouldBe=1}");
        give(ANNA, ISSUED, 60);

        assertThat(posted(ISSUED)).isZero();
    }

    @Test
    void aShortAccountIsToldBeforeALimit() {
        issue(ANNA, 60);

        assertThat(refused(() -> post(draft().credit(ISSUED, 61).debit(ANNA, 61))))
                .startsWith("refused insufficient-balance {");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void movesAndHoldsNothingThatIsNotPositive(long amount) {
        issue(ANNA, 60);

        assertThatThrownBy(() -> draft().debit(ANNA, amount)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> draft().credit(ANNA, amount)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> draft().spend(ANNA, amount, ON_SERVICE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> hold(ANNA, amount)).isInstanceOf(IllegalArgumentException.class);
        assertThat(set.find(HOLDS, HOLD_KEY)).isNull();
    }

    @Test
    void sealsNoEntryThatDoesNotSumToZero() {
        issue(ANNA, 60);

        assertThatThrownBy(() -> post(draft().debit(ANNA, 10).credit(BELA, 9)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sum to -1");
        assertThat(set.get(BOOKS, BOOK).lastSeq()).isEqualTo(1);
    }

    @Test
    void sealsNoEntryWithoutTwoPostings() {
        issue(ANNA, 60);

        assertThatThrownBy(() -> post(draft().debit(ANNA, 10).credit(ANNA, 10)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sealsNoEntryOfTwoUnitsOrTwoBooks() {
        issue(ANNA, 60);
        Holder elsewhere = Holder.of(2, Chart.MEMBER_TIME, "M-1");
        set.loaded(HOLDINGS, List.of(elsewhere), Map.of());

        assertThatThrownBy(() -> post(draft().debit(ANNA, 10).credit(SHOP, 10)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> post(draft().debit(ANNA, 10).credit(elsewhere, 10)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLastAmountThatFitsIsPostedAndOneMoreIsAFault() {
        issue(ANNA, Long.MAX_VALUE);

        assertThatThrownBy(() -> issue(ANNA, 1)).isInstanceOf(ArithmeticException.class);
        assertThat(posted(ANNA)).isEqualTo(Long.MAX_VALUE);
    }

    // ---- numbers and times -------------------------------------------------------------------------------------

    @Test
    void anEntryIsNeverPostedBeforeTheOneBefore() {
        Entry first = issue(ANNA, 60);
        at(MORNING.minusSeconds(1));
        Entry second = give(ANNA, BELA, 10);
        at(MORNING.plusSeconds(1));
        Entry third = give(ANNA, BELA, 10);

        assertThat(List.of(first.seq(), second.seq(), third.seq())).containsExactly(1L, 2L, 3L);
        assertThat(second.postedAt()).isEqualTo(MORNING);
        assertThat(third.postedAt()).isEqualTo(MORNING.plusSeconds(1));
        assertThat(third.postings()).extracting(Posting::version).containsExactly(3L, 2L);
    }

    // ---- books -------------------------------------------------------------------------------------------------

    @Test
    void theLastBookThatHasANumberIsOpenedAndNoneAfterIt() {
        NewBook opened = new NewBook("XQ", "新桥社区", Book.Kind.COMMUNITY, ZoneId.of("Asia/Shanghai"), true, 0, false);
        NewBook next = new NewBook("LS", "龙生社区", Book.Kind.COMMUNITY, ZoneId.of("Asia/Shanghai"), true, 0, false);
        set.loaded(
                BOOK_CODES,
                List.of("XQ", "LS", BookCodeTable.LAST),
                Map.of(BookCodeTable.LAST, (int) Short.MAX_VALUE - 1));

        assertThat(Ledger.openBook(set, opened).id()).isEqualTo(Short.MAX_VALUE);

        assertThat(refused(() -> Ledger.openBook(set, next))).startsWith("refused too-many-books {");
        assertThat(Ledger.isBook(set, "LS")).isFalse();
    }

    // ---- lots --------------------------------------------------------------------------------------------------

    @Test
    void aLotIsSpentOnItsLastDay() {
        grant(ANNA, new Lot("F1", TODAY, false), 30);
        at(END_OF_TODAY);

        give(ANNA, BELA, 30);

        assertThat(posted(ANNA)).isZero();
    }

    @Test
    void aLotIsNotSpentNorHeldAfterItsLastDay() {
        grant(ANNA, new Lot("F1", TODAY, false), 30);
        at(TOMORROW);

        assertThat(refused(() -> give(ANNA, BELA, 1)))
                .isEqualTo("refused insufficient-balance {account=2100:M-1:MIN, available=0, unit=MIN, wanted=1}");
        assertThat(refused(() -> hold(ANNA, 1))).startsWith("refused insufficient-balance {");

        issue(ANNA, 5);
        assertThat(refused(() -> give(ANNA, BELA, 6))).contains("available=5");
        give(ANNA, BELA, 5);

        assertThat(posted(ANNA)).isEqualTo(30);
    }

    @Test
    void theEarliestToExpireIsSpentFirstThenTheRestrictedThenByName() {
        LocalDate soon = TODAY.plusDays(1);
        LocalDate late = TODAY.plusDays(2);
        issue(ANNA, 10);
        grant(ANNA, new Lot("F1", null, true), 10);
        grant(ANNA, new Lot("F1", late, false), 10);
        grant(ANNA, new Lot("F2", soon, false), 10);
        grant(ANNA, new Lot("F1", soon, false), 10);
        grant(ANNA, new Lot("F3", soon, true), 10);

        Entry spent = give(ANNA, BELA, 55);

        assertThat(spent.postings())
                .extracting(posting -> posting.account() + " " + posting.amount())
                .containsExactly(
                        "2100:M-1:MIN:F3.20250401.R -10",
                        "2100:M-1:MIN:F1.20250401. -10",
                        "2100:M-1:MIN:F2.20250401. -10",
                        "2100:M-1:MIN:F1.20250402. -10",
                        "2100:M-1:MIN:F1..R -10",
                        "2100:M-1:MIN -5",
                        "2100:M-2:MIN 55");
    }

    @Test
    void aHoldReservesInTheSpendingOrderAndItsCaptureTakesTheFirst() {
        issue(ANNA, 10);
        grant(ANNA, new Lot("F1", TODAY.plusDays(1), false), 10);
        Hold hold = hold(ANNA, 15);

        Entry captured = capture(12);

        assertThat(hold.lines()).containsExactly(new Hold.Line(4, 10), new Hold.Line(2, 5));
        assertThat(captured.postings())
                .extracting(posting -> posting.account() + " " + posting.amount())
                .containsExactly("2100:M-1:MIN:F1.20250401. -10", "2100:M-1:MIN -2", "2100:M-2:MIN 12");
        assertThat(held(ANNA)).isZero();
    }

    @Test
    void onlyWhatIsNotRestrictedIsGivenAway() {
        issue(ANNA, 10);
        grant(ANNA, new Lot("F1", TODAY, true), 50);
        grant(ANNA, new Lot("F1", TODAY, false), 5);

        assertThat(refused(() -> post(draft().spend(ANNA, 16, AS_A_GIFT).credit(BELA, 16))))
                .contains("available=15");
        post(draft().spend(ANNA, 15, AS_A_GIFT).credit(BELA, 15));

        assertThat(posted(ANNA)).isEqualTo(50);
    }

    @Test
    void aRestrictedLotAloneIsNotGivenAway() {
        grant(ANNA, new Lot("F1", null, true), 50);

        assertThat(refused(() -> post(draft().spend(ANNA, 1, AS_A_GIFT).credit(BELA, 1))))
                .contains("available=0");
        give(ANNA, BELA, 50);
    }

    @Test
    void twoSpendingsOfOneEntryDoNotTakeTheSameTwice() {
        issue(ANNA, 60);

        assertThat(refused(() -> post(draft().spend(ANNA, 40, ON_SERVICE)
                        .spend(ANNA, 21, ON_SERVICE)
                        .credit(BELA, 61))))
                .contains("available=20");
        post(draft().spend(ANNA, 40, ON_SERVICE).spend(ANNA, 20, ON_SERVICE).credit(BELA, 60));

        assertThat(posted(ANNA)).isZero();
    }

    // ---- holds -------------------------------------------------------------------------------------------------

    @Test
    void holdsAllThatIsThereAndNotOneMore() {
        issue(ANNA, 60);

        assertThat(refused(() -> hold(ANNA, 61))).contains("available=60", "wanted=61");
        hold(ANNA, 60);

        assertThat(held(ANNA)).isEqualTo(60);
        assertThat(posted(ANNA)).isEqualTo(60);
    }

    @Test
    void capturesAllThatIsHeldAndNotOneMore() {
        issue(ANNA, 60);
        hold(ANNA, 40);

        assertThat(refused(() -> capture(41)))
                .isEqualTo("refused hold-exceeded {held=40, hold=" + HOLD + ", unit=MIN, wanted=41}");
        capture(40);

        assertThat(posted(ANNA)).isEqualTo(20);
        assertThat(held(ANNA)).isZero();
        assertThat(refused(() -> capture(1))).contains("hold-not-active", "holdStatus=CAPTURED");
    }

    @Test
    void releasesWhatACaptureDoesNotTake() {
        issue(ANNA, 60);
        hold(ANNA, 40);

        capture(1);

        assertThat(posted(ANNA)).isEqualTo(59);
        assertThat(held(ANNA)).isZero();
        give(ANNA, BELA, 59);
    }

    @Test
    void aHoldIsCapturedUntilItsTime() {
        issue(ANNA, 60);
        Hold hold = hold(ANNA, 40);
        at(hold.expiresAt().minusNanos(1_000));

        capture(40);

        assertThat(posted(BELA)).isEqualTo(40);
    }

    @Test
    void aHoldIsNotCapturedFromItsTimeOn() {
        issue(ANNA, 60);
        Hold hold = hold(ANNA, 40);
        at(hold.expiresAt());

        assertThat(refused(() -> capture(40))).contains("hold-not-active", "holdStatus=EXPIRED");
        Ledger.release(set, HOLD, ANNA, Hold.Status.EXPIRED);

        assertThat(held(ANNA)).isZero();
        assertThat(refused(() -> Ledger.release(set, HOLD, ANNA, Hold.Status.RELEASED)))
                .contains("hold-not-active", "holdStatus=EXPIRED");
    }

    @Test
    void aReleasedHoldGivesBackWhatItReserved() {
        issue(ANNA, 60);
        hold(ANNA, 40);

        Ledger.release(set, HOLD, ANNA, Hold.Status.RELEASED);

        give(ANNA, BELA, 60);
        assertThat(refused(() -> capture(1))).contains("hold-not-active", "holdStatus=RELEASED");
    }

    // ---- statuses ----------------------------------------------------------------------------------------------

    @Test
    void aFrozenHolderReceivesAndIsCapturedButDoesNotGiveOrHold() {
        issue(ANNA, 60);
        hold(ANNA, 40);
        Ledger.setStatus(set, ANNA, Account.Status.FROZEN);

        assertThat(refused(() -> give(ANNA, BELA, 1))).isEqualTo("refused account-frozen {account=2100:M-1:MIN}");
        assertThat(refused(() -> post(draft().debit(ANNA, 1).credit(BELA, 1)))).contains("account-frozen");
        assertThat(refused(() -> Ledger.hold(set, UUID.randomUUID(), ANNA, 1, MORNING.plusSeconds(60), null)))
                .isEqualTo("refused account-frozen {account=2100:M-1:MIN}");
        issue(ANNA, 1);
        capture(40);

        assertThat(posted(ANNA)).isEqualTo(21);
        Ledger.setStatus(set, ANNA, Account.Status.OPEN);
        give(ANNA, BELA, 21);
    }

    @Test
    void aFrozenHolderIsReleased() {
        issue(ANNA, 60);
        hold(ANNA, 40);
        Ledger.setStatus(set, ANNA, Account.Status.FROZEN);

        Ledger.release(set, HOLD, ANNA, Hold.Status.RELEASED);

        assertThat(held(ANNA)).isZero();
    }

    @Test
    void aClosedHolderTakesPartInReversalsOnly() {
        issue(ANNA, 60);
        Entry given = give(ANNA, BELA, 10);
        hold(ANNA, 40);
        Ledger.setStatus(set, BELA, Account.Status.CLOSED);

        assertThat(refused(() -> give(ANNA, BELA, 1))).isEqualTo("refused account-closed {account=2100:M-2:MIN}");
        assertThat(refused(() -> give(BELA, ANNA, 1))).isEqualTo("refused account-closed {account=2100:M-2:MIN}");
        assertThat(refused(() -> Ledger.hold(set, UUID.randomUUID(), BELA, 1, MORNING.plusSeconds(60), null)))
                .contains("account-closed");
        assertThat(refused(() -> capture(1))).isEqualTo("refused account-closed {account=2100:M-2:MIN}");
        reverse(given);

        assertThat(posted(BELA)).isZero();
        assertThat(posted(ANNA)).isEqualTo(60);
    }

    @Test
    void closedIsToldBeforeFrozen() {
        issue(ANNA, 60);
        issue(BELA, 60);
        Ledger.setStatus(set, ANNA, Account.Status.FROZEN);
        Ledger.setStatus(set, BELA, Account.Status.CLOSED);

        assertThat(refused(() -> give(ANNA, BELA, 1))).isEqualTo("refused account-closed {account=2100:M-2:MIN}");
    }

    @Test
    void freezingAHolderWithoutAccountsOpensNone() {
        int before = set.get(BOOKS, BOOK).lastAccount();

        Ledger.setStatus(set, ANNA, Account.Status.FROZEN);

        assertThat(set.find(HOLDINGS, ANNA)).isNull();
        assertThat(set.get(BOOKS, BOOK).lastAccount()).isEqualTo(before);
    }

    @Test
    void aLotOfAFrozenHolderOpensFrozenAndThawsWithTheOthers() {
        issue(ANNA, 1);
        Ledger.setStatus(set, ANNA, Account.Status.FROZEN);

        grant(ANNA, new Lot("F1", TODAY, true), 1);

        assertThat(set.get(HOLDINGS, ANNA).accounts())
                .extracting(Account::status)
                .containsExactly(Account.Status.FROZEN, Account.Status.FROZEN);
        Ledger.setStatus(set, ANNA, Account.Status.OPEN);
        give(ANNA, BELA, 2);
    }

    // ---- reversal and recovery ---------------------------------------------------------------------------------

    @Test
    void aReversalTakesExactlyWhatIsThere() {
        issue(ANNA, 60);
        Entry given = give(ANNA, BELA, 60);

        reverse(given);

        assertThat(posted(ANNA)).isEqualTo(60);
        assertThat(posted(BELA)).isZero();
        assertThat(set.find(HOLDINGS, BELA.shortfall())).isNull();
    }

    @Test
    void aReversalBooksWhatIsGoneToTheShortfall() {
        issue(ANNA, 60);
        Entry given = give(ANNA, BELA, 60);
        give(BELA, POOL, 1);

        Entry reversal = reverse(given);

        assertThat(posted(ANNA)).isEqualTo(60);
        assertThat(posted(BELA)).isZero();
        assertThat(posted(BELA.shortfall())).isEqualTo(-1);
        assertThat(reversal.reverses()).isEqualTo(given.seq());
        assertThat(reversal.postings())
                .extracting(posting -> posting.account() + " " + posting.amount())
                .containsExactly("2100:M-1:MIN 60", "2100:M-2:MIN -59", "1610:M-2:MIN -1");
    }

    @Test
    void aReversalDoesNotTakeWhatIsHeld() {
        issue(ANNA, 60);
        Entry given = give(ANNA, BELA, 60);
        hold(BELA, 60);

        reverse(given);

        assertThat(posted(BELA)).isEqualTo(60);
        assertThat(held(BELA)).isEqualTo(60);
        assertThat(posted(BELA.shortfall())).isEqualTo(-60);
    }

    @Test
    void thePoolOwesInItsOwnName() {
        issue(ANNA, 60);
        Entry donated = give(ANNA, POOL, 60);
        give(POOL, BELA, 60);

        reverse(donated);

        assertThat(POOL.shortfall().path()).isEqualTo("1610:POOL:MIN");
        assertThat(posted(POOL.shortfall())).isEqualTo(-60);
    }

    @ParameterizedTest(name = "has {0} of 10")
    @ValueSource(longs = {1, 9, 10, 11})
    void recoversWhatIsOwedFromWhatIsThere(long has) {
        owes(ANNA, 10);
        issue(ANNA, has);

        Entry recovered = recover(ANNA);

        long expected = Math.min(10, has);
        assertThat(recovered).isNotNull();
        assertThat(posted(ANNA)).isEqualTo(has - expected);
        assertThat(posted(ANNA.shortfall())).isEqualTo(expected - 10);
    }

    @Test
    void recoversNothingFromOneWhoOwesNothingOrHasNothingOrIsFrozen() {
        issue(ANNA, 10);
        assertThat(recover(ANNA)).as("owes nothing").isNull();

        owes(BELA, 10);
        assertThat(recover(BELA)).as("has nothing").isNull();

        issue(BELA, 10);
        Ledger.setStatus(set, BELA, Account.Status.FROZEN);
        assertThat(recover(BELA)).as("is frozen").isNull();
        assertThat(posted(BELA.shortfall())).isEqualTo(-10);
    }

    @Test
    void recoversNeitherWhatIsHeldNorWhatIsRestricted() {
        owes(ANNA, 10);
        issue(ANNA, 6);
        hold(ANNA, 4);
        grant(ANNA, new Lot("F1", null, true), 50);

        recover(ANNA);

        assertThat(posted(ANNA)).isEqualTo(54);
        assertThat(posted(ANNA.shortfall())).isEqualTo(-8);
    }

    // ---- the size of an entry ----------------------------------------------------------------------------------

    /** Gives Anna this many lots of a minute each, by the id of a fund that is as long as ids are. */
    private void manyLots(int lots) {
        for (int i = 0; i < lots; i++) {
            grant(ANNA, new Lot("F".repeat(64), TODAY.plusDays(i), true), 1);
        }
    }

    /** Spends all of Anna's lots, with a reference of this length. */
    private Entry spendAll(int lots, int reference) {
        return post(draft().spend(ANNA, lots, ON_SERVICE).credit(BELA, lots).reference("R".repeat(reference)));
    }

    @Test
    void anEntryFitsUpToItsLastByte() {
        int lots = 330;
        manyLots(lots);
        int mark = set.mark();
        int without = spendAll(lots, 1).canonical().length - 1;
        set.undoTo(mark);
        int fits = Entry.LONGEST_TO_BE_REVERSED - without;
        assertThat(fits).as("with so many lots it is a matter of the reference").isPositive();

        assertThat(refused(() -> spendAll(lots, fits + 1)))
                .isEqualTo("refused entry-too-large {bytes=49153, most=49152, postings=331}");
        Entry entry = spendAll(lots, fits);

        assertThat(entry.canonical()).hasSize(49_152);
        assertThat(posted(BELA)).isEqualTo(lots);
    }

    /** Whatever was posted can be taken back or given back, and whatever is posted has room in a bundle of the log. */
    @Test
    void theLargestEntryIsReversedAsAnyOther() {
        int lots = 337;
        manyLots(lots);
        int mark = set.mark();
        int without = spendAll(lots, 1).canonical().length - 1;
        set.undoTo(mark);
        Entry entry = spendAll(lots, Entry.LONGEST_TO_BE_REVERSED - without);
        mark = set.mark();
        assertThat(Ledger.giveBack(set, givenBack(entry)).canonical().length)
                .isBetween(Entry.LONGEST_TO_BE_REVERSED + 1, Entry.LONGEST);
        assertThat(posted(ANNA)).isEqualTo(lots);
        set.undoTo(mark);
        Ledger.setStatus(set, ANNA, Account.Status.CLOSED);
        assertThat(Ledger.giveBackInAnyCase(set, givenBack(entry)).canonical().length)
                .isBetween(Entry.LONGEST_TO_BE_REVERSED + 1, Entry.LONGEST);
        assertThat(posted(ANNA)).isEqualTo(lots);
        set.undoTo(mark);
        give(BELA, POOL, lots);

        Entry reversal = Ledger.reverse(set, entry, withLongTexts(EntryType.REVERSAL));

        assertThat(reversal.canonical().length).isBetween(Entry.LONGEST_TO_BE_REVERSED, Entry.LONGEST);
        assertThat(Entry.LONGEST).isEqualTo(EntryBundle.LONGEST);
        assertThat(posted(ANNA)).isEqualTo(lots);
        assertThat(posted(BELA.shortfall())).isEqualTo(-lots);
    }

    private static Draft withLongTexts(EntryType type) {
        return Draft.of(
                        type,
                        BOOK,
                        TODAY,
                        new Attribution(1, "C".repeat(64), "A".repeat(64), "B".repeat(64), "D".repeat(64)))
                .reference("R".repeat(100))
                .group(HOLD)
                .text(EntryText.of("r".repeat(500), "m".repeat(500)));
    }

    /** What gives all back that an entry took, to the lots that it took it from. */
    private static Draft givenBack(Entry entry) {
        Draft draft = withLongTexts(EntryType.REDEEM_REFUND);
        for (Posting posting : entry.postings()) {
            if (posting.amount() > 0) {
                draft.debit(posting.holder(), posting.lot(), posting.amount());
            } else {
                draft.credit(posting.holder(), posting.lot(), -posting.amount());
            }
        }
        return draft;
    }

    // ---- expiry ------------------------------------------------------------------------------------------------

    @Test
    void expiresWhatIsAvailableOfALotOnTheDayAfterItsLast() {
        Lot lot = new Lot("F1", TODAY, true);
        grant(ANNA, lot, 60);
        grant(ANNA, new Lot("F1", TODAY.plusDays(1), true), 5);
        issue(ANNA, 7);
        Ledger.hold(set, HOLD, ANNA, 20, TOMORROW.plusSeconds(60), null);

        at(END_OF_TODAY);
        assertThat(expire(ANNA)).isEmpty();
        at(TOMORROW);
        List<Entry> entries = expire(ANNA);

        assertThat(entries).hasSize(1);
        assertThat(entries.getFirst().type()).isEqualTo(EntryType.EXPIRE_TIME);
        assertThat(entries.getFirst().occurredOn()).isEqualTo(TODAY.plusDays(1));
        assertThat(posted(EXPIRED)).isEqualTo(40);
        assertThat(posted(ANNA)).isEqualTo(20 + 5 + 7);
        assertThat(expire(ANNA)).as("a second time").isEmpty();
        Ledger.release(set, HOLD, ANNA, Hold.Status.RELEASED);
        expire(ANNA);
        assertThat(posted(EXPIRED)).as("with what was held").isEqualTo(60);
        assertThat(posted(ANNA)).isEqualTo(5 + 7);
    }

    /** As when another server takes over about midnight, whose clock is behind. */
    @Test
    void whatExpiresHappensOnTheDayOfItsPostingAlsoWhenTheClockHasGoneBack() {
        grant(ANNA, new Lot("F1", TODAY.minusDays(1), true), 60);
        at(TOMORROW);
        issue(BELA, 7);

        at(END_OF_TODAY);
        List<Entry> entries = expire(ANNA);

        assertThat(entries.getFirst().postedAt()).isEqualTo(TOMORROW);
        assertThat(entries.getFirst().occurredOn()).isEqualTo(TODAY.plusDays(1));
    }

    @Test
    void expiresPointsToAnAccountOfTheirOwn() {
        post(Draft.of(EntryType.OPENING, BOOK, TODAY, KernelWork.BY)
                .debit(OPENING, 100)
                .credit(ANNAS_POINTS, new Lot("", TODAY, false), 100));

        at(TOMORROW);
        List<Entry> entries = expire(ANNAS_POINTS);

        assertThat(entries.getFirst().type()).isEqualTo(EntryType.EXPIRE_POINTS);
        assertThat(posted(EXPIRED_POINTS)).isEqualTo(100);
        assertThat(posted(ANNAS_POINTS)).isZero();
    }

    @Test
    void aFrozenHoldersLotsExpireAndAClosedOnesDoNot() {
        grant(ANNA, new Lot("F1", TODAY, true), 60);
        grant(BELA, new Lot("F1", TODAY, true), 60);
        Ledger.setStatus(set, ANNA, Account.Status.FROZEN);
        Ledger.setStatus(set, BELA, Account.Status.CLOSED);

        at(TOMORROW);

        assertThat(expire(ANNA)).hasSize(1);
        assertThat(expire(BELA)).isEmpty();
        assertThat(posted(EXPIRED)).isEqualTo(60);
    }

    @Test
    void eachLotExpiresByAnEntryOfItsOwn() {
        grant(ANNA, new Lot("F1", TODAY, true), 60);
        grant(ANNA, new Lot("F2", TODAY.minusDays(1), false), 5);

        at(TOMORROW);
        List<Entry> entries = expire(ANNA);

        assertThat(entries)
                .extracting(entry -> entry.postings().getFirst().amount())
                .containsExactly(-60L, -5L);
        assertThat(posted(EXPIRED)).isEqualTo(65);
        assertThat(posted(ANNA)).isZero();
    }

    @Test
    void aGrantIsTakenBackFromWhatCameBackOfIt() {
        Entry granted = post(draft().debit(FUND, 60).credit(ANNA, new Lot("F1", TODAY, true), 60));
        grant(ANNA, new Lot("F1", TODAY.plusDays(90), false), 60);
        Entry spent = give(ANNA, BELA, 20);
        at(TOMORROW);
        reverse(spent);
        reverse(expire(ANNA).getFirst());
        give(ANNA, BELA, 1);

        reverse(granted);

        assertThat(posted(ANNA.shortfall())).as("what she spent of it").isEqualTo(-1);
        assertThat(posted(ANNA)).as("the lot that is not restricted").isEqualTo(60);
        assertThat(posted(FUND)).isEqualTo(-60);
    }

    @Test
    void whatComesBackToAnExpiredLotByAReversalHasThirtyDays() {
        Lot lot = new Lot("F1", TODAY, true);
        grant(ANNA, lot, 60);
        Entry spent = give(ANNA, BELA, 20);
        at(TOMORROW);
        Entry expired = expire(ANNA).getFirst();

        reverse(spent);
        reverse(expired);

        Lot grace = new Lot("F1", TODAY.plusDays(31), true);
        assertThat(set.get(HOLDINGS, ANNA).accounts())
                .filteredOn(account -> account.posted() > 0)
                .extracting(Account::lot, Account::posted)
                .containsExactly(tuple(grace, 60L));
        assertThat(posted(EXPIRED)).isZero();
        assertThat(posted(BELA)).isZero();
        give(ANNA, BELA, 60);
    }

    @Test
    void recoversFromAllThatMayBeGivenAway() {
        owes(ANNA, 50);
        grant(ANNA, new Lot("F1", null, true), 50);
        grant(ANNA, new Lot("F1", TODAY, false), 30);
        grant(ANNA, new Lot("F1", TODAY.minusDays(1), false), 30);
        issue(ANNA, 15);

        Entry recovered = Objects.requireNonNull(recover(ANNA));

        assertThat(posted(ANNA.shortfall())).isEqualTo(-5);
        assertThat(recovered.postings())
                .extracting(Posting::amount)
                .as("the earliest to expire first")
                .containsExactly(-30L, -15L, 45L);
    }

    // ---- fixtures ----------------------------------------------------------------------------------------------

    private List<Entry> expire(Holder holder) {
        return Ledger.expire(set, holder, KernelWork.BY, null);
    }

    private static Draft draft() {
        return Draft.of(EntryType.TRANSFER_TIME, BOOK, TODAY, KernelWork.BY);
    }

    private Entry post(Draft draft) {
        return Ledger.post(set, draft);
    }

    private Budget budget(Holder period, long amount) {
        return Ledger.setBudget(set, period, amount, new Budget.Decision(KernelWork.BY, null, null));
    }

    private Entry issue(Holder to, long amount) {
        return post(draft().debit(ISSUED, amount).credit(to, amount));
    }

    private void grant(Holder to, Lot lot, long amount) {
        post(draft().debit(FUND, amount).credit(to, lot, amount));
    }

    private Entry give(Holder from, Holder to, long amount) {
        return post(draft().spend(from, amount, ON_SERVICE).credit(to, amount));
    }

    private Hold hold(Holder holder, long amount) {
        return Ledger.hold(set, HOLD, holder, amount, MORNING.plusSeconds(900), null);
    }

    /** Captures Anna's hold in favour of Bela. */
    private Entry capture(long amount) {
        return Ledger.capture(set, HOLD, ANNA, amount, draft().credit(BELA, amount));
    }

    private Entry reverse(Entry entry) {
        return Ledger.reverse(set, entry, Draft.of(EntryType.REVERSAL, BOOK, TODAY, KernelWork.BY));
    }

    private void owes(Holder holder, long amount) {
        Entry issued = issue(holder, amount);
        give(holder, POOL, amount);
        reverse(issued);
    }

    private @Nullable Entry recover(Holder holder) {
        return Ledger.recover(set, holder, KernelWork.BY, null);
    }

    private long posted(Holder holder) {
        return set.get(HOLDINGS, holder).posted();
    }

    private long held(Holder holder) {
        return set.get(HOLDINGS, holder).held();
    }

    /** Does what is refused, as a commit does it: undone. Says why, and sees that nothing is changed. */
    private String refused(Runnable work) {
        Map<Object, @Nullable Object> before = everything();
        int mark = set.mark();
        try {
            work.run();
        } catch (RefusedException refused) {
            set.undoTo(mark);
            assertThat(everything()).isEqualTo(before);
            return KernelWork.refused(refused.rejection());
        }
        throw new AssertionError("was not refused");
    }

    private Map<Object, @Nullable Object> everything() {
        Map<Object, @Nullable Object> rows = new HashMap<>();
        rows.put("book", set.get(BOOKS, BOOK));
        HOLDERS.forEach(holder -> rows.put(holder, set.find(HOLDINGS, holder)));
        rows.put("hold", set.find(HOLDS, HOLD_KEY));
        FIRST_ENTRIES.forEach(key -> rows.put(key, set.find(REVERSALS, key)));
        rows.put("entries", Objects.hash(set.changes(ENTRIES).size()));
        return rows;
    }
}
