package org.moralbank.platform;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.commits.SomebodyElse;
import org.moralbank.ledger.Unit;

/** Who asks for all of a book and reads nothing of it, or goes away. */
@QuarkusTest
@TestProfile(UnreadTest.Small.class)
@QuarkusTestResource(TestDatabase.class)
class UnreadTest {
    private static final int PLACES = 2;
    private static final String SLEEP = "SELECT pg_sleep(50)";

    @Inject
    TestBank bank;

    @Inject
    LongReads reads;

    @Inject
    Snapshots snapshots;

    @Inject
    Pool pool;

    private static TestBank.@Nullable Book filled;

    private TestBank.Book book;
    private String key;

    /** A connection for each long read and two for the lane; two seconds for a client to take something. */
    public static final class Small implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "moralbank.reads.long-at-once",
                    Integer.toString(PLACES),
                    "moralbank.reads.longest-pause",
                    "2s",
                    "quarkus.datasource.reactive.max-size",
                    Integer.toString(PLACES + 2),
                    "quarkus.datasource.reactive.additional-properties.lock_timeout",
                    "60s",
                    "moralbank.exports.make",
                    "false");
        }
    }

    /** More than the buffers of a connection hold, made once. */
    @BeforeEach
    void aBookOfMegabytes() {
        if (filled == null) {
            filled = bank.aBook();
            var anna = filled.aMember().holding(20_000, Unit.MIN);
            var bela = filled.aMember();
            for (int i = 0; i < 40; i++) {
                String transfers = IntStream.range(i * 500, (i + 1) * 500)
                        .mapToObj(n ->
                                "{\"from\":\"%s\",\"to\":\"%s\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\"%s-%d\"}"
                                        .formatted(anna.id(), bela.id(), "R".repeat(50), n))
                        .collect(Collectors.joining(","));
                filled.as(Role.APP)
                        .body("{\"items\":[" + transfers + "]}")
                        .post(filled.path() + "/transfers/bulk")
                        .then()
                        .statusCode(200)
                        .body("items.result", everyItem(equalTo("created")));
            }
        }
        book = filled;
        key = book.keyOf(Role.AUDITOR);
    }

    @Test
    void whoReadsNothingHoldsNoConnectionAndLosesHisPlace() throws Exception {
        try (Socket csv = ask("/entries", "text/csv");
                Socket journal = ask("/entries", "text/x-hledger")) {
            assertThat(answerOf(csv)).startsWith("HTTP/1.1 200");
            assertThat(answerOf(journal)).startsWith("HTTP/1.1 200");
            status(429);
            book.request(key).get(book.path() + "/members").then().statusCode(200);
            RestAssured.get("/q/health/ready").then().statusCode(200);
            // None was given up meanwhile.
            status(429);

            allPlaces();
            assertThat(isWhole(csv)).isFalse();
            assertThat(isWhole(journal)).isFalse();
        }
        status(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/entries", "/journal"})
    void whoGoesAwayMakesRoom(String file) throws Exception {
        for (int i = 0; i < PLACES; i++) {
            Socket client = ask(file, "text/csv");
            assertThat(answerOf(client)).startsWith("HTTP/1.1 200");
            client.close();
        }
        allPlaces();
        status(200);
    }

    @Test
    void whoGoesAwayWhileTheDatabaseReadsMakesRoom() throws Exception {
        try (var locked =
                SomebodyElse.holding(TestDatabase.shared(), "LOCK TABLE ledger_posting IN ACCESS EXCLUSIVE MODE")) {
            try (Socket client = ask("/trial-balance", "application/json")) {
                locked.awaitWaiting();
                assertThat(reads.free().availablePermits()).isLessThan(PLACES);
            }
            allPlaces();
        }
        status(200);
    }

    @Test
    void forWhoHasGoneTheDatabaseReadsNoLonger() throws SQLException {
        List<Cancellable> readers = Stream.generate(() -> snapshots
                        .answer(database -> database.query(SLEEP).execute())
                        .subscribe()
                        .with(read -> {}))
                .limit(PLACES)
                .toList();
        try (var admin = TestDatabase.shared().connectAsAdmin()) {
            awaitReaders(admin, PLACES);
            readers.forEach(Cancellable::cancel);
            awaitReaders(admin, 0);
        }
        connections().forEach(SqlConnection::closeAndAwait);
    }

    private static void awaitReaders(Connection admin, int expected) throws SQLException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        try (var statement =
                admin.prepareStatement("SELECT count(*) FROM pg_stat_activity WHERE query = ? AND state = 'active'")) {
            statement.setString(1, SLEEP);
            while (true) {
                try (var rows = statement.executeQuery()) {
                    rows.next();
                    if (rows.getInt(1) == expected) {
                        return;
                    }
                }
                assertThat(System.nanoTime())
                        .as("waiting for %d readers", expected)
                        .isLessThan(deadline);
            }
        }
    }

    @Test
    void whoGoesAwayBeforeHeHasAConnectionKeepsNone() {
        List<SqlConnection> all = connections();
        var waiting = snapshots
                .answer(database -> database.query("SELECT 1").execute())
                .subscribe()
                .with(read -> {});
        waiting.cancel();
        all.forEach(SqlConnection::closeAndAwait);

        connections().forEach(SqlConnection::closeAndAwait);
    }

    private List<SqlConnection> connections() {
        return Stream.generate(() -> pool.getConnection().await().atMost(Duration.ofSeconds(20)))
                .limit(PLACES)
                .toList();
    }

    private void allPlaces() throws InterruptedException {
        assertThat(reads.free().tryAcquire(PLACES, 10, TimeUnit.SECONDS)).isTrue();
        reads.free().release(PLACES);
    }

    private void status(int expected) {
        book.request(key)
                .header("Accept", "text/csv")
                .get(book.path() + "/entries?type=NETTING")
                .then()
                .statusCode(expected);
    }

    private Socket ask(String path, String type) throws IOException {
        Socket client = new Socket();
        client.setReceiveBufferSize(4_096);
        client.setSoTimeout(20_000);
        client.connect(new InetSocketAddress("localhost", RestAssured.port));
        client.getOutputStream()
                .write(("GET " + book.path() + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                                + "\r\nAccept: " + type + "\r\n\r\n")
                        .getBytes(US_ASCII));
        return client;
    }

    /** What the answer begins with. */
    private static String answerOf(Socket client) throws IOException {
        return new String(client.getInputStream().readNBytes(15), US_ASCII);
    }

    /** Whether what is left of the answer has its last chunk. */
    private static boolean isWhole(Socket client) throws IOException {
        try {
            byte[] left = client.getInputStream().readAllBytes();
            return new String(left, US_ASCII).endsWith("\r\n0\r\n\r\n");
        } catch (SocketException reset) {
            return false;
        }
    }
}
