package org.moralbank.events;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Posts to a target, at an address that was looked at.
 *
 * <p>The name is resolved here, every address is checked, and one of these is connected to, while Host, SNI and the
 * certificate's name stay those of the URL. Were the client to resolve the name again, its owner could answer the check with
 * one address and the connection with another (DNS rebinding).
 */
final class Sender implements AutoCloseable {
    /** What is read of an answer's body before its connection is closed; nobody looks at it. */
    private static final int BODY_READ_BYTES = 8 << 10;

    private static final long BODY_READ_MILLIS = 2_000;

    /** How names become addresses. */
    interface Resolver {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /** What came of a post: null when it was delivered, else the class of the error. */
    record Outcome(@Nullable String error) {
        static final Outcome DELIVERED = new Outcome(null);

        boolean isDelivered() {
            return error == null;
        }
    }

    private final Vertx vertx;
    private final HttpClient client;
    private final Resolver resolver;
    private final boolean allowPrivate;
    private final Duration timeout;
    private final ExecutorService lookups = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("webhook-address-", 1).factory());

    Sender(Vertx vertx, HttpClientOptions options, Resolver resolver, boolean allowPrivate, Duration timeout) {
        this.vertx = vertx;
        this.client = vertx.createHttpClient(options.setKeepAliveTimeout(20)
                .setConnectTimeout((int) timeout.toMillis())
                .setMaxRedirects(0));
        this.resolver = resolver;
        this.allowPrivate = allowPrivate;
        this.timeout = timeout;
    }

    /** As the service has it. */
    static Sender of(Vertx vertx, EventsConfig config) {
        return new Sender(
                vertx,
                // A pool is for one host, which may be that of all webhooks: no connection is waited for.
                new HttpClientOptions().setMaxPoolSize(config.concurrency()),
                InetAddress::getAllByName,
                config.allowPrivateTargets(),
                config.timeout());
    }

    /** Posts and waits for the status, on a thread that may wait; never longer than the timeout, whatever the receiver does. */
    Outcome post(URI url, Map<String, String> headers, byte[] body) throws InterruptedException {
        Posting posting = new Posting();
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            InetAddress address = address(url, deadline);
            if (address == null) {
                return new Outcome("private-target");
            }
            boolean tls = "https".equals(url.getScheme());
            int port = url.getPort() > 0 ? url.getPort() : tls ? 443 : 80;
            String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
            RequestOptions options = new RequestOptions()
                    .setMethod(HttpMethod.POST)
                    .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(address, port)))
                    .setHost(Targets.host(url))
                    .setPort(port)
                    .setSsl(tls)
                    .setURI(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
                    .setFollowRedirects(false);
            headers.forEach(options::putHeader);
            int status = wait(
                    client.request(options).compose(request -> {
                        if (!posting.begins(request)) {
                            return Future.failedFuture("given up");
                        }
                        return request.send(Buffer.buffer(body)).map(response -> {
                            discardBody(response);
                            return response.statusCode();
                        });
                    }),
                    deadline);
            return outcome(status);
        } catch (TimeoutException late) {
            posting.giveUp();
            return new Outcome("timeout");
        } catch (ExecutionException failed) {
            return new Outcome(errorClass(failed.getCause()));
        }
    }

    /** A request, which may be given up before its connection is there; what was told as a timeout is not sent after that. */
    private static final class Posting {
        private @Nullable HttpClientRequest request;
        private boolean isGivenUp;

        /** Whether it may be sent. */
        synchronized boolean begins(HttpClientRequest connected) {
            if (isGivenUp) {
                connected.reset();
            } else {
                request = connected;
            }
            return !isGivenUp;
        }

        synchronized void giveUp() {
            isGivenUp = true;
            if (request != null) {
                request.reset();
            }
        }
    }

    private static Outcome outcome(int status) {
        if (status >= 200 && status < 300) {
            return Outcome.DELIVERED;
        }
        return new Outcome(status >= 300 && status < 400 ? "redirect" : "status-" + status);
    }

    /** One of the addresses; null when any of them is refused: a name that has both kinds is up to something. */
    private @Nullable InetAddress address(URI url, long deadline)
            throws InterruptedException, ExecutionException, TimeoutException {
        // Resolvers may take longer than we wait, and cannot be interrupted.
        InetAddress[] addresses = lookups.submit(() -> resolver.addresses(Targets.host(url)))
                .get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (!allowPrivate) {
            for (InetAddress address : addresses) {
                if (!Targets.isPublic(address)) {
                    return null;
                }
            }
        }
        return addresses[0];
    }

    private static <T> T wait(Future<T> future, long deadline)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<T> completed = future.toCompletionStage().toCompletableFuture();
        return completed.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    /** A short body is read away, so that the connection serves again; a long or a slow one ends its connection. */
    private void discardBody(HttpClientResponse response) {
        var connection = response.request().connection();
        long timer = vertx.setTimer(BODY_READ_MILLIS, late -> connection.close());
        long[] seen = {0};
        response.handler(part -> {
            seen[0] += part.length();
            if (seen[0] > BODY_READ_BYTES) {
                connection.close();
            }
        });
        response.exceptionHandler(broken -> vertx.cancelTimer(timer));
        response.endHandler(over -> vertx.cancelTimer(timer));
    }

    private static String errorClass(@Nullable Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof UnknownHostException) {
                return "unknown-host";
            }
            if (each instanceof SSLException) {
                return "tls";
            }
        }
        return "unreachable";
    }

    @Override
    public void close() {
        lookups.shutdownNow();
        client.close();
    }
}
