package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A connection of the service's pool whose other end takes nothing any more is given up, and not after a quarter of an hour. */
@EnabledOnOs(OS.LINUX)
class SilentDatabaseTest {
    private static final Duration SLACK = Duration.ofSeconds(40);

    /** Shorter than the service's own. */
    private static final Duration UNTAKEN_FOR = Duration.ofSeconds(2);

    @Test
    void aConnectionWhoseBytesNobodyTakesIsGivenUp() throws Exception {
        TestDatabase.Database database = TestDatabase.shared();
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        try (Wire wire = new Wire(URI.create(database.reactiveUrl()))) {
            assertThat(vertx.isNativeTransportEnabled()).isTrue();
            Pool pool = new DatabasePool(UNTAKEN_FOR)
                    .create(new Input(
                            vertx,
                            PgConnectOptions.fromUri(wire.url())
                                    .setUser(database.appUser())
                                    .setPassword(database.appPassword())));
            assertThat(await(pool.query("SELECT 1").execute(), SLACK).size()).isOne();

            wire.cut();
            long begun = System.nanoTime();
            var unanswered = pool.query("SELECT '" + "x".repeat(1 << 20) + "'").execute();

            assertThatThrownBy(() -> await(unanswered, UNTAKEN_FOR.plus(SLACK))).isInstanceOf(ExecutionException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(UNTAKEN_FOR.dividedBy(2));
        } finally {
            await(vertx.close(), SLACK);
        }
    }

    @Test
    void theServicesOwnConnectionsAreGivenUpAfterTwentySeconds() throws Exception {
        PgConnectOptions options = new PgConnectOptions();
        Vertx vertx = Vertx.vertx();
        try {
            new DatabasePool().create(new Input(vertx, options));
        } finally {
            await(vertx.close(), SLACK);
        }

        assertThat(options.getTcpUserTimeout()).isEqualTo(20_000);
        assertThat(options.getTcpKeepAliveIdleSeconds()
                        + options.getTcpKeepAliveCount() * options.getTcpKeepAliveIntervalSeconds())
                .isEqualTo(20);
    }

    private static <T> T await(Future<T> future, Duration atMost) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What Quarkus asks for a pool with. */
    private record Input(Vertx vertx, PgConnectOptions options) implements PgPoolCreator.Input {
        @Override
        public PoolOptions poolOptions() {
            return new PoolOptions().setMaxSize(1);
        }

        @Override
        public List<PgConnectOptions> pgConnectOptionsList() {
            return List.of(options);
        }
    }

    /** A wire to a database that, once cut, takes no more bytes than fit in a small buffer, and tells neither end. */
    private static final class Wire implements AutoCloseable {
        private final URI target;
        private final ServerSocket server = new ServerSocket();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final CountDownLatch end = new CountDownLatch(1);
        private volatile boolean isCut;

        Wire(URI target) throws IOException {
            this.target = target;
            server.setReceiveBufferSize(4_096);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            threads.submit(() -> {
                Socket service = server.accept();
                Socket database = new Socket(target.getHost(), target.getPort());
                threads.submit(() -> carry(service, database));
                threads.submit(() -> carry(database, service));
                return null;
            });
        }

        String url() {
            return target.getScheme() + "://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort()
                    + target.getPath();
        }

        void cut() {
            isCut = true;
        }

        private Void carry(Socket from, Socket to) throws IOException, InterruptedException {
            try (from;
                    to) {
                byte[] read = new byte[1_024];
                for (int n = from.getInputStream().read(read);
                        n > 0;
                        n = from.getInputStream().read(read)) {
                    if (isCut) {
                        end.await();
                    }
                    to.getOutputStream().write(read, 0, n);
                }
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            end.countDown();
            server.close();
            threads.shutdownNow();
        }
    }
}
