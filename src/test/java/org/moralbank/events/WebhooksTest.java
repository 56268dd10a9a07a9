package org.moralbank.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class WebhooksTest {
    private static final String URL = "https://receiver.example/events";

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    private static String body(String url, String books) {
        return "{\"url\":\"%s\",\"books\":[\"%s\"],\"types\":[\"org.moralbank.redemption\"]}".formatted(url, books);
    }

    private static ValidatableResponse post(TestBank.Book book, String key, String path, String body) {
        return post(book, key, path, body, UUID.randomUUID().toString());
    }

    private static ValidatableResponse post(
            TestBank.Book book, String key, String path, String body, String idempotencyKey) {
        var request = book.request(key).header("Idempotency-Key", idempotencyKey);
        return (body.isEmpty() ? request : request.body(body))
                .post("/v1/webhooks" + path)
                .then();
    }

    private static String registered(TestBank.Book book, String key) {
        return post(book, key, "", body(URL, book.code()))
                .statusCode(201)
                .extract()
                .path("id");
    }

    @Test
    void showsTheSecretOnceAndKeepsItSealed() {
        var book = bank.aBook();
        var key = book.keyOf(Role.APP);

        var made = post(book, key, "", body(URL, book.code()), "key-1").statusCode(201);
        var again = post(book, key, "", body(URL, book.code()), "key-1").statusCode(201);

        String id = made.body("secret", matchesPattern("whsec_[A-Za-z0-9+/]{43}="))
                .body("url", equalTo(URL))
                .body("books", contains(book.code()))
                .body("types", contains("org.moralbank.redemption"))
                .body("status", equalTo("ACTIVE"))
                .extract()
                .path("id");
        made.header("Location", "/v1/webhooks/" + id);
        again.body("id", equalTo(id)).body("secret", nullValue()).header("Idempotent-Replayed", "true");
        book.request(key)
                .get("/v1/webhooks/" + id)
                .then()
                .statusCode(200)
                .body("id", equalTo(id))
                .body("secret", nullValue());
        String secret = made.extract().path("secret");
        byte[] kept = pool.preparedQuery("SELECT secret FROM event_webhook WHERE webhook_id = $1")
                .execute(Tuple.of(UUID.fromString(id)))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getBuffer(0)
                .getDelegate()
                .getBytes();
        assertThat(new String(kept, StandardCharsets.ISO_8859_1))
                .doesNotContain(new String(Signature.bytes(secret), StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://receiver.example/, url",
        "receiver.example, url",
        "https://user@receiver.example/, url",
        "https://receiver.example/#a, url"
    })
    void refusesWhatIsNoTarget(String url, String field) {
        var book = bank.aBook();

        post(book, book.keyOf(Role.APP), "", body(url, book.code()))
                .statusCode(400)
                .body("errors[0].field", equalTo(field));
    }

    /** It would match nothing, and who mistyped it would wait for ever. */
    @Test
    void refusesATypeOfEventsThatThereIsNotAndNamesThoseThatThereAre() {
        var book = bank.aBook();
        var key = book.keyOf(Role.APP);
        String body = "{\"url\":\"%s\",\"books\":[\"%s\"],\"types\":[%s]}";

        for (String types : new String[] {
            "\"org.moralbank.redemptions\"",
            "\"org.moralbank.redemption.capture\"",
            "\"redemption.captured\"",
            "\"org.moralbank.redemption.\"",
            "\"org.moralbank.redemption.*\"",
            "\"org.moralbank.redemption.captured.late\"",
            "\"org\"",
            "\"\"",
            "null"
        }) {
            post(book, key, "", body.formatted(URL, book.code(), "\"org.moralbank.settlement\"," + types))
                    .statusCode(400)
                    .body("errors.field", contains("types[1]"))
                    .body(
                            "errors[0].message",
                            allOf(
                                    startsWith("It must be a type of events"),
                                    containsString(
                                            "org.moralbank.redemption.captured, org.moralbank.redemption.expired,")));
        }
        post(book, key, "", body.formatted(URL, book.code(), "\"org.moralbank\",\"org.moralbank.voucher.given-back\""))
                .statusCode(201);
        book.request(key)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .header("Accept-Language", "zh-CN")
                .body(body.formatted(URL, book.code(), "\"org.moralbank.vouchers\""))
                .post("/v1/webhooks")
                .then()
                .statusCode(400)
                .body("errors[0].message", allOf(startsWith("必须是事件类型"), containsString("org.moralbank.voucher.used")));
    }

    @Test
    void namesTheBookThatIsWrongAndHowManyThereMayBe() {
        var book = bank.aBook();
        var key = book.keyOf(Role.APP);
        String body = "{\"url\":\"%s\",\"books\":[%s]}";

        for (String wrong : new String[] {"null", "\"a b\""}) {
            post(book, key, "", body.formatted(URL, "\"" + book.code() + "\"," + wrong))
                    .statusCode(400)
                    .body("errors.field", contains("books[1]"));
        }
        post(book, key, "", body.formatted(URL, "null" + ",null".repeat(1_000)))
                .statusCode(400)
                .body("errors.field", contains("books"))
                .body("errors[0].message", containsString("1000"));
        post(book, key, "", body.formatted(URL, "")).statusCode(400).body("errors.field", contains("books"));
    }

    @Test
    void refusesBooksThatAreNotThereOrNotTheCallers() {
        var book = bank.aBook();
        var other = bank.aBook();
        var key = book.keyOf(Role.APP);

        for (String code : new String[] {other.code(), "*"}) {
            post(book, key, "", body(URL, code)).statusCode(422).body("code", equalTo("unknown-book"));
        }
        post(book, bank.operatorKey(), "", body(URL, "NO-SUCH-BOOK"))
                .statusCode(422)
                .body("code", equalTo("unknown-book"));
        post(book, bank.operatorKey(), "", body(URL, "*")).statusCode(201);
        post(book, book.keyOf(Role.TERMINAL, "S-1"), "", body(URL, book.code())).statusCode(403);
    }

    @Test
    void isItsClientsOwnAndAnOperatorsOfItsBooks() {
        var book = bank.aBook();
        var owner = book.keyOf(Role.APP);
        var another = book.keyOf(Role.APP);
        var auditor = book.keyOf(Role.AUDITOR);
        var operator = book.keyOf(Role.OPERATOR);
        var stranger = bank.aBook().keyOf(Role.OPERATOR);
        String id = registered(book, owner);

        for (String may : new String[] {owner, auditor, operator}) {
            book.request(may).get("/v1/webhooks/" + id).then().statusCode(200);
            book.request(may).get("/v1/webhooks/" + id + "/deliveries").then().statusCode(200);
            book.request(may).get("/v1/webhooks/" + id + "/parked").then().statusCode(200);
            book.request(may).get("/v1/webhooks").then().body("items.id", hasItem(id));
        }
        for (String mayNot : new String[] {another, stranger}) {
            book.request(mayNot).get("/v1/webhooks/" + id).then().statusCode(404);
            book.request(mayNot).get("/v1/webhooks").then().body("items.id", not(hasItem(id)));
            for (String action : new String[] {"suspend", "resume", "rotate", "close", "parked/replay"}) {
                post(book, mayNot, "/" + id + "/" + action, "").statusCode(404);
            }
        }
        post(book, auditor, "/" + id + "/rotate", "").statusCode(403);
        book.request(owner).get("/v1/webhooks/no-id").then().statusCode(404);
        post(book, operator, "/" + id + "/rotate", "").statusCode(201).body("secret", notNullValue());
    }

    @Test
    void isSuspendedResumedAndClosedForGood() {
        var book = bank.aBook();
        var key = book.keyOf(Role.APP);
        String id = registered(book, key);

        post(book, key, "/" + id + "/suspend", "").statusCode(200).body("status", equalTo("SUSPENDED"));
        post(book, key, "/" + id + "/suspend", "").statusCode(200).body("status", equalTo("SUSPENDED"));
        book.request(key).get("/v1/webhooks/" + id + "/deliveries").then().body("items[0].state", equalTo("IDLE"));
        post(book, key, "/" + id + "/resume", "").statusCode(200).body("status", equalTo("ACTIVE"));
        post(book, key, "/" + id + "/close", "").statusCode(200).body("status", equalTo("CLOSED"));
        post(book, key, "/" + id + "/close", "").statusCode(200).body("status", equalTo("CLOSED"));

        for (String action : new String[] {"suspend", "resume", "rotate", "parked/replay"}) {
            post(book, key, "/" + id + "/" + action, "").statusCode(409).body("code", equalTo("webhook-closed"));
        }
        assertThat(pool.preparedQuery(
                                "SELECT secret IS NULL AND old_secret IS NULL FROM event_webhook WHERE webhook_id = $1")
                        .execute(Tuple.of(UUID.fromString(id)))
                        .await()
                        .indefinitely()
                        .iterator()
                        .next()
                        .getBoolean(0))
                .isTrue();
    }

    @Test
    void listsByBookAndStatus() {
        var book = bank.aBook();
        var operator = bank.operatorKey();
        String of = registered(book, operator);
        String suspended = registered(book, operator);
        String ofAll = post(book, operator, "", body(URL, "*"))
                .statusCode(201)
                .extract()
                .path("id");
        String ofAnother = registered(bank.aBook(), operator);
        post(book, operator, "/" + suspended + "/suspend", "").statusCode(200);

        String list = "/v1/webhooks?limit=500&book=" + book.code();
        book.request(operator)
                .get(list)
                .then()
                .statusCode(200)
                .body("items.id", hasItems(of, suspended, ofAll))
                .body("items.id", not(hasItem(ofAnother)));
        // Those of every book that other tests left are among them.
        book.request(operator)
                .get(list + "&status=SUSPENDED")
                .then()
                .body("items.id", hasItem(suspended))
                .body("items.id", not(hasItem(of)))
                .body("items.id", not(hasItem(ofAll)));
        book.request(operator)
                .get(list + "&status=ACTIVE")
                .then()
                .body("items.id", hasItems(of, ofAll))
                .body("items.id", not(hasItem(suspended)));
    }

    @Test
    void listsPageByPage() {
        var book = bank.aBook();
        var key = book.keyOf(Role.APP);
        String first = registered(book, key);
        String second = registered(book, key);

        var page = book.request(key).get("/v1/webhooks?limit=1").then().body("items.id", contains(first));
        book.request(key)
                .get("/v1/webhooks?limit=1&after=" + page.extract().path("next"))
                .then()
                .body("items.id", contains(second))
                .body("next", nullValue());
        book.request(key)
                .get("/v1/webhooks/" + first + "/parked?state=PARKED")
                .then()
                .body("items", empty());
        book.request(key)
                .get("/v1/webhooks/" + first + "/parked?state=LOST")
                .then()
                .statusCode(400);
    }
}
