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
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class JournalTest {
    private static final String XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    @Inject
    TestBank bank;

    @Test
    void tellsEachEntryByItsLines() {
        var book = threeEntries();

        get(book, "")
                .body("seq", equalTo(3))
                .body("items.seq", contains(1, 1, 2, 2, 3, 3))
                .body("items.line", contains(1, 2, 1, 2, 1, 2))
                .body("items[2].account", equalTo("2100:M-A:MIN"))
                .body("items[2].debit", equalTo(40))
                .body("items[3].account", equalTo("2100:M-B:MIN"))
                .body("items[3].credit", equalTo(40))
                .body("items[2].type", equalTo("TRANSFER_TIME"))
                .body("items[2].occurredOn", equalTo("2025-01-05"))
                .body("items[2].reference", equalTo("R,1"));
        get(book, "?fromSeq=2&toSeq=2").body("items.seq", contains(2, 2));
        get(book, "?from=2025-01-05&on=2025-01-05").body("items.seq", contains(2, 2));
        get(book, "?from=2025-01-06&on=2025-01-07").body("items.seq", contains(3, 3));
        get(book, "?on=2025-01-04").body("items", empty());
    }

    @Test
    void pagesAreOfTheEntriesOfTheFirstAndBeginAnywhereInAnEntry() {
        var book = threeEntries();
        List<String> seen = new ArrayList<>();
        JsonPath page = get(book, "?limit=1").extract().jsonPath();

        give(book, "M-A", "M-B", 1, "2025-01-09", "R-9");
        while (true) {
            seen.add(page.getString("items[0].seq") + "." + page.getString("items[0].line"));
            String next = page.getString("next");
            if (next == null) {
                break;
            }
            page = get(book, "?limit=1&after=" + next)
                    .body("seq", equalTo(3))
                    .body("items", hasSize(1))
                    .extract()
                    .jsonPath();
        }

        assertThat(seen).containsExactly("1.1", "1.2", "2.1", "2.2", "3.1", "3.2");
        get(book, "?limit=3").body("items", hasSize(3));
    }

    @Test
    void writesFilesOfAllLines() throws IOException {
        var book = threeEntries();

        String csv = file(book, "text/csv", "?fromSeq=2&headings=ZH").asString();
        byte[] sheet = file(book, XLSX, "?fromSeq=2").asByteArray();

        assertThat(csv.split("\r\n"))
                .hasSize(5)
                .satisfies(lines -> assertThat(lines[0]).startsWith("凭证号,分录号,业务类型,计量单位,业务日期,记账时间,账户,借方,贷方,"))
                .satisfies(lines -> assertThat(lines[1])
                        .startsWith("2,1,TRANSFER_TIME,MIN,2025-01-05,")
                        .contains(",2100:M-A:MIN,40,,client-")
                        .endsWith(",\"R,1\",,"));
        try (ReadableWorkbook workbook = new ReadableWorkbook(new ByteArrayInputStream(sheet))) {
            var rows = workbook.getFirstSheet().read();
            assertThat(rows).hasSize(5);
            assertThat(rows.get(0).getCellText(13)).isEqualTo("reference");
            assertThat(rows.get(1).getCellText(13)).isEqualTo("R,1");
            assertThat(rows.get(2).getCellAsNumber(8).orElseThrow().longValueExact())
                    .isEqualTo(40);
        }
    }

    @Test
    void refusesCursorsOfOtherLists() {
        var book = threeEntries();
        for (String cursor : List.of("MyAy", "YSBiIGM", "OTk5IDEgMQ")) {
            book.as(Role.AUDITOR)
                    .get(book.path() + "/journal?after=" + cursor)
                    .then()
                    .statusCode(400)
                    .body("errors.field", contains("after"));
        }
    }

    private TestBank.Book threeEntries() {
        var book = bank.aBook();
        book.aMember("M-A", "70-79").holding(100, Unit.MIN);
        book.aMember("M-B", "60-69");
        give(book, "M-A", "M-B", 40, "2025-01-05", "R,1");
        give(book, "M-B", "M-A", 15, "2025-01-06", "R-2");
        return book;
    }

    static void give(TestBank.Book book, String from, String to, long amount, String day, String reference) {
        book.as(Role.APP)
                .body(Map.of(
                        "from",
                        from,
                        "to",
                        to,
                        "amount",
                        amount,
                        "unit",
                        "MIN",
                        "occurredOn",
                        day,
                        "reference",
                        reference))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(201);
    }

    private static ValidatableResponse get(TestBank.Book book, String query) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/journal" + query)
                .then()
                .statusCode(200);
    }

    private static ExtractableResponse<Response> file(TestBank.Book book, String type, String query) {
        return book.as(Role.AUDITOR)
                .header("Accept", type)
                .get(book.path() + "/journal" + query)
                .then()
                .statusCode(200)
                .contentType(startsWith(type))
                .extract();
    }
}
