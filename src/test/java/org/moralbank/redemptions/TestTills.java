package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.commits.Needs;
import org.moralbank.commits.TestCommits;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.TestLots;
import org.moralbank.ledger.Unit;
import org.moralbank.paycodes.TestCodes;
import org.moralbank.platform.Json;
import org.moralbank.platform.Language;
import org.moralbank.platform.Sha256;
import org.moralbank.platform.TestSettings;

/** What tills ask of the use cases of a process, without HTTP: of book 1, by a client who may do everything. */
final class TestTills {
    private static final SandboxConfig NO_SANDBOX = TestSettings.of(SandboxConfig.class, Map.of());

    private TestTills() {}

    static Redemptions process(TestCommits commits) {
        return new Redemptions(
                commits.commits(),
                new RedemptionStore(commits.pool()),
                TestLots.on(commits.pool()),
                TestCodes.on(commits),
                TestCodes.watching(),
                new Sandbox(NO_SANDBOX),
                new RedemptionMetrics(new SimpleMeterRegistry()));
    }

    /** Under a key, which stands for some content. */
    static Ask ask(String key, String content) {
        return ask(key, content, null);
    }

    /** The same, decided by a clock of its own; by that of the database when it is null. */
    static Ask ask(String key, String content, @Nullable Instant clock) {
        return new Ask(
                new TestCommits.Everybody(), 1, new IdempotencyKey(key), Sha256.of(content), Language.EN, "/", clock);
    }

    static JsonNode read(Answer answer) {
        try {
            return Json.mapper().readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Gives each member the points, through the kernel. */
    static void endow(TestCommits commits, List<String> members, long amount, Note note) throws Exception {
        Answer answer = commits.submit(
                        "open-" + members.getFirst(),
                        members.getFirst(),
                        List.of(1),
                        new Endowing(members, amount, note))
                .get(30, TimeUnit.SECONDS);
        assertThat(answer.status()).isEqualTo(200);
    }

    /** Opening balances through the kernel. */
    private record Endowing(List<String> members, long amount, Note note) implements Work {
        private static Holder points(String member) {
            return Holder.of(1, Chart.MEMBER_POINTS, member);
        }

        private static Holder opening() {
            return new Holder(1, Chart.OPENING, "", Unit.PTS);
        }

        @Override
        public void needs(Needs needs) {
            needs.row(Ledger.BOOKS, 1).row(Ledger.HOLDINGS, opening());
            members.forEach(member -> needs.row(Ledger.HOLDINGS, points(member)));
        }

        @Override
        public Answer decide(WorkingSet set) {
            for (String member : members) {
                Ledger.post(
                        set,
                        note.draft(EntryType.OPENING, 1)
                                .debit(opening(), amount)
                                .credit(points(member), amount));
            }
            return Answer.ok(Map.of());
        }
    }
}
