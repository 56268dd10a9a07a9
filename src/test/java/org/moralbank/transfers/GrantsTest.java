package org.moralbank.transfers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.Client;
import org.moralbank.access.Importer;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.commits.Work;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Json;
import org.moralbank.platform.Language;

@QuarkusTest
class GrantsTest extends Giving {
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
    private static final LocalDate TODAY = LocalDate.now(SHANGHAI);
    private static final int YEAR = TODAY.getYear();

    /** A client who is not registered. */
    private static final int NOBODY = 999_999;

    @Inject
    Commits commits;

    @Inject
    Grants grants;

    private static String grant(String fund, String member, long amount, String unit, String more) {
        return "{'fund':'%s','member':'%s','amount':%d,'unit':'%s'%s}".formatted(fund, member, amount, unit, more);
    }

    @Test
    void givesTimeOfAFundThatIsForServiceAndExpiresWithTheYear() {
        var book = bank.aBook();
        var anna = book.aMember();

        post(book, Role.COORDINATOR, "/grants", grant("PUBLIC", anna.id(), 600, "MIN", ""))
                .statusCode(201)
                .header("Location", book.path() + "/grants/1")
                .body("entries[0].type", equalTo("GRANT_TIME"))
                .body("entries[0].postings[0].account", equalTo("3110:PUBLIC." + YEAR + ":MIN"));

        assertThat(balances(book))
                .containsEntry("3110:PUBLIC." + YEAR + ":MIN:", -600L)
                .containsEntry("2100:" + anna.id() + ":MIN:PUBLIC." + YEAR + "1231.R", 600L);
        book.as(Role.APP).get(book.path() + "/grants/1").then().statusCode(200);
    }

    /** What an account is called has room for the year behind the fund's id; a longer one could not be read, nor exported. */
    @Test
    void aFundsIdIsNoLongerThanItsAccountHasRoomFor() {
        var book = bank.aBook();
        var anna = book.aMember();
        String longest = "F".repeat(59);

        changingNothing(
                book,
                () -> post(book, Role.COORDINATOR, "/grants", grant(longest + "F", anna.id(), 1, "MIN", ""))
                        .statusCode(400)
                        .body("errors.field", hasItem("fund")));
        post(book, Role.COORDINATOR, "/grants", grant(longest, anna.id(), 1, "MIN", ""))
                .statusCode(201);

        book.as(Role.AUDITOR)
                .get(book.path() + "/accounts/3110:" + longest + "." + YEAR + ":MIN")
                .then()
                .statusCode(200)
                .body("posted", equalTo(-1));
    }

    @Test
    void givesTimeThatExpiresAsAskedAndMayBeGivenOn() {
        var book = bank.aBook();
        var anna = book.aMember();
        var lot = new Lot("PUBLIC", TODAY.plusDays(1), false);

        post(
                        book,
                        Role.COORDINATOR,
                        "/grants",
                        grant(
                                "PUBLIC",
                                anna.id(),
                                600,
                                "MIN",
                                ",'restricted':false,'expiresOn':'%s'".formatted(lot.expiresOn())))
                .statusCode(201);
        post(book, Role.APP, "/donations", "{'giver':'%s','amount':600,'unit':'MIN'}".formatted(anna.id()))
                .statusCode(201);

        assertThat(posted(book, "2100:" + anna.id() + ":MIN:" + lot.name())).isZero();
        assertThat(posted(book, "2400::MIN:")).isEqualTo(600);
    }

    @Test
    void givesWhatWasDonatedAndNotOneMinuteMore() {
        var book = bank.aBook();
        var anna = book.aMember();
        book.open(Holder.of(book.id(), Chart.TIME_POOL), Lot.OWN, 60);
        book.open(Holder.of(book.id(), Chart.POINTS_POOL), Lot.OWN, 100);

        changingNothing(book, () -> {
            post(book, Role.COORDINATOR, "/grants", grant("POOL", anna.id(), 61, "MIN", ""))
                    .statusCode(422)
                    .body("code", equalTo("insufficient-balance"));
            post(book, Role.COORDINATOR, "/grants", grant("POOL", anna.id(), 101, "PTS", ""))
                    .statusCode(422)
                    .body("code", equalTo("insufficient-balance"));
        });
        post(book, Role.COORDINATOR, "/grants", grant("POOL", anna.id(), 60, "MIN", ""))
                .statusCode(201)
                .body("entries[0].type", equalTo("GRANT_TIME_FROM_POOL"));
        post(book, Role.OPERATOR, "/grants", grant("POOL", anna.id(), 100, "PTS", ""))
                .statusCode(201)
                .body("entries[0].type", equalTo("GRANT_POINTS"));

        assertThat(balances(book))
                .containsEntry("2100:" + anna.id() + ":MIN:POOL." + YEAR + "1231.R", 60L)
                .containsEntry("2200:" + anna.id() + ":PTS:", 100L)
                .containsEntry("2400::MIN:", 0L)
                .containsEntry("2410::PTS:", 0L);
    }

    @Test
    void listsWhatAFundGaveAndWhatAMemberGot() {
        var book = bank.aBook();
        var anna = book.aMember();
        var bela = book.aMember();
        book.open(Holder.of(book.id(), Chart.TIME_POOL), Lot.OWN, 60); // 1
        book.open(Holder.of(book.id(), Chart.POINTS_POOL), Lot.OWN, 100); // 2
        for (String body : List.of(
                grant("PUBLIC", anna.id(), 1, "MIN", ""), // 3
                grant("PUBLIC-2", anna.id(), 1, "MIN", ""), // 4
                grant("POOL", bela.id(), 1, "MIN", ""), // 5
                grant("POOL", anna.id(), 1, "PTS", ""), // 6
                grant("PUBLIC", bela.id(), 1, "MIN", ""))) { // 7
            post(book, Role.COORDINATOR, "/grants", body).statusCode(201);
        }

        assertThat(list(book, "/grants?fund=PUBLIC")).containsExactly("3", "7");
        assertThat(list(book, "/grants?fund=PUBLIC-2")).containsExactly("4");
        assertThat(list(book, "/grants?fund=POOL")).containsExactly("5", "6");
        assertThat(list(book, "/grants?fund=POOL&unit=PTS")).containsExactly("6");
        assertThat(list(book, "/grants?member=" + anna.id())).containsExactly("3", "4", "6");
        assertThat(list(book, "/grants?fund=PUBLIC&member=" + bela.id())).containsExactly("7");
        assertThat(list(book, "/grants?fund=PUBLIC-2&member=" + bela.id())).isEmpty();
        assertThat(list(book, "/grants?fund=PUB")).isEmpty();
        assertThat(list(book, "/grants?fund=PUBLIC&member=nobody")).isEmpty();
        for (String query : new String[] {"fund=A.B", "fund=", "fund=a:b", "member=a:b"}) {
            book.as(Role.APP)
                    .get(book.path() + "/grants?" + query)
                    .then()
                    .statusCode(400)
                    .body("errors.field", hasItem(query.substring(0, query.indexOf('='))));
        }
    }

    @Test
    void refusesPointsOfAFundAndWhoCannotReceive() {
        var book = bank.aBook();
        var gone = book.aMember("gone", "70-79");
        var frozen = book.aMember("frozen", "70-79");
        status(gone, "CLOSED");
        status(frozen, "FROZEN");

        changingNothing(book, () -> {
            refused(book, grant("PUBLIC", "nobody", 1, "PTS", ""), "fund-gives-time-only");
            refused(book, grant("PUBLIC", "nobody", 1, "MIN", ""), "unknown-member");
            refused(book, grant("PUBLIC", "gone", 1, "MIN", ""), "member-closed");
        });
        post(book, Role.COORDINATOR, "/grants", grant("PUBLIC", "frozen", 1, "MIN", ""))
                .statusCode(201);
    }

    private void refused(TestBank.Book book, String body, String code) {
        post(book, Role.COORDINATOR, "/grants", body).statusCode(422).body("code", equalTo(code));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "A.B; MIN; ``; fund",
                "A B; MIN; ``; fund",
                "A; PTS; ,'expiresOn':'2999-01-01'; expiresOn",
                "A; PTS; ,'restricted':false; restricted",
                "A; MIN; ,'expiresOn':'2020-01-01'; expiresOn",
                "A; MIN; ,'expiresOn':'+99999-01-01'; expiresOn",
                "A; MIN; ,'restricted':'no'; restricted"
            },
            delimiter = ';')
    void namesTheFieldThatIsMalformed(String fund, String unit, String more, String field) {
        var book = bank.aBook();

        changingNothing(
                book,
                () -> post(book, Role.COORDINATOR, "/grants", grant(fund, "A", 1, unit, more))
                        .statusCode(400)
                        .body("errors.field", hasItem(field)));
    }

    @Test
    void mayExpireTodayButNotYesterday() {
        var book = bank.aBook();
        var anna = book.aMember();

        post(book, Role.COORDINATOR, "/grants", grant("A", anna.id(), 1, "MIN", ",'expiresOn':'" + TODAY + "'"))
                .statusCode(201);
        post(
                        book,
                        Role.COORDINATOR,
                        "/grants",
                        grant("A", anna.id(), 1, "MIN", ",'expiresOn':'" + TODAY.minusDays(1) + "'"))
                .statusCode(400);
    }

    @Test
    void aRetryIsToldTheFirstAnswerAlsoWhenWhatWasGrantedHasExpiredSince() {
        var book = bank.aBook();
        var anna = book.aMember();
        LocalDate last = TODAY.plusDays(1);
        Instant over = last.plusDays(1).atStartOfDay(SHANGHAI).toInstant();

        Answer first = granted(book, "key-1", over.minusMillis(1), anna, last);
        Answer retry = granted(book, "key-1", over, anna, last);
        Answer another = granted(book, "key-2", over, anna, last);

        assertThat(first.status()).isEqualTo(201);
        assertThat(retry.status()).isEqualTo(201);
        assertThat(retry.replayed()).isTrue();
        assertThat(retry.body()).isEqualTo(first.body());
        assertThat(another.status()).isEqualTo(400);
        assertThat(new String(another.body(), StandardCharsets.UTF_8)).contains("\"expiresOn\"");
        assertThat(entries(book)).isEqualTo(1);
    }

    /** Over HTTP, of every way to ask for it: no check of the form that the clock has a part in stands before the answer. */
    @ParameterizedTest
    @ValueSource(strings = {"", "/bulk", "/line-jobs"})
    void aRetryIsToldWhatWasAnsweredWhileTheDayWasToCome(String way) throws IOException {
        var book = bank.aBook();
        String path = book.path() + "/grants" + way;
        String item = grant("PUBLIC", "M-1", 1, "MIN", ",'reference':'F-1','expiresOn':'" + TODAY.minusDays(1) + "'")
                .replace('\'', '"');
        String body = way.isEmpty() ? item : "{\"items\":[" + item + "]}";
        String apiKey = book.keyOf(Role.COORDINATOR);
        book.answered(apiKey, "key-1", path, body, Answer.created("/v1/that", Map.of("was", "answered")));

        RestAssured.given()
                .header("Authorization", "Bearer " + apiKey)
                .header("Idempotency-Key", "key-1")
                .contentType(ContentType.JSON)
                .body(body)
                .post(path)
                .then()
                .statusCode(201)
                .header("Idempotent-Replayed", equalTo("true"))
                .header("Location", equalTo("/v1/that"))
                .body("was", equalTo("answered"));
    }

    /** The reference is known whatever the key. */
    @Test
    void anItemOfABulkIsToldTheFirstAnswerAlsoWhenWhatWasGrantedHasExpiredSince() throws IOException {
        var book = bank.aBook();
        var anna = book.aMember();
        LocalDate last = TODAY.plusDays(1);
        Instant over = last.plusDays(1).atStartOfDay(SHANGHAI).toInstant();
        String known = ",'reference':'F-1','expiresOn':'" + last + "'";
        String other = ",'reference':'F-2','expiresOn':'" + last + "'";

        JsonPath first = bulk(book, over.minusMillis(1), grant("PUBLIC", anna.id(), 1, "MIN", known));
        JsonPath again = bulk(
                book,
                over,
                grant("PUBLIC", anna.id(), 1, "MIN", known) + "," + grant("PUBLIC", anna.id(), 1, "MIN", other));

        assertThat(first.getList("items.result")).isEqualTo(List.of("created"));
        assertThat(again.getList("items.result")).isEqualTo(List.of("replayed", "refused"));
        assertThat(again.getList("items[1].problem.errors.field")).isEqualTo(List.of("items[1].expiresOn"));
        assertThat(entries(book)).isEqualTo(1);
    }

    @Test
    void isOfTheYearOfItsPostingAlsoWhereItWaitsOverNewYear() {
        var book = bank.aBook();
        var anna = book.aMember();
        Instant newYear = LocalDate.of(YEAR + 1, 1, 1).atStartOfDay(SHANGHAI).toInstant();
        Work asked = Grants.work(ask(book, "key-1", newYear.minusMillis(1)), handle(book), grant(anna, null));

        Answer answer = commits.submit(ask(book, "key-1", newYear), book.id(), asked)
                .await()
                .indefinitely();

        assertThat(answer.status()).isEqualTo(201);
        assertThat(balances(book))
                .containsEntry("3110:PUBLIC." + (YEAR + 1) + ":MIN:", -1L)
                .containsEntry("2100:" + anna.id() + ":MIN:PUBLIC." + (YEAR + 1) + "1231.R", 1L)
                .doesNotContainKey("3110:PUBLIC." + YEAR + ":MIN:");
    }

    private static Grants.Grant grant(TestBank.Member member, @Nullable LocalDate expiresOn) {
        var by = new Attribution(NOBODY, "test", "W-1", null, null);
        var note = new Note(TODAY, by, null, null, null, false);
        return new Grants.Grant("PUBLIC", member.id(), 1, Unit.MIN, expiresOn, true, note);
    }

    private Answer granted(TestBank.Book book, String key, Instant clock, TestBank.Member member, LocalDate expiresOn) {
        return grants.grant(ask(book, key, clock), handle(book), grant(member, expiresOn))
                .await()
                .indefinitely();
    }

    private JsonPath bulk(TestBank.Book book, Instant clock, String items) throws IOException {
        var body = Json.mapper()
                .readValue(("{'items':[" + items + "]}").replace('\'', '"'), GrantsResource.NewGrants.class);
        var client = new Client(NOBODY, "test", Set.of(), Set.of(), null, null);
        Ask ask = ask(book, UUID.randomUUID().toString(), clock);
        Answer answer = commits.submit(ask, book.id(), GrantsResource.LINES.bulk(body, ask, handle(book), client))
                .await()
                .indefinitely();
        return JsonPath.from(new String(answer.body(), StandardCharsets.UTF_8));
    }

    private static BookHandle handle(TestBank.Book book) {
        return new BookHandle(book.id(), book.code(), SHANGHAI);
    }

    private static Ask ask(TestBank.Book book, String key, Instant clock) {
        return new Ask(new Importer(NOBODY), book.id(), new IdempotencyKey(key), new byte[32], Language.EN, "/", clock);
    }

    @Test
    void isNotForAnApp() {
        var book = bank.aBook();
        var anna = book.aMember();

        changingNothing(
                book,
                () -> post(book, Role.APP, "/grants", grant("A", anna.id(), 1, "MIN", ""))
                        .statusCode(403));
    }
}
