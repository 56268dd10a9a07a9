package org.moralbank.commits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.commits.CommitFailuresTest.EFFECTS;
import static org.moralbank.commits.TestCommits.ask;
import static org.moralbank.commits.TestCommits.body;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.Sha256;
import org.moralbank.platform.TestDatabase;

/** What is undone, what is kept under a key and what leaves it free, when works decide. */
class CommitDecisionsTest {
    private static final RuntimeException FAULT = new IllegalStateException("a fault of a work, made by a test");
    private static final RefusedException NOT_FOUND = new ProtocolRejection.NotFound("entry").refused();
    private static final RefusedException CONFLICT = new Bulk.DuplicateReference("R-1").refused();

    @SuppressWarnings("NullAway.Init") // by makeTheDatabase
    private static TestDatabase.Database database;

    @SuppressWarnings("NullAway.Init") // by begin
    private TestCommits commits;

    /** Has its effect and then leaves with what the test says at that time, if anything. */
    private record Effect(int id, AtomicReference<@Nullable RuntimeException> fate) implements Work {
        Effect(int id) {
            this(id, new AtomicReference<>());
        }

        @Override
        public void needs(Needs needs) {}

        @Override
        public Answer decide(WorkingSet set) {
            set.put(EFFECTS, id, id);
            RuntimeException thrown = fate.get();
            if (thrown != null) {
                throw thrown;
            }
            return Answer.ok(Map.of("id", id));
        }
    }

    /** A client from whom the right to ask may be taken. */
    private record Somebody(AtomicReference<Boolean> may) implements Asker {
        @Override
        public int clientId() {
            return 1;
        }

        @Override
        public void needs(Needs needs) {}

        @Override
        public void checkStillMay(WorkingSet set) {
            if (!may.get()) {
                throw NOT_FOUND;
            }
        }
    }

    @BeforeAll
    static void makeTheDatabase() throws SQLException {
        database = CommitFailuresTest.aDatabaseForEffects(1);
    }

    @BeforeEach
    void begin() {
        commits = TestCommits.on(database, 1);
    }

    @AfterEach
    void end() {
        commits.close();
    }

    @Test
    void aFaultIsUndoneAndLeavesTheKeyFree() throws Exception {
        Effect effect = new Effect(1);
        effect.fate.set(FAULT);

        assertThat(submit("fault", effect).status()).isEqualTo(500);
        assertThat(effects(1)).isZero();

        effect.fate.set(null);
        assertThat(submit("fault", effect).status()).isEqualTo(200);
        assertThat(effects(1)).isEqualTo(1);
    }

    @Test
    void aRefusalOfTheBusinessIsUndoneAndKept() throws Exception {
        Effect effect = new Effect(2);
        effect.fate.set(CONFLICT);
        Answer refused = submit("business", effect);

        effect.fate.set(null);
        Answer again = submit("business", effect);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.replayed()).isFalse();
        assertThat(again.replayed()).isTrue();
        assertThat(again.body()).isEqualTo(refused.body());
        assertThat(effects(2)).isZero();
    }

    @Test
    void aRefusalThatIsNotOfTheBusinessIsUndoneAndLeavesTheKeyFree() throws Exception {
        Effect effect = new Effect(3);
        effect.fate.set(NOT_FOUND);

        assertThat(submit("protocol", effect).status()).isEqualTo(404);
        assertThat(effects(3)).isZero();

        effect.fate.set(null);
        Answer done = submit("protocol", effect);
        assertThat(done.status()).isEqualTo(200);
        assertThat(done.replayed()).isFalse();
        assertThat(effects(3)).isEqualTo(1);
    }

    @Test
    void whoMayNoLongerIsRefusedUnderTheLockAndIsNotToldWhatHeDidEither() throws Exception {
        Somebody somebody = new Somebody(new AtomicReference<>(true));
        assertThat(get(somebody, "may-1", new Effect(4)).status()).isEqualTo(200);

        somebody.may.set(false);

        assertThat(get(somebody, "may-2", new Effect(5)).status()).isEqualTo(404);
        assertThat(effects(5)).isZero();
        assertThat(get(somebody, "may-1", new Effect(4)).status()).isEqualTo(404);

        somebody.may.set(true);
        assertThat(get(somebody, "may-2", new Effect(5)).status()).isEqualTo(200);
        assertThat(get(somebody, "may-1", new Effect(4)).replayed()).isTrue();
    }

    @Test
    void aKeyIsComparedByTheWholeContentAndHasOneEffect() throws Exception {
        Answer first = submit("one", new Effect(6));
        Answer same = submit("one", new Effect(6));
        Answer other = commits.submit("one", "something else", List.of(1), new Effect(7))
                .get(30, TimeUnit.SECONDS);

        assertThat(same.replayed()).isTrue();
        assertThat(same.body()).isEqualTo(first.body());
        assertThat(other.status()).isEqualTo(422);
        assertThat(body(other)).contains("\"idempotency-key-reused\"");
        assertThat(effects(6)).isEqualTo(1);
        assertThat(effects(7)).isZero();
    }

    @Test
    void anItemOfABulkThatIsRefusedIsUndoneAndCanBeSentAgain() throws Exception {
        Effect refused = new Effect(11);
        refused.fate.set(CONFLICT);
        String first = bulk("bulk-1", false, new Effect(10), refused, new Effect(12));
        assertThat(first).contains("\"created\":2", "\"replayed\":0", "\"refused\":1");
        assertThat(effects(11)).isZero();

        refused.fate.set(null);
        String second = bulk("bulk-2", false, new Effect(10), refused, new Effect(12));

        assertThat(second).contains("\"created\":1", "\"replayed\":2", "\"refused\":0");
        assertThat(List.of(effects(10), effects(11), effects(12))).containsOnly(1);
    }

    @Test
    void anItemOfABulkWithOtherContentUnderItsReferenceIsRefused() throws Exception {
        Bulk.Item first = new Bulk.Item("R-13", Sha256.of("first"), new Effect(13), null);
        Bulk.Item other = new Bulk.Item("R-13", Sha256.of("other"), new Effect(14), null);

        String told = bulk("bulk-3", false, List.of(first, other));

        assertThat(told).contains("\"created\":1", "\"refused\":1", "\"duplicate-reference\"");
        assertThat(effects(13)).isEqualTo(1);
        assertThat(effects(14)).isZero();
    }

    @Test
    void anAtomicBulkIsDoneWholeOrNotAtAll() throws Exception {
        Effect refused = new Effect(21);
        refused.fate.set(CONFLICT);
        assertThat(bulk("atomic-1", true, new Effect(20), refused)).contains("\"bulk-refused\"", "\"index\":1");
        assertThat(effects(20)).isZero();

        refused.fate.set(null);
        assertThat(bulk("atomic-2", true, new Effect(20), refused)).contains("\"created\":2");
        assertThat(effects(20) + effects(21)).isEqualTo(2);
    }

    @Test
    void aReferenceIsDoneOnceWhateverTheKey() throws Exception {
        Answer first = submit("once-1", once("same", new Effect(30)));
        Answer same = submit("once-2", once("same", new Effect(30)));
        Answer other = submit("once-3", once("other", new Effect(31)));

        assertThat(first.replayed()).isFalse();
        assertThat(same.replayed()).isTrue();
        assertThat(same.body()).isEqualTo(first.body());
        assertThat(other.status()).isEqualTo(409);
        assertThat(body(other)).contains("\"duplicate-reference\"");
        assertThat(effects(30)).isEqualTo(1);
        assertThat(effects(31)).isZero();
    }

    /** Whatever stands around it, so that nobody acts on what was taken back since. */
    @Test
    void whatWasTakenBackSinceIsNotToldAgain() throws Exception {
        AtomicReference<Boolean> holds = new AtomicReference<>(true);
        Work work = new Work() {
            @Override
            public void needs(Needs needs) {}

            @Override
            public Answer decide(WorkingSet set) {
                return Answer.ok(Map.of());
            }

            @Override
            public void checkReplay(WorkingSet set) {
                if (!holds.get()) {
                    throw CONFLICT;
                }
            }
        };
        Once once = new Once(1, "test", "R-50", Sha256.of("same"), work);
        List<Bulk.Item> items = List.of(new Bulk.Item("R-51", Sha256.of("same"), work, null));
        submit("taken-1", once);
        assertThat(submit("taken-1", once).status()).isEqualTo(200);
        assertThat(submit("taken-2", once).status()).isEqualTo(200);
        bulk("taken-3", false, items);
        assertThat(bulk("taken-4", false, items)).contains("\"replayed\":1");

        holds.set(false);

        assertThat(submit("taken-1", once).status()).as("under its key").isEqualTo(409);
        assertThat(submit("taken-5", once).status()).as("under its reference").isEqualTo(409);
        assertThat(bulk("taken-6", false, items)).as("in a bulk").contains("\"refused\":1", "\"replayed\":0");
    }

    @Test
    void theTimeTheWaitTheSizeAndTheReplaysOfCommitsAreMeasured() throws Exception {
        submit("measured", new Effect(40));
        submit("measured", new Effect(40));
        submit("measured-too", new Effect(41));

        assertThat(commits.registry.get("moralbank.commits.time").timer().count())
                .isEqualTo(3);
        assertThat(commits.registry.get("moralbank.commits.wait").timer().count())
                .isEqualTo(3);
        assertThat(commits.registry.get("moralbank.commits.size").summary().totalAmount())
                .isEqualTo(3);
        assertThat(commits.registry.get("moralbank.commits.replays").counter().count())
                .isEqualTo(1);
    }

    private static Once once(String content, Work work) {
        return new Once(1, "test", "R-1", Sha256.of(content), work);
    }

    private Answer submit(String key, Work work) throws Exception {
        return commits.submit(key, "the content", List.of(1), work).get(30, TimeUnit.SECONDS);
    }

    private Answer get(Asker asker, String key, Work work) throws Exception {
        return commits.submit(ask(asker, key, "the content", 1), List.of(1), work)
                .get(30, TimeUnit.SECONDS);
    }

    private String bulk(String key, boolean atomic, Effect... effects) throws Exception {
        List<Bulk.Item> items = new ArrayList<>();
        for (Effect effect : effects) {
            items.add(new Bulk.Item("R-" + effect.id, Sha256.of("effect " + effect.id), effect, null));
        }
        return bulk(key, atomic, items);
    }

    private String bulk(String key, boolean atomic, List<Bulk.Item> items) throws Exception {
        Ask ask = ask(new TestCommits.Everybody(), key, key, 1);
        return body(commits.submit(ask, List.of(1), new Bulk(ask, "test", items, atomic))
                .get(30, TimeUnit.SECONDS));
    }

    private static int effects(int id) throws SQLException {
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM test_effect WHERE id = " + id)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
