package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.moralbank.commits.TestCommits.body;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.TestCommits;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.TestDatabase;

/** Events of books, written by the commits of two processes with two lanes each. */
class BookEventsTest {
    private static final int BOOKS = 4;

    @SuppressWarnings("NullAway.Init") // by begin
    private static TestCommits one;

    @SuppressWarnings("NullAway.Init") // by begin
    private static TestCommits other;

    @SuppressWarnings("NullAway.Init") // by begin
    private static BookEventStore store;

    @SuppressWarnings("NullAway.Init") // by begin
    private static TestDatabase.Database database;

    @BeforeAll
    static void begin() throws SQLException {
        database = TestCommits.aDatabase(BOOKS);
        one = TestCommits.on(database, 2);
        other = TestCommits.on(database, 2);
        store = new BookEventStore(one.pool());
    }

    @AfterAll
    static void end() throws SQLException {
        one.close();
        other.close();
        try (Connection owner = database.connectAsOwner()) {
            Invariants.check(owner);
        }
    }

    record Told(String work, int place) {}

    /** A work that does each step in turn: {@code e} posts an entry, {@code a} appends an event, {@code x} refuses. */
    private record Steps(int book, String name, String steps) implements Work {
        @Override
        public void needs(Needs needs) {
            needs.row(Ledger.BOOKS, book).row(Ledger.HOLDINGS, opening(book)).row(Ledger.HOLDINGS, anna(book));
            if (steps.contains("a")) {
                BookEvents.need(needs, book);
            }
        }

        @Override
        public Answer decide(WorkingSet set) {
            for (int i = 0; i < steps.length(); i++) {
                switch (steps.charAt(i)) {
                    case 'e' ->
                        Ledger.post(
                                set,
                                Draft.of(EntryType.OPENING, book, LocalDate.of(2025, 1, 6), KernelWork.BY)
                                        .debit(opening(book), 1)
                                        .credit(anna(book), 1)
                                        .reference(name + "." + i));
                    case 'a' ->
                        BookEvents.append(set, book, "voucher.made", "tests/" + name + "." + i, new Told(name, i));
                    default -> throw new ProtocolRejection.Plain("forbidden").refused();
                }
            }
            return Answer.ok(Map.of());
        }
    }

    private static Holder opening(int book) {
        return new Holder(book, Chart.OPENING, "", Unit.MIN);
    }

    private static Holder anna(int book) {
        return new Holder(book, Chart.MEMBER_TIME, "M-1", Unit.MIN);
    }

    private static CompletableFuture<Answer> submit(TestCommits commits, int book, String name, String steps) {
        return commits.submit(name, name, List.of(book), new Steps(book, name, steps));
    }

    private static void run(int book, String name, String steps) {
        Answer answer = submit(one, book, name, steps).join();
        assertThat(answer.status()).as(body(answer)).isEqualTo(steps.contains("x") ? 403 : 200);
    }

    private static BookEventStore.Stretch after(int book, long number, int limit) {
        return store.after(book, number, limit).await().indefinitely();
    }

    /** What an event says it is: the step of a work. */
    private static String step(BookEvent event) {
        return event.data() instanceof EntryView entry
                ? String.valueOf(entry.reference())
                : event.subject().substring("tests/".length());
    }

    @Test
    void numbersEntriesAndOtherEventsInTheOrderInWhichTheyHappened() {
        int book = 1;

        run(book, "o1", "ee");
        run(book, "o2", "aea");
        run(book, "o3", "aax");
        run(book, "o4", "a");
        run(book, "o5", "e");

        BookEventStore.Stretch all = after(book, 0, 100);
        assertThat(all.events())
                .extracting(BookEventsTest::step)
                .containsExactly("o1.0", "o1.1", "o2.0", "o2.1", "o2.2", "o4.0", "o5.0");
        assertThat(all.events()).extracting(BookEvent::number).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(all.last()).isEqualTo(7);
        assertThat(store.last(book).await().indefinitely()).isEqualTo(7);
        assertThat(all.events().get(1))
                .satisfies(event -> assertThat(event.type()).isEqualTo("entry.posted"))
                .satisfies(event -> assertThat(event.subject()).isEqualTo("entries/2"));
        assertThat(all.events().get(2).type()).isEqualTo("voucher.made");
        assertThat(all.events().get(2).data()).hasToString("{\"work\":\"o2\",\"place\":0}");
        for (int from = 0; from <= 7; from++) {
            for (int limit = 1; limit <= 8; limit++) {
                assertThat(after(book, from, limit).events())
                        .isEqualTo(all.events().subList(from, Math.min(7, from + limit)));
            }
        }
    }

    @Test
    void aBookWithoutEventsHasNone() {
        assertThat(after(2, 0, 10)).isEqualTo(new BookEventStore.Stretch(List.of(), 0));
    }

    @Test
    void refusesWhatIsNoTypeAndNoObject() {
        WorkingSet set = new WorkingSet(Instant.EPOCH);

        for (String type :
                List.of("made", "Voucher.made", "voucher.", "voucher", "voucher.mede", "org.moralbank.voucher.made")) {
            assertThatThrownBy(() -> BookEvents.append(set, 1, type, "tests/1", new Told("x", 1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> BookEvents.append(set, 1, "voucher.made", "tests/1", "a text"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Two processes write, both kinds and refusals mixed, while a reader follows: he sees each number once, in order. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void aReaderWhoFollowsMissesNothingWhileOthersWrite(long seed) throws Exception {
        int book = (int) seed + 2;
        Random random = new Random(seed);
        System.out.println("seed " + seed);
        List<String> kinds = List.of("e", "e", "e", "a", "ae", "ea", "eaa", "aex", "ax", "eeaeaa");
        List<CompletableFuture<Answer>> asked = new ArrayList<>();
        CompletableFuture<List<BookEvent>> followed = new CompletableFuture<>();
        CompletableFuture<Void> written = new CompletableFuture<>();
        Thread reader = Thread.ofPlatform().daemon().start(() -> {
            try {
                List<BookEvent> seen = new ArrayList<>();
                while (true) {
                    boolean over = written.isDone();
                    long position = seen.isEmpty() ? 0 : seen.getLast().number();
                    BookEventStore.Stretch stretch = after(book, position, 7);
                    seen.addAll(stretch.events());
                    if (over && seen.size() == stretch.last()) {
                        followed.complete(seen);
                        return;
                    }
                }
            } catch (RuntimeException | Error fault) {
                followed.completeExceptionally(fault);
            }
        });

        long expected = 0;
        for (int i = 0; i < 1_500; i++) {
            String steps = kinds.get(random.nextInt(kinds.size()));
            expected += steps.contains("x") ? 0 : steps.length();
            asked.add(submit(random.nextBoolean() ? one : other, book, "s" + seed + "-" + i, steps));
            if (i % 100 == 99) {
                asked.getLast().join();
            }
        }
        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        written.complete(null);
        List<BookEvent> seen = followed.get(60, TimeUnit.SECONDS);
        reader.join();

        assertThat(asked)
                .allSatisfy(answer -> assertThat(answer.join().status()).isIn(200, 403));
        assertThat(seen)
                .extracting(BookEvent::number)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, expected).boxed().toList());
        assertThat(seen).extracting(BookEventsTest::step).doesNotHaveDuplicates();
        assertThat(after(book, 0, 10_000).events()).isEqualTo(seen);
    }
}
