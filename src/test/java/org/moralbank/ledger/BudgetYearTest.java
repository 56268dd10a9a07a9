package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.commits.WorkingSet;

class BudgetYearTest {
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
    private static final BookHandle BOOK = new BookHandle(1, "BHL", SHANGHAI);

    @ParameterizedTest
    @CsvSource({
        "2026-06-30T00:00:00+08:00, 2026",
        "2026-12-30T23:59:59+08:00, 2026",
        "2026-12-31T00:00:00+08:00, 2026 2027",
        "2026-12-31T23:59:59+08:00, 2026 2027",
        "2027-01-01T00:00:00+08:00, 2026 2027",
        "2027-01-01T23:59:59+08:00, 2026 2027",
        "2027-01-02T00:00:00+08:00, 2027"
    })
    void isOneOrAboutNewYearInTheBooksCalendarTwo(String asked, String possible) {
        assertThat(year(asked).possible()).extracting(Year::toString).containsExactly(possible.split(" "));
    }

    @Test
    void isThatOfThePosting() {
        var asked = year("2026-12-31T23:59:59.999+08:00");

        assertThat(asked.decided(at("2026-12-31T23:59:59.999+08:00", "2026-06-30T00:00:00Z")))
                .isEqualTo(Year.of(2026));
        assertThat(asked.decided(at("2027-01-01T00:00:00+08:00", "2026-06-30T00:00:00Z")))
                .isEqualTo(Year.of(2027));
        // Nothing is posted before what the book has recorded.
        assertThat(asked.decided(at("2026-12-31T23:59:59.999+08:00", "2027-01-01T00:00:00+08:00")))
                .isEqualTo(Year.of(2027));
    }

    /** Some other clock was wrong by years when it was posted last: budgets of this year are drawn on all the same. */
    @Test
    void isThatOfTheAskersClockWhereTheBookIsInYearsToCome() {
        assertThat(year("2026-06-30T00:00:00Z").decided(at("2026-06-30T00:00:00Z", "2031-01-01T00:00:00Z")))
                .isEqualTo(Year.of(2026));
    }

    private static BudgetYear year(String asked) {
        return new BudgetYear(BOOK, moment(asked));
    }

    private static WorkingSet at(String now, String lastPostedAt) {
        var set = new WorkingSet(moment(now));
        Instant last = moment(lastPostedAt);
        var book = new Book(1, "BHL", "BHL", Book.Kind.COMMUNITY, SHANGHAI, true, 0, false, last, 1, 1, last, null, 0);
        set.loaded(Ledger.BOOKS, List.of(1), Map.of(1, book));
        return set;
    }

    private static Instant moment(String text) {
        return OffsetDateTime.parse(text).toInstant();
    }
}
