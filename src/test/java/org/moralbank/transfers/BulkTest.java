package org.moralbank.transfers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;

@QuarkusTest
class BulkTest extends Giving {
    private static String item(TestBank.Member from, TestBank.Member to, Object amount, String reference) {
        return "{'from':'%s','to':'%s','amount':%s,'unit':'MIN','reference':'%s'}"
                .formatted(from.id(), to.id(), amount, reference);
    }

    private static String bulk(boolean atomic, String... items) {
        return "{'items':[%s],'atomic':%s}".formatted(String.join(",", items), atomic);
    }

    private static ValidatableResponse post(TestBank.Book book, String apiKey, String key, String body) {
        return book.request(apiKey)
                .header("Idempotency-Key", key)
                .body(body.replace('\'', '"'))
                .post(book.path() + "/transfers/bulk")
                .then();
    }

    private static ValidatableResponse post(TestBank.Book book, String apiKey, String body) {
        return post(book, apiKey, UUID.randomUUID().toString(), body);
    }

    @Test
    void answersEachItemByItself() {
        var book = bank.aBook();
        var anna = book.aMember().holding(100, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);

        post(
                        book,
                        app,
                        bulk(
                                false,
                                item(anna, bela, 60, "T-1"),
                                item(anna, bela, 41, "T-2"),
                                item(anna, bela, 60, "T-1"),
                                item(anna, bela, 61, "T-1"),
                                item(anna, anna, 1, "T-3"),
                                item(anna, bela, 40, "T-4")))
                .statusCode(200)
                .body(
                        "items.result",
                        equalTo(List.of("created", "refused", "replayed", "refused", "refused", "created")))
                .body("items.reference", equalTo(List.of("T-1", "T-2", "T-1", "T-1", "T-3", "T-4")))
                .body("items.index", equalTo(List.of(0, 1, 2, 3, 4, 5)))
                .body("items[0].resource.id", equalTo("2"))
                .body("items[0].problem", nullValue())
                .body("items[1].problem.code", equalTo("insufficient-balance"))
                .body("items[1].problem.instance", equalTo(book.path() + "/transfers/bulk#1"))
                .body("items[1].resource", nullValue())
                .body("items[2].resource.id", equalTo("2"))
                .body("items[3].problem.code", equalTo("duplicate-reference"))
                .body("items[4].problem.code", equalTo("same-member"))
                .body("items[5].resource.id", equalTo("3"))
                .body("created", equalTo(2))
                .body("replayed", equalTo(1))
                .body("refused", equalTo(3));

        assertThat(entries(book)).isEqualTo(3);
        assertThat(posted(book, "2100:" + bela.id() + ":MIN:")).isEqualTo(100);
    }

    @Test
    void remembersAReferenceAcrossRequestsButNotARefusedOne() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        String items = bulk(false, item(anna, bela, 60, "T-1"), item(bela, anna, 61, "T-2"));
        post(book, app, items).body("items.result", equalTo(List.of("created", "refused")));
        bela.holding(1, Unit.MIN);

        post(book, app, items)
                .statusCode(200)
                .body("items.result", equalTo(List.of("replayed", "created")))
                .body("items[0].resource.id", equalTo("2"));
        post(
                        book,
                        app,
                        bulk(
                                false,
                                "{'unit':'MIN','reference':'T-1','amount':60,'to':'%s','from':'%s'}"
                                        .formatted(bela.id(), anna.id())))
                .body("items[0].result", equalTo("replayed"));
        post(book, app, bulk(false, item(anna, bela, 59, "T-1")))
                .body("items[0].problem.code", equalTo("duplicate-reference"));

        assertThat(entries(book)).isEqualTo(4);
    }

    @Test
    void keepsTheReferencesOfClientsAndOfOperationsApart() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String items = bulk(false, item(anna, bela, 1, "T-1"));

        post(book, book.keyOf(Role.APP), items).body("created", equalTo(1));
        post(book, book.keyOf(Role.APP), items).body("created", equalTo(1));
        String app = book.keyOf(Role.APP);
        post(book, app, items).body("created", equalTo(1));
        book.request(app)
                .header("Idempotency-Key", "k")
                .body("{\"items\":[{\"giver\":\"%s\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\"T-1\"}]}"
                        .formatted(anna.id()))
                .post(book.path() + "/donations/bulk")
                .then()
                .body("created", equalTo(1));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "{'to':'B','amount':1,'unit':'MIN','reference':'R'}; items[1].from",
                "{'from':'A','to':'B','amount':0,'unit':'MIN','reference':'R'}; items[1].amount",
                "{'from':'A','to':'B','amount':1.5,'unit':'MIN','reference':'R'}; items[1].amount",
                "{'from':'A','to':'B','amount':1e-9,'unit':'MIN','reference':'R'}; items[1].amount",
                "{'from':'A','to':'B','amount':99999999999999999999,'unit':'MIN','reference':'R'}; items[1].amount",
                "{'from':'A','to':'B','amount':'1','unit':'MIN','reference':'R'}; items[1].amount",
                "{'from':'A','to':'B','amount':1,'unit':'EUR','reference':'R'}; items[1].unit",
                "{'from':'A','to':'B','amount':1,'unit':'MIN'}; items[1].reference",
                "{'from':'A','to':'B','amount':1,'unit':'MIN','reference':''}; items[1].reference",
                "{'from':'A','to':'B','amount':1,'unit':'MIN','reference':7}; items[1].reference",
                "{'from':'A','to':'B','amount':1,'unit':'MIN','reference':'R','note':'x'}; items[1].note",
                "{'from':'A','to':'B','amount':1,'unit':'MIN','reference':'R','occurredOn':'2999-01-01'}; items[1].occurredOn",
                "{'amount':1,'unit':'MIN'}; items[1].to",
                "{'amount':1,'unit':'MIN'}; items[1].reference",
                "null; items[1]",
                "7; items[1]",
                "[]; items[1]",
            },
            delimiter = ';')
    void refusesAnItemThatIsMalformedAndDoesTheOthers(String malformed, String field) {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();

        post(book, book.keyOf(Role.APP), bulk(false, item(anna, bela, 1, "T-1"), malformed, item(anna, bela, 2, "T-2")))
                .statusCode(200)
                .body("items.result", equalTo(List.of("created", "refused", "created")))
                .body("items[1].problem.status", equalTo(400))
                .body("items[1].problem.code", equalTo("invalid-request"))
                .body("items[1].problem.errors.field", hasItem(field));

        assertThat(entries(book)).isEqualTo(3);
    }

    @Test
    void doesAllOrNothingWhenAtomic() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);

        changingNothing(book, () -> {
            post(book, app, bulk(true, item(anna, bela, 60, "T-1"), item(anna, bela, 1, "T-2")))
                    .statusCode(422)
                    .contentType("application/problem+json")
                    .body("code", equalTo("bulk-refused"))
                    .body("index", equalTo(1))
                    .body("reference", equalTo("T-2"))
                    .body("problem.code", equalTo("insufficient-balance"));
            post(book, app, bulk(true, item(anna, bela, 60, "T-1"), "{'from':'A'}"))
                    .statusCode(422)
                    .body("problem.errors.field", hasItem("items[1].reference"));
        });

        post(book, app, bulk(true, item(anna, bela, 59, "T-1"), item(anna, bela, 1, "T-2")))
                .statusCode(200)
                .body("created", equalTo(2));
    }

    @Test
    void takesOneToFiveHundredItems() {
        var book = bank.aBook();
        var anna = book.aMember().holding(501, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        List<String> items = new ArrayList<>();
        for (int i = 1; i <= 501; i++) {
            items.add(item(anna, bela, 1, "T-" + i));
        }

        changingNothing(book, () -> {
            tooManyOrFew(book, app, bulk(false, items.toArray(String[]::new)));
            tooManyOrFew(book, app, bulk(false));
            tooManyOrFew(book, app, "{}");
            tooManyOrFew(book, app, "{'items':null}");
            tooManyOrFew(book, app, "{'items':{}}");
            post(book, app, "{'items':[],'atomic':'yes'}").statusCode(400).body("errors.field", hasItem("atomic"));
            post(book, app, "{'items':[],'more':1}").statusCode(400).body("errors.field", hasItem("more"));
        });
        post(book, app, bulk(false, items.subList(0, 500).toArray(String[]::new)))
                .statusCode(200)
                .body("created", equalTo(500))
                .body("items", hasSize(500));
    }

    private static void tooManyOrFew(TestBank.Book book, String app, String body) {
        post(book, app, body).statusCode(400).body("errors.field", hasItem("items"));
    }

    @Test
    void replaysTheWholeAnswerByteForByte() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        String body = bulk(false, item(anna, bela, 60, "T-1"), item(anna, bela, 1, "T-2"), "{}");

        byte[] first = post(book, app, "k", body)
                .statusCode(200)
                .header("Idempotent-Replayed", nullValue())
                .extract()
                .asByteArray();
        byte[] second = post(book, app, "k", body)
                .statusCode(200)
                .header("Idempotent-Replayed", equalTo("true"))
                .extract()
                .asByteArray();

        assertThat(second).isEqualTo(first);
        post(book, app, "k", bulk(false, item(anna, bela, 60, "T-1")))
                .statusCode(422)
                .body("code", equalTo("idempotency-key-reused"));
        assertThat(entries(book)).isEqualTo(2);
    }

    @Test
    void isThereForEachCollection() {
        var book = bank.aBook();
        var son = book.aMember("son", "30-39").holding(60, Unit.MIN);
        var mother = book.aMember("mother", "70-79");
        kin(son, mother, Duration.ofDays(9));
        book.open(Holder.of(book.id(), Chart.POINTS_POOL), Lot.OWN, 60);

        one(
                book,
                Role.APP,
                "gifts",
                "'from':'son','to':'mother','amount':1,'unit':'MIN'",
                "'from':'mother','to':'son','amount':1,'unit':'MIN'",
                "not-kin");
        one(
                book,
                Role.APP,
                "donations",
                "'giver':'son','amount':1,'unit':'MIN'",
                "'team':'none','amount':1,'unit':'MIN'",
                "unknown-team");
        one(
                book,
                Role.COORDINATOR,
                "grants",
                "'fund':'POOL','member':'son','amount':60,'unit':'PTS'",
                "'fund':'A','member':'son','amount':1,'unit':'PTS'",
                "fund-gives-time-only");
        one(
                book,
                Role.OPERATOR,
                "openings",
                "'member':'son','amount':1,'unit':'MIN'",
                "'member':'none','amount':1,'unit':'MIN'",
                "unknown-member");
    }

    private void one(TestBank.Book book, Role role, String collection, String created, String refused, String code) {
        post(
                        book,
                        role,
                        "/" + collection + "/bulk",
                        bulk(false, "{" + created + ",'reference':'A'}", "{" + refused + ",'reference':'B'}"))
                .statusCode(200)
                .body("items.result", equalTo(List.of("created", "refused")))
                .body("items[0].resource.id", notNullValue())
                .body("items[1].problem.code", equalTo(code));
    }
}
