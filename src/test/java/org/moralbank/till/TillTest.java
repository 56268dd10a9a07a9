package org.moralbank.till;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.TestBank.Member;
import org.moralbank.access.ApiKey;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;
import org.moralbank.till.BadWire.Fault;
import org.moralbank.till.Till.Receipt;
import org.moralbank.till.Till.Settings;
import org.moralbank.till.Till.State;

/**
 * Tills that sell over wires on which everything is lost that can be, and are switched off in the middle: at the end they
 * and the ledger agree.
 *
 * <p>{@code -Dmoralbank.till.sales=100000} sells more; {@code -Dmoralbank.till.seed=…} repeats one run.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class TillTest {
    /** Of each seed. */
    private static final int SALES = Integer.getInteger("moralbank.till.sales", 1000);

    private static final int SEEDS = 3;
    private static final int TILLS = 20;
    private static final int MEMBERS = 12;
    private static final long EACH = 100L * SALES;
    private static final Duration NONE = Duration.ZERO;
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @TestHTTPResource
    URI service;

    @TempDir
    Path folder;

    // ---- everything at random ------------------------------------------------------------------------------------

    @TestFactory
    Stream<DynamicTest> agreesWithTheLedgerWhateverIsLostBetweenThem() {
        Long given = Long.getLong("moralbank.till.seed");
        Random seeds = new Random();
        return (given == null ? LongStream.generate(seeds::nextLong).limit(SEEDS) : LongStream.of(given))
                .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> {
                    System.out.println("TillTest: -Dmoralbank.till.seed=" + seed);
                    sellAtRandom(seed, SALES / TILLS);
                }));
    }

    private void sellAtRandom(long seed, int salesOfATill) throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            // One who is soon without points, for refusals and partial approvals.
            members.add(book.aMember().holding(i == 0 ? 300 : EACH, Unit.PTS));
        }
        String appKey = book.keyOf(Role.APP);
        List<Future<Day>> days = new ArrayList<>();
        try (ExecutorService cashiers = Executors.newCachedThreadPool()) {
            for (int i = 0; i < TILLS; i++) {
                Random random = new Random(seed + i);
                Settings settings = shop.aTill();
                shop.allowOffline(settings, 200, salesOfATill + 1);
                days.add(cashiers.submit(() -> new Day(settings, random, members, appKey, salesOfATill).work()));
            }
        }
        Map<String, Long> paid = new HashMap<>();
        Map<State, Integer> states = new EnumMap<>(State.class);
        long owed = 0;
        for (Future<Day> day : days) {
            owed += agree(shop, day.get(), paid);
            day.get().receipts.forEach(receipt -> states.merge(receipt.state(), 1, Integer::sum));
        }
        System.out.println("TillTest: " + states);
        assertThat(states.getOrDefault(State.SOLD, 0)).as("sales").isGreaterThanOrEqualTo(salesOfATill * TILLS);
        assertThat(states.getOrDefault(State.UNDONE, 0)).as("given up").isPositive();
        assertThat(all(book, "/entries?type=REDEEM_SALE_OFFLINE&"))
                .as("sold offline")
                .isNotEmpty();

        assertThat(posted(book, "2300:" + shop.merchant + ":PTS")).isEqualTo(owed);
        for (int i = 0; i < MEMBERS; i++) {
            Member member = members.get(i);
            // What he had not when it was sold offline, he owes.
            assertThat(posted(book, "2200:" + member.id() + ":PTS") + posted(book, "1600:" + member.id() + ":PTS"))
                    .as("points of %s", member.id())
                    .isEqualTo((i == 0 ? 300 : EACH) - paid.getOrDefault(member.id(), 0L));
        }
        List<Map<String, Object>> accounts = all(book, "/accounts?");
        assertThat(accounts.stream()
                        .mapToLong(account -> number(account, "posted"))
                        .sum())
                .as("sum of the book")
                .isZero();
        assertThat(accounts.stream().filter(account -> number(account, "held") != 0))
                .as("accounts with something held")
                .isEmpty();
    }

    /** Compares a till with what the service has under its terminal; gives what the merchant is owed for it. */
    private static long agree(Shop shop, Day day, Map<String, Long> paid) {
        Map<String, Map<String, Object>> known = new LinkedHashMap<>();
        for (var redemption : all(
                shop.book, "/redemptions?merchant=" + shop.merchant + "&terminal=" + day.settings.terminal() + "&")) {
            assertThat(known.put((String) redemption.get("terminalTransaction"), redemption))
                    .as("one redemption a number")
                    .isNull();
        }
        long owed = 0;
        for (Receipt receipt : day.receipts) {
            var redemption = known.remove(receipt.number());
            switch (receipt.state()) {
                case SOLD -> {
                    assertThat(redemption).as("%s", receipt).isNotNull();
                    assertThat(redemption.get("status")).as("%s", receipt).isIn("CAPTURED", "REFUNDED");
                    assertThat(number(redemption, "capturedAmount"))
                            .as("%s", receipt)
                            .isEqualTo(receipt.captured());
                    assertThat(number(redemption, "refundedAmount"))
                            .as("%s", receipt)
                            .isEqualTo(receipt.refunded());
                    long net = receipt.captured() - receipt.refunded();
                    paid.merge((String) redemption.get("member"), net, Long::sum);
                    owed += net;
                }
                case UNDONE -> {
                    if (redemption != null) {
                        assertThat(redemption.get("status")).as("%s", receipt).isIn("REVERSED", "VOIDED");
                    }
                }
                case REFUSED -> assertThat(redemption).as("%s", receipt).isNull();
                default -> throw new AssertionError("open at the end: " + receipt);
            }
        }
        assertThat(known).as("redemptions that the till does not know").isEmpty();
        assertThat(day.totals.owed()).as("the till's own totals of its days").isEqualTo(owed);
        assertThat(day.closed.stream()
                        .mapToLong(end -> owedBy(shop, day.settings, end.day()))
                        .sum())
                .as("the days as the service closed them")
                .isEqualTo(owed);
        assertThat(day.handedOver).as("goods handed over, and sales").isEqualTo(day.sold());
        return owed;
    }

    /** By what the books had when the day was closed. */
    private static long owedBy(Shop shop, Settings settings, LocalDate day) {
        var end = shop.book
                .request(settings.key())
                .get(shop.book.path() + "/day-ends/" + shop.merchant + "/" + settings.terminal() + "/" + day)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        assertThat(end.getString("status")).isEqualTo("CLOSED");
        assertThat(end.getList("differences")).isEmpty();
        long owed = 0;
        for (Map<String, Object> total : end.<Map<String, Object>>getList("totals")) {
            assertThat(total.get("till")).as("%s", total).isEqualTo(total.get("books"));
            long amount = ((Number) ((Map<?, ?>) total.get("books")).get("amount")).longValue();
            owed += switch ((String) total.get("type")) {
                case "SALE", "CAPTURE", "OFFLINE" -> amount;
                case "REFUND" -> -amount;
                default -> 0;
            };
        }
        return owed;
    }

    /** A cashier's day at one till, over one wire, with what he handed over. */
    private final class Day {
        final Settings settings;
        final Map<String, Long> handedOver = new HashMap<>();
        final List<Receipt> receipts = new ArrayList<>();
        final List<Till.DayEnd> closed = new ArrayList<>();
        Till.Totals totals = new Till.Totals(0, 0, 0, 0);
        private final Random random;
        private final List<Member> members;
        private final String appKey;
        private final int sales;

        Day(Settings settings, Random random, List<Member> members, String appKey, int sales) {
            this.appKey = appKey;
            this.settings = settings;
            this.random = random;
            this.members = members;
            this.sales = sales;
        }

        Map<String, Long> sold() {
            Map<String, Long> sold = new HashMap<>();
            receipts.stream()
                    .filter(receipt -> receipt.state() == State.SOLD)
                    .forEach(receipt -> sold.put(receipt.number(), receipt.captured()));
            return sold;
        }

        Day work() throws Exception {
            LocalDate first = LocalDate.now(SHANGHAI);
            try (Till till = new Till(settings)) {
                assertThat(till.fetchAllowance()).isPresent();
            }
            Random ofTheWire = new Random(random.nextLong());
            try (BadWire wire = new BadWire(
                    service, new Weather(ofTheWire), () -> Duration.ofMillis(10 + ofTheWire.nextInt(600)))) {
                Settings over = hasty(over(wire, settings));
                for (int sold = 0; sold < sales; sold = soldSoFar()) {
                    // Switched off in the middle of the last customer.
                    workUntilItIsSwitchedOff(over, 1 + random.nextInt(Math.min(30, sales - sold + 1)));
                }
            }
            // All that strayed has arrived. What is open is finished from the journal alone, and the till closes its
            // day, over
            // the same wire; midnight may have come meanwhile.
            try (BadWire wire = new BadWire(
                    service, new Weather(ofTheWire), () -> Duration.ofMillis(10 + ofTheWire.nextInt(600)))) {
                for (LocalDate day = first; !day.isAfter(LocalDate.now(SHANGHAI)); day = day.plusDays(1)) {
                    close(hasty(over(wire, settings)), day);
                }
            }
            try (Till till = new Till(settings)) {
                assertThat(till.hasOpen()).isFalse();
                receipts.addAll(till.receipts());
                totals = closed.stream()
                        .map(end -> till.booked(end.day()))
                        .reduce(new Till.Totals(0, 0, 0, 0), TillTest::sum);
            }
            return this;
        }

        private void close(Settings over, LocalDate day) throws Exception {
            for (int attempt = 0; attempt < 100; attempt++) {
                try (Till till = new Till(over)) {
                    printTheLast(till);
                    Till.DayEnd end = till.closeDay(day);
                    assertThat(end.differences()).isEmpty();
                    assertThat(end.closed()).isTrue();
                    closed.add(end);
                    return;
                } catch (IllegalStateException open) {
                    // Nothing has answered yet.
                }
            }
            throw new AssertionError("the day was not closed");
        }

        /** Those offline, too: there is nothing for which one of them could be refused. */
        private int soldSoFar() throws IOException {
            try (Till till = new Till(settings)) {
                return (int) till.receipts().stream()
                        .filter(receipt -> receipt.state() == State.SOLD || receipt.state() == State.OFFLINE)
                        .count();
            }
        }

        private void workUntilItIsSwitchedOff(Settings over, int customers) throws Exception {
            try (Till till = new Till(over)) {
                printTheLast(till);
                till.recover();
                if (random.nextBoolean()) {
                    till.upload();
                }
                for (int n = 1; n < customers; n++) {
                    serve(till, aCode());
                }
                String last = aCode();
                switchOffWhile(() -> serve(till, last));
            }
        }

        /** By the app of a member; not over the wire. */
        private String aCode() {
            Member member = members.get(random.nextInt(MEMBERS));
            return member.book()
                    .request(appKey)
                    .header("Idempotency-Key", UUID.randomUUID().toString())
                    .body(Map.of("member", member.id()))
                    .post(member.book().path() + "/pay-codes")
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("code");
        }

        private void serve(Till till, String payer) throws IOException, InterruptedException {
            long amount = 1 + random.nextInt(200);
            boolean partially = random.nextBoolean();
            if (random.nextInt(6) == 0) {
                // The cashier has seen enough of the wire; he knows the customer, or scans his code.
                boolean known = random.nextBoolean();
                print(till.offline(known ? members.get(random.nextInt(MEMBERS)).id() : payer, amount));
            } else if (random.nextBoolean()) {
                print(till.sale(payer, amount, partially));
            } else {
                Receipt held = till.authorize(payer, amount, partially);
                print(held);
                if (held.state() == State.HELD && random.nextInt(8) == 0) {
                    print(till.cancel(held.number()));
                } else if (held.state() == State.HELD) {
                    print(till.capture(
                            held.number(),
                            random.nextBoolean() ? held.approved() : 1 + random.nextLong(held.approved())));
                }
            }
            if (random.nextInt(4) == 0) {
                bringBack(till);
            }
        }

        private void bringBack(Till till) throws IOException, InterruptedException {
            List<Receipt> refundable = till.receipts().stream()
                    .filter(receipt -> receipt.state() == State.SOLD && receipt.captured() > receipt.refunded())
                    .toList();
            if (!refundable.isEmpty() && !till.hasOpen()) {
                Receipt receipt = refundable.get(random.nextInt(refundable.size()));
                till.refund(receipt.number(), 1 + random.nextLong(receipt.captured() - receipt.refunded()));
            }
        }

        /** What the last customer had paid when the till went off is printed at its next start. */
        private void printTheLast(Till till) {
            till.receipts().stream().reduce((one, other) -> other).ifPresent(this::print);
        }

        private void print(Receipt receipt) {
            if (receipt.state() == State.SOLD) {
                handedOver.put(receipt.number(), receipt.captured());
            } else if (receipt.state() == State.OFFLINE) {
                handedOver.put(receipt.number(), receipt.amount());
            }
        }

        /** Interrupts it at a random moment: what the till has not forced to its journal by then it has forgotten. */
        private void switchOffWhile(Working working) throws Exception {
            Thread cashier = Thread.currentThread();
            CountDownLatch done = new CountDownLatch(1);
            long moment = random.nextInt(60);
            Thread switcher = Thread.ofPlatform().daemon().start(() -> {
                try {
                    if (!done.await(moment, TimeUnit.MILLISECONDS)) {
                        cashier.interrupt();
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            try {
                working.work();
            } catch (InterruptedException | java.nio.channels.ClosedByInterruptException e) {
                // It is off.
            } finally {
                done.countDown();
                while (switcher.isAlive()) {
                    try {
                        switcher.join();
                    } catch (InterruptedException e) {
                        // By the switch, at the last moment.
                    }
                }
                Thread.interrupted();
            }
        }
    }

    private interface Working {
        void work() throws Exception;
    }

    /** Four messages in ten have something befall them, and now and then there is an outage, longer than a till's patience. */
    private static final class Weather implements Supplier<Fault> {
        private final Random random;
        private long outageUntil = System.nanoTime();

        Weather(Random random) {
            this.random = random;
        }

        @Override
        public Fault get() {
            if (random.nextInt(120) == 0) {
                outageUntil = System.nanoTime()
                        + Duration.ofMillis(200 + random.nextInt(600)).toNanos();
            }
            Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
            if (System.nanoTime() < outageUntil) {
                return random.nextBoolean() ? Fault.CUT_BEFORE : Fault.CUT_AFTER;
            }
            return random.nextInt(10) < 4 ? fault : Fault.NONE;
        }
    }

    // ---- each fault at each message ------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(Fault.class)
    void losesNothingAtAnyMessageOfALife(Fault fault) throws Exception {
        for (int message = 0; message < 5; message++) {
            Book book = bank.aBook();
            Shop shop = new Shop(book);
            Member anna = book.aMember().holding(1000, Unit.PTS);
            int[] sent = {0};
            int hit = message;
            try (BadWire wire = new BadWire(
                            service, () -> sent[0]++ == hit ? fault : Fault.NONE, () -> Duration.ofMillis(50));
                    Till till = new Till(over(wire, shop.aTill()))) {
                Receipt held = till.authorize(anna.payCode(), 500, false);
                assertThat(held.state()).isEqualTo(State.HELD);
                assertThat(till.capture(held.number(), 400).state()).isEqualTo(State.SOLD);
                assertThat(till.refund(held.number(), 150).refunded()).isEqualTo(150);
                assertThat(till.cancel(till.authorize(anna.payCode(), 500, false)
                                        .number())
                                .state())
                        .isEqualTo(State.UNDONE);
            }

            assertThat(posted(book, "2200:" + anna.id() + ":PTS"))
                    .as("message %s", hit)
                    .isEqualTo(750);
            assertThat(posted(book, "2300:" + shop.merchant + ":PTS"))
                    .as("message %s", hit)
                    .isEqualTo(250);
        }
    }

    /** The service would wait for the rest of it, and the test for the service. */
    @Test
    void theWirePassesOnNoRequestThatItsTillHasNotFinished() throws Exception {
        try (BadWire wire = new BadWire(service, () -> Fault.NONE, () -> NONE);
                Socket till = new Socket(wire.uri().getHost(), wire.uri().getPort())) {
            till.getOutputStream()
                    .write("POST /v1/books HTTP/1.1\r\nHost: till\r\nContent-Length: 300\r\n\r\n{"
                            .getBytes(StandardCharsets.UTF_8));
            till.shutdownOutput();

            assertThat(till.getInputStream().read()).isEqualTo(-1);
        }
    }

    /** For each message of a sale, the first that is lost is the last that gets through, until the till has given up. */
    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"CUT_BEFORE", "CUT_AFTER", "REQUEST_LOST", "ANSWER_LOST", "STRAYED"})
    void givesUpAndReversesWhenNothingAnswers(Fault fault) throws Exception {
        for (int message = 0; message < 2; message++) {
            Book book = bank.aBook();
            Shop shop = new Shop(book);
            Member anna = book.aMember().holding(1000, Unit.PTS);
            int[] sent = {0};
            int from = message;
            long[] begun = {0};
            Receipt last;
            try (BadWire wire = new BadWire(
                            service,
                            () -> {
                                if (sent[0]++ < from) {
                                    return Fault.NONE;
                                }
                                begun[0] = begun[0] == 0 ? System.nanoTime() : begun[0];
                                return System.nanoTime() - begun[0] < PATIENCE.toNanos() ? fault : Fault.NONE;
                            },
                            () -> PATIENCE.multipliedBy(2));
                    Till till = new Till(hasty(over(wire, shop.aTill())))) {
                last = till.authorize(anna.payCode(), 500, false);
                if (last.state() == State.HELD) {
                    last = till.capture(last.number(), 400);
                }
                while (till.hasOpen()) {
                    till.recover();
                }
                last = till.receipts().getLast();
            }

            assertThat(last.state()).isEqualTo(State.UNDONE);
            assertThat(last.captured()).isZero();
            assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(1000);
            assertThat(all(book, "/accounts?").stream().mapToLong(account -> number(account, "held")))
                    .containsOnly(0L);
        }
    }

    @Test
    void findsByItsNumberWhatWasSoldAndWhatWasReversedAndNothingOfWhatNeverCame() throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        String sold;
        try (Till till = new Till(settings)) {
            sold = till.sale(anna.payCode(), 400, false).number();
        }
        String reversed = saleOver(Fault.ANSWER_LOST, settings, anna);
        String lost = saleOver(Fault.REQUEST_LOST, settings, anna);

        try (Till till = new Till(settings)) {
            till.recover();

            assertThat(till.hasOpen()).isFalse();
            assertThat(found(till, sold))
                    .singleElement()
                    .satisfies(sale -> assertThat(sale)
                            .containsEntry("status", "CAPTURED")
                            .containsEntry("merchant", settings.merchant())
                            .containsEntry("terminal", settings.terminal())
                            .containsEntry("terminalTransaction", sold)
                            .containsEntry("capturedAmount", 400L));
            assertThat(found(till, reversed))
                    .singleElement()
                    .satisfies(sale -> assertThat(sale)
                            .containsEntry("status", "REVERSED")
                            .containsEntry("terminalTransaction", reversed)
                            .containsEntry("refundedAmount", 300L));
            assertThat(found(till, lost)).isEmpty();
        }
        try (Till other = new Till(shop.aTill())) {
            assertThat(found(other, sold)).as("of its own terminal").isEmpty();
        }
    }

    /** The number of a sale of which the till hears nothing. */
    private String saleOver(Fault fault, Settings settings, Member anna) throws Exception {
        try (BadWire wire = new BadWire(service, () -> fault, () -> NONE);
                Till till = new Till(hasty(over(wire, settings)))) {
            return till.sale(anna.payCode(), 300, false).number();
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> found(Till till, String number) throws InterruptedException {
        return (List<Map<String, Object>>) till.query(number).get("items");
    }

    /** The key was changed meanwhile: that the old one is refused says nothing of what it had asked for. */
    @Test
    void keepsARefundThatIsRefusedAfterAnAttemptWithoutAnAnswer() throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        Settings lapsed = hasty(withKey(settings, ApiKey.generate()));
        try (BadWire wire = new BadWire(service, () -> Fault.ANSWER_LOST, () -> NONE)) {
            String sold;
            try (Till till = new Till(settings)) {
                sold = till.sale(anna.payCode(), 400, false).number();
            }
            try (Till till = new Till(hasty(over(wire, settings)))) {
                till.refund(sold, 150);
                assertThat(till.hasOpen()).isTrue();
            }
        }
        try (Till till = new Till(lapsed)) {
            till.recover();
            till.recover();
            assertThat(till.hasOpen()).as("after 401").isTrue();
        }
        try (Till till = new Till(settings)) {
            assertThat(till.recover()).extracting(Receipt::refunded).containsExactly(150L);
            assertThat(till.hasOpen()).isFalse();
        }

        assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(750);
    }

    @Test
    void takesTheRefusalOfARefundThatWasNotSentBeforeAsFinal() throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        String sold;
        try (Till till = new Till(settings)) {
            sold = till.sale(anna.payCode(), 400, false).number();
        }
        try (Till till = new Till(withKey(settings, ApiKey.generate()))) {
            assertThat(till.refund(sold, 150).refunded()).isZero();
            assertThat(till.hasOpen()).isFalse();
        }
        try (Till till = new Till(settings)) {
            assertThat(till.recover()).isEmpty();
            assertThat(till.refund(sold, 400).refunded()).isEqualTo(400);
        }

        assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(1000);
    }

    @Test
    void asksAgainEveryThreeToFiveSecondsAndGivesUpAfterSixtyUnlessItIsSaidOtherwise() throws Exception {
        Settings usual = usual(new Shop(bank.aBook()).aTill());

        assertThat(usual.pollAtLeast()).isEqualTo(Duration.ofSeconds(3));
        assertThat(usual.pollAtMost()).isEqualTo(Duration.ofSeconds(5));
        assertThat(usual.giveUpAfter()).isEqualTo(Duration.ofSeconds(60));
    }

    /** The code is over before the wait is: the customer is not kept for it. */
    @Test
    void takesTooManyWrongCodesForFinalUnlessAnAttemptBeforeWasLeftWithoutAnAnswer() throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        try (Till till = new Till(usual(settings))) {
            for (int i = 0; i < 10; i++) {
                assertThat(till.sale("71100000000000010" + i, 1, false).reason())
                        .isEqualTo("pay-code-unknown");
            }

            Receipt barred = till.sale(anna.payCode(), 100, false);

            assertThat(barred.state()).isEqualTo(State.REFUSED);
            assertThat(barred.reason()).isEqualTo("too-many-wrong-codes");
        }
        int[] sent = {0};
        try (BadWire wire = new BadWire(service, () -> sent[0]++ == 0 ? Fault.REQUEST_LOST : Fault.NONE, () -> NONE);
                Till till = new Till(hasty(over(wire, settings)))) {
            Receipt unknown = till.sale(anna.payCode(), 100, false);

            assertThat(unknown.state()).isEqualTo(State.UNDONE);
        }

        assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(1000);
    }

    // ---- what is printed -----------------------------------------------------------------------------------------

    @Test
    void printsWhoSoldWhatWhenAndWhatWasGivenBackAndNeverTheCode() throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        String code = anna.payCode();
        String number;
        try (Till till = new Till(settings)) {
            till.capture(till.authorize(code, 1200, true).number(), 1000);
            Receipt sold = till.receipts().getLast();
            number = sold.number();
            assertThat(sold.toString())
                    .isEqualTo(head(settings, only(found(till, number)).get("capturedAt")) + number
                            + "  PAID 10.00 points  + CASH 2.00  " + sold.id())
                    .doesNotContain(code);
            assertThat(till.refund(number, 150).toString())
                    .isEqualTo(head(settings, refundedAt(book, sold)) + number
                            + "  PAID 10.00 points  + CASH 2.00  REFUNDED 1.50  " + sold.id());
        }
        try (Till till = new Till(settings)) {
            Receipt refunded = till.refund(number, 50);
            assertThat(refunded.at()).isEqualTo(Instant.parse((String) refundedAt(book, refunded)));
            assertThat(refunded.toString())
                    .isEqualTo(head(settings, refundedAt(book, refunded)) + number
                            + "  PAID 10.00 points  + CASH 2.00  REFUNDED 0.50, 2.00 in all  " + refunded.id());

            shop.allowOffline(settings, 500, 1);
            till.fetchAllowance();
            Receipt offline = till.offline(anna.id(), 100);
            assertThat(offline.toString())
                    .isEqualTo(
                            head(settings, offline.at().toString()) + offline.number() + "  PAID 1.00 points, offline");
            assertThat(offline.at()).isBetween(Instant.now().minusSeconds(60), Instant.now());
            Receipt uploaded = till.upload().getLast();
            assertThat(uploaded.at()).as("when it was sold").isEqualTo(offline.at());
            assertThat(uploaded.toString())
                    .startsWith(head(settings, offline.at().toString()));
        }
    }

    /** To who asks again it is not told, and nobody finds it in the journal. */
    @Test
    void printsWhatIsLeftOnceForWhoAgreedAndKeepsItNowhere() throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(123_456, Unit.PTS);
        Settings settings = shop.aTill();
        show(book, "/merchants/" + shop.merchant + "/terminals/" + settings.terminal());
        show(book, "/members/" + anna.id());
        try (Till till = new Till(settings)) {
            assertThat(till.sale(anna.payCode(), 1, false).toString()).endsWith("\n1234.55 points left");
            assertThat(till.authorize(anna.payCode(), 1, false).toString())
                    .endsWith(": capture or void it\n1234.54 points left");

            assertThat(till.receipts())
                    .allSatisfy(receipt -> assertThat(receipt.toString()).doesNotContain("left"));
        }
        assertThat(Files.readString(settings.journal())).doesNotContain("12345", "pointsLeft");
    }

    private static void show(Book book, String path) {
        book.request(book.keyOf(Role.OPERATOR))
                .header("If-Match", "\"1\"")
                .body(Map.of("showsPointsLeft", true))
                .put(book.path() + path)
                .then()
                .statusCode(200);
    }

    private static String head(Settings settings, Object at) {
        return "%s  %s  %tF %<tT\n"
                .formatted(
                        settings.merchant(),
                        settings.terminal(),
                        Instant.parse((String) at).atZone(SHANGHAI));
    }

    private static Object refundedAt(Book book, Receipt sold) {
        return all(book, "/redemptions/" + sold.id() + "/refunds?").getLast().get("createdAt");
    }

    private static <T> T only(List<T> one) {
        assertThat(one).hasSize(1);
        return one.getFirst();
    }

    // ---- without a connection ------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(Fault.class)
    void uploadsEachOfflineSaleOnceAndClosesItsDayWhateverBefallsAMessage(Fault fault) throws Exception {
        LocalDate day = LocalDate.now(SHANGHAI);
        for (int message = 0; message < 2; message++) {
            Book book = bank.aBook();
            Shop shop = new Shop(book);
            Member anna = book.aMember().holding(1000, Unit.PTS);
            Member poor = book.aMember().holding(100, Unit.PTS);
            Settings settings = shop.aTill();
            shop.allowOffline(settings, 500, 10);
            int[] sent = {0};
            int hit = message;
            try (Till till = new Till(settings)) {
                assertThat(till.fetchAllowance())
                        .hasValueSatisfying(
                                allowance -> assertThat(allowance.perSale()).isEqualTo(500));
                Receipt sold = till.offline(anna.id(), 400);
                assertThat(sold.state()).isEqualTo(State.OFFLINE);
                assertThat(sold.toString()).endsWith("PAID 4.00 points, offline");
                till.offline(anna.payCode(), 50);
                till.offline(poor.id(), 300);
            }
            // Switched off in between: the journal has them.
            try (BadWire wire = new BadWire(
                            service, () -> sent[0]++ == hit ? fault : Fault.NONE, () -> Duration.ofMillis(50));
                    Till till = new Till(over(wire, settings))) {
                Till.DayEnd end = till.closeDay(day);
                assertThat(end.closed()).as("message %s: %s", hit, end).isTrue();
                assertThat(end.totals()).isEqualTo(new Till.Totals(3, 750, 0, 0));
                assertThat(till.receipts())
                        .allSatisfy(receipt -> assertThat(receipt.state()).isEqualTo(State.SOLD));
                assertThat(till.upload()).isEmpty();
            }

            assertThat(posted(book, "2300:" + shop.merchant + ":PTS")).isEqualTo(750);
            assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(550);
            assertThat(posted(book, "2200:" + poor.id() + ":PTS")).isZero();
            assertThat(posted(book, "1600:" + poor.id() + ":PTS")).isEqualTo(-200);
            assertThat(owedBy(shop, settings, day)).isEqualTo(750);
        }
    }

    @Test
    void sellsNothingOfflineBeyondItsAllowanceAlsoAfterARestart() throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        try (Till till = new Till(settings)) {
            assertThat(till.fetchAllowance()).isEmpty();
            assertThatThrownBy(() -> till.offline(anna.id(), 1)).hasMessageContaining("no allowance");
            shop.allowOffline(settings, 500, 2);
            assertThat(till.fetchAllowance()).isPresent();
            assertThat(till.fetchAllowance()).as("fetched again").isPresent();
            assertThatThrownBy(() -> till.offline(anna.id(), 501)).hasMessageContaining("at most 5.00");
            assertThatThrownBy(() -> till.offline(anna.id(), 0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> till.offline(anna.voucher(100), 100)).hasMessageContaining("voucher");
            till.offline(anna.id(), 500);
        }
        try (Till till = new Till(settings)) {
            till.offline(anna.id(), 1);
            assertThatThrownBy(() -> till.offline(anna.id(), 1)).hasMessageContaining("2 are made");
            assertThat(till.upload()).hasSize(2);
            assertThatThrownBy(() -> till.offline(anna.id(), 1)).hasMessageContaining("2 are made");
        }

        assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(499);
    }

    /** The second sale would be refused when it is uploaded, and the goods are gone. */
    @Test
    void takesNoCodeTwiceOfflineAndNoneThatIsNobodys() throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        shop.allowOffline(settings, 500, 10);
        String code = anna.payCode();
        try (Till till = new Till(settings)) {
            till.fetchAllowance();
            till.offline(code, 100);
            assertThatThrownBy(() -> till.offline(code, 100)).hasMessageContaining("paid already");
            till.offline(anna.payCode(), 100);
            till.offline(anna.id(), 10);
            till.offline(anna.id(), 10);
            for (String nobodys : List.of("710", "713", "717", "718", "719")) {
                assertThatThrownBy(() -> till.offline(nobodys + "0".repeat(15), 1))
                        .hasMessageContaining("no pay code");
            }
        }
        try (Till till = new Till(settings)) {
            assertThatThrownBy(() -> till.offline(code, 100)).hasMessageContaining("paid already");
            assertThat(till.upload())
                    .extracting(Receipt::state)
                    .containsOnly(State.SOLD)
                    .hasSize(4);
            assertThatThrownBy(() -> till.offline(code, 100)).hasMessageContaining("paid already");
        }
        // Nothing is sent: it may stand in the sandbox.
        Settings inTheSandbox = new Settings(
                URI.create("http://localhost:1/v1/books/SANDBOX"),
                settings.key(),
                settings.merchant(),
                settings.terminal(),
                settings.journal());
        try (Till till = new Till(inTheSandbox)) {
            for (String again : List.of("713", "717", "713")) {
                assertThat(till.offline(again + "0".repeat(15), 1).state()).isEqualTo(State.OFFLINE);
            }
            for (String nobodys : List.of("710", "718")) {
                assertThatThrownBy(() -> till.offline(nobodys + "0".repeat(15), 1))
                        .hasMessageContaining("no pay code");
            }
        }
    }

    /** What it went on selling would be refused, and the goods are gone. */
    @Test
    void sellsNothingUnderAnAllowanceThatWasTakenBackAndUploadsWhatItSoldBefore() throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        String allowance = shop.allowOffline(settings, 500, 10);
        try (Till till = new Till(settings)) {
            till.fetchAllowance();
            till.offline(anna.id(), 100);
            shop.takeBack(settings, allowance);

            assertThat(till.fetchAllowance()).isEmpty();
            assertThatThrownBy(() -> till.offline(anna.id(), 1)).hasMessageContaining("no allowance");
        }
        try (Till till = new Till(settings)) {
            assertThatThrownBy(() -> till.offline(anna.id(), 1)).hasMessageContaining("no allowance");
            shop.allowOffline(settings, 50, 10);
            assertThat(till.fetchAllowance())
                    .hasValueSatisfying(another -> assertThat(another.perSale()).isEqualTo(50));
            till.offline(anna.id(), 50);

            assertThat(till.upload()).extracting(Receipt::state).containsExactly(State.SOLD, State.SOLD);
        }

        assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(850);
    }

    /** A till that gets one a day has more than a page of them in the second year. */
    @Test
    void findsItsAllowanceBehindAPageOfThoseThatEnded() throws Exception {
        Shop shop = new Shop(bank.aBook());
        Settings settings = shop.aTill();
        pool.preparedQuery("""
                        INSERT INTO redemption_allowance (book_id, merchant, terminal, allowance_id, per_sale, sales, used,
                                                          valid_from, valid_until, signature, client_id, client)
                        SELECT $1, $2, $3, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 1, 1, 0,
                               timestamptz '2024-01-01' + n * interval '1 day',
                               timestamptz '2024-01-02' + n * interval '1 day', 'of long ago', 1, 'tests'
                        FROM generate_series(1, 500) n
                        """)
                .execute(Tuple.of((short) shop.book.id(), shop.merchant, settings.terminal()))
                .await()
                .indefinitely();
        shop.allowOffline(settings, 50, 10);

        try (Till till = new Till(settings)) {
            assertThat(till.fetchAllowance())
                    .hasValueSatisfying(
                            allowance -> assertThat(allowance.perSale()).isEqualTo(50));
        }
    }

    /** Otherwise its sales would be of the future, and the codes that it saw of another time. */
    @ParameterizedTest
    @ValueSource(ints = {-3600, -90, 90, 3600})
    void writesOfflineSalesDownByTheServicesClockAlsoAfterARestart(int seconds) throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        shop.allowOffline(settings, 500, 10);
        Clock wrong = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(seconds));
        try (Till till = new Till(settings, wrong)) {
            assertThat(till.fetchAllowance()).isPresent();
        }
        try (Till till = new Till(settings, wrong)) {
            till.offline(anna.payCode(), 100);

            assertThat(till.upload()).extracting(Receipt::state).containsExactly(State.SOLD);
        }
    }

    @Test
    void knowsWhichOfflineSalesWereNotTaken() throws Exception {
        LocalDate day = LocalDate.now(SHANGHAI);
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        shop.allowOffline(settings, 500, 10);
        try (Till till = new Till(settings)) {
            till.fetchAllowance();
            till.offline(anna.id(), 100);
            till.offline("M-NOBODY", 100);

            List<Receipt> answered = till.upload();

            assertThat(answered).extracting(Receipt::state).containsExactly(State.SOLD, State.NOT_TAKEN);
            assertThat(answered.getLast().toString()).endsWith("SOLD OFFLINE, NOT TAKEN: unknown-member");
            assertThat(till.closeDay(day).totals()).isEqualTo(new Till.Totals(1, 100, 0, 0));
        }
    }

    /** The goods are gone: a refusal that passes costs the merchant nothing, and his day stays open for it. */
    @Test
    void keepsAnOfflineSaleThatIsRefusedForNowAndUploadsItAgain() throws Exception {
        LocalDate day = LocalDate.now(SHANGHAI);
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        shop.allowOffline(settings, 500, 10);
        try (Till till = new Till(settings)) {
            till.fetchAllowance();
            shop.ask("suspend");
            till.offline(anna.id(), 100);

            assertThat(till.upload()).singleElement().satisfies(receipt -> {
                assertThat(receipt.state()).isEqualTo(State.OFFLINE);
                assertThat(receipt.toString()).endsWith("offline: not taken yet, merchant-suspended");
            });
            assertThatThrownBy(() -> till.closeDay(day)).hasMessageContaining("merchant-suspended");
        }
        shop.ask("resume");
        try (Till till = new Till(settings)) {
            assertThat(till.closeDay(day).totals()).isEqualTo(new Till.Totals(1, 100, 0, 0));
            assertThat(till.receipts().getLast().state()).isEqualTo(State.SOLD);
        }

        assertThat(owedBy(shop, settings, day)).isEqualTo(100);
    }

    /** While the service may come to know the allowance again, the row is kept; then the day goes on without it. */
    @Test
    void givesAnOfflineSaleUpWhenItsAllowanceIsUnknownForGood() throws Exception {
        LocalDate day = LocalDate.now(SHANGHAI);
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        shop.allowOffline(settings, 500, 10);
        Instant ends;
        try (Till till = new Till(settings)) {
            Till.Allowance allowance = till.fetchAllowance().orElseThrow();
            ends = allowance.validUntil();
            till.offline(anna.id(), 100);
            till.close();
            String signature = allowance.signature();
            inJournal(settings, signature, (signature.startsWith("A") ? "B" : "A") + signature.substring(1));
        }

        try (Till till = new Till(settings)) {
            assertThat(till.upload()).singleElement().satisfies(receipt -> {
                assertThat(receipt.state()).isEqualTo(State.OFFLINE);
                assertThat(receipt.reason()).isEqualTo("unknown-allowance");
            });
            assertThatThrownBy(() -> till.closeDay(day)).hasMessageContaining("unknown-allowance");
        }
        Instant longAgo = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(60));
        inJournal(settings, ends.toString(), longAgo.toString());
        try (Till till = new Till(settings)) {
            assertThat(till.upload())
                    .singleElement()
                    .satisfies(receipt ->
                            assertThat(receipt.toString()).endsWith("SOLD OFFLINE, NOT TAKEN: unknown-allowance"));
            assertThat(till.upload()).isEmpty();
            assertThat(till.closeDay(day).totals()).isEqualTo(new Till.Totals(0, 0, 0, 0));
        }
    }

    private static void inJournal(Settings settings, String said, String instead) throws IOException {
        String journal = Files.readString(settings.journal());
        assertThat(journal).contains(said);
        Files.writeString(settings.journal(), journal.replace(said, instead));
    }

    // ---- the end of a day ----------------------------------------------------------------------------------------

    @Test
    void closesItsDayWhenTillAndBooksAgreeAndTellsWhatDiffersUntilThen() throws Exception {
        LocalDate day = LocalDate.now(SHANGHAI);
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        try (Till till = new Till(settings)) {
            till.sale(anna.payCode(), 100, false);
            String captured = till.authorize(anna.payCode(), 300, false).number();
            till.capture(captured, 200);
            till.refund(captured, 50);
            till.cancel(till.authorize(anna.payCode(), 10, false).number());
            // Of a till that had this name before, and lost its journal.
            book.as(Role.APP)
                    .body(Map.of(
                            "mode",
                            "SALE",
                            "member",
                            anna.id(),
                            "merchant",
                            shop.merchant,
                            "amount",
                            7,
                            "unit",
                            "PTS",
                            "terminal",
                            settings.terminal(),
                            "terminalTransaction",
                            "lost-1"))
                    .post(book.path() + "/redemptions")
                    .then()
                    .statusCode(201);

            Till.DayEnd differs = till.closeDay(day);
            assertThat(differs.closed()).isFalse();
            assertThat(differs.differences())
                    .singleElement()
                    .satisfies(difference -> assertThat(difference).contains("NOT_AT_TILL", "lost-1"));

            book.as(Role.APP)
                    .body(Map.of(
                            "merchant",
                            shop.merchant,
                            "terminal",
                            settings.terminal(),
                            "terminalTransaction",
                            "lost-1"))
                    .post(book.path() + "/redemptions/reversals")
                    .then()
                    .statusCode(200);
            Till.DayEnd closed = till.closeDay(day);
            assertThat(closed.closed()).as("%s", closed).isTrue();
            assertThat(closed.totals()).isEqualTo(new Till.Totals(2, 300, 1, 50));
        }
        try (Till till = new Till(settings)) {
            // After closing time: of tomorrow.
            till.sale(anna.payCode(), 40, false);
            assertThat(till.closeDay(day).totals()).isEqualTo(new Till.Totals(2, 300, 1, 50));
            assertThat(till.booked(day.plusDays(1))).isEqualTo(new Till.Totals(1, 40, 0, 0));
        }

        assertThat(owedBy(shop, settings, day)).isEqualTo(250);
    }

    /** The answer was lost, or the office has closed the day; then one more was sold. */
    @Test
    void takesADayAsItWasClosedWithoutItsHearingOfIt() throws Exception {
        LocalDate day = LocalDate.now(SHANGHAI);
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        try (Till till = new Till(settings)) {
            till.sale(anna.payCode(), 100, false);
            book.as(Role.OPERATOR)
                    .body(Map.of(
                            "merchant",
                            shop.merchant,
                            "terminal",
                            settings.terminal(),
                            "day",
                            day.toString(),
                            "totals",
                            List.of(),
                            "acceptDifferences",
                            true,
                            "reason",
                            "the till is away"))
                    .post(book.path() + "/day-ends")
                    .then()
                    .statusCode(201);
            till.sale(anna.payCode(), 40, false);

            Till.DayEnd closed = till.closeDay(day);

            assertThat(closed.closed()).isTrue();
            assertThat(closed.totals()).isEqualTo(new Till.Totals(1, 100, 0, 0));
            assertThat(closed.differences())
                    .singleElement()
                    .satisfies(told -> assertThat(told).contains("TOTAL", "SALE"));
        }
        try (Till till = new Till(settings)) {
            assertThat(till.closeDay(day).closed()).isTrue();
            assertThat(till.booked(day.plusDays(1))).isEqualTo(new Till.Totals(1, 40, 0, 0));
        }
    }

    /** After midnight the day that is over is to be closed. */
    @Test
    void closesTheDayThatIsSaidElseToday() throws Exception {
        LocalDate today = LocalDate.now(SHANGHAI);
        LocalDate yesterday = today.minusDays(1);
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        Process till = start(settings);
        till.outputWriter()
                .append("sale " + anna.payCode() + " 20\nclose " + yesterday + "\nclose yesterday\nclose\nquit\n")
                .flush();

        String printed = new String(till.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(till.waitFor()).as(printed).isZero();
        assertThat(printed)
                .contains(yesterday + "  CLOSED  Totals[sales=0,")
                .contains("'yesterday' could not be parsed")
                .contains(today + "  CLOSED  Totals[sales=1, salesAmount=20,");
        assertThat(owedBy(shop, settings, yesterday)).isZero();
        assertThat(owedBy(shop, settings, today)).isEqualTo(20);
    }

    /** Whose clock is off would close a day that is not over, or one that has not begun. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void closesTodayByTheServicesClock(int days) throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        try (Till till = new Till(settings, Clock.offset(Clock.systemUTC(), Duration.ofDays(days)))) {
            till.sale(anna.payCode(), 20, false);
            LocalDate today = LocalDate.now(SHANGHAI);

            assertThat(till.obey("total")).hasToString(till.totals(today).toString());
            assertThat(till.obey("close").toString()).startsWith(today + "  CLOSED  Totals[sales=1, salesAmount=20,");
        }
        assertThat(owedBy(shop, settings, LocalDate.now(SHANGHAI))).isEqualTo(20);
    }

    // ---- switched off --------------------------------------------------------------------------------------------

    /** The program as an integrator starts it: killed while it waits for an answer that the service has sent. */
    @Test
    void reversesAtItsNextStartWhatItWasKilledIn() throws Exception {
        Book book = bank.aBook();
        Shop shop = new Shop(book);
        Member anna = book.aMember().holding(1000, Unit.PTS);
        Settings settings = shop.aTill();
        try (BadWire wire = new BadWire(service, () -> Fault.ANSWER_LOST, () -> NONE)) {
            Process till = start(over(wire, settings));
            till.outputWriter().append("sale " + anna.payCode() + " 300\n").flush();
            assertThat(wire.firstAnswer()).startsWith("HTTP/1.1 201");
            till.destroyForcibly().waitFor();
        }
        assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(700);

        Process again = start(settings);
        again.outputWriter()
                .append("sale " + anna.payCode() + " 20\ntotal\nquit\n")
                .flush();
        String printed = new String(again.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(again.waitFor()).as(printed).isZero();
        assertThat(printed)
                .contains("000001  NOT PAID: hand nothing over")
                .contains("000002  PAID 0.20 points")
                .contains("sales=1, salesAmount=20");
        assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(980);
    }

    @Test
    void dropsALineThatWasCutOffAndIsTheOnlyOneWithItsJournal() throws Exception {
        Book book = bank.aBook();
        Settings settings = new Shop(book).aTill();
        Member anna = book.aMember().holding(1000, Unit.PTS);
        try (Till till = new Till(settings)) {
            assertThat(till.sale(anna.payCode(), 100, false).state()).isEqualTo(State.SOLD);
            assertThatThrownBy(() -> new Till(settings).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Another till");
        }
        Files.writeString(settings.journal(), "{\"number\":\"2026", StandardOpenOption.APPEND);

        try (Till till = new Till(settings)) {
            assertThat(till.receipts()).hasSize(1);
            assertThat(till.sale(anna.payCode(), 50, false).state()).isEqualTo(State.SOLD);
        }

        try (Till till = new Till(settings)) {
            assertThat(till.receipts()).extracting(Receipt::captured).containsExactly(100L, 50L);
        }
    }

    @Test
    void neverTakesTheNumbersOfAJournalThatIsLost() throws Exception {
        Book book = bank.aBook();
        Settings settings = new Shop(book).aTill();
        Member anna = book.aMember().holding(1000, Unit.PTS);
        String lost;
        try (Till till = new Till(settings)) {
            lost = till.sale(anna.payCode(), 100, false).number();
        }
        Files.delete(settings.journal());

        try (Till till = new Till(settings)) {
            Receipt sold = till.sale(anna.payCode(), 50, false);
            assertThat(sold.state()).isEqualTo(State.SOLD);
            assertThat(sold.number()).isNotEqualTo(lost);
        }

        assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(850);
    }

    /** The service sees a gap between numbers of the same text before their digits: a day in it would hide one at midnight. */
    @Test
    void numbersInOneSeriesWithoutADayAlsoAfterARestart() throws Exception {
        Book book = bank.aBook();
        Settings settings = new Shop(book).aTill();
        Member anna = book.aMember().holding(1000, Unit.PTS);
        String first;
        try (Till till = new Till(settings)) {
            first = till.sale(anna.payCode(), 100, false).number();
        }

        try (Till till = new Till(settings)) {
            assertThat(first).matches("[A-Z]{12}-000001");
            assertThat(till.sale(anna.payCode(), 100, false).number()).isEqualTo(first.replace("-000001", "-000002"));
        }
    }

    @Test
    void refusesWhatIsMoreThanWasApprovedOrIsLeftOfASaleAndSendsNothing() throws Exception {
        Book book = bank.aBook();
        Member anna = book.aMember().holding(1000, Unit.PTS);
        try (Till till = new Till(new Shop(book).aTill())) {
            String held = till.authorize(anna.payCode(), 500, false).number();
            assertThatThrownBy(() -> till.capture(held, 501)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> till.refund(held, 1)).isInstanceOf(IllegalStateException.class);
            till.capture(held, 500);
            assertThatThrownBy(() -> till.refund(held, 501)).isInstanceOf(IllegalArgumentException.class);
            assertThat(till.refund(held, 500).refunded()).isEqualTo(500);
            Receipt poor = till.sale(anna.payCode(), 1001, false);
            assertThat(poor.state()).isEqualTo(State.REFUSED);
            assertThat(poor.reason()).isEqualTo("insufficient-balance");
            assertThat(poor.toString()).contains("REFUSED: insufficient-balance");
            assertThat(till.hasOpen()).isFalse();
        }
        assertThat(posted(book, "2200:" + anna.id() + ":PTS")).isEqualTo(1000);
    }

    // ---- fixtures ------------------------------------------------------------------------------------------------

    /** Long enough for a busy machine, and for some attempts that find silence. */
    private static final Duration PATIENCE = Duration.ofMillis(700);

    private static Settings over(BadWire wire, Settings settings) {
        return new Settings(
                URI.create(wire.uri() + settings.book().getPath()),
                settings.key(),
                settings.merchant(),
                settings.terminal(),
                settings.journal(),
                settings.answerWithin(),
                settings.pollAtLeast(),
                settings.pollAtMost(),
                settings.giveUpAfter());
    }

    private static Settings withKey(Settings settings, String key) {
        return new Settings(
                settings.book(),
                key,
                settings.merchant(),
                settings.terminal(),
                settings.journal(),
                settings.answerWithin(),
                settings.pollAtLeast(),
                settings.pollAtMost(),
                settings.giveUpAfter());
    }

    /** As patient as a till is. */
    private static Settings usual(Settings settings) {
        return new Settings(
                settings.book(), settings.key(), settings.merchant(), settings.terminal(), settings.journal());
    }

    private static Settings hasty(Settings settings) {
        return new Settings(
                settings.book(),
                settings.key(),
                settings.merchant(),
                settings.terminal(),
                settings.journal(),
                Duration.ofMillis(200),
                settings.pollAtLeast(),
                settings.pollAtMost(),
                PATIENCE);
    }

    private static Till.Totals sum(Till.Totals one, Till.Totals other) {
        return new Till.Totals(
                one.sales() + other.sales(),
                one.salesAmount() + other.salesAmount(),
                one.refunds() + other.refunds(),
                one.refundsAmount() + other.refundsAmount());
    }

    /** A merchant and his tills. */
    private final class Shop {
        final Book book;
        final String merchant;

        Shop(Book book) {
            this.book = book;
            this.merchant = book.aMerchant();
        }

        /** The id of a new allowance. */
        String allowOffline(Settings till, long perSale, int count) {
            return book.as(Role.OPERATOR)
                    .body(Map.of("perSale", perSale, "count", count, "hours", 24))
                    .post(allowances(till))
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id");
        }

        void takeBack(Settings till, String allowance) {
            book.as(Role.OPERATOR)
                    .post(allowances(till) + "/" + allowance + "/revoke")
                    .then()
                    .statusCode(200);
        }

        private String allowances(Settings till) {
            return book.path() + "/merchants/" + merchant + "/terminals/" + till.terminal() + "/allowances";
        }

        void ask(String step) {
            book.as(Role.OPERATOR)
                    .body(Map.of("reason", "stock-taking"))
                    .post(book.path() + "/merchants/" + merchant + "/" + step)
                    .then()
                    .statusCode(200);
        }

        Settings aTill() {
            String terminal = book.aTerminal(merchant, true);
            return new Settings(
                    URI.create(service.toString().replaceAll("/$", "") + book.path()),
                    book.keyOfTerminal(merchant, terminal),
                    merchant,
                    terminal,
                    folder.resolve(merchant + "-" + terminal + ".journal"),
                    Duration.ofMillis(500),
                    Duration.ofMillis(5),
                    Duration.ofMillis(25),
                    Duration.ofSeconds(60));
        }
    }

    private static Process start(Settings settings) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "src/test/java/org/moralbank/till/Till.java")
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment()
                .putAll(Map.of(
                        "TILL_BOOK", settings.book().toString(),
                        "TILL_KEY", settings.key(),
                        "TILL_MERCHANT", settings.merchant(),
                        "TILL_TERMINAL", settings.terminal(),
                        "TILL_JOURNAL", settings.journal().toString()));
        return builder.start();
    }

    private static long posted(Book book, String account) {
        var answer = book.request(book.keyOf(Role.AUDITOR)).get(book.path() + "/accounts/" + account);
        // An account is there from its first posting on.
        return answer.statusCode() == 404
                ? 0
                : answer.then().statusCode(200).extract().jsonPath().getLong("posted");
    }

    private static long number(Map<String, Object> item, String name) {
        return ((Number) item.get(name)).longValue();
    }

    /** All pages of a list. */
    private static List<Map<String, Object>> all(Book book, String query) {
        String key = book.keyOf(Role.AUDITOR);
        List<Map<String, Object>> items = new ArrayList<>();
        String after = "";
        do {
            var page = book.request(key)
                    .get(book.path() + query + "limit=500" + (after.isEmpty() ? "" : "&after=" + after))
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            items.addAll(page.getList("items"));
            after = page.getString("next");
        } while (after != null);
        return items;
    }
}
