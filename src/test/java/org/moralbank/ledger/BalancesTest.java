package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

/** Accounts, balances, statements and passbooks. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class BalancesTest {
    private static final LocalDate TODAY = LocalDate.now(ZoneId.of("Asia/Shanghai"));

    @Inject
    TestBank bank;

    @Inject
    LedgerStore store;

    @Test
    void tellsLotsAndTotalsOfNow() {
        var book = bank.aBook();
        var lot = new Lot("PUBLIC", TODAY, true);
        var expired = new Lot("PUBLIC", TODAY.minusDays(1), true);
        var anna = book.aMember()
                .holding(60, Unit.MIN)
                .holding(30, Unit.MIN, lot)
                .holding(7, Unit.MIN, expired)
                .holding(250, Unit.PTS);

        get(book, "/members/" + anna.id() + "/balances")
                .statusCode(200)
                .body("owner", equalTo(anna.id()))
                .body("seq", equalTo(4))
                .body("totals", hasSize(2))
                .body("totals[0].unit", equalTo("MIN"))
                .body("totals[0].posted", equalTo(97))
                .body("totals[0].held", equalTo(0))
                .body("totals[0].available", equalTo(90))
                .body("totals[0].owed", equalTo(0))
                .body("totals[1].posted", equalTo(250))
                .body("lots", hasSize(4))
                .body("lots[1].account", equalTo("2100:" + anna.id() + ":MIN:" + lot.name()))
                .body("lots[1].origin", equalTo("PUBLIC"))
                .body("lots[1].expiresOn", equalTo(TODAY.toString()))
                .body("lots[1].restricted", equalTo(true))
                .body("lots[1].available", equalTo(30))
                .body("lots[2].posted", equalTo(7))
                .body("lots[2].available", equalTo(0))
                .body("asOf", nullValue());
    }

    @Test
    void tellsWhatWasPostedByAMomentAndWhatHappenedByADay() {
        var book = bank.aBook();
        var anna = book.aMember().holding(100, Unit.MIN);
        var bela = book.aMember();
        transfer(book, anna, bela, 10, "2025-01-05");
        transfer(book, anna, bela, 20, "2025-03-01");
        var afterTwo = postedAt(book, 3);
        // Back-dated: recorded last, happened first.
        transfer(book, anna, bela, 5, "2025-01-01");
        var balances = "/members/" + bela.id() + "/balances";

        get(book, balances).body("totals[0].posted", equalTo(35)).body("seq", equalTo(4));
        get(book, balances + "?asOf=" + afterTwo)
                .body("totals[0].posted", equalTo(30))
                .body("totals[0].available", nullValue())
                .body("asOf", equalTo(afterTwo))
                .body("seq", equalTo(3));
        get(book, balances + "?on=2025-01-04")
                .body("totals[0].posted", equalTo(5))
                .body("on", equalTo("2025-01-04"))
                .body("seq", equalTo(4));
        get(book, balances + "?on=2025-01-05").body("totals[0].posted", equalTo(15));
        get(book, balances + "?on=2024-12-31").body("totals", empty()).body("seq", equalTo(4));
        get(book, balances + "?on=2025-02-01&asOf=" + afterTwo)
                .body("totals[0].posted", equalTo(10))
                .body("seq", equalTo(3));
        get(book, balances + "?asOf=2001-01-01T00:00:00Z")
                .statusCode(200)
                .body("totals", empty())
                .body("seq", equalTo(0));
    }

    @Test
    void findsTheEntryOfAMomentAmongManyWithTheSameOrAnotherTime() {
        var book = bank.aBook();
        for (int i = 0; i < 9; i++) {
            book.aMember().holding(1, Unit.MIN);
        }

        for (long seq = 1; seq <= 9; seq++) {
            var at = Instant.parse(postedAt(book, seq));
            assertThat(store.seqAt(book.id(), at).await().indefinitely().seq()).isEqualTo(seq);
            assertThat(store.seqAt(book.id(), at.minusNanos(1000))
                            .await()
                            .indefinitely()
                            .seq())
                    .isEqualTo(seq - 1);
        }
    }

    @Test
    void saysTheSameOfAMomentWheneverItIsAskedAgainWhileOthersPost() throws Exception {
        var book = bank.aBook();
        var anna = book.aMember().holding(1_000_000, Unit.MIN);
        var bela = book.aMember();
        var app = book.keyOf(Role.APP);
        var auditor = book.keyOf(Role.AUDITOR);
        var stop = new AtomicBoolean();
        Map<String, String> told = new LinkedHashMap<>();

        try (var threads = Executors.newFixedThreadPool(4)) {
            List<CompletableFuture<Void>> posting = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                posting.add(CompletableFuture.runAsync(
                        () -> {
                            while (!stop.get()) {
                                transfer(book, app, anna, bela, 1, "2025-01-05");
                            }
                        },
                        threads));
            }
            while (told.size() < 50) {
                var moment = Instant.now().minusMillis(1).toString();
                var response = book.request(auditor)
                        .queryParam("asOf", moment)
                        .get(book.path() + "/members/" + bela.id() + "/balances");
                assertThat(response.statusCode()).isEqualTo(200);
                told.put(moment, response.asString());
            }
            stop.set(true);
            posting.forEach(CompletableFuture::join);
        }

        told.forEach((moment, answer) -> assertThat(book.request(auditor)
                        .queryParam("asOf", moment)
                        .get(book.path() + "/members/" + bela.id() + "/balances")
                        .asString())
                .isEqualTo(answer));
    }

    /** Else whoever asks in a loop would have the book's lane decide anew each time. */
    @Test
    void aMomentThatIsToComeIsRefusedWithoutTheBooksLock() throws SQLException {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var balances = book.path() + "/members/" + anna.id() + "/balances?asOf=";
        long before = commitNo(book);

        book.as(Role.AUDITOR)
                .get(balances + "2999-01-01T00:00:00Z")
                .then()
                .statusCode(400)
                .body("errors[0].message", equalTo("It is in the future."));

        assertThat(commitNo(book)).isEqualTo(before);
        // What nobody will change needs the lock where nothing was posted since.
        book.as(Role.AUDITOR)
                .get(balances + Instant.now().minusMillis(1))
                .then()
                .statusCode(200);
        assertThat(commitNo(book)).isEqualTo(before + 1);
    }

    private static long commitNo(TestBank.Book book) throws SQLException {
        try (var owner = TestDatabase.shared().connectAsOwner();
                var statement = owner.createStatement();
                var rows = statement.executeQuery("SELECT commit_no FROM commit_lock WHERE book_id = " + book.id())) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void tellsWhatAMemberOwes() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        transfer(book, anna, book.aMember(), 45, "2025-01-05");
        book.as(Role.COORDINATOR)
                .body("{\"reason\":\"x\"}")
                .post(book.path() + "/entries/1/reversal")
                .then()
                .statusCode(201);

        get(book, "/members/" + anna.id() + "/balances")
                .body("totals[0].posted", equalTo(0))
                .body("totals[0].owed", equalTo(45))
                .body("lots", hasSize(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"balances", "statement", "passbook"})
    void knowsAMemberWithoutAccountsFromAnUnknownOne(String what) {
        var book = bank.aBook();
        var anna = book.aMember();

        get(book, "/members/" + anna.id() + "/" + what).statusCode(200);
        get(book, "/members/nobody/" + what).statusCode(404).body("code", equalTo("not-found"));
        bank.aBook()
                .as(Role.AUDITOR)
                .get(book.path() + "/members/" + anna.id() + "/" + what)
                .then()
                .statusCode(404);
        book.as(Role.TERMINAL)
                .get(book.path() + "/members/" + anna.id() + "/" + what)
                .then()
                .statusCode(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "asOf=yesterday",
                "asOf=2025-01-01",
                "asOf=2999-01-01T00:00:00Z",
                "asOf=%2B99999-01-01T00:00:00Z",
                "on=2025-02-30",
                "on=2999-01-01",
                "on=%2B99999-01-01",
            })
    void refusesADayOrMomentThatIsMalformedOrToCome(String query) {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);

        book.as(Role.AUDITOR)
                .urlEncodingEnabled(false)
                .get(book.path() + "/members/" + anna.id() + "/balances?" + query)
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid-request"))
                .body("errors[0].field", equalTo(query.substring(0, query.indexOf('='))));
    }

    @Test
    void pagesThroughStatementsAndGivesEachPostingOnce() {
        var book = bank.aBook();
        var lot = new Lot("PUBLIC", TODAY, true);
        // A transfer of 35 takes both lots: two postings of one entry, which a page may part.
        var anna = book.aMember().holding(30, Unit.MIN, lot).holding(60, Unit.MIN);
        var bela = book.aMember();
        transfer(book, anna, bela, 35, "2025-01-05");
        transfer(book, anna, bela, 5, "2025-01-06");
        var member = "/members/" + anna.id();

        for (int limit = 1; limit <= 6; limit++) {
            assertThat(all(book, member + "/statement", limit, "seq", "amount"))
                    .containsExactly("1 30", "2 60", "3 -30", "3 -5", "4 -5");
            assertThat(all(book, member + "/passbook", limit, "amount", "balanceAfter"))
                    .containsExactly("30 30", "60 90", "-35 55", "-5 50");
            assertThat(all(book, "/accounts/2100:" + anna.id() + ":MIN/statement", limit, "version", "balanceAfter"))
                    .containsExactly("1 60", "2 55", "3 50");
            assertThat(all(book, member + "/statement?order=NEWEST", limit, "seq", "amount"))
                    .containsExactly("4 -5", "3 -5", "3 -30", "2 60", "1 30");
            assertThat(all(book, member + "/passbook?order=NEWEST", limit, "amount", "balanceAfter"))
                    .containsExactly("-5 50", "-35 55", "60 90", "30 30");
            assertThat(all(
                            book,
                            "/accounts/2100:" + anna.id() + ":MIN/statement?order=NEWEST",
                            limit,
                            "version",
                            "balanceAfter"))
                    .containsExactly("3 50", "2 55", "1 60");
            assertThat(all(book, "/accounts", limit, "number", "posted"))
                    .containsExactly("1 -90", "2 0", "3 50", "4 40");
        }
        get(book, member + "/statement?from=2025-01-05&to=2025-01-05").body("items", hasSize(2));
        get(book, member + "/passbook?from=2025-01-06&to=2025-01-06")
                .body("items", hasSize(1))
                .body("items[0].balanceAfter", equalTo(50))
                .body("items[0].unit", equalTo("MIN"))
                .body("next", nullValue());
    }

    @Test
    void namesTheOtherAccountsOfWhatAStatementAndAPassbookShow() {
        var book = bank.aBook();
        var lot = new Lot("PUBLIC", TODAY, true);
        var anna = book.aMember().holding(30, Unit.MIN, lot).holding(60, Unit.MIN);
        var bela = book.aMember();
        transfer(book, anna, bela, 35, "2025-01-05");
        var annas = "2100:" + anna.id() + ":MIN";
        var belas = "2100:" + bela.id() + ":MIN";
        var lots = annas + ":PUBLIC." + TODAY.format(DateTimeFormatter.BASIC_ISO_DATE) + ".R";

        // Of both lots of the one, and of neither where they are his own.
        get(book, "/members/" + bela.id() + "/passbook").body("items.counterAccounts", contains(List.of(lots, annas)));
        get(book, "/accounts/" + belas + "/statement").body("items.counterAccounts", contains(List.of(lots, annas)));
        get(book, "/members/" + anna.id() + "/passbook").body("items[2].counterAccounts", contains(belas));
        get(book, "/members/" + anna.id() + "/statement")
                .body("items[2].counterAccounts", contains(belas))
                .body("items[3].counterAccounts", contains(belas));
        // Again, when they are known by number; and of an account that is named for the first time beside them.
        var cora = book.aMember();
        transfer(book, cora.holding(5, Unit.MIN), bela, 5, "2025-01-06");
        get(book, "/members/" + bela.id() + "/passbook")
                .body("items.counterAccounts", contains(List.of(lots, annas), List.of("2100:" + cora.id() + ":MIN")));
    }

    @Test
    void showsAndFiltersAccounts() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN).holding(200, Unit.PTS);
        book.aMember().holding(5, Unit.MIN);

        get(book, "/accounts/2100:" + anna.id() + ":MIN")
                .statusCode(200)
                .body("id", equalTo("2100:" + anna.id() + ":MIN"))
                .body("code", equalTo("2100"))
                .body("owner", equalTo(anna.id()))
                .body("status", equalTo("OPEN"))
                .body("floor", equalTo(0))
                .body("ceiling", nullValue())
                .body("posted", equalTo(60))
                .body("version", equalTo(1));
        get(book, "/accounts/3300:PTS").body("owner", nullValue()).body("posted", equalTo(-200));
        get(book, "/accounts?code=2100").body("items", hasSize(2));
        get(book, "/accounts?owner=" + anna.id()).body("items", hasSize(2));
        get(book, "/accounts?owner=" + anna.id() + "&unit=PTS").body("items", hasSize(1));
        get(book, "/accounts?status=CLOSED").body("items", empty());
        for (String query :
                List.of("code=1", "unit=X", "status=open", "owner=a%20b", "limit=0", "limit=501", "after=!")) {
            get(book, "/accounts?" + query).statusCode(400);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2100",
                "2100:MIN",
                "2100:M-1:PTS",
                "2100:M-1:min",
                "2400:X:MIN",
                "9999:MIN",
                "2100:M-1:MIN:",
                "2100:M-1:MIN:PUBLIC",
                "2100:M-1:MIN:PUBLIC.20250230.R",
                "2100:M-1:MIN:PUBLIC.20251231.X",
                "2100:a b:MIN",
                "2100:M-1:MIN",
                "%00",
            })
    void tellsThatAnAccountIsNotThere(String account) {
        var book = bank.aBook();
        book.aMember().holding(60, Unit.MIN);

        get(book, "/accounts/" + account).statusCode(404).body("code", equalTo("not-found"));
        get(book, "/accounts/" + account + "/statement").statusCode(404).body("code", equalTo("not-found"));
    }

    @Test
    void refusesAHistoryThatBeginsAfterItsEnd() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);

        for (String of : List.of(
                "/members/" + anna.id() + "/statement",
                "/members/" + anna.id() + "/passbook",
                "/accounts/2100:" + anna.id() + ":MIN/statement")) {
            get(book, of + "?from=2025-01-06&to=2025-01-05")
                    .statusCode(400)
                    .body("errors[0].field", equalTo("from"))
                    .body("errors[0].message", equalTo("It is after the end of the period."));
            get(book, of + "?from=2025-01-05&to=2025-01-05").statusCode(200);
        }
    }

    @Test
    void refusesAMalformedStatementQuery() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);

        for (String query :
                List.of("from=x", "to=2025-1-1", "limit=0", "limit=501", "after=eA", "after=!!", "order=newest")) {
            for (String of : List.of("/members/" + anna.id(), "/accounts/2100:" + anna.id() + ":MIN")) {
                get(book, of + "/statement?" + query)
                        .statusCode(400)
                        .body("errors[0].field", equalTo(query.substring(0, query.indexOf('='))));
            }
        }
    }

    /** Two fields of every item of a list, read in pages. */
    private static List<String> all(TestBank.Book book, String list, int limit, String first, String second) {
        List<String> items = new ArrayList<>();
        @Nullable String after = null;
        do {
            var request = book.as(Role.AUDITOR).queryParam("limit", limit);
            JsonPath page = (after == null ? request : request.queryParam("after", after))
                    .get(book.path() + list)
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            List<Object> firsts = page.getList("items." + first);
            List<Object> seconds = page.getList("items." + second);
            for (int i = 0; i < firsts.size(); i++) {
                items.add(firsts.get(i) + " " + seconds.get(i));
            }
            after = page.getString("next");
        } while (after != null);
        return items;
    }

    private static io.restassured.response.ValidatableResponse get(TestBank.Book book, String path) {
        return book.as(Role.AUDITOR).get(book.path() + path).then();
    }

    private static String postedAt(TestBank.Book book, long seq) {
        return get(book, "/entries/" + seq).statusCode(200).extract().path("postedAt");
    }

    private static void transfer(
            TestBank.Book book, TestBank.Member from, TestBank.Member to, long amount, String day) {
        transfer(book, book.keyOf(Role.APP), from, to, amount, day);
    }

    private static void transfer(
            TestBank.Book book, String key, TestBank.Member from, TestBank.Member to, long amount, String day) {
        book.request(key)
                .header("Idempotency-Key", java.util.UUID.randomUUID().toString())
                .body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":%d,\"unit\":\"MIN\",\"occurredOn\":\"%s\"}"
                        .formatted(from.id(), to.id(), amount, day))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(201);
    }
}
