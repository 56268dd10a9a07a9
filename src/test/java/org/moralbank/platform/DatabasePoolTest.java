package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** How the connections of the service's own pool are. */
@QuarkusTest
class DatabasePoolTest {
    private final Pool pool;

    DatabasePoolTest(Pool pool) {
        this.pool = pool;
    }

    /** So that a process that is stuck keeps no book from others. */
    @Test
    void waitsForALockAndKeepsOneNoLongerThanSeconds() {
        assertThat(shown("lock_timeout")).isEqualTo("2s");
        assertThat(shown("idle_in_transaction_session_timeout")).isEqualTo("5s");
    }

    private String shown(String setting) {
        return pool.query("SHOW " + setting)
                .execute()
                .map(rows -> rows.iterator().next().getString(0))
                .await()
                .atMost(Duration.ofSeconds(10));
    }

    /** What a commit writes is a prepared statement, long as it is. */
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

    /** A silent server is asked whether it is still there: each connection has the system's keep-alive timer. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aConnectionIsKeptAlive() {
        String timer = pool.withConnection(connection -> connection
                        .query("SELECT inet_client_port(), inet_server_port()")
                        .execute()
                        .map(rows -> rows.iterator().next())
                        .map(row -> timer(row.getInteger(0), row.getInteger(1))))
                .await()
                .atMost(Duration.ofSeconds(10));

        assertThat(timer).isEqualTo("02");
    }

    /** Which timer of a connection runs: 00 none, 01 of what is to be sent again, 02 keep-alive. */
    private static String timer(int from, int to) {
        return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
                .flatMap(DatabasePoolTest::lines)
                .map(line -> line.strip().split("\\s+"))
                .filter(fields ->
                        fields[1].endsWith(":%04X".formatted(from)) && fields[2].endsWith(":%04X".formatted(to)))
                .map(fields -> fields[5].substring(0, 2))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file)).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Uni<?> executed(SqlConnection connection, String sql) {
        return connection.preparedQuery(sql).execute(Tuple.of(1));
    }
}
