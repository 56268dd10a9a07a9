import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * Kills two processes of the service and their database under load, again and again, then stops one as an upgrade does, and
 * counts what is there.
 *
 * <pre>
 *   ./mvnw -DskipTests package
 *   java src/bench/Crash.java [--kills 20] [--stops 1] [--every-ms 3000] [--seed N]     (JDK 22 or later)
 * </pre>
 *
 * Writers send transfers, each with a key of its own that is also its reference, and send it again until it is answered,
 * whatever happens meanwhile, each time to one of the two processes, which work on one book of one database. Beside them tills
 * sell, authorize and capture, and reverse: what they heard the answer of, and what they did not wait for. In turns the
 * first process (its JVM alone, so that its database is orphaned), PostgreSQL (its postmaster and every backend) and the
 * second process are killed with SIGKILL: the latter two every other time in the moment in which the database has committed a
 * certain transfer, or a certain sale, and the second process does not know it yet. That one is then answered as what it is, a
 * repetition. After each kill what the tills have is looked up by their numbers.
 *
 * <p>After that the second is stopped with SIGTERM and started again, and the writers send to it only while it says that it
 * is ready: then no request fails, because it says that it is not before it takes none any more, and answers what it took. And
 * the process is killed that releases what has expired: the other one goes on with that in five seconds.
 *
 * <p>In the end, over the API: every answered transfer stands in the book once, under the number that was answered; no transfer
 * stands there twice; each number of a till is there once, and members paid and the shop has what the tills sold; the numbers
 * of the book have no gap; the balances sum to zero; every key is answered again, byte for byte as before.
 */
public final class Crash {
    private static final int WRITERS = 16;
    private static final int MEMBERS = 50;
    private static final int TILLS = 4;
    private static final long POINTS = 1_000_000;

    /** Between two sales of a till, whose numbers are looked up one by one. */
    private static final int CASHIER_MILLIS = 50;

    /** How long after its time an authorization is released at the latest, also when the process that does it was killed. */
    private static final Duration RELEASED_WITHIN = Duration.ofSeconds(5);

    private static final String BOOK = "/v1/books/CRASH";
    private static final String REASON = "behind the commit of ";
    private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern STATUS = Pattern.compile("\"status\":\"([^\"]+)\"");
    private static final Pattern CAPTURED = Pattern.compile("\"capturedAmount\":(\\d+)");
    private static final Pattern EXPIRES_AT = Pattern.compile("\"expiresAt\":\"([^\"]+)\"");
    private static final Pattern POSTED = Pattern.compile("\"posted\":(-?\\d+)");
    private static final Pattern UNIT = Pattern.compile("\"unit\":\"([A-Z]+)\"");
    private static final Pattern HELD = Pattern.compile("\"held\":(-?\\d+)");
    private static final Pattern NEXT = Pattern.compile("\"next\":\"(\\d+)\"");
    private static final Pattern LAST = Pattern.compile("\"last\":\"(\\d+)\"");
    private static final Pattern TIME = Pattern.compile("\"time\":\"([^\"]+)\"");
    private static final Pattern REDEMPTION = Pattern.compile("\"subject\":\"redemptions/([^\"]+)\"");
    private static final Pattern REFERENCE = Pattern.compile("\"reference\":\"([^\"]+)\"");

    private final Processes processes;
    private final Wire wire;
    private final Map<String, Answered> answered = new ConcurrentHashMap<>();

    /** What a till has under each of its numbers. */
    private final Map<String, Sold> sold = new ConcurrentHashMap<>();

    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger resent = new AtomicInteger();
    private final AtomicInteger replayed = new AtomicInteger();
    private final List<String> faults = new ArrayList<>();
    private final List<String> unanswered = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stopping;

    /** Whether nothing is killed any more, so that each request is to be answered. */
    private volatile boolean gentle;

    private volatile boolean secondIsReady = true;

    /** A request under its key, and how it was answered. */
    private record Answered(String path, String body, String answer) {}

    /** @param amount what the member paid in the end; 0 when it was reversed */
    private record Sold(String terminal, String status, long amount) {}

    private Crash(Processes processes, Wire wire) {
        this.processes = processes;
        this.wire = wire;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = Processes.options(arguments);
        long seed = Long.parseLong(options.getOrDefault("--seed", Long.toString(System.nanoTime())));
        int kills = Integer.parseInt(options.getOrDefault("--kills", "20"));
        int stops = Integer.parseInt(options.getOrDefault("--stops", "1"));
        int everyMillis = Integer.parseInt(options.getOrDefault("--every-ms", "3000"));
        System.out.printf("seed %d%n", seed);
        List<String> faults;
        try (Processes processes = new Processes("crash", Map.of());
                Wire wire = new Wire(processes.databasePort())) {
            processes.findDatabaseAt(wire.port());
            faults = new Crash(processes, wire).run(kills, stops, everyMillis, new Random(seed));
        }
        faults.forEach(fault -> System.out.println("FAULT " + fault));
        System.out.println(faults.isEmpty() ? "nothing was lost, nothing is there twice" : faults.size() + " faults");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    private List<String> run(int kills, int stops, int everyMillis, Random random) throws Exception {
        processes.start(0);
        processes.start(1);
        setUp();
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Random own = new Random(random.nextLong());
            int number = i;
            writers.add(Thread.ofPlatform().start(() -> write(number, own)));
        }
        for (int i = 1; i <= TILLS; i++) {
            Random own = new Random(random.nextLong());
            String terminal = "T" + i;
            writers.add(Thread.ofPlatform().start(() -> sell(terminal, own)));
        }
        int killedServices = 0;
        int killedDatabase = 0;
        int behindCommits = 0;
        Set<String> lookedUp = new HashSet<>();
        for (int i = 0; i < kills; i++) {
            Thread.sleep(everyMillis / 2 + random.nextInt(everyMillis));
            int before = answered.size();
            int which = i % 3 == 0 ? 0 : 1;
            Kill kill = i % 3 == 1 ? processes::killDatabase : () -> processes.kill(which);
            String behind = null;
            if (i % 3 != 0 && i / 3 % 2 == 0) {
                behind = "behind-" + ++behindCommits;
                killBehindCommitOf(behind, kill);
            } else {
                kill.run();
            }
            if (i % 3 == 1) {
                killedDatabase++;
            } else {
                processes.start(which);
                killedServices++;
            }
            awaitAnswers(before);
            if (behind != null) {
                askAgain(behind, random);
            }
            lookUp(lookedUp, random);
        }
        stopGently(stops);
        stopping = true;
        for (Thread writer : writers) {
            writer.join();
        }
        lookUp(lookedUp, random);
        releaseOnTheOther();
        System.out.printf(
                "killed: the two processes %d times, PostgreSQL %d times, of these %d between a commit and its answer;"
                        + " transfers sent %d; of all requests sent again %d, of these answered as repetitions %d;"
                        + " numbers of tills %d, of these reversed %d%n",
                killedServices,
                killedDatabase,
                behindCommits,
                sent.get(),
                resent.get(),
                replayed.get(),
                sold.size(),
                sold.values().stream().filter(one -> one.amount() == 0).count());
        check();
        return faults;
    }

    private interface Kill {
        void run() throws Exception;
    }

    /** Has the second process do a transfer or a sale, and kills when the database has committed it. */
    private void killBehindCommitOf(String reference, Kill kill) throws Exception {
        CompletableFuture<Void> killed = wire.behindCommitOf(REASON + reference, () -> {
            try {
                kill.run();
            } catch (Exception failed) {
                throw new IllegalStateException("the kill failed", failed);
            }
        });
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!killed.isDone()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no commit of " + reference + " is seen; see " + processes.log());
            }
            try {
                int status = processes.ask(1, "POST", pathBehind(reference), reference, behind(reference)).statusCode();
                if (status == 201) {
                    faults.add(reference + " was answered by a process that cannot know of its commit");
                    break;
                }
            } catch (IOException away) {
                // As it should be, when it was the process that was killed.
            }
            Thread.sleep(50);
        }
        killed.get(30, TimeUnit.SECONDS);
    }

    private void askAgain(String reference, Random random) throws InterruptedException {
        resent.incrementAndGet();
        HttpResponse<String> response = untilAnswered(pathBehind(reference), reference, behind(reference), random);
        if (isReplayed(response)) {
            replayed.incrementAndGet();
        } else {
            faults.add(reference + " was committed and, sent again, was not answered as a repetition: " + response.body());
        }
        answered.put(reference, new Answered(pathBehind(reference), behind(reference), response.body()));
        if (isSale(reference)) {
            sold.put(reference, new Sold("T1", "CAPTURED", 1));
        }
    }

    private static boolean isSale(String reference) {
        return Integer.parseInt(reference.substring("behind-".length())) % 2 == 0;
    }

    private static String pathBehind(String reference) {
        return BOOK + (isSale(reference) ? "/redemptions" : "/transfers");
    }

    /** With a text that none but its own commit writes: its key and its reference may be looked for by others. */
    private static String behind(String reference) {
        String body = isSale(reference) ? redemption("SALE", "P1", "T1", reference, 1) : transfer(1, 2, reference);
        return body.substring(0, body.length() - 1) + ",\"reason\":\"" + REASON + reference + "\"}";
    }

    private static boolean isReplayed(HttpResponse<String> response) {
        return response.headers().firstValue("Idempotent-Replayed").isPresent();
    }

    /** Stops the second process under load, and starts it again. */
    private void stopGently(int stops) throws Exception {
        // What was sent before is still tried again, because a process that was killed had it.
        int killed = sent.get();
        awaitAnswers(answered.size() + WRITERS);
        gentle = true;
        for (int i = 0; i < stops; i++) {
            int before = answered.size();
            awaitAnswers(before);
            Balancer balancer = new Balancer();
            Thread asking = Thread.ofPlatform().start(balancer);
            processes.terminate(1);
            balancer.ended = true;
            asking.join();
            if (!balancer.sawItNotReady) {
                faults.add("the second process took no more requests before it said that it was not ready");
            }
            processes.start(1);
            secondIsReady = true;
        }
        awaitAnswers(answered.size());
        System.out.printf(
                "stopped: the second process %d times; of %d transfers sent meanwhile %d requests were not answered%n",
                stops, sent.get() - killed, unanswered.size());
        faults.addAll(unanswered);
    }

    /** Asks the second process all the time whether it is ready. */
    private final class Balancer implements Runnable {
        private volatile boolean ended;
        private volatile boolean sawItNotReady;

        @Override
        public void run() {
            while (!ended) {
                try {
                    secondIsReady = processes.ask(1, "GET", "/q/health/ready", null, null).statusCode() == 200;
                    sawItNotReady |= !secondIsReady;
                    Thread.sleep(50);
                } catch (IOException away) {
                    secondIsReady = false;
                } catch (InterruptedException interrupted) {
                    return;
                }
            }
        }
    }

    /** Waits until the writers are answered again. */
    private void awaitAnswers(int before) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (answered.size() < before + 100) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("nothing is answered any more; see " + processes.log());
            }
            Thread.sleep(20);
        }
    }

    // ---- the load -------------------------------------------------------------------------------------------------

    private void setUp() throws Exception {
        processes.send("POST", "/v1/books", "book", """
                {"book":"CRASH","name":"crash","kind":"COMMUNITY","serviceEarns":"MIN","pointsPerHour":0,
                 "memberPointsTransfer":false,"calendar":"Asia/Shanghai"}""", 201);
        for (int member = 1; member <= MEMBERS; member++) {
            processes.send("PUT", BOOK + "/members/M" + member, null, "{}", 201);
            processes.send("POST", BOOK + "/openings", "open-" + member,
                    "{\"member\":\"M" + member + "\",\"amount\":1000000,\"unit\":\"MIN\"}", 201);
        }
        processes.send("PUT", BOOK + "/merchants/SHOP", null,
                "{\"name\":\"shop\",\"kind\":\"COMMUNITY_STORE\"}", 201);
        for (int till = 1; till <= TILLS; till++) {
            processes.send("PUT", BOOK + "/merchants/SHOP/terminals/T" + till, null, "{}", 201);
            processes.send("PUT", BOOK + "/members/P" + till, null, "{}", 201);
            processes.send("POST", BOOK + "/openings", "open-P" + till,
                    "{\"member\":\"P" + till + "\",\"amount\":" + POINTS + ",\"unit\":\"PTS\"}", 201);
        }
    }

    private void write(int writer, Random random) {
        for (int n = 0; !stopping; n++) {
            String reference = "w" + writer + "-" + n;
            int from = 1 + random.nextInt(MEMBERS);
            int to = 1 + (from + random.nextInt(MEMBERS - 1)) % MEMBERS;
            String body = transfer(from, to, reference);
            sent.incrementAndGet();
            try {
                ask(BOOK + "/transfers", reference, body, random);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private static String transfer(int from, int to, String reference) {
        return "{\"from\":\"M" + from + "\",\"to\":\"M" + to + "\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\""
                + reference + "\"}";
    }

    /** Has a request answered, and keeps the answer. */
    private String ask(String path, String key, String body, Random random) throws InterruptedException {
        String answer = untilAnswered(path, key, body, random).body();
        answered.put(key, new Answered(path, body, answer));
        return answer;
    }

    /** Sells, captures and reverses in turns, at a till of its own and to any of the members. */
    private void sell(String terminal, Random random) {
        for (int n = 0; !stopping; n++) {
            String number = terminal + "-" + n;
            String member = "P" + (1 + random.nextInt(TILLS));
            try {
                sold.put(number, switch (n % 4) {
                    case 0 -> {
                        ask(BOOK + "/redemptions", number, redemption("SALE", member, terminal, number, 2), random);
                        yield new Sold(terminal, "CAPTURED", 2);
                    }
                    case 1 -> {
                        String held = ask(
                                BOOK + "/redemptions", number, redemption("AUTHORIZE", member, terminal, number, 5), random);
                        ask(
                                BOOK + "/redemptions/" + Processes.first(ID, held) + "/capture",
                                number + "-capture",
                                "{\"amount\":3}",
                                random);
                        yield new Sold(terminal, "CAPTURED", 3);
                    }
                    case 2 -> {
                        untilAnswered(
                                BOOK + "/redemptions", number, redemption("SALE", member, terminal, number, 7), random);
                        yield reversed(terminal, number, random);
                    }
                    default -> {
                        sendOnce(number, redemption("AUTHORIZE", member, terminal, number, 11), random);
                        yield reversed(terminal, number, random);
                    }
                });
                Thread.sleep(CASHIER_MILLIS);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private Sold reversed(String terminal, String number, Random random) throws InterruptedException {
        String answer = ask(
                BOOK + "/redemptions/reversals",
                number + "-reversal",
                "{\"merchant\":\"SHOP\",\"terminal\":\"" + terminal + "\",\"terminalTransaction\":\"" + number + "\"}",
                random);
        return new Sold(terminal, answer.contains("\"NEVER_ARRIVED\"") ? "" : "REVERSED", 0);
    }

    /** As a till whose cashier gives up at once: nobody knows what became of it. */
    private void sendOnce(String number, String body, Random random) throws InterruptedException {
        try {
            HttpResponse<String> response =
                    processes.ask(aProcess(random), "POST", BOOK + "/redemptions", number, body);
            if (response.statusCode() != 201) {
                notAnswered(number, response.body());
            }
        } catch (IOException away) {
            notAnswered(number, away.toString());
        }
    }

    private static String redemption(String mode, String member, String terminal, String number, long amount) {
        return "{\"mode\":\"" + mode + "\",\"member\":\"" + member + "\",\"merchant\":\"SHOP\",\"terminal\":\"" + terminal
                + "\",\"terminalTransaction\":\"" + number + "\",\"amount\":" + amount + ",\"unit\":\"PTS\"}";
    }

    private int aProcess(Random random) {
        return secondIsReady ? random.nextInt(Processes.COUNT) : 0;
    }

    /** Sends the same request with the same key until it is answered for good, as a correct client does: to either process. */
    private HttpResponse<String> untilAnswered(String path, String key, String body, Random random)
            throws InterruptedException {
        for (boolean first = true; ; first = false) {
            if (!first) {
                resent.incrementAndGet();
                Thread.sleep(50);
            }
            try {
                HttpResponse<String> response = processes.ask(aProcess(random), "POST", path, key, body);
                if (response.statusCode() == 201 || response.statusCode() == 200) {
                    if (!first && isReplayed(response)) {
                        replayed.incrementAndGet();
                    }
                    return response;
                }
                if (response.statusCode() < 500 && response.statusCode() != 429) {
                    throw new IllegalStateException(response.statusCode() + " " + response.body());
                }
                notAnswered(key, response.body());
            } catch (IOException away) {
                // The next try tells.
                notAnswered(key, away.toString());
            }
        }
    }

    private void notAnswered(String reference, String instead) {
        if (gentle && !stopping) {
            unanswered.add(reference + " was not answered but " + instead);
        }
    }

    // ---- what is there --------------------------------------------------------------------------------------------

    private void check() throws Exception {
        Map<String, Long> seqByReference = new HashMap<>();
        long last = 0;
        for (String entry : processes.list(BOOK + "/entries")) {
            long seq = Long.parseLong(Processes.first(SEQ, entry));
            if (seq != ++last) {
                faults.add("after entry " + (last - 1) + " comes " + seq);
                last = seq;
            }
            String reference = Processes.first(REFERENCE, entry);
            if (reference != null && seqByReference.put(reference, seq) != null) {
                faults.add(reference + " is there twice");
            }
        }
        String standing = standingOfLog(last);
        if (!standing.contains("\"size\":" + last + ",") || standing.contains("\"refused\"")) {
            faults.add("the book ends with entry " + last + ", and its transparency log stands so: " + standing);
        }
        int alike = 0;
        for (Map.Entry<String, Answered> one : answered.entrySet()) {
            Answered before = one.getValue();
            if (before.path().endsWith("/transfers")) {
                Long seq = seqByReference.get(one.getKey());
                String told = Processes.first(SEQ, before.answer());
                if (seq == null || seq != Long.parseLong(told)) {
                    faults.add(one.getKey() + " was answered with entry " + told + " and is entry " + seq);
                }
            }
            HttpResponse<String> again = processes.ask(1, "POST", before.path(), one.getKey(), before.body());
            if (again.body().equals(before.answer()) && isReplayed(again)) {
                alike++;
            } else {
                faults.add(one.getKey() + " is answered differently now: " + again.body());
            }
        }
        Map<String, Long> sums = new TreeMap<>();
        long spent = TILLS * POINTS;
        long payable = 0;
        long held = 0;
        for (String account : processes.list(BOOK + "/accounts")) {
            long posted = Long.parseLong(Processes.first(POSTED, account));
            sums.merge(Processes.first(UNIT, account), posted, Long::sum);
            held += Long.parseLong(Processes.first(HELD, account));
            spent -= account.contains("\"code\":\"2200\"") ? posted : 0;
            payable += account.contains("\"code\":\"2300\"") ? posted : 0;
        }
        long due = sold.values().stream().mapToLong(Sold::amount).sum();
        if (spent != due || payable != due || held != 0) {
            faults.add("the tills sold " + due + "; members spent " + spent + " and " + held + " is held, the shop has " + payable);
        }
        if (sums.isEmpty() || sums.values().stream().anyMatch(sum -> sum != 0)) {
            faults.add("the balances sum to " + sums);
        }
        System.out.printf(
                "entries 1..%d without gaps; transfers there %d, keys answered %d, answered alike again %d; sold %d, spent %d;"
                        + " balances sum to %s%n",
                last, seqByReference.size(), answered.size(), alike, due, spent, sums);
    }

    /** Looks up what the tills have and was not looked up yet: each number is there once, as its till knows it. */
    private void lookUp(Set<String> lookedUp, Random random) throws Exception {
        for (Map.Entry<String, Sold> one : sold.entrySet()) {
            if (lookedUp.add(one.getKey())) {
                Sold has = one.getValue();
                List<String> there = found(has.terminal(), one.getKey(), random);
                String status = there.isEmpty() ? "" : Processes.first(STATUS, there.getFirst());
                String captured = there.isEmpty() ? null : Processes.first(CAPTURED, there.getFirst());
                if (there.size() > 1
                        || !has.status().equals(status)
                        || has.amount() > 0 && !Long.toString(has.amount()).equals(captured)) {
                    faults.add(one.getKey() + " is " + has + " to its till, and in the books " + there);
                }
            }
        }
    }

    private List<String> found(String terminal, String number, Random random) throws Exception {
        String path = BOOK + "/redemptions?merchant=SHOP&terminal=" + terminal + "&terminalTransaction=" + number;
        for (int which = aProcess(random); ; which = aProcess(random)) {
            try {
                HttpResponse<String> response = processes.ask(which, "GET", path, null, null);
                if (response.statusCode() == 200) {
                    return Processes.items(response.body());
                }
            } catch (IOException away) {
                // The next try tells.
            }
            Thread.sleep(50);
        }
    }

    /** Kills the process that releases what has expired, while more expires; the other one releases it in time. */
    private void releaseOnTheOther() throws Exception {
        Map<String, Instant> due = new HashMap<>();
        double[] released = {released(0), released(1)};
        String begun = Processes.first(LAST, processes.send("GET", BOOK + "/events?limit=1", null, null, 200));
        for (int n = 0; n < 50; n++) {
            String body = redemption("AUTHORIZE", "P1", "T1", "expiring-" + n, 1);
            String held = processes.send("POST", BOOK + "/redemptions", "expiring-" + n,
                    body.substring(0, body.length() - 1) + ",\"holdSeconds\":" + (1 + n / 10) + "}", 201);
            due.put(Processes.first(ID, held), Instant.parse(Processes.first(EXPIRES_AT, held)));
        }
        processes.await("a release", () -> released(0) > released[0] || released(1) > released[1]);
        int which = released(0) > released[0] ? 0 : 1;
        processes.kill(which);
        Instant killed = Instant.now();
        List<String> events = new ArrayList<>();
        processes.await("a release of all by the other process", () -> {
            events.clear();
            String next = begun;
            for (String before = ""; !next.equals(before); ) {
                before = next;
                String page = processes.ask(1 - which, "GET",
                                BOOK + "/events?type=org.moralbank.redemption.expired&limit=500&after=" + next, null, null)
                        .body();
                events.addAll(Processes.items(page));
                next = Processes.first(NEXT, page);
            }
            return events.size() >= due.size();
        });
        Duration latest = Duration.ZERO;
        int byTheOther = 0;
        for (String event : events) {
            Instant at = Instant.parse(Processes.first(TIME, event));
            Instant expired = due.remove(Processes.first(REDEMPTION, event));
            if (expired == null) {
                faults.add("something was released that is not to be, or twice: " + event);
                continue;
            }
            byTheOther += at.isAfter(killed) ? 1 : 0;
            Duration late = Duration.between(expired, at);
            latest = late.compareTo(latest) > 0 ? late : latest;
        }
        if (latest.compareTo(RELEASED_WITHIN) > 0 || byTheOther == 0) {
            faults.add("what has expired was released up to " + latest + " late, " + byTheOther + " by the other process");
        }
        processes.start(which);
        System.out.printf(
                "the process that releases killed: %d of %d released by the other one, %d ms after their time at the latest%n",
                byTheOther, events.size(), latest.toMillis());
    }

    private double released(int which) throws Exception {
        return processes.counted(which, "moralbank_redemptions_hold_age_seconds_count");
    }

    /** Waits until the log covers the book; both processes kept it, and were killed at it. */
    private String standingOfLog(long last) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        String standing = processes.send("GET", BOOK + "/log", null, null, 200);
        while (!standing.contains("\"size\":" + last + ",") && System.nanoTime() < deadline) {
            Thread.sleep(200);
            standing = processes.send("GET", BOOK + "/log", null, null, 200);
        }
        return standing;
    }
}
