package org.moralbank.platform;

import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Singleton;
import java.util.Map;

/**
 * Connections for reads that find a few rows by keys, such as a balance or a page of a statement: the most frequent of all.
 *
 * <p>On the connections of the other reads each statement is planned anew, because a list's filters and a table's growth
 * change what is best. Here a statement is planned once and its plan kept, as a lane does: planning was seen to take half of
 * the server's time for a balance. The plans go by indexes whatever the tables' size, so that one that was made when they were
 * empty is as good later; only statements for which that is always right may be sent here, and none that may take long: the
 * connections are few.
 */
@Singleton
public class Lookups {
    /** More only wait for the server's cores. */
    static final int CONNECTIONS = 4;

    /** Settings of each connection. */
    static final Map<String, String> KEEPS_PLANS = Map.of(
            "plan_cache_mode", "force_generic_plan",
            "enable_seqscan", "off",
            "enable_bitmapscan", "off",
            "enable_hashjoin", "off",
            "enable_mergejoin", "off");

    private final Pool pool;

    /** @param pool of all else; where that is there, the database's address is known */
    Lookups(DatabasePool databases, Pool pool) {
        pool.getDelegate();
        this.pool = Pool.newInstance(databases.lookups());
    }

    /** Its own statements only: who takes a connection of it for a transaction keeps others from reading. */
    public Pool pool() {
        return pool;
    }
}
