package org.moralbank.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.UUID;
import org.moralbank.TestBank;
import org.moralbank.access.Importer;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookEvents;
import org.moralbank.platform.Language;

/** Appends events as a feature does, in a work. */
final class Appending {
    private Appending() {}

    record Told(String subject) {}

    static void append(Commits commits, TestBank.Book book, String type, String subject) {
        append(commits, book, type, subject, 1);
    }

    /** Several in one work. */
    static void append(Commits commits, TestBank.Book book, String type, String subject, int times) {
        Ask ask = new Ask(
                new Importer(1),
                book.id(),
                new IdempotencyKey("append-" + UUID.randomUUID()),
                new byte[32],
                Language.EN,
                "/",
                null);
        Answer answer = commits.submit(ask, book.id(), new Work() {
                    @Override
                    public void needs(Needs needs) {
                        BookEvents.need(needs, book.id());
                    }

                    @Override
                    public Answer decide(WorkingSet set) {
                        for (int i = 0; i < times; i++) {
                            BookEvents.append(set, book.id(), type, subject, new Told(subject));
                        }
                        return Answer.ok(Map.of());
                    }
                })
                .await()
                .indefinitely();
        assertThat(answer.status()).isEqualTo(200);
    }
}
