import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Two processes that sign one transparency log, stopped and killed while they do.
 *
 * <pre>
 *   ./mvnw -DskipTests package
 *   java src/bench/Logs.java [--kills 10] [--stops 6] [--longest-stop-ms 30000] [--seed N]     (JDK 22 or later)
 * </pre>
 *
 * Writers post to one book without a pause. The process that has no database is killed with SIGKILL and started again, and
 * stopped with SIGSTOP for a while (the last time for the longest) and woken with SIGCONT, at moments that the seed
 * chooses; the database gives away what it had locked after five seconds. A witness asks both for checkpoints all the time
 * and keeps them all. In the end the log covers the book, there was one checkpoint for a size whoever gave it out, and the
 * verifier, which knows nothing of the service, finds the exported book consistent with every checkpoint that the witness kept.
 */
public final class Logs {
    private static final String BOOK = "/v1/books/LOGS";
    private static final int WRITERS = 2;
    private static final int ITEMS = 10;
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

    private final Processes processes;
    private final Random random;
    private final AtomicLong posted = new AtomicLong();
    private final List<String> faults = Collections.synchronizedList(new ArrayList<>());

    /** What the witness kept, by the size. */
    private final ConcurrentSkipListMap<Long, String> kept = new ConcurrentSkipListMap<>();

    private volatile boolean stopping;
    private double signedByTheKilled;

    private Logs(Processes processes, Random random) {
        this.processes = processes;
        this.random = random;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = Processes.options(arguments);
        long seed = Long.parseLong(options.getOrDefault("--seed", Long.toString(System.nanoTime())));
        System.out.printf("seed %d%n", seed);
        List<String> faults;
        try (Processes processes = new Processes("logs", Map.of("MORALBANK_LOG_POLL", "100ms"))) {
            Logs logs = new Logs(processes, new Random(seed));
            logs.run(
                    Integer.parseInt(options.getOrDefault("--kills", "10")),
                    Integer.parseInt(options.getOrDefault("--stops", "6")),
                    Integer.parseInt(options.getOrDefault("--longest-stop-ms", "30000")));
            faults = logs.faults;
        }
        faults.forEach(fault -> System.out.println("FAULT " + fault));
        System.out.println(faults.isEmpty() ? "one log, and it kept to all that was signed" : faults.size() + " faults");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    private void run(int kills, int stops, int longestStop) throws Exception {
        processes.start(0);
        processes.start(1);
        setUp();
        List<Thread> threads = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            int number = writer;
            threads.add(Thread.ofPlatform().start(() -> write(number)));
        }
        // Not waited for: the one of a process that was just woken may hang on what it asked before.
        for (int process = 0; process < Processes.COUNT; process++) {
            int witnessed = process;
            Thread.ofPlatform().daemon().start(() -> witness(witnessed));
        }
        for (int i = 0; i < kills; i++) {
            Thread.sleep(300 + random.nextInt(700));
            awaitGrowth();
            signedByTheKilled += processes.counted(1, "moralbank_log_checkpoints_total");
            processes.kill(1);
            processes.start(1);
        }
        for (int i = 1; i <= stops; i++) {
            Thread.sleep(300 + random.nextInt(700));
            awaitGrowth();
            processes.stop(1);
            Thread.sleep(i == stops ? longestStop : random.nextInt(longestStop / 4));
            // What the stopped one had locked is given away; the other goes on.
            awaitGrowth();
            processes.goOn(1);
        }
        awaitGrowth();
        stopping = true;
        for (Thread thread : threads) {
            thread.join();
        }
        check(kills, stops);
    }

    private void setUp() throws Exception {
        processes.send("POST", "/v1/books", "book", """
                {"book":"LOGS","name":"logs","kind":"COMMUNITY","serviceEarns":"MIN","pointsPerHour":0,
                 "memberPointsTransfer":false,"calendar":"Asia/Shanghai"}""", 201);
        for (int member = 1; member <= WRITERS; member++) {
            processes.send("PUT", BOOK + "/members/M" + member, null, "{}", 201);
            processes.send("POST", BOOK + "/openings", "open-" + member,
                    "{\"member\":\"M" + member + "\",\"amount\":100000000,\"unit\":\"MIN\"}", 201);
        }
    }

    private void write(int writer) {
        int from = 1 + writer;
        int to = 1 + (writer + 1) % WRITERS;
        for (int n = 0; !stopping; n++) {
            StringBuilder items = new StringBuilder();
            for (int i = 0; i < ITEMS; i++) {
                items.append(i == 0 ? "" : ",").append("{\"from\":\"M%d\",\"to\":\"M%d\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\"w%d-%d-%d\"}"
                        .formatted(from, to, writer, n, i));
            }
            try {
                processes.send("POST", BOOK + "/transfers/bulk", "w" + writer + "-" + n, "{\"items\":[" + items + "]}", 200);
                posted.addAndGet(ITEMS);
            } catch (Exception failed) {
                faults.add("the process that nobody kills did not take a bulk: " + failed);
                return;
            }
        }
    }

    /** Asks one of them all the time; while it is stopped or away, in vain. */
    private void witness(int which) {
        while (!stopping) {
            try {
                keep(processes.ask(which, "GET", BOOK + "/log/checkpoint", null, null));
                Thread.sleep(5);
            } catch (IOException away) {
                Thread.onSpinWait();
            } catch (InterruptedException ended) {
                return;
            }
        }
    }

    private void keep(HttpResponse<String> answer) {
        if (answer.statusCode() == 200) {
            long size = Long.parseLong(answer.body().lines().skip(1).findFirst().orElseThrow());
            String before = kept.putIfAbsent(size, answer.body());
            if (before != null && !before.equals(answer.body())) {
                faults.add("two checkpoints of size " + size + ":\n" + before + answer.body());
            }
        }
    }

    /** Until the log has grown behind all that is posted by now. */
    private void awaitGrowth() throws Exception {
        long now = posted.get();
        processes.await("a checkpoint behind " + now, () -> !kept.isEmpty() && kept.lastKey() > now);
    }

    // ---- what is there --------------------------------------------------------------------------------------------

    private void check(int kills, int stops) throws Exception {
        double first = processes.counted(0, "moralbank_log_checkpoints_total");
        double second = signedByTheKilled + processes.counted(1, "moralbank_log_checkpoints_total");
        processes.await("a checkpoint of the whole book", () -> {
            keep(processes.ask(0, "GET", BOOK + "/log/checkpoint", null, null));
            return kept.lastKey() >= posted.get() + WRITERS;
        });
        String export = Processes.first(
                ID, processes.send("POST", BOOK + "/exports", "export", "{\"contents\":[\"JOURNAL\"],\"formats\":[\"JSONL\"]}", 201));
        processes.await("an export", () -> processes.send("GET", BOOK + "/exports/" + export, null, null, 200).contains("\"DONE\""));
        Path folder = Files.createTempDirectory("moral-bank-logs-pack");
        Path pack = folder.resolve("pack.zip");
        processes.download(BOOK + "/exports/" + export + "/pack", pack);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", "target/classes", "org.moralbank.verifier.Verify", pack.toString()));
        for (Map.Entry<Long, String> checkpoint : kept.entrySet()) {
            Path file = folder.resolve(checkpoint.getKey() + ".txt");
            Files.writeString(file, checkpoint.getValue());
            command.addAll(List.of("--checkpoint", file.toString()));
        }
        Process verifier = new ProcessBuilder(command).redirectErrorStream(true).start();
        String verdict = new String(verifier.getInputStream().readAllBytes());
        if (verifier.waitFor() != 0) {
            faults.add("the verifier says: " + verdict);
        }
        System.out.printf(
                "killed %d times, stopped %d times; %d entries; %.0f checkpoints by the one and %.0f by the other,"
                        + " %d kept by the witness%n%s%n",
                kills, stops, kept.lastKey(), first, second, kept.size(),
                verdict.lines().findFirst().orElse("").replaceFirst("; true to.*", "; true to each of them"));
        if (first == 0 || second == 0) {
            faults.add("one of the two never signed, and so nothing was tried");
        }
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
