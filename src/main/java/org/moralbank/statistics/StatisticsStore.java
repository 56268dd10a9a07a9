package org.moralbank.statistics;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.TotalsStore;
import org.moralbank.members.OrganisationStore;
import org.moralbank.merchants.MerchantTotalsStore;
import org.moralbank.platform.Snapshots;
import org.moralbank.services.ServiceTotalsStore;

/** Reads what each package counts of some books, in one snapshot. */
@ApplicationScoped
class StatisticsStore {
    private final Snapshots snapshots;
    private final OrganisationStore organisation;
    private final MerchantTotalsStore merchants;
    private final ServiceTotalsStore services;
    private final TotalsStore totals;

    StatisticsStore(
            Snapshots snapshots,
            OrganisationStore organisation,
            MerchantTotalsStore merchants,
            ServiceTotalsStore services,
            TotalsStore totals) {
        this.snapshots = snapshots;
        this.organisation = organisation;
        this.merchants = merchants;
        this.services = services;
        this.totals = totals;
    }

    /** What all count. */
    record Counted(
            OrganisationStore.Counts counts,
            long merchants,
            ServiceTotalsStore.Totals services,
            TotalsStore.Totals totals) {}

    /** Of some books at the end of a business date, or now when there is none. */
    Uni<Counted> of(Collection<String> books, @Nullable LocalDate on) {
        return snapshots.answer(database -> organisation
                .counts(database, books, on)
                .chain(counts -> merchants
                        .of(database, books, on)
                        .chain(shops -> services.of(database, books, on)
                                .chain(given -> totals.of(database, books, on)
                                        .map(sums -> new Counted(counts, shops, given, sums))))));
    }
}
