package org.moralbank.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import com.standardwebhooks.exceptions.WebhookVerificationException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.arc.ClientProxy;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.commits.Commits;
import org.moralbank.imports.Moved;
import org.moralbank.ledger.BookEventStore;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Eventually;
import org.moralbank.platform.SecretBox;
import org.moralbank.platform.TestDatabase;

/** Deliveries by processes of the tests' own, whose rounds begin when a test says so, and whose days pass in no time. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class DeliveriesTest {
    @Inject
    TestBank bank;

    @Inject
    Commits commits;

    @Inject
    Vertx vertx;

    @Inject
    Pool pool;

    @Inject
    SecretBox box;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @SuppressWarnings("NullAway.Init") // by begin
    private Receiver receiver;

    @SuppressWarnings("NullAway.Init") // by begin
    private Deliveries deliveries;

    private <T extends AutoCloseable> T closing(T closeable) {
        open.addFirst(closeable);
        return closeable;
    }

    @BeforeEach
    void begin() {
        // Webhooks of other tests, which would be delivered too.
        pool.query("UPDATE event_webhook SET status = 'SUSPENDED' WHERE status = 'ACTIVE'")
                .execute()
                .await()
                .indefinitely();
        receiver = closing(new Receiver(ClientProxy.unwrap(vertx)));
        deliveries = deliverer(pool);
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private record Settings(Duration timeout) implements EventsConfig {
        @Override
        public boolean deliver() {
            return true;
        }

        @Override
        public Duration poll() {
            return Duration.ofMillis(500);
        }

        @Override
        public boolean allowPrivateTargets() {
            return true;
        }

        @Override
        public int concurrencyPerWebhook() {
            return 4;
        }

        @Override
        public int concurrency() {
            return 256;
        }
    }

    /** A process that delivers. */
    private Deliveries deliverer(Pool onPool) {
        return deliverer(onPool, registry);
    }

    private Deliveries deliverer(Pool onPool, MeterRegistry measuring) {
        Settings settings = new Settings(Duration.ofSeconds(20));
        Sender sender = closing(new Sender(
                ClientProxy.unwrap(vertx),
                new HttpClientOptions().setMaxPoolSize(settings.concurrency()),
                InetAddress::getAllByName,
                true,
                settings.timeout()));
        return closing(new Deliveries(
                new DeliveryStore(onPool), new BookEventStore(onPool), box, sender, settings, measuring));
    }

    private static void round(Deliveries by) {
        try {
            by.round().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A webhook that an app of the book registered. */
    private record Hook(TestBank.Book book, String key, String id, String secret) {
        static Hook of(TestBank.Book book, String url, String types) {
            String key = book.keyOf(Role.APP);
            var made = book.request(key)
                    .header("Idempotency-Key", UUID.randomUUID().toString())
                    .body("{\"url\":\"%s\",\"books\":[\"%s\"]%s}"
                            .formatted(url, book.code(), types.isEmpty() ? "" : ",\"types\":[" + types + "]"))
                    .post("/v1/webhooks")
                    .then()
                    .statusCode(201)
                    .extract();
            return new Hook(book, key, made.path("id"), made.path("secret"));
        }

        JsonPath post(String action, int status) {
            return book.request(key)
                    .header("Idempotency-Key", UUID.randomUUID().toString())
                    .post("/v1/webhooks/" + id + action)
                    .then()
                    .statusCode(status)
                    .extract()
                    .jsonPath();
        }

        JsonPath get(String list) {
            return book.request(key)
                    .get("/v1/webhooks/" + id + list)
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
        }
    }

    private static void verify(String secret, Receiver.Received received) throws Exception {
        new com.standardwebhooks.Webhook(secret).verify(received.body(), received.headers());
    }

    private void append(TestBank.Book book, int times) {
        Appending.append(commits, book, "voucher.made", "tests/1", times);
    }

    private static List<Integer> to(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }

    // ---- what is sent ------------------------------------------------------------------------------------------

    @Test
    void sendsWhatHappensAfterTheRegistrationInOrderAndSigned() throws Exception {
        var book = bank.aBook();
        append(book, 2);
        var hook = Hook.of(book, receiver.url(), "");
        book.aMember().holding(60, Unit.MIN);
        append(book, 3);
        book.aMember().holding(30, Unit.MIN);

        round(deliveries);

        assertThat(receiver.numbers()).containsExactly(3, 4, 5, 6, 7);
        for (Receiver.Received each : receiver.received) {
            assertThat(each.header("content-type")).isEqualTo("application/cloudevents+json");
            assertThat(each.id()).isEqualTo(book.code() + "-" + each.member("id"));
            assertThat(each.member("source")).isEqualTo(book.path());
            assertThat(each.path()).isEqualTo("/events?of=bank");
            verify(hook.secret(), each);
        }
        assertThat(receiver.received.getFirst().member("type")).isEqualTo("org.moralbank.entry.posted");
        assertThat(receiver.received.get(1).member("type")).isEqualTo("org.moralbank.voucher.made");
        assertThat(hook.get("/deliveries").getInt("items[0].position")).isEqualTo(7);
        assertThat(hook.get("/deliveries").getInt("items[0].lag")).isZero();
        assertThat(hook.get("/deliveries").getString("items[0].state")).isEqualTo("RUNNING");
        assertThat(registry.get("moralbank.events.deliveries")
                        .tag("outcome", "delivered")
                        .counter()
                        .count())
                .isEqualTo(5);
        round(deliveries);
        assertThat(receiver.received).hasSize(5);
    }

    @Test
    void anAlteredBodyIsNotVerified() {
        var book = bank.aBook();
        var hook = Hook.of(book, receiver.url(), "");
        append(book, 1);

        round(deliveries);

        var sent = receiver.received.getFirst();
        var altered = new Receiver.Received(sent.host(), sent.path(), sent.headers(), sent.body() + " ");
        assertThatThrownBy(() -> verify(hook.secret(), altered)).isInstanceOf(WebhookVerificationException.class);
        assertThatThrownBy(() -> verify(Signature.newSecret(), sent)).isInstanceOf(WebhookVerificationException.class);
    }

    @Test
    void sendsSalesToWhoAsksForRedemptionsAndToWhoAsksForEntries() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        var anna = book.aMember().holding(500, Unit.PTS);
        Hook.of(book, receiver.url(), "\"org.moralbank.redemption\"");
        var ofEntries = closing(new Receiver(ClientProxy.unwrap(vertx)));
        Hook.of(book, ofEntries.url(), "\"org.moralbank.entry.posted\"");
        var ofCaptures = closing(new Receiver(ClientProxy.unwrap(vertx)));
        Hook.of(book, ofCaptures.url(), "\"org.moralbank.redemption.captured\"");
        for (String mode : List.of("SALE", "AUTHORIZE", "SALE")) {
            book.as(Role.APP)
                    .body("{\"mode\":\"%s\",\"member\":\"%s\",\"merchant\":\"%s\",\"amount\":5,\"unit\":\"PTS\"}"
                            .formatted(mode, anna.id(), merchant))
                    .post(book.path() + "/redemptions")
                    .then()
                    .statusCode(201);
        }

        assertThat(new DeliveryStore(pool).standing().lag()).as("behind").isEqualTo(3);

        round(deliveries);

        assertThat(new DeliveryStore(pool).standing().lag()).as("behind").isZero();
        assertThat(receiver.received.stream().map(sent -> sent.member("type") + " " + sent.number()))
                .containsExactly(
                        "org.moralbank.redemption.sold 2",
                        "org.moralbank.redemption.authorized 3",
                        "org.moralbank.redemption.sold 4");
        assertThat(ofEntries.numbers()).containsExactly(2, 4);
        assertThat(ofCaptures.numbers()).isEmpty();
    }

    @Test
    void measuresHowFarTheWebhookFurthestBehindIsBehind() {
        for (int behind : List.of(2, 3, 1)) {
            var book = bank.aBook();
            Hook.of(book, receiver.url(), "");
            append(book, behind);
        }

        // What a round finds it looks at before it delivers.
        round(deliveries);
        assertThat(registry.get("moralbank.events.webhook.lag").gauge().value()).isEqualTo(3);
        var later = new SimpleMeterRegistry();
        round(deliverer(pool, later));
        assertThat(later.get("moralbank.events.webhook.lag").gauge().value()).isZero();
    }

    @Test
    void sendsOnlyTheTypesThatAreAskedFor() {
        var book = bank.aBook();
        var hook = Hook.of(book, receiver.url(), "\"org.moralbank.voucher.used\"");
        append(book, 150);
        Appending.append(commits, book, "voucher.used", "tests/1");
        append(book, 150);
        Appending.append(commits, book, "voucher.used", "tests/2");
        append(book, 1);

        round(deliveries);

        assertThat(receiver.numbers()).containsExactly(151, 302);
        assertThat(hook.get("/deliveries").getInt("items[0].position")).isEqualTo(303);
    }

    /** Ten million events of long ago are no news: a receiver is told what is posted here, and what was appended here. */
    @Test
    void passesOverTheEntriesOfAnImport() {
        var there = bank.aBook();
        var anna = there.aMember();
        int entries = 130;
        for (int i = 0; i < entries; i++) {
            anna.holding(1, Unit.MIN);
        }
        for (boolean appended : List.of(false, true)) {
            var book = bank.aBook();
            receiver.received.clear();
            var hook = Hook.of(book, receiver.url(), "");
            if (appended) {
                append(book, 2);
            }
            int before = appended ? 2 : 0;
            importInto(book, there);
            append(book, 1);
            book.aMember().holding(5, Unit.MIN);

            round(deliveries);

            assertThat(receiver.numbers())
                    .isEqualTo(IntStream.concat(
                                    IntStream.rangeClosed(1, before),
                                    IntStream.of(before + entries + 1, before + entries + 2))
                            .boxed()
                            .toList());
            assertThat(hook.get("/deliveries").getInt("items[0].position")).isEqualTo(before + entries + 2);
            // Who wants them reads the feed.
            var feed = book.request(hook.key())
                    .get(book.path() + "/events?after=" + before + "&limit=200")
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            assertThat(feed.getList("items.id")).startsWith("" + (before + 1)).endsWith("" + (before + entries + 2));
            assertThat(feed.getString("items[0].subject")).endsWith("entries/1");
        }
    }

    /** One who begins to deliver only afterwards passes over them, too, and so does one that was suspended. */
    @Test
    void passesOverAnImportAtOnce() {
        var there = bank.aBook();
        there.aMember().holding(1, Unit.MIN).holding(2, Unit.MIN);
        var book = bank.aBook();
        var hook = Hook.of(book, receiver.url(), "");
        hook.post("/suspend", 200);
        importInto(book, there);
        hook.post("/resume", 200);

        round(deliveries);

        assertThat(receiver.received).isEmpty();
        assertThat(hook.get("/deliveries").getInt("items[0].position")).isEqualTo(2);
        assertThat(hook.get("/deliveries").getInt("items[0].lag")).isZero();
    }

    private void importInto(TestBank.Book book, TestBank.Book from) {
        byte[] lines = (String.join(
                                "\n",
                                Moved.of(pool, from.id(), from.code(), book.code())
                                        .entries()) + "\n")
                .getBytes(StandardCharsets.UTF_8);
        RestAssured.given()
                .config(RestAssured.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .encodeContentTypeAs("application/jsonl", ContentType.BINARY)
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)))
                .header("Authorization", "Bearer " + bank.operatorKey())
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .contentType("application/jsonl")
                .body(lines)
                .post(book.path() + "/imports")
                .then()
                .statusCode(201);
    }

    @Test
    void signsWithBothSecretsForADayAfterARotation() throws Exception {
        var book = bank.aBook();
        var hook = Hook.of(book, receiver.url(), "");
        String rotated = hook.post("/rotate", 201).getString("secret");
        append(book, 1);

        round(deliveries);
        append(book, 1);
        deliveries.ahead(Duration.ofHours(24));
        round(deliveries);

        var both = receiver.received.get(0);
        var one = receiver.received.get(1);
        verify(hook.secret(), both);
        verify(rotated, both);
        verify(rotated, one);
        assertThatThrownBy(() -> verify(hook.secret(), one)).isInstanceOf(WebhookVerificationException.class);
    }

    @Test
    void nothingIsSentWhileSuspendedAndAllOfItOnceResumed() {
        var book = bank.aBook();
        var hook = Hook.of(book, receiver.url(), "");
        hook.post("/suspend", 200);
        append(book, 3);

        round(deliveries);
        assertThat(receiver.received).isEmpty();
        hook.post("/resume", 200);
        round(deliveries);
        assertThat(receiver.numbers()).containsExactly(1, 2, 3);
        hook.post("/close", 200);
        append(book, 1);
        round(deliveries);

        assertThat(receiver.numbers()).containsExactly(1, 2, 3);
    }

    @Test
    void aClientWithoutAKeyIsSentNothingUntilHeHasOneAgainAndThatIsSeen() {
        var book = bank.aBook();
        var hook = Hook.of(book, receiver.url(), "");
        append(book, 1);
        String client = clientOf(hook);
        String key = asOperator(book).get(client).then().extract().path("keys[0].keyId");
        assertThat(hook.get("").getBoolean("waitsForKey")).isFalse();
        asOperator(book).post(client + "/keys/" + key + "/revoke").then().statusCode(200);

        round(deliveries);

        assertThat(receiver.received).isEmpty();
        var seen = new Hook(book, book.keyOf(Role.AUDITOR), hook.id(), "");
        assertThat(seen.get("").getBoolean("waitsForKey")).isTrue();
        assertThat(seen.get("").getString("status")).isEqualTo("ACTIVE");
        assertThat(seen.get("/deliveries").getString("items[0].state")).isEqualTo("NO_KEY");
        assertThat(seen.get("/deliveries").getLong("items[0].lag")).isEqualTo(1);
        assertThat(keyless(registry)).isEqualTo(1);

        asOperator(book).post(client + "/keys").then().statusCode(201);
        var registryOfAnother = new SimpleMeterRegistry();
        round(deliverer(pool, registryOfAnother));

        assertThat(receiver.numbers()).containsExactly(1);
        assertThat(seen.get("").getBoolean("waitsForKey")).isFalse();
        assertThat(seen.get("/deliveries").getString("items[0].state")).isEqualTo("RUNNING");
        assertThat(keyless(registryOfAnother)).isZero();
    }

    private static RequestSpecification asOperator(TestBank.Book book) {
        return book.as(Role.OPERATOR).basePath("/v1/clients/");
    }

    private String clientOf(Hook hook) {
        return pool.preparedQuery(
                        "SELECT client FROM access_client JOIN event_webhook USING (client_id) WHERE webhook_id = $1")
                .execute(Tuple.of(UUID.fromString(hook.id())))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getString(0);
    }

    private static double keyless(MeterRegistry measured) {
        return measured.get("moralbank.events.webhook.keyless").gauge().value();
    }

    // ---- failures ----------------------------------------------------------------------------------------------

    @Test
    void retriesWithGrowingPausesForThreeDaysThenParksAndGoesOn() {
        var book = bank.aBook();
        var hook = Hook.of(book, receiver.url(), "");
        append(book, 2);
        receiver.answers((request, response) ->
                response.setStatusCode(request.number() == 1 ? 500 : 204).end());

        Instant first = Instant.now();
        int attempts = 0;
        while (true) {
            round(deliveries);
            attempts++;
            var delivery = hook.get("/deliveries");
            if (!"RETRYING".equals(delivery.getString("items[0].state"))) {
                break;
            }
            assertThat(receiver.received).hasSize(attempts);
            assertThat(delivery.getInt("items[0].attempts")).isEqualTo(attempts);
            assertThat(delivery.getString("items[0].lastError")).isEqualTo("status-500");
            assertThat(delivery.getInt("items[0].lag")).isEqualTo(2);
            Instant last = Instant.parse(delivery.getString("items[0].lastAttemptAt"));
            Instant next = Instant.parse(delivery.getString("items[0].nextAttemptAt"));
            double expected = Math.min(5_000 * Math.pow(2, attempts - 1), 4 * 3600 * 1000);
            assertThat((double) Duration.between(last, next).toMillis()).isBetween(expected * 0.79, expected * 1.21);
            if (expected > 60_000) {
                deliveries.ahead(Duration.between(Instant.now(), next).minusSeconds(30));
                round(deliveries);
                assertThat(receiver.received).hasSize(attempts);
            }
            deliveries.ahead(Duration.between(Instant.now(), next).plusMillis(50));
        }

        assertThat(attempts).isBetween(20, 45);
        var parked = hook.get("/parked");
        assertThat(parked.getString("items[0].event")).isEqualTo(book.code() + "-1");
        assertThat(parked.getString("items[0].state")).isEqualTo("PARKED");
        assertThat(parked.getInt("items[0].attempts")).isEqualTo(attempts);
        assertThat(Duration.between(first, Instant.parse(parked.getString("items[0].since"))))
                .isBetween(Duration.ofDays(3), Duration.ofDays(3).plusHours(5));
        assertThat(receiver.received.getLast().number()).isEqualTo(2);
        assertThat(hook.get("/deliveries").getInt("items[0].position")).isEqualTo(2);
        assertThat(hook.get("/deliveries").getInt("items[0].parked")).isEqualTo(1);
        assertThat(registry.get("moralbank.events.deliveries")
                        .tag("outcome", "parked")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("moralbank.events.deliveries")
                        .tag("outcome", "failed")
                        .counter()
                        .count())
                .isEqualTo(attempts - 1);
    }

    @Test
    void aReceiverThatIsGoneStopsTheBookUntilItIsResumedAndWhatIsParkedIsReplayedInOrder() {
        var book = bank.aBook();
        var hook = Hook.of(book, receiver.url(), "");
        append(book, Deliveries.PARKED_IN_ROW + 5);
        receiver.answers(503);
        deliveries.ahead(Duration.ofDays(4));

        round(deliveries);
        round(deliveries);

        assertThat(receiver.numbers()).isEqualTo(to(Deliveries.PARKED_IN_ROW));
        assertThat(hook.get("/deliveries").getString("items[0].state")).isEqualTo("STOPPED");
        assertThat(hook.get("/deliveries").getInt("items[0].lag")).isEqualTo(5);

        receiver.received.clear();
        receiver.answers(204);
        hook.post("/resume", 200);
        round(deliveries);
        assertThat(receiver.numbers()).containsExactly(21, 22, 23, 24, 25);

        receiver.received.clear();
        hook.post("/parked/replay", 200);
        round(deliveries);
        assertThat(receiver.numbers()).isEqualTo(to(Deliveries.PARKED_IN_ROW));
        assertThat(hook.get("/parked?state=DELIVERED&limit=500").getList("items"))
                .hasSize(Deliveries.PARKED_IN_ROW);
        assertThat(hook.get("/deliveries").getInt("items[0].parked")).isZero();
    }

    @Test
    void replaysAnyEventThatItIsDoneWithUnderItsOldId() {
        var book = bank.aBook();
        var hook = Hook.of(book, receiver.url(), "");
        append(book, 3);
        round(deliveries);
        String second = receiver.received.get(1).id();

        hook.post("/deliveries/" + second + "/replay", 200);
        append(book, 1);
        round(deliveries);

        assertThat(receiver.numbers()).containsExactly(1, 2, 3, 2, 4);
        assertThat(receiver.received.get(3).id()).isEqualTo(second);
        assertThat(receiver.received.get(3).body())
                .isEqualTo(receiver.received.get(1).body());
        assertThat(hook.get("/parked").getString("items[0].state")).isEqualTo("DELIVERED");
        hook.post("/deliveries/" + book.code() + "-5/replay", 409);
        hook.post("/deliveries/" + book.code() + "-0/replay", 404);
        hook.post("/deliveries/NO-BOOK-1/replay", 404);
    }

    // ---- crashes and other processes ---------------------------------------------------------------------------

    @Test
    void aProcessThatDiesBetweenThePostAndThePositionLeavesItToAnotherWhoSendsItAgain() {
        var book = bank.aBook();
        Hook.of(book, receiver.url(), "");
        append(book, 3);
        Pool ofVictim = aPool();
        receiver.answers((request, response) -> {
            if (request.number() == 2 && receiver.received.size() == 2) {
                // Its connections are gone before the answer is out, as if it had been killed.
                ofVictim.close()
                        .subscribe()
                        .with(gone -> response.setStatusCode(204).end());
            } else {
                response.setStatusCode(204).end();
            }
        });

        round(deliverer(ofVictim));
        assertThat(receiver.numbers()).containsExactly(1, 2);
        round(deliveries);
        assertThat(receiver.numbers()).containsExactly(1, 2);
        deliveries.ahead(Duration.ofSeconds(31));
        round(deliveries);

        assertThat(receiver.numbers()).containsExactly(1, 2, 2, 3);
        assertThat(receiver.received.get(2).id())
                .isEqualTo(receiver.received.get(1).id());
    }

    /** A pool that can be lost, with connections of its own. */
    private Pool aPool() {
        var database = TestDatabase.shared();
        var vertxOfPool = Vertx.vertx();
        closing(() ->
                vertxOfPool.close().toCompletionStage().toCompletableFuture().join());
        return Pool.newInstance(PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(4))
                .connectingTo(PgConnectOptions.fromUri(database.reactiveUrl())
                        .setUser(database.appUser())
                        .setPassword(database.appPassword()))
                .using(vertxOfPool)
                .build());
    }

    @Test
    void oneWhoWasStoppedAndWokeMovesNothingAndSendsNoMore() {
        var book = bank.aBook();
        var hook = Hook.of(book, receiver.url(), "");
        append(book, 3);
        CompletableFuture<HttpServerResponse> held = new CompletableFuture<>();
        receiver.answers((request, response) -> {
            if (receiver.received.size() == 1) {
                held.complete(response);
            } else {
                response.setStatusCode(204).end();
            }
        });

        CompletableFuture<Void> sleeper = deliveries.round();
        HttpServerResponse late = held.orTimeout(10, TimeUnit.SECONDS).join();
        Deliveries other = deliverer(pool);
        other.ahead(Duration.ofSeconds(31));
        round(other);
        assertThat(receiver.numbers()).containsExactly(1, 1, 2, 3);
        late.setStatusCode(204).end();
        sleeper.orTimeout(10, TimeUnit.SECONDS).join();

        assertThat(receiver.numbers()).containsExactly(1, 1, 2, 3);
        assertThat(hook.get("/deliveries").getInt("items[0].position")).isEqualTo(3);
    }

    @Test
    void severalProcessesSendEachEventOnceAndInOrder() {
        List<TestBank.Book> books = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            var book = bank.aBook();
            Hook.of(book, receiver.url(), "");
            append(book, 120);
            books.add(book);
        }
        Deliveries other = deliverer(pool);

        for (int i = 0; i < 3; i++) {
            CompletableFuture.allOf(deliveries.round(), other.round())
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
        }

        for (var book : books) {
            assertThat(receiver.received.stream()
                            .filter(each -> each.id().startsWith(book.code() + "-"))
                            .map(Receiver.Received::number))
                    .isEqualTo(to(120));
        }
    }

    @Test
    void aProcessLooksForItselfFromItsStartToItsEnd() throws InterruptedException {
        var book = bank.aBook();
        Hook.of(book, receiver.url(), "");
        append(book, 3);
        Deliverer deliverer = new Deliverer(
                vertx,
                new WebhookStore(pool),
                new DeliveryStore(pool),
                new BookEventStore(pool),
                box,
                new Settings(Duration.ofSeconds(20)),
                registry);

        deliverer.onStart(new StartupEvent());
        Eventually.holds(() -> receiver.received.size() == 3);
        append(book, 1);
        Eventually.holds(() -> receiver.received.size() == 4);
        deliverer.onStop(new ShutdownEvent());
        append(book, 1);
        // Its lease was given back at its end: another goes on at once.
        round(deliveries);

        assertThat(receiver.numbers()).isEqualTo(to(5));
    }

    // ---- slow receivers ----------------------------------------------------------------------------------------

    @Test
    void aSlowOrDeadReceiverSlowsNeitherOthersNorCommitsAndHasFewConnections() {
        Queue<HttpServerResponse> held = new ConcurrentLinkedQueue<>();
        Receiver slow = closing(new Receiver(ClientProxy.unwrap(vertx)));
        AtomicInteger most = new AtomicInteger();
        slow.answers((request, response) -> {
            held.add(response);
            most.accumulateAndGet(held.size(), Math::max);
        });
        List<TestBank.Book> books = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            books.add(bank.aBook());
        }
        String operator = bank.operatorKey();
        String codes =
                String.join("\",\"", books.stream().map(TestBank.Book::code).toList());
        books.getFirst()
                .request(operator)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body("{\"url\":\"%s\",\"books\":[\"%s\"]}".formatted(slow.url(), codes))
                .post("/v1/webhooks")
                .then()
                .statusCode(201);
        Receiver dead = new Receiver(ClientProxy.unwrap(vertx));
        dead.close();
        Hook toNobody = Hook.of(books.getFirst(), dead.url(), "");
        Hook.of(books.getFirst(), receiver.url(), "");
        for (var book : books) {
            append(book, 30);
        }

        CompletableFuture<Void> first = deliveries.round();
        CompletableFuture<Void> second = deliveries.round();
        Eventually.holds(() -> receiver.received.size() == 30 && held.size() == 4);
        append(books.getFirst(), 5);
        Eventually.holds(() -> {
            var ignored = deliveries.round();
            return receiver.received.size() == 35;
        });

        assertThat(first.isDone()).isFalse();
        assertThat(receiver.numbers()).isEqualTo(to(35));
        assertThat(most.get()).isEqualTo(4);
        assertThat(slow.received).hasSize(4);
        assertThat(toNobody.get("/deliveries").getString("items[0].lastError")).isEqualTo("unreachable");
        held.forEach(HttpServerResponse::reset);
        assertThatCode(() -> CompletableFuture.allOf(first, second)
                        .orTimeout(20, TimeUnit.SECONDS)
                        .join())
                .doesNotThrowAnyException();
    }

    /** All that hangs takes what places it may; who answers at once is sent to all the same, and waits for no timeout. */
    @Test
    void whoAnswersIsSentToWhileThreeHundredStreamsHang() {
        Receiver hanging = closing(new Receiver(ClientProxy.unwrap(vertx)));
        Queue<HttpServerResponse> held = new ConcurrentLinkedQueue<>();
        hanging.answers((request, response) -> held.add(response));
        var book = bank.aBook();
        Hook.of(book, receiver.url(), "");
        append(book, 1);
        round(deliveries);
        assertThat(receiver.numbers()).isEqualTo(to(1));
        registerWithEventsIn(4, 80, hanging);
        var ignored = deliveries.round();
        Eventually.holds(() -> held.size() == 192);

        for (int event = 2; event <= 5; event++) {
            append(book, 1);
            int last = event;
            Eventually.holds(() -> {
                var ignoredRound = deliveries.round();
                return receiver.received.size() == last;
            });
        }

        assertThat(receiver.numbers()).isEqualTo(to(5));
        assertThat(held).hasSize(192);
    }

    /** So many webhooks of so many books, and an event in each of these. */
    private void registerWithEventsIn(int howManyBooks, int webhooks, Receiver to) {
        List<TestBank.Book> books =
                IntStream.range(0, howManyBooks).mapToObj(n -> bank.aBook()).toList();
        String codes =
                String.join("\",\"", books.stream().map(TestBank.Book::code).toList());
        String operator = bank.operatorKey();
        for (int i = 0; i < webhooks; i++) {
            books.getFirst()
                    .request(operator)
                    .header("Idempotency-Key", UUID.randomUUID().toString())
                    .body("{\"url\":\"%s\",\"books\":[\"%s\"]}".formatted(to.url(), codes))
                    .post("/v1/webhooks")
                    .then()
                    .statusCode(201);
        }
        books.forEach(book -> append(book, 1));
    }

    /** Books of webhooks that have all the places they may have are not looked at, and so take no turn of another's. */
    @Test
    void aWebhookComesToItsTurnThoughOthersHaveMoreBooksThanPlaces() {
        Receiver hanging = closing(new Receiver(ClientProxy.unwrap(vertx)));
        Queue<HttpServerResponse> held = new ConcurrentLinkedQueue<>();
        hanging.answers((request, response) -> held.add(response));
        registerWithEventsIn(9, 40, hanging);
        var ignored = deliveries.round();
        Eventually.holds(() -> held.size() == 160);
        var book = bank.aBook();
        var hook = Hook.of(book, receiver.url(), "");
        append(book, 1);
        // As one that failed a moment ago: all the others have waited longer.
        pool.preparedQuery("UPDATE event_stream SET next_attempt_at = clock_timestamp() WHERE webhook_id = $1")
                .execute(Tuple.of(UUID.fromString(hook.id())))
                .await()
                .indefinitely();

        Eventually.holds(() -> {
            var ignoredRound = deliveries.round();
            return receiver.received.size() == 1;
        });

        assertThat(held).hasSize(160);
    }

    @Test
    void aBookThatIsOpenedLaterIsSentToWhoAskedForEveryBook() {
        String operator = bank.operatorKey();
        bank.aBook()
                .request(operator)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body("{\"url\":\"%s\",\"books\":[\"*\"]}".formatted(receiver.url()))
                .post("/v1/webhooks")
                .then()
                .statusCode(201)
                .body("books", equalTo(List.of("*")));
        var opened = bank.aBook();
        append(opened, 2);

        round(deliveries);

        assertThat(receiver.received.stream().map(Receiver.Received::id))
                .containsExactly(opened.code() + "-1", opened.code() + "-2");
    }
}
