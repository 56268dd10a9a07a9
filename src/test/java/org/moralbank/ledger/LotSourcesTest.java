package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.moralbank.ledger.LotSources.Grant;
import org.moralbank.ledger.LotSources.Source;

class LotSourcesTest {
    private static final Holder ANNA = Holder.of(1, Chart.MEMBER_TIME, "M-1");
    private static final Lot LOT = new Lot("F1", LocalDate.of(2025, 3, 31), true);
    private static final LotSources SOURCES = new LotSources(Map.of(
            LOT, new Source(1, List.of(new Grant(Holder.of(1, Chart.ISSUED_FUND_TIME, "F1.2025"), 60)))));

    private static final Account OWN = Account.opened(1, ANNA, Lot.OWN, Account.Status.OPEN);
    private static final Account GRANTED = Account.opened(2, ANNA, LOT, Account.Status.OPEN);

    @Test
    void areThoseOfLotsThatAreAsTheyWereRead() {
        assertThat(SOURCES.areOf(new Holding(List.of(OWN.post(7), GRANTED.post(60)))))
                .isTrue();
    }

    /** Also when nothing is left of it: what comes back to it now may have come from another fund. */
    @Test
    void areNoLongerThoseOfALotThatChangedOrCameSince() {
        Lot later = new Lot("F1", LocalDate.of(2025, 4, 30), true);

        assertThat(SOURCES.areOf(new Holding(List.of(GRANTED.post(60).post(-60)))))
                .isFalse();
        assertThat(SOURCES.areOf(
                        new Holding(List.of(GRANTED.post(60), Account.opened(3, ANNA, later, Account.Status.OPEN)))))
                .isFalse();
    }
}
