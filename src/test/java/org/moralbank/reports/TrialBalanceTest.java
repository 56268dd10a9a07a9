package org.moralbank.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class TrialBalanceTest {
    private static final String XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    @Inject
    TestBank bank;

    @Test
    void showsWhatEachAccountHasAndThatAllIsZero() {
        var book = bank.aBook();
        var anna = book.aMember("M-A", "70-79").holding(100, Unit.MIN).holding(500, Unit.PTS);
        var bela = book.aMember("M-B", "60-69");
        transfer(book, anna, bela, 40, "2025-01-05");

        get(book, "")
                .body("book", equalTo(book.code()))
                .body("seq", equalTo(3))
                .body("items.account", contains("2100:M-A:MIN", "2100:M-B:MIN", "2200:M-A:PTS", "3300:MIN", "3300:PTS"))
                .body("items.closing", contains(60, 40, 500, -100, -500))
                .body("items.opening", everyItem(nullValue()))
                .body("codes.code", contains("2100", "2200", "3300", "3300"))
                .body("codes.accounts", contains(2, 1, 1, 1))
                .body("codes.closing", contains(100, 500, -100, -500))
                .body("totals.unit", contains("MIN", "PTS"))
                .body("totals.accounts", contains(3, 2))
                .body("totals.closing", contains(0, 0))
                .body("totals.balanced", contains(true, true))
                .body("next", nullValue());
    }

    @Test
    void showsOpeningTurnoverAndClosingOfAPeriodOfEntries() {
        var book = bank.aBook();
        var anna = book.aMember("M-A", "70-79").holding(100, Unit.MIN);
        var bela = book.aMember("M-B", "60-69");
        transfer(book, anna, bela, 40, "2025-01-05");
        transfer(book, bela, anna, 15, "2025-01-06");
        transfer(book, anna, bela, 1, "2025-01-07");

        get(book, "?fromSeq=2&toSeq=3")
                .body("seq", equalTo(3))
                .body("fromSeq", equalTo(2))
                .body("items.opening", contains(100, 0, -100))
                .body("items.debit", contains(40, 15, 0))
                .body("items.credit", contains(15, 40, 0))
                .body("items.closing", contains(75, 25, -100))
                .body("totals[0].debit", equalTo(55))
                .body("totals[0].credit", equalTo(55))
                .body("totals[0].balanced", equalTo(true));
        get(book, "?fromSeq=1")
                .body("items.opening", everyItem(equalTo(0)))
                .body("items.closing", contains(74, 26, -100));
        get(book, "?fromSeq=9")
                .body("items.debit", everyItem(equalTo(0)))
                .body("items.closing", contains(74, 26, -100));
    }

    @Test
    void anEntryThatIsBackDatedLaterChangesTheDayAndNotTheMoment() {
        var book = bank.aBook();
        var anna = book.aMember("M-A", "70-79").holding(100, Unit.MIN);
        var bela = book.aMember("M-B", "60-69");
        transfer(book, anna, bela, 10, "2025-01-05");
        transfer(book, anna, bela, 20, "2025-03-01");
        String then = postedAt(book, 3);
        String csvThen = csv(book, "?asOf=" + then);
        String dayThen = csv(book, "?asOf=" + then + "&on=2025-02-01&from=2025-01-01");

        transfer(book, anna, bela, 5, "2025-01-20");

        get(book, "?asOf=" + then)
                .body("seq", equalTo(3))
                .body("asOf", equalTo(then))
                .body("items.closing", contains(70, 30, -100));
        assertThat(csv(book, "?asOf=" + then)).isEqualTo(csvThen);
        assertThat(csv(book, "?toSeq=3")).isEqualTo(csvThen);
        assertThat(csv(book, "?asOf=" + then + "&on=2025-02-01&from=2025-01-01"))
                .isEqualTo(dayThen);
        // Of all that is known now about that day: the opening is of today, and so did not happen yet.
        get(book, "?on=2025-02-01")
                .body("seq", equalTo(4))
                .body("items.account", contains("2100:M-A:MIN", "2100:M-B:MIN"))
                .body("items.closing", contains(-15, 15))
                .body("totals[0].balanced", equalTo(true));
        get(book, "?on=2025-02-01&asOf=" + then).body("items.closing", contains(-10, 10));
        get(book, "?on=2025-01-19").body("items.closing", contains(-10, 10));
        get(book, "?on=2025-01-20").body("items.closing", contains(-15, 15));
        get(book, "?on=2024-12-31").body("items", empty()).body("totals", empty());
    }

    @Test
    void aPeriodOfDaysBeginsAndEndsWithTheDay() {
        var book = bank.aBook();
        var anna = book.aMember("M-A", "70-79");
        var bela = book.aMember("M-B", "60-69");
        open(book, anna, 100, "2025-01-01");
        transfer(book, anna, bela, 10, "2025-01-31");
        transfer(book, anna, bela, 20, "2025-02-01");
        transfer(book, anna, bela, 30, "2025-02-28");
        transfer(book, anna, bela, 40, "2025-03-01");

        get(book, "?from=2025-02-01&on=2025-02-28")
                .body("from", equalTo("2025-02-01"))
                .body("on", equalTo("2025-02-28"))
                .body("items.opening", contains(90, 10, -100))
                .body("items.debit", contains(50, 0, 0))
                .body("items.credit", contains(0, 50, 0))
                .body("items.closing", contains(40, 60, -100))
                .body("totals[0].balanced", equalTo(true));
        get(book, "?from=2025-02-01")
                .body("items.opening", contains(90, 10, -100))
                .body("items.closing", contains(0, 100, -100));
        get(book, "?from=2025-02-01&fromSeq=4")
                .body("items.opening", contains(70, 30, -100))
                .body("items.debit", contains(70, 0, 0));
    }

    /** Posting times of 2025, so that whole months are known without a look at their entries; against a naive sum. */
    @Test
    void daysAreCountedRightAlsoWhereMostEntriesAreNotLookedAt() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        var book = bank.aBook().since(Instant.parse("2025-01-01T00:00:00Z"));
        var holders = List.of(holder(book, "M-1"), holder(book, "M-2"), holder(book, "M-3"));
        var opening = new Holder(book.id(), Chart.OPENING, "", Unit.MIN);
        Instant at = Instant.parse("2025-01-01T00:30:00Z");
        for (int i = 0; i < 60; i++) {
            at = at.plusSeconds(random.nextInt(72 * 3600));
            Holder to = holders.get(random.nextInt(3));
            long amount = 1 + random.nextInt(100);
            book.postAt(
                    at, EntryType.OPENING, draft -> draft.debit(opening, amount).credit(to, amount), opening, to);
        }
        List<Map<String, Object>> entries = entries(book);

        for (int i = 0; i < 20; i++) {
            String from = String.valueOf(entries.get(random.nextInt(60)).get("occurredOn"));
            String on = String.valueOf(entries.get(random.nextInt(60)).get("occurredOn"));
            int last = 1 + random.nextInt(60);
            if (from.compareTo(on) > 0) {
                continue;
            }
            long before = 0;
            long during = 0;
            for (Map<String, Object> entry : entries.subList(0, last)) {
                long amount = entry.get("amount") instanceof Number number ? number.longValue() : 0;
                String day = String.valueOf(entry.get("occurredOn"));
                before += day.compareTo(from) < 0 ? amount : 0;
                during += day.compareTo(from) >= 0 && day.compareTo(on) <= 0 ? amount : 0;
            }

            JsonPath page = get(book, "?from=%s&on=%s&toSeq=%d".formatted(from, on, last))
                    .extract()
                    .jsonPath();
            Map<String, Object> issued = page.getMap("codes.find { it.code == '3300' }");

            if (before + during > 0) {
                assertThat(issued.get("opening")).as("seed " + seed).isEqualTo((int) -before);
                assertThat(issued.get("debit")).as("seed " + seed).isEqualTo((int) during);
                assertThat(issued.get("closing")).as("seed " + seed).isEqualTo((int) -(before + during));
            }
        }
    }

    @Test
    void pagesAreOfTheEntriesOfTheFirst() {
        var book = bank.aBook();
        var anna = book.aMember("M-A", "70-79").holding(100, Unit.MIN);
        var bela = book.aMember("M-B", "60-69").holding(50, Unit.MIN);
        List<String> seen = new ArrayList<>();
        JsonPath page = get(book, "?limit=1&fromSeq=1").extract().jsonPath();

        transfer(book, anna, bela, 7, "2025-01-05");
        while (true) {
            seen.add(page.getString("items[0].account") + " " + page.getString("items[0].closing") + " "
                    + page.getString("seq"));
            String next = page.getString("next");
            if (next == null) {
                break;
            }
            page = get(book, "?limit=1&fromSeq=1&after=" + next)
                    .body("totals", nullValue())
                    .body("items", hasSize(1))
                    .extract()
                    .jsonPath();
        }

        assertThat(seen).containsExactly("2100:M-A:MIN 100 2", "2100:M-B:MIN 50 2", "3300:MIN -150 2");
    }

    @Test
    void writesACsvOfAccountsCodesAndTotals() {
        var book = bank.aBook();
        var anna = book.aMember("M-A", "70-79").holding(100, Unit.MIN).holding(5, Unit.PTS);
        transfer(book, anna, book.aMember("M-B", "60-69"), 40, "2025-01-05");

        assertThat(csv(book, "")).isEqualTo("""
                row,code,account,unit,opening,debit,credit,closing
                ACCOUNT,2100,2100:M-A:MIN,MIN,,,,60
                ACCOUNT,2100,2100:M-B:MIN,MIN,,,,40
                CODE,2100,,MIN,,,,100
                ACCOUNT,2200,2200:M-A:PTS,PTS,,,,5
                CODE,2200,,PTS,,,,5
                ACCOUNT,3300,3300:MIN,MIN,,,,-100
                ACCOUNT,3300,3300:PTS,PTS,,,,-5
                CODE,3300,,MIN,,,,-100
                CODE,3300,,PTS,,,,-5
                TOTAL,,,MIN,,,,0
                TOTAL,,,PTS,,,,0
                """.replace("\n", "\r\n"));
        assertThat(csv(book, "?fromSeq=3&headings=ZH&bom=true"))
                .startsWith("\ufeff行类,科目,账户,计量单位,期初余额,借方,贷方,期末余额\r\n" + "ACCOUNT,2100,2100:M-A:MIN,MIN,100,40,0,60\r\n")
                .contains("\r\nTOTAL,,,MIN,0,40,40,0\r\n");
        book.as(Role.AUDITOR)
                .header("Accept", "text/csv")
                .header("Accept-Language", "zh-CN")
                .get(book.path() + "/trial-balance")
                .then()
                .header(
                        "Content-Disposition",
                        equalTo("attachment; filename=\"" + book.code() + "-trial-balance-3.csv\""))
                .body(startsWith("行类,"));
    }

    @Test
    void writesASpreadsheet() throws IOException {
        var book = bank.aBook();
        book.aMember("M-A", "70-79").holding(100, Unit.MIN);

        byte[] bytes = book.as(Role.AUDITOR)
                .header("Accept", XLSX)
                .get(book.path() + "/trial-balance?fromSeq=1")
                .then()
                .statusCode(200)
                .contentType(XLSX)
                .extract()
                .asByteArray();

        try (ReadableWorkbook workbook = new ReadableWorkbook(new ByteArrayInputStream(bytes))) {
            var rows = workbook.getFirstSheet().read();
            assertThat(workbook.getFirstSheet().getName()).isEqualTo("trial-balance");
            assertThat(rows).hasSize(6);
            assertThat(rows.get(0).getCellText(7)).isEqualTo("closing");
            assertThat(rows.get(1).getCellText(2)).isEqualTo("2100:M-A:MIN");
            assertThat(rows.get(1).getCellAsNumber(7).orElseThrow().longValueExact())
                    .isEqualTo(100);
        }
    }

    @Test
    void anEmptyBookIsBalanced() {
        var book = bank.aBook();

        get(book, "").body("items", empty()).body("totals", empty()).body("seq", equalTo(0));
        assertThat(csv(book, "?fromSeq=1")).isEqualTo("row,code,account,unit,opening,debit,credit,closing\r\n");
    }

    @Test
    void saysWhatIsWrongWithWhatIsAsked() {
        var book = bank.aBook();
        book.aMember().holding(1, Unit.MIN);
        String table = """
                asOf=2999-01-01T00:00:00Z                | asOf    | future
                on=2999-01-01                            | on      | future
                from=2999-01-01                          | from    | future
                toSeq=2                                  | toSeq   | not-reached
                toSeq=0                                  | toSeq   | range
                toSeq=x                                  | toSeq   | range
                fromSeq=-1                               | fromSeq | range
                asOf=2025-01-01T00:00:00Z&toSeq=1        | toSeq   | as-of
                fromSeq=2&toSeq=1                        | fromSeq | after-end
                from=2025-01-02&on=2025-01-01            | from    | after-end
                headings=zh                              | headings | name
                bom=yes                                  | bom     | flag
                after=OTk5OSAyMTAwOk0tQTpNSU4            | after   | cursor
                after=MSB4                               | after   | cursor
                """;
        for (String line : table.strip().split("\n")) {
            String[] cells = line.split("\\|");
            book.as(Role.AUDITOR)
                    .get(book.path() + "/trial-balance?" + cells[0].strip())
                    .then()
                    .statusCode(400)
                    .body("errors.field", contains(cells[1].strip()));
        }
    }

    private static Holder holder(TestBank.Book book, String member) {
        return Holder.of(
                book.id(), Chart.MEMBER_TIME, book.aMember(member, "70-79").id());
    }

    private static List<Map<String, Object>> entries(TestBank.Book book) {
        JsonPath page = book.as(Role.AUDITOR)
                .get(book.path() + "/entries?limit=500")
                .then()
                .extract()
                .jsonPath();
        List<Map<String, Object>> entries = new ArrayList<>();
        for (Map<String, Object> entry : page.<Map<String, Object>>getList("items")) {
            int seq = (Integer) entry.getOrDefault("seq", 0);
            @Nullable Object amount = page.get("items[%d].postings.find { it.amount > 0 }.amount".formatted(seq - 1));
            entries.add(Map.of(
                    "occurredOn", String.valueOf(entry.get("occurredOn")), "amount", amount == null ? 0 : amount));
        }
        return entries;
    }

    private static ValidatableResponse get(TestBank.Book book, String query) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/trial-balance" + query)
                .then()
                .statusCode(200);
    }

    private static String csv(TestBank.Book book, String query) {
        return book.as(Role.AUDITOR)
                .header("Accept", "text/csv")
                .get(book.path() + "/trial-balance" + query)
                .then()
                .statusCode(200)
                .contentType(startsWith("text/csv"))
                .extract()
                .asString();
    }

    private static String postedAt(TestBank.Book book, int seq) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/entries/" + seq)
                .then()
                .statusCode(200)
                .extract()
                .path("postedAt");
    }

    private static void open(TestBank.Book book, TestBank.Member member, long amount, String day) {
        book.as(Role.OPERATOR)
                .body(Map.of("member", member.id(), "amount", amount, "unit", "MIN", "occurredOn", day))
                .post(book.path() + "/openings")
                .then()
                .statusCode(201);
    }

    private static void transfer(
            TestBank.Book book, TestBank.Member from, TestBank.Member to, long amount, String day) {
        book.as(Role.APP)
                .body(Map.of("from", from.id(), "to", to.id(), "amount", amount, "unit", "MIN", "occurredOn", day))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(201);
    }
}
