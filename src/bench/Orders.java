import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The messages of a terminal's transaction in every order in which they can arrive, over HTTP at two processes of the service
 * on one database.
 *
 * <pre>
 *   ./mvnw -DskipTests package
 *   java src/bench/Orders.java [--splits 4] [--kills 2] [--races 500] [--seed N]     (JDK 22 or later)
 * </pre>
 *
 * <pre>
 *   O the original          R its retry, same key        L it again, late, under another key
 *   C a capture             X a void                     V a reversal
 * </pre>
 *
 * Each of the 360 orders of O, R, L, V, C and X, of an authorization and of a sale, is played by a member and under a number
 * of its own, one message after the other, {@code --splits} times: each time the messages are shared out between the processes
 * in another way, first in turns, then the other way round (64 is every way). The first of O and R is the original, so that no
 * order is played twice. Meanwhile the processes are killed with SIGKILL in turns,
 * {@code --kills} times: a message that finds no answer is sent again with its key, as a till does. Each answer, and what the
 * member has at the end, is what a small model says that knows nothing of the code. Then {@code --races} transactions have
 * their messages sent all at once to either process: whatever the order, once the reversal is answered nothing is held or
 * spent, and the original is refused for good.
 *
 * <p>The first process that is killed is the one that runs a job of lines. The other goes on with it when the lease of the one
 * that was killed has run out, and each line is done once.
 */
public final class Orders {
    private static final long AMOUNT = 100;
    private static final int AT_ONCE = 32;
    private static final int LINES = 20_000;

    /** Its lease, and what goes on of itself besides. */
    private static final Duration TAKEN_OVER_WITHIN = Duration.ofSeconds(60 + 5);

    private static final String BOOK = "/v1/books/ORDERS";
    private static final String NOBODYS = "00000000-0000-7000-8000-000000000000";
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
    private static final Pattern STATUS = Pattern.compile("\"status\":\"([A-Z_]+)\"");
    private static final Pattern OUTCOME = Pattern.compile("\"outcome\":\"([A-Z_]+)\"");
    private static final Pattern CODE = Pattern.compile("\"code\":\"([^\"]+)\"");
    private static final Pattern WHERE = Pattern.compile("\"redemptionStatus\":\"([^\"]+)\"");
    private static final Pattern CREATED = Pattern.compile("\"created\":(\\d+)");
    private static final Pattern OWNER = Pattern.compile("\"owner\":\"([^\"]+)\"");
    private static final Pattern POSTED = Pattern.compile("\"posted\":(-?\\d+)");
    private static final Pattern HELD = Pattern.compile("\"held\":(-?\\d+)");

    private final Processes processes;
    private final Random random;
    private final Map<String, String> ids = new ConcurrentHashMap<>();
    private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicInteger resent = new AtomicInteger();
    private final Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();

    private Orders(Processes processes, Random random) {
        this.processes = processes;
        this.random = random;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = Processes.options(arguments);
        long seed = Long.parseLong(options.getOrDefault("--seed", Long.toString(System.nanoTime())));
        int splits = Integer.parseInt(options.getOrDefault("--splits", "4"));
        int kills = Integer.parseInt(options.getOrDefault("--kills", "2"));
        int races = Integer.parseInt(options.getOrDefault("--races", "500"));
        System.out.printf("seed %d%n", seed);
        List<String> faults;
        try (Processes processes = new Processes("orders", Map.of())) {
            faults = new Orders(processes, new Random(seed)).run(splits, kills, races);
        }
        faults.stream().limit(20).forEach(fault -> System.out.println("FAULT " + fault));
        System.out.println(faults.isEmpty() ? "every answer is the model's" : faults.size() + " faults");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    private List<String> run(int splits, int kills, int races) throws Exception {
        processes.start(0);
        processes.start(1);
        processes.send("POST", "/v1/books", "book", """
                {"book":"ORDERS","name":"orders","kind":"COMMUNITY","serviceEarns":"MIN","pointsPerHour":0,
                 "memberPointsTransfer":false,"calendar":"Asia/Shanghai"}""", 201);
        processes.send(
                "PUT",
                BOOK + "/merchants/STORE",
                null,
                "{\"name\":\"store\",\"kind\":\"COMMUNITY_STORE\"}",
                201);
        processes.send("PUT", BOOK + "/merchants/STORE/terminals/T1", null, "{}", 201);

        List<Till> tills = new ArrayList<>();
        for (int split = 0; split < splits; split++) {
            for (String order : permuted("ORLVCX")) {
                add(tills, order, split, false);
                add(tills, order, split, true);
            }
        }
        each(tills, this::endow);
        String job = kills == 0 ? null : aJobOfLines();
        long takenOver = 0;
        try (ExecutorService killer = Executors.newSingleThreadExecutor()) {
            Future<Long> killed = killer.submit(() -> {
                int which = job == null ? 0 : killWhoRuns(job);
                long at = System.nanoTime();
                for (int i = 1; i < kills; i++) {
                    processes.start(which);
                    Thread.sleep(1_000);
                    which = 1 - which;
                    processes.kill(which);
                }
                if (kills > 0) {
                    processes.start(which);
                }
                return at;
            });
            each(tills, this::play);
            takenOver = killed.get() + TAKEN_OVER_WITHIN.toNanos();
        }
        int inOrder = messages.get();

        List<Till> racing = new ArrayList<>();
        for (int n = 0; n < races; n++) {
            List<String> shuffled = new ArrayList<>(List.of("O", "R", "L", "V", "V", "C", "C", "X"));
            Collections.shuffle(shuffled, random);
            boolean[] shares = new boolean[shuffled.size()];
            for (int i = 0; i < shares.length; i++) {
                shares[i] = random.nextBoolean();
            }
            racing.add(new Till("R" + n, String.join("", shuffled), shares, random.nextInt(4) == 0));
        }
        each(racing, this::endow);
        each(racing, this::race);

        Map<String, String> members = members();
        for (Till till : tills) {
            Model model = new Model(till.sale);
            till.order.chars().forEach(message -> model.answer((char) message));
            check(till, "at the end", model.member(), members.get(till.number));
        }
        racing.forEach(till -> check(till, "at the end", 2 * AMOUNT + " held 0", members.get(till.number)));
        if (job != null) {
            checkTakenOver(job, takenOver);
        }
        System.out.printf(
                "orders %d (%d ways to share them out), messages %d, sent again in %d kills %d; races %d, messages %d; %d faults%n",
                tills.size(), splits, inOrder, kills, resent.get(), races, messages.get() - inOrder, faults.size());
        System.out.println("answers " + new TreeMap<>(answers));
        return faults;
    }

    /** In turns, the other way round, and so on: every other way to share them out, and the other way round. */
    private static void add(List<Till> tills, String order, int split, boolean sale) {
        int ways = 1 << order.length();
        int second = (0b101010 ^ split >> 1 ^ (split % 2 == 0 ? 0 : -1)) & ways - 1;
        if (split < ways) {
            boolean[] shares = new boolean[order.length()];
            for (int i = 0; i < shares.length; i++) {
                shares[i] = (second >> i & 1) == 1;
            }
            tills.add(new Till("A" + tills.size(), order, shares, sale));
        }
    }

    private static List<String> permuted(String letters) {
        if (letters.isEmpty()) {
            return List.of("");
        }
        List<String> all = new ArrayList<>();
        for (int i = 0; i < letters.length(); i++) {
            if (letters.charAt(i) == 'R' && letters.indexOf('O') >= 0) {
                continue;
            }
            for (String rest : permuted(letters.substring(0, i) + letters.substring(i + 1))) {
                all.add(letters.charAt(i) + rest);
            }
        }
        return all;
    }

    private interface Playing {
        void play(Till till) throws Exception;
    }

    private static void each(List<Till> tills, Playing playing) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<?>> all = new ArrayList<>();
            tills.forEach(till -> all.add(threads.submit(() -> {
                playing.play(till);
                return null;
            })));
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    // ---- what must be answered --------------------------------------------------------------------------------------

    private static final class Model {
        private final boolean sale;
        private String state = "NONE";
        private boolean taken;
        private final Map<Character, String> kept = new HashMap<>();

        Model(boolean sale) {
            this.sale = sale;
        }

        String answer(char message) {
            char key = message == 'R' ? 'O' : message;
            String first = kept.get(key);
            // The key of a transaction that was reversed since tells that, and not what it told.
            if (first != null && !("OLC".indexOf(key) >= 0 && state.equals("REVERSED"))) {
                return first;
            }
            String answer = anew(key);
            if (!answer.startsWith("404")) {
                kept.putIfAbsent(key, answer);
            }
            return answer;
        }

        private boolean isKnown() {
            return kept.getOrDefault('O', "").startsWith("201") || kept.getOrDefault('L', "").startsWith("201");
        }

        private String anew(char key) {
            return switch (key) {
                case 'O', 'L' -> {
                    if (state.equals("NONE")) {
                        state = sale ? "CAPTURED" : "AUTHORIZED";
                        taken = sale;
                    }
                    yield state.equals("REVERSED")
                            ? "409 transaction-reversed"
                            : "201 " + (sale ? "CAPTURED" : "AUTHORIZED");
                }
                case 'C', 'X' -> {
                    if (!isKnown()) {
                        yield "404 not-found";
                    }
                    if (state.equals("REVERSED")) {
                        yield "409 transaction-reversed REVERSED";
                    }
                    if (!state.equals("AUTHORIZED")) {
                        yield "409 hold-not-active " + state;
                    }
                    taken = key == 'C';
                    state = taken ? "CAPTURED" : "VOIDED";
                    yield "200 " + state;
                }
                default -> {
                    String outcome = !isKnown() ? "NEVER_ARRIVED" : taken ? "REFUNDED" : "RELEASED";
                    state = "REVERSED";
                    taken = false;
                    yield "200 " + outcome;
                }
            };
        }

        String member() {
            return (taken ? AMOUNT : 2 * AMOUNT) + " held " + (state.equals("AUTHORIZED") ? AMOUNT : 0);
        }
    }

    // ---- what is sent -----------------------------------------------------------------------------------------------

    /** @param second which messages the second process hears */
    private record Till(String number, String order, boolean[] second, boolean sale) {
        int process(int message) {
            return second[message] ? 1 : 0;
        }
    }

    private void endow(Till till) throws Exception {
        processes.send("PUT", BOOK + "/members/" + till.number, null, "{}", 201);
        processes.send(
                "POST",
                BOOK + "/openings",
                "open-" + till.number,
                "{\"member\":\"" + till.number + "\",\"amount\":" + 2 * AMOUNT + ",\"unit\":\"PTS\"}",
                201);
    }

    private void play(Till till) throws Exception {
        Model model = new Model(till.sale);
        for (int i = 0; i < till.order.length(); i++) {
            char message = till.order.charAt(i);
            check(till, message + " as " + (i + 1), model.answer(message), sent(till, till.process(i), message, ""));
        }
    }

    private void race(Till till) throws Exception {
        if (till.second[0]) {
            sent(till, till.process(1), 'O', "");
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < till.order.length(); i++) {
                int n = i;
                char message = till.order.charAt(i);
                // Each reversal under a key of its own: it may be repeated.
                all.add(threads.submit(
                        () -> sent(till, till.process(n), message, message == 'V' ? "-" + n : "")));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        for (int process = 0; process < Processes.COUNT; process++) {
            check(till, "O again", "409 transaction-reversed", sent(till, process, 'O', ""));
            check(till, "O anew", "409 transaction-reversed", sent(till, process, 'O', "-anew-" + process));
        }
    }

    /** The status, then the code and where the redemption stands, or what became of it. */
    private String sent(Till till, int process, char message, String suffix) throws Exception {
        char key = message == 'R' ? 'O' : message;
        String path = "/redemptions/" + ids.getOrDefault(till.number, NOBODYS);
        String transaction = "\"merchant\":\"STORE\",\"terminal\":\"T1\",\"terminalTransaction\":\"" + till.number + "\"";
        HttpResponse<String> response = untilAnswered(
                process,
                BOOK
                        + switch (key) {
                            case 'O', 'L' -> "/redemptions";
                            case 'C' -> path + "/capture";
                            case 'X' -> path + "/void";
                            default -> "/redemptions/reversals";
                        },
                till.number + "-" + key + suffix,
                switch (key) {
                    case 'O', 'L' ->
                        "{\"mode\":\"" + (till.sale ? "SALE" : "AUTHORIZE") + "\",\"member\":\"" + till.number
                                + "\",\"amount\":" + AMOUNT + ",\"unit\":\"PTS\"," + transaction + "}";
                    case 'C' -> "{}";
                    case 'X' -> null;
                    default -> "{" + transaction + "}";
                });
        messages.incrementAndGet();
        String body = response.body();
        if (response.statusCode() == 201) {
            ids.putIfAbsent(till.number, Processes.first(ID, body));
        }
        String told = response.statusCode() + " " + told(response.statusCode(), body);
        answers.computeIfAbsent(told, none -> new AtomicInteger()).incrementAndGet();
        return told;
    }

    /** The same request with the same key to the same process, until it is answered for good. */
    private HttpResponse<String> untilAnswered(int process, String path, String key, String body) throws Exception {
        while (true) {
            try {
                HttpResponse<String> response = processes.ask(process, "POST", path, key, body);
                if (response.statusCode() < 500 && response.statusCode() != 429) {
                    return response;
                }
            } catch (IOException away) {
                // Not answered; the next try tells.
            }
            resent.incrementAndGet();
            Thread.sleep(50);
        }
    }

    private static String told(int status, String body) {
        if (status >= 400) {
            String where = Processes.first(WHERE, body);
            return Processes.first(CODE, body) + (where == null ? "" : " " + where);
        }
        String outcome = Processes.first(OUTCOME, body);
        return outcome == null ? Processes.first(STATUS, body) : outcome;
    }

    // ---- what is there ----------------------------------------------------------------------------------------------

    private Map<String, String> members() throws Exception {
        Map<String, String> members = new HashMap<>();
        for (String account : processes.list(BOOK + "/accounts?code=2200")) {
            members.put(
                    Processes.first(OWNER, account),
                    Processes.first(POSTED, account) + " held " + Processes.first(HELD, account));
        }
        return members;
    }

    // ---- a job of lines ---------------------------------------------------------------------------------------------

    private String aJobOfLines() throws Exception {
        processes.send("PUT", BOOK + "/members/GIVER", null, "{}", 201);
        processes.send("PUT", BOOK + "/members/TAKER", null, "{}", 201);
        processes.send(
                "POST",
                BOOK + "/openings",
                "open-giver",
                "{\"member\":\"GIVER\",\"amount\":" + LINES + ",\"unit\":\"MIN\"}",
                201);
        String lines = IntStream.range(0, LINES)
                .mapToObj(n -> "{\"from\":\"GIVER\",\"to\":\"TAKER\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\"L" + n + "\"}")
                .collect(Collectors.joining(","));
        return BOOK + "/line-jobs/"
                + Processes.first(
                        ID,
                        processes.send("POST", BOOK + "/transfers/line-jobs", "lines", "{\"items\":[" + lines + "]}", 201));
    }

    /** Kills the process that has done some of the lines, while there are more. */
    private int killWhoRuns(String job) throws Exception {
        processes.await("a line that is done", () -> linesOf(0) > 0 || linesOf(1) > 0);
        int which = linesOf(0) > 0 ? 0 : 1;
        processes.kill(which);
        if (done(processes.ask(1 - which, "GET", job, null, null).body()) == LINES) {
            faults.add("the job of lines was done before the process that ran it was killed");
        }
        return which;
    }

    private double linesOf(int which) throws Exception {
        return processes.counted(which, "moralbank_linejobs_lines_total");
    }

    private static int done(String job) {
        return Integer.parseInt(Processes.first(CREATED, job));
    }

    private void checkTakenOver(String job, long until) throws Exception {
        int left = done(processes.send("GET", job, null, null, 200));
        while (left == done(processes.send("GET", job, null, null, 200)) && left < LINES) {
            if (System.nanoTime() > until) {
                faults.add("nobody goes on with the job of lines of the process that was killed");
                return;
            }
            Thread.sleep(100);
        }
        processes.await("the end of the job of lines", () -> processes
                .send("GET", job, null, null, 200)
                .contains("\"endedAt\""));
        String ended = processes.send("GET", job, null, null, 200);
        String taken = Processes.first(POSTED, processes.list(BOOK + "/accounts?code=2100&owner=TAKER").getFirst());
        if (done(ended) != LINES || !taken.equals(Integer.toString(LINES))) {
            faults.add("of " + LINES + " lines of a minute each, which went to one member, he has " + taken + ": " + ended);
        }
        System.out.println("lines " + LINES + ", of a job whose process was killed: " + taken + " done once");
    }

    private void check(Till till, String what, String expected, String told) {
        if (!expected.equals(told)) {
            faults.add("%s in order %s of a %s at %s: %s, not %s"
                    .formatted(
                            what,
                            till.order,
                            till.sale ? "sale" : "authorization",
                            Arrays.toString(till.second),
                            told,
                            expected));
        }
    }
}
