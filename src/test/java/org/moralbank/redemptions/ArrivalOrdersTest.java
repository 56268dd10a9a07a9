package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.access.Importer;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.TestCommits;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Invariants;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.paycodes.TestCodes;
import org.moralbank.platform.Json;
import org.moralbank.platform.Language;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.Sha256;
import org.moralbank.platform.TestDatabase;

/**
 * The messages of a terminal's transaction in every order in which they can arrive, each order with a member and a number of
 * its own: all at one process that is alone; in turns at two on one PostgreSQL; and shared out between two in every way. What
 * each is answered, and what the member has at the end, is what a small model says that knows nothing of the code.
 *
 * <pre>
 * O the original          R its retry, same key        L it again, late, under another key
 * C a capture             c its retry, same key        X a void             F a refund of 30
 * V a reversal            v another, under another key
 * E the time of an authorization is over, and a process looks what is due
 * e it releases what it saw then
 * </pre>
 *
 * <p>A retry is what the original is, sent again: the first of the two is called the original, so that no order is played twice.
 *
 * <p>Where the member shows a code, each original and retry shows the same one, and none is told that it was used: the
 * terminal's transaction comes before its code.
 *
 * <p>A capture, void or refund that comes before the original is of an id that nobody knows.
 *
 * <p>What comes before E is decided by a clock of its own, {@link #EARLIER}, and the rest by that of the database: what was
 * authorized for an hour before E is over then, and what is authorized after it is not.
 */
class ArrivalOrdersTest {
    private static final long AMOUNT = 100;
    private static final long REFUND = 30;
    private static final int WAVE = 256;

    /** Longer ago than an authorization lasts. */
    private static final Instant EARLIER = Instant.now().minus(Duration.ofHours(2));

    private static final BookHandle BOOK = new BookHandle(1, "B1", ZoneId.of("Asia/Shanghai"));
    private static final Note NOTE =
            new Note(LocalDate.parse("2025-03-31"), new Attribution(1, "tests", null, null, null), null, null, null);

    // ---- the model -----------------------------------------------------------------------------------------------

    /** What must be answered, told without the code under test. */
    private static final class Model {
        private final boolean sale;
        private String state = "NONE";
        private boolean taken;

        /** Whether the till knows the id: it was answered once. */
        private boolean known;

        private long refunded;

        /** Whether the job released what had expired. */
        private boolean released;

        private final Map<Character, String> kept = new HashMap<>();

        Model(boolean sale) {
            this.sale = sale;
        }

        String answer(char message) {
            if (message == 'E') {
                state = state.equals("AUTHORIZED") ? "EXPIRED" : state;
                return "";
            }
            if (message == 'e') {
                boolean holds = state.equals("EXPIRED") && !released;
                released |= holds;
                return "200 released " + (holds ? 1 : 0);
            }
            char key = message == 'R' ? 'O' : message == 'c' ? 'C' : message;
            boolean guarded = "OLC".indexOf(key) >= 0;
            String first = kept.get(key);
            if (first != null && !(guarded && state.equals("REVERSED"))) {
                return first;
            }
            String answer = anew(key);
            if (!answer.startsWith("404")) {
                kept.putIfAbsent(key, answer);
            }
            return answer;
        }

        private String anew(char key) {
            return switch (key) {
                case 'O', 'L' -> original();
                case 'C', 'X', 'F' -> state.equals("NONE") || !known ? "404" : step(key);
                default -> reversal();
            };
        }

        private String original() {
            if (state.equals("REVERSED")) {
                return "409 transaction-reversed";
            }
            if (state.equals("NONE")) {
                state = sale ? "CAPTURED" : "AUTHORIZED";
                taken = sale;
                known = true;
            }
            return sale ? "201 CAPTURED" : "201 AUTHORIZED";
        }

        private String step(char key) {
            if (state.equals("REVERSED")) {
                return "409 transaction-reversed REVERSED";
            }
            if (key == 'F') {
                if (!state.equals("CAPTURED")) {
                    return "409 redemption-not-captured " + state;
                }
                refunded = REFUND;
                return "201 CAPTURED";
            }
            if (!state.equals("AUTHORIZED")) {
                return "409 hold-not-active " + state;
            }
            taken = key == 'C';
            state = taken ? "CAPTURED" : "VOIDED";
            return "200 " + state;
        }

        private String reversal() {
            state = "REVERSED";
            refunded = taken ? AMOUNT : 0;
            return !known ? "200 NEVER_ARRIVED" : taken ? "200 REFUNDED" : "200 RELEASED";
        }

        String member() {
            long posted = taken ? AMOUNT * 2 - AMOUNT + refunded : AMOUNT * 2;
            boolean holds = state.equals("AUTHORIZED") || state.equals("EXPIRED") && !released;
            return posted + " held " + (holds ? AMOUNT : 0);
        }
    }

    // ---- the bank ------------------------------------------------------------------------------------------------

    /** @param code what the member shows; null when he is named */
    private record Till(String member, @Nullable String code, String number, boolean sale) {}

    /** What a message is answered: the status, then the code and where it stands, or what became of it. */
    private static CompletableFuture<String> send(
            Redemptions process, Till till, char message, Map<String, UUID> ids, String suffix) {
        return send(process, till, message, ids, suffix, null);
    }

    private static CompletableFuture<String> send(
            Redemptions process,
            Till till,
            char message,
            Map<String, UUID> ids,
            String suffix,
            @Nullable Instant clock) {
        char key = message == 'R' ? 'O' : message == 'c' ? 'C' : message;
        Ask ask = TestTills.ask(till.number() + '-' + key + suffix, till.number() + key, clock);
        UUID id = ids.getOrDefault(till.number(), new UUID(0x7000, Long.MIN_VALUE));
        Sight all = Sight.ALL;
        Redemption.Till at = new Redemption.Till("T1", till.number());
        Uni<Answer> answer = switch (key) {
            case 'O', 'L' ->
                process.redeem(
                        ask,
                        BOOK,
                        1,
                        all,
                        new Redeeming.Order(
                                till.sale() ? Redemption.Mode.SALE : Redemption.Mode.AUTHORIZE,
                                till.code() == null ? till.member() : null,
                                till.code(),
                                "STORE",
                                AMOUNT,
                                Unit.PTS,
                                false,
                                0,
                                Duration.ofHours(1),
                                at,
                                List.of(),
                                Sha256.of("content " + till.number()),
                                NOTE));
            case 'C' -> process.capture(ask, BOOK, all, id, AMOUNT, NOTE);
            case 'X' -> process.cancel(ask, BOOK, all, id);
            case 'F' -> process.refund(ask, BOOK, all, id, new Redemptions.GivenBack(REFUND, "T1", NOTE));
            default -> process.reverse(ask, BOOK, all, new Transaction.Key(1, "STORE", at), NOTE);
        };
        return answer.subscribeAsCompletionStage().handle((done, failure) -> {
            if (failure != null) {
                assertThat(failure).isInstanceOf(RefusedException.class);
                return "404";
            }
            JsonNode body = TestTills.read(done);
            if ((key == 'O' || key == 'L') && done.status() == 201) {
                ids.putIfAbsent(till.number(), UUID.fromString(body.path("id").asText()));
            }
            return done.status() + " " + told(done, body);
        });
    }

    private static String told(Answer answer, JsonNode body) {
        if (answer.isProblem()) {
            String where = body.path("redemptionStatus").asText();
            return body.path("code").asText() + (where.isEmpty() ? "" : " " + where);
        }
        if (body.has("outcome")) {
            return body.path("outcome").asText();
        }
        return (body.has("now") ? body.path("now") : body).path("status").asText();
    }

    /** A book with a store, and members who have twice the amount each. */
    private static TestDatabase.Database aStreet(int members) throws SQLException {
        TestDatabase.Database database = TestCommits.aDatabase(1);
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO redemption_merchant (book_id, merchant_id, name, kind, status, version, registered_at)
                    VALUES (1, 'STORE', '爱心超市', 'COMMUNITY_STORE', 'ACTIVE', 1, now())
                    """);
            statement.execute("""
                    INSERT INTO merchant_terminal (book_id, merchant_id, terminal_id, status, partial_approval,
                                                   shows_points_left, version, registered_at)
                    VALUES (1, 'STORE', 'T1', 'ACTIVE', false, false, 1, now())
                    """);
            statement.execute("""
                    INSERT INTO member (book_id, member_id, status, role, age_band, priority_recipient, version, registered_at)
                    SELECT 1, 'M-' || n, 'ACTIVE', 'helper', '70-79', false, 1, now()
                    FROM generate_series(0, %d) n
                    """.formatted(members - 1));
        }
        return database;
    }

    /** Gives each member the points, through the kernel. */
    private static void endow(TestCommits commits, int members) throws Exception {
        for (int from = 0; from < members; from += WAVE) {
            List<String> some = IntStream.range(from, Math.min(from + WAVE, members))
                    .mapToObj(n -> "M-" + n)
                    .toList();
            TestTills.endow(commits, some, AMOUNT * 2, NOTE);
        }
    }

    /** A pay code of each member, made by one process. */
    private static List<String> codes(TestCommits commits, int members) throws Exception {
        List<CompletableFuture<Answer>> made = new ArrayList<>();
        for (int n = 0; n < members; n++) {
            Ask ask = TestTills.ask("code-" + n, "" + n);
            made.add(TestCodes.make(commits, ask, BOOK, "M-" + n)
                    .subscribeAsCompletionStage()
                    .toCompletableFuture());
        }
        List<String> codes = new ArrayList<>();
        for (CompletableFuture<Answer> one : made) {
            Answer answer = one.get(30, TimeUnit.SECONDS);
            codes.add(Json.mapper().readTree(answer.shown()).path("code").asText());
        }
        return codes;
    }

    // ---- every order, one message after the other ------------------------------------------------------------------

    /** Which process hears which message. */
    private enum Heard {
        /** One hears all; there is no other. */
        BY_ONE,

        /** Two in turns. */
        IN_TURNS,

        /** Two, in every way to share them out; which of the two is the one that hears the first makes no difference. */
        IN_EVERY_WAY;

        /** For each way, whether the second process hears message i, in bit i. */
        List<Integer> ways(int messages) {
            return switch (this) {
                case BY_ONE -> List.of(0);
                case IN_TURNS -> List.of(0b1010_1010);
                case IN_EVERY_WAY ->
                    IntStream.range(0, 1 << messages - 1)
                            .mapToObj(way -> way << 1)
                            .toList();
            };
        }
    }

    /** An order of arrival, and whether the second process hears message i, in bit i. */
    private record Order(String messages, int second) {
        int process(int message) {
            return second >> message & 1;
        }
    }

    @ParameterizedTest(name = "{0}, sale {1}, by code {2}, {3}")
    @CsvSource({
        "ORVLCX,  false, false, IN_EVERY_WAY",
        "ORVLC,   true,  false, IN_EVERY_WAY",
        "ORVLCX,  true,  false, IN_TURNS",
        "ORVLCX,  true,  false, BY_ONE",
        "ORVLCXF, false, false, IN_TURNS",
        "ORVLCXF, false, false, BY_ONE",
        "ORVCcXF, false, false, IN_TURNS",
        "ORVCcXF, false, false, BY_ONE",
        "OVvCFL,  false, false, IN_TURNS",
        "OVvCFL,  false, false, BY_ONE",
        "ORVLFvX, true,  false, IN_TURNS",
        "ORVLFvX, true,  false, BY_ONE",
        "ORLVCX,  false, true,  IN_TURNS",
        "ORLVCX,  false, true,  BY_ONE",
        "ORLVF,   true,  true,  IN_TURNS",
        "ORLVF,   true,  true,  BY_ONE",
        "OVCEe,   false, false, IN_EVERY_WAY",
        "OLVCXEe, false, false, IN_TURNS",
        "ORVCXEe, false, false, BY_ONE",
        "OVCFEe,  false, false, IN_TURNS",
    })
    void answersAsTheModelInEveryOrderOfArrival(String messages, boolean sale, boolean byCode, Heard heard)
            throws Exception {
        List<Order> orders = new ArrayList<>();
        for (int second : heard.ways(messages.length())) {
            permute("", messages, order -> orders.add(new Order(order, second)));
        }
        TestDatabase.Database database = aStreet(orders.size());
        Map<String, UUID> ids = Collections.synchronizedMap(new HashMap<>());
        List<TestCommits> processes = new ArrayList<>();
        try {
            processes.add(TestCommits.on(database, 2));
            if (heard != Heard.BY_ONE) {
                processes.add(TestCommits.on(database, 2));
            }
            endow(processes.getFirst(), orders.size());
            List<String> codes = codes(processes.getFirst(), byCode ? orders.size() : 0);
            List<Redemptions> redemptions =
                    processes.stream().map(TestTills::process).toList();
            for (int from = 0; from < orders.size(); from += WAVE) {
                List<CompletableFuture<?>> wave = new ArrayList<>();
                for (int n = from; n < Math.min(from + WAVE, orders.size()); n++) {
                    String code = byCode ? codes.get(n) : null;
                    wave.add(play(processes, redemptions, new Till("M-" + n, code, "N" + n, sale), orders.get(n), ids));
                }
                CompletableFuture.allOf(wave.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            }
        } finally {
            processes.forEach(TestCommits::close);
        }
        try (Connection owner = database.connectAsOwner()) {
            Invariants.check(owner);
            Map<String, String> members = members(owner);
            for (int n = 0; n < orders.size(); n++) {
                Model model = new Model(sale);
                orders.get(n).messages().chars().forEach(message -> model.answer((char) message));
                assertThat(members.get("M-" + n)).as("%s", orders.get(n)).isEqualTo(model.member());
            }
        }
    }

    private static CompletableFuture<Void> play(
            List<TestCommits> commits, List<Redemptions> processes, Till till, Order order, Map<String, UUID> ids) {
        Model model = new Model(till.sale());
        int over = order.messages().indexOf('E');
        List<Seen> due = new ArrayList<>();
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (int i = 0; i < order.messages().length(); i++) {
            char message = order.messages().charAt(i);
            int process = order.process(i);
            Instant clock = i < over ? EARLIER : null;
            chain = chain.thenCompose(ignored -> switch (message) {
                        case 'E' -> look(commits.get(process), till, due);
                        case 'e' -> release(commits.get(process), due);
                        default -> send(processes.get(process), till, message, ids, "", clock);
                    })
                    .thenAccept(told ->
                            assertThat(told).as("%s in %s", message, order).isEqualTo(model.answer(message)));
        }
        return chain;
    }

    /** What is due of a till, as the job of a process sees it. */
    private static CompletableFuture<String> look(TestCommits process, Till till, List<Seen> due) {
        return new ExpiryStore(process.pool())
                .due(WAVE, List.of())
                .subscribeAsCompletionStage()
                .thenApply(all -> {
                    all.stream()
                            .filter(seen -> seen.payer().member().equals(till.member()))
                            .forEach(due::add);
                    return "";
                });
    }

    private static CompletableFuture<String> release(TestCommits process, List<Seen> due) {
        Ask ask = new Ask(new Importer(0), 1, null, new byte[0], Language.EN, "/", null);
        Expiring work = new Expiring(1, List.copyOf(due));
        return process.commits()
                .submit(ask, 1, work)
                .subscribeAsCompletionStage()
                .thenApply(done -> {
                    assertThat(work.stuck()).isEmpty();
                    return done.status() + " released "
                            + TestTills.read(done).path("released").asInt();
                });
    }

    private static void permute(String chosen, String left, Consumer<String> all) {
        if (left.isEmpty()) {
            all.accept(chosen);
        }
        for (int i = 0; i < left.length(); i++) {
            char message = left.charAt(i);
            boolean beforeItsOriginal = message == 'R' && left.indexOf('O') >= 0
                    || message == 'c' && left.indexOf('C') >= 0
                    || message == 'e' && left.indexOf('E') >= 0;
            if (!beforeItsOriginal) {
                permute(chosen + message, left.substring(0, i) + left.substring(i + 1), all);
            }
        }
    }

    private static Map<String, String> members(Connection owner) throws SQLException {
        Map<String, String> members = new HashMap<>();
        try (var statement = owner.createStatement();
                var rows = statement.executeQuery(
                        "SELECT owner, sum(posted) || ' held ' || sum(held) FROM ledger_account WHERE code = '2200' GROUP BY owner")) {
            while (rows.next()) {
                members.put(rows.getString(1), rows.getString(2));
            }
        }
        return members;
    }

    // ---- what a process has not met --------------------------------------------------------------------------------

    /** A process that has the book to itself takes a number for new that it has not met, and finds what another made of it. */
    @ParameterizedTest(name = "sale {0}")
    @ValueSource(booleans = {true, false})
    void findsWhatAnotherProcessMadeOfANumber(boolean sale) throws Exception {
        TestDatabase.Database database = aStreet(1);
        Map<String, UUID> ids = Collections.synchronizedMap(new HashMap<>());
        Till reversed = new Till("M-0", null, "REVERSED", sale);
        Till sold = new Till("M-0", null, "SOLD", sale);
        String made = sale ? "201 CAPTURED" : "201 AUTHORIZED";
        try (TestCommits one = TestCommits.on(database, 1)) {
            endow(one, 1);
            assertThat(told(TestTills.process(one), reversed, 'V', ids)).isEqualTo("200 NEVER_ARRIVED");
            assertThat(told(TestTills.process(one), sold, 'O', ids)).isEqualTo(made);
        }
        for (Till till : List.of(reversed, sold)) {
            try (TestCommits other = TestCommits.on(database, 1)) {
                for (int i = 0; i < 3; i++) {
                    Till another = new Till("M-0", null, till.number() + "-" + i, sale);
                    assertThat(told(TestTills.process(other), another, 'O', ids))
                            .isEqualTo(made);
                    assertThat(told(TestTills.process(other), another, 'V', ids))
                            .startsWith("200 RE");
                }
                assertThat(other.count("overtaken")).isZero();

                assertThat(told(TestTills.process(other), till, 'L', ids))
                        .isEqualTo(till == sold ? made : "409 transaction-reversed");

                assertThat(other.count("overtaken"))
                        .as("decided as if it were new, and again")
                        .isEqualTo(1);
            }
        }
        try (Connection owner = database.connectAsOwner()) {
            Invariants.check(owner);
            assertThat(members(owner).get("M-0")).isEqualTo(sale ? "100 held 0" : "200 held 100");
        }
    }

    private static String told(Redemptions process, Till till, char message, Map<String, UUID> ids) throws Exception {
        return send(process, till, message, ids, "").get(30, TimeUnit.SECONDS);
    }

    // ---- all at once -----------------------------------------------------------------------------------------------

    /** What is answered, one by one, before all messages race: each way in which a transaction can stand is among them. */
    private static final String[] BEGINNINGS = {"", "O", "V", "OC", "OV", "OCV"};

    /** However they race: once the reversal is answered, nothing is held or spent, and the transaction is refused for good. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22, 23})
    void leavesNothingHeldOrSpentHoweverTheyRace(long seed) throws Exception {
        System.out.println("ArrivalOrdersTest seed " + seed);
        int tills = 400;
        Random random = new Random(seed);
        TestDatabase.Database database = aStreet(tills);
        Map<String, UUID> ids = Collections.synchronizedMap(new HashMap<>());
        Set<String> told = Collections.synchronizedSet(new HashSet<>());
        try (TestCommits one = TestCommits.on(database, 2);
                TestCommits other = TestCommits.on(database, 2)) {
            endow(one, tills);
            List<Redemptions> processes = List.of(TestTills.process(one), TestTills.process(other));
            for (int from = 0; from < tills; from += 100) {
                List<CompletableFuture<?>> wave = new ArrayList<>();
                for (int n = from; n < from + 100; n++) {
                    Till till = new Till("M-" + n, null, "N" + n, random.nextInt(4) == 0);
                    List<Character> messages =
                            new ArrayList<>(List.of('O', 'R', 'L', 'V', 'v', 'C', 'c', 'X', 'F', 'F'));
                    Collections.shuffle(messages, random);
                    CompletableFuture<Void> first = CompletableFuture.completedFuture(null);
                    for (char message : BEGINNINGS[random.nextInt(BEGINNINGS.length)].toCharArray()) {
                        Redemptions process = processes.get(random.nextInt(2));
                        first = first.thenCompose(answered -> send(process, till, message, ids, ""))
                                .thenAccept(told::add);
                    }
                    List<Redemptions> at = new ArrayList<>();
                    messages.forEach(message -> at.add(processes.get(random.nextInt(2))));
                    wave.add(first.thenCompose(ignored -> {
                        List<CompletableFuture<?>> all = new ArrayList<>();
                        for (int i = 0; i < messages.size(); i++) {
                            all.add(send(at.get(i), till, messages.get(i), ids, messages.get(i) == 'F' ? "" + i : "")
                                    .thenAccept(told::add));
                        }
                        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
                    }));
                }
                CompletableFuture.allOf(wave.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            }
            for (int n = 0; n < tills; n++) {
                Till till = new Till("M-" + n, null, "N" + n, false);
                for (String suffix : List.of("", "-again")) {
                    assertThat(send(processes.get(n % 2), till, 'O', ids, suffix)
                                    .get(30, TimeUnit.SECONDS))
                            .isEqualTo("409 transaction-reversed");
                }
            }
        }
        assertThat(told).contains("200 NEVER_ARRIVED", "200 RELEASED", "200 REFUNDED", "200 CAPTURED");
        assertThat(told).noneMatch(answer -> answer.startsWith("5"));
        try (Connection owner = database.connectAsOwner()) {
            Invariants.check(owner);
            assertThat(members(owner).values()).hasSize(tills).containsOnly(AMOUNT * 2 + " held 0");
        }
    }
}
