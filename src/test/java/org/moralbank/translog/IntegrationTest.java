package org.moralbank.translog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.TimeoutException;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.commits.TestCommits;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.CountedReads;
import org.moralbank.platform.Eventually;
import org.moralbank.platform.TestDatabase;
import org.moralbank.proofs.Checkpoint;
import org.moralbank.proofs.Frontier;
import org.moralbank.proofs.Hash;
import org.moralbank.proofs.VerificationKey;
import org.moralbank.translog.IntegrationStore.Growth;
import org.moralbank.translog.IntegrationStore.Turn;
import org.moralbank.translog.IntegrationStore.Wrong;
import org.moralbank.translog.Refused.Reason;

/** Integrators on books whose entries the tests write themselves, past the kernel and, as a superuser, past the walls. */
class IntegrationTest {
    @SuppressWarnings("NullAway.Init") // by begin
    private static TestDatabase.Database database;

    @SuppressWarnings("NullAway.Init") // by begin
    private static TestCommits process;

    @SuppressWarnings("NullAway.Init") // by begin
    private static Connection superuser;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static int books;

    private int book;
    private Integration integration = integrator();

    @BeforeAll
    static void begin() throws SQLException {
        database = TestDatabase.fresh().migrate();
        process = TestCommits.on(database, 1);
        superuser = database.connectAsAdmin();
        execute("SET session_replication_role = replica");
    }

    @AfterAll
    static void end() throws Exception {
        superuser.close();
        process.close();
    }

    @BeforeEach
    void aBook() throws SQLException {
        // What another test left refused would be looked at in each round.
        execute("DELETE FROM log_book; DELETE FROM ledger_book");
        anotherBook();
        integration = integrator();
    }

    private void anotherBook() throws SQLException {
        book = ++books;
        execute("""
                INSERT INTO ledger_book (book_id, code, name, kind, calendar, service_earns_time, points_per_hour,
                                         member_points_transfer, created_at, last_posted_at)
                VALUES (%1$d, 'B%1$d', 'B%1$d', 'COMMUNITY', 'Asia/Shanghai', true, 0, false, now(), now())
                """.formatted(book));
    }

    private static Integration integrator() {
        return TestLog.integration(process.pool(), TestLog.keys(7));
    }

    // ---- the books ---------------------------------------------------------------------------------------------

    private static void execute(String sql) throws SQLException {
        try (var statement = superuser.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Posts entries up to this number, in one commit. */
    private void postUpTo(long seq) throws SQLException {
        postUpTo(superuser, seq);
    }

    private void postUpTo(Connection connection, long seq) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("""
                    BEGIN;
                    INSERT INTO ledger_entry (book_id, seq, posted_at, client_id, occurred_on, type, unit, canonical,
                                              leaf_hash, accounts)
                    SELECT book_id, seq, now(), 1, now(), 'OPENING', 'MIN', bytes, sha256('\\x00'::bytea || bytes), '{}'
                    FROM ledger_book b
                    CROSS JOIN LATERAL generate_series(b.last_seq + 1, %2$d) seq
                    CROSS JOIN LATERAL convert_to('entry ' || seq, 'UTF8') bytes
                    WHERE book_id = %1$d;
                    UPDATE ledger_book SET last_seq = %2$d WHERE book_id = %1$d;
                    COMMIT
                    """.formatted(book, seq));
        }
    }

    private static byte[] content(long seq) {
        return ("entry " + seq).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    /** The roots of trees of these sizes, and of all below the last. */
    private static List<Hash> roots(long last) {
        Frontier frontier = new Frontier();
        List<Hash> roots = new ArrayList<>(List.of(frontier.root()));
        for (long seq = 1; seq <= last; seq++) {
            frontier.append(Hash.leaf(content(seq)));
            roots.add(frontier.root());
        }
        return roots;
    }

    private BookHandle handle() {
        return new BookHandle(book, "B" + book, ZoneId.of("Asia/Shanghai"));
    }

    private static TransparencyLog log() {
        return new TransparencyLog(new LogStore(process.pool()));
    }

    private Optional<SignedCheckpoint> newest() {
        return log().newest(handle()).await().indefinitely();
    }

    private List<VerificationKey> keys() {
        return log().verificationKeys(handle()).await().indefinitely();
    }

    /** The sizes of all checkpoints, in order, each of which is the signed root of the entries. */
    private List<Long> checkpoints() throws SQLException {
        List<Checkpoint> found = new ArrayList<>();
        try (var statement = superuser.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT size, note FROM log_checkpoint WHERE book_id = " + book + " ORDER BY size")) {
            while (rows.next()) {
                found.add(Checkpoint.verified(rows.getString(2), keys()));
                assertThat(found.getLast().size()).isEqualTo(rows.getLong(1));
            }
        }
        List<Hash> roots = roots(found.isEmpty() ? 0 : found.getLast().size());
        assertThat(found)
                .allSatisfy(checkpoint -> assertThat(checkpoint.root()).isEqualTo(roots.get((int) checkpoint.size())));
        return found.stream().map(Checkpoint::size).toList();
    }

    private @Nullable Wrong refused() {
        TestLog.catchUp(integration);
        TestLog.sweepAll(integration);
        TestLog.catchUp(integration);
        return integration.refused().get("B" + book);
    }

    // ---- what it signs -----------------------------------------------------------------------------------------

    @Test
    void signsForABookWithoutEntries() throws SQLException {
        assertThat(newest()).isEmpty();

        integration.round();
        integration.round();

        assertThat(checkpoints()).containsExactly(0L);
        assertThat(newest().orElseThrow().note())
                .startsWith("log.example/B" + book + "\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void signsTheRootOfTheEntriesHoweverTheyArrive(long seed) throws SQLException {
        Random random = new Random(seed);
        long last = 0;
        List<Long> sizes = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            last += 1 + random.nextInt(random.nextBoolean() ? 3 : 300);
            postUpTo(last);
            integration.round();
            sizes.add(last);
        }

        assertThat(checkpoints()).isEqualTo(sizes);
        assertThat(refused()).isNull();
    }

    @Test
    void aProofOfEverySortHoldsInALogOfThreeLevels() throws SQLException {
        postUpTo(700);
        integration.round();
        postUpTo(66_000);
        TestLog.catchUp(integration);

        SignedCheckpoint newest = newest().orElseThrow();
        assertThat(newest.size()).isEqualTo(66_000);
        // A step begins with the open tile, whose entries count too.
        assertThat(checkpoints()).contains(700L, 700L + Integration.MOST);
        for (long seq : new long[] {1, 256, 257, 699, 65_536, 65_537, 65_999, 66_000}) {
            var receipt = log().receipt(handle(), seq, newest).await().indefinitely();
            assertThat(receipt.orElseThrow().verified(content(seq), keys()).size())
                    .isEqualTo(66_000);
        }
        assertThat(log().receipt(handle(), 66_001, newest).await().indefinitely())
                .isEmpty();
        assertThat(log().receipt(handle(), 0, newest).await().indefinitely()).isEmpty();
        List<Hash> roots = roots(66_000);
        for (long from : new long[] {1, 255, 256, 700, 65_536, 65_999, 66_000}) {
            var proof = log().consistency(handle(), from, 66_000).await().indefinitely();
            assertThat(proof.proves(roots.get((int) from), roots.get(66_000))).isTrue();
        }
        SignedCheckpoint earlier =
                log().ofSize(handle(), 700).await().indefinitely().orElseThrow();
        var old = log().receipt(handle(), 699, earlier).await().indefinitely();
        assertThat(old.orElseThrow().verified(content(699), keys()).size()).isEqualTo(700);
        assertThat(log().ofSize(handle(), 701).await().indefinitely()).isEmpty();
        assertThat(log().latestUpTo(handle(), 701).await().indefinitely()).contains(earlier);
        assertThat(refused()).isNull();
    }

    @Test
    void anotherKeySignsFromThenOnAndTheOldOneStaysPublished() throws SQLException {
        postUpTo(3);
        integration.round();
        VerificationKey old = keys().getFirst();
        postUpTo(5);
        TestLog.integration(process.pool(), TestLog.keys(8)).round();

        assertThat(keys()).hasSize(2);
        assertThat(keys().getLast()).isEqualTo(old);
        assertThat(checkpoints()).containsExactly(3L, 5L);
        assertThatThrownBy(() -> Checkpoint.verified(newest().orElseThrow().note(), List.of(old)))
                .hasMessage("none of the known keys signed this");
    }

    // ---- it never forks ----------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void manyAtOnceSignOneLog(long seed) throws Exception {
        Random random = new Random(seed);
        AtomicBoolean written = new AtomicBoolean();
        List<CompletableFuture<Void>> integrators = new ArrayList<>();
        List<TestCommits> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            TestCommits other = TestCommits.on(database, 1);
            processes.add(other);
            Integration each = TestLog.integration(other.pool(), TestLog.keys(7));
            integrators.add(CompletableFuture.runAsync(
                    () -> {
                        boolean last = false;
                        while (!last) {
                            last = written.get();
                            TestLog.catchUp(each);
                        }
                    },
                    // Of this class loader, unlike those of the common pool.
                    task -> new Thread(task).start()));
        }
        long last = 0;
        for (int i = 0; i < 60; i++) {
            last += 1 + random.nextInt(100);
            postUpTo(last);
        }
        written.set(true);
        for (CompletableFuture<Void> each : integrators) {
            each.get();
        }
        for (TestCommits each : processes) {
            each.close();
        }
        TestLog.catchUp(integration);

        assertThat(checkpoints()).doesNotHaveDuplicates().endsWith(last);
        assertThat(refused()).isNull();
    }

    /** Where a process is killed within a step. */
    enum Killed {
        BEFORE_ANYTHING(step -> {}),
        AFTER_THE_HASHES(Step::append),
        AFTER_THE_CHECKPOINT(step -> {
            step.append();
            step.sign();
        }),
        BEFORE_THE_COMMIT(step -> {
            step.append();
            step.sign();
            step.turn.move(List.of(step.growth));
        });

        private final Consumer<Step> done;

        Killed(Consumer<Step> done) {
            this.done = done;
        }
    }

    /** What the integrator does in a step, one by one; entry 4 is not what will be posted, so that a fork would show. */
    private static final class Step {
        private final Turn turn;
        private final Growth growth;

        Step(Turn turn, int book) {
            this.turn = turn;
            RightEdge edge = Objects.requireNonNull(turn.edges().get(book));
            edge.append(Hash.leaf(new byte[] {42}));
            var key = TestLog.keys(7).of("B" + book);
            Checkpoint checkpoint = new Checkpoint("log.example/B" + book, 4, edge.root());
            growth = new Growth(
                    book, 3, edge.takeAdded(), checkpoint, checkpoint.sign(key).toString(), key.verification());
        }

        void append() {
            turn.append(List.of(growth));
        }

        void sign() {
            turn.sign(List.of(growth));
        }
    }

    @ParameterizedTest
    @EnumSource(Killed.class)
    void whoIsKilledHasSignedNothing(Killed killed) throws SQLException {
        postUpTo(3);
        integration.round();
        Turn turn = begun();
        killed.done.accept(new Step(turn, book));
        postUpTo(4);

        assertThat(checkpoints()).containsExactly(3L);
        killOthers();
        TestLog.catchUp(integrator());
        await(() -> newest().orElseThrow().size() == 4);

        assertThat(checkpoints()).containsExactly(3L, 4L);
        assertThatThrownBy(turn::commit).isInstanceOf(RuntimeException.class);
        assertThat(refused()).isNull();
    }

    @Test
    void aConnectionThatComesTooLateIsGivenBack() throws Exception {
        try (CountedReads one = new CountedReads(database)) {
            SqlConnection only = one.pool().getConnection().await().atMost(PATIENCE);
            var store = new IntegrationStore(one.pool());
            assertThatThrownBy(() -> store.begin(List.of(book), Duration.ofMillis(50)))
                    .isInstanceOf(TimeoutException.class);

            only.close().await().atMost(PATIENCE);

            SqlConnection again = one.pool().getConnection().await().atMost(PATIENCE);
            again.close().await().atMost(PATIENCE);
        }
    }

    /** The log of the book, taken by a process. */
    private Turn begun() {
        Turn turn = new IntegrationStore(process.pool()).begin(List.of(book));
        assertThat(turn.held()).hasSize(1);
        return turn;
    }

    /** What the operating system does to the connections of a process that ends. */
    private static void killOthers() throws SQLException {
        execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                + " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()");
    }

    private void await(java.util.function.BooleanSupplier condition) {
        Eventually.holds(() -> {
            TestLog.catchUp(integration);
            return condition.getAsBoolean();
        });
    }

    /** As SIGSTOP does it: the database gives his lock away, and when he wakes he can do nothing. */
    @Test
    void whoIsStoppedForLongChangesNothingWhenHeWakes() throws SQLException {
        postUpTo(3);
        integration.round();
        Turn stopped = begun();
        Step step = new Step(stopped, book);
        postUpTo(4);

        // While he has the lock, others leave the book alone.
        integration.round();
        assertThat(checkpoints()).containsExactly(3L);
        await(() -> newest().orElseThrow().size() == 4);

        assertThatThrownBy(step::append).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(stopped::commit).isInstanceOf(RuntimeException.class);
        assertThat(checkpoints()).containsExactly(3L, 4L);
    }

    @Test
    void thereIsOneCheckpointOfASize() throws SQLException {
        postUpTo(4);
        integration.round();
        Turn turn = begun();

        try (turn) {
            assertThatThrownBy(() -> new Step(turn, book).sign()).hasMessageContaining("log_checkpoint_pkey");
        }
    }

    // ---- it refuses --------------------------------------------------------------------------------------------

    /** What a superuser may do to the books or the record, how it is undone, and what is then said. */
    enum Tampering {
        NEW_ENTRY_CHANGED(
                "UPDATE ledger_entry SET canonical = 'x' WHERE book_id = $ AND seq = 620",
                "UPDATE ledger_entry SET canonical = convert_to('entry ' || seq, 'UTF8') WHERE book_id = $ AND seq = 620",
                new Wrong(620, Reason.ENTRY_CHANGED)),
        NEW_ENTRY_DELETED(
                "UPDATE ledger_entry SET book_id = -1 WHERE book_id = $ AND seq = 620",
                "UPDATE ledger_entry SET book_id = $ WHERE book_id = -1",
                new Wrong(620, Reason.ENTRY_MISSING)),
        LAST_NEW_ENTRY_DELETED(
                "UPDATE ledger_entry SET book_id = -1 WHERE book_id = $ AND seq = 630",
                "UPDATE ledger_entry SET book_id = $ WHERE book_id = -1",
                new Wrong(630, Reason.ENTRY_MISSING)),
        ENTRY_OF_THE_OPEN_TILE_CHANGED(
                "UPDATE ledger_entry SET canonical = 'x' WHERE book_id = $ AND seq = 600",
                "UPDATE ledger_entry SET canonical = convert_to('entry ' || seq, 'UTF8') WHERE book_id = $ AND seq = 600",
                new Wrong(600, Reason.ENTRY_CHANGED)),
        ENTRY_CHANGED_WITH_ITS_HASH(
                "UPDATE ledger_entry SET canonical = 'x', leaf_hash = sha256('\\x0078') WHERE book_id = $ AND seq = 513",
                "UPDATE ledger_entry SET canonical = convert_to('entry 513', 'UTF8'), leaf_hash = sha256('\\x00' || convert_to('entry 513', 'UTF8')) WHERE book_id = $ AND seq = 513",
                new Wrong(513, Reason.ENTRY_CHANGED)),
        HASH_OF_AN_ENTRY_CHANGED(
                "UPDATE ledger_entry SET leaf_hash = sha256('x') WHERE book_id = $ AND seq = 600",
                "UPDATE ledger_entry SET leaf_hash = sha256('\\x00' || canonical) WHERE book_id = $ AND seq = 600",
                new Wrong(600, Reason.ENTRY_CHANGED)),
        OLD_ENTRY_CHANGED_WITH_ITS_HASH(
                "UPDATE ledger_entry SET canonical = 'x', leaf_hash = sha256('\\x0078') WHERE book_id = $ AND seq = 12",
                "UPDATE ledger_entry SET canonical = convert_to('entry 12', 'UTF8'), leaf_hash = sha256('\\x00' || convert_to('entry 12', 'UTF8')) WHERE book_id = $ AND seq = 12",
                new Wrong(12, Reason.ENTRY_CHANGED)),
        OLD_ENTRY_DELETED(
                "UPDATE ledger_entry SET book_id = -1 WHERE book_id = $ AND seq = 256",
                "UPDATE ledger_entry SET book_id = $ WHERE book_id = -1",
                new Wrong(256, Reason.ENTRY_MISSING)),
        TWO_OLD_ENTRIES_SWAPPED(
                "UPDATE ledger_entry SET seq = seq + 1000 WHERE book_id = $ AND seq IN (20, 21); UPDATE ledger_entry SET seq = 1041 - seq WHERE book_id = $ AND seq IN (1020, 1021)",
                "UPDATE ledger_entry SET seq = seq + 1000 WHERE book_id = $ AND seq IN (20, 21); UPDATE ledger_entry SET seq = 1041 - seq WHERE book_id = $ AND seq IN (1020, 1021)",
                new Wrong(20, Reason.ENTRY_CHANGED)),
        RECORD_OF_AN_OLD_ENTRY_CHANGED(
                "UPDATE log_hash SET hashes = sha256('x') || substr(hashes, 33) WHERE book_id = $ AND level = 0 AND first = 32",
                "UPDATE log_hash SET hashes = sha256('\\x00' || convert_to('entry 33', 'UTF8')) || substr(hashes, 33) WHERE book_id = $ AND level = 0 AND first = 32",
                new Wrong(1, Reason.RECORD_CHANGED)),
        RECORD_OF_THE_EDGE_CHANGED(
                "UPDATE log_hash SET level = 7 WHERE book_id = $ AND level = 0 AND first = 512",
                "UPDATE log_hash SET level = 0 WHERE book_id = $ AND level = 7",
                new Wrong(513, Reason.RECORD_CHANGED)),
        CHECKPOINT_DELETED(
                "UPDATE log_checkpoint SET book_id = -1 WHERE book_id = $",
                "UPDATE log_checkpoint SET book_id = $ WHERE book_id = -1",
                new Wrong(610, Reason.RECORD_CHANGED)),
        CHECKPOINT_OF_ANOTHER_ROOT(
                "UPDATE log_checkpoint SET note = overlay(note PLACING 'AAAA' FROM position(E'\\n610\\n' IN note) + 5) WHERE book_id = $ AND size = 610; UPDATE log_checkpoint SET book_id = -1 WHERE book_id = $ AND size = 0",
                "",
                new Wrong(610, Reason.RECORD_CHANGED)),
        LOG_BEGUN_ANEW(
                "UPDATE log_checkpoint SET book_id = -1 WHERE book_id = $; UPDATE log_hash SET book_id = -1 WHERE book_id = $; UPDATE log_book SET size = 0 WHERE book_id = $",
                "UPDATE log_checkpoint SET book_id = $ WHERE book_id = -1; UPDATE log_hash SET book_id = $ WHERE book_id = -1; UPDATE log_book SET size = 610 WHERE book_id = $",
                new Wrong(610, Reason.RECORD_CHANGED));

        private final String done;
        private final String undone;
        private final Wrong said;

        Tampering(String done, String undone, Wrong said) {
            this.done = done;
            this.undone = undone;
            this.said = said;
        }
    }

    @ParameterizedTest
    @EnumSource(Tampering.class)
    void namesWhatIsNotWhatWasRecordedAndSignsNothingUntilItIs(Tampering tampering) throws SQLException {
        postUpTo(610);
        integration.round();
        postUpTo(630);
        execute(tampering.done.replace("$", "" + book));
        TestLog.sweepAll(integration);

        TestLog.catchUp(integration);
        assertThat(refused()).isEqualTo(tampering.said);
        assertThat(count("log_checkpoint", "size > 610")).isZero();
        // Another process finds it too, unless only memory of what was there before can tell.
        if (tampering != Tampering.LOG_BEGUN_ANEW) {
            Integration another = integrator();
            TestLog.catchUp(another);
            assertThat(another.refused().values()).containsExactly(tampering.said);
        }

        if (!tampering.undone.isEmpty()) {
            execute(tampering.undone.replace("$", "" + book));
            assertThat(refused()).isNull();
            assertThat(checkpoints()).containsExactly(610L, 630L);
        }
        execute("UPDATE log_checkpoint SET book_id = -" + (1_000 + book) + " WHERE book_id = -1");
    }

    /** Somebody who owns the database signs with a key of his own, over the same root and over another. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void signsNothingBehindACheckpointOfAnotherKey(boolean otherRoot) throws SQLException {
        postUpTo(3);
        integration.round();
        String note = newest().orElseThrow().note();
        Hash root = roots(otherRoot ? 2 : 3).getLast();
        String his = new Checkpoint("log.example/B" + book, 3, root)
                .sign(TestLog.keys(9).of("B" + book))
                .toString();
        execute("UPDATE log_checkpoint SET note = '" + his + "' WHERE book_id = " + book);
        postUpTo(4);

        assertThat(refused()).isEqualTo(new Wrong(3, Reason.RECORD_CHANGED));
        Integration another = integrator();
        TestLog.catchUp(another);
        assertThat(another.refused().values()).containsExactly(new Wrong(3, Reason.RECORD_CHANGED));
        assertThat(count("log_checkpoint", "size > 3")).isZero();
        execute("UPDATE log_checkpoint SET note = '" + note + "' WHERE book_id = " + book);
        assertThat(refused()).isNull();
    }

    private long count(String table, String which) throws SQLException {
        try (var statement = superuser.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*) FROM " + table + " WHERE book_id = " + book + " AND " + which)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** In a book that nobody posts to: the sweep finds it. */
    @Test
    void findsWhatIsMissingWhereNothingIsPosted() throws SQLException {
        postUpTo(3);
        assertThat(refused()).isNull();
        execute("UPDATE ledger_entry SET book_id = -1 WHERE book_id = " + book + " AND seq = 3");

        assertThat(refused()).isEqualTo(new Wrong(3, Reason.ENTRY_MISSING));
        execute("DELETE FROM ledger_entry WHERE book_id = -1");
    }

    /** Also when the book is told to be shorter, and grows again. */
    @Test
    void anEntryInThePlaceOfOneThatWasDeletedIsNotSigned() throws SQLException {
        postUpTo(3);
        integration.round();
        execute("DELETE FROM ledger_entry WHERE book_id = " + book + " AND seq = 3; UPDATE ledger_book SET last_seq = 2"
                + " WHERE book_id = " + book);

        assertThat(refused()).isEqualTo(new Wrong(3, Reason.ENTRY_MISSING));
        postUpTo(4);
        execute("UPDATE ledger_entry SET canonical = 'y', leaf_hash = sha256('\\x0079') WHERE book_id = " + book
                + " AND seq = 3");
        assertThat(refused()).isEqualTo(new Wrong(3, Reason.ENTRY_CHANGED));
        assertThat(checkpoints()).containsExactly(3L);
    }

    @Test
    void aBookThatIsRefusedHoldsNoOtherBack() throws SQLException {
        postUpTo(3);
        integration.round();
        execute("UPDATE ledger_entry SET canonical = 'x' WHERE book_id = " + book + " AND seq = 2");
        int first = book;
        String code = "B" + first;
        anotherBook();
        postUpTo(5);

        assertThat(refused()).isNull();
        assertThat(checkpoints()).containsExactly(5L);
        assertThat(integration.refused()).isEqualTo(Map.of(code, new Wrong(2, Reason.ENTRY_CHANGED)));
    }

    /** More than a step takes, each of another size; steps are transactions. */
    @Test
    void aRoundSignsForAllBooks() throws SQLException {
        int first = book;
        long transactions = transactions();
        for (int i = 1; i <= 2 * Integration.AT_ONCE + 1; i++) {
            postUpTo(i * 9L);
            anotherBook();
        }
        integration.round();

        int last = book;
        for (book = first; book < last; book++) {
            assertThat(checkpoints()).containsExactly((book - first + 1) * 9L);
        }
        assertThat(checkpoints()).containsExactly(0L);
        assertThat(transactions() - transactions).isEqualTo(3);
    }

    /** In how many transactions checkpoints were signed. */
    private static long transactions() throws SQLException {
        try (var statement = superuser.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(DISTINCT xmin::text) FROM log_checkpoint")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void aStepThatFailsIsDoneBookByBook() throws SQLException {
        postUpTo(3);
        int failing = book;
        execute("INSERT INTO log_checkpoint VALUES (" + failing + ", 3, 'in its way', now())");
        anotherBook();
        postUpTo(5);

        assertThatThrownBy(() -> integration.round()).hasMessageContaining("log_checkpoint_pkey");
        assertThat(checkpoints()).containsExactly(5L);
        book = failing;
        assertThat(count("log_hash", "true")).isZero();
    }

    /** Two statements, of which a commit that comes between them would be seen by one only, never mislead it. */
    @Test
    void whatIsPostedWhileItLooksIsTakenNextTime() throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Long> writer = CompletableFuture.supplyAsync(() -> {
            try (Connection connection = database.connectAsAdmin()) {
                long last = 0;
                while (!ended.get() && last < 3_000) {
                    postUpTo(connection, ++last);
                }
                return last;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        for (int i = 0; i < 100; i++) {
            integration.round();
        }
        ended.set(true);
        long last = writer.get();

        assertThat(refused()).isNull();
        assertThat(checkpoints()).endsWith(last);
    }

    @Test
    void theSweepComesRoundAndRests() throws SQLException {
        postUpTo(600);
        Integration resting = new Integration(
                new IntegrationStore(process.pool()),
                TestLog.keys(7),
                new LogMetrics(new io.micrometer.core.instrument.simple.SimpleMeterRegistry()),
                Duration.ofHours(1));
        TestLog.catchUp(resting);

        assertThat(resting.sweep(1)).isFalse(); // begins
        assertThat(resting.sweep(2)).isFalse();
        assertThat(resting.sweep(2)).isTrue(); // the third tile, and round
        assertThat(resting.sweep(2)).isTrue(); // rests
    }
}
