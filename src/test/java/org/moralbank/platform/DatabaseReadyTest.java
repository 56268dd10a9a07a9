package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The service is ready while its database answers, and not when it is silent, away, or its pool is closed. */
class DatabaseReadyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void isUpWhileTheDatabaseAnswersAndDownWhenItsPoolIsClosed() {
        Pool pool = pool(TestDatabase.shared().reactiveUrl());
        assertThat(status(pool)).isEqualTo(Status.UP);

        pool.close().await().atMost(PATIENCE);

        assertThat(status(pool)).isEqualTo(Status.DOWN);
    }

    @Test
    void isDownWhenNobodyAnswers() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThat(status(pool(at(silent.getLocalPort())))).isEqualTo(Status.DOWN);
        }
    }

    @Test
    void isDownWhenNobodyIsThere() throws IOException {
        int left;
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            left = server.getLocalPort();
        }

        assertThat(status(pool(at(left)))).isEqualTo(Status.DOWN);
    }

    private static String at(int port) {
        return "postgresql://127.0.0.1:" + port + "/moralbank";
    }

    private Pool pool(String url) {
        TestDatabase.Database database = TestDatabase.shared();
        return Pool.newInstance(PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(url)
                        .setUser(database.appUser())
                        .setPassword(database.appPassword()))
                .using(vertx)
                .build());
    }

    private static Status status(Pool pool) {
        HealthCheckResponse told = new DatabaseReady(pool).call().await().atMost(PATIENCE);
        assertThat(told.getName()).isEqualTo("database");
        return told.getStatus();
    }
}
