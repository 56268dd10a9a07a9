package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The service's own pool keeps what a commit writes as a prepared statement, long as it is. */
@QuarkusTest
class DatabasePoolTest {
    private final Pool pool;

    DatabasePoolTest(Pool pool) {
        this.pool = pool;
    }

    @Test
    void aLongStatementIsKept() {
        String sql = "SELECT $1::int AS kept" + " ".repeat(8_000) + "-- by DatabasePoolTest";

        long kept = pool.withConnection(connection -> executed(connection, sql)
                        .chain(first -> executed(connection, sql))
                        .chain(second -> connection
                                .query(
                                        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%by DatabasePoolTest'")
                                .execute())
                        .map(rows -> rows.iterator().next().getLong(0)))
                .await()
                .atMost(Duration.ofSeconds(10));

        assertThat(kept).isEqualTo(1);
    }

    private static Uni<?> executed(SqlConnection connection, String sql) {
        return connection.preparedQuery(sql).execute(Tuple.of(1));
    }
}
