package org.moralbank.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.commits.SomebodyElse;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ClientsTest {
    @Inject
    TestBank bank;

    @Inject
    Clients clients;

    @Inject
    ClientStore store;

    @Inject
    Pool pool;

    @Test
    void makesAClientWhoseKeyIsShownOnceAndWorks() {
        var book = bank.aBook();
        String operator = anOperator();
        String name = aName();
        String idempotencyKey = UUID.randomUUID().toString();

        as(operator)
                .body(aClient(name, "APP", book.code()))
                .post("/v1/clients")
                .then()
                .statusCode(201)
                .header("Location", "/v1/clients/" + name)
                .body("roles", contains("APP"))
                .body("books", contains(book.code()));
        Response made = withKey(operator, idempotencyKey).post("/v1/clients/" + name + "/keys");
        Response again = withKey(operator, idempotencyKey).post("/v1/clients/" + name + "/keys");

        made.then().statusCode(201);
        String key = made.jsonPath().getString("key");
        assertThat(key).startsWith("mb_");
        again.then()
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .body("key", nullValue())
                .body("keyId", equalTo(made.jsonPath().getString("keyId")));
        as(key).get(book.path() + "/members").then().statusCode(200);
        as(key).get(bank.aBook().path() + "/members").then().statusCode(404);
        as(operator)
                .get("/v1/clients/" + name)
                .then()
                .body("keys.keyId", contains(made.jsonPath().getString("keyId")))
                .body("keys[0].key", nullValue());
        as(operator)
                .get(made.header("Location"))
                .then()
                .statusCode(200)
                .body("keyId", equalTo(made.jsonPath().getString("keyId")))
                .body("key", nullValue());
        String other = aName();
        as(operator).body(aClient(other, "APP", book.code())).post("/v1/clients");
        as(operator)
                .get("/v1/clients/" + other + "/keys/" + made.jsonPath().getString("keyId"))
                .then()
                .statusCode(404)
                .body("what", equalTo("key"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"roles\":[\"APP\"],\"books\":[\"*\"]}                                  | name",
                "{\"name\":\"n\",\"books\":[\"*\"]}                                       | roles",
                "{\"name\":\"n\",\"roles\":[],\"books\":[\"*\"]}                          | roles",
                "{\"name\":\"n\",\"roles\":[\"KING\"],\"books\":[\"*\"]}                  | roles[0]",
                "{\"name\":\"n\",\"roles\":[\"APP\"],\"books\":[]}                        | books",
                "{\"name\":\"n\",\"roles\":[\"APP\"],\"books\":[\"?\"]}                   | books",
                "{\"name\":\"n\",\"roles\":[\"TERMINAL\"],\"books\":[\"B\"]}              | merchant",
                "{\"name\":\"n\",\"roles\":[\"APP\"],\"books\":[\"B\"],\"merchant\":\"S\"} | merchant",
                "{\"name\":\"n\",\"roles\":[\"APP\"],\"books\":[\"B\"],\"terminal\":\"T\"} | terminal",
                "{\"name\":\"n\",\"roles\":[\"TERMINAL\"],\"books\":[\"B\"],\"merchant\":\"S\",\"terminal\":\"?\"} | terminal",
                "{\"name\":\"n\",\"roles\":[\"APP\"],\"books\":[\"B\"],\"key\":\"mb_1\"}   | key",
            })
    void refusesAMalformedClientByField(String body, String field) {
        as(anOperator()).body(body).post("/v1/clients").then().statusCode(400).body("errors.field", hasItem(field));
    }

    @ParameterizedTest
    @CsvSource({"0, It must be given.", "1001, It must be 1 to 1000 items."})
    void aClientHasOneToAThousandBooks(int books, String told) {
        String codes = String.join(",", Collections.nCopies(books, "\"B\""));

        as(anOperator())
                .body("{\"name\":\"n\",\"roles\":[\"APP\"],\"books\":[%s]}".formatted(codes))
                .post("/v1/clients")
                .then()
                .statusCode(400)
                .body("errors.field", contains("books"))
                .body("errors.message", contains(told));
    }

    @Test
    void aTerminalIsOfOneMerchantAndMayBeOneOfItsTills() {
        String operator = anOperator();
        String any = aName();
        String one = aName();

        as(operator)
                .body("{\"name\":\"%s\",\"roles\":[\"TERMINAL\"],\"books\":[\"B\"],\"merchant\":\"S\"}".formatted(any))
                .post("/v1/clients")
                .then()
                .statusCode(201)
                .body("merchant", equalTo("S"))
                .body("terminal", nullValue());
        as(operator)
                .body(
                        "{\"name\":\"%s\",\"roles\":[\"TERMINAL\"],\"books\":[\"B\"],\"merchant\":\"S\",\"terminal\":\"T1\"}"
                                .formatted(one))
                .post("/v1/clients")
                .then()
                .statusCode(201);

        as(operator)
                .get("/v1/clients/" + one)
                .then()
                .statusCode(200)
                .body("merchant", equalTo("S"))
                .body("terminal", equalTo("T1"));
    }

    @Test
    void refusesANameThatIsTaken() {
        String operator = anOperator();
        String name = aName();
        as(operator).body(aClient(name, "APP", "*")).post("/v1/clients").then().statusCode(201);

        as(operator)
                .body(aClient(name, "AUDITOR", "*"))
                .post("/v1/clients")
                .then()
                .statusCode(409)
                .body("code", equalTo("client-exists"));
    }

    /** A path may be written in more ways than one; none is a way around the key. */
    @Test
    void noWayOfWritingAPathPassesWithoutAKey() {
        for (String path : List.of(
                "/v1;x/clients",
                "/v1;a=b/books/B/members/M",
                "//v1/books",
                "/v1/./books",
                "/%76%31/books",
                "/V1/books")) {
            int status = RestAssured.given().urlEncodingEnabled(false).get(path).statusCode();
            assertThat(status).as(path).isIn(401, 404);
        }
        RestAssured.given()
                .urlEncodingEnabled(false)
                .get("/v1;x/clients")
                .then()
                .statusCode(401);
    }

    @Test
    void onlyOperatorsMakeClientsAndForTheirOwnBooksOnly() {
        var book = bank.aBook();
        var other = bank.aBook();
        String name = aName();
        as(anOperator())
                .body(aClient(name, "APP", other.code()))
                .post("/v1/clients")
                .then()
                .statusCode(201);

        book.as(Role.COORDINATOR)
                .body(aClient(aName(), "APP", book.code()))
                .post("/v1/clients")
                .then()
                .statusCode(403)
                .body("detail", equalTo("The operation is for OPERATOR; this client is COORDINATOR."))
                .body("roles", contains("OPERATOR"))
                .body("clientRoles", contains("COORDINATOR"));
        book.as(Role.AUDITOR).get("/v1/clients").then().statusCode(403);
        book.as(Role.OPERATOR)
                .body(aClient(aName(), "APP", other.code()))
                .post("/v1/clients")
                .then()
                .statusCode(403)
                .body("detail", equalTo("This client cannot give what it does not have itself."));
        book.as(Role.OPERATOR)
                .body(aClient(aName(), "OPERATOR", "*"))
                .post("/v1/clients")
                .then()
                .statusCode(403);
        book.as(Role.OPERATOR)
                .body(aClient(aName(), "APP", book.code()))
                .post("/v1/clients")
                .then()
                .statusCode(201);
        book.as(Role.OPERATOR).get("/v1/clients/" + name).then().statusCode(404);
        book.as(Role.OPERATOR).post("/v1/clients/" + name + "/keys").then().statusCode(404);
        String page = "/v1/clients?limit=500&after=" + TestBank.cursorBefore(name);
        book.as(Role.OPERATOR).get(page).then().statusCode(200).body("items.name", not(hasItem(name)));
        as(anOperator()).get(page).then().body("items.name", hasItem(name));
    }

    @Test
    void listsClientsByRoleBookAndMerchant() {
        var book = bank.aBook();
        String app = named(book.keyOf(Role.APP));
        String auditor = named(book.keyOf(Role.AUDITOR));
        String till = named(book.keyOfTillAndAuditor("MER-1"));
        String otherTill = named(book.keyOf(Role.TERMINAL, "MER-2"));
        String elsewhere = named(bank.aBook().keyOf(Role.AUDITOR));
        String operator = anOperator();
        String everywhere = aName();
        as(operator)
                .body(aClient(everywhere, "AUDITOR", "*"))
                .post("/v1/clients")
                .then()
                .statusCode(201);

        lists(book, "?role=AUDITOR").body("items.name", containsInAnyOrder(auditor, till));
        lists(book, "?role=TERMINAL").body("items.name", containsInAnyOrder(till, otherTill));
        lists(book, "?role=APP").body("items.name", contains(app));
        lists(book, "?merchant=MER-1").body("items.name", contains(till));
        // Few audit every book, where hundreds of tests have an operator of every book.
        as(operator)
                .get("/v1/clients?limit=500&role=AUDITOR&book=" + book.code())
                .then()
                .body("items.name", hasItems(auditor, till, everywhere))
                .body("items.name", not(hasItem(elsewhere)))
                .body("next", nullValue());
        book.as(Role.OPERATOR)
                .get("/v1/clients?role=CLERK")
                .then()
                .statusCode(400)
                .body("errors.field", contains("role"));
    }

    private static ValidatableResponse lists(TestBank.Book book, String query) {
        return book.as(Role.OPERATOR).get("/v1/clients" + query).then().statusCode(200);
    }

    /** The name of the client of a key. */
    private String named(String key) {
        return pool.preparedQuery(
                        "SELECT client FROM access_client JOIN access_key USING (client_id) WHERE key_hash = $1")
                .execute(Tuple.of(Buffer.buffer(ApiKey.hash(key))))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getString(0);
    }

    @Test
    void aRevokedKeyNeverPostsAgain() throws Exception {
        var book = bank.aBook();
        var anna = book.aMember().holding(100_000, Unit.MIN);
        var bela = book.aMember();
        String operator = anOperator();
        String name = aName();
        as(operator)
                .body(aClient(name, "APP", book.code()))
                .post("/v1/clients")
                .then()
                .statusCode(201);
        Response made = as(operator).post("/v1/clients/" + name + "/keys");
        String key = made.jsonPath().getString("key");
        String keyId = made.jsonPath().getString("keyId");
        AtomicBoolean revoked = new AtomicBoolean();
        AtomicInteger posted = new AtomicInteger();
        List<Future<Boolean>> spenders = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                spenders.add(threads.submit(() -> {
                    boolean postedAfter = false;
                    for (int seenAfter = 0; seenAfter < 5; ) {
                        boolean begunAfter = revoked.get();
                        int status = as(key).body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":1,\"unit\":\"MIN\"}"
                                        .formatted(anna.id(), bela.id()))
                                .post(book.path() + "/transfers")
                                .statusCode();
                        posted.addAndGet(status == 201 ? 1 : 0);
                        seenAfter += begunAfter ? 1 : 0;
                        postedAfter |= begunAfter && status != 401;
                    }
                    return postedAfter;
                }));
            }
            while (posted.get() < 20) {
                Thread.onSpinWait();
            }

            as(operator)
                    .post("/v1/clients/" + name + "/keys/" + keyId + "/revoke")
                    .then()
                    .statusCode(200)
                    .body("keyId", equalTo(keyId));
            revoked.set(true);

            for (Future<Boolean> spender : spenders) {
                assertThat(spender.get()).isFalse();
            }
        }
        as(key).get(book.path() + "/members").then().statusCode(401);
        Response again = as(operator).post("/v1/clients/" + name + "/keys/" + keyId + "/revoke");
        again.then().statusCode(200);
        as(operator)
                .get("/v1/clients/" + name)
                .then()
                .body("keys[0].revokedAt", equalTo(again.jsonPath().getString("revokedAt")));
    }

    /** What another process has remembered for a moment, the commit does not believe. */
    @Test
    void aCommitLooksAtTheKeyAgainAlsoWhenTheCallerIsRemembered() {
        var book = bank.aBook();
        var anna = book.aMember().holding(10, Unit.MIN);
        var bela = book.aMember();
        String key = book.keyOf(Role.APP);
        as(key).get(book.path() + "/members").then().statusCode(200);
        pool.preparedQuery("UPDATE access_key SET revoked_at = now() WHERE key_hash = $1")
                .execute(Tuple.of(io.vertx.core.buffer.Buffer.buffer(ApiKey.hash(key))))
                .await()
                .indefinitely();

        as(key).body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":1,\"unit\":\"MIN\"}".formatted(anna.id(), bela.id()))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(401);
    }

    /** It does not hear of the revocation, and remembers whom it has let in, however often he comes. */
    @Test
    void anotherProcessLetsARevokedKeyInForFiveSecondsAtMost() {
        AtomicLong nanos = new AtomicLong();
        Callers other = new Callers(store, nanos::get);
        String operator = anOperator();
        String name = aName();
        as(operator)
                .body(aClient(name, "APP", bank.aBook().code()))
                .post("/v1/clients")
                .then()
                .statusCode(201);
        Response made = as(operator).post("/v1/clients/" + name + "/keys");
        String key = made.jsonPath().getString("key");
        assertThat(isLetIn(other, key)).isTrue();
        as(operator)
                .post("/v1/clients/" + name + "/keys/" + made.jsonPath().getString("keyId") + "/revoke")
                .then()
                .statusCode(200);

        for (Duration step :
                List.of(Duration.ofSeconds(2), Duration.ofSeconds(3).minusNanos(1))) {
            nanos.addAndGet(step.toNanos());
            assertThat(isLetIn(other, key)).as("remembered").isTrue();
        }
        nanos.incrementAndGet();
        assertThat(isLetIn(other, key)).isFalse();
    }

    private static boolean isLetIn(Callers callers, String key) {
        try {
            callers.identify("Bearer " + key).await().indefinitely();
            return true;
        } catch (RefusedException refused) {
            assertThat(refused.rejection().code()).isEqualTo("unauthenticated");
            return false;
        }
    }

    @Test
    void revokesTheKeyOfAClientOfEveryBook() {
        var book = bank.aBook();
        String operator = anOperator();
        String name = aName();
        as(operator)
                .body(aClient(name, "COORDINATOR", "*"))
                .post("/v1/clients")
                .then()
                .statusCode(201);
        Response made = as(operator).post("/v1/clients/" + name + "/keys");
        String keyId = made.jsonPath().getString("keyId");
        String revoke = "/v1/clients/" + name + "/keys/" + keyId + "/revoke";

        book.as(Role.OPERATOR).post(revoke).then().statusCode(404);
        as(operator)
                .post("/v1/clients/" + name + "/keys/" + UUID.randomUUID() + "/revoke")
                .then()
                .statusCode(404);
        as(operator).post("/v1/clients/" + name + "/keys/none/revoke").then().statusCode(404);
        // Another text than its id, which the JDK takes for it.
        String other = "/v1/clients/" + name + "/keys/" + keyId.toUpperCase(Locale.ROOT);
        as(operator).get(other).then().statusCode(404).body("what", equalTo("key"));
        as(operator).post(other + "/revoke").then().statusCode(404);
        as(operator).post(revoke).then().statusCode(200);

        as(made.jsonPath().getString("key"))
                .body("{}")
                .put(book.path() + "/members/M-1")
                .then()
                .statusCode(401);
    }

    /** A commit that read the key before it was revoked may still post; who revokes is not told before it has. */
    @Test
    void whoRevokesIsAnsweredWhenTheCommitsUnderWayAreOver() throws Exception {
        var book = bank.aBook();
        String revoke = revoke(book);
        try (var threads = Executors.newSingleThreadExecutor()) {
            Future<Integer> revoked;
            try (var underWay = SomebodyElse.locking(TestDatabase.shared(), book.id())) {
                revoked = threads.submit(() -> as(anOperator()).post(revoke).statusCode());
                underWay.awaitWaiting();
                assertThat(revoked.isDone()).isFalse();
            }
            assertThat(revoked.get()).isEqualTo(200);
        }
    }

    @Test
    void aBookThatAnImportHasKeepsNobodyFromRevoking() throws Exception {
        var book = bank.aBook();
        String revoke = revoke(book);
        try (var importing = SomebodyElse.locking(TestDatabase.shared(), book.id())) {
            as(anOperator()).post(revoke).then().statusCode(200).body("revokedAt", notNullValue());
        }
    }

    /** The path that revokes a key of a new client of a book. */
    private String revoke(TestBank.Book book) {
        String name = aName();
        as(anOperator())
                .body(aClient(name, "APP", book.code()))
                .post("/v1/clients")
                .then()
                .statusCode(201);
        Response made = as(anOperator()).post("/v1/clients/" + name + "/keys");
        return "/v1/clients/" + name + "/keys/" + made.jsonPath().getString("keyId") + "/revoke";
    }

    @Test
    void tellsAClientItsOwnRecordedAnswersAndNoOthers() {
        var book = bank.aBook();
        var anna = book.aMember().holding(10, Unit.MIN);
        var bela = book.aMember();
        String key = book.keyOf(Role.APP);
        Response posted = withKey(key, "t/1")
                .body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":1,\"unit\":\"MIN\"}".formatted(anna.id(), bela.id()))
                .post(book.path() + "/transfers");
        withKey(key, "t-2")
                .body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":99,\"unit\":\"MIN\"}".formatted(anna.id(), bela.id()))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(422);

        as(key).get("/v1/answers/t/1?book=" + book.code())
                .then()
                .statusCode(200)
                .body("status", equalTo(201))
                .body("location", equalTo(posted.header("Location")))
                .body("body.id", equalTo(posted.jsonPath().getString("id")));
        as(key).get("/v1/answers/t-2?book=" + book.code())
                .then()
                .statusCode(200)
                .body("status", equalTo(422))
                .body("body.code", equalTo("insufficient-balance"));
        as(key).get("/v1/answers/t-3?book=" + book.code()).then().statusCode(404);
        as(key).get("/v1/answers/t-2").then().statusCode(404);
        book.as(Role.APP).get("/v1/answers/t-2?book=" + book.code()).then().statusCode(404);
        as(key).get("/v1/answers/t-2?book=" + bank.aBook().code()).then().statusCode(404);
    }

    @Test
    void makesTheOperatorOfTheSettingOnceAndLeavesItAsItIsThen() {
        String key = ApiKey.generate();
        String later = ApiKey.generate();

        anOperator();

        Clients.Offer first = offer(key);
        Clients.Offer second = offer(later);

        assertThat(second).isEqualTo(Clients.Offer.NOT_USED);
        as(later).get("/v1/clients").then().statusCode(401);
        if (first == Clients.Offer.MADE_THE_OPERATOR) {
            as(key).get("/v1/clients").then().statusCode(200);
            assertThat(offer(key)).isEqualTo(Clients.Offer.IS_SOMEBODYS);
        }
    }

    /** As long as no operator of every book has a key that works, and only then. */
    @Test
    void theKeyOfTheSettingLetsInAgainWhenNoOperatorHasAKeyThatWorks() {
        offer(ApiKey.generate());
        String revoked = anOperator();
        String ofABook = bank.aBook().keyOf(Role.OPERATOR);
        String ofAnApp = bank.aBook().keyOf(Role.APP);
        String key = ApiKey.generate();
        // Of all test classes that share the database; they get theirs back.
        UUID[] lost = revokeAllOperators();
        try {
            for (String useless : List.of(revoked, ofABook, ofAnApp)) {
                assertThat(offer(useless)).isEqualTo(Clients.Offer.LETS_NOBODY_IN);
            }
            as(revoked).get("/v1/clients").then().statusCode(401);

            Clients.Offer became = offer(key);

            assertThat(became).isEqualTo(Clients.Offer.LETS_IN_AGAIN);
            as(key).get("/v1/clients/operator").then().statusCode(200);
            assertThat(offer(key)).isEqualTo(Clients.Offer.IS_SOMEBODYS);
            assertThat(offer(ApiKey.generate())).isEqualTo(Clients.Offer.NOT_USED);
        } finally {
            pool.preparedQuery("UPDATE access_key SET revoked_at = NULL WHERE key_id = ANY ($1)")
                    .execute(Tuple.of(lost))
                    .await()
                    .indefinitely();
        }
    }

    private Clients.Offer offer(String key) {
        return clients.offer(key).await().indefinitely();
    }

    private UUID[] revokeAllOperators() {
        List<UUID> revoked = new ArrayList<>();
        pool.query("""
                        UPDATE access_key SET revoked_at = now()
                        WHERE revoked_at IS NULL
                        AND client_id IN (SELECT client_id FROM access_client WHERE 'OPERATOR' = ANY (roles) AND '*' = ANY (books))
                        RETURNING key_id
                        """).execute().await().indefinitely().forEach(row -> revoked.add(row.getUUID(0)));
        return revoked.toArray(UUID[]::new);
    }

    // ---- fixtures ----------------------------------------------------------------------------------------------

    private static String aName() {
        return "c-" + UUID.randomUUID();
    }

    private static String aClient(String name, String role, String book) {
        return "{\"name\":\"%s\",\"roles\":[\"%s\"],\"books\":[\"%s\"]}".formatted(name, role, book);
    }

    private String anOperator() {
        return bank.operatorKey();
    }

    private static RequestSpecification as(String apiKey) {
        return withKey(apiKey, UUID.randomUUID().toString());
    }

    private static RequestSpecification withKey(String apiKey, String idempotencyKey) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + apiKey)
                .header("Idempotency-Key", idempotencyKey)
                .contentType(ContentType.JSON);
    }
}
