package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.commits.TestCommits.body;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Change;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Table;
import org.moralbank.commits.TestCommits;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.commits.Writing;
import org.moralbank.platform.TestDatabase;

/**
 * Asks processes for the random works of one seed, one of them for a while and then another or any of them for each, now and
 * then two at once for the same, and learns what came of it. Each work writes down its place in the order of its book with what
 * it told, in its own transaction. Now and then that is what the database refuses: the commit fails, its other works are done
 * all the same, and that one when it is asked for again.
 */
final class RandomCaller {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .addMixIn(RandomWork.class, Typed.class)
            .build();

    @JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS)
    private interface Typed {}

    /** What {@code test_decided} does not take. */
    static final String UNWRITABLE = "unwritable";

    private record Place(int book, long position) {}

    private record Decided(String key, RandomWork work, Instant now, String told) {}

    /** The last place in the order of a book. */
    private static final Table<Integer, Long> POSITIONS = new Table<>() {
        @Override
        public Future<Map<Integer, Long>> load(SqlConnection connection, List<Integer> books) {
            return connection
                    .preparedQuery("""
                            SELECT b.book, coalesce((SELECT max(position) FROM test_decided d WHERE d.book = b.book), 0)
                            FROM unnest($1::int[]) AS b (book)
                            """)
                    .execute(Tuple.of(books.toArray(Integer[]::new)))
                    .map(rows -> {
                        Map<Integer, Long> found = new HashMap<>();
                        for (Row row : rows) {
                            found.put(row.getInteger(0), row.getLong(1));
                        }
                        return found;
                    });
        }

        @Override
        public int changedUnder(Integer book) {
            return book;
        }

        @Override
        public void write(Writing writing, List<Change<Integer, Long>> changes) {
            // The decisions say it.
        }
    };

    private static final Table<Place, Decided> DECISIONS = new Table<>() {
        @Override
        public Future<Map<Place, Decided>> load(SqlConnection connection, List<Place> keys) {
            throw new AssertionError("only written");
        }

        @Override
        public void write(Writing writing, List<Change<Place, Decided>> changes) {
            writing.execute(
                    "INSERT INTO test_decided SELECT * FROM unnest($1::int[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::text[])",
                    Tuple.of(
                            changes.stream().map(change -> change.key().book()).toArray(Integer[]::new),
                            changes.stream()
                                    .map(change -> change.key().position())
                                    .toArray(Long[]::new),
                            changes.stream().map(change -> change.after().key()).toArray(String[]::new),
                            changes.stream()
                                    .map(change -> written(change.after().work()))
                                    .toArray(String[]::new),
                            changes.stream()
                                    .map(change -> change.after().now().atOffset(ZoneOffset.UTC))
                                    .toArray(OffsetDateTime[]::new),
                            changes.stream()
                                    .map(change -> change.after().told())
                                    .toArray(String[]::new)));
        }
    };

    private final String name;
    private final Random random;
    private final RandomWorks works;
    private final KernelWork.Entries entries = new KernelWork.Entries();
    private int asked;

    /** Those that are asked at the moment. */
    private List<TestCommits> inFavour = List.of();

    /** @param name what the keys of its works begin with */
    RandomCaller(String name, long seed, int books) {
        this.name = name;
        this.random = new Random(seed);
        this.works = new RandomWorks(seed, books);
    }

    /**
     * A process with a caller of its own: name, seed, books, works, whether it compares what it knows. From its standard input
     * it reads the system properties by which {@link TestDatabase#shared()} finds the database, then an empty line; it says
     * when it is ready, and begins at the next line.
     */
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
            int equals = line.indexOf('=');
            System.setProperty(line.substring(0, equals), line.substring(equals + 1));
        }
        try (TestCommits process =
                TestCommits.ofSmallCommits(TestDatabase.shared(), 2, Boolean.parseBoolean(arguments[4]))) {
            System.out.println("ready");
            in.readLine();
            new RandomCaller(arguments[0], Long.parseLong(arguments[1]), Integer.parseInt(arguments[2]))
                    .ask(Integer.parseInt(arguments[3]), List.of(process));
        }
    }

    /** A random work as the commit takes it. */
    private final class Recorded implements Work {
        final int number;
        final RandomWork random;
        final boolean unwritable;
        final KernelWork kernel;

        Recorded(int number, RandomWork random, boolean unwritable) {
            this.number = number;
            this.random = random;
            this.unwritable = unwritable;
            this.kernel = new KernelWork(random, entries);
        }

        String key() {
            return name + "-" + number;
        }

        @Override
        public void needs(Needs needs) {
            needs.row(POSITIONS, random.book());
            kernel.needs(needs);
        }

        /** Every other work leaves with its refusal; the others catch it, so that its place is written down too. */
        @Override
        public Answer decide(WorkingSet set) {
            String told = number % 2 == 0 ? kernel.decide(set) : kernel.decideAndTell(set);
            long position = set.get(POSITIONS, random.book()) + 1;
            set.put(POSITIONS, random.book(), position);
            set.put(
                    DECISIONS,
                    new Place(random.book(), position),
                    new Decided(key(), random, set.now(), unwritable ? UNWRITABLE : told));
            return Answer.ok(Map.of("told", told));
        }
    }

    /** Asks until it has asked for so many works, up to 96 at once. */
    void ask(int count, List<TestCommits> processes) throws Exception {
        while (asked < count) {
            Map<Recorded, CompletableFuture<Answer>> wave = new LinkedHashMap<>();
            Map<Recorded, CompletableFuture<Answer>> again = new HashMap<>();
            if (inFavour.isEmpty() || random.nextInt(8) == 0) {
                int one = random.nextInt(2 * processes.size());
                inFavour = one < processes.size() ? List.of(processes.get(one)) : processes;
            }
            for (int i = Math.min(1 + random.nextInt(96), count - asked); i > 0; i--) {
                RandomWork next = works.next(Instant.now().truncatedTo(ChronoUnit.MICROS));
                Recorded work = new Recorded(asked++, next, random.nextInt(250) == 0);
                wave.put(work, submit(work));
                if (!work.unwritable && random.nextInt(20) == 0) {
                    again.put(work, submit(new Recorded(work.number, next, false)));
                }
            }
            for (Map.Entry<Recorded, CompletableFuture<Answer>> sent : wave.entrySet()) {
                Recorded work = sent.getKey();
                Answer answer = sent.getValue().get(30, TimeUnit.SECONDS);
                if (work.unwritable && answer.status() == 500) {
                    work = new Recorded(work.number, work.random, false);
                    answer = submit(work).get(30, TimeUnit.SECONDS);
                }
                assertThat(answer.status()).as("%s", work.random).isIn(200, 409, 422);
                CompletableFuture<Answer> twin = again.get(work);
                if (twin != null) {
                    assertThat(body(twin.get(30, TimeUnit.SECONDS))).isEqualTo(body(answer));
                }
                if (!answer.isProblem() && !answer.replayed()) {
                    learn(work.kernel);
                }
            }
        }
    }

    private CompletableFuture<Answer> submit(Recorded work) {
        TestCommits process = inFavour.get(random.nextInt(inFavour.size()));
        return process.submit(work.key(), content(work.key()), List.of(work.random.book()), work);
    }

    /** What a key stands for. */
    static String content(String key) {
        return "content of " + key;
    }

    private void learn(KernelWork kernel) {
        kernel.placed.forEach(place -> works.placed(place.book(), place.hold(), place.who()));
        for (Entry entry : kernel.posted) {
            entries.learn(entry);
            if (entry.type() != EntryType.REVERSAL) {
                works.posted(entry.book(), entry.seq());
            }
        }
    }

    private static String written(RandomWork work) {
        try {
            return JSON.writerFor(RandomWork.class).writeValueAsString(work);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /** A work as a place tells it. */
    static RandomWork read(String written) {
        try {
            return JSON.readValue(written, RandomWork.class);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
