package org.moralbank.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.platform.TestSettings;

/** Posts to receivers on this machine. */
class SenderTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final byte[] BODY = {'{', '}'};

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Receiver receiver = closing(new Receiver(VERTX));
    private final List<String> lookedUp = new ArrayList<>();

    private <T extends AutoCloseable> T closing(T closeable) {
        open.add(closeable);
        return closeable;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @AfterAll
    static void end() {
        VERTX.close();
    }

    private Sender sender(boolean allowPrivate, String... addresses) {
        return sender(new HttpClientOptions(), allowPrivate, addresses);
    }

    private Sender sender(HttpClientOptions options, boolean allowPrivate, String... addresses) {
        return closing(new Sender(
                VERTX,
                options,
                host -> {
                    lookedUp.add(host);
                    if (addresses.length == 0) {
                        throw new UnknownHostException(host);
                    }
                    InetAddress[] found = new InetAddress[addresses.length];
                    for (int i = 0; i < found.length; i++) {
                        found[i] = InetAddress.getByName(addresses[i]);
                    }
                    return found;
                },
                allowPrivate,
                TIMEOUT));
    }

    private static String post(Sender sender, String url) throws InterruptedException {
        return String.valueOf(
                sender.post(URI.create(url), Map.of("webhook-id", "B-1"), BODY).error());
    }

    private String named() {
        return "http://receiver.test:" + receiver.port() + "/a?b=c";
    }

    @Test
    void postsToTheAddressThatWasLookedAtUnderTheNameOfTheUrl() throws InterruptedException {
        assertThat(post(sender(true, "127.0.0.1"), named())).isEqualTo("null");

        assertThat(lookedUp).containsExactly("receiver.test");
        assertThat(receiver.received).hasSize(1);
        assertThat(receiver.received.getFirst().host()).isEqualTo("receiver.test:" + receiver.port());
        assertThat(receiver.received.getFirst().path()).isEqualTo("/a?b=c");
        assertThat(receiver.received.getFirst().body()).isEqualTo("{}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "fe80::1", "100.100.100.200"})
    void connectsToNoPrivateAddressWhateverTheNameIs(String address) throws InterruptedException {
        assertThat(post(sender(false, address), named())).isEqualTo("private-target");

        assertThat(receiver.received).isEmpty();
    }

    @Test
    void connectsToNoPrivateAddressAsTheServiceUsuallyHasIt() throws InterruptedException {
        Sender usual = closing(Sender.of(VERTX, TestSettings.of(EventsConfig.class, Map.of())));

        assertThat(post(usual, receiver.url())).isEqualTo("private-target");

        assertThat(receiver.received).isEmpty();
    }

    @Test
    void connectsNowhereWhenOneOfTheAddressesIsPrivate() throws InterruptedException {
        assertThat(post(sender(false, "8.8.8.8", "127.0.0.1"), named())).isEqualTo("private-target");
        assertThat(post(sender(false, "127.0.0.1", "8.8.8.8"), named())).isEqualTo("private-target");

        assertThat(receiver.received).isEmpty();
    }

    @Test
    void doesNotFollowRedirects() throws InterruptedException {
        Receiver other = closing(new Receiver(VERTX));
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            receiver.answers((request, response) -> response.setStatusCode(status)
                    .putHeader("Location", other.url())
                    .end());

            assertThat(post(sender(true, "127.0.0.1"), named())).isEqualTo("redirect");
        }

        assertThat(other.received).isEmpty();
    }

    @Test
    void tellsErrorsByTheirClass() throws InterruptedException {
        Sender sender = sender(true, "127.0.0.1");
        receiver.answers(500);
        assertThat(post(sender, named())).isEqualTo("status-500");
        receiver.answers(410);
        assertThat(post(sender, named())).isEqualTo("status-410");
        receiver.answers((request, response) -> request.headers());
        assertThat(post(sender, named())).isEqualTo("timeout");
        receiver.answers((request, response) -> response.reset());
        assertThat(post(sender, named())).isEqualTo("unreachable");
        assertThat(post(sender, "https://receiver.test:" + receiver.port() + "/"))
                .isEqualTo("tls");
        receiver.close();
        assertThat(post(sender, named())).isEqualTo("unreachable");
        assertThat(post(sender(true), named())).isEqualTo("unknown-host");
    }

    @Test
    void aStatusIsEnoughAndAnEndlessBodyEndsItsConnection() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        receiver.answers((request, response) -> {
            response.setChunked(true).setStatusCode(200);
            response.closeHandler(over -> closed.countDown());
            long timer = VERTX.setPeriodic(5, tick -> {
                if (!response.closed()) {
                    response.write(Buffer.buffer(new byte[1024]));
                }
            });
            response.exceptionHandler(broken -> VERTX.cancelTimer(timer));
        });

        assertThat(post(sender(true, "127.0.0.1"), named())).isEqualTo("null");

        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aResolverThatHangsIsATimeout() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        Sender sender = closing(new Sender(
                VERTX,
                new HttpClientOptions(),
                host -> {
                    try {
                        never.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                    return new InetAddress[0];
                },
                true,
                Duration.ofMillis(300)));

        assertThat(post(sender, named())).isEqualTo("timeout");
    }

    @Test
    void whatTimedOutBeforeItsConnectionWasThereIsNotSentAfterThat(@TempDir Path folder) throws Exception {
        PfxOptions certificate = certificate(folder, "receiver.test");
        Receiver secure =
                closing(new Receiver(VERTX, new HttpServerOptions().setSsl(true).setPfxKeyCertOptions(certificate)));
        CompletableFuture<Void> opened = new CompletableFuture<>();
        NetServer gate = gate(opened, secure.port());
        open.add(() -> gate.close().toCompletionStage().toCompletableFuture().join());
        HttpClientOptions oneConnection =
                new HttpClientOptions().setMaxPoolSize(1).setPfxTrustOptions(certificate);
        Sender sender = sender(oneConnection, true, "127.0.0.1");
        String url = "https://receiver.test:" + gate.actualPort() + "/";
        assertThat(post(sender, url)).isEqualTo("timeout");

        opened.complete(null);

        // This one waits until there is no more to come of the first.
        assertThat(post(sender, url)).isEqualTo("null");
        assertThat(secure.received).hasSize(1);
    }

    /** Takes connections, and lets none of them through before it is opened. */
    private static NetServer gate(CompletableFuture<Void> opened, int port) {
        return VERTX.createNetServer()
                .connectHandler(from -> {
                    from.pause();
                    Context own = VERTX.getOrCreateContext();
                    opened.thenRun(() -> own.runOnContext(now -> VERTX.createNetClient()
                            .connect(port, "127.0.0.1")
                            .onSuccess(to -> {
                                from.pipeTo(to);
                                to.pipeTo(from);
                            })));
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    @Test
    void checksTheCertificateForTheNameOfTheUrl(@TempDir Path folder) throws Exception {
        PfxOptions ofReceiver = certificate(folder, "receiver.test");
        Receiver secure =
                closing(new Receiver(VERTX, new HttpServerOptions().setSsl(true).setPfxKeyCertOptions(ofReceiver)));
        Sender trusting = sender(new HttpClientOptions().setPfxTrustOptions(ofReceiver), true, "127.0.0.1");

        assertThat(post(trusting, "https://receiver.test:" + secure.port() + "/"))
                .isEqualTo("null");
        assertThat(secure.received.getFirst().host()).isEqualTo("receiver.test:" + secure.port());
        assertThat(post(trusting, "https://other.test:" + secure.port() + "/")).isEqualTo("tls");
        assertThat(post(sender(true, "127.0.0.1"), "https://receiver.test:" + secure.port() + "/"))
                .isEqualTo("tls");
        assertThat(secure.received).hasSize(1);
    }

    private static PfxOptions certificate(Path folder, String name) throws IOException, InterruptedException {
        Path file = folder.resolve(name + ".p12");
        Process made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "receiver",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:" + name,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "changeit",
                        "-keystore",
                        file.toString())
                .inheritIO()
                .start();
        assertThat(made.waitFor()).isZero();
        return new PfxOptions().setPath(file.toString()).setPassword("changeit");
    }
}
