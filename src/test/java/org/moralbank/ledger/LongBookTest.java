package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.platform.CountedReads;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Page;
import org.moralbank.platform.TestDatabase;

/** What is read of a {@linkplain LongBook long book}, and that nothing is missed by it. */
class LongBookTest {
    private static final int ENTRIES = LongBook.ENTRIES;
    private static final LocalDate FIRST_DAY = LongBook.FIRST_DAY;
    private static final LocalDate LAST_DAY = LongBook.LAST_DAY;
    private static final BookHandle BOOK = LongBook.BOOK;

    /** Each reads a few rows to find where to begin, and the rows of its page a few times over. */
    private static final long FEW = 1_000;

    private static final TestDatabase.Database DATABASE = TestDatabase.fresh();
    private static final CountedReads COUNTED = new CountedReads(DATABASE);
    private static final CountedReads LOOKUPS = CountedReads.ofLookups(DATABASE);
    private static final LedgerStore STORE = new LedgerStore(COUNTED.pool(), COUNTED.pool());
    private static final LedgerReads READS = new LedgerReads(STORE);
    private static final EntryExport EXPORT = new EntryExport(STORE, COUNTED.countedSnapshots());
    private static final TotalsStore TOTALS = new TotalsStore();

    @BeforeAll
    static void aLongBook() throws SQLException {
        LongBook.make(DATABASE);
    }

    @AfterAll
    static void close() {
        COUNTED.close();
        LOOKUPS.close();
    }

    // ---- entries of an account ---------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"2, ", "2, EARN_TIME", "77, ", "77, EARN_TIME", "401, DONATE_TIME"})
    void theEntriesOfAnAccountAreFoundFromItsPostings(int member, @Nullable EntryType type) throws SQLException {
        EntryFilter filter = filter(member(member), null, type == null ? List.of() : List.of(type));

        assertReadsFewAndAll(filter, "member = " + member + (type == null ? "" : " AND type = '" + type + "'"));
    }

    @Test
    void theFilesOfAnAccountAreToo() {
        EntryFilter filter = filter(member(77), null, List.of());

        long read = COUNTED.of(
                () -> assertThat(text(EXPORT.csv(BOOK, filter)).lines()).hasSize(1 + ENTRIES / 400));

        assertThat(read).isLessThan(FEW);
    }

    @Test
    void anAccountThatIsNotThereHasNoEntries() {
        EntryFilter filter = filter(member(9_999), null, List.of());

        assertThat(seqs(filter, null, 500)).isEmpty();
        assertThat(text(EXPORT.csv(BOOK, filter)).lines()).hasSize(1);
    }

    @Test
    void theEntriesOfTheAccountOfAllAreFoundToo() throws SQLException {
        AccountPath all = new AccountPath(Chart.of("3300"), "", Unit.MIN, "");

        assertReadsFewAndAll(filter(all, null, List.of(EntryType.GIFT_TIME_KIN)), "type = 'GIFT_TIME_KIN'");
    }

    @Test
    void thePagesOfAnAccountFollowOneAnother() throws SQLException {
        EntryFilter filter = filter(member(77), LocalDate.of(2023, 6, 1), List.of());

        assertThat(allPages(filter, 3)).isEqualTo(expected("member = 77 AND occurred_on >= '2023-06-01'"));
    }

    // ---- entries in which somebody takes part ------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"2, EARN_TIME", "77, EARN_TIME", "77, GRANT_TIME", "401, DONATE_TIME"})
    void theEntriesInWhichAMemberTakesPartAreFoundFromHisPostings(int member, EntryType type) throws SQLException {
        EntryFilter filter = EntryFilter.ofTypes(type, EntryType.TRANSFER_TIME).withParty(Party.member("M-" + member));

        assertReadsFewAndAll(filter, "member = " + member + " AND type = '" + type + "'");
    }

    @Test
    void thePagesOfAMemberFollowOneAnotherAlsoSinceADay() throws SQLException {
        EntryFilter filter = EntryFilter.ofTypes(EntryType.EARN_TIME, EntryType.DONATE_TIME)
                .withParty(Party.member("M-77"))
                .withOccurred(LocalDate.of(2023, 6, 1), null);

        assertThat(allPages(filter, 3))
                .isEqualTo(expected(
                        "member = 77 AND occurred_on >= '2023-06-01' AND type IN ('EARN_TIME', 'DONATE_TIME')"));
    }

    @Test
    void whoHasNoAccountTakesPartInNothing() {
        assertThat(seqs(EntryFilter.ALL.withParty(Party.member("M-9999")), null, 500))
                .isEmpty();
        assertThat(seqs(EntryFilter.ALL.withParty(Party.team("M-77")), null, 500))
                .isEmpty();
    }

    // ---- entries of a type -------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"GIFT_TIME_KIN", "GRANT_TIME", "DONATE_POINTS", "OPENING"})
    void theEntriesOfARareTypeAreFoundByIt(EntryType type) throws SQLException {
        assertReadsFewAndAll(filter(null, null, List.of(type)), "type = '" + type + "'");
    }

    @Test
    void theEntriesOfSeveralTypesAreInTheOrderOfTheBook() throws SQLException {
        EntryFilter filter =
                filter(null, null, List.of(EntryType.GRANT_TIME, EntryType.GIFT_TIME_KIN, EntryType.DONATE_TIME));
        List<Long> expected = expected("type IN ('GRANT_TIME', 'GIFT_TIME_KIN', 'DONATE_TIME')");

        long read = COUNTED.of(() -> assertThat(seqs(filter, null, 50)).isEqualTo(expected.subList(0, 50)));

        assertThat(read).isLessThan(FEW);
        assertThat(allPages(filter, 7)).isEqualTo(expected);
    }

    // ---- how an entry was paid ---------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(longs = {1, ENTRIES / 2, ENTRIES})
    void howAnEntryWasPaidIsFoundFromIt(long seq) {
        LotStore lots = new LotStore(COUNTED.pool());

        long read =
                COUNTED.of(() -> assertThat(lots.spentBy(BOOK.id(), seq).await().indefinitely())
                        .isEqualTo(new Spent(seq, List.of(new Spent.Part(Lot.OWN, 1)), 0)));

        assertThat(read).isLessThan(50);
    }

    // ---- from a day on -----------------------------------------------------------------------------------------

    @Test
    void theEntriesSinceADayAreLookedForSinceThen() throws SQLException {
        LocalDate from = LAST_DAY.minusDays(3);
        List<Long> expected = expected("occurred_on >= '" + from + "'");

        assertReadsFewAndAll(filter(null, from, List.of()), "occurred_on >= '" + from + "'");
        assertThat(COUNTED.of(() -> text(EXPORT.csv(BOOK, filter(null, from, List.of())))))
                .isLessThan(FEW);
        assertThat(expected).hasSizeGreaterThan(30);
    }

    @ParameterizedTest
    @CsvSource({"false, OLDEST", "false, NEWEST", "true, OLDEST", "true, NEWEST"})
    void aStatementSinceADayIsReadSinceThen(boolean passbook, History.Order order) {
        // More than there are since then: what is told last is looked for as far as it may be.
        History history = history(LAST_DAY.minusDays(3), 500, order);

        long read = COUNTED.of(() -> {
            if (passbook) {
                READS.passbook(BOOK, "", Set.of(Chart.of("3300")), history)
                        .await()
                        .indefinitely();
            } else {
                READS.statement(BOOK, "3300:MIN", history).await().indefinitely();
            }
        });

        assertThat(read).isLessThan(FEW);
    }

    /** By plans that were made of no parameters and are kept. */
    @Test
    void whatIsLookedUpIsFoundByIndexes() {
        LedgerReads reads = new LedgerReads(new LedgerStore(COUNTED.pool(), LOOKUPS.pool()));
        History history = history(LocalDate.of(1, 1, 1), 50);
        History newest = history(LocalDate.of(1, 1, 1), 50, History.Order.NEWEST);
        Set<Chart> chart = Set.of(Chart.of("2100"));

        List<Runnable> lookups = List.of(
                () -> reads.statement(BOOK, "3300:MIN", history).await().indefinitely(),
                () -> reads.statement(BOOK, member(77).owner(), chart, history)
                        .await()
                        .indefinitely(),
                () -> reads.statement(BOOK, "3300:MIN", newest).await().indefinitely(),
                () -> reads.statement(BOOK, member(77).owner(), chart, newest)
                        .await()
                        .indefinitely(),
                () -> reads.account(BOOK, "3300:MIN").await().indefinitely(),
                () -> reads.balances(BOOK, member(77).owner(), chart, null, null)
                        .await()
                        .indefinitely());

        for (Runnable lookup : lookups) {
            assertThat(LOOKUPS.of(lookup)).isBetween(1L, FEW);
        }
        // What may take long is looked for on the other connections, but for the names of accounts, the first time.
        Runnable ofDays = () -> reads.statement(BOOK, "3300:MIN", history(FIRST_DAY, 50))
                .await()
                .indefinitely();
        assertThat(LOOKUPS.of(ofDays)).isBetween(1L, FEW);
        assertThat(LOOKUPS.of(ofDays)).isZero();
    }

    /** Whatever day is asked for, what happened on it or later is told, also where it was posted before. */
    @Test
    void nothingSinceADayIsMissed() throws SQLException {
        Set<Chart> chart = Set.of(Chart.of("3300"));
        for (LocalDate from = LAST_DAY.minusDays(30); !from.isAfter(LAST_DAY.plusDays(3)); from = from.plusDays(1)) {
            List<Long> expected = expected("occurred_on >= '" + from + "'");

            assertThat(seqs(filter(null, from, List.of()), null, 500)).isEqualTo(expected);
            assertThat(allPages(filter(null, from, List.of()), 37)).isEqualTo(expected);
            History history = history(from, 500);
            assertThat(lines(READS.statement(BOOK, "3300:MIN", history))).isEqualTo(expected);
            assertThat(lines(READS.statement(BOOK, "", chart, history))).isEqualTo(expected);
            assertThat(passbook(chart, history)).isEqualTo(expected);
            History newest = history(from, 500, History.Order.NEWEST);
            assertThat(lines(READS.statement(BOOK, "3300:MIN", newest))).isEqualTo(expected.reversed());
            assertThat(lines(READS.statement(BOOK, "", chart, newest))).isEqualTo(expected.reversed());
            assertThat(passbook(chart, newest)).isEqualTo(expected.reversed());
        }
    }

    @Test
    void theFirstDaysThatCanBeAskedForAreBeforeTheBook() {
        for (LocalDate from : List.of(LocalDate.of(0, 1, 1), FIRST_DAY.minusDays(40))) {
            assertThat(seqs(filter(null, from, List.of()), null, 500))
                    .isEqualTo(LongStream.rangeClosed(1, 500).boxed().toList());
        }
    }

    // ---- totals ------------------------------------------------------------------------------------------------

    @Test
    void theTotalsOfADayTakeAwayWhatHappenedLater() throws SQLException {
        for (LocalDate on = LAST_DAY.minusDays(30); !on.isAfter(LAST_DAY.plusDays(3)); on = on.plusDays(1)) {
            LocalDate day = on;
            int stored = expected("occurred_on <= '" + day + "'").size();
            assertThat(TOTALS.of(COUNTED.pool(), List.of("LONG"), day)
                            .await()
                            .indefinitely()
                            .storedMinutes())
                    .isEqualTo(stored);
        }
        assertThat(TOTALS.of(COUNTED.pool(), List.of("LONG"), null)
                        .await()
                        .indefinitely()
                        .storedMinutes())
                .isEqualTo(ENTRIES);
        assertThat(TOTALS.of(COUNTED.pool(), List.of("LONG"), LocalDate.of(0, 1, 1))
                        .await()
                        .indefinitely()
                        .storedMinutes())
                .isZero();
    }

    /** All accounts are read, and of the entries those of the last days. */
    @Test
    void theTotalsOfADayReadWhatWasPostedSince() {
        long read = COUNTED.of(() -> TOTALS.of(COUNTED.pool(), List.of("LONG"), LAST_DAY.minusDays(2))
                .await()
                .indefinitely());

        assertThat(read).isLessThan(2 * FEW);
    }

    // ---- helpers -----------------------------------------------------------------------------------------------

    private static void assertReadsFewAndAll(EntryFilter filter, String condition) throws SQLException {
        List<Long> expected = expected(condition);

        long read = COUNTED.of(() ->
                assertThat(seqs(filter, null, 50)).isEqualTo(expected.subList(0, Math.min(50, expected.size()))));

        assertThat(read).isLessThan(FEW);
    }

    private static AccountPath member(int number) {
        return new AccountPath(Chart.MEMBER_TIME, "M-" + number, Unit.MIN, "");
    }

    private static EntryFilter filter(@Nullable AccountPath account, @Nullable LocalDate from, List<EntryType> types) {
        return new EntryFilter(types, null, null, account, null, List.of(), from, null);
    }

    private static History history(LocalDate from, int limit) {
        return history(from, limit, History.Order.OLDEST);
    }

    private static History history(LocalDate from, int limit, History.Order order) {
        return History.of(new Page.Request(limit, null), order, new DayRange(from, null));
    }

    private static List<Long> passbook(Set<Chart> charts, History history) {
        return READS.passbook(BOOK, "", charts, history).await().indefinitely().items().stream()
                .map(PassbookLine::seq)
                .toList();
    }

    private static List<Long> lines(Uni<Page<StatementLine>> page) {
        return page.await().indefinitely().items().stream()
                .map(StatementLine::seq)
                .toList();
    }

    private static List<Long> seqs(EntryFilter filter, @Nullable Long after, int limit) {
        return READS
                .entries(BOOK, filter, new Page.Request(limit, after == null ? null : after.toString()))
                .await()
                .indefinitely()
                .items()
                .stream()
                .map(EntryView::seq)
                .toList();
    }

    private static List<Long> allPages(EntryFilter filter, int limit) {
        List<Long> all = new ArrayList<>();
        List<Long> page;
        do {
            page = seqs(filter, all.isEmpty() ? null : all.getLast(), limit);
            all.addAll(page);
        } while (page.size() == limit);
        return all;
    }

    private static List<Long> expected(String condition) throws SQLException {
        return LongBook.seqs(DATABASE, condition);
    }

    private static String text(Multi<Buffer> file) {
        Buffer all = Buffer.buffer();
        file.collect().asList().await().indefinitely().forEach(all::appendBuffer);
        return all.toString(StandardCharsets.UTF_8);
    }
}
