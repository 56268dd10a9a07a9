import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Two processes of the service on one database, and a client of both: what the checks of this folder have in common.
 *
 * <p>The first process has the embedded database, on a data folder of its own that is deleted at the end; the second works on
 * it. Both take free ports.
 */
final class Processes implements AutoCloseable {
    static final int COUNT = 2;

    private static final Pattern NEXT = Pattern.compile("\"next\":\"([^\"]+)\"");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final String key = "mb_" + UUID.randomUUID();
    private final Path data;
    private final Path log;
    private final int databasePort = freePort();
    private int databasePortOfSecond = databasePort;
    private final int[] ports = {freePort(), freePort()};
    private final Process[] services = new Process[COUNT];
    private final Map<String, String> settings;

    /** @param settings of both, as environment variables */
    Processes(String name, Map<String, String> settings) throws IOException {
        this.data = Files.createTempDirectory("moral-bank-" + name);
        this.log = data.resolveSibling(data.getFileName() + ".log");
        this.settings = settings;
    }

    private static int freePort() {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("no port is free", e);
        }
    }

    /** {@code --name value …} as a map. */
    static Map<String, String> options(String[] arguments) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        return options;
    }

    // ---- their life -----------------------------------------------------------------------------------------------

    /** Starts one, or starts it again, and waits until it is ready. The first comes first. */
    void start(int which, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-Dquarkus.http.port=" + ports[which],
                "-Dquarkus.http.host=127.0.0.1",
                "-Dmoralbank.demo.enabled=false"));
        command.addAll(List.of(more));
        command.addAll(List.of("-jar", "target/quarkus-app/quarkus-run.jar"));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.putAll(settings);
        environment.put("MORALBANK_ACCESS_OPERATOR_KEY", key);
        environment.put("MORALBANK_DATA", data.toString());
        if (which == 0) {
            environment.put("MORALBANK_DATABASE_PORT", Integer.toString(databasePort));
        } else {
            Properties passwords = new Properties();
            try (Reader in = Files.newBufferedReader(data.resolve("credentials"))) {
                passwords.load(in);
            }
            environment.put("DATABASE_URL", "postgresql://127.0.0.1:" + databasePortOfSecond + "/moralbank");
            environment.put("DATABASE_USER", "moralbank_app");
            environment.put("DATABASE_PASSWORD", passwords.getProperty("moralbank_app"));
            environment.put("DATABASE_OWNER_USER", "moralbank_owner");
            environment.put("DATABASE_OWNER_PASSWORD", passwords.getProperty("moralbank_owner"));
            environment.put("MORALBANK_PAY_CODES_KEY_FILE", data.resolve("pay-codes-key").toString());
            environment.put("MORALBANK_SECRETS_KEY_FILE", data.resolve("secrets-key").toString());
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

    int databasePort() {
        return databasePort;
    }

    /** Has the second, from its next start, find the database at another port. */
    void findDatabaseAt(int port) {
        databasePortOfSecond = port;
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

    /** SIGKILL to one JVM alone: of the first, the database is orphaned. */
    void kill(int which) throws InterruptedException {
        services[which].destroyForcibly().waitFor();
    }

    /** SIGTERM to one, which is to end by itself; 40 seconds, as Kubernetes gives it, at most. */
    void terminate(int which) throws InterruptedException {
        services[which].destroy();
        if (!services[which].waitFor(40, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + which + " did not end; see " + log);
        }
    }

    /** Stops one JVM, as a machine that hangs does, until it goes on. */
    void stop(int which) throws Exception {
        signal(which, "-STOP");
    }

    void goOn(int which) throws Exception {
        signal(which, "-CONT");
    }

    private void signal(int which, String signal) throws Exception {
        Process sent = new ProcessBuilder("kill", signal, Long.toString(services[which].pid())).inheritIO().start();
        if (sent.waitFor() != 0) {
            throw new IllegalStateException("kill " + signal + " of process " + which + " failed");
        }
    }

    /** SIGKILL to PostgreSQL's postmaster and every backend. */
    void killDatabase() {
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

    /** What they logged, for who looks into a failure. */
    Path log() {
        return log;
    }

    @Override
    public void close() throws Exception {
        for (int which = COUNT - 1; which >= 0; which--) { // the one with the database last
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

    /** What is to become so. */
    interface Condition {
        boolean holds() throws Exception;
    }

    /** Waits until it holds, three minutes at most. */
    void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("there is not " + what + "; see " + log);
            }
            Thread.sleep(10);
        }
    }

    // ---- their client ---------------------------------------------------------------------------------------------

    private HttpRequest request(int which, String method, String path, String idempotencyKey, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports[which] + path))
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

    /** Asks one of them, once. */
    HttpResponse<String> ask(int which, String method, String path, String idempotencyKey, String body)
            throws IOException, InterruptedException {
        return http.send(request(which, method, path, idempotencyKey, body), BodyHandlers.ofString());
    }

    /** Has the first answer into a file. */
    void download(String path, Path file) throws IOException, InterruptedException {
        int status = http.send(request(0, "GET", path, null, null), BodyHandlers.ofFile(file)).statusCode();
        if (status != 200) {
            throw new IllegalStateException("GET " + path + ": " + status);
        }
    }

    /** The sum of a counter of one of them, over all its tags. */
    double counted(int which, String meter) throws IOException, InterruptedException {
        return ask(which, "GET", "/q/metrics", null, null).body().lines()
                .filter(line -> line.startsWith(meter + "{") || line.startsWith(meter + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Asks the first, which must answer with this status. */
    String send(String method, String path, String idempotencyKey, String body, int expected) throws Exception {
        HttpResponse<String> response = ask(0, method, path, idempotencyKey, body);
        if (response.statusCode() != expected) {
            throw new IllegalStateException(method + " " + path + ": " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    /** The items of every page of a list, each as its JSON text. */
    List<String> list(String path) throws Exception {
        List<String> items = new ArrayList<>();
        String after = "";
        while (after != null) {
            String page = send("GET", path + (path.contains("?") ? "&" : "?") + "limit=500" + after, null, null, 200);
            items.addAll(items(page));
            String next = first(NEXT, page);
            after = next == null ? null : "&after=" + next;
        }
        return items;
    }

    /** The items of a page, each as its JSON text. */
    static List<String> items(String page) {
        List<String> items = new ArrayList<>();
        int depth = 0;
        int begun = 0;
        for (int i = page.indexOf('['); i >= 0 && i < page.length(); i++) {
            char c = page.charAt(i);
            if (c == '{' && depth++ == 0) {
                begun = i;
            } else if (c == '}' && --depth == 0) {
                items.add(page.substring(begun, i + 1));
            }
        }
        return items;
    }

    /** The first group of the first match, or null. */
    static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : null;
    }
}
