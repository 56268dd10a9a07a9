import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Kills two processes of the service and their database under load, again and again, and then counts what is there.
 *
 * <pre>
 *   ./mvnw -DskipTests package
 *   java src/bench/Crash.java [--kills 20] [--every-ms 3000] [--seed N]
 * </pre>
 *
 * Writers send transfers, each with a key of its own that is also its reference, and send it again until it is answered,
 * whatever happens meanwhile, each time to one of the two processes, which work on one book of one database. In turns the
 * first process (its JVM alone, so that its database is orphaned), PostgreSQL (its postmaster and every backend) and the
 * second process are killed with SIGKILL. In the end, over the API: every answered transfer stands in the
 * book once, under the number that was answered; no transfer stands there twice; the numbers have no gap; the balances
 * sum to zero; every key is answered again, byte for byte as before.
 */
public final class Crash {
    private static final int WRITERS = 16;
    private static final int MEMBERS = 50;
    private static final int DATABASE_PORT = 15498;

    /** The first process has the embedded database, the second works on it. */
    private static final int[] PORTS = {8098, 8097};

    private static final String BOOK = "/v1/books/CRASH";
    private static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");
    private static final Pattern REFERENCE = Pattern.compile("\"reference\":\"([^\"]+)\"");
    private static final Pattern NEXT = Pattern.compile("\"next\":\"([^\"]+)\"");

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final String key = "mb_crash-" + UUID.randomUUID();
    private final Path data;
    private final Path log;
    private final Map<String, String> answered = new ConcurrentHashMap<>();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger resent = new AtomicInteger();
    private volatile boolean stopping;
    private final Process[] services = new Process[PORTS.length];

    private Crash() throws IOException {
        data = Files.createTempDirectory("moral-bank-crash");
        log = data.resolveSibling(data.getFileName() + ".log");
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        long seed = Long.parseLong(options.getOrDefault("--seed", Long.toString(System.nanoTime())));
        int kills = Integer.parseInt(options.getOrDefault("--kills", "20"));
        int everyMillis = Integer.parseInt(options.getOrDefault("--every-ms", "3000"));
        System.out.printf("seed %d%n", seed);
        Crash crash = new Crash();
        List<String> faults;
        try {
            faults = crash.run(kills, everyMillis, new Random(seed));
        } finally {
            crash.stop();
        }
        faults.forEach(fault -> System.out.println("FAULT " + fault));
        System.out.println(faults.isEmpty() ? "nothing was lost, nothing is there twice" : faults.size() + " faults");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    private List<String> run(int kills, int everyMillis, Random random) throws Exception {
        start(0);
        start(1);
        setUp();
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Random own = new Random(random.nextLong());
            int number = i;
            writers.add(Thread.ofPlatform().start(() -> write(number, own)));
        }
        int killedServices = 0;
        int killedDatabase = 0;
        for (int i = 0; i < kills; i++) {
            Thread.sleep(everyMillis / 2 + random.nextInt(everyMillis));
            int before = answered.size();
            if (i % 3 == 1) {
                killDatabase();
                killedDatabase++;
            } else {
                int which = i % 3 == 0 ? 0 : 1;
                services[which].destroyForcibly().waitFor();
                start(which);
                killedServices++;
            }
            awaitAnswers(before);
        }
        stopping = true;
        for (Thread writer : writers) {
            writer.join();
        }
        System.out.printf(
                "killed: the two processes %d times, PostgreSQL %d times; transfers sent %d, sent again %d, answered %d%n",
                killedServices, killedDatabase, sent.get(), resent.get(), answered.size());
        return check();
    }

    // ---- the service and its database -----------------------------------------------------------------------------

    private void start(int which) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx224m",
                "-Dquarkus.http.port=" + PORTS[which],
                "-Dquarkus.http.host=127.0.0.1",
                "-Dmoralbank.demo.enabled=false",
                "-jar",
                "target/quarkus-app/quarkus-run.jar");
        Map<String, String> environment = builder.environment();
        environment.put("MORALBANK_ACCESS_OPERATOR_KEY", key);
        environment.put("MORALBANK_DATA", data.toString());
        if (which == 0) {
            environment.put("MORALBANK_DATABASE_PORT", Integer.toString(DATABASE_PORT));
        } else {
            Properties passwords = new Properties();
            try (Reader in = Files.newBufferedReader(data.resolve("credentials"))) {
                passwords.load(in);
            }
            environment.put("DATABASE_URL", "postgresql://127.0.0.1:" + DATABASE_PORT + "/moralbank");
            environment.put("DATABASE_USER", "moralbank_app");
            environment.put("DATABASE_PASSWORD", passwords.getProperty("moralbank_app"));
            environment.put("DATABASE_OWNER_USER", "moralbank_owner");
            environment.put("DATABASE_OWNER_PASSWORD", passwords.getProperty("moralbank_owner"));
            environment.put("MORALBANK_PAY_CODES_KEY_FILE", data.resolve("pay-codes-key").toString());
            environment.put("MORALBANK_LOG_KEY_FILE", data.resolve("log-key").toString());
        }
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        services[which] = builder.start();
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (!isReady(which)) {
            if (!services[which].isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException("process " + which + " did not start:\n" + Files.readString(log));
            }
            Thread.sleep(50);
        }
    }

    private boolean isReady(int which) {
        try {
            return http.send(request(which, "GET", "/q/health/ready", null, null), BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException | InterruptedException away) {
            return false;
        }
    }

    /** SIGKILL to every process that runs on the data folder but the service. */
    private void killDatabase() {
        List<ProcessHandle> all = new ArrayList<>();
        ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(data.toString()))
                .filter(process -> process.info().command().orElse("").endsWith("postgres"))
                .forEach(postmaster -> {
                    all.add(postmaster);
                    postmaster.descendants().forEach(all::add);
                });
        if (all.isEmpty()) {
            throw new IllegalStateException("no PostgreSQL runs on " + data);
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }

    /** Waits until the writers are answered again. */
    private void awaitAnswers(int before) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (answered.size() < before + 100) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("nothing is answered any more; see " + log);
            }
            Thread.sleep(20);
        }
    }

    private void stop() throws Exception {
        for (int which = services.length - 1; which >= 0; which--) { // the one with the database last
            Process service = services[which];
            if (service != null) {
                service.destroy();
                if (!service.waitFor(40, TimeUnit.SECONDS)) {
                    service.destroyForcibly();
                }
            }
        }
        try (Stream<Path> files = Files.walk(data)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    // ---- the load -------------------------------------------------------------------------------------------------

    private void setUp() throws Exception {
        send("POST", "/v1/books", "book", """
                {"book":"CRASH","name":"crash","kind":"COMMUNITY","serviceEarns":"MIN","pointsPerHour":0,
                 "memberPointsTransfer":false,"calendar":"Asia/Shanghai"}""", 201);
        for (int member = 1; member <= MEMBERS; member++) {
            send("PUT", BOOK + "/members/M" + member, null, "{}", 201);
            send("POST", BOOK + "/openings", "open-" + member,
                    "{\"member\":\"M" + member + "\",\"amount\":1000000,\"unit\":\"MIN\"}", 201);
        }
    }

    private String send(String method, String path, String idempotencyKey, String body, int expected) throws Exception {
        HttpResponse<String> response =
                http.send(request(0, method, path, idempotencyKey, body), BodyHandlers.ofString());
        if (response.statusCode() != expected) {
            throw new IllegalStateException(method + " " + path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    private HttpRequest request(int which, String method, String path, String idempotencyKey, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + PORTS[which] + path))
                .timeout(Duration.ofSeconds(40))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json");
        if (idempotencyKey != null) {
            request.header("Idempotency-Key", idempotencyKey);
        }
        return request.method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private void write(int writer, Random random) {
        for (int n = 0; !stopping; n++) {
            String reference = "w" + writer + "-" + n;
            int from = 1 + random.nextInt(MEMBERS);
            int to = 1 + (from + random.nextInt(MEMBERS - 1)) % MEMBERS;
            String body = transfer(from, to, reference);
            sent.incrementAndGet();
            try {
                answered.put(reference, body + '\n' + untilAnswered(reference, body, random));
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
    private String untilAnswered(String reference, String body, Random random) throws InterruptedException {
        for (boolean first = true; ; first = false) {
            if (!first) {
                resent.incrementAndGet();
                Thread.sleep(50);
            }
            try {
                int which = random.nextInt(PORTS.length);
                HttpResponse<String> response = http.send(
                        request(which, "POST", BOOK + "/transfers", reference, body), BodyHandlers.ofString());
                if (response.statusCode() == 201) {
                    return response.body();
                }
                if (response.statusCode() < 500 && response.statusCode() != 429) {
                    throw new IllegalStateException(response.statusCode() + " " + response.body());
                }
            } catch (IOException away) {
                // Not answered; the next try tells.
            }
        }
    }

    // ---- what is there --------------------------------------------------------------------------------------------

    private List<String> check() throws Exception {
        List<String> faults = new ArrayList<>();
        Map<String, Long> seqByReference = new HashMap<>();
        long last = 0;
        for (String entry : list(BOOK + "/entries")) {
            long seq = Long.parseLong(first(SEQ, entry));
            if (seq != ++last) {
                faults.add("after entry " + (last - 1) + " comes " + seq);
                last = seq;
            }
            String reference = first(REFERENCE, entry);
            if (reference != null && seqByReference.put(reference, seq) != null) {
                faults.add(reference + " is there twice");
            }
        }
        String standing = standingOfLog(last);
        if (!standing.contains("\"size\":" + last + ",") || standing.contains("\"refused\"")) {
            faults.add("the book ends with entry " + last + ", and its transparency log stands so: " + standing);
        }
        int replayed = 0;
        for (Map.Entry<String, String> one : answered.entrySet()) {
            String body = one.getValue().substring(0, one.getValue().indexOf('\n'));
            String answer = one.getValue().substring(one.getValue().indexOf('\n') + 1);
            Long seq = seqByReference.get(one.getKey());
            if (seq == null || seq != Long.parseLong(first(SEQ, answer))) {
                faults.add(one.getKey() + " was answered with entry " + first(SEQ, answer) + " and is entry " + seq);
            }
            HttpResponse<String> again =
                    http.send(request(1, "POST", BOOK + "/transfers", one.getKey(), body), BodyHandlers.ofString());
            if (again.body().equals(answer)
                    && again.headers().firstValue("Idempotent-Replayed").isPresent()) {
                replayed++;
            } else {
                faults.add(one.getKey() + " is answered differently now: " + again.body());
            }
        }
        long sum = 0;
        for (String account : list(BOOK + "/accounts")) {
            sum += Long.parseLong(first(Pattern.compile("\"posted\":(-?\\d+)"), account));
        }
        if (sum != 0) {
            faults.add("the balances sum to " + sum);
        }
        System.out.printf(
                "entries 1..%d without gaps; transfers there %d, answered %d, answered alike again %d; balances sum to %d%n",
                last, seqByReference.size(), answered.size(), replayed, sum);
        return faults;
    }

    /** Waits until the log covers the book; both processes kept it, and were killed at it. */
    private String standingOfLog(long last) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        String standing = send("GET", BOOK + "/log", null, null, 200);
        while (!standing.contains("\"size\":" + last + ",") && System.nanoTime() < deadline) {
            Thread.sleep(200);
            standing = send("GET", BOOK + "/log", null, null, 200);
        }
        return standing;
    }

    /** The items of every page of a list, each as its JSON text. */
    private List<String> list(String path) throws Exception {
        List<String> items = new ArrayList<>();
        String after = "";
        while (after != null) {
            String page = send("GET", path + "?limit=500" + after, null, null, 200);
            int depth = 0;
            int begun = 0;
            for (int i = page.indexOf('['); i < page.length(); i++) {
                char c = page.charAt(i);
                if (c == '{' && depth++ == 0) {
                    begun = i;
                } else if (c == '}' && --depth == 0) {
                    items.add(page.substring(begun, i + 1));
                }
            }
            String next = first(NEXT, page);
            after = next == null ? null : "&after=" + next;
        }
        return items;
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : null;
    }
}
