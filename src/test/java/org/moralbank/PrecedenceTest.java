package org.moralbank;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

/**
 * Of two things that are wrong with a request, the one is told that stands first in the order that the OpenAPI document and
 * the READMEs give.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class PrecedenceTest {
    private static final int MEBIBYTE = 1 << 20;
    private static final Pattern TOLD = Pattern.compile("(?s)HTTP/1.1 ([0-9]{3}) .*\"code\":\"([a-z-]+)\".*");

    @Inject
    TestBank bank;

    /**
     * One thing that is wrong.
     *
     * @param part what of the request it is in; two of one part exclude one another
     */
    private record Fault(String part, String told, Consumer<Request> in) {}

    /** A request as it is sent, each part of which can be wrong by itself. */
    private static final class Request {
        private String method = "POST";
        private String book;
        private String rest;
        private String query = "";
        private final Map<String, String> headers = new LinkedHashMap<>();
        private String moreHeaders = "";
        private final Map<String, String> fields = new LinkedHashMap<>();
        private String end = "}";
        private int padding = 0;
        private int untoldLength = 0;

        Request(TestBank.Book book, Role role, String rest) {
            this.book = book.code();
            this.rest = rest;
            headers.put("Host", "localhost");
            headers.put("Connection", "close");
            headers.put("Authorization", "Bearer " + book.keyOf(role));
            headers.put("Content-Type", "application/json");
            headers.put("Idempotency-Key", UUID.randomUUID().toString());
        }

        String told() throws IOException {
            String body = fields.entrySet().stream()
                            .map(field -> "\"" + field.getKey() + "\":" + field.getValue())
                            .collect(Collectors.joining(",", "{", end))
                    + " ".repeat(padding);
            StringBuilder head = new StringBuilder(method + " /v1/books/" + book + rest + query + " HTTP/1.1\r\n");
            headers.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
            head.append(moreHeaders).append("Content-Length: ").append(body.length() + untoldLength);
            Matcher told = TOLD.matcher(answer(head + "\r\n\r\n" + body));
            return told.matches() ? told.group(1) + " " + told.group(2) : "no problem";
        }
    }

    @Test
    void tellsTheFirstThatIsWrongWithAPost() throws IOException {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String stranger = bank.aBook().code();
        String auditor = book.keyOf(Role.AUDITOR);
        String app = book.keyOf(Role.APP);
        String used = UUID.randomUUID().toString();
        book.request(app)
                .header("Idempotency-Key", used)
                .body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":1,\"unit\":\"MIN\"}".formatted(anna.id(), bela.id()))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(201);

        List<Fault> faults = List.of(
                new Fault("length", "413 body-too-large", request -> request.untoldLength = 16 * MEBIBYTE),
                new Fault("operation", "404 no-such-path", request -> request.rest = "/transfer" + tail(request)),
                new Fault("path", "405 method-not-allowed", request -> request.method = "PUT"),
                new Fault("accept", "406 not-acceptable", request -> request.headers.put("Accept", "image/png")),
                new Fault("who", "401 unauthenticated", request -> request.headers.remove("Authorization")),
                new Fault("who", "403 forbidden", request -> request.headers.put("Authorization", "Bearer " + auditor)),
                new Fault("path", "400 invalid-request", request -> request.rest += ";a=b"),
                new Fault("path", "404 not-found", request -> request.book += "%07"),
                new Fault("key", "400 invalid-request", request -> request.moreHeaders = "Idempotency-Key: b\r\n"),
                new Fault("query", "400 invalid-request", request -> request.query = "?surprise=1"),
                new Fault("type", "415 unsupported-media-type", request -> request.headers.put("Content-Type", "a/b")),
                new Fault("size", "413 body-too-large", request -> request.padding = MEBIBYTE),
                new Fault("syntax", "400 unreadable-body", request -> request.end = ""),
                new Fault("field", "400 invalid-request", request -> request.fields.put("surprise", "1")),
                new Fault("path", "404 not-found", request -> request.book = stranger),
                new Fault("key", "400 invalid-request", request -> request.headers.remove("Idempotency-Key")),
                new Fault("value", "400 invalid-request", request -> request.fields.put("amount", "0")),
                new Fault("key", "422 idempotency-key-reused", request -> {
                    request.headers.put("Idempotency-Key", used);
                    request.headers.computeIfPresent("Authorization", (name, own) -> "Bearer " + app);
                }),
                new Fault("rule", "422 same-member", request -> request.fields.put("to", '"' + anna.id() + '"')));

        tellsTheFirst(faults, () -> {
            Request request = new Request(book, Role.APP, "/transfers");
            request.fields.put("from", '"' + anna.id() + '"');
            request.fields.put("to", '"' + bela.id() + '"');
            request.fields.put("amount", "2");
            request.fields.put("unit", "\"MIN\"");
            return request;
        });
    }

    @Test
    void tellsTheFirstThatIsWrongWithAPut() throws IOException {
        var book = bank.aBook();
        String open = book.aMerchant();
        String closed = book.aMerchant();
        for (String merchant : List.of(open, closed)) {
            book.aTerminal(merchant, "T1", false);
        }
        book.as(Role.OPERATOR)
                .body("{\"reason\":\"歇业\"}")
                .post(book.path() + "/merchants/" + closed + "/close")
                .then()
                .statusCode(200);

        List<Fault> faults = List.of(
                new Fault("query", "400 invalid-request", request -> request.query = "?surprise=1"),
                new Fault("type", "415 unsupported-media-type", request -> request.headers.put("Content-Type", "a/b")),
                new Fault("field", "400 invalid-request", request -> request.fields.put("surprise", "1")),
                new Fault("store", "400 invalid-request", request -> request.fields.put("store", "\"a b\"")),
                new Fault("merchant", "404 not-found", request -> request.rest = "/merchants/GHOST/terminals/T1"),
                new Fault(
                        "merchant",
                        "409 merchant-already-closed",
                        request -> request.rest = "/merchants/" + closed + "/terminals/T1"),
                new Fault("version", "428 precondition-required", request -> request.headers.remove("If-Match")),
                new Fault("version", "412 precondition-failed", request -> request.headers.put("If-Match", "\"9\"")),
                new Fault("store", "422 unknown-store", request -> request.fields.put("store", "\"GHOST\"")));

        tellsTheFirst(faults, () -> {
            Request request = new Request(book, Role.OPERATOR, "/merchants/" + open + "/terminals/T1");
            request.method = "PUT";
            request.headers.put("If-Match", "\"1\"");
            request.fields.put("partialApproval", "true");
            return request;
        });
    }

    private static String tail(Request request) {
        return request.rest.substring("/transfers".length());
    }

    private static void tellsTheFirst(List<Fault> faults, Supplier<Request> right) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (int first = 0; first < faults.size(); first++) {
            for (int second = first; second < faults.size(); second++) {
                Fault one = faults.get(first);
                Fault other = faults.get(second);
                if (first == second || !one.part().equals(other.part())) {
                    Request request = right.get();
                    other.in().accept(request);
                    if (first != second) {
                        one.in().accept(request);
                    }
                    String told = request.told();
                    if (!told.equals(one.told())) {
                        wrong.add("%d %s with %d %s: %s".formatted(first, one.told(), second, other.told(), told));
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String answer(String request) throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(10_000);
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            byte[] some = new byte[8192];
            String text = "";
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException refused) {
                // The server may close before it has read all.
            }
            // It does not close at once where it waits for a body that it will not take.
            while (!text.endsWith("}")) {
                int length = socket.getInputStream().read(some);
                if (length < 0) {
                    break;
                }
                read.write(some, 0, length);
                text = read.toString(StandardCharsets.UTF_8);
            }
            return text;
        }
    }
}
