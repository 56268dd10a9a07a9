package org.moralbank.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.commits.Bulk;
import org.moralbank.platform.Eventually;
import org.moralbank.platform.TestDatabase;

/** No body that anybody sends takes the memory of all. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class BodiesTest {
    /** More than a server reads by itself, before it asks who reads the body. */
    private static final int BEGINNING = 1 << 16;

    @Inject
    TestBank bank;

    @Inject
    Bodies bodies;

    @Inject
    MeterRegistry metrics;

    private TestBank.Book book;

    @BeforeEach
    void open() {
        book = bank.aBook();
    }

    @Test
    void refusesTheItemTooManyWithoutAGlanceAtTheRest() {
        String most = "[],".repeat(Bulk.MOST_ITEMS - 1) + "[]";

        bulk("{\"items\":[" + most + "]}").statusCode(200).body("refused", equalTo(Bulk.MOST_ITEMS));
        // What follows is not JSON, which would be told of if it were read.
        bulk("{\"items\":[" + most + ",[] no JSON")
                .statusCode(400)
                .body("code", equalTo("invalid-request"))
                .body("errors", hasSize(1))
                .body("errors[0].field", equalTo("items"));
    }

    @Test
    void refusesMoreTokensThanAnyRequestNeeds() {
        // The body's own are two braces, a name, and the brackets of the items and of the one item.
        int others = 7;
        int arrays = (BodyReader.MOST_TOKENS - others) / 2;

        bulk("{\"items\":[[" + "[],".repeat(arrays - 1) + "[]]]}")
                .statusCode(200)
                .body("refused", equalTo(1));
        bulk("{\"items\":[[" + "[],".repeat(arrays) + "[]]]}").statusCode(400).body("code", equalTo("unreadable-body"));
    }

    @Test
    void tellsWhoComesWhenTheRoomIsTakenToComeAgain() {
        String body = "{\"items\":[[]]}";
        double refusedBefore = refused();
        Eventually.holds(() -> bodies.heldBytes() == 0);
        Bodies.Room others = bodies.room();

        others.take(bodies.mostBytes() - body.length());
        bulk(body).statusCode(200);
        Eventually.holds(() -> bodies.heldBytes() == bodies.mostBytes() - body.length());
        others.take(1);
        for (int i = 0; i < 2; i++) {
            bulk(body).statusCode(429).header("Retry-After", equalTo("1")).body("code", equalTo("overloaded"));
        }
        // Longer than what a server reads by itself.
        bulk(body + " ".repeat(4 << 20)).statusCode(429).body("code", equalTo("overloaded"));
        assertThat(refused() - refusedBefore).isEqualTo(3);
        others.giveBack();

        Eventually.holds(() -> bodies.heldBytes() == 0);
        bulk(body).statusCode(200);
    }

    @Test
    void refusesABodyBeforeItIsThereByItsLengthAndOneWithoutALengthWhenItHasGrown() throws Exception {
        String key = book.keyOf(Role.APP);
        Eventually.holds(() -> bodies.heldBytes() == 0);
        Bodies.Room others = bodies.room();
        others.take(bodies.mostBytes() - (1 << 20));

        try (Socket client = begin(key, "Content-Length: " + ((1 << 20) + 1), "")) {
            assertThat(statusLine(client)).startsWith("HTTP/1.1 429");
        }
        try (Socket client = begin(key, "Transfer-Encoding: chunked", "200000\r\n")) {
            assertThat(statusLine(client)).startsWith("HTTP/1.1 429");
        }
        others.giveBack();

        Eventually.holds(() -> bodies.heldBytes() == 0);
    }

    /** HTTP/2 tells it behind the last byte. */
    @ParameterizedTest
    @ValueSource(longs = {2, -1})
    void readsABodyToItsEndWhetherOrNotItsLengthIsTold(long length) throws IOException {
        AtomicBoolean ended = new AtomicBoolean();
        var in = new ByteArrayInputStream("{}".getBytes(US_ASCII)) {
            @Override
            public synchronized int read(byte[] into, int from, int most) {
                int read = super.read(into, from, most);
                ended.compareAndSet(false, read < 0);
                return read;
            }

            @Override
            public synchronized long transferTo(OutputStream out) throws IOException {
                long read = super.transferTo(out);
                ended.set(true);
                return read;
            }
        };
        Bodies.Room room = bodies.room();

        assertThat(BodyReader.body(in, length, BodyReader.LARGEST, room)).hasSize(2);

        room.giveBack();
        assertThat(ended).isTrue();
    }

    @Test
    void refusesABodyOverTheLimitByItsLengthWhateverRoomThereIs() throws Exception {
        String key = book.keyOf(Role.APP);
        String large = "Content-Type: application/json\r\nContent-Length: " + (BodyReader.LARGEST + 1);
        Eventually.holds(() -> bodies.heldBytes() == 0);
        Bodies.Room others = bodies.room();
        others.take(bodies.mostBytes());
        double refusedBefore = refused();

        try (Socket client = begin("/transfers", key, large, " ".repeat(BEGINNING))) {
            assertThat(statusLine(client)).startsWith("HTTP/1.1 413");
        } finally {
            others.giveBack();
        }

        assertThat(refused()).isEqualTo(refusedBefore);
        try (Socket client = begin("/transfers", key, large, " ".repeat(BEGINNING))) {
            assertThat(statusLine(client)).startsWith("HTTP/1.1 413");
        }
        assertThat(bodies.heldBytes()).isZero();
    }

    /** A client that keeps its connections would wait on one of whose requests the rest is in the way. */
    @ParameterizedTest
    @CsvSource({"/transfers, 413", "/transfers/bulk, 429"})
    void answersTheNextRequestOfAConnectionWhoseBodyItRefusedUnread(String path, int status) throws Exception {
        String large = "Content-Type: application/json\r\nContent-Length: " + (BodyReader.LARGEST + 1);
        Eventually.holds(() -> bodies.heldBytes() == 0);
        Bodies.Room others = bodies.room();
        others.take(bodies.mostBytes());

        try (Socket client = begin(path, book.keyOf(Role.APP), large, " ".repeat(BEGINNING))) {
            BufferedReader in = new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII));
            assertThat(in.readLine()).startsWith("HTTP/1.1 " + status);
            String rest = " ".repeat(BodyReader.LARGEST + 1 - BEGINNING);
            client.getOutputStream()
                    .write((rest + "GET /q/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII));
            // Behind the first answer's body, which does not end its line.
            assertThat(in.lines().filter(line -> line.contains("HTTP/1.1 ")).findFirst())
                    .hasValueSatisfying(line -> assertThat(line).contains("HTTP/1.1 200"));
        } finally {
            others.giveBack();
        }
    }

    @Test
    void givesTheRoomBackWhenTheClientGoesAwayBefore() throws Exception {
        Eventually.holds(() -> bodies.heldBytes() == 0);

        try (Socket client = begin(book.keyOf(Role.APP), "Content-Length: " + (8 << 20), "")) {
            Eventually.holds(() -> bodies.heldBytes() == 8 << 20);
        }

        Eventually.holds(() -> bodies.heldBytes() == 0);
    }

    @Test
    void hasNoLessRoomThanTheLargestBulkNeeds() {
        assertThatThrownBy(() -> new Bodies(config(Bodies.LEAST_BYTES - 1), new SimpleMeterRegistry()))
                .hasMessageContaining("moralbank.access.most-of-bodies");
        assertThat(new Bodies(config(Bodies.LEAST_BYTES), new SimpleMeterRegistry()).mostBytes())
                .isEqualTo(17 << 20);
    }

    private static AccessConfig config(long mostBytes) {
        return new AccessConfig() {
            @Override
            public Optional<String> operatorKey() {
                return Optional.empty();
            }

            @Override
            public Optional<MemorySize> mostOfBodies() {
                return Optional.of(new MemorySize(BigInteger.valueOf(mostBytes)));
            }
        };
    }

    private double refused() {
        return metrics.get("moralbank.access.bodies.refused").counter().count();
    }

    private ValidatableResponse bulk(String body) {
        return book.as(Role.APP)
                .body(body)
                .post(book.path() + "/transfers/bulk")
                .then();
    }

    /** The head of a bulk and the first mebibyte of its body. */
    private Socket begin(String key, String length, String first) throws IOException {
        return begin(
                "/transfers/bulk",
                key,
                "Content-Type: application/json\r\n" + length,
                first + " ".repeat((1 << 20) + 1));
    }

    /** The head of a request and what its body begins with. */
    private Socket begin(String path, String key, String length, String first) throws IOException {
        Socket client = new Socket("localhost", RestAssured.port);
        client.setSoTimeout(20_000);
        String head = "POST " + book.path() + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                + "\r\nIdempotency-Key: k-1\r\n" + length + "\r\n\r\n" + first;
        client.getOutputStream().write(head.getBytes(US_ASCII));
        return client;
    }

    private static String statusLine(Socket client) throws IOException {
        return new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII)).readLine();
    }
}
