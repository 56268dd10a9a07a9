package org.moralbank.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.commits.SomebodyElse;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;
import org.moralbank.proofs.SignedNote;
import org.moralbank.proofs.SigningKey;
import org.moralbank.translog.TestLog;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SelfAuditTest {
    private static final Duration LEASE = Duration.ofMinutes(1);

    @Inject
    TestBank bank;

    @Inject
    SelfAuditor auditor;

    @Inject
    SelfAudits audits;

    @Inject
    SelfAuditStore store;

    @Inject
    MeterRegistry registry;

    @Inject
    Pool pool;

    @Test
    void findsAWholeBookWhole() {
        TestBank.Book book = aBookOfSixEntries();

        String id = ordered(book, "FULL");
        auditAll();

        shown(book, id)
                .body("status", equalTo("WHOLE"))
                .body("extent", equalTo("FULL"))
                .body("afterEntry", is(0))
                .body("throughEntry", is(6))
                .body("findings", empty())
                .body("endedAt", notNullValue());
        standing(book)
                .body("wholeThroughEntry", is(6))
                .body("underWay", nullValue())
                .body("last.id", equalTo(id))
                .body("lastFull.id", equalTo(id))
                .body("checks.check", hasItem("ENTRY_SUMS_TO_ZERO"))
                .body("checks", hasSize(Check.values().length));
    }

    @Test
    void findsABookWholeWhoseLossesWereWrittenOffAndTakenBack() {
        TestBank.Book book = bank.aBook();
        TestBank.Member anna = book.aMember().holding(60, Unit.MIN);
        String member = book.path() + "/members/" + anna.id();
        posted(book, member + "/close", "{\"reason\":\"搬离\"}");
        posted(book, book.path() + "/entries/1/reversal", "{\"reason\":\"录入有误\"}");
        String loss = "{\"unit\":\"MIN\",\"reason\":\"搬离\",\"actor\":\"W-1\",\"approver\":\"W-2\"}";
        posted(book, member + "/write-offs", loss);
        posted(book, book.path() + "/entries/4/reversal", "{\"reason\":\"已还\"}");
        posted(book, member + "/write-offs", loss);

        String id = ordered(book, "FULL");
        auditAll();

        shown(book, id)
                .body("status", equalTo("WHOLE"))
                .body("throughEntry", is(6))
                .body("findings", empty());
    }

    private static void posted(TestBank.Book book, String path, String body) {
        assertThat(book.as(Role.COORDINATOR).body(body).post(path).statusCode()).isIn(200, 201);
    }

    @Test
    void goesOnBehindWhatWasFoundWhole() {
        TestBank.Book book = aBookOfSixEntries();
        ordered(book, "FULL");
        auditAll();
        book.aMember().holding(7, Unit.MIN);

        String id = ordered(book, "INCREMENTAL");
        auditAll();

        shown(book, id)
                .body("status", equalTo("WHOLE"))
                .body("afterEntry", is(6))
                .body("throughEntry", is(7));
    }

    @Test
    void anEmptyBookIsWhole() {
        TestBank.Book book = bank.aBook();

        String id = ordered(book, "INCREMENTAL");
        auditAll();

        shown(book, id).body("status", equalTo("WHOLE")).body("throughEntry", is(0));
    }

    @Test
    void aBookHasOneAtATime() {
        TestBank.Book book = bank.aBook();
        String id = ordered(book, "FULL");

        book.as(Role.AUDITOR)
                .body("{\"extent\":\"FULL\"}")
                .post(book.path() + "/self-audits")
                .then()
                .statusCode(409)
                .body("code", equalTo("self-audit-under-way"))
                .body("selfAudit", equalTo(id));
        standing(book).body("underWay.id", equalTo(id)).body("underWay.status", equalTo("WAITING"));
    }

    // ---- what is tampered with -------------------------------------------------------------------------------------

    /** By somebody who is above the walls; {@code $b} is the book. */
    private enum Tamper {
        AN_AMOUNT_CHANGED(
                "UPDATE ledger_posting SET amount = amount + 1 WHERE book_id = $b AND seq = 3 AND amount > 0",
                Check.ENTRY_SUMS_TO_ZERO,
                "entries/3"),
        A_BALANCE_CHANGED(
                "UPDATE ledger_account SET posted = posted + 1 WHERE book_id = $b AND account_id = 2",
                Check.BALANCE_IS_THE_SUM_OF_ITS_POSTINGS,
                "accounts/2100:A:MIN"),
        TWO_ENTRIES_SWAPPED("""
                UPDATE ledger_entry SET seq = 1000 + seq WHERE book_id = $b AND seq IN (3, 4);
                UPDATE ledger_entry SET seq = CASE seq WHEN 1003 THEN 4 ELSE 3 END WHERE book_id = $b AND seq > 1000;
                """, Check.CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY, "entries/3"),
        AN_ENTRY_INSERTED("""
                INSERT INTO ledger_entry
                SELECT (jsonb_populate_record(e, '{"seq": 7}')).* FROM ledger_entry e WHERE book_id = $b AND seq = 6;
                """, Check.BOOK_KNOWS_ITS_LAST_ENTRY, "entries"),
        AN_ENTRY_TAKEN_OUT("""
                DELETE FROM ledger_entry WHERE book_id = $b AND seq = 4;
                """, Check.SEQ_HAS_NO_GAPS, "entries/4"),
        THE_LAST_ENTRY_DELETED_WITH_ALL_ITS_TRACES("""
                UPDATE ledger_account a SET posted = a.posted - p.amount, version = a.version - 1
                FROM ledger_posting p WHERE p.book_id = $b AND p.seq = 6 AND a.book_id = $b AND a.account_id = p.account_id;
                DELETE FROM ledger_posting WHERE book_id = $b AND seq = 6;
                DELETE FROM ledger_entry WHERE book_id = $b AND seq = 6;
                UPDATE ledger_book SET last_seq = 5 WHERE book_id = $b;
                """, Check.ENTRIES_FOUND_WHOLE_ARE_STILL_THERE, "entries/6"),
        THE_LAST_ENTRY_SEALED_ANEW("""
                UPDATE ledger_entry
                SET occurred_on = '2024-01-01',
                    canonical = convert_to(replace(convert_from(canonical, 'UTF8'), occurred_on::text, '2024-01-01'), 'UTF8')
                WHERE book_id = $b AND seq = 6;
                UPDATE ledger_entry SET leaf_hash = sha256('\\x00'::bytea || canonical) WHERE book_id = $b AND seq = 6;
                """, Check.ENTRIES_FOUND_WHOLE_ARE_STILL_THERE, "entries/6"),
        METADATA_CHANGED("""
                UPDATE ledger_entry_text SET metadata = '{"form": "8"}' WHERE book_id = $b;
                """, Check.CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY, "entries/5"),
        BYTES_THAT_ARE_NO_TEXT("""
                UPDATE ledger_entry SET canonical = '\\xff', leaf_hash = sha256('\\x00ff'::bytea) WHERE book_id = $b AND seq = 5;
                """, Check.CANONICAL_POSTINGS_ARE_THE_POSTINGS, "entries/5");

        final String sql;
        final Check check;
        final String subject;

        Tamper(String sql, Check check, String subject) {
            this.sql = sql;
            this.check = check;
            this.subject = subject;
        }
    }

    @ParameterizedTest
    @EnumSource(Tamper.class)
    void namesWhatIsTamperedWithAndTellsTheFollowers(Tamper tamper) throws SQLException {
        TestBank.Book book = aBookOfSixEntries();
        ordered(book, "FULL");
        auditAll();
        double failures = failures(tamper.check);
        try (Connection admin = aboveTheWalls(book)) {
            execute(admin, tamper.sql.replace("$b", Integer.toString(book.id())));
            execute(admin, byHand(book));

            String id = ordered(book, "FULL");
            auditAll();

            ValidatableResponse broken = shown(book, id).body("status", equalTo("BROKEN"));
            broken.body(
                    "findings.find { it.check == '" + tamper.check + "' }.subject", equalTo(tamper.subject),
                    "findings.find { it.check == '" + tamper.check + "' }.found", notNullValue(),
                    "findings.find { it.check == '" + tamper.check + "' }.expected", notNullValue());
            restore(admin, book);
            book.as(Role.AUDITOR)
                    .get(book.path() + "/events?type=org.moralbank.self-audit.broken")
                    .then()
                    .statusCode(200)
                    .body("items", hasSize(1))
                    .body("items[0].subject", equalTo("self-audits/" + id))
                    .body("items[0].data.findings.check", hasItem(tamper.check.name()));
        }
        assertThat(failures(tamper.check)).isEqualTo(failures + 1);

        // What was broken leaves the book where it was: the next one begins there, and finds the book restored.
        String next = ordered(book, "INCREMENTAL");
        auditAll();
        shown(book, next).body("status", equalTo("WHOLE")).body("afterEntry", is(0));
    }

    /** Somebody who owns the database signs with a key of his own what the log signed. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void namesACheckpointThatWasSignedWithAnotherKey(boolean newest) throws SQLException {
        TestBank.Book book = aBookOfSixEntries();
        TestLog.integrate(pool);
        book.aMember().holding(7, Unit.MIN);
        TestLog.integrate(pool);
        int size = newest ? 7 : 6;
        String whole = ordered(book, "FULL");
        auditAll();
        shown(book, whole).body("status", equalTo("WHOLE")).body("throughEntry", is(7));
        String of = " WHERE book_id = " + book.id() + " AND size = " + size;
        SigningKey his = SigningKey.of("log.example/" + book.code(), new byte[32]);
        String note = pool.query("SELECT note FROM log_checkpoint" + of)
                .execute()
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getString(0);
        String signedAnew = SignedNote.sign(SignedNote.parse(note).text(), his).toString();
        try (Connection admin = TestDatabase.shared().connectAsAdmin()) {
            execute(admin, "SET session_replication_role = replica");
            execute(admin, "UPDATE log_checkpoint SET note = '" + signedAnew + "'" + of);

            String id = ordered(book, "FULL");
            auditAll();

            String finding = "findings.find { it.check == 'CHECKPOINT_IS_SIGNED_BY_A_PUBLISHED_KEY' }";
            shown(book, id)
                    .body("status", equalTo("BROKEN"))
                    .body(finding + ".subject", equalTo("log/checkpoint"))
                    .body(finding + ".entry", is(size))
                    .body(
                            finding + ".found",
                            equalTo("size %d, signed by log.example/%s+%08x"
                                    .formatted(
                                            size,
                                            book.code(),
                                            his.verification().id())));
            execute(admin, "UPDATE log_checkpoint SET note = '" + note + "'" + of);
        }
        String again = ordered(book, "FULL");
        auditAll();
        shown(book, again).body("status", equalTo("WHOLE"));
    }

    @Test
    void aBalanceOfLongAgoIsFoundWithoutGoingThroughItsEntriesAgain() throws SQLException {
        TestBank.Book book = aBookOfSixEntries();
        ordered(book, "FULL");
        auditAll();
        try (Connection admin = aboveTheWalls(book)) {
            execute(admin, Tamper.A_BALANCE_CHANGED.sql.replace("$b", Integer.toString(book.id())));
            execute(admin, byHand(book));

            String id = ordered(book, "INCREMENTAL");
            auditAll();

            shown(book, id)
                    .body("afterEntry", is(6))
                    .body("findings.check", contains("BOOK_SUMS_TO_ZERO", "BALANCE_IS_THE_SUM_OF_ITS_POSTINGS"))
                    .body("findings[1].found", equalTo("122 posted"))
                    .body("findings[1].expected", equalTo("121, the sum of its postings"));
            restore(admin, book);
        }
    }

    // ---- who goes through them -------------------------------------------------------------------------------------

    @Test
    void oneGoesThroughItAndAnotherOnlyWhenTheLeaseHasRunOut() throws SQLException {
        TestBank.Book book = aBookOfSixEntries();
        SelfAudit.Key key = new SelfAudit.Key(book.id(), UUID.fromString(ordered(book, "FULL")));

        SelfAudit.Running first = Objects.requireNonNull(audits.takeUp(key, LEASE));
        assertThat(audits.takeUp(key, LEASE)).isNull();
        assertThat(audits.holdOn(first, LEASE)).isNotNull();

        runOut(book);
        SelfAudit.Running second = Objects.requireNonNull(audits.takeUp(key, LEASE));

        assertThat(second.fence()).isEqualTo(first.fence() + 1);
        SelfAudit.Outcome broken = new SelfAudit.Outcome(
                6, null, List.of(new Finding(Check.SEQ_HAS_NO_GAPS, "entries/1", 1L, "nothing", "an entry")), null);
        assertThat(audits.holdOn(first, LEASE)).isNull();
        assertThat(audits.end(first, broken)).isNull();
        shown(book, key.id().toString()).body("status", equalTo("RUNNING")).body("findings", nullValue());
        assertThat(audits.end(second, new SelfAudit.Outcome(6, null, List.of(), null)))
                .isNotNull();
        shown(book, key.id().toString()).body("status", equalTo("WHOLE"));
        assertThat(audits.end(second, broken)).isNull();
        assertThat(audits.takeUp(key, LEASE)).isNull();
        book.as(Role.AUDITOR)
                .get(book.path() + "/events?type=org.moralbank.self-audit")
                .then()
                .body("items", empty());
    }

    @Test
    void whatIsLeftTooOftenEndsUnfinished() throws SQLException {
        TestBank.Book book = aBookOfSixEntries();
        String id = ordered(book, "FULL");
        SelfAudit.Key key = new SelfAudit.Key(book.id(), UUID.fromString(id));
        for (int i = 0; i < SelfAudits.MOST_TRIES; i++) {
            assertThat(audits.takeUp(key, LEASE)).isNotNull();
            runOut(book);
        }

        auditAll();

        shown(book, id).body("status", equalTo("UNFINISHED")).body("fault", equalTo("left-too-often"));
        standing(book).body("wholeThroughEntry", is(0));
    }

    // ---- every night -----------------------------------------------------------------------------------------------

    @Test
    void aNightHasOneAndTheFirstIsAFullOne() {
        TestBank.Book book = aBookOfSixEntries();
        LocalDate night = LocalDate.of(2025, 1, 6);

        assertThat(nightly(book, night)).isEqualTo(201);
        auditAll();
        assertThat(nightly(book, night)).isEqualTo(201);
        assertThat(nightly(book, night.plusDays(1))).isEqualTo(201);
        auditAll();

        book.as(Role.AUDITOR)
                .get(book.path() + "/self-audits")
                .then()
                .statusCode(200)
                .body("items.extent", contains("FULL", "INCREMENTAL"))
                .body("items.orderedBy", contains("nightly", "nightly"))
                .body("items.status", contains("WHOLE", "WHOLE"));
        book.as(Role.AUDITOR)
                .get(book.path() + "/self-audits?extent=INCREMENTAL")
                .then()
                .statusCode(200)
                .body("items.extent", contains("INCREMENTAL"));
    }

    @Test
    void aNightWaitsForTheOneThatIsUnderWay() {
        TestBank.Book book = aBookOfSixEntries();
        LocalDate night = LocalDate.of(2025, 1, 6);
        ordered(book, "FULL");

        assertThat(nightly(book, night)).isEqualTo(503);
        auditAll();

        assertThat(nightly(book, night)).isEqualTo(201);
        auditAll();
        book.as(Role.AUDITOR)
                .get(book.path() + "/self-audits")
                .then()
                .body("items.orderedBy", hasSize(2))
                .body("items[1].orderedBy", equalTo("nightly"));
    }

    @Test
    void aBookThatIsBusyKeepsNoOtherFromItsNight() throws SQLException {
        TestBank.Book busy = bank.aBook();
        TestBank.Book other = bank.aBook();
        List<SelfAuditStore.Night> nights = List.of(nightOf(busy), nightOf(other));

        try (SomebodyElse holder = SomebodyElse.locking(TestDatabase.shared(), busy.id())) {
            auditor.order(nights);

            assertThat(holder).isNotNull();
            assertNights(busy, 0);
            assertNights(other, 1);
        }
        auditor.order(nights);

        assertNights(busy, 1);
        assertNights(other, 1);
    }

    private static SelfAuditStore.Night nightOf(TestBank.Book book) {
        return new SelfAuditStore.Night(book.id(), book.path(), LocalDate.of(2025, 1, 6));
    }

    private static void assertNights(TestBank.Book book, int nights) {
        book.as(Role.AUDITOR)
                .get(book.path() + "/self-audits")
                .then()
                .statusCode(200)
                .body("items", hasSize(nights));
    }

    @Test
    void aNightComesAtItsTimeAndIsLeftOutAfterThreeHours() {
        TestBank.Book book = bank.aBook();
        LocalTime now = LocalTime.now(ZoneId.of("Asia/Shanghai"));

        assertThat(nightOf(book, now.minusMinutes(1))).isNotNull();
        assertThat(nightOf(book, now.minusMinutes(179))).isNotNull();
        assertThat(nightOf(book, now.plusMinutes(1))).isNull();
        assertThat(nightOf(book, now.minusMinutes(181))).isNull();

        SelfAuditStore.Night night = Objects.requireNonNull(nightOf(book, now.minusMinutes(1)));
        assertThat(nightly(book, night.night())).isEqualTo(201);
        assertThat(nightOf(book, now.minusMinutes(1))).isNull();
    }

    @Test
    void tellsHowOldTheLastFullOnesAre() {
        aBookOfSixEntries();

        assertThat(store.ofAll().fullAgeSeconds()).isGreaterThan(0);
    }

    /** As those of the demo. */
    @Test
    void aBookThatSaysItIsOlderThanTheInstallationHasNotWaitedLonger() throws SQLException {
        TestBank.Book book = bank.aBook().since(Instant.parse("2020-01-01T00:00:00Z"));

        assertThat(store.ofAll().fullAgeSeconds())
                .isBetween(0.0, (double) Duration.ofDays(3).toSeconds());

        String id = ordered(book, "FULL");
        auditAll();
        try (Connection owner = TestDatabase.shared().connectAsOwner()) {
            execute(
                    owner,
                    "UPDATE audit_run SET ended_at = now() - interval '40 days' WHERE run_id = '%s'".formatted(id));
        }

        assertThat(store.ofAll().fullAgeSeconds())
                .isGreaterThan(Duration.ofDays(39).toSeconds());
    }

    // ---- what the tests are made of ---------------------------------------------------------------------------------

    private TestBank.Book aBookOfSixEntries() {
        TestBank.Book book = bank.aBook();
        TestBank.Member anna = book.aMember("A", "70-79").holding(100, Unit.MIN);
        TestBank.Member bela = book.aMember("B", "60-69").holding(50, Unit.MIN).holding(500, Unit.PTS);
        book.as(Role.COORDINATOR)
                .body("""
                        {"volunteer":"%s","activity":"代买药品","minutes":30,"place":"北环路","organiser":"互助队","leader":"L-1"}
                        """.formatted(bela.id()))
                .post(book.path() + "/service-records")
                .then()
                .statusCode(201);
        for (String amount : List.of("10", "11")) {
            book.as(Role.APP)
                    .body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":%s,\"unit\":\"MIN\",\"metadata\":{\"form\":\"7\"}}"
                            .formatted(bela.id(), anna.id(), amount))
                    .post(book.path() + "/transfers")
                    .then()
                    .statusCode(201);
        }
        return book;
    }

    private static String ordered(TestBank.Book book, String extent) {
        return book.as(Role.AUDITOR)
                .body("{\"extent\":\"" + extent + "\"}")
                .post(book.path() + "/self-audits")
                .then()
                .statusCode(201)
                .body("status", equalTo("WAITING"))
                .extract()
                .path("id");
    }

    /** Those of other tests too, until none is left. */
    private void auditAll() {
        while (auditor.round()) {
            // The next.
        }
    }

    private static ValidatableResponse shown(TestBank.Book book, String id) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/self-audits/" + id)
                .then()
                .statusCode(200);
    }

    private static ValidatableResponse standing(TestBank.Book book) {
        return book.as(Role.AUDITOR).get(book.path() + "/self-audit").then().statusCode(200);
    }

    private int nightly(TestBank.Book book, LocalDate night) {
        return audits.orderNightly(book.id(), book.path(), night)
                .await()
                .indefinitely()
                .status();
    }

    private SelfAuditStore.@Nullable Night nightOf(TestBank.Book book, LocalTime at) {
        return store.nights(at, 1_000_000).stream()
                .filter(night -> night.book() == book.id())
                .findFirst()
                .orElse(null);
    }

    private double failures(Check check) {
        return registry.get("moralbank.audit.failures")
                .tag("check", check.name().toLowerCase(java.util.Locale.ROOT))
                .counter()
                .count();
    }

    private static final List<String> TAMPERED =
            List.of("ledger_book", "ledger_account", "ledger_entry", "ledger_posting", "ledger_entry_text");

    /** A connection that no trigger stops, with a copy of the book. */
    private static Connection aboveTheWalls(TestBank.Book book) throws SQLException {
        Connection admin = TestDatabase.shared().connectAsAdmin();
        execute(admin, "SET session_replication_role = replica");
        for (String table : TAMPERED) {
            execute(
                    admin,
                    "CREATE TEMP TABLE kept_" + table + " AS SELECT * FROM " + table + " WHERE book_id = " + book.id());
        }
        return admin;
    }

    private static void restore(Connection admin, TestBank.Book book) throws SQLException {
        for (String table : TAMPERED) {
            execute(admin, "DELETE FROM " + table + " WHERE book_id = " + book.id());
            execute(admin, "INSERT INTO " + table + " SELECT * FROM kept_" + table);
        }
        execute(admin, byHand(book));
    }

    private static void runOut(TestBank.Book book) throws SQLException {
        try (Connection owner = TestDatabase.shared().connectAsOwner()) {
            execute(owner, "UPDATE audit_run SET lease_until = now() WHERE book_id = " + book.id());
            execute(owner, byHand(book));
        }
    }

    private static String byHand(TestBank.Book book) {
        return "UPDATE commit_lock SET commit_no = commit_no + 1 WHERE book_id = " + book.id();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
