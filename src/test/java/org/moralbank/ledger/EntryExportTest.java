package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class EntryExportTest {
    @Inject
    TestBank bank;

    @Test
    void writesARowPerPostingAndQuotesWhatHasCommas() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        transfer(book, anna, bela, 10, "R,\\\"1\\\"", "给邻居买药");

        String csv = export(book, "text/csv", "");

        var lines = csv.split("\r\n", -1);
        assertThat(lines).hasSize(6);
        assertThat(lines[0])
                .startsWith("seq,type,unit,occurredOn,postedAt,account,amount,balanceAfter,version,client,");
        assertThat(lines[3])
                .startsWith("2,TRANSFER_TIME,MIN,2025-01-05,")
                .contains(",2100:" + anna.id() + ":MIN,-10,50,2,client-")
                .contains(",\"R,\"\"1\"\"\",");
        assertThat(lines[4]).contains(",2100:" + bela.id() + ":MIN,10,10,1,");
        assertThat(lines[5]).isEmpty();
        assertThat(csv).doesNotContain("给邻居买药");
        assertThat(Arrays.stream(export(book, "text/csv", "?type=OPENING").split("\r\n")))
                .hasSize(3);
        assertThat(export(book, "text/csv", "?type=NETTING").split("\r\n")).hasSize(1);
    }

    @Test
    void writesAJournalThatHledgerChecks() throws IOException {
        var book = bank.aBook(true, 0, true);
        var lot = new Lot("PUBLIC", java.time.LocalDate.of(2099, 12, 31), true);
        var anna =
                book.aMember().holding(60, Unit.MIN, lot).holding(60, Unit.MIN).holding(2005, Unit.PTS);
        var bela = book.aMember();
        transfer(book, anna, bela, 70, "R,1[x]%;date:2025/13/40", "给邻居买药");
        book.as(Role.COORDINATOR)
                .body("{\"reason\":\"x\"}")
                .post(book.path() + "/entries/2/reversal")
                .then()
                .statusCode(201);

        String journal = export(book, "text/x-hledger", "");
        // For .ci/exports, which has hledger and ledger themselves check it.
        Files.createDirectories(Path.of("target/journals"));
        Files.writeString(Path.of("target/journals/entries.journal"), journal);

        assertThat(journal)
                .contains("\ncommodity MIN\n    format MIN 1000.\ncommodity PTS\n    format PTS 1000.00\n")
                .contains("\naccount 2100:" + anna.id() + ":MIN:PUBLIC.20991231.R\n")
                .contains("\naccount 3300:PTS\n")
                .contains("(3) OPENING  ; occurred-on:")
                .contains("    2200:" + anna.id() + ":PTS  PTS 20.05 = PTS 20.05\n")
                .contains("    3300:PTS  PTS -20.05 = PTS -20.05\n")
                .contains("(4) TRANSFER_TIME  ; occurred-on:2025-01-05, posted-at:")
                .contains(", reference:R%2C1%5Bx%5D%25;date:2025/13/40\n")
                .contains("    2100:" + anna.id() + ":MIN:PUBLIC.20991231.R  MIN -60 = MIN 0\n")
                .contains(", reverses:2\n")
                .doesNotContain("给邻居买药");
        assertThat(export(book, "text/x-hledger", "?unit=PTS")).contains("PTS 20.05 = PTS 20.05");
        assertThat(export(book, "text/x-hledger", "?type=OPENING"))
                .contains("; A part of the book")
                .doesNotContain(" = ");
    }

    /** Half an hour past midnight where the community lives. */
    @Test
    void datesAJournalByTheDayOfPostingInTheBooksCalendar() {
        var book = bank.aBook().since(Instant.parse("2025-01-01T00:00:00Z"));
        var opening = new Holder(book.id(), Chart.OPENING, "", Unit.MIN);
        var anna = Holder.of(book.id(), Chart.MEMBER_TIME, book.aMember().id());
        book.postAt(
                Instant.parse("2025-01-05T16:30:00Z"),
                EntryType.OPENING,
                draft -> draft.debit(opening, 60).credit(anna, 60),
                opening,
                anna);

        assertThat(export(book, "text/x-hledger", "")).contains("\n2025-01-06 (1) OPENING  ; ");
    }

    @Test
    void writesThePreambleOfABookWithoutEntries() {
        var book = bank.aBook();

        assertThat(export(book, "text/x-hledger", "")).contains("commodity MIN").doesNotContain("account ");
        assertThat(export(book, "text/csv", "")).startsWith("seq,").endsWith("leafHash\r\n");
    }

    @Test
    void givesJsonToWhoAcceptsAnythingAndRefusesOtherTypes() {
        var book = bank.aBook();

        for (String accept : new String[] {"*/*", "application/json", "text/html, */*;q=0.8"}) {
            book.as(Role.AUDITOR)
                    .header("Accept", accept)
                    .get(book.path() + "/entries")
                    .then()
                    .statusCode(200)
                    .contentType(startsWith("application/json"));
        }
        book.as(Role.AUDITOR)
                .header("Accept", "image/png")
                .get(book.path() + "/entries")
                .then()
                .statusCode(406)
                .body("code", equalTo("not-acceptable"));
    }

    @Test
    void refusesFilesLikeLists() {
        var book = bank.aBook();

        book.as(Role.TERMINAL)
                .header("Accept", "text/csv")
                .get(book.path() + "/entries")
                .then()
                .statusCode(403);
        bank.aBook()
                .as(Role.AUDITOR)
                .header("Accept", "text/x-hledger")
                .get(book.path() + "/entries")
                .then()
                .statusCode(404)
                .contentType("application/problem+json");
        book.as(Role.AUDITOR)
                .header("Accept", "text/csv")
                .get(book.path() + "/entries?unit=X")
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("unit"));
    }

    private static String export(TestBank.Book book, String type, String query) {
        return book.as(Role.AUDITOR)
                .header("Accept", type)
                .get(book.path() + "/entries" + query)
                .then()
                .statusCode(200)
                .contentType(startsWith(type))
                .extract()
                .asString();
    }

    private static void transfer(
            TestBank.Book book,
            TestBank.Member from,
            TestBank.Member to,
            long amount,
            String reference,
            String reason) {
        book.as(Role.APP)
                .body(("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":%d,\"unit\":\"MIN\",\"occurredOn\":\"2025-01-05\","
                                + "\"reference\":\"%s\",\"reason\":\"%s\"}")
                        .formatted(from.id(), to.id(), amount, reference, reason))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(201);
    }
}
