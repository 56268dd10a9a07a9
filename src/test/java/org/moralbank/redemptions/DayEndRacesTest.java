package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.access.Client;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.TestCommits;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Invariants;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Sha256;
import org.moralbank.platform.TestDatabase;

/**
 * Two processes on one PostgreSQL, or one alone: while tills sell, capture, void, refund and reverse at both, both close their
 * yesterday, and then their today. Each till is a round of its own, and the only one of its merchant; when a day is closed is by chance.
 *
 * <p>What is known from outside is what was answered before a closing was asked for, and what was asked for after it was
 * answered. So everything counts to one day, which is one of those that it may be; a sale that was reversed after its day was
 * closed counts to it still, and its reversal to a later one; and the days of a till come to what its merchant was posted.
 */
class DayEndRacesTest {
    private static final int TILLS = 6;
    private static final int TRANSACTIONS = 80;

    /** Transactions of a till that are under way together. */
    private static final int AT_ONCE = 10;

    private static final long POINTS = 100_000;

    /** S a sale, A an authorization, C its capture, X its void, F a refund of 1, V a reversal. */
    private static final List<String> LIVES = List.of("S", "SV", "SF", "SFV", "AC", "ACV", "ACF", "AX", "AV", "A");

    private static final Client DESK =
            new Client(1, "desk", Set.of(Role.OPERATOR), Set.of(Client.EVERY_BOOK), null, null);

    /** One in which it is noon, so that no day ends meanwhile. */
    private final ZoneId calendar = noonNow();

    private final BookHandle book = new BookHandle(1, "B1", calendar);
    private final LocalDate today = LocalDate.now(calendar);

    /** The order in which messages and closings were sent and answered. */
    private final AtomicLong clock = new AtomicLong();

    private static ZoneId noonNow() {
        int ahead = 12 - Instant.now().atOffset(ZoneOffset.UTC).getHour();
        return ZoneId.of("Etc/GMT" + (ahead < 0 ? "+" : "-") + Math.abs(ahead));
    }

    /**
     * A message that was answered.
     *
     * @param on the day on which it happens
     */
    private record Told(char message, LocalDate on, long amount, long sent, long answered) {
        /** What a till counts it as. */
        DayBook.Type type() {
            return switch (message) {
                case 'S' -> DayBook.Type.SALE;
                case 'C' -> DayBook.Type.CAPTURE;
                case 'X' -> DayBook.Type.VOID;
                default -> DayBook.Type.REFUND;
            };
        }
    }

    /**
     * A terminal's transaction.
     *
     * @param on the day that its messages name
     */
    private record Deal(String life, String number, LocalDate on, long amount, List<Told> told) {}

    /** The closing of a day, by however many. */
    private record Closed(LocalDate day, long sent, long answered, List<Line> lines) {
        boolean isAfter(Told one) {
            return one.answered() < sent;
        }

        boolean isBefore(Told one) {
            return answered < one.sent();
        }
    }

    /** What counts to a day. */
    private record Line(DayBook.Type type, UUID redemption, long amount) {}

    private static final class Till {
        private final String merchant;
        private final List<Deal> transactions = new ArrayList<>();
        private final Map<String, UUID> ids = Collections.synchronizedMap(new HashMap<>());
        private final AtomicInteger answered = new AtomicInteger();
        private final Map<Integer, LocalDate> closeAt = new HashMap<>();
        private final Map<Integer, LocalDate> lookAt = new HashMap<>();
        private final Map<LocalDate, Closed> closed = new HashMap<>();

        Till(String merchant) {
            this.merchant = merchant;
        }

        DayBook.Key day(LocalDate day) {
            return new DayBook.Key(1, merchant, "T1", day);
        }

        /** Those to which it may count. */
        List<LocalDate> days(Told one) {
            List<LocalDate> days = new ArrayList<>();
            for (LocalDate day = one.on(); ; day = day.plusDays(1)) {
                Closed closing = closed.get(day);
                if (closing == null || !closing.isBefore(one)) {
                    days.add(day);
                }
                if (closing == null || closing.isAfter(one)) {
                    return days;
                }
            }
        }
    }

    private record Process(Redemptions redemptions, DayEnds dayEnds, DayEndStore days) {
        static Process of(TestCommits commits) {
            return new Process(
                    TestTills.process(commits),
                    new DayEnds(commits.commits(), new SimpleMeterRegistry()),
                    new DayEndStore(commits.pool()));
        }
    }

    @ParameterizedTest(name = "seed {0}, processes {1}")
    @CsvSource({"31, 2", "32, 2", "33, 2", "34, 1"})
    void eachCountsToOneDayHoweverItRacesWithTheClosing(long seed, int count) throws Exception {
        System.out.println("DayEndRacesTest seed " + seed + ", processes " + count);
        Random random = new Random(seed);
        TestDatabase.Database database = aStreet();
        List<Till> tills =
                IntStream.range(0, TILLS).mapToObj(n -> aTill(n, random)).toList();
        List<TestCommits> running = new ArrayList<>();
        try {
            while (running.size() < count) {
                running.add(TestCommits.on(database, 2));
            }
            TestTills.endow(
                    running.getFirst(),
                    tills.stream().map(till -> "M-" + till.merchant).toList(),
                    POINTS,
                    note(today.minusDays(1)));
            List<Process> processes = List.of(Process.of(running.getFirst()), Process.of(running.getLast()));
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (Till till : tills) {
                for (int first = 0; first < AT_ONCE; first++) {
                    all.add(play(processes, till, first, new Random(random.nextLong())));
                }
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);

            try (Connection owner = database.connectAsOwner()) {
                Invariants.check(owner);
                for (Till till : tills) {
                    check(owner, processes.getFirst(), till);
                }
            }
        } finally {
            running.forEach(TestCommits::close);
        }
        Set<LocalDate> late = new HashSet<>();
        for (Till till : tills) {
            till.closed
                    .values()
                    .forEach(closing -> till.transactions.stream()
                            .flatMap(deal -> deal.told().stream())
                            .filter(told -> !closing.isAfter(told) && !closing.isBefore(told))
                            .forEach(told -> late.add(closing.day())));
        }
        assertThat(late).as("days whose closing raced with something").hasSize(2);
    }

    private TestDatabase.Database aStreet() throws SQLException {
        TestDatabase.Database database = TestCommits.aDatabase(1);
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    UPDATE ledger_book SET calendar = '%s';
                    INSERT INTO redemption_merchant (book_id, merchant_id, name, kind, status, version, registered_at)
                    SELECT 1, 'STORE-' || n, '爱心超市', 'COMMUNITY_STORE', 'ACTIVE', 1, now()
                    FROM generate_series(0, %2$d) n;
                    INSERT INTO merchant_terminal (book_id, merchant_id, terminal_id, status, partial_approval,
                                                   shows_points_left, version, registered_at)
                    SELECT 1, 'STORE-' || n, 'T1', 'ACTIVE', false, false, 1, now()
                    FROM generate_series(0, %2$d) n;
                    INSERT INTO member (book_id, member_id, status, role, age_band, priority_recipient, version, registered_at)
                    SELECT 1, 'M-STORE-' || n, 'ACTIVE', 'helper', '70-79', false, 1, now()
                    FROM generate_series(0, %2$d) n;
                    """.formatted(calendar, TILLS - 1));
        }
        return database;
    }

    /** With what it is to play, and after how many answers each day is closed. */
    private Till aTill(int number, Random random) {
        Till till = new Till("STORE-" + number);
        int messages = 0;
        for (int n = 0; n < TRANSACTIONS; n++) {
            String life = LIVES.get(random.nextInt(LIVES.size()));
            till.transactions.add(new Deal(
                    life,
                    "N" + n,
                    today.minusDays(random.nextInt(2)),
                    3 + random.nextInt(20),
                    Collections.synchronizedList(new ArrayList<>())));
            messages += life.length();
        }
        int half = messages / 2;
        till.closeAt.put(1 + random.nextInt(half), today.minusDays(1));
        till.closeAt.put(1 + half + random.nextInt(messages - half), today);
        till.closeAt.forEach((answers, day) -> till.lookAt.put(1 + random.nextInt(answers), day));
        return till;
    }

    private Note note(LocalDate on) {
        return new Note(on, new Attribution(1, "desk", null, null, null), null, null, null);
    }

    // ---- playing ---------------------------------------------------------------------------------------------------

    /** Plays a deal, then the one that comes after those that are under way with it, and so on. */
    private CompletableFuture<Void> play(List<Process> processes, Till till, int n, Random random) {
        if (n >= till.transactions.size()) {
            return CompletableFuture.completedFuture(null);
        }
        Deal deal = till.transactions.get(n);
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (char message : deal.life().toCharArray()) {
            Process process = processes.get(random.nextInt(2));
            chain = chain.thenCompose(ignored -> send(process, till, deal, message))
                    .thenCompose(ignored -> {
                        int answered = till.answered.incrementAndGet();
                        LocalDate looked = till.lookAt.get(answered);
                        LocalDate day = till.closeAt.get(answered);
                        return (looked == null
                                        ? CompletableFuture.<Void>completedFuture(null)
                                        : look(process, till, looked))
                                .thenCompose(done -> day == null
                                        ? CompletableFuture.completedFuture(null)
                                        : close(processes, till, day, random));
                    });
        }
        return chain.thenCompose(ignored -> play(processes, till, n + AT_ONCE, random));
    }

    private CompletableFuture<Void> send(Process process, Till till, Deal deal, char message) {
        Redemptions redemptions = process.redemptions();
        String key = till.merchant + '-' + deal.number() + '-' + message;
        var ask = TestTills.ask(key, key);
        var at = new Redemption.Till("T1", deal.number());
        Note note = note(deal.on());
        UUID id = till.ids.getOrDefault(deal.number(), new UUID(0x7000, Long.MIN_VALUE));
        long sent = clock.incrementAndGet();
        var answer = switch (message) {
            case 'S', 'A' ->
                redemptions.redeem(
                        ask,
                        book,
                        1,
                        Sight.ALL,
                        new Redeeming.Order(
                                message == 'S' ? Redemption.Mode.SALE : Redemption.Mode.AUTHORIZE,
                                "M-" + till.merchant,
                                null,
                                till.merchant,
                                deal.amount(),
                                Unit.PTS,
                                false,
                                0,
                                Duration.ofHours(1),
                                at,
                                List.of(),
                                Sha256.of(key),
                                note));
            case 'C' -> redemptions.capture(ask, book, Sight.ALL, id, deal.amount(), note);
            case 'X' -> redemptions.cancel(ask, book, Sight.ALL, id);
            case 'F' -> redemptions.refund(ask, book, Sight.ALL, id, new Redemptions.GivenBack(1L, "T1", note));
            default -> redemptions.reverse(ask, book, Sight.ALL, new Transaction.Key(1, till.merchant, at), note);
        };
        return answer.subscribeAsCompletionStage().thenAccept(done -> {
            assertThat(done.status()).as(TestCommits.body(done)).isIn(200, 201);
            if (message == 'S' || message == 'A') {
                till.ids.put(
                        deal.number(),
                        UUID.fromString(TestTills.read(done).path("id").asText()));
            }
            long refunded = deal.life().contains("F") ? 1 : 0;
            deal.told()
                    .add(new Told(
                            message,
                            message == 'X' ? today : deal.on(),
                            message == 'F' ? 1 : deal.amount() - (message == 'V' ? refunded : 0),
                            sent,
                            clock.incrementAndGet()));
        });
    }

    /** The till says what cannot be: a closing is tried, and refused, before it is done. */
    private CompletableFuture<Void> look(Process process, Till till, LocalDate day) {
        String key = till.merchant + "-look-" + day;
        var order = new DayEnds.Order(
                till.merchant,
                "T1",
                day,
                new Tally(Map.of(DayBook.Type.OFFLINE, new DayBook.Total(1, POINTS)), null),
                new Attribution(1, "desk", null, null, null),
                null);
        return process.dayEnds()
                .close(TestTills.ask(key, key), book, DESK, order)
                .subscribeAsCompletionStage()
                .thenAccept(answer ->
                        assertThat(TestTills.read(answer).path("code").asText()).isIn("day-differs", "day-closed"));
    }

    /**
     * Both processes close the day, twice with the same content, and once with other. The till tells none of what it did, so
     * that the books' answer tells all.
     */
    private CompletableFuture<Void> close(List<Process> processes, Till till, LocalDate day, Random random) {
        long sent = clock.incrementAndGet();
        AtomicLong first = new AtomicLong(Long.MAX_VALUE);
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        List<String> reasons = new ArrayList<>(List.of("数据丢失", "数据丢失", "换机"));
        Collections.shuffle(reasons, random);
        for (int n = 0; n < reasons.size(); n++) {
            String key = till.merchant + "-end-" + day + "-" + n;
            var order = new DayEnds.Order(
                    till.merchant,
                    "T1",
                    day,
                    new Tally(Map.of(), List.of()),
                    new Attribution(1, "desk", null, null, null),
                    reasons.get(n));
            answers.add(processes
                    .get(n % 2)
                    .dayEnds()
                    .close(TestTills.ask(key, key), book, DESK, order)
                    .subscribeAsCompletionStage()
                    .thenApply(answer -> {
                        first.accumulateAndGet(clock.incrementAndGet(), Math::min);
                        return answer;
                    }));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenAccept(ignored -> {
                    Set<String> told = new HashSet<>();
                    for (CompletableFuture<Answer> answer : answers) {
                        Answer done = answer.join();
                        if (done.isProblem()) {
                            assertThat(TestTills.read(done).path("code").asText())
                                    .isEqualTo("day-closed");
                        } else {
                            assertThat(done.status()).isEqualTo(201);
                            told.add(TestCommits.body(done));
                        }
                    }
                    assertThat(told).as("a day closes once").hasSize(1);
                    Answer closed = answers.stream()
                            .map(CompletableFuture::join)
                            .filter(answer -> !answer.isProblem())
                            .findFirst()
                            .orElseThrow();
                    till.closed.put(day, new Closed(day, sent, first.get(), lines(TestTills.read(closed))));
                });
    }

    private static List<Line> lines(JsonNode closed) {
        List<Line> lines = new ArrayList<>();
        for (JsonNode difference : closed.path("differences")) {
            for (JsonNode one : difference.path("booked")) {
                lines.add(new Line(
                        DayBook.Type.valueOf(one.path("type").asText()),
                        UUID.fromString(one.path("redemption").asText()),
                        one.path("amount").asLong()));
            }
        }
        return lines;
    }

    // ---- what must come of it
    // ----------------------------------------------------------------------------------------

    private void check(Connection owner, Process process, Till till) throws SQLException {
        assertThat(till.closed).hasSize(2);
        Map<Line, List<LocalDate>> counted = new HashMap<>();
        long sum = 0;
        for (LocalDate day : List.of(today.minusDays(1), today, today.plusDays(1))) {
            List<Line> now =
                    process
                            .days()
                            .open(till.day(day))
                            .await()
                            .atMost(Duration.ofSeconds(30))
                            .counted(Instant.MAX)
                            .stream()
                            .map(line -> new Line(line.type(), line.redemption(), line.amount()))
                            .toList();
            Closed closing = till.closed.get(day);
            if (closing != null) {
                assertThat(now)
                        .as("the numbers of the closed %s stand", day)
                        .containsExactlyInAnyOrderElementsOf(closing.lines());
            }
            for (Line line : now) {
                counted.computeIfAbsent(line, none -> new ArrayList<>()).add(day);
                sum += switch (line.type()) {
                    case SALE, CAPTURE, OFFLINE -> line.amount();
                    case REFUND -> -line.amount();
                    case VOID -> 0;
                };
            }
        }
        assertThat(sum).as("what %s was posted", till.merchant).isEqualTo(payable(owner, till));
        till.transactions.forEach(deal -> check(till, deal, counted));
        assertThat(counted).as("what no till did").isEmpty();
    }

    /** Takes what is found of it from what is counted. */
    private static void check(Till till, Deal deal, Map<Line, List<LocalDate>> counted) {
        UUID id = Objects.requireNonNull(till.ids.get(deal.number()));
        List<Told> counting = deal.told().stream()
                .filter(told -> told.message() != 'A' && !deal.life().equals("AV"))
                .toList();
        if (deal.life().endsWith("V")
                && counted.keySet().stream().noneMatch(line -> line.redemption().equals(id))) {
            Told reversal = deal.told().getLast();
            for (Told told : counting) {
                assertThat(till.days(told))
                        .as("reversed as if it had never been, while its day was open: %s", deal)
                        .anyMatch(day -> !till.closed.containsKey(day)
                                || !till.closed.get(day).isBefore(reversal));
            }
            return;
        }
        for (Told told : counting) {
            List<LocalDate> days =
                    Objects.requireNonNullElse(counted.remove(new Line(told.type(), id, told.amount())), List.of());
            assertThat(days).as("%s of %s counts once", told, deal).hasSize(1);
            assertThat(till.days(told)).as("%s of %s", told, deal).contains(days.getFirst());
        }
        if (deal.life().endsWith("V") && !counting.isEmpty()) {
            Told reversal = deal.told().getLast();
            assertThat(counting.subList(0, counting.size() - 1))
                    .as("a refund, because a day was closed: %s", deal)
                    .anySatisfy(told -> assertThat(till.days(told))
                            .anyMatch(day -> till.closed.containsKey(day)
                                    && !till.closed.get(day).isAfter(reversal)));
        }
    }

    private static long payable(Connection owner, Till till) throws SQLException {
        try (var statement = owner.prepareStatement(
                "SELECT coalesce(sum(posted), 0) FROM ledger_account WHERE code = '2300' AND owner = ?")) {
            statement.setString(1, till.merchant);
            try (var rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }
}
