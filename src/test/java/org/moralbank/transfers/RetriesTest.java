package org.moralbank.transfers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;

/** The idempotency contract, as every POST keeps it. */
@QuarkusTest
class RetriesTest extends Giving {
    private static Response send(TestBank.Book book, String apiKey, String key, String body) {
        return book.request(apiKey)
                .header("Idempotency-Key", key)
                .body(body.replace('\'', '"'))
                .post(book.path() + "/transfers");
    }

    /** As a client is told to: 429 and 503 are asked again with the same key. */
    private static Response sendUntilAnswered(TestBank.Book book, String apiKey, String key, String body) {
        Response answer = send(book, apiKey, key, body);
        for (int tries = 1; tries < 1000 && (answer.statusCode() == 429 || answer.statusCode() == 503); tries++) {
            answer = send(book, apiKey, key, body);
        }
        return answer;
    }

    private static String transfer(TestBank.Member from, TestBank.Member to, long amount) {
        return "{'from':'%s','to':'%s','amount':%d,'unit':'MIN'}".formatted(from.id(), to.id(), amount);
    }

    @Test
    void answersARetryByteForByteAndPostsNothing() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        Response first = send(book, app, "key-1", transfer(anna, bela, 60));

        changingNothing(book, () -> {
            Response retry = send(book, app, "key-1", transfer(anna, bela, 60));

            retry.then()
                    .statusCode(201)
                    .header("Idempotent-Replayed", equalTo("true"))
                    .header("Location", equalTo(first.getHeader("Location")));
            assertThat(retry.asByteArray()).isEqualTo(first.asByteArray());
        });
        first.then().header("Idempotent-Replayed", nullValue());
    }

    @Test
    void answersARefusalAgainEvenWhenItWouldSucceedNow() {
        var book = bank.aBook();
        var anna = book.aMember();
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        Response first = send(book, app, "key-1", transfer(anna, bela, 60));
        anna.holding(60, Unit.MIN);

        changingNothing(book, () -> {
            Response retry = send(book, app, "key-1", transfer(anna, bela, 60));

            retry.then().statusCode(422).header("Idempotent-Replayed", equalTo("true"));
            assertThat(retry.asByteArray()).isEqualTo(first.asByteArray());
        });
    }

    @Test
    void leavesTheKeyOfAMalformedRequestFree() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);

        send(book, app, "key-1", transfer(anna, bela, 0)).then().statusCode(400);

        send(book, app, "key-1", transfer(anna, bela, 60)).then().statusCode(201);
    }

    @Test
    void refusesAKeyThatStoodForAnotherRequest() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String operator = book.keyOf(Role.OPERATOR);
        send(book, operator, "key-1", transfer(anna, bela, 30)).then().statusCode(201);

        changingNothing(book, () -> {
            send(book, operator, "key-1", transfer(anna, bela, 29))
                    .then()
                    .statusCode(422)
                    .body("code", equalTo("idempotency-key-reused"));
            book.request(operator)
                    .header("Idempotency-Key", "key-1")
                    .body("{\"member\":\"%s\",\"amount\":1,\"unit\":\"MIN\"}".formatted(anna.id()))
                    .post(book.path() + "/openings")
                    .then()
                    .statusCode(422)
                    .body("code", equalTo("idempotency-key-reused"));
        });
    }

    @Test
    void takesTheSameContentInAnotherFormAsTheSameRequest() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        send(book, app, "key-1", transfer(anna, bela, 30)).then().statusCode(201);

        send(
                        book,
                        app,
                        "key-1",
                        "{ 'unit':'M\\u0049N', 'amount':30,\n'to':'%s', 'from':'%s' }".formatted(bela.id(), anna.id()))
                .then()
                .statusCode(201)
                .header("Idempotent-Replayed", equalTo("true"));
    }

    @Test
    void takesAQuotedKeyAndTheBareOneAsTheSame() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        send(book, app, "\"key-1\"", transfer(anna, bela, 30)).then().statusCode(201);

        send(book, app, "key-1", transfer(anna, bela, 30))
                .then()
                .statusCode(201)
                .header("Idempotent-Replayed", equalTo("true"));
    }

    @Test
    void keepsTheKeysOfClientsApart() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();

        send(book, book.keyOf(Role.APP), "key-1", transfer(anna, bela, 30))
                .then()
                .statusCode(201);
        send(book, book.keyOf(Role.APP), "key-1", transfer(anna, bela, 30))
                .then()
                .statusCode(201)
                .header("Idempotent-Replayed", nullValue());

        assertThat(posted(book, "2100:" + anna.id() + ":MIN:")).isZero();
    }

    @Test
    void givesOneKeyInTwoBooksTwoEffects() {
        String operator = bank.operatorKey();
        for (TestBank.Book book : List.of(bank.aBook(), bank.aBook())) {
            var anna = book.aMember().holding(60, Unit.MIN);
            var bela = book.aMember();

            send(book, operator, "key-1", transfer(anna, bela, 30))
                    .then()
                    .statusCode(201)
                    .header("Idempotent-Replayed", nullValue());
            assertThat(posted(book, "2100:" + bela.id() + ":MIN:")).isEqualTo(30);

            send(book, operator, "key-1", transfer(anna, bela, 30))
                    .then()
                    .statusCode(201)
                    .header("Idempotent-Replayed", equalTo("true"));
            assertThat(posted(book, "2100:" + bela.id() + ":MIN:")).isEqualTo(30);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"\"", "\"open", "a b", "a\u00e9"})
    void wantsAWellFormedKey(String key) {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();

        changingNothing(
                book,
                () -> send(book, book.keyOf(Role.APP), key, transfer(anna, bela, 30))
                        .then()
                        .statusCode(400)
                        .body("errors[0].field", equalTo("Idempotency-Key")));
    }

    @Test
    void wantsAKeyOfAtMost255Characters() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);

        book.request(app)
                .body(transfer(anna, bela, 1).replace('\'', '"'))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("Idempotency-Key"));
        send(book, app, "k".repeat(256), transfer(anna, bela, 1)).then().statusCode(400);
        send(book, app, "k".repeat(255), transfer(anna, bela, 1)).then().statusCode(201);
    }

    @Test
    void givesSixtyFourConcurrentRequestsWithOneKeyOneEntryAndOneAnswer() throws Exception {
        var book = bank.aBook();
        var anna = book.aMember().holding(1000, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);

        List<Response> answers = atOnce(64, () -> sendUntilAnswered(book, app, "one-key", transfer(anna, bela, 7)));

        assertThat(answers).allMatch(answer -> answer.statusCode() == 201);
        assertThat(answers.stream().map(Response::asString).collect(Collectors.toSet()))
                .hasSize(1);
        assertThat(answers.stream().filter(answer -> answer.getHeader("Idempotent-Replayed") == null))
                .hasSizeLessThanOrEqualTo(1);
        assertThat(posted(book, "2100:" + bela.id() + ":MIN:")).isEqualTo(7);
        assertThat(entries(book)).isEqualTo(2);
    }

    @Test
    void letsSixtyFourSpendersSpendExactlyWhatIsThere() throws Exception {
        var book = bank.aBook();
        var anna = book.aMember().holding(100, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);

        List<Response> answers =
                atOnce(64, () -> sendUntilAnswered(book, app, UUID.randomUUID().toString(), transfer(anna, bela, 3)));

        // 33 transfers of 3 leave 1, which is not enough for another.
        assertThat(answers.stream().filter(answer -> answer.statusCode() == 201))
                .hasSize(33);
        assertThat(answers.stream().filter(answer -> answer.statusCode() == 422))
                .hasSize(31);
        assertThat(posted(book, "2100:" + bela.id() + ":MIN:")).isEqualTo(99);
        send(book, app, "the-last", transfer(anna, bela, 1)).then().statusCode(201);
        assertThat(posted(book, "2100:" + anna.id() + ":MIN:")).isZero();
        assertThat(posted(book, "2100:" + bela.id() + ":MIN:")).isEqualTo(100);
    }

    private static List<Response> atOnce(int threads, Callable<Response> request) throws Exception {
        var ready = new CountDownLatch(threads);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<Response>> sent = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                sent.add(pool.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return request.call();
                }));
            }
            List<Response> answers = new ArrayList<>();
            for (Future<Response> each : sent) {
                answers.add(each.get());
            }
            return answers;
        }
    }
}
