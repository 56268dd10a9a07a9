package org.moralbank.imports;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Eventually;
import org.moralbank.platform.Sha256;
import org.moralbank.platform.TestDatabase;
import org.moralbank.proofs.SigningKey;
import org.moralbank.verifier.TestPack;

/** A book moves here whole, or nothing of it. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ImportsTest {
    private static final String ZIP = "application/zip";
    private static final String JSONL = "application/jsonl";

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @Inject
    ImportsResource resource;

    /** A book in which all kinds of entries were posted. */
    private TestBank.Book aBookWithAHistory() {
        TestBank.Book book = bank.aBook();
        TestBank.Member anna = book.aMember().holding(300, Unit.MIN).holding(5_000, Unit.PTS);
        TestBank.Member bela = book.aMember()
                .holding(60, Unit.MIN, new Lot("PUBLIC", LocalDate.of(2099, 12, 31), true))
                .holding(60, Unit.MIN);
        String merchant = book.aMerchant();
        book.open(Holder.of(book.id(), Chart.TEAM_TIME, book.aTeam()), Lot.OWN, 30);
        String transfer = post(
                        book,
                        "transfers",
                        Map.of(
                                "from",
                                bela.id(),
                                "to",
                                anna.id(),
                                "amount",
                                70,
                                "unit",
                                "MIN",
                                "reason",
                                "代买药品",
                                "reference",
                                "T-1"))
                .path("id")
                .toString();
        book.as(Role.OPERATOR)
                .body(Map.of("reason", "录入有误", "actor", "P-7", "approver", "P-9"))
                .post(book.path() + "/entries/" + transfer + "/reversal")
                .then()
                .statusCode(201);
        post(
                book,
                "redemptions",
                Map.of("mode", "SALE", "member", anna.id(), "merchant", merchant, "amount", 700, "unit", "PTS"));
        post(book, "donations", Map.of("giver", anna.id(), "amount", 5, "unit", "MIN"));
        Holder payable = Holder.of(book.id(), Chart.MERCHANT_PAYABLE, merchant);
        Holder batch = Holder.of(book.id(), Chart.MERCHANT_SETTLEMENT, "0198f0f0");
        Holder settled = Holder.of(book.id(), Chart.SETTLED_POINTS);
        return closed(book, payable, batch, settled);
    }

    /** As a settlement of another installation: no row of ours knows it, so only an import may have such entries. */
    private TestBank.Book closed(TestBank.Book book, Holder payable, Holder batch, Holder settled) {
        book.post(EntryType.OPENING, draft -> draft.debit(payable, 1).credit(batch, 1), payable, batch);
        book.post(EntryType.OPENING, draft -> draft.debit(batch, 1).credit(settled, 1), batch, settled);
        return book;
    }

    private static Response post(TestBank.Book book, String what, Map<String, Object> body) {
        return book.as(Role.APP)
                .body(body)
                .post(book.path() + "/" + what)
                .then()
                .statusCode(201)
                .extract()
                .response();
    }

    private ValidatableResponse send(TestBank.Book book, String key, String type, byte[] body) {
        return send(book, "", key, type, body);
    }

    private ValidatableResponse send(TestBank.Book book, String query, String key, String type, byte[] body) {
        return RestAssured.given()
                .config(RestAssured.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .encodeContentTypeAs(ZIP, ContentType.BINARY)
                                .encodeContentTypeAs(JSONL, ContentType.BINARY)
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)))
                .header("Authorization", "Bearer " + operator())
                .header("Idempotency-Key", key)
                .contentType(type)
                .body(body)
                .post(book.path() + "/imports" + query)
                .then();
    }

    private @Nullable String operator;

    /** One client, so that keys are one's. */
    private String operator() {
        String key = operator == null ? bank.operatorKey() : operator;
        operator = key;
        return key;
    }

    private static String aKey() {
        return UUID.randomUUID().toString();
    }

    private Moved moved(TestBank.Book from, TestBank.Book to) {
        return Moved.of(pool, from.id(), from.code(), to.code());
    }

    private static byte[] jsonl(List<String> lines) {
        return (String.join("\n", lines) + "\n").getBytes(UTF_8);
    }

    private List<String> leafHashes(TestBank.Book book) {
        List<String> hashes = new ArrayList<>();
        for (Row row : pool.preparedQuery("SELECT leaf_hash FROM ledger_entry WHERE book_id = $1 ORDER BY seq")
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely()) {
            hashes.add(HexFormat.of().formatHex(row.getBuffer(0).getBytes()));
        }
        return hashes;
    }

    /** Rows of a book in the tables that an import writes to. */
    private long rows(TestBank.Book book) {
        return pool.preparedQuery("""
                        SELECT (SELECT count(*) FROM ledger_entry WHERE book_id = $1)
                             + (SELECT count(*) FROM ledger_posting WHERE book_id = $1)
                             + (SELECT count(*) FROM ledger_account WHERE book_id = $1)
                             + (SELECT count(*) FROM imported_book WHERE book_id = $1)
                             + (SELECT count(*) FROM member WHERE book_id = $1)
                             + (SELECT count(*) FROM member_team WHERE book_id = $1)
                             + (SELECT count(*) FROM redemption_merchant WHERE book_id = $1)
                             + (SELECT last_seq + last_account FROM ledger_book WHERE book_id = $1)
                        """)
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }

    @Test
    void aBookThatWasKeptElsewhereGoesOnHere() throws IOException {
        TestBank.Book there = aBookWithAHistory();
        TestBank.Book here = bank.aBook();
        Moved moved = moved(there, here);
        int n = moved.entries().size();
        SigningKey signer = SigningKey.of("there.example/" + here.code(), new byte[32]);
        byte[] zip = TestPack.of(here.code(), moved.entries(), moved.accounts())
                .signed(signer)
                .zipped();

        send(here, aKey(), ZIP, zip)
                .statusCode(201)
                .header("Location", here.path() + "/imports")
                .body("lastSeq", equalTo(n))
                .body("accounts", equalTo(moved.accounts().size()))
                .body("root", equalTo(Base64.getEncoder().encodeToString(TestPack.root(moved.entries()))))
                .body("checkpoint", startsWith("there.example/" + here.code() + "\n" + n + "\n"))
                .body("sha256", equalTo(HexFormat.of().formatHex(Sha256.of(zip))));

        assertThat(Moved.tables(pool, here.id())).isEqualTo(Moved.tables(pool, there.id()));
        assertThat(leafHashes(here))
                .isEqualTo(moved.entries().stream()
                        .map(line -> HexFormat.of().formatHex(Sha256.of(new byte[] {0}, line.getBytes(UTF_8))))
                        .toList());
        here.as(Role.AUDITOR)
                .get(here.path() + "/imports")
                .then()
                .statusCode(200)
                .body("items", hasSize(1))
                .body("items[0].lastSeq", equalTo(n))
                .body("next", nullValue());
        here.as(Role.AUDITOR)
                .get(here.path() + "/entries/1")
                .then()
                .statusCode(200)
                .body("seq", equalTo(1));
    }

    /** An account that an import opens is bounded as one that an entry opens, and more than the budget is not imported. */
    @ParameterizedTest
    @CsvSource({
        "ISSUED_SERVICE_TIME, 2026",
        "ISSUED_FUND_TIME, PUBLIC.2026",
        "ISSUED_SERVICE_POINTS, 2026",
        "ISSUED_AWARD_POINTS, 2026",
        "ISSUED_TASK_POINTS, 2026",
    })
    void whatWasIssuedElsewhereIsWithinTheBudgetHere(Chart issuing, String owner) {
        TestBank.Book there = bank.aBook();
        Holder period = Holder.of(there.id(), issuing, owner);
        there.post(period, there.aMember().holder(period.unit()), Lot.OWN, 100);
        TestBank.Book here = bank.aBook();
        Moved moved = moved(there, here);
        budget(here, period, 99);

        send(here, aKey(), JSONL, jsonl(moved.entries()))
                .statusCode(422)
                .body("code", equalTo("limit-exceeded"))
                .body("account", equalTo(period.path()))
                .body("limit", equalTo(99))
                .body("wouldBe", equalTo(100));
        assertThat(rows(here)).isZero();
        budget(here, period, 130);
        send(here, aKey(), JSONL, jsonl(moved.entries())).statusCode(201);

        here.as(Role.AUDITOR)
                .get(here.path() + "/accounts/" + period.path())
                .then()
                .body("floor", equalTo(-130))
                .body("issuable", equalTo(30));
    }

    private static void budget(TestBank.Book book, Holder period, long amount) {
        book.as(Role.OPERATOR)
                .body(Map.of(
                        "amount",
                        amount,
                        "unit",
                        period.unit().name(),
                        "reason",
                        "预算",
                        "actor",
                        "W-1",
                        "approver",
                        "W-2"))
                .post(book.path() + "/accounts/" + period.path() + "/budgets")
                .then()
                .statusCode(201);
    }

    @Test
    void theNextEntryFollowsTheImportedOnes() {
        TestBank.Book there = aBookWithAHistory();
        TestBank.Book here = bank.aBook();
        Moved moved = moved(there, here);
        send(here, aKey(), JSONL, jsonl(moved.entries())).statusCode(201).body("checkpoint", nullValue());
        List<String> members = ids("SELECT member_id FROM member WHERE book_id = $1 ORDER BY member_id", here);
        assertThat(members).isEqualTo(ids("SELECT member_id FROM member WHERE book_id = $1 ORDER BY member_id", there));
        String merchant = ids("SELECT merchant_id FROM redemption_merchant WHERE book_id = $1", here)
                .getFirst();

        int seq = post(
                        here,
                        "transfers",
                        Map.of("from", members.getFirst(), "to", members.getLast(), "amount", 1, "unit", "MIN"))
                .path("entries[0].seq");
        post(
                here,
                "redemptions",
                Map.of(
                        "mode",
                        "SALE",
                        "member",
                        ids("SELECT owner FROM ledger_account WHERE book_id = $1 AND code = '2200'", here)
                                .getFirst(),
                        "merchant",
                        merchant,
                        "amount",
                        1,
                        "unit",
                        "PTS"));

        assertThat(seq).isEqualTo(moved.entries().size() + 1);
        assertThat(leafHashes(here)).hasSize(moved.entries().size() + 2);
        // An imported entry is taken back like any other.
        here.as(Role.OPERATOR)
                .body(Map.of("reason", "录入有误"))
                .post(here.path() + "/entries/1/reversal")
                .then()
                .statusCode(201);
    }

    /** The one case in which what was posted by a moment is told otherwise later. */
    @Test
    void anEmptyBookHasTheImportedEntriesAsOfAMomentBeforeTheImportToo() {
        TestBank.Book there = aBookWithAHistory();
        TestBank.Book here = bank.aBook();
        List<String> entries = moved(there, here).entries();
        String report = here.path() + "/trial-balance?asOf=" + Instant.now();
        here.as(Role.AUDITOR).get(report).then().statusCode(200).body("seq", equalTo(0));

        send(here, aKey(), JSONL, jsonl(entries)).statusCode(201);

        here.as(Role.AUDITOR).get(report).then().statusCode(200).body("seq", equalTo(entries.size()));
    }

    private List<String> ids(String sql, TestBank.Book book) {
        List<String> ids = new ArrayList<>();
        for (Row row : pool.preparedQuery(sql)
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely()) {
            ids.add(row.getString(0));
        }
        return ids;
    }

    /** An imported merchant is settled by what it is owed, whatever was settled there. */
    @Test
    void anImportedMerchantIsSettledOnce() {
        TestBank.Book there = bank.aBook().since(Instant.parse("2025-01-01T00:00:00Z"));
        Holder opening = new Holder(there.id(), Chart.OPENING, "", Unit.PTS);
        Holder payable = Holder.of(there.id(), Chart.MERCHANT_PAYABLE, there.aMerchant());
        Instant sold = Instant.parse("2025-06-01T00:00:00Z");
        there.postAt(
                sold, EntryType.OPENING, draft -> draft.debit(opening, 500).credit(payable, 500), opening, payable);
        there.as(Role.COORDINATOR)
                .body(Map.of("merchant", payable.owner(), "through", "2025-06-30", "maker", "W-001"))
                .post(there.path() + "/settlements")
                .then()
                .statusCode(201);
        there.post(EntryType.OPENING, draft -> draft.debit(opening, 30).credit(payable, 30), opening, payable);
        TestBank.Book here = bank.aBook();
        List<String> entries = new ArrayList<>(moved(there, here).entries());
        send(here, aKey(), JSONL, jsonl(entries)).statusCode(201);
        pool.preparedQuery("SELECT posted FROM ledger_account WHERE book_id = $1 AND code = '2300'")
                .execute(Tuple.of((short) here.id()))
                .map(rows -> rows.iterator().next().getLong(0))
                .invoke(posted -> assertThat(posted).isEqualTo(30))
                .await()
                .indefinitely();

        here.as(Role.COORDINATOR)
                .body(Map.of("merchant", payable.owner(), "through", "2025-06-30", "maker", "W-001"))
                .post(here.path() + "/settlements")
                .then()
                .statusCode(201)
                .body("from", equalTo("2025-06-01"))
                .body("amount", equalTo(30));
    }

    // ---- who is registered here --------------------------------------------------------------------------------

    /** Two of one id would have one account for what they owe. */
    @Test
    void whoIsAnotherHereIsRefusedAndNothingIsKept() {
        TestBank.Book there = bank.aBook();
        there.aMember("X-1", "70-79").holding(60, Unit.MIN);
        there.open(Holder.of(there.id(), Chart.TEAM_TIME, "X-2"), Lot.OWN, 30);
        there.post(
                Holder.of(there.id(), Chart.SHORTFALL_POINTS, "X-3"),
                Holder.of(there.id(), Chart.MERCHANT_PAYABLE, "S-1"),
                Lot.OWN,
                5);
        for (String taken : List.of("X-1", "X-2", "X-3")) {
            TestBank.Book here = bank.aBook();
            if (taken.equals("X-2")) {
                here.aMember(taken, "70-79");
            } else {
                here.aTeam(taken);
            }

            send(here, aKey(), JSONL, jsonl(moved(there, here).entries()))
                    .statusCode(409)
                    .body("code", equalTo("id-taken"))
                    .body("id", equalTo(taken));
            // He who was registered before.
            assertThat(rows(here)).isEqualTo(1);
        }
    }

    @Test
    void thePoolOfABookIsNoMember() {
        TestBank.Book there = bank.aBook();
        there.open(Holder.of(there.id(), Chart.MEMBER_TIME, Holder.POOL), Lot.OWN, 30);
        TestBank.Book here = bank.aBook();

        send(here, aKey(), JSONL, jsonl(moved(there, here).entries()))
                .statusCode(409)
                .body("code", equalTo("id-taken"))
                .body("id", equalTo("POOL"));
        assertThat(rows(here)).isZero();
    }

    @Test
    void whoHasLeftHereBringsNothingAndNothingIsKept() {
        TestBank.Book there = bank.aBook();
        there.aMember("X-1", "70-79").holding(60, Unit.MIN).holding(7, Unit.PTS);
        there.post(
                Holder.of(there.id(), Chart.SHORTFALL_POINTS, "X-3"),
                Holder.of(there.id(), Chart.MERCHANT_PAYABLE, "S-1"),
                Lot.OWN,
                5);
        for (String left : List.of("X-1", "X-3")) {
            TestBank.Book here = bank.aBook();
            here.aMember(left, "70-79");
            here.as(Role.COORDINATOR)
                    .body(Map.of("reason", "迁出"))
                    .post(here.path() + "/members/" + left + "/close")
                    .then()
                    .statusCode(200);

            send(here, aKey(), JSONL, jsonl(moved(there, here).entries()))
                    .statusCode(422)
                    .body("code", equalTo("member-closed"))
                    .body("member", equalTo(left));
            assertThat(rows(here)).isEqualTo(1);
        }
    }

    /** What comes back to an account of his is passed on, as to everybody who has left. */
    @Test
    void whoHasLeftHereIsImportedWithoutABalanceAndWhoIsFrozenAsHeIs() {
        TestBank.Book there = bank.aBook();
        TestBank.Member gave = there.aMember("X-1", "70-79").holding(60, Unit.MIN);
        there.aMember("X-2", "70-79").holding(5, Unit.MIN);
        post(there, "transfers", Map.of("from", "X-1", "to", "X-2", "amount", 60, "unit", "MIN"));
        TestBank.Book here = bank.aBook();
        for (String member : List.of("X-1", "X-2")) {
            here.aMember(member, "70-79");
            here.as(Role.COORDINATOR)
                    .body(Map.of("reason", "核对"))
                    .post(here.path() + "/members/" + member + (member.equals(gave.id()) ? "/close" : "/freeze"))
                    .then()
                    .statusCode(200);
        }

        send(here, aKey(), JSONL, jsonl(moved(there, here).entries())).statusCode(201);

        assertThat(ids("SELECT status FROM ledger_account WHERE book_id = $1 AND code = '2100' ORDER BY owner", here))
                .containsExactly("CLOSED", "FROZEN");
        here.as(Role.OPERATOR)
                .body(Map.of("reason", "录入有误"))
                .post(here.path() + "/entries/3/reversal")
                .then()
                .statusCode(201);
        here.as(Role.AUDITOR).get(here.path() + "/accounts/2100:X-1:MIN").then().body("posted", equalTo(0));
        here.as(Role.AUDITOR).get(here.path() + "/accounts/2400:MIN").then().body("posted", equalTo(60));
    }

    /** He bought off-line and had no points ever. A team or the pool owes only what an account of its own had. */
    @Test
    void whoOnlyOwesIsRegisteredAsAMember() {
        TestBank.Book there = bank.aBook();
        Holder team = Holder.of(there.id(), Chart.TEAM_TIME, "X-2");
        Holder pool = Holder.of(there.id(), Chart.TIME_POOL);
        there.open(team, Lot.OWN, 30);
        there.open(pool, Lot.OWN, 30);
        for (Holder lost : List.of(team, pool)) {
            String owner = lost.owner().isEmpty() ? Holder.POOL : lost.owner();
            Holder owes = Holder.of(there.id(), Chart.SHORTFALL_TIME, owner);
            there.post(owes, Holder.of(there.id(), Chart.EXPIRED_TIME), Lot.OWN, 3);
        }
        there.post(
                Holder.of(there.id(), Chart.SHORTFALL_POINTS, "X-3"),
                Holder.of(there.id(), Chart.MERCHANT_PAYABLE, "S-1"),
                Lot.OWN,
                5);
        TestBank.Book here = bank.aBook();

        send(here, aKey(), JSONL, jsonl(moved(there, here).entries())).statusCode(201);

        assertThat(ids("SELECT member_id FROM member WHERE book_id = $1", here)).containsExactly("X-3");
        assertThat(ids("SELECT team_id FROM member_team WHERE book_id = $1", here))
                .containsExactly("X-2");
        here.as(Role.OPERATOR)
                .body(Map.of("unit", "PTS", "reason", "无法追回", "actor", "W-1", "approver", "W-2"))
                .post(here.path() + "/members/X-3/write-offs")
                .then()
                .statusCode(201)
                .body("amount", equalTo(5));
    }

    // ---- what does not hold ------------------------------------------------------------------------------------

    /** Bare lines do not show whether the last of them are missing. */
    @Test
    void asManyEntriesAreTakenAsWereSaid() throws IOException {
        TestBank.Book here = bank.aBook();
        Moved moved = moved(aBookWithAHistory(), here);
        int n = moved.entries().size();
        byte[] whole = jsonl(moved.entries());
        byte[] cut = jsonl(moved.entries().subList(0, n - 1));
        byte[] zip = TestPack.of(here.code(), moved.entries(), moved.accounts()).zipped();
        String key = aKey();

        send(here, "?entries=" + n, key, JSONL, cut)
                .statusCode(422)
                .body("code", equalTo("export-does-not-hold"))
                .body("detail", equalTo("it has " + (n - 1) + " entries, and " + n + " were said. Nothing was kept."));
        for (byte[] body : List.of(whole, zip)) {
            send(here, "?entries=" + (n - 1), aKey(), body == zip ? ZIP : JSONL, body)
                    .statusCode(422)
                    .body("code", equalTo("export-does-not-hold"));
        }
        for (String wrong : List.of("0", "-1", "x", "1000000000001")) {
            send(here, "?entries=" + wrong, aKey(), JSONL, whole)
                    .statusCode(400)
                    .body("errors[0].field", equalTo("entries"));
        }
        assertThat(rows(here)).isZero();
        send(here, key, JSONL, cut).statusCode(422).body("code", equalTo("idempotency-key-reused"));
        send(here, "?entries=" + n, aKey(), JSONL, whole).statusCode(201).body("lastSeq", equalTo(n));
    }

    @Test
    void aLineThatDoesNotHoldIsToldAndNothingIsKept() throws IOException {
        TestBank.Book there = aBookWithAHistory();
        TestBank.Book here = bank.aBook();
        Moved moved = moved(there, here);
        TestPack pack = TestPack.of(here.code(), moved.entries(), moved.accounts());
        pack.change(pack.entries, 3, "\"balance\":\"", "\"balance\":\"1");
        String key = aKey();

        for (boolean again : List.of(false, true)) {
            ValidatableResponse refused = send(here, key, ZIP, pack.zipped())
                    .statusCode(422)
                    .contentType("application/problem+json")
                    .body("code", equalTo("export-does-not-hold"))
                    .body("file", equalTo("entries.jsonl"))
                    .body("line", equalTo(3))
                    .body("seq", equalTo(3))
                    .body("detail", containsString("entries.jsonl line 3 (entry 3): "));
            assertThat(refused.extract().header("Idempotent-Replayed")).isEqualTo(again ? "true" : null);
        }
        send(here, aKey(), JSONL, jsonl(pack.entries)).statusCode(422).body("line", equalTo(3));
        assertThat(rows(here)).isZero();

        // The right one is taken, under another key.
        send(
                        here,
                        key,
                        ZIP,
                        TestPack.of(here.code(), moved.entries(), moved.accounts())
                                .zipped())
                .statusCode(422)
                .body("code", equalTo("idempotency-key-reused"));
        send(
                        here,
                        aKey(),
                        ZIP,
                        TestPack.of(here.code(), moved.entries(), moved.accounts())
                                .zipped())
                .statusCode(201);
    }

    @Test
    void aPackWithoutEntriesIsRefused() throws IOException {
        TestBank.Book here = bank.aBook();
        TestPack pack = TestPack.of(here.code(), List.of(), List.of()).without("entries.jsonl");

        send(here, aKey(), ZIP, pack.zipped())
                .statusCode(422)
                .body("code", equalTo("export-does-not-hold"))
                .body("detail", containsString("there is no entries.jsonl in it"));
    }

    /** What an auditor's check lets pass, and the kernel does not post so. */
    @Test
    void anEntryThatTheKernelWouldNotSealSoIsRefused() {
        TestBank.Book here = bank.aBook();
        List<String> entries = moved(aBookWithAHistory(), here).entries();
        Map<String, String> unfit = Map.of(
                "\"type\":\"OPENING\"", "\"type\":\"SALARY\"",
                "\"client\":\"client", "\"client\":\"\\u0000client",
                "\"unit\":\"MIN\"", "\"unit\":\"MIN\",\"zone\":\"\"",
                "\"postedAt\":\"20", "\"postedAt\":\"30");

        unfit.forEach((part, other) -> {
            List<String> changed = new ArrayList<>(entries);
            changed.set(0, entries.getFirst().replace(part, other));
            assertThat(changed.getFirst()).isNotEqualTo(entries.getFirst());

            send(here, aKey(), JSONL, jsonl(changed.subList(0, 1)))
                    .statusCode(422)
                    .body("code", equalTo("export-does-not-hold"))
                    .body("line", equalTo(1));
        });
        assertThat(rows(here)).isZero();
    }

    /** By more than a day: reports of business days rely on it. The day is the book's, which begins in Shanghai eight hours before UTC's. */
    @Test
    void anEntryThatHappenedAfterItWasPostedIsRefused() {
        TestBank.Book here = bank.aBook();
        String entry = "{\"book\":\"" + here.code()
                + "\",\"client\":\"app\",\"occurredOn\":\"2025-01-08\",\"postedAt\":\"2025-01-06T16:00:00.000000Z\","
                + "\"postings\":[{\"account\":\"3300:MIN\",\"amount\":\"-1\",\"balance\":\"-1\",\"version\":\"1\"},"
                + "{\"account\":\"2100:M-1:MIN\",\"amount\":\"1\",\"balance\":\"1\",\"version\":\"1\"}],"
                + "\"seq\":\"1\",\"type\":\"OPENING\",\"unit\":\"MIN\"}";
        String early = entry.replace("T16:00:00.000000Z", "T15:59:59.999999Z");

        send(here, aKey(), JSONL, jsonl(List.of(early)))
                .statusCode(422)
                .body("code", equalTo("export-does-not-hold"))
                .body("line", equalTo(1))
                .body(
                        "detail",
                        containsString("it happened on 2025-01-08, and was posted at 2025-01-06T15:59:59.999999Z,"
                                + " more than a day before in Asia/Shanghai"));
        assertThat(rows(here)).isZero();
        send(here, aKey(), JSONL, jsonl(List.of(entry))).statusCode(201);
    }

    @Test
    void whatIsNotWholeOrOfAnotherBookIsRefused() throws IOException {
        TestBank.Book there = aBookWithAHistory();
        TestBank.Book here = bank.aBook();
        Moved moved = moved(there, here);
        Moved another = moved(there, there);
        TestPack part = TestPack.of(here.code(), moved.entries(), moved.accounts());
        part.entries.removeFirst();

        send(
                        here,
                        aKey(),
                        ZIP,
                        TestPack.of(there.code(), another.entries(), another.accounts())
                                .zipped())
                .statusCode(422)
                .body("code", equalTo("export-of-another-book"))
                .body("book", equalTo(here.code()))
                .body("export", equalTo(there.code()));
        send(here, aKey(), ZIP, part.zipped())
                .statusCode(422)
                .body("code", equalTo("export-is-a-part"))
                .body("firstSeq", equalTo(2));
        send(here, aKey(), ZIP, "no zip".getBytes(UTF_8))
                .statusCode(422)
                .body("detail", startsWith("it is no whole zip"));
        byte[] cut = jsonl(moved.entries());
        send(here, aKey(), JSONL, java.util.Arrays.copyOf(cut, cut.length - 20))
                .statusCode(422)
                .body("line", equalTo(moved.entries().size()));
        assertThat(rows(here)).isZero();
    }

    /** All of its entries happened on the days that were asked for, but who made it could have left some out. */
    @Test
    void whatIsOfBusinessDaysIsAPart() throws IOException {
        TestBank.Book here = bank.aBook();
        Moved moved = moved(aBookWithAHistory(), here);
        TestPack pack = TestPack.of(here.code(), moved.entries(), moved.accounts());

        send(
                        here,
                        aKey(),
                        ZIP,
                        pack.member("parameters", "{\"from\":\"2000-01-01\"}").zipped())
                .statusCode(422)
                .body("code", equalTo("export-is-a-part"))
                .body("firstSeq", equalTo(1));
        assertThat(rows(here)).isZero();
        send(here, aKey(), ZIP, pack.member("parameters", "{}").zipped()).statusCode(201);
    }

    /** What no bundle of the log has room for would be there for ever, and could be shown to nobody. */
    @Test
    void anEntryThatTheLogHasNoRoomForIsRefused() {
        TestBank.Book here = bank.aBook();
        String reference = "\"occurredOn\":\"2025-01-06\",\"postedAt\":\"2025-01-06T08:00:00.000000Z\",\"postings\":["
                + "{\"account\":\"3300:MIN\",\"amount\":\"-1\",\"balance\":\"-1\",\"version\":\"1\"},"
                + "{\"account\":\"2100:M-1:MIN\",\"amount\":\"1\",\"balance\":\"1\",\"version\":\"1\"}],\"reference\":\"";
        String head = "{\"book\":\"" + here.code() + "\",\"client\":\"app\"," + reference;
        String tail = "\",\"seq\":\"1\",\"type\":\"OPENING\",\"unit\":\"MIN\"}";
        String fits = head + "R".repeat(65_535 - head.length() - tail.length()) + tail;
        String other = fits.replace("\"reference\":\"R", "\"reference\":\"RR");
        assertThat(fits).hasSize(65_535);

        send(here, aKey(), JSONL, jsonl(List.of(other)))
                .statusCode(422)
                .body("code", equalTo("export-does-not-hold"))
                .body("line", equalTo(1))
                .body(
                        "detail",
                        containsString("it is of 65536 bytes, and no bundle of the log has room for more than 65535"));
        assertThat(rows(here)).isZero();
        send(here, aKey(), JSONL, jsonl(List.of(fits))).statusCode(201);
    }

    // ---- what ends it early ------------------------------------------------------------------------------------

    /** A book of more than two pages of entries. */
    private TestBank.Book aBookOfManyPages() {
        TestBank.Book book = bank.aBook();
        TestBank.Member anna = book.aMember().holding(1, Unit.MIN);
        TestBank.Member bela = book.aMember();
        for (int sent = 0; sent < 1_200; sent += 400) {
            StringBuilder items = new StringBuilder();
            for (int i = 0; i < 400; i++) {
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
        return book;
    }

    /** How a client goes away. */
    enum Goes {
        WITH_A_RESET,
        WITHOUT_A_WORD
    }

    @ParameterizedTest
    @EnumSource(Goes.class)
    void whenTheClientGoesAwayInTheMiddleNothingIsKept(Goes goes) throws Exception {
        TestBank.Book here = bank.aBook();
        byte[] lines = jsonl(moved(aBookOfManyPages(), here).entries());
        // Nobody else's file of these tests has that many bytes.
        int half = lines.length / 2 + here.id();
        String key = aKey();

        try (Socket client = new Socket("localhost", RestAssured.port)) {
            client.getOutputStream().write(head(here, key, lines.length).getBytes(UTF_8));
            client.getOutputStream().write(lines, 0, half);
            client.getOutputStream().flush();
            Eventually.holds(() -> uploads().anyMatch(size -> size == half));
            if (goes == Goes.WITH_A_RESET) {
                client.setSoLinger(true, 0);
            }
        }
        Eventually.holds(() -> uploads().noneMatch(size -> size == half));
        Eventually.holds(() -> !resource.isReceiving());

        assertThat(rows(here)).isZero();
        // Nothing was answered under the key, and nothing is in the way of the whole.
        Response answer = send(here, key, JSONL, lines)
                .statusCode(201)
                .body("lastSeq", equalTo(1_201))
                .extract()
                .response();
        assertThat(answer.header("Idempotent-Replayed")).isNull();
    }

    private String head(TestBank.Book book, String key, int length) {
        return "POST " + book.path() + "/imports HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + operator()
                + "\r\nIdempotency-Key: " + key + "\r\nContent-Type: " + JSONL + "\r\nContent-Length: " + length
                + "\r\n\r\n";
    }

    /** The sizes of what is being received. */
    private static Stream<Long> uploads() {
        List<Long> sizes = new ArrayList<>();
        try (var all =
                Files.newDirectoryStream(Path.of(System.getProperty("java.io.tmpdir")), "moralbank-import-*.part")) {
            for (Path each : all) {
                sizes.add(Files.exists(each) ? Files.size(each) : 0);
            }
        } catch (IOException | DirectoryIteratorException gone) {
            // Another one's, which was deleted meanwhile; the next look will do.
            return Stream.of(0L);
        }
        return sizes.stream();
    }

    @Test
    void aLastLineThatDoesNotHoldKeepsNothingOfThePagesBefore() throws IOException {
        TestBank.Book here = bank.aBook();
        Moved moved = moved(aBookOfManyPages(), here);
        List<String> changed = new ArrayList<>(moved.entries());
        changed.set(1_200, changed.get(1_200).replace("\"amount\":\"1\"", "\"amount\":\"2\""));
        // What only the kernel refuses: nobody has such a type.
        List<String> unfit = new ArrayList<>(moved.entries());
        unfit.set(1_200, unfit.get(1_200).replace("TRANSFER_TIME", "SALARY"));
        assertThat(unfit).isNotEqualTo(moved.entries());

        for (List<String> lines : List.of(changed, unfit)) {
            send(here, aKey(), JSONL, jsonl(lines))
                    .statusCode(422)
                    .body("code", equalTo("export-does-not-hold"))
                    .body("line", equalTo(1_201));
            send(
                            here,
                            aKey(),
                            ZIP,
                            TestPack.of(here.code(), lines, moved.accounts()).zipped())
                    .statusCode(422)
                    .body("line", equalTo(1_201));
            assertThat(rows(here)).isZero();
        }
        send(here, aKey(), JSONL, jsonl(moved.entries())).statusCode(201).body("lastSeq", equalTo(1_201));
    }

    /** What the database does to the last page. */
    @ParameterizedTest
    @ValueSource(strings = {"RAISE EXCEPTION 'the disk is full'", "PERFORM pg_terminate_backend(pg_backend_pid())"})
    void whenTheDatabaseFailsInTheLastPageNothingIsKept(String failure) throws SQLException {
        TestBank.Book here = bank.aBook();
        byte[] lines = jsonl(moved(aBookOfManyPages(), here).entries());
        String key = aKey();
        try (Connection owner = TestDatabase.shared().connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    CREATE FUNCTION fails_in_the_last_page() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        %s;
                        RETURN NEW;
                    END $$;
                    CREATE TRIGGER fails_in_the_last_page BEFORE INSERT ON ledger_entry
                    FOR EACH ROW WHEN (NEW.book_id = %d AND NEW.seq = 1201)
                    EXECUTE FUNCTION fails_in_the_last_page();
                    """.formatted(failure, here.id()));
            try {
                int status = send(here, key, JSONL, lines).extract().statusCode();

                assertThat(status).isBetween(500, 503);
                assertThat(rows(here)).isZero();
            } finally {
                statement.execute("DROP FUNCTION fails_in_the_last_page() CASCADE");
            }
        }
        send(here, key, JSONL, lines).statusCode(201).body("lastSeq", equalTo(1_201));
        assertThat(uploads()).doesNotContain((long) lines.length);
    }

    // ------------------------------------------------------------------------------------------------------------

    @Test
    void aClosedBookIsNotImportedInto() {
        TestBank.Book closed = bank.aBook();
        closed.as(Role.OPERATOR)
                .body("{\"reason\":\"合并\"}")
                .post(closed.path() + "/close")
                .then()
                .statusCode(200);
        long rows = rows(closed);

        send(closed, aKey(), JSONL, jsonl(moved(aBookWithAHistory(), closed).entries()))
                .statusCode(409)
                .body("code", equalTo("book-closed"));

        assertThat(rows(closed)).isEqualTo(rows);
    }

    @Test
    void onlyAnEmptyBookIsImportedInto() {
        TestBank.Book there = aBookWithAHistory();
        TestBank.Book posted = bank.aBook();
        posted.aMember().holding(1, Unit.MIN);
        TestBank.Book here = bank.aBook();
        byte[] lines = jsonl(moved(there, here).entries());
        // Members who are there stay as they are.
        here.aMember(
                ids("SELECT min(member_id) FROM member WHERE book_id = $1", there)
                        .getFirst(),
                "80+");

        send(posted, aKey(), JSONL, jsonl(moved(there, posted).entries()))
                .statusCode(409)
                .body("code", equalTo("book-not-empty"))
                .body("lastSeq", equalTo(1));
        send(here, aKey(), JSONL, lines).statusCode(201);
        send(here, aKey(), JSONL, lines).statusCode(409).body("code", equalTo("book-not-empty"));
        assertThat(ids("SELECT age_band FROM member WHERE book_id = $1 AND age_band IS NOT NULL", here))
                .containsExactly("80+");
    }

    @Test
    void aBookThatIsNotEmptyIsToldBeforeTheUploadIsRead() throws IOException {
        TestBank.Book posted = bank.aBook();
        posted.aMember().holding(1, Unit.MIN);

        try (Socket client = new Socket("localhost", RestAssured.port)) {
            client.setSoTimeout(20_000);
            // Of which nothing comes.
            client.getOutputStream().write(head(posted, aKey(), 1 << 30).getBytes(UTF_8));

            var answer = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
            assertThat(answer.readLine()).startsWith("HTTP/1.1 409");
        }
        assertThat(resource.isReceiving()).isFalse();
    }

    @Test
    void aKeyThatWasUsedIsAnsweredByItsUploadThoughTheBookIsNotEmptyAnyMore() {
        TestBank.Book here = bank.aBook();
        byte[] lines = jsonl(moved(aBookWithAHistory(), here).entries());
        byte[] wrong = jsonl(List.of("{}"));
        String refused = aKey();
        String taken = aKey();
        send(here, refused, JSONL, wrong).statusCode(422).body("code", equalTo("export-does-not-hold"));
        send(here, taken, JSONL, lines).statusCode(201);

        send(here, refused, JSONL, wrong)
                .statusCode(422)
                .header("Idempotent-Replayed", equalTo("true"))
                .body("code", equalTo("export-does-not-hold"));
        send(here, taken, JSONL, lines).statusCode(201).header("Idempotent-Replayed", equalTo("true"));
        for (String key : List.of(refused, taken)) {
            send(here, key, JSONL, jsonl(List.of("{}", "{}")))
                    .statusCode(422)
                    .body("code", equalTo("idempotency-key-reused"));
        }
        send(here, aKey(), JSONL, wrong).statusCode(409).body("code", equalTo("book-not-empty"));
    }

    @Test
    void theSameKeyIsAnsweredTheSame() {
        TestBank.Book here = bank.aBook();
        byte[] lines = jsonl(moved(aBookWithAHistory(), here).entries());
        String key = aKey();

        Response first = send(here, key, JSONL, lines).statusCode(201).extract().response();
        Response again = send(here, key, JSONL, lines).statusCode(201).extract().response();

        assertThat(again.asString()).isEqualTo(first.asString());
        assertThat(first.header("Idempotent-Replayed")).isNull();
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
    }

    @Test
    void ofTwoAtOnceOneIsTakenAndTheOtherIsToldToComeAgainWhateverItsBook() throws Exception {
        TestBank.Book here = bank.aBook();
        TestBank.Book other = bank.aBook();
        byte[] lines = jsonl(moved(aBookWithAHistory(), here).entries());
        byte[] others = jsonl(moved(aBookWithAHistory(), other).entries());
        String key = aKey();
        String otherKey = aKey();

        try (Socket first = new Socket("localhost", RestAssured.port)) {
            first.getOutputStream().write(head(here, key, lines.length).getBytes(UTF_8));
            first.getOutputStream().write(lines, 0, lines.length - 1);
            Eventually.holds(resource::isReceiving);
            send(here, key, JSONL, lines)
                    .statusCode(429)
                    .header("Retry-After", equalTo("1"))
                    .body("code", equalTo("overloaded"));
            send(other, otherKey, JSONL, others).statusCode(429);
            first.getOutputStream().write(lines, lines.length - 1, 1);
            Eventually.holds(() -> !resource.isReceiving());
        }

        send(here, key, JSONL, lines).statusCode(201).header("Idempotent-Replayed", equalTo("true"));
        send(other, otherKey, JSONL, others).statusCode(201);
        send(here, aKey(), JSONL, lines).statusCode(409).body("code", equalTo("book-not-empty"));
    }

    @Test
    void anUploadLargerThanOtherBodiesIsTaken() throws IOException {
        TestBank.Book here = bank.aBook();
        Moved moved = moved(aBookWithAHistory(), here);
        byte[] lines = jsonl(moved.entries());
        byte[] large = java.util.Arrays.copyOf(lines, 17 << 20);

        send(here, aKey(), JSONL, large)
                .statusCode(422)
                .body("code", equalTo("export-does-not-hold"))
                .body("line", equalTo(moved.entries().size() + 1));
        send(here, aKey(), JSONL, lines).statusCode(201);
    }

    @Test
    void whoMayNotOrSendsSomethingElseIsToldBeforeAnythingIsRead() {
        TestBank.Book here = bank.aBook();

        send(here, aKey(), "application/json", new byte[] {'{', '}'})
                .statusCode(415)
                .body("code", equalTo("unsupported-media-type"))
                .body("mediaTypes", equalTo("application/zip, application/jsonl"))
                .body("detail", containsString("application/zip, application/jsonl"));
        for (Role role : List.of(Role.APP, Role.COORDINATOR, Role.AUDITOR)) {
            here.as(role).post(here.path() + "/imports").then().statusCode(403);
        }
        here.request(bank.operatorKey())
                .post(here.path() + "/imports")
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("Idempotency-Key"));
        here.request(bank.aBook().keyOf(Role.OPERATOR))
                .header("Idempotency-Key", aKey())
                .post(here.path() + "/imports")
                .then()
                .statusCode(404);
    }
}
