import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
 * whatever happens meanwhile, each time to one of the two processes, which work on one book of one database. In turns the
 * first process (its JVM alone, so that its database is orphaned), PostgreSQL (its postmaster and every backend) and the
 * second process are killed with SIGKILL: the latter two every other time in the moment in which the database has committed a
 * certain transfer and the second process does not know it yet. That one is then answered as what it is, a repetition.
 *
 * <p>After that the second is stopped with SIGTERM and started again, and the writers send to it only while it says that it
 * is ready: then no request fails, because it says that it is not before it takes none any more, and answers what it took.
 *
 * <p>In the end, over the API: every answered transfer stands in the book once, under the number that was answered; no transfer
 * stands there twice; the numbers have no gap; the balances sum to zero; every key is answered again, byte for byte as before.
 */
public final class Crash {
    private static final int WRITERS = 16;
    private static final int MEMBERS = 50;

    private static final String BOOK = "/v1/books/CRASH";
    private static final String REASON = "behind the commit of ";
    private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");
    private static final Pattern REFERENCE = Pattern.compile("\"reference\":\"([^\"]+)\"");

    private final Processes processes;
    private final Wire wire;
    private final Map<String, String> answered = new ConcurrentHashMap<>();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger resent = new AtomicInteger();
    private final AtomicInteger replayed = new AtomicInteger();
    private final List<String> faults = new ArrayList<>();
    private final List<String> unanswered = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stopping;

    /** Whether nothing is killed any more, so that each request is to be answered. */
    private volatile boolean gentle;

    private volatile boolean secondIsReady = true;

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
        int killedServices = 0;
        int killedDatabase = 0;
        int behindCommits = 0;
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
        }
        stopGently(stops);
        stopping = true;
        for (Thread writer : writers) {
            writer.join();
        }
        System.out.printf(
                "killed: the two processes %d times, PostgreSQL %d times, of these %d between a commit and its answer;"
                        + " transfers sent %d, sent again %d, of these answered as repetitions %d; answered %d%n",
                killedServices,
                killedDatabase,
                behindCommits,
                sent.get(),
                resent.get(),
                replayed.get(),
                answered.size());
        check();
        return faults;
    }

    private interface Kill {
        void run() throws Exception;
    }

    /** Has the second process do a transfer, and kills when the database has committed it. */
    private void killBehindCommitOf(String reference, Kill kill) throws Exception {
        CompletableFuture<Void> killed = wire.behindCommitOf(REASON + reference, () -> {
            try {
                kill.run();
            } catch (Exception failed) {
                throw new IllegalStateException("the kill failed", failed);
            }
        });
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        sent.incrementAndGet();
        while (!killed.isDone()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("no commit of " + reference + " is seen; see " + processes.log());
            }
            try {
                int status = processes.ask(1, "POST", BOOK + "/transfers", reference, behind(reference)).statusCode();
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
        HttpResponse<String> response = untilAnswered(reference, behind(reference), random);
        if (isReplayed(response)) {
            replayed.incrementAndGet();
        } else {
            faults.add(reference + " was committed and, sent again, was not answered as a repetition: " + response.body());
        }
        answered.put(reference, behind(reference) + '\n' + response.body());
    }

    /** A transfer with a text that none but its own commit writes: its key and its reference may be looked for by others. */
    private static String behind(String reference) {
        return transfer(1, 2, reference).replace("}", ",\"reason\":\"" + REASON + reference + "\"}");
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
    }

    private void write(int writer, Random random) {
        for (int n = 0; !stopping; n++) {
            String reference = "w" + writer + "-" + n;
            int from = 1 + random.nextInt(MEMBERS);
            int to = 1 + (from + random.nextInt(MEMBERS - 1)) % MEMBERS;
            String body = transfer(from, to, reference);
            sent.incrementAndGet();
            try {
                answered.put(reference, body + '\n' + untilAnswered(reference, body, random).body());
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private static String transfer(int from, int to, String reference) {
        return "{\"from\":\"M" + from + "\",\"to\":\"M" + to + "\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\""
                + reference + "\"}";
    }

    /** Sends the same request with the same key until it is answered for good, as a correct client does: to either process. */
    private HttpResponse<String> untilAnswered(String reference, String body, Random random) throws InterruptedException {
        for (boolean first = true; ; first = false) {
            if (!first) {
                resent.incrementAndGet();
                Thread.sleep(50);
            }
            try {
                int which = secondIsReady ? random.nextInt(Processes.COUNT) : 0;
                HttpResponse<String> response = processes.ask(which, "POST", BOOK + "/transfers", reference, body);
                if (response.statusCode() == 201) {
                    if (!first && isReplayed(response)) {
                        replayed.incrementAndGet();
                    }
                    return response;
                }
                if (response.statusCode() < 500 && response.statusCode() != 429) {
                    throw new IllegalStateException(response.statusCode() + " " + response.body());
                }
                notAnswered(reference, response.body());
            } catch (IOException away) {
                // The next try tells.
                notAnswered(reference, away.toString());
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
        for (Map.Entry<String, String> one : answered.entrySet()) {
            String body = one.getValue().substring(0, one.getValue().indexOf('\n'));
            String answer = one.getValue().substring(one.getValue().indexOf('\n') + 1);
            Long seq = seqByReference.get(one.getKey());
            if (seq == null || seq != Long.parseLong(Processes.first(SEQ, answer))) {
                faults.add(one.getKey() + " was answered with entry " + Processes.first(SEQ, answer) + " and is entry " + seq);
            }
            HttpResponse<String> again =
                    processes.ask(1, "POST", BOOK + "/transfers", one.getKey(), body);
            if (again.body().equals(answer) && isReplayed(again)) {
                alike++;
            } else {
                faults.add(one.getKey() + " is answered differently now: " + again.body());
            }
        }
        long sum = 0;
        for (String account : processes.list(BOOK + "/accounts")) {
            sum += Long.parseLong(Processes.first(Pattern.compile("\"posted\":(-?\\d+)"), account));
        }
        if (sum != 0) {
            faults.add("the balances sum to " + sum);
        }
        System.out.printf(
                "entries 1..%d without gaps; transfers there %d, answered %d, answered alike again %d; balances sum to %d%n",
                last, seqByReference.size(), answered.size(), alike, sum);
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
