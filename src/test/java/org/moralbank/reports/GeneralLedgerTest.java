package org.moralbank.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class GeneralLedgerTest {
    @Inject
    TestBank bank;

    @Test
    void tellsOpeningPostingsAndClosingOfEachAccount() {
        var book = aBook();

        get(book, "?fromSeq=3")
                .body("seq", equalTo(4))
                .body(
                        "items.row",
                        contains(
                                "OPENING", "POSTING", "POSTING", "CLOSING", "OPENING", "POSTING", "POSTING", "CLOSING",
                                "OPENING", "CLOSING"))
                .body("items.balance", contains(60, 75, 74, 74, 40, 25, 26, 26, -100, -100))
                .body("items[1].credit", equalTo(15))
                .body("items[2].debit", equalTo(1))
                .body("items[1].seq", equalTo(3))
                .body("items[1].reference", equalTo("R-3"));
        get(book, "?account=2100:M-B:MIN")
                .body("items.row", contains("OPENING", "POSTING", "POSTING", "POSTING", "CLOSING"))
                .body("items.balance", contains(0, 40, 25, 26, 26));
        get(book, "?code=3300").body("items.balance", contains(0, -100, -100));
        get(book, "?code=2200").body("items", empty());
        get(book, "?toSeq=1").body("items.balance", contains(0, 100, 100, 0, -100, -100));
    }

    @Test
    void countsWhatHappenedOnTheDaysAndNothingElse() {
        var book = aBook();

        // The opening of the book happened today: the balances are of what is counted.
        get(book, "?code=2100&from=2025-01-06&on=2025-01-06")
                .body("items.balance", contains(-40, -25, -25, 40, 25, 25))
                .body("items.row", contains("OPENING", "POSTING", "CLOSING", "OPENING", "POSTING", "CLOSING"));
        get(book, "?code=2100&on=2025-01-05").body("items.balance", contains(0, -40, -40, 0, 40, 40));
    }

    @Test
    void aLaterEntryChangesNothingOfTheMoment() {
        var book = aBook();
        String then = book.as(Role.AUDITOR).get(book.path() + "/entries/4").path("postedAt");
        String before = csv(book, "?asOf=" + then);
        String onDays = csv(book, "?from=2025-01-05&on=2025-01-06&asOf=" + then);

        JournalTest.give(book, "M-A", "M-B", 3, "2025-01-05", "R-5");

        assertThat(csv(book, "?asOf=" + then)).isEqualTo(before);
        assertThat(csv(book, "?from=2025-01-05&on=2025-01-06&asOf=" + then)).isEqualTo(onDays);
        assertThat(csv(book, "")).isNotEqualTo(before);
    }

    /** Pages of every size come to the same as the file. */
    @Test
    void pagesBeginAnywhereInAnAccount() {
        var book = aBook();
        for (String scope : List.of("", "&fromSeq=3", "&from=2025-01-06", "&on=2025-01-06")) {
            List<String> whole = rows(book, scope.isEmpty() ? "" : "?" + scope.substring(1));
            for (int limit : new int[] {1, 2, 3, 4, 7, 50}) {
                List<String> paged = new ArrayList<>();
                String after = "";
                while (after != null) {
                    JsonPath page = get(book, "?limit=" + limit + scope + after)
                            .extract()
                            .jsonPath();
                    page.<Map<String, Object>>getList("items")
                            .forEach(item ->
                                    paged.add(item.get("row") + "," + item.get("account") + "," + item.get("balance")));
                    String next = page.getString("next");
                    after = next == null ? null : "&after=" + next;
                }
                assertThat(paged).as(scope + " by " + limit).isEqualTo(whole);
            }
        }
    }

    /** More than a part of the file reads at once, in one account and in many. */
    @Test
    void aLargeAccountIsReadInPartsAndSmallOnesTogether() {
        var book = bank.aBook();
        var opening = new Holder(book.id(), Chart.OPENING, "", Unit.MIN);
        book.aMember("M-A", "70-79").holding(10_000, Unit.MIN);
        book.aMember("M-B", "70-79");
        for (int bulk = 0; bulk < 5; bulk++) {
            int first = bulk * 500;
            String items = java.util.stream.IntStream.range(first, first + 500)
                    .mapToObj(n -> "{\"from\":\"M-A\",\"to\":\"M-B\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\"R-"
                            + n + "\"}")
                    .collect(Collectors.joining(","));
            book.as(Role.APP)
                    .body("{\"atomic\":true,\"items\":[" + items + "]}")
                    .post(book.path() + "/transfers/bulk")
                    .then()
                    .statusCode(200);
        }
        book.post(opening, Holder.of(book.id(), Chart.TIME_POOL), Lot.OWN, 5);

        List<String> rows = rows(book, "");

        assertThat(rows).hasSize(4 * 2 + 1 + 2500 + 2500 + 1 + 2);
        assertThat(rows.get(2 + 2500)).isEqualTo("CLOSING,2100:M-A:MIN,7500");
        assertThat(rows.get(3 + 2500 + 1 + 2500)).isEqualTo("CLOSING,2100:M-B:MIN,2500");
        assertThat(rows.getLast()).isEqualTo("CLOSING,3300:MIN,-10005");
    }

    @Test
    void saysWhatIsWrongWithWhatIsAsked() {
        var book = aBook();
        String table = """
                code=9999                            | code
                account=2100:MIN                     | account
                account=2100:M-A:MIN&code=2100       | account
                after=NCBpbiAxIDEgeCAyMTAwOk0tQTpNSU4 | after
                """;
        for (String line : table.strip().split("\n")) {
            String[] cells = line.split("\\|");
            book.as(Role.AUDITOR)
                    .get(book.path() + "/general-ledger?" + cells[0].strip())
                    .then()
                    .statusCode(400)
                    .body("errors.field", contains(cells[1].strip()));
        }
        get(book, "?account=2100:M-NOBODY:MIN").body("items", hasSize(0));
    }

    private TestBank.Book aBook() {
        var book = bank.aBook();
        book.aMember("M-A", "70-79").holding(100, Unit.MIN);
        book.aMember("M-B", "60-69");
        JournalTest.give(book, "M-A", "M-B", 40, "2025-01-05", "R-2");
        JournalTest.give(book, "M-B", "M-A", 15, "2025-01-06", "R-3");
        JournalTest.give(book, "M-A", "M-B", 1, "2025-01-07", "R-4");
        return book;
    }

    /** Row, account and balance of each line of the file. */
    private static List<String> rows(TestBank.Book book, String query) {
        return csv(book, query)
                .lines()
                .skip(1)
                .map(line -> {
                    String[] cells = line.split(",", -1);
                    return cells[0] + "," + cells[1] + "," + cells[cells.length - 1];
                })
                .toList();
    }

    private static ValidatableResponse get(TestBank.Book book, String query) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/general-ledger" + query)
                .then()
                .statusCode(200);
    }

    private static String csv(TestBank.Book book, String query) {
        return book.as(Role.AUDITOR)
                .header("Accept", "text/csv")
                .get(book.path() + "/general-ledger" + query)
                .then()
                .statusCode(200)
                .contentType(startsWith("text/csv"))
                .extract()
                .asString();
    }
}
