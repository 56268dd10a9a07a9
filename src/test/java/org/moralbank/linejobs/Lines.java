package org.moralbank.linejobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.moralbank.TestBank;
import org.moralbank.platform.TestDatabase;

/** What the tests of this package do again and again: order jobs, and look at what became of their lines. */
@QuarkusTestResource(TestDatabase.class)
abstract class Lines {
    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    static String line(TestBank.Member from, TestBank.Member to, long amount, String reference) {
        return "{\"from\":\"%s\",\"to\":\"%s\",\"amount\":%d,\"unit\":\"MIN\",\"reference\":\"%s\",\"reason\":\"给邻居买药\"}"
                .formatted(from.id(), to.id(), amount, reference);
    }

    /** Transfers of a minute each, {@code T-0}, {@code T-1} … */
    static List<String> minutes(TestBank.Member from, TestBank.Member to, int lines) {
        return IntStream.range(0, lines)
                .mapToObj(i -> line(from, to, 1, "T-" + i))
                .collect(Collectors.toList());
    }

    static String body(List<String> lines) {
        return "{\"items\":[" + String.join(",", lines) + "]}";
    }

    static ValidatableResponse post(TestBank.Book book, String apiKey, String key, String collection, String body) {
        return book.request(apiKey)
                .header("Idempotency-Key", key)
                .body(body)
                .post(book.path() + "/" + collection + "/line-jobs")
                .then();
    }

    /** The id of a new job of transfers. */
    static String ordered(TestBank.Book book, String apiKey, List<String> lines) {
        return ordered(book, apiKey, "transfers", lines);
    }

    static String ordered(TestBank.Book book, String apiKey, String collection, List<String> lines) {
        return post(book, apiKey, UUID.randomUUID().toString(), collection, body(lines))
                .statusCode(201)
                .extract()
                .path("id");
    }

    static JsonPath job(TestBank.Book book, String apiKey, String id) {
        return book.request(apiKey)
                .get(book.path() + "/line-jobs/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /** The job when it has ended. */
    static JsonPath ended(TestBank.Book book, String apiKey, String id) {
        long until = System.nanoTime() + 20_000_000_000L;
        JsonPath job = job(book, apiKey, id);
        while (job.getString("endedAt") == null) {
            assertThat(System.nanoTime()).as(job.prettify()).isLessThan(until);
            Thread.onSpinWait();
            job = job(book, apiKey, id);
        }
        return job;
    }

    /** All pages of the results; {@code query} narrows them. */
    static List<JsonPath> pages(TestBank.Book book, String apiKey, String id, String query) {
        List<JsonPath> pages = new ArrayList<>();
        String after = "";
        do {
            JsonPath page = book.request(apiKey)
                    .get(book.path() + "/line-jobs/" + id + "/results?" + query + after)
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            pages.add(page);
            after = page.getString("next") == null ? null : "&after=" + page.getString("next");
        } while (after != null);
        return pages;
    }

    /** One field of the results of all lines. */
    static <T> List<T> results(TestBank.Book book, String apiKey, String id, String field) {
        return pages(book, apiKey, id, "limit=500").stream()
                .flatMap(page -> page.<T>getList("items." + field).stream())
                .toList();
    }

    List<Row> rows(String sql, Object... arguments) {
        List<Row> rows = new ArrayList<>();
        pool.preparedQuery(sql)
                .execute(Tuple.from(List.of(arguments)))
                .await()
                .indefinitely()
                .forEach(rows::add);
        return rows;
    }

    long count(String sql, Object... arguments) {
        return rows(sql, arguments).getFirst().getLong(0);
    }

    long entries(TestBank.Book book) {
        return count("SELECT count(*) FROM ledger_entry WHERE book_id = $1", (short) book.id());
    }

    /** What a member has of minutes. */
    long minutesOf(TestBank.Member member) {
        return count(
                "SELECT coalesce(sum(posted), 0)::bigint FROM ledger_account WHERE book_id = $1 AND owner = $2 AND unit = 'MIN'",
                (short) member.book().id(),
                member.id());
    }

    /** How many parts of the job are kept. */
    long parts(String job) {
        return count("SELECT count(*) FROM line_job_part WHERE job_id = $1", UUID.fromString(job));
    }

    static <T> List<T> join(List<T> some, List<T> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }
}
