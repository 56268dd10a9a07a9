package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.commits.TestCommits.body;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.TestCommits;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.TestDatabase;

/** A book is closed on one process while others post and hold on two. On PostgreSQL. */
class BookClosingRaceTest {
    private static final int BOOK = 1;
    private static final int ROUNDS = 20;
    private static final int POSTS = 64;
    private static final BookStatusChange.Order ORDER = new BookStatusChange.Order(KernelWork.BY, "合并");
    private static final Holder OPENING = new Holder(BOOK, Chart.OPENING, "", Unit.PTS);
    private static final Holder ANNA = Holder.of(BOOK, Chart.MEMBER_POINTS, "M-1");

    @SuppressWarnings("NullAway.Init") // by begin
    private static TestDatabase.Database database;

    @BeforeAll
    static void begin() throws SQLException {
        database = TestCommits.aDatabase(1);
    }

    @AfterAll
    static void checkTheBooks() throws SQLException {
        try (Connection owner = database.connectAsOwner()) {
            Invariants.check(owner);
        }
    }

    /** Gives a point, or holds one. */
    private record Beginning(boolean holds) implements Work {
        @Override
        public void needs(Needs needs) {
            needs.row(Ledger.BOOKS, BOOK).row(Ledger.HOLDINGS, OPENING).row(Ledger.HOLDINGS, ANNA);
        }

        @Override
        public Answer decide(WorkingSet set) {
            if (holds) {
                Ledger.hold(set, UUID.randomUUID(), ANNA, 1, set.now().plusSeconds(600), null);
            } else {
                Ledger.post(
                        set,
                        Draft.of(EntryType.OPENING, BOOK, LocalDate.of(2025, 1, 6), KernelWork.BY)
                                .debit(OPENING, 1)
                                .credit(ANNA, 1));
            }
            return Answer.ok(Map.of());
        }
    }

    @Test
    void nothingIsBehindTheClosingOnEitherProcess() throws Exception {
        try (TestCommits one = TestCommits.on(database, 1);
                TestCommits other = TestCommits.on(database, 1)) {
            BookEventStore events = new BookEventStore(one.pool());
            for (int round = 0; round < ROUNDS; round++) {
                // Each process has just left the book as it knows it, open.
                assertThat(begun(one, false)).isEqualTo(200);
                assertThat(begun(one, true)).isEqualTo(200);
                List<CompletableFuture<Answer>> asked = new ArrayList<>();
                CompletableFuture<Answer> closed = new CompletableFuture<>();
                for (int i = 0; i < POSTS; i++) {
                    if (i == POSTS / 2) {
                        closed = submit(other, BookRegister.closing(BOOK, ORDER));
                    }
                    asked.add(submit(i % 2 == 0 ? one : other, new Beginning(i % 4 >= 2)));
                }
                assertThat(status(closed)).isEqualTo(200);

                // Whoever asks after the answer is refused.
                assertThat(begun(one, false)).isEqualTo(409);
                assertThat(begun(one, true)).isEqualTo(409);
                assertThat(begun(other, false)).isEqualTo(409);
                for (CompletableFuture<Answer> answer : asked) {
                    assertThat(status(answer)).isIn(200, 409);
                }
                List<BookEvent> all = events.after(
                                BOOK, events.last(BOOK).await().indefinitely() - 1, 10)
                        .await()
                        .indefinitely()
                        .events();
                assertThat(all).extracting(BookEvent::type).containsExactly("book.closed");
                assertThat(heldSince(all.getFirst())).isZero();

                assertThat(status(submit(one, BookRegister.reopening(BOOK, ORDER))))
                        .isEqualTo(200);
                assertThat(begun(other, false)).isEqualTo(200);
            }
        }
    }

    /** How many holds were placed after a book was closed. */
    private static long heldSince(BookEvent closed) throws SQLException {
        try (Connection owner = database.connectAsOwner();
                var statement =
                        owner.prepareStatement("SELECT count(*) FROM ledger_hold WHERE placed_at > ?::timestamptz")) {
            statement.setString(1, closed.at().toString());
            try (var rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    private static CompletableFuture<Answer> submit(TestCommits commits, Work work) {
        return commits.submit(UUID.randomUUID().toString(), "", List.of(BOOK), work);
    }

    private static int begun(TestCommits commits, boolean holds) throws Exception {
        return status(submit(commits, new Beginning(holds)));
    }

    private static int status(CompletableFuture<Answer> asked) throws Exception {
        Answer answer = asked.get(30, TimeUnit.SECONDS);
        if (answer.status() == 409) {
            assertThat(body(answer)).contains("\"book-closed\"");
        }
        return answer.status();
    }
}
