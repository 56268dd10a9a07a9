package org.moralbank.events;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.moralbank.platform.Json;

/** Somebody else's server that events are posted to. It answers 204, or as a test has it. */
final class Receiver implements AutoCloseable {
    /** What it was sent. */
    record Received(String host, String path, Map<String, List<String>> headers, String body) {
        String id() {
            return header("webhook-id");
        }

        String header(String name) {
            return java.util.Objects.requireNonNull(headers.get(name)).getFirst();
        }

        /** The number of the event. */
        int number() {
            return Integer.parseInt(id().substring(id().lastIndexOf('-') + 1));
        }

        String member(String name) {
            try {
                return Json.mapper().readTree(body).path(name).asText();
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    final List<Received> received = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile BiConsumer<Received, HttpServerResponse> answer =
            (request, response) -> response.setStatusCode(204).end();

    Receiver(Vertx vertx) {
        this(vertx, new HttpServerOptions());
    }

    Receiver(Vertx vertx, HttpServerOptions options) {
        server = vertx.createHttpServer(options.setHost("127.0.0.1").setPort(0))
                .requestHandler(request -> request.body().onSuccess(body -> {
                    Received seen = new Received(
                            String.valueOf(request.getHeader("Host")),
                            request.uri(),
                            request.headers().names().stream()
                                    .collect(Collectors.toMap(
                                            name -> name.toLowerCase(java.util.Locale.ROOT),
                                            name -> request.headers().getAll(name),
                                            (one, other) -> one)),
                            body.toString());
                    received.add(seen);
                    answer.accept(seen, request.response());
                }))
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    void answers(BiConsumer<Received, HttpServerResponse> with) {
        answer = with;
    }

    void answers(int status) {
        answers((request, response) -> response.setStatusCode(status).end());
    }

    int port() {
        return server.actualPort();
    }

    String url() {
        return "http://127.0.0.1:" + port() + "/events?of=bank";
    }

    List<Integer> numbers() {
        return received.stream().map(Received::number).toList();
    }

    @Override
    public void close() {
        server.close().toCompletionStage().toCompletableFuture().join();
    }
}
