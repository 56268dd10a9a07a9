package org.moralbank.ledger;

import jakarta.enterprise.context.ApplicationScoped;

/** The job that takes expired lots out of circulation, for tests of other packages: it runs when they say. */
@ApplicationScoped
public class ExpiringLots {
    private final LotExpiry job;

    ExpiringLots(LotExpiry job) {
        this.job = job;
    }

    /** How many entries it made. */
    public long expire() {
        return job.run().await().indefinitely();
    }
}
