package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class EntriesTest {
    @Inject
    TestBank bank;

    @Test
    void pagesThroughAllEntriesAndGivesEachOnce() {
        var book = bank.aBook();
        for (int i = 0; i < 7; i++) {
            book.aMember().holding(60, Unit.MIN);
        }
        var seqs = new ArrayList<Long>();
        String after = null;

        do {
            var request = book.as(Role.AUDITOR).queryParam("limit", 3);
            JsonPath page = (after == null ? request : request.queryParam("after", after))
                    .get(book.path() + "/entries")
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            page.getList("items.seq", Long.class).forEach(seqs::add);
            after = page.getString("next");
        } while (after != null);

        assertThat(seqs).isEqualTo(LongStream.rangeClosed(1, 7).boxed().toList());
    }

    @Test
    void filtersByTypeUnitReferenceAccountAndDays() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember().holding(200, Unit.PTS);
        transfer(book, anna, bela, 10, "\"reference\":\"R-1\",\"occurredOn\":\"2025-01-05\"");
        transfer(book, anna, bela, 20, "\"occurredOn\":\"2025-01-06\"");

        assertThat(seqs(book, "type=OPENING")).containsExactly(1L, 2L);
        assertThat(seqs(book, "type=TRANSFER_TIME")).containsExactly(3L, 4L);
        assertThat(seqs(book, "unit=PTS")).containsExactly(2L);
        assertThat(seqs(book, "reference=R-1")).containsExactly(3L);
        assertThat(seqs(book, "from=2025-01-05&to=2025-01-05")).containsExactly(3L);
        assertThat(seqs(book, "from=2025-01-06&type=TRANSFER_TIME")).containsExactly(4L);
        assertThat(seqs(book, "to=2025-01-06")).containsExactly(3L, 4L);
        assertThat(seqs(book, "account=2100:" + anna.id() + ":MIN")).containsExactly(1L, 3L, 4L);
        assertThat(seqs(book, "account=2200:" + bela.id() + ":PTS")).containsExactly(2L);
        assertThat(seqs(book, "account=2200:" + anna.id() + ":PTS")).isEmpty();
        assertThat(seqs(book, "group=00000000-0000-0000-0000-000000000000")).isEmpty();
    }

    @Test
    void showsWhatPersonsWroteAndTheHashOfTheSealedBytes() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        transfer(book, anna, book.aMember(), 10, "\"reason\":\"买药\",\"metadata\":{\"a\":\"1\"},\"actor\":\"P-1\"");

        book.as(Role.COORDINATOR)
                .get(book.path() + "/entries/2")
                .then()
                .statusCode(200)
                .body("seq", equalTo(2))
                .body("type", equalTo("TRANSFER_TIME"))
                .body("reason", equalTo("买药"))
                .body("metadata.a", equalTo("1"))
                .body("actor", equalTo("P-1"))
                .body("leafHash", matchesPattern("[0-9a-f]{64}"))
                .body("postings", hasSize(2))
                .body("postings[0].account", equalTo("2100:" + anna.id() + ":MIN"))
                .body("postings[0].amount", equalTo(-10))
                .body("postings[0].balanceAfter", equalTo(50))
                .body("postings[0].version", equalTo(2))
                .body("reversedBy", nullValue());
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, limit",
        "limit=501, limit",
        "limit=-1, limit",
        "limit=many, limit",
        "after=%21%21, after",
        "after=eA, after",
        "type=NOTHING, type",
        "unit=CNY, unit",
        "from=2025-13-01, from",
        "to=yesterday, to",
        "account=2100, account",
        "account=9999:M-1:MIN, account",
        "group=1, group",
    })
    void refusesAMalformedFilterByName(String query, String field) {
        var book = bank.aBook();

        book.as(Role.AUDITOR)
                .urlEncodingEnabled(false)
                .get(book.path() + "/entries?" + query)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("invalid-request"))
                .body("errors[0].field", equalTo(field));
    }

    @ParameterizedTest
    @CsvSource({"0", "2", "-1", "01", "x", "9223372036854775808"})
    void tellsThatAnEntryIsNotThere(String seq) {
        var book = bank.aBook();
        book.aMember().holding(60, Unit.MIN);

        book.as(Role.AUDITOR)
                .get(book.path() + "/entries/" + seq)
                .then()
                .statusCode(404)
                .body("code", equalTo("not-found"));
    }

    @Test
    void hidesAnotherBookAndKeepsTerminalsOut() {
        var book = bank.aBook();
        var other = bank.aBook();

        book.as(Role.AUDITOR).get(other.path() + "/entries").then().statusCode(404);
        book.as(Role.AUDITOR).get(other.path() + "/entries/1").then().statusCode(404);
        book.as(Role.TERMINAL).get(book.path() + "/entries").then().statusCode(403);
    }

    @Test
    void refusesACursorThatIsNoNumber() {
        var book = bank.aBook();
        String cursor = Base64.getUrlEncoder().encodeToString("seq".getBytes(StandardCharsets.UTF_8));

        book.as(Role.AUDITOR)
                .queryParam("after", cursor)
                .get(book.path() + "/entries")
                .then()
                .statusCode(400);
    }

    private static List<Long> seqs(TestBank.Book book, String query) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/entries?" + query)
                .then()
                .statusCode(200)
                .contentType(ContentType.JSON)
                .extract()
                .jsonPath()
                .getList("items.seq", Long.class);
    }

    private static void transfer(
            TestBank.Book book, TestBank.Member from, TestBank.Member to, long amount, String more) {
        book.as(Role.APP)
                .body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":%d,\"unit\":\"MIN\",%s}"
                        .formatted(from.id(), to.id(), amount, more))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(201);
    }
}
