package org.moralbank.linejobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.access.LinesRequest;
import org.moralbank.access.Role;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;

/** Jobs of lines over HTTP: what becomes of their lines, and who may order and see them. */
@QuarkusTest
class LineJobsTest extends Lines {
    private static final int MANY = 1_200;

    /** Many minutes of Anna's to Bela; each fiftieth line wants more than anybody has. */
    private static List<String> manyWithSomeThatAreRefused(TestBank.Member anna, TestBank.Member bela) {
        List<String> lines = minutes(anna, bela, MANY);
        for (int i = 49; i < MANY; i += 50) {
            lines.set(i, line(anna, bela, 1_000_000, "T-" + i));
        }
        return lines;
    }

    @Test
    void doesEachLineAndTellsWhatBecameOfIt() {
        var book = bank.aBook();
        var anna = book.aMember().holding(5_000, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        List<String> lines = manyWithSomeThatAreRefused(anna, bela);

        var made = post(book, app, "k", "transfers", body(lines))
                .statusCode(201)
                .body("status", equalTo("WAITING"))
                .body("collection", equalTo("transfers"))
                .body("lines", equalTo(MANY))
                .extract();
        String id = made.path("id");

        assertThat(made.header("Location")).isEqualTo(book.path() + "/line-jobs/" + id);
        JsonPath job = ended(book, app, id);
        assertThat(job.getString("status")).isEqualTo("DONE");
        assertThat(job.getInt("created")).isEqualTo(MANY - 24);
        assertThat(job.getInt("replayed")).isZero();
        assertThat(job.getInt("refused")).isEqualTo(24);
        assertThat(minutesOf(bela)).isEqualTo(MANY - 24);
        assertThat(minutesOf(anna)).isEqualTo(5_000 - (MANY - 24));
        assertThat(entries(book)).isEqualTo(1 + MANY - 24);
        assertThat(Lines.<Integer>results(book, app, id, "index"))
                .isEqualTo(IntStream.range(0, MANY).boxed().toList());
        assertThat(Lines.<String>results(book, app, id, "reference"))
                .isEqualTo(IntStream.range(0, MANY).mapToObj(i -> "T-" + i).toList());
        List<String> results = results(book, app, id, "result");
        for (int i = 0; i < MANY; i++) {
            assertThat(results.get(i)).as("line %d", i).isEqualTo(i % 50 == 49 ? "refused" : "created");
        }
        // In their order, and each its own entry: the first follows the opening.
        List<String> entries = Lines.<String>results(book, app, id, "resource?.id").stream()
                .filter(each -> each != null)
                .toList();
        assertThat(entries)
                .isEqualTo(IntStream.range(2, 2 + MANY - 24)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(parts(id)).as("what was sent is gone").isZero();
    }

    @Test
    void tellsOfALineWhatABulkWouldHaveAnswered() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        List<String> lines = List.of(line(anna, bela, 60, "T-1"), line(anna, bela, 1, "T-2"));
        String id = ordered(book, app, lines);
        ended(book, app, id);

        JsonPath results = pages(book, app, id, "limit=50").getFirst();
        JsonPath bulk = book.request(app)
                .header("Idempotency-Key", "k")
                .body(body(lines))
                .post(book.path() + "/transfers/bulk")
                .then()
                .extract()
                .jsonPath();

        assertThat(bulk.getList("items.result")).isEqualTo(List.of("replayed", "refused"));
        assertThat(results.getMap("items[0].resource")).isEqualTo(bulk.getMap("items[0].resource"));
        Map<String, Object> problem = results.getMap("items[1].problem");
        assertThat(problem).containsEntry("instance", book.path() + "/line-jobs/" + id + "#1");
        Map<String, Object> ofBulk = bulk.getMap("items[1].problem");
        assertThat(ofBulk.keySet()).isEqualTo(problem.keySet());
        assertThat(problem).containsEntry("code", "insufficient-balance").containsEntry("available", 0);
    }

    @Test
    void answersTheSameKeyWithTheSameJob() {
        var book = bank.aBook();
        var anna = book.aMember().holding(600, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        String body = body(minutes(anna, bela, 501));

        byte[] first = post(book, app, "k", "transfers", body)
                .statusCode(201)
                .extract()
                .asByteArray();
        ended(book, app, post(book, app, "k", "transfers", body).extract().path("id"));
        byte[] second = post(book, app, "k", "transfers", body)
                .statusCode(201)
                .header("Idempotent-Replayed", equalTo("true"))
                .extract()
                .asByteArray();

        assertThat(second).isEqualTo(first);
        post(book, app, "k", "transfers", body(minutes(anna, bela, 502)))
                .statusCode(422)
                .body("code", equalTo("idempotency-key-reused"));
        assertThat(count("SELECT count(*) FROM line_job WHERE book_id = $1", (short) book.id()))
                .isEqualTo(1);
        assertThat(minutesOf(bela)).isEqualTo(501);
    }

    @Test
    void doesTheSameLinesOfASecondJobNotAgain() {
        var book = bank.aBook();
        var anna = book.aMember().holding(2_000, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        List<String> lines = manyWithSomeThatAreRefused(anna, bela);
        String first = ordered(book, app, lines);
        ended(book, app, first);

        String second = ordered(book, app, lines);
        JsonPath job = ended(book, app, second);

        assertThat(job.getInt("created")).isZero();
        assertThat(job.getInt("replayed")).isEqualTo(MANY - 24);
        assertThat(job.getInt("refused")).isEqualTo(24);
        assertThat(Lines.<Object>results(book, app, second, "resource"))
                .isEqualTo(Lines.<Object>results(book, app, first, "resource"));
        assertThat(minutesOf(bela)).isEqualTo(MANY - 24);
    }

    /** Each line spends what the line before brought. */
    @Test
    void doesTheLinesInTheirOrder() {
        var book = bank.aBook();
        String app = book.keyOf(Role.APP);
        List<TestBank.Member> chain = new ArrayList<>(List.of(book.aMember().holding(60, Unit.MIN)));
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            chain.add(book.aMember());
            lines.add(line(chain.get(i), chain.get(i + 1), 60, "T-" + i));
        }

        JsonPath job = ended(book, app, ordered(book, app, lines));

        assertThat(job.getInt("created")).isEqualTo(250);
        assertThat(minutesOf(chain.getLast())).isEqualTo(60);
    }

    @Test
    void doesOneReferenceOnceAlsoWithinAJob() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        String id = ordered(
                book, app, List.of(line(anna, bela, 1, "T-1"), line(anna, bela, 1, "T-1"), line(anna, bela, 2, "T-1")));

        ended(book, app, id);

        assertThat(Lines.<String>results(book, app, id, "result")).containsExactly("created", "replayed", "refused");
        assertThat(Lines.<String>results(book, app, id, "problem?.code").getLast())
                .isEqualTo("duplicate-reference");
        assertThat(minutesOf(bela)).isEqualTo(1);
    }

    @Test
    void refusesThemAllWhenTheFormOfOneIsWrongAndKeepsNothing() {
        var book = bank.aBook();
        var anna = book.aMember().holding(5_000, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        List<String> lines = minutes(anna, bela, MANY);
        String right = lines.set(699, line(anna, bela, 0, "T-699"));
        lines.set(700, "{\"from\":\"A\",\"to\":\"B\",\"amount\":1,\"unit\":\"MIN\",\"more\":1}");
        lines.set(701, "7");

        post(book, app, "k", "transfers", body(lines))
                .statusCode(400)
                .body("code", equalTo("invalid-request"))
                .body("errors.field", equalTo(List.of("items[699].amount", "items[700].more", "items[701]")));

        assertThat(count("SELECT count(*) FROM line_job WHERE book_id = $1", (short) book.id()))
                .isZero();
        assertThat(entries(book)).isEqualTo(1);
        lines.set(699, right);
        lines.set(700, line(anna, bela, 1, "T-700"));
        lines.set(701, line(anna, bela, 1, "T-701"));
        String id = post(book, app, "k", "transfers", body(lines))
                .statusCode(201)
                .extract()
                .path("id");
        assertThat(ended(book, app, id).getInt("created")).isEqualTo(MANY);
    }

    @Test
    void tellsAHundredFaultsAtMost() {
        var book = bank.aBook();
        String app = book.keyOf(Role.APP);

        post(book, app, "k", "transfers", body(Collections.nCopies(600, "{}")))
                .statusCode(400)
                .body("errors", hasSize(100))
                .body("errors[0].field", startsWith("items[0]."));
    }

    @Test
    void takesOneToFiftyThousandLines() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1, Unit.MIN);
        String app = book.keyOf(Role.APP);

        for (String wrong : List.of(
                "{\"items\":[]}",
                "{}",
                "{\"items\":null}",
                "{\"items\":{}}",
                // What follows is not JSON, which would be told of if it were read.
                "{\"items\":[" + "{},".repeat(LinesRequest.MOST_ITEMS) + "{} no JSON")) {
            post(book, app, "k", "transfers", wrong)
                    .statusCode(400)
                    .body("code", equalTo("invalid-request"))
                    .body("errors.field", equalTo(List.of("items")));
        }
        post(book, app, "k", "transfers", "{\"items\":[],\"atomic\":false}")
                .statusCode(400)
                .body("errors.field", hasItem("atomic"));
        assertThat(ended(book, app, ordered(book, app, minutes(anna, book.aMember(), 1)))
                        .getInt("created"))
                .isEqualTo(1);
    }

    /** A line has no more names, values and brackets than the largest that is right. */
    @Test
    void readsNoLineThatIsATreeOfItsOwn() {
        var book = bank.aBook();
        String app = book.keyOf(Role.APP);
        int most = LinesRequest.MOST_TOKENS_OF_AN_ITEM;

        post(book, app, "k", "transfers", "{\"items\":[[" + "1,".repeat(most - 3) + "1]]}")
                .statusCode(400)
                .body("code", equalTo("invalid-request"))
                .body("errors.field", equalTo(List.of("items[0]")));
        post(book, app, "k", "transfers", "{\"items\":[[" + "1,".repeat(most - 2) + "1]]}")
                .statusCode(400)
                .body("code", equalTo("unreadable-body"));
        post(book, app, "k", "transfers", "{\"items\":[{\"a\":{\"b\":[" + "[],".repeat(most) + "1]}}]}")
                .statusCode(400)
                .body("code", equalTo("unreadable-body"));
    }

    @Test
    void isThereForEachCollection() {
        var book = bank.aBook();
        book.aMember("son", "30-39").holding(60, Unit.MIN);
        book.aMember("mother", "70-79");
        rows("""
                INSERT INTO member_kin (book_id, member_id, kin_id, relation, version, registered_at)
                VALUES ($1, 'son', 'mother', 'MOTHER', 1, now() - interval '9 days')
                """, (short) book.id());
        book.open(Holder.of(book.id(), Chart.POINTS_POOL), Lot.OWN, 60);
        String service = "'place':'北环路社区','organiser':'银龄互助队','leader':'L-1','activity':'代买药品','minutes':60";

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
        one(
                book,
                Role.APP,
                "service-records",
                "'volunteer':'son'," + service,
                "'volunteer':'none'," + service,
                "unknown-member");
    }

    private static void one(
            TestBank.Book book, Role role, String collection, String created, String refused, String code) {
        String key = book.keyOf(role);
        List<String> lines = Stream.of("{" + created + ",'reference':'A'}", "{" + refused + ",'reference':'B'}")
                .map(each -> each.replace('\'', '"'))
                .toList();

        String id = ordered(book, key, collection, lines);

        assertThat(ended(book, key, id).getString("collection")).isEqualTo(collection);
        JsonPath results = pages(book, key, id, "limit=50").getFirst();
        assertThat(results.getList("items.result")).isEqualTo(List.of("created", "refused"));
        assertThat(results.getString("items[0].resource.id")).isNotNull();
        assertThat(results.getString("items[1].problem.code")).isEqualTo(code);
    }

    /** It is recorded once under its reference, whoever sent it first and how. */
    @Test
    void tellsOfAServiceThatAnotherHasRecordedWhatHeWasTold() {
        var book = bank.aBook();
        book.aMember("H", "60-69");
        String service =
                "{'volunteer':'H','place':'北环路社区','organiser':'银龄互助队','leader':'L-1','activity':'代买药品','minutes':60,'reference':'S-1'}"
                        .replace('\'', '"');
        Map<String, Object> recorded = book.as(Role.COORDINATOR)
                .body(service)
                .post(book.path() + "/service-records")
                .then()
                .statusCode(201)
                .extract()
                .path("$");
        String app = book.keyOf(Role.APP);

        String id = ordered(book, app, "service-records", List.of(service));

        assertThat(ended(book, app, id).getInt("replayed")).isEqualTo(1);
        assertThat(pages(book, app, id, "limit=50").getFirst().getMap("items[0].resource"))
                .isEqualTo(recorded);
    }

    @Test
    void tellsProblemsInTheLanguageOfWhoOrdered() {
        var book = bank.aBook();
        var anna = book.aMember();
        String app = book.keyOf(Role.APP);
        String id = book.request(app)
                .header("Idempotency-Key", "k")
                .header("Accept-Language", "zh-CN")
                .body(body(minutes(anna, book.aMember(), 1)))
                .post(book.path() + "/transfers/line-jobs")
                .then()
                .extract()
                .path("id");

        ended(book, app, id);

        assertThat(Lines.<String>results(book, app, id, "problem.title").getFirst())
                .matches("\\p{IsHan}+");
    }

    @Test
    void listsResultsByPagesAndByWhatBecameOfThem() {
        var book = bank.aBook();
        var anna = book.aMember().holding(5_000, Unit.MIN);
        var bela = book.aMember();
        String app = book.keyOf(Role.APP);
        String id = ordered(book, app, manyWithSomeThatAreRefused(anna, bela));
        ended(book, app, id);

        List<JsonPath> refused = pages(book, app, id, "result=refused&limit=10");

        assertThat(refused).hasSize(3);
        assertThat(refused.stream().flatMap(page -> page.<Integer>getList("items.index").stream()))
                .isEqualTo(IntStream.iterate(49, i -> i < MANY, i -> i + 50)
                        .boxed()
                        .toList());
        assertThat(pages(book, app, id, "result=replayed").getFirst().getList("items"))
                .isEmpty();
        assertThat(pages(book, app, id, "result=created&limit=500").stream()
                        .mapToInt(page -> page.getList("items").size())
                        .sum())
                .isEqualTo(MANY - 24);
        for (String wrong : List.of("result=done", "limit=0", "limit=501", "after=x", "status=DONE")) {
            book.request(app)
                    .get(book.path() + "/line-jobs/" + id + "/results?" + wrong)
                    .then()
                    .statusCode(400);
        }
    }

    @Test
    void listsJobsTheNewestFirstAndByWhatTheyAre() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        String operator = book.keyOf(Role.OPERATOR);
        String first = ordered(book, operator, minutes(anna, book.aMember(), 1));
        String second = ordered(
                book,
                operator,
                "openings",
                List.of("{\"member\":\"%s\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\"O\"}".formatted(anna.id())));
        ended(book, operator, first);
        ended(book, operator, second);

        assertThat(list(book, operator, "limit=50")).containsExactlyInAnyOrder(first, second);
        assertThat(new HashSet<>(list(book, operator, "collection=openings"))).containsExactly(second);
        assertThat(list(book, operator, "status=DONE")).hasSize(2);
        assertThat(list(book, operator, "status=STOPPED")).isEmpty();
        assertThat(list(book, operator, "to=2025-01-01")).isEmpty();
        JsonPath page = book.request(operator)
                .get(book.path() + "/line-jobs?limit=1")
                .then()
                .extract()
                .jsonPath();
        assertThat(join(page.getList("items.id"), list(book, operator, "after=" + page.getString("next"))))
                .isEqualTo(list(book, operator, "limit=50"));
    }

    private static List<String> list(TestBank.Book book, String key, String query) {
        return book.request(key)
                .get(book.path() + "/line-jobs?" + query)
                .then()
                .statusCode(200)
                .extract()
                .path("items.id");
    }

    @ParameterizedTest
    @CsvSource({
        "APP,         transfers,       201",
        "APP,         service-records, 201",
        "APP,         grants,          403",
        "APP,         openings,        403",
        "COORDINATOR, grants,          201",
        "COORDINATOR, openings,        403",
        "OPERATOR,    openings,        201",
        "AUDITOR,     transfers,       403",
        "TERMINAL,    transfers,       403"
    })
    void letsOrderWhoMayDoTheSingleOperation(Role role, String collection, int status) {
        var book = bank.aBook();
        String line = switch (collection) {
            case "transfers" -> "{'from':'A','to':'B','amount':1,'unit':'MIN','reference':'R'}";
            case "grants" -> "{'fund':'POOL','member':'A','amount':1,'unit':'PTS','reference':'R'}";
            case "openings" -> "{'member':'A','amount':1,'unit':'MIN','reference':'R'}";
            default ->
                "{'volunteer':'A','place':'P','organiser':'O','leader':'L','activity':'A','minutes':1,'reference':'R'}";
        };

        post(book, book.keyOf(role), "k", collection, body(List.of(line.replace('\'', '"'))))
                .statusCode(status);
    }

    @Test
    void isNotThereForWhoHasNotTheBook() {
        var book = bank.aBook();
        var other = bank.aBook();
        var anna = book.aMember().holding(1, Unit.MIN);
        String app = book.keyOf(Role.APP);
        String stranger = other.keyOf(Role.APP);
        String id = ordered(book, app, minutes(anna, book.aMember(), 1));
        ended(book, app, id);

        post(book, stranger, "k", "transfers", body(minutes(anna, anna, 1)))
                .statusCode(404)
                .body("code", equalTo("not-found"));
        for (String path : List.of("/line-jobs", "/line-jobs/" + id, "/line-jobs/" + id + "/results")) {
            book.request(stranger).get(book.path() + path).then().statusCode(404);
            book.request(book.keyOf(Role.AUDITOR))
                    .get(book.path() + path)
                    .then()
                    .statusCode(200);
            book.request(book.keyOf(Role.TERMINAL, "MER"))
                    .get(book.path() + path)
                    .then()
                    .statusCode(403);
        }
        for (String none : List.of(id, UUID.randomUUID().toString(), "x")) {
            other.request(stranger)
                    .get(other.path() + "/line-jobs/" + none)
                    .then()
                    .statusCode(404);
            other.request(stranger)
                    .get(other.path() + "/line-jobs/" + none + "/results")
                    .then()
                    .statusCode(404);
        }
    }
}
