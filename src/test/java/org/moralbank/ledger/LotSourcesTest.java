package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.LinkedHashMap;
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

    private static final Holder F1_2025 = Holder.of(1, Chart.ISSUED_FUND_TIME, "F1.2025");
    private static final Holder F1_2026 = Holder.of(1, Chart.ISSUED_FUND_TIME, "F1.2026");
    private static final Lot GRACE = new Lot("F1", LocalDate.of(2025, 5, 1), true);
    private static final Lot LATER_GRACE = new Lot("F1", LocalDate.of(2025, 5, 2), true);

    /** Which fund is given what of {@code amount} in a lot, when 40 of what the later one granted came back before. */
    private static List<Draft.Leg> givenBack(Lot lot, long amount) {
        Map<Lot, Source> byLot = new LinkedHashMap<>();
        byLot.put(LOT, new Source(1, List.of(new Grant(F1_2026, 60), new Grant(F1_2025, 100))));
        byLot.put(GRACE, new Source(1, List.of(new Grant(F1_2026, -40))));
        Draft draft = Draft.of(
                EntryType.ACCOUNT_CLOSE, 1, LocalDate.of(2025, 4, 2), new Attribution(1, "tests", null, null, null));
        Account account = Account.opened(2, ANNA, lot, Account.Status.OPEN).post(amount);
        new LotSources(byLot).giveBack(account, draft, Holder.of(1, Chart.TIME_POOL));
        return draft.legs;
    }

    @Test
    void noFundIsGivenMoreThanItGrantedThoughItComesBackInParts() {
        for (Lot lot : List.of(GRACE, LATER_GRACE)) {
            assertThat(givenBack(lot, 20)).containsExactly(new Draft.Leg.Credit(F1_2026, Lot.OWN, 20));
            assertThat(givenBack(lot, 50))
                    .containsExactly(
                            new Draft.Leg.Credit(F1_2026, Lot.OWN, 20), new Draft.Leg.Credit(F1_2025, Lot.OWN, 30));
        }
    }
}
