package org.moralbank.exports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.commits.SomebodyElse;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.CanonicalJson;
import org.moralbank.platform.Json;
import org.moralbank.platform.Sha256;
import org.moralbank.platform.TestDatabase;
import org.moralbank.translog.SignedCheckpoint;
import org.moralbank.translog.TestLog;
import org.moralbank.translog.TransparencyLog;
import org.moralbank.verifier.Known;
import org.moralbank.verifier.Verdict;
import org.moralbank.verifier.Verification;

/** Exports over HTTP: what is in them, that they are the same for ever, and who may have them. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ExportsTest {
    private static final String ALL_FORMATS = "\"formats\":[\"JSONL\",\"CSV\",\"HLEDGER\",\"BEANCOUNT\",\"XLSX\"]";

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @Inject
    ExportStore exportStore;

    @Inject
    ExportJobStore jobs;

    @Inject
    TransparencyLog log;

    /** The files of a pack, in their order. */
    private record Pack(Map<String, byte[]> files) {
        byte[] file(String name) {
            return Objects.requireNonNull(files.get(name), name);
        }

        String text(String name) {
            return new String(file(name), StandardCharsets.UTF_8);
        }

        /** The cells of a CSV file, headings first. */
        List<List<String>> rows(String name) {
            List<List<String>> rows = new ArrayList<>();
            String text = text(name).replaceFirst("^\ufeff", "");
            assertThat(text).endsWith("\r\n");
            for (String line : text.split("\r\n")) {
                List<String> cells = new ArrayList<>();
                var matcher = CELL.matcher(line + ",");
                while (matcher.find()) {
                    cells.add(
                            matcher.group(1) == null
                                    ? matcher.group(2)
                                    : matcher.group(1).replace("\"\"", "\""));
                }
                rows.add(cells);
            }
            return rows;
        }
    }

    private static final Pattern CELL = Pattern.compile("(?:\"((?:[^\"]|\"\")*)\"|([^,]*)),");

    /**
     * A book with a lot, both units, a transfer, a reversal that runs into a shortfall, a member who has left, and one who has
     * of both units what is his own and a lot.
     */
    private TestBank.Book aLivelyBook() {
        var book = bank.aBook(true, 0, true).since(Instant.parse("2025-01-01T00:00:00Z"));
        var lot = new Lot("PUBLIC", LocalDate.of(2099, 12, 31), true);
        var anna =
                book.aMember().holding(60, Unit.MIN, lot).holding(60, Unit.MIN).holding(2005, Unit.PTS);
        var bela = book.aMember("helper_7.x", "60-69");
        var gone = book.aMember();
        transfer(book, anna, bela, 70, "R,\\\"1\\\"[x]%;date:2025/13/40", "给邻居买药");
        transfer(book, bela, gone, 5, "plain", "第二件事");
        book.as(Role.COORDINATOR)
                .body("{\"reason\":\"录入有误\"}")
                .post(book.path() + "/entries/2/reversal")
                .then()
                .statusCode(201);
        book.as(Role.COORDINATOR)
                .body("{\"reason\":\"迁出社区\"}")
                .post(book.path() + "/members/" + gone.id() + "/close")
                .then()
                .statusCode(200);
        book.aMember()
                .holding(30, Unit.MIN)
                .holding(15, Unit.MIN, lot)
                .holding(500, Unit.PTS)
                .holding(250, Unit.PTS, lot);
        return book;
    }

    @Test
    void makesAPackWhoseManifestTellsTheTruth() throws IOException {
        var book = aLivelyBook();

        var pack = pack(book, "{" + ALL_FORMATS + "}");

        JsonNode manifest = Json.mapper().readTree(pack.file("manifest.json"));
        assertThat(CanonicalJson.of(pack.file("manifest.json"))).isEqualTo(pack.file("manifest.json"));
        assertThat(pack.files().keySet())
                .containsExactly(
                        "manifest.json",
                        "accounts.csv",
                        "accounts.jsonl",
                        "accounts.xlsx",
                        "book.beancount",
                        "book.hledger",
                        "entries.jsonl",
                        "general-ledger.csv",
                        "general-ledger.xlsx",
                        "journal.csv",
                        "journal.xlsx",
                        "statements.csv",
                        "statements.xlsx",
                        "trial-balance.csv",
                        "trial-balance.xlsx");
        assertThat(manifest.path("format").asText()).isEqualTo("moralbank-export/1");
        assertThat(manifest.path("book").asText()).isEqualTo(book.code());
        assertThat(manifest.path("files")).hasSize(14).allSatisfy(file -> {
            byte[] bytes = pack.file(file.path("name").asText());
            assertThat(file.path("bytes").asLong()).isEqualTo(bytes.length);
            assertThat(file.path("sha256").asText()).isEqualTo(HexFormat.of().formatHex(Sha256.of(bytes)));
        });
        var entries = lines(pack.file("entries.jsonl"));
        assertThat(manifest.path("firstSeq").asText()).isEqualTo("1");
        assertThat(manifest.path("lastSeq").asText()).isEqualTo(entries.size() + "");
        assertThat(manifest.path("entries").asText()).isEqualTo(entries.size() + "");
        long postings = 0;
        long turnover = 0;
        for (int i = 0; i < entries.size(); i++) {
            JsonNode entry = Json.mapper().readTree(entries.get(i));
            assertThat(entry.path("seq").asInt()).isEqualTo(i + 1);
            postings += entry.path("postings").size();
            for (JsonNode posting : entry.path("postings")) {
                turnover += entry.path("unit").asText().equals("MIN")
                        ? Math.max(0, posting.path("amount").asLong())
                        : 0;
            }
        }
        assertThat(manifest.path("postings").asText()).isEqualTo(postings + "");
        assertThat(manifest.at("/sums/MIN").asText()).isEqualTo("0");
        assertThat(manifest.at("/sums/PTS").asText()).isEqualTo("0");
        assertThat(manifest.at("/turnover/MIN").asText()).isEqualTo(turnover + "");
        assertThat(manifest.at("/turnover/PTS").asText()).isEqualTo("2755");
        keepForTheTools("lively", pack);
        assertThat(verdict("lively")).as(verdict("lively").sentence()).isInstanceOf(Verdict.Holds.class);
    }

    @Test
    void namesNoAccountForBeancountBelowAnotherWhoseBalanceWouldTakeItIn() throws IOException {
        var book = aLivelyBook();

        var pack = pack(book, "{\"formats\":[\"BEANCOUNT\"]}");

        List<String> opened = Pattern.compile("^\\S+ open (\\S+) ", Pattern.MULTILINE)
                .matcher(pack.text("book.beancount"))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(opened)
                .anyMatch(account -> account.endsWith(":MIN--3APUBLIC--2E20991231--2ER"))
                .anyMatch(account -> account.endsWith(":PTS--3APUBLIC--2E20991231--2ER"))
                .noneMatch(account -> opened.contains(account.substring(0, account.lastIndexOf(':'))));
    }

    @Test
    void hasTheBytesThatAreSealedAndNothingThatAPersonWrote() throws IOException {
        var book = aLivelyBook();

        var pack = pack(book, "{" + ALL_FORMATS + "}");

        var sealed = pool.preparedQuery("SELECT canonical, leaf_hash FROM ledger_entry WHERE book_id = $1 ORDER BY seq")
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely();
        var lines = lines(pack.file("entries.jsonl"));
        int number = 0;
        for (var row : sealed) {
            byte[] line = lines.get(number++).getBytes(StandardCharsets.UTF_8);
            assertThat(line).isEqualTo(row.getBuffer(0).getBytes());
            assertThat(Sha256.of(new byte[] {0}, line))
                    .isEqualTo(row.getBuffer(1).getBytes());
        }
        assertThat(number).isEqualTo(lines.size());
        pack.files()
                .forEach((name, bytes) -> assertThat(new String(bytes, StandardCharsets.UTF_8))
                        .as(name)
                        .doesNotContain("给邻居买药", "第二件事", "录入有误", "迁出社区"));
    }

    @Test
    void tellsTheBalancesOfTheBooksAlsoOfWhoHasLeft() throws IOException {
        var book = aLivelyBook();

        var pack = pack(book, "{\"contents\":[\"ACCOUNTS\"],\"formats\":[\"JSONL\",\"CSV\"]}");

        Map<String, String> told = new LinkedHashMap<>();
        for (String line : lines(pack.file("accounts.jsonl"))) {
            assertThat(CanonicalJson.of(line.getBytes(StandardCharsets.UTF_8)))
                    .isEqualTo(line.getBytes(StandardCharsets.UTF_8));
            JsonNode account = Json.mapper().readTree(line);
            told.put(
                    account.path("account").asText(),
                    account.path("posted").asText() + "/"
                            + account.path("version").asText() + "/"
                            + account.path("restricted").asBoolean() + "/"
                            + account.path("expiresOn").asText(""));
        }
        Map<String, String> booked = new LinkedHashMap<>();
        JsonNode accounts = Json.mapper()
                .readTree(book.as(Role.AUDITOR)
                        .get(book.path() + "/accounts?limit=500")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString());
        accounts.path("items").forEach(account -> {
            if (account.path("version").asLong() > 0) {
                booked.put(
                        account.path("id").asText(),
                        account.path("posted").asText() + "/"
                                + account.path("version").asText() + "/"
                                + account.path("restricted").asBoolean() + "/"
                                + account.path("expiresOn").asText(""));
            }
        });
        assertThat(booked).isNotEmpty();
        assertThat(new ArrayList<>(told.entrySet())).isEqualTo(new ArrayList<>(booked.entrySet()));
        assertThat(new String(pack.file("accounts.csv"), StandardCharsets.UTF_8).split("\r\n"))
                .hasSize(told.size() + 1);
    }

    @Test
    void givesTheSameBytesForEverAlsoWhenMoreWasPosted() throws IOException {
        var book = aLivelyBook();
        String first = export(book, "{" + ALL_FORMATS + "}");
        byte[] before = zip(book, first);
        int last = get(book, first).getInt("lastSeq");

        book.aMember().holding(7, Unit.MIN);
        byte[] again = zip(book, export(book, "{\"lastSeq\":" + last + "," + ALL_FORMATS + "}"));

        assertThat(again).isEqualTo(before);
        assertThat(zip(book, first)).isEqualTo(before);
        assertThat(zip(book, export(book, "{" + ALL_FORMATS + "}"))).isNotEqualTo(before);
    }

    @Test
    void givesOneFilePlainOrAsGzip() throws IOException {
        var book = aLivelyBook();
        String id = export(book, "{}");
        var pack = pack(book, id, true);

        for (var file : pack.files().entrySet()) {
            for (String encoding : List.of("gzip", "identity")) {
                Response response = book.request(book.keyOf(Role.AUDITOR))
                        .header("Accept", "*/*")
                        .header("Accept-Encoding", encoding)
                        .get(book.path() + "/exports/" + id + "/files/" + file.getKey());
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.asByteArray()).as(file.getKey()).isEqualTo(file.getValue());
            }
        }
    }

    @Test
    void bringsTheCheckpointOfItsLastEntryAndTheKeysToCheckIt() throws IOException {
        var book = aLivelyBook();
        assertThat(pack(book, "{}").files()).doesNotContainKeys("checkpoint.txt", "log-key.txt");
        TestLog.integrate(pool);

        String id = export(book, "{" + ALL_FORMATS + "}");
        var pack = pack(book, id, true);
        int size = get(book, id).getInt("lastSeq");

        assertThat(pack.text("checkpoint.txt")).contains("/" + book.code() + "\n" + size + "\n");
        assertThat(Json.mapper()
                        .readTree(pack.file("manifest.json"))
                        .path("checkpoint")
                        .asText())
                .isEqualTo("checkpoint.txt");
        keepForTheTools("signed", pack);
        assertThat(verdict("signed").sentence()).startsWith("HOLDS");
        // Later ones change nothing of it, and parts of the book have none.
        book.aMember().holding(1, Unit.MIN);
        TestLog.integrate(pool);
        assertThat(pack(book, "{\"lastSeq\":" + size + "," + ALL_FORMATS + "}").text("checkpoint.txt"))
                .isEqualTo(pack.text("checkpoint.txt"));
        assertThat(pack(book, "{\"lastSeq\":" + (size - 1) + "}").files()).doesNotContainKey("checkpoint.txt");
        assertThat(pack(book, "{\"from\":\"2025-01-01\"}").files())
                .doesNotContainKeys("checkpoint.txt", "log-key.txt", "first-entry.tlog-proof");
    }

    // ---- parts of a book ---------------------------------------------------------------------------------------

    @Test
    void exportsARangeOfEntriesWithWhatTheAccountsHadBefore() throws IOException {
        var book = aLivelyBook();

        var pack = pack(book, "{\"firstSeq\":4,\"lastSeq\":5," + ALL_FORMATS + "}");

        assertThat(lines(pack.file("entries.jsonl")))
                .hasSize(2)
                .first()
                .asString()
                .contains("\"seq\":\"4\"");
        assertThat(pack.text("book.hledger"))
                .contains(" opening balances\n    3300:MIN  MIN -120 = MIN -120\n")
                .doesNotContain("A part of the book");
        assertThat(pack.text("book.beancount"))
                .contains(" * \"opening balances\"\n")
                .contains(" balance Equity:3300:PTS  -20.05 ~ 0 PTS\n");
        assertThat(pack.rows("general-ledger.csv"))
                .filteredOn(row -> row.get(0).equals("3300:MIN"))
                .extracting(row -> row.get(1) + " " + row.get(8))
                .containsExactly("OPENING -120", "CLOSING -120");
        assertThat(pack.rows("trial-balance.csv"))
                .filteredOn(row -> row.get(0).equals("TOTAL"))
                .extracting(row -> row.get(3) + " " + row.get(4) + " " + row.get(7))
                .containsExactly("MIN 0 0", "PTS 0 0");
        keepForTheTools("range", pack);
        assertThat(verdict("range").sentence()).startsWith("HOLDS: ");
    }

    @Test
    void exportsBusinessDaysWithoutAssertions() throws IOException {
        var book = aLivelyBook();

        var pack = pack(book, "{\"from\":\"2025-01-05\",\"to\":\"2025-01-05\"," + ALL_FORMATS + "}");

        assertThat(lines(pack.file("entries.jsonl")))
                .hasSize(2)
                .allMatch(line -> line.contains("\"occurredOn\":\"2025-01-05\""));
        JsonNode manifest = Json.mapper().readTree(pack.file("manifest.json"));
        assertThat(manifest.path("entries").asText()).isEqualTo("2");
        assertThat(manifest.at("/turnover/MIN").asText()).isEqualTo("75");
        assertThat(manifest.at("/parameters/from").asText()).isEqualTo("2025-01-05");
        assertThat(pack.text("book.hledger")).contains("; A part of the book").doesNotContain(" = ");
        assertThat(pack.text("book.beancount")).contains("; A part of the book").doesNotContain(" ~ 0 ");
        assertThat(pack.rows("general-ledger.csv"))
                .extracting(row -> row.get(1))
                .containsOnly("POSTING", "row");
        keepForTheTools("days", pack);
        assertThat(verdict("days").sentence()).startsWith("HOLDS: ");
    }

    @Test
    void endsWhereTheBookWasAtAMoment() throws IOException {
        var book = bank.aBook().since(Instant.parse("2025-01-01T00:00:00Z"));
        var anna = book.aMember().holding(60, Unit.MIN);
        Instant then = Instant.now();
        book.aMember().holding(60, Unit.MIN);
        String asOf = "{\"asOf\":\"%s\",\"formats\":[\"JSONL\"]}";

        assertThat(get(book, export(book, asOf.formatted(then))).getInt("lastSeq"))
                .isEqualTo(1);
        assertThat(get(book, export(book, asOf.formatted("2024-12-31T23:59:59Z")))
                        .getInt("lastSeq"))
                .isZero();
        assertThat(pack(book, asOf.formatted(then)).text("accounts.jsonl"))
                .contains(anna.id())
                .hasLineCount(2);
        refused(book, asOf.formatted("2999-01-01T00:00:00Z"), 400, "invalid-request");
    }

    @Test
    void exportsAnEmptyBook() throws IOException {
        var book = bank.aBook();

        var pack = pack(book, "{" + ALL_FORMATS + "}");

        JsonNode manifest = Json.mapper().readTree(pack.file("manifest.json"));
        assertThat(manifest.path("entries").asText()).isEqualTo("0");
        assertThat(manifest.path("lastSeq").asText()).isEqualTo("0");
        assertThat(pack.file("entries.jsonl")).isEmpty();
        keepForTheTools("empty", pack);
    }

    @Test
    void refusesWhatTheBookHasNotReachedAndWhatMakesNoFile() {
        var book = bank.aBook();
        book.aMember().holding(60, Unit.MIN);

        refused(book, "{\"lastSeq\":2}", 422, "seq-not-reached");
        refused(book, "{\"firstSeq\":3}", 422, "seq-not-reached");
        refused(book, "{\"firstSeq\":2,\"lastSeq\":1}", 400, "invalid-request");
        refused(book, "{\"from\":\"2025-01-02\",\"to\":\"2025-01-01\"}", 400, "invalid-request");
        refused(book, "{\"lastSeq\":1,\"asOf\":\"2025-01-01T00:00:00Z\"}", 400, "invalid-request");
        refused(book, "{\"contents\":[\"STATEMENTS\"],\"formats\":[\"HLEDGER\"]}", 400, "invalid-request");
        book.as(Role.AUDITOR)
                .body("{\"contents\":[\"ACCOUNTS\",null]}")
                .post(book.path() + "/exports")
                .then()
                .statusCode(400)
                .body("errors.field", equalTo(List.of("contents[1]")));
        // The one behind the last is the first of nothing.
        assertThat(get(book, export(book, "{\"firstSeq\":2}")).getInt("lastSeq"))
                .isEqualTo(1);
    }

    // ---- parts, as the verifier sees them ----------------------------------------------------------------------

    @TempDir
    Path folder;

    private Verdict verdict(byte[] zip, Known known) throws IOException {
        return Verification.of(Files.write(folder.resolve("pack.zip"), zip), known);
    }

    /** What is not proven, as one text. */
    private static String notProven(Verdict verdict) {
        assertThat(verdict.sentence()).startsWith("HOLDS: ");
        return String.join("\n", ((Verdict.Holds) verdict).notProven());
    }

    private SignedCheckpoint checkpoint(TestBank.Book book, long size) {
        return log.ofSize(new BookHandle(book.id(), book.code(), ZoneId.of("Asia/Shanghai")), size)
                .await()
                .indefinitely()
                .orElseThrow();
    }

    /** The pack with another text in a file, and a manifest that fits. */
    private byte[] changed(byte[] zip, String file, String from, String to) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>(unpacked(zip).files());
        String text = new String(Objects.requireNonNull(files.get(file)), StandardCharsets.UTF_8);
        assertThat(text).containsPattern(from);
        byte[] bytes = text.replaceFirst(from, to).getBytes(StandardCharsets.UTF_8);
        files.put(file, bytes);
        ObjectNode manifest = (ObjectNode) Json.mapper().readTree(files.get("manifest.json"));
        manifest.path("files").forEach(each -> {
            if (each.path("name").asText().equals(file)) {
                ((ObjectNode) each).put("bytes", Integer.toString(bytes.length));
                ((ObjectNode) each).put("sha256", HexFormat.of().formatHex(Sha256.of(bytes)));
            }
        });
        files.put("manifest.json", CanonicalJson.of(manifest));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream packed = new ZipOutputStream(out)) {
            for (var each : files.entrySet()) {
                packed.putNextEntry(new ZipEntry(each.getKey()));
                packed.write(each.getValue());
            }
        }
        return out.toByteArray();
    }

    @Test
    void aPartOfALogThatIsSignedAtItsEndIsProvenAgainstTheCheckpointOfThePartBefore() throws IOException {
        var book = aLivelyBook();
        TestLog.integrate(pool);
        int first = get(book, export(book, "{}")).getInt("lastSeq");
        book.aMember().holding(7, Unit.MIN).holding(8, Unit.PTS);
        book.aMember().holding(9, Unit.MIN);
        TestLog.integrate(pool);
        var before = new Known.Kept("before", checkpoint(book, first).note());
        String key = unpacked(zip(book, export(book, "{}"))).text("log-key.txt").strip();

        byte[] zip = zip(book, export(book, "{\"firstSeq\":" + (first + 1) + "," + ALL_FORMATS + "}"));
        var verdict = verdict(zip, new Known(List.of(before), List.of(), List.of(key)));

        assertThat(unpacked(zip).files()).containsKeys("checkpoint.txt", "log-key.txt", "first-entry.tlog-proof");
        assertThat(verdict.sentence())
                .startsWith("HOLDS: book " + book.code() + ", entries " + (first + 1) + " to " + (first + 3) + ", ")
                .contains("; root ", "; as signed by ", "; true to the checkpoint of " + first + " entries in before");
        assertThat(notProven(verdict).lines())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("that accounts.csv, accounts.xlsx, book.beancount, book.hledger,"
                        + " general-ledger.csv, general-ledger.xlsx, journal.csv, journal.xlsx, statements.csv,"
                        + " statements.xlsx, trial-balance.xlsx agree with the entries: "))
                .anyMatch(line -> line.startsWith("what was before entry " + (first + 1) + ": "))
                .anyMatch(line -> line.startsWith("what trial-balance.csv opens with: "));
        assertThat(verdict(changed(zip, "entries.jsonl", "\"client\":\"client-", "\"client\":\"Client-"), Known.NOTHING)
                        .sentence())
                .startsWith(
                        "DOES NOT HOLD: first-entry.tlog-proof: entry " + (first + 1) + " is not what was sealed: ");
        // The same for ever, also when the log has gone on.
        book.aMember().holding(1, Unit.MIN);
        TestLog.integrate(pool);
        assertThat(zip(
                        book,
                        export(
                                book,
                                "{\"firstSeq\":%d,\"lastSeq\":%d,%s}".formatted(first + 1, first + 3, ALL_FORMATS))))
                .isEqualTo(zip);
    }

    @Test
    void aPackWithoutTheJournalAsJsonCannotBeChecked() throws IOException {
        var book = aLivelyBook();
        for (String asked : List.of(
                "\"contents\":[\"TRIAL_BALANCE\"],\"formats\":[\"JSONL\",\"CSV\"]", "\"formats\":[\"CSV\",\"XLSX\"]")) {
            var verdict = verdict(zip(book, export(book, "{" + asked + "}")), Known.NOTHING);

            assertThat(verdict.sentence()).as(asked).startsWith("NOT CHECKED: there is no entries.jsonl in it");
            assertThat(verdict.exitCode()).isEqualTo(2);
        }
    }

    @Test
    void aPartOfNumbersHoldsAndOneThatWasTamperedWithDoesNot() throws IOException {
        var book = aLivelyBook();

        byte[] zip = zip(book, export(book, "{\"firstSeq\":4,\"lastSeq\":6," + ALL_FORMATS + "}"));

        assertThat(notProven(verdict(zip, Known.NOTHING)))
                .contains(
                        "what was before entry 4: ",
                        "what trial-balance.csv opens with: ",
                        "that these are the entries that were sealed, and all of them: ");
        for (String[] tampered : new String[][] {
            {
                "entries.jsonl",
                "(?s)(.*?\n).*?\n(.*)",
                "$1$2",
                "entries.jsonl line 2 (entry 6): entry 5 should stand here"
            },
            {"accounts.jsonl", "(3300:PTS\",\"posted\":\"-200)5", "$16", "accounts.jsonl: all in PTS come to -1"},
            {
                "trial-balance.csv",
                "(ACCOUNT,3300,3300:PTS,PTS,)-2005,0,0,-2005",
                "$1-2006,0,0,-2006",
                "trial-balance.csv line "
            },
            {"trial-balance.csv", "(ACCOUNT,2100,\\S+,MIN,\\d+,)(\\d+),(\\d+),", "$11$2,1$3,", "trial-balance.csv line "
            }
        }) {
            assertThat(verdict(changed(zip, tampered[0], tampered[1], tampered[2]), Known.NOTHING)
                            .sentence())
                    .startsWith("DOES NOT HOLD: " + tampered[3]);
        }
    }

    /** Numbers with gaps: back-dated entries lie between those of the other days. */
    @Test
    void aPackOfBusinessDaysHoldsAndOneThatWasTamperedWithDoesNot() throws IOException {
        var book = aLivelyBook();
        for (String days : List.of(
                "\"from\":\"2025-01-05\",\"to\":\"2025-01-05\"",
                "\"from\":\"2025-01-06\"",
                "\"to\":\"2025-01-05\"",
                "\"to\":\"2099-01-01\"",
                "\"from\":\"2025-01-06\",\"firstSeq\":2,\"lastSeq\":6")) {
            byte[] zip = zip(book, export(book, "{" + days + "," + ALL_FORMATS + "}"));

            assertThat(notProven(verdict(zip, Known.NOTHING)))
                    .as(days)
                    .contains("that no entry is missing: these happened ");
        }
        byte[] zip = zip(book, export(book, "{\"from\":\"2025-01-06\"," + ALL_FORMATS + "}"));
        assertThat(lines(unpacked(zip).file("entries.jsonl")))
                .as("entries 4 and 5 are of another day")
                .extracting(line -> line.replaceFirst(".*\"seq\":\"(\\d+)\".*", "$1"))
                .startsWith("1", "2", "3", "6");

        assertThat(verdict(
                                changed(zip, "entries.jsonl", "\"occurredOn\":\"\\d{4}", "\"occurredOn\":\"2024"),
                                Known.NOTHING)
                        .sentence())
                .startsWith("DOES NOT HOLD: entries.jsonl line 1 (entry 1): it happened on 2024-")
                .contains(", which is none of the days from 2025-01-06");
        assertThat(verdict(changed(zip, "manifest.json", "\"from\":\"2025-01-06\",", ""), Known.NOTHING)
                        .sentence())
                .isEqualTo("DOES NOT HOLD: entries.jsonl line 4 (entry 6): entry 4 should stand here");
        assertThat(verdict(
                                changed(
                                        zip,
                                        "trial-balance.csv",
                                        "(ACCOUNT,2100,\\S+,MIN,\\d+,)(\\d+),(\\d+),",
                                        "$11$2,1$3,"),
                                Known.NOTHING)
                        .sentence())
                .startsWith("DOES NOT HOLD: trial-balance.csv line ");
    }

    // ---- tables ------------------------------------------------------------------------------------------------

    @Test
    void sumsTablesToWhatTheBooksSay() throws IOException {
        var book = aLivelyBook();

        var pack = pack(book, "{\"formats\":[\"CSV\",\"JSONL\"]}");

        Map<String, Long> posted = new LinkedHashMap<>();
        for (String line : lines(pack.file("accounts.jsonl"))) {
            JsonNode account = Json.mapper().readTree(line);
            posted.put(account.path("account").asText(), account.path("posted").asLong());
        }
        Map<String, Long> ofJournal = new LinkedHashMap<>();
        pack.rows("journal.csv").stream()
                .skip(1)
                .forEach(row -> ofJournal.merge(row.get(5), Long.parseLong(row.get(6)), Long::sum));
        assertThat(ofJournal).containsExactlyInAnyOrderEntriesOf(posted);
        Map<String, Long> ofLedger = new LinkedHashMap<>();
        Map<String, Long> closing = new LinkedHashMap<>();
        for (List<String> row : pack.rows("general-ledger.csv")) {
            if (row.get(1).equals("POSTING")) {
                ofLedger.merge(row.get(0), Long.parseLong(row.get(7)) - Long.parseLong(row.get(6)), Long::sum);
            } else if (row.get(1).equals("CLOSING")) {
                closing.put(row.get(0), Long.parseLong(row.get(8)));
            }
        }
        assertThat(ofLedger).containsExactlyInAnyOrderEntriesOf(posted);
        assertThat(closing).containsExactlyInAnyOrderEntriesOf(posted);
        Map<String, Long> ofTrialBalance = new LinkedHashMap<>();
        pack.rows("trial-balance.csv").stream()
                .filter(row -> row.get(0).equals("ACCOUNT"))
                .forEach(row -> ofTrialBalance.put(row.get(2), Long.parseLong(row.get(7))));
        assertThat(ofTrialBalance).containsExactlyInAnyOrderEntriesOf(posted);
        Map<String, Long> ofStatements = new LinkedHashMap<>();
        for (List<String> row : pack.rows("statements.csv")) {
            if (row.get(2).equals("CLOSING")) {
                ofStatements.put(row.get(1), Long.parseLong(row.get(9)));
            }
        }
        posted.keySet().removeIf(account -> account.startsWith("3") || account.startsWith("24"));
        assertThat(ofStatements).containsExactlyInAnyOrderEntriesOf(posted);
        assertThat(pack.rows("statements.csv")).extracting(row -> row.get(0)).doesNotContain("");
    }

    @Test
    void readsManyPostingsOfAnAccountPageByPage() throws IOException {
        var book = bank.aBook();
        // Three pages of one account's postings, and other accounts before and behind it.
        int postings = 9_000;
        var anna = book.aMember().holding(1, Unit.MIN);
        var bela = book.aMember();
        for (int sent = 0; sent < postings; sent += 500) {
            StringBuilder items = new StringBuilder();
            for (int i = 0; i < 500; i++) {
                boolean back = i % 2 == 1;
                items.append(i == 0 ? "" : ",")
                        .append("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\"R-%d\"}"
                                .formatted(back ? bela.id() : anna.id(), back ? anna.id() : bela.id(), sent + i));
            }
            book.as(Role.APP)
                    .body("{\"atomic\":true,\"items\":[" + items + "]}")
                    .post(book.path() + "/transfers/bulk")
                    .then()
                    .statusCode(200);
        }

        var pack = pack(book, "{\"formats\":[\"CSV\",\"JSONL\"]}");

        for (TestBank.Member member : List.of(anna, bela)) {
            var lines = pack.rows("general-ledger.csv").stream()
                    .filter(row -> row.get(0).equals("2100:" + member.id() + ":MIN")
                            && row.get(1).equals("POSTING"))
                    .toList();
            assertThat(lines).hasSize(member == anna ? postings + 1 : postings);
            for (int i = 0; i < lines.size(); i++) {
                assertThat(lines.get(i).get(9)).isEqualTo(Integer.toString(i + 1));
            }
        }
        assertThat(lines(pack.file("entries.jsonl"))).hasSize(postings + 1);
        assertThat(pack.rows("journal.csv")).hasSize(1 + 2 * (postings + 1));
    }

    @Test
    void hasHeadingsInChineseAndAByteOrderMarkForWhoWantsThem() throws IOException {
        var book = aLivelyBook();
        String asked = "{\"formats\":[\"CSV\"],\"language\":\"%s\",\"byteOrderMark\":%s}";

        var chinese = pack(book, asked.formatted("ZH", true));
        var english = pack(book, asked.formatted("EN", false));

        assertThat(chinese.text("journal.csv")).startsWith("\ufeff凭证号,业务类型,");
        assertThat(chinese.text("statements.csv")).startsWith("\ufeff户主,账户,");
        assertThat(english.text("journal.csv")).startsWith("seq,type,");
        for (String name : english.files().keySet()) {
            if (name.endsWith(".csv")) {
                var inEnglish = english.rows(name);
                var inChinese = chinese.rows(name);
                assertThat(inChinese.subList(1, inChinese.size())).isEqualTo(inEnglish.subList(1, inEnglish.size()));
                assertThat(inChinese.getFirst()).hasSameSizeAs(inEnglish.getFirst());
            }
        }
    }

    @Test
    void writesSpreadsheetsOfTheSameTables() throws IOException {
        var book = aLivelyBook();

        var pack = pack(book, "{\"formats\":[\"CSV\",\"XLSX\"]}");

        for (String name : pack.files().keySet()) {
            if (name.endsWith(".xlsx")) {
                var rows = pack.rows(name.replace(".xlsx", ".csv"));
                List<List<String>> sheet = new ArrayList<>();
                try (ReadableWorkbook workbook = new ReadableWorkbook(new ByteArrayInputStream(pack.file(name)))) {
                    for (var row : workbook.getFirstSheet().read()) {
                        List<String> cells = new ArrayList<>();
                        for (int i = 0; i < rows.getFirst().size(); i++) {
                            cells.add(row.getCellText(i));
                        }
                        sheet.add(cells);
                    }
                }
                assertThat(sheet).as(name).isEqualTo(rows);
            }
        }
    }

    // ---- jobs --------------------------------------------------------------------------------------------------

    @Test
    void goesOnAfterACrashWithTheFirstFileThatIsNotWhole() throws IOException {
        var book = aLivelyBook();
        String id = export(book, "{" + ALL_FORMATS + "}");
        byte[] before = zip(book, id);
        List<String> names = get(book, id).getList("files.name");
        Map<String, String> rows = fileRows(id);

        for (String crashedIn : List.of("manifest.json", "journal.csv", "entries.jsonl")) {
            // As a process leaves it that was killed in a file: no row for it, and a part of its bytes, which are other
            // ones.
            sql(
                    "DELETE FROM export_file WHERE export_id = $1 AND name IN ('manifest.json', $2)",
                    UUID.fromString(id),
                    crashedIn);
            sql("DELETE FROM export_chunk WHERE export_id = $1 AND name = 'manifest.json'", UUID.fromString(id));
            sql("DELETE FROM export_chunk WHERE export_id = $1 AND name = $2", UUID.fromString(id), crashedIn);
            sql(
                    "INSERT INTO export_chunk (book_id, export_id, name, chunk_no, bytes)"
                            + " SELECT book_id, export_id, $2, number, '\\x00' FROM export_job, generate_series(0, 3) AS number"
                            + " WHERE export_id = $1",
                    UUID.fromString(id),
                    crashedIn);
            sql(
                    "UPDATE export_job SET status = 'RUNNING', ended_at = NULL, expires_at = NULL,"
                            + " lease_until = now() - interval '1 second' WHERE export_id = $1",
                    UUID.fromString(id));

            awaitDone(book, id);

            assertThat(zip(book, id)).as(crashedIn).isEqualTo(before);
            Map<String, String> now = fileRows(id);
            for (String name : names) {
                if (name.equals("manifest.json") || name.equals(crashedIn)) {
                    assertThat(now.get(name)).as("made anew: %s", name).isNotEqualTo(rows.get(name));
                } else {
                    assertThat(now.get(name)).as("left as it was: %s", name).isEqualTo(rows.get(name));
                }
            }
            rows = now;
        }
    }

    /** The transaction that made each file. */
    private Map<String, String> fileRows(String id) {
        Map<String, String> rows = new LinkedHashMap<>();
        for (var row : pool.preparedQuery("SELECT name, xmin::text FROM export_file WHERE export_id = $1")
                .execute(Tuple.of(UUID.fromString(id)))
                .await()
                .indefinitely()) {
            rows.put(row.getString(0), row.getString(1));
        }
        return rows;
    }

    @Test
    void addsNothingForAnExporterWhoWasStoppedAndWoke() {
        var book = bank.aBook();
        String id = export(book, "{\"formats\":[\"JSONL\"]}");
        var export = exportStore
                .find(book.id(), UUID.fromString(id))
                .await()
                .indefinitely()
                .orElseThrow();
        // Another has taken it since, and holds it.
        sql(
                "UPDATE export_job SET status = 'RUNNING', fence = 8, ended_at = NULL, expires_at = NULL,"
                        + " lease_until = now() + interval '1 hour' WHERE export_id = $1",
                UUID.fromString(id));
        var handle = new BookHandle(book.id(), book.code(), ZoneId.of("Asia/Shanghai"));
        var woke = new ExportJobStore.Lease(export, handle, 7, 1);
        var holds = new ExportJobStore.Lease(export, handle, 8, 1);
        var bytes = Buffer.buffer("x");

        assertThatThrownBy(() -> jobs.extend(woke)).isInstanceOf(ExportJobStore.Lost.class);
        assertThatThrownBy(() -> jobs.beginFile(woke, "entries.jsonl")).isInstanceOf(ExportJobStore.Lost.class);
        assertThat(jobs.addChunk(woke, "late", 0, bytes).toCompletableFuture())
                .failsWithin(java.time.Duration.ofSeconds(10));
        assertThatThrownBy(() -> jobs.fail(woke, "x", java.time.Duration.ofDays(1)))
                .isInstanceOf(ExportJobStore.Lost.class);
        assertThatThrownBy(() -> jobs.done(woke, java.time.Duration.ofDays(1))).isInstanceOf(ExportJobStore.Lost.class);
        jobs.giveBack(woke, "x", java.time.Duration.ZERO);

        assertThat(get(book, id).getString("status")).isEqualTo("RUNNING");
        assertThat(get(book, id).getList("files.name"))
                .containsExactlyInAnyOrder("accounts.jsonl", "entries.jsonl", "manifest.json");
        jobs.extend(holds);
        jobs.done(holds, java.time.Duration.ofDays(1));
    }

    @Test
    void givesUpWhatHasKilledItsExporterFiveTimes() {
        var book = bank.aBook();
        String id = export(book, "{\"formats\":[\"JSONL\"]}");
        sql("DELETE FROM export_file WHERE export_id = $1 AND name = 'manifest.json'", UUID.fromString(id));

        sql(
                "UPDATE export_job SET status = 'RUNNING', attempts = 5, ended_at = NULL, expires_at = NULL,"
                        + " lease_until = now() - interval '1 second' WHERE export_id = $1",
                UUID.fromString(id));

        awaitStatus(book, id, "FAILED");
        assertThat(get(book, id).getString("lastError")).isEqualTo("interrupted");
        assertThat(get(book, id).getList("files")).isEmpty();
        assertThat(count("SELECT count(*) FROM export_chunk WHERE export_id = $1", UUID.fromString(id)))
                .isZero();
        for (String what : List.of("/pack", "/files/manifest.json")) {
            book.as(Role.AUDITOR)
                    .header("Accept", "*/*")
                    .get(book.path() + "/exports/" + id + what)
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("export-not-done"))
                    .body("status", equalTo(409));
        }
    }

    @Test
    void deletesAnExportWithItsFilesOnceAndForAll() {
        var book = aLivelyBook();
        String id = export(book, "{}");

        var auditor = book.keyOf(Role.AUDITOR);
        book.request(auditor).delete(book.path() + "/exports/" + id).then().statusCode(204);

        book.request(auditor).delete(book.path() + "/exports/" + id).then().statusCode(404);
        for (String what : List.of("", "/pack", "/files/entries.jsonl")) {
            book.request(auditor)
                    .header("Accept", "*/*")
                    .get(book.path() + "/exports/" + id + what)
                    .then()
                    .statusCode(404);
        }
        for (String table : List.of("export_job", "export_file", "export_chunk")) {
            assertThat(count("SELECT count(*) FROM " + table + " WHERE export_id = $1", UUID.fromString(id)))
                    .as(table)
                    .isZero();
        }
    }

    /** The exporter's last part is on its way when the export is deleted: it would stand there for ever, and nobody see it. */
    @Test
    void aPartThatIsAddedWhileItsExportIsDeletedOrGivenUpGoesWithIt() throws Exception {
        var book = bank.aBook();
        var handle = new BookHandle(book.id(), book.code(), ZoneId.of("Asia/Shanghai"));
        var keep = java.time.Duration.ofDays(1);
        for (boolean deleted : List.of(true, false)) {
            String id = export(book, "{\"formats\":[\"JSONL\"]}");
            var export = exportStore
                    .find(book.id(), UUID.fromString(id))
                    .await()
                    .indefinitely()
                    .orElseThrow();
            sql(
                    "UPDATE export_job SET status = 'RUNNING', fence = 8, ended_at = NULL, expires_at = NULL,"
                            + " lease_until = now() + interval '1 hour' WHERE export_id = $1",
                    export.id());

            try (var adding = SomebodyElse.holding(
                    TestDatabase.shared(),
                    "UPDATE export_job SET lease_until = now() + interval '1 hour' WHERE export_id = '" + id + "';"
                            + "INSERT INTO export_chunk (book_id, export_id, name, chunk_no, bytes) VALUES ("
                            + book.id() + ", '" + id + "', 'late', 0, '\\x00')")) {
                var gone = CompletableFuture.runAsync(() -> {
                    if (deleted) {
                        exportStore.delete(book.id(), export.id()).await().indefinitely();
                    } else {
                        jobs.fail(new ExportJobStore.Lease(export, handle, 8, 1), "x", keep);
                    }
                });
                adding.awaitWaiting();
                adding.connection().commit();
                gone.get(10, TimeUnit.SECONDS);
            }

            assertThat(count("SELECT count(*) FROM export_chunk WHERE export_id = $1", export.id()))
                    .as(deleted ? "deleted" : "given up")
                    .isZero();
        }
    }

    @Test
    void letsAnExportGoWhenItsTimeIsOver() {
        var book = bank.aBook();
        String gone = export(book, "{\"formats\":[\"JSONL\"]}");
        String stays = export(book, "{\"formats\":[\"JSONL\"]}");
        sql("UPDATE export_job SET expires_at = now() WHERE export_id = $1", UUID.fromString(gone));

        // The exporter itself looks every minute; whoever comes first deletes it.
        jobs.deleteExpired();

        assertThat(count("SELECT count(*) FROM export_job WHERE export_id = $1", UUID.fromString(gone)))
                .isZero();
        assertThat(get(book, stays).getString("status")).isEqualTo("DONE");
    }

    @Test
    void listsTheNewestFirst() {
        var book = bank.aBook();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.addFirst(export(book, "{\"formats\":[\"JSONL\"]}"));
        }

        var page = book.as(Role.OPERATOR)
                .get(book.path() + "/exports?status=DONE&limit=2")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(page.<String>getList("items.id")).isEqualTo(ids.subList(0, 2));
        var next = book.as(Role.OPERATOR)
                .get(book.path() + "/exports?status=DONE&limit=2&after=" + page.getString("next"))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(next.<String>getList("items.id")).isEqualTo(ids.subList(2, 3));
        assertThat(next.getString("next")).isNull();
    }

    @Test
    void isForAuditorsAndOperatorsOfTheBook() {
        var book = bank.aBook();
        String id = export(book, "{\"formats\":[\"JSONL\"]}");
        var other = bank.aBook();

        for (Role role : List.of(Role.APP, Role.COORDINATOR, Role.TERMINAL)) {
            book.as(role).body("{}").post(book.path() + "/exports").then().statusCode(403);
            book.as(role).delete(book.path() + "/exports/" + id).then().statusCode(403);
            for (String what : List.of("", "/" + id, "/" + id + "/pack", "/" + id + "/files/entries.jsonl")) {
                book.as(role)
                        .header("Accept", "*/*")
                        .get(book.path() + "/exports" + what)
                        .then()
                        .statusCode(403);
            }
        }
        for (String what : List.of("", "/pack", "/files/entries.jsonl")) {
            other.as(Role.AUDITOR)
                    .header("Accept", "*/*")
                    .get(book.path() + "/exports/" + id + what)
                    .then()
                    .statusCode(404);
            other.as(Role.AUDITOR)
                    .header("Accept", "*/*")
                    .get(other.path() + "/exports/" + id + what)
                    .then()
                    .statusCode(404);
        }
        other.as(Role.AUDITOR).delete(other.path() + "/exports/" + id).then().statusCode(404);
        book.as(Role.OPERATOR).get(book.path() + "/exports/" + id).then().statusCode(200);
    }

    // ---- requests ----------------------------------------------------------------------------------------------

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

    private static void refused(TestBank.Book book, String body, int status, String code) {
        book.as(Role.AUDITOR)
                .body(body)
                .post(book.path() + "/exports")
                .then()
                .statusCode(status)
                .body("code", equalTo(code));
    }

    private void sql(String sql, Object... arguments) {
        pool.preparedQuery(sql).execute(Tuple.from(List.of(arguments))).await().indefinitely();
    }

    private long count(String sql, UUID id) {
        return pool.preparedQuery(sql)
                .execute(Tuple.of(id))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }

    private static JsonPath get(TestBank.Book book, String id) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/exports/" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    /** The id of an export that is done. */
    static String export(TestBank.Book book, String body) {
        String id = book.as(Role.AUDITOR)
                .body(body)
                .post(book.path() + "/exports")
                .then()
                .statusCode(201)
                .body("status", equalTo("WAITING"))
                .extract()
                .path("id");
        awaitDone(book, id);
        return id;
    }

    static void awaitDone(TestBank.Book book, String id) {
        awaitStatus(book, id, "DONE");
    }

    static void awaitStatus(TestBank.Book book, String id, String wanted) {
        String key = book.keyOf(Role.AUDITOR);
        long until = System.nanoTime() + 30_000_000_000L;
        String status = "";
        while (!status.equals(wanted)) {
            assertThat(System.nanoTime()).as("export %s is %s", id, status).isLessThan(until);
            status = book.request(key).get(book.path() + "/exports/" + id).path("status");
            Thread.onSpinWait();
        }
    }

    private static byte[] zip(TestBank.Book book, String id) {
        return book.request(book.keyOf(Role.AUDITOR))
                .header("Accept", "application/zip")
                .get(book.path() + "/exports/" + id + "/pack")
                .then()
                .statusCode(200)
                .contentType("application/zip")
                .extract()
                .asByteArray();
    }

    private static Pack pack(TestBank.Book book, String body) throws IOException {
        return pack(book, export(book, body), true);
    }

    private static Pack pack(TestBank.Book book, String id, boolean done) throws IOException {
        return unpacked(zip(book, id));
    }

    private static Pack unpacked(byte[] bytes) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return new Pack(files);
    }

    private static List<String> lines(byte[] file) {
        String text = new String(file, StandardCharsets.UTF_8);
        assertThat(text).endsWith("\n");
        return List.of(text.split("\n"));
    }

    /** What our verifier says. */
    private static Verdict verdict(String name) {
        return Verification.of(Path.of("target/exports/" + name), Known.NOTHING);
    }

    /** For .ci/exports, which has hledger, ledger and beancount check them. */
    private static void keepForTheTools(String name, Pack pack) throws IOException {
        Path folder = Path.of("target/exports/" + name);
        Files.createDirectories(folder);
        for (var file : pack.files().entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
    }
}
