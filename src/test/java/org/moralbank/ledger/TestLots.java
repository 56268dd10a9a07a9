package org.moralbank.ledger;

import io.quarkus.arc.Arc;
import io.vertx.mutiny.sqlclient.Pool;

/** The kernel's reads of lots for use cases that a test makes itself. */
public final class TestLots {
    private TestLots() {}

    public static LotStore on(Pool pool) {
        return new LotStore(pool);
    }

    /** Has what is due expire, in all books of the service under test. */
    public static void expire() {
        Arc.container().instance(LotExpiry.class).get().run().await().indefinitely();
    }
}
