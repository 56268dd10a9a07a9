import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Kills the process that delivers webhooks between what it sends and what it writes down of it, and then counts what arrived.
 *
 * <pre>
 *   ./mvnw -DskipTests package
 *   java src/bench/Hooks.java [--kills 4] [--webhooks 8]     (JDK 22 or later)
 * </pre>
 *
 * The first process has the database and takes sales; the second delivers. In turns the second is killed with SIGKILL while a
 * receiver has an event and has not answered, and right after it has answered 204, when the position has not moved; it is
 * started again at once, and a stream goes on when the lease of the one that was killed has run out. In the end each receiver
 * was sent every event, the first time in order, an event again only while it was the last, and under the same webhook-id.
 */
public final class Hooks {
    private static final String BOOK = "/v1/books/HOOKS";

    private final Processes processes;
    private final Map<String, List<String>> received = new ConcurrentHashMap<>();
    private final AtomicInteger delivered = new AtomicInteger();
    private final AtomicInteger sold = new AtomicInteger();
    private volatile boolean stopping;

    /** Which delivery is the last of the process; 0 for none. */
    private volatile int killAt;

    private volatile boolean killBeforeAnswer;
    private volatile boolean isKilled;

    private Hooks(Processes processes) {
        this.processes = processes;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = Processes.options(arguments);
        int kills = Integer.parseInt(options.getOrDefault("--kills", "4"));
        int webhooks = Integer.parseInt(options.getOrDefault("--webhooks", "8"));
        List<String> faults;
        try (Processes processes = new Processes("hooks", Map.of("MORALBANK_EVENTS_ALLOW_PRIVATE_TARGETS", "true"))) {
            faults = new Hooks(processes).run(kills, webhooks);
        }
        faults.forEach(fault -> System.out.println("FAULT " + fault));
        System.out.println(faults.isEmpty() ? "every event was delivered, in order" : faults.size() + " faults");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    private List<String> run(int kills, int webhooks) throws Exception {
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        receiver.setExecutor(Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
        receiver.createContext("/", this::receive);
        receiver.start();
        processes.start(0, "-Dmoralbank.events.deliver=false");
        processes.start(1);
        setUp();
        for (int hook = 0; hook < webhooks; hook++) {
            processes.send(
                    "POST",
                    "/v1/webhooks",
                    "hook-" + hook,
                    "{\"url\":\"http://127.0.0.1:%d/%d\",\"books\":[\"HOOKS\"]}"
                            .formatted(receiver.getAddress().getPort(), hook),
                    201);
        }
        long first = last() + 1;
        Thread till = Thread.ofPlatform().start(this::sell);
        for (int i = 0; i < kills; i++) {
            isKilled = false;
            killBeforeAnswer = i % 2 == 0;
            killAt = delivered.get() + 50;
            processes.await("a delivery to kill in", () -> isKilled);
            int before = delivered.get();
            processes.start(1);
            processes.await("deliveries after a kill", () -> delivered.get() > before + 50);
        }
        stopping = true;
        till.join();
        long last = last();
        processes.await("the last event", () -> received.values().stream()
                .allMatch(ids -> !ids.isEmpty() && ids.getLast().equals("HOOKS-" + last)));
        receiver.stop(0);
        return check(first, last, kills, webhooks);
    }

    private void setUp() throws Exception {
        processes.send("POST", "/v1/books", "book", """
                {"book":"HOOKS","name":"hooks","kind":"COMMUNITY","serviceEarns":"MIN","pointsPerHour":0,
                 "memberPointsTransfer":false,"calendar":"Asia/Shanghai"}""", 201);
        processes.send(
                "PUT",
                BOOK + "/merchants/STORE",
                null,
                "{\"name\":\"store\",\"kind\":\"COMMUNITY_STORE\"}",
                201);
        processes.send("PUT", BOOK + "/members/M1", null, "{}", 201);
        processes.send(
                "POST", BOOK + "/openings", "open", "{\"member\":\"M1\",\"amount\":100000000,\"unit\":\"PTS\"}", 201);
    }

    private long last() throws Exception {
        String page = processes.send("GET", BOOK + "/events?limit=1", null, null, 200);
        return Long.parseLong(page.replaceAll("(?s).*\"last\":\"(\\d+)\".*", "$1"));
    }

    /** A sale and an authorization in turns: entries and appended events. */
    private void sell() {
        while (!stopping) {
            int n = sold.incrementAndGet();
            String mode = n % 2 == 0 ? "SALE" : "AUTHORIZE";
            try {
                processes.send(
                        "POST",
                        BOOK + "/redemptions",
                        "sell-" + n,
                        "{\"mode\":\"" + mode
                                + "\",\"member\":\"M1\",\"merchant\":\"STORE\",\"amount\":1,\"unit\":\"PTS\"}",
                        201);
                Thread.sleep(20);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    // ---- the receiver ---------------------------------------------------------------------------------------------

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String id = exchange.getRequestHeaders().getFirst("webhook-id");
            received.computeIfAbsent(exchange.getRequestURI().getPath(), hook -> Collections.synchronizedList(new ArrayList<>()))
                    .add(id);
            boolean last = delivered.incrementAndGet() == killAt;
            if (last && killBeforeAnswer) {
                kill();
            }
            exchange.sendResponseHeaders(204, -1);
            if (last && !killBeforeAnswer) {
                kill();
            }
        }
    }

    private void kill() {
        try {
            processes.kill(1);
            isKilled = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- what arrived ---------------------------------------------------------------------------------------------

    private List<String> check(long first, long last, int kills, int webhooks) {
        List<String> faults = new ArrayList<>();
        int all = 0;
        int again = 0;
        Map<String, List<String>> byHook = new LinkedHashMap<>(new HashMap<>(received));
        if (byHook.size() != webhooks) {
            faults.add(byHook.size() + " webhooks were sent something, not " + webhooks);
        }
        for (Map.Entry<String, List<String>> hook : byHook.entrySet()) {
            long next = first;
            for (String id : hook.getValue()) {
                long number = Long.parseLong(id.substring(id.lastIndexOf('-') + 1));
                all++;
                if (number == next) {
                    next++;
                } else if (number == next - 1) {
                    again++;
                } else {
                    faults.add("webhook " + hook.getKey() + " was sent " + id + " where " + next + " was due");
                    next = number + 1;
                }
            }
            if (next != last + 1) {
                faults.add("webhook " + hook.getKey() + " was sent events up to " + (next - 1) + " of " + last);
            }
        }
        System.out.printf(
                "killed %d times; events %d..%d to %d webhooks: %d deliveries, %d of them again%n",
                kills, first, last, webhooks, all, again);
        if (again == 0 && kills > 0) {
            faults.add("no event was sent again: the kills met no delivery");
        }
        return faults;
    }
}
