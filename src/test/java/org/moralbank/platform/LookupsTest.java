package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** That plans are kept where reads go by keys, and nowhere else. */
@QuarkusTest
class LookupsTest {
    private final Pool pool;
    private final Lookups lookups;

    LookupsTest(Pool pool, Lookups lookups) {
        this.pool = pool;
        this.lookups = lookups;
    }

    @Test
    void plansAreKeptWhereReadsGoByKeysAndNowhereElse() {
        assertThat(settings(lookups.pool())).isEqualTo(new TreeMap<>(Lookups.KEEPS_PLANS));
        assertThat(settings(pool))
                .containsEntry("plan_cache_mode", "force_custom_plan")
                .containsEntry("enable_seqscan", "on");
    }

    private static Map<String, String> settings(Pool of) {
        Map<String, String> told = new TreeMap<>();
        for (String name : Lookups.KEEPS_PLANS.keySet()) {
            told.put(
                    name,
                    of.query("SHOW " + name)
                            .execute()
                            .await()
                            .indefinitely()
                            .iterator()
                            .next()
                            .getString(0));
        }
        return told;
    }
}
