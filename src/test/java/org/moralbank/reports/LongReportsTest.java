package org.moralbank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.moralbank.ledger.LedgerReads;
import org.moralbank.ledger.LongBook;
import org.moralbank.platform.CountedReads;
import org.moralbank.platform.TestDatabase;

/** Where the reports of business days of a {@linkplain LongBook long book} begin, and that nothing is missed by it. */
class LongReportsTest {
    private static final TestDatabase.Database DATABASE = TestDatabase.fresh();
    private static final CountedReads COUNTED = new CountedReads(DATABASE);
    private static final LedgerReads READS = LongBook.reads(COUNTED.pool());
    private static final ReportStore STORE = new ReportStore(COUNTED.pool(), COUNTED.snapshots());
    private static final Scopes SCOPES = new Scopes(STORE, READS);

    @BeforeAll
    static void aLongBook() throws SQLException {
        LongBook.make(DATABASE);
    }

    @AfterAll
    static void close() {
        COUNTED.close();
    }

    /** Two days are left over, as in the ledger. */
    @Test
    void whatWasPostedSinceADayIsLookedAtOneByOne() {
        assertThat(scope(LongBook.LAST_DAY.minusDays(3)).sureThrough()).isEqualTo(LongBook.ENTRIES - 60);
    }

    /** Whatever days are asked for, what happened on them is told, also where it was posted before. */
    @Test
    void nothingSinceADayIsMissed() throws SQLException {
        Journals journals = new Journals(READS, COUNTED.snapshots());
        TrialBalances balances = new TrialBalances(STORE);
        for (LocalDate from = LongBook.LAST_DAY.minusDays(20);
                !from.isAfter(LongBook.LAST_DAY);
                from = from.plusDays(1)) {
            List<Long> expected = LongBook.seqs(DATABASE, "occurred_on >= '" + from + "'");
            Scope scope = scope(from);

            assertThat(journals.lines(LongBook.BOOK, scope).collect().asList().await().indefinitely().stream()
                            .flatMap(List::stream)
                            .map(JournalLine::seq)
                            .distinct())
                    .as("since %s", from)
                    .isEqualTo(expected);
            assertThat(balances.rows(LongBook.BOOK, scope).collect().asList().await().indefinitely().stream()
                            .flatMap(List::stream)
                            .filter(row -> row instanceof TrialBalance.Row.Total)
                            .map(row -> ((TrialBalance.Row.Total) row).sums().debit()))
                    .as("since %s", from)
                    .containsExactly((long) expected.size());
        }
    }

    private static Scope scope(LocalDate from) {
        return SCOPES.resolve(LongBook.BOOK, new Scopes.Asked(null, null, null, from, null))
                .await()
                .indefinitely();
    }
}
