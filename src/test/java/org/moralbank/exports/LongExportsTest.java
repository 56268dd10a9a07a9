package org.moralbank.exports;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.moralbank.ledger.LongBook;
import org.moralbank.platform.CountedReads;
import org.moralbank.platform.Language;
import org.moralbank.platform.TestDatabase;

/** What an export of business days reads of a {@linkplain LongBook long book}, and that nothing is missed by it. */
class LongExportsTest {
    private static final Pattern SEQ = Pattern.compile("\"seq\" ?: ?\"(\\d+)\"");

    /** A few rows of each of four hundred accounts at most, where the postings are sixteen thousand. */
    private static final long FEW = 3_000;

    private static final TestDatabase.Database DATABASE = TestDatabase.fresh();
    private static final CountedReads COUNTED = new CountedReads(DATABASE);
    private static final SelectionStore STORE = new SelectionStore(COUNTED.pool());

    @BeforeAll
    static void aLongBook() throws SQLException {
        LongBook.make(DATABASE);
    }

    @AfterAll
    static void close() {
        COUNTED.close();
    }

    @Test
    void theEntriesSinceADayAreReadSinceThen() {
        Reading reading = reading(LongBook.LAST_DAY.minusDays(3), null);

        assertThat(COUNTED.of(() -> assertThat(entries(reading)).hasSizeGreaterThan(30)))
                .isLessThan(FEW);
    }

    @Test
    void thePostingsSinceADayAreReadSinceThen() {
        Reading reading = reading(LongBook.LAST_DAY.minusDays(3), null);

        for (SelectionStore.Order order : SelectionStore.Order.values()) {
            assertThat(COUNTED.of(() -> assertThat(postings(reading, order)).hasSizeGreaterThan(30)))
                    .as(order.name())
                    .isLessThan(FEW);
        }
    }

    @Test
    void theTotalsSinceADayAreReadSinceThen() {
        Reading reading = reading(LongBook.LAST_DAY.minusDays(3), null);

        assertThat(COUNTED.of(reading::totals)).isLessThan(FEW);
    }

    /** Two days are left over, as in the ledger. */
    @Test
    void aTrialBalanceLooksAtWhatWasPostedSinceADay() {
        long sure = LongBook.ENTRIES - 60;

        assertThat(reading(LongBook.LAST_DAY.minusDays(3), null).scope().sureThrough())
                .isEqualTo(sure);
        assertThat(reading(null, LongBook.LAST_DAY.minusDays(3)).scope().sureThrough())
                .isEqualTo(sure);
        assertThat(reading(null, null).scope().sureThrough()).isZero();
    }

    /** Whatever days are asked for, what happened on them is told, also where it was posted before. */
    @Test
    void nothingSinceADayIsMissed() throws SQLException {
        for (LocalDate from = LongBook.LAST_DAY.minusDays(20);
                !from.isAfter(LongBook.LAST_DAY.plusDays(3));
                from = from.plusDays(1)) {
            LocalDate to = from.plusDays(5);
            List<Long> expected = LongBook.seqs(DATABASE, "occurred_on BETWEEN '" + from + "' AND '" + to + "'");
            Reading reading = reading(from, to);

            assertThat(entries(reading)).isEqualTo(expected);
            assertThat(postings(reading, SelectionStore.Order.BY_OWNER)).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(postings(reading, SelectionStore.Order.BY_CODE)).hasSize(2 * expected.size());
            assertThat(reading.totals().entries()).isEqualTo(expected.size());
            assertThat(reading.totals().postings()).isEqualTo(2L * expected.size());
        }
    }

    private static Reading reading(@Nullable LocalDate from, @Nullable LocalDate to) {
        Selection selection = new Selection(
                1,
                LongBook.ENTRIES,
                from,
                to,
                null,
                EnumSet.allOf(PackFile.Content.class),
                EnumSet.allOf(PackFile.Format.class),
                Language.EN,
                false);
        return new Reading(STORE, LongBook.reads(COUNTED.pool()), LongBook.BOOK, selection, () -> {});
    }

    private static List<Long> entries(Reading reading) {
        List<Long> seqs = new ArrayList<>();
        reading.entries(page -> SEQ.matcher(new String(page.lines(), StandardCharsets.UTF_8))
                .results()
                .forEach(found -> seqs.add(Long.valueOf(found.group(1)))));
        return seqs;
    }

    private static List<Long> postings(Reading reading, SelectionStore.Order order) {
        List<Long> seqs = new ArrayList<>();
        reading.lines(
                order,
                page -> page.forEach(read -> {
                    SelectionStore.Line line = read.line();
                    if (line != null) {
                        seqs.add(line.seq());
                    }
                }));
        return seqs;
    }
}
