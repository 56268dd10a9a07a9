package org.moralbank.ledger;

import io.vertx.mutiny.sqlclient.Pool;

/** The kernel's reads of lots for use cases that a test makes itself. */
public final class TestLots {
    private TestLots() {}

    public static LotStore on(Pool pool) {
        return new LotStore(pool);
    }
}
