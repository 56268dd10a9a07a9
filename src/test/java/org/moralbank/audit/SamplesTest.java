package org.moralbank.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Sha256;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SamplesTest {
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

    /** Of the transfers, entries 3 to 102; the first two entries credit 100,000 each. */
    private static final int TRANSFERS = 100;

    @Inject
    TestBank bank;

    @Inject
    SampleStore store;

    // ---- RANDOM ----------------------------------------------------------------------------------------------------

    @Test
    void drawsTheEntriesWithTheSmallestLots() {
        TestBank.Book book = aBookOfTransfers();

        List<Integer> drawn = drawn(book, "seed=audit-2025&size=10");

        // Numbers alone decide, so that these are the ones in every book, for ever.
        assertThat(drawn).containsExactly(GOLDEN);
        assertThat(drawn).isEqualTo(smallestLots("audit-2025", 1, 102, 10));
        assertThat(drawn(book, "seed=audit-2025&size=10")).isEqualTo(drawn);
        assertThat(drawn(book, "seed=audit-2026&size=10")).isNotEqualTo(drawn);
        assertThat(drawn(book, "seed=audit-2025&size=20")).containsAll(drawn);
    }

    @Test
    void theSameRangeAndSeedGiveTheSameSampleAlsoWhenMoreIsPosted() {
        TestBank.Book book = aBookOfTransfers();
        List<Integer> before = drawn(book, "seed=x&size=10&firstEntry=11&lastEntry=60");
        assertThat(before).isEqualTo(smallestLots("x", 11, 60, 10));

        book.aMember().holding(5, Unit.MIN);

        assertThat(drawn(book, "seed=x&size=10&firstEntry=11&lastEntry=60")).isEqualTo(before);
        sample(book, "seed=x&size=1").body("lastEntry", is(103)).body("population", is(103));
    }

    @Test
    void makesASeedAndTellsIt() {
        TestBank.Book book = aBookOfTransfers();

        String seed = sample(book, "size=5")
                .body("seed", matchesPattern("[0-9a-f]{16}"))
                .body("method", equalTo("RANDOM"))
                .extract()
                .path("seed");

        assertThat(drawn(book, "size=5&seed=" + seed)).isEqualTo(smallestLots(seed, 1, 102, 5));
    }

    @Test
    void drawsAllWhereThereAreFewer() {
        TestBank.Book book = aBookOfTransfers();

        assertThat(drawn(book, "firstEntry=100&size=50")).containsExactly(100, 101, 102);
        assertThat(drawn(book, "type=OPENING")).containsExactly(1, 2);
        assertThat(drawn(book, "unit=PTS")).containsExactly(2);
        assertThat(drawn(book, "type=GRANT_TIME")).isEmpty();
        sample(bank.aBook(), "").body("items", empty()).body("population", is(0));
    }

    /** 300 samples of a quarter: each entry is in some 75 of them, and five deviations are 37. */
    @Test
    void eachEntryHasTheSameChance() {
        TestBank.Book book = aBookOfTransfers();
        Map<Long, Integer> times = new HashMap<>();

        for (int i = 0; i < 300; i++) {
            hits(book, Sample.Method.RANDOM, new Sample.Range(3, 102, null, null), "chance-" + i, 25)
                    .forEach(hit -> times.merge(hit.seq(), 1, Integer::sum));
        }

        assertThat(times).hasSize(TRANSFERS);
        assertThat(times.values()).allMatch(n -> n > 75 - 38 && n < 75 + 38);
    }

    // ---- STRATIFIED ------------------------------------------------------------------------------------------------

    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource(delimiter = '|', textBlock = """
                    10 | 100       | 10
                    10 | 50 50     | 5 5
                    10 | 98 1 1    | 8 1 1
                    3  | 98 1 1    | 1 1 1
                    2  | 98 1 1    | 2 0 0
                    7  | 30 20 10  | 3 2 2
                    4  | 2 2       | 2 2
                    5  | 3 3 3     | 2 2 1
                    10 | 3 2       | 3 2
                    1  | 1 2 3     | 0 0 1
                    4  | 1 1 1 97  | 1 1 1 1
                    """)
    void allotsInProportionAndOneEachWhereItCan(int size, String entries, String expected) {
        List<Long> numbers =
                Arrays.stream(entries.strip().split(" ")).map(Long::valueOf).toList();

        assertThat(allotted(numbers, size).stream().map(String::valueOf).collect(Collectors.joining(" ")))
                .isEqualTo(expected.strip());
    }

    /** By the rule as it is told, with fractions that are not rounded. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void allotsAsIsToldWhateverTheStrata(long seed) {
        Random random = new Random(seed);
        for (int turn = 0; turn < 400; turn++) {
            int k = 1 + random.nextInt(12);
            List<Long> numbers =
                    random.longs(k, 1, random.nextBoolean() ? 5 : 500).boxed().toList();
            long all = numbers.stream().mapToLong(n -> n).sum();
            int size = 1 + random.nextInt((int) Math.min(all + 3, 120));
            String what = "seed %d, turn %d: %d of %s".formatted(seed, turn, size, numbers);

            List<Integer> drawn = allotted(numbers, size);

            assertThat(drawn).as(what).isEqualTo(asTold(numbers, (int) Math.min(size, all)));
            assertThat(drawn.stream().mapToLong(n -> n).sum()).as(what).isEqualTo(Math.min(size, all));
            for (int i = 0; i < k; i++) {
                assertThat((long) drawn.get(i)).as(what).isBetween(size >= k ? 1L : 0L, numbers.get(i));
                for (int j = 0; j < k; j++) {
                    if (numbers.get(i) > numbers.get(j)) {
                        assertThat(drawn.get(i)).as(what).isGreaterThanOrEqualTo(drawn.get(j));
                    }
                }
            }
        }
    }

    private static List<Integer> allotted(List<Long> numbers, int size) {
        return Sample.allotted(
                        numbers.stream()
                                .map(n -> new Sample.Stratum(EntryType.OPENING, Unit.MIN, n, 0))
                                .toList(),
                        size)
                .stream()
                .map(Sample.Stratum::drawn)
                .toList();
    }

    /** One at a time to the one that is farthest below its share, which is not rounded: the largest remainders. */
    private static List<Integer> asTold(List<Long> numbers, int size) {
        int k = numbers.size();
        int first = size >= k ? 1 : 0;
        double[] shares = new double[k];
        double others = numbers.stream().mapToLong(n -> n - first).sum();
        Integer[] drawn = new Integer[k];
        int left = size - first * k;
        for (int i = 0; i < k; i++) {
            shares[i] = others == 0 ? 0 : (size - first * k) * (numbers.get(i) - first) / others;
            // A whole number may come out a little too small.
            shares[i] = Math.round(shares[i] * 1e9) / 1e9;
            drawn[i] = first + (int) Math.floor(shares[i]);
            left -= (int) Math.floor(shares[i]);
        }
        for (; left > 0; left--) {
            int farthest = 0;
            for (int i = 1; i < k; i++) {
                if (shares[i] + first - drawn[i] > shares[farthest] + first - drawn[farthest] + 1e-7) {
                    farthest = i;
                }
            }
            drawn[farthest]++;
        }
        return List.of(drawn);
    }

    @Test
    void drawsOfEachKind() {
        TestBank.Book book = aBookOfTransfers();

        ValidatableResponse sample = sample(book, "method=STRATIFIED&seed=x&size=20");

        sample.body("strata.type", contains("OPENING", "OPENING", "TRANSFER_TIME"))
                .body("strata.unit", contains("MIN", "PTS", "MIN"))
                .body("strata.entries", contains(1, 1, 100))
                .body("strata.drawn", contains(1, 1, 18));
        List<Integer> expected = new ArrayList<>(List.of(1, 2));
        expected.addAll(smallestLots("x", 3, 102, 18));
        assertThat(seqs(sample)).isEqualTo(expected);
    }

    // ---- MONETARY_UNIT ---------------------------------------------------------------------------------------------

    @Test
    void drawsByAmount() {
        TestBank.Book book = aBookOfTransfers();

        ValidatableResponse sample = sample(book, "method=MONETARY_UNIT&unit=MIN&seed=x&size=20&firstEntry=2");

        Map<Integer, Integer> expected = points("x", 20);
        sample.body("populationAmount", equalTo(Long.toString(TRANSFERS * (TRANSFERS + 1L) / 2)));
        assertThat(seqs(sample)).isEqualTo(List.copyOf(expected.keySet()));
        sample.body("items.times", equalTo(List.copyOf(expected.values())));
    }

    @Test
    void drawsALargeEntryForCertainAndMoreThanOnce() {
        TestBank.Book book = aBookOfTransfers();

        // 100,000 of 105,050 minutes are in the first entry.
        for (int i = 0; i < 5; i++) {
            List<Sample.Hit> hits =
                    hits(book, Sample.Method.MONETARY_UNIT, new Sample.Range(1, 102, null, Unit.MIN), "large-" + i, 40);
            assertThat(hits.getFirst().seq()).isEqualTo(1);
            assertThat(hits.getFirst().times()).isBetween(38L, 39L);
            assertThat(hits.stream().mapToLong(Sample.Hit::times).sum()).isEqualTo(40);
        }
    }

    /** 300 samples of ten: an entry of n of 5,050 minutes is drawn some 300 × 10 × n / 5,050 times. */
    @Test
    void theChanceIsThatOfTheAmount() {
        TestBank.Book book = aBookOfTransfers();
        Map<Long, Long> times = new HashMap<>();

        for (int i = 0; i < 300; i++) {
            hits(book, Sample.Method.MONETARY_UNIT, new Sample.Range(3, 102, null, Unit.MIN), "chance-" + i, 10)
                    .forEach(hit -> times.merge(hit.seq(), hit.times(), Long::sum));
        }

        assertThat(times.values().stream().mapToLong(n -> n).sum()).isEqualTo(3_000);
        for (long seq = 3; seq <= 102; seq++) {
            double expected = 3_000.0 * (seq - 2) / 5_050;
            assertThat((double) times.getOrDefault(seq, 0L))
                    .as("entry %s", seq)
                    .isBetween(expected - 5 * Math.sqrt(expected), expected + 5 * Math.sqrt(expected));
        }
    }

    // ---- ranges ----------------------------------------------------------------------------------------------------

    @Test
    void daysAreThoseOfPosting() {
        TestBank.Book book = bank.aBook().since(Instant.parse("2025-01-01T00:00:00Z"));
        Holder opening = new Holder(book.id(), Chart.OPENING, "", Unit.MIN);
        Holder anna = book.aMember().holder(Unit.MIN);
        // Days of Shanghai begin at 16:00 UTC of the day before.
        for (String moment : List.of(
                "2025-03-01T15:59:59.999999Z",
                "2025-03-01T16:00:00Z",
                "2025-03-02T15:59:59.999999Z",
                "2025-03-02T16:00:00Z")) {
            book.postAt(
                    Instant.parse(moment),
                    EntryType.OPENING,
                    draft -> draft.debit(opening, 1).credit(anna, 1),
                    opening,
                    anna);
        }

        sample(book, "from=2025-03-02&to=2025-03-02")
                .body("firstEntry", is(2))
                .body("lastEntry", is(3))
                .body("items.entry.seq", contains(2, 3));
        sample(book, "from=2025-03-02").body("items.entry.seq", contains(2, 3, 4));
        sample(book, "to=2025-03-02").body("items.entry.seq", contains(1, 2, 3));
        sample(book, "from=2025-03-04").body("items", empty());
    }

    @Test
    void refusesWhatIsNoRange() {
        TestBank.Book book = aBookOfTransfers();
        LocalDate today = LocalDate.now(SHANGHAI);

        faulty(book, "method=MONETARY_UNIT", "unit");
        faulty(book, "to=" + today, "to");
        faulty(book, "from=" + today.plusDays(1), "from");
        faulty(book, "size=0", "size");
        faulty(book, "size=201", "size");
        faulty(book, "size=ten", "size");
        faulty(book, "firstEntry=0", "firstEntry");
        faulty(book, "firstEntry=103", "firstEntry");
        faulty(book, "lastEntry=103", "lastEntry");
        faulty(book, "firstEntry=10&lastEntry=9", "firstEntry");
        faulty(book, "from=2025-01-06&to=2025-01-05", "from");
        faulty(book, "seed=a%20b", "seed");
        faulty(book, "method=random", "method");
        sample(book, "size=200&firstEntry=102&lastEntry=102&from=" + today + "").body("items", hasSize(1));
    }

    @Test
    void isForAuditorsAndOperators() {
        TestBank.Book book = aBookOfTransfers();

        book.as(Role.COORDINATOR).get(book.path() + "/samples").then().statusCode(403);
        book.as(Role.OPERATOR).get(book.path() + "/samples").then().statusCode(200);
    }

    // ---- evidence --------------------------------------------------------------------------------------------------

    @Test
    void showsWhatStandsBehindEachEntry() {
        TestBank.Book book = bank.aBook(true, 200, false);
        TestBank.Member anna = book.aMember();
        TestBank.Member bela = book.aMember().holding(500, Unit.PTS);
        String shop = book.aMerchant();
        String record = book.as(Role.COORDINATOR)
                .body("""
                        {"volunteer":"%s","recipient":"%s","activity":"陪同就医","minutes":90,"place":"医院","organiser":"互助队","leader":"L-1",
                         "actor":"W-1"}
                        """.formatted(anna.id(), bela.id()))
                .post(book.path() + "/service-records")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        String redemption = book.as(Role.APP)
                .body("{\"mode\":\"SALE\",\"member\":\"%s\",\"merchant\":\"%s\",\"amount\":200,\"unit\":\"PTS\"}"
                        .formatted(bela.id(), shop))
                .post(book.path() + "/redemptions")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
        book.as(Role.APP)
                .body("{\"amount\":50}")
                .post(book.path() + "/redemptions/" + redemption + "/refunds")
                .then()
                .statusCode(201);

        sample(book, "")
                .body(
                        "items.entry.type",
                        contains("OPENING", "EARN_TIME", "EARN_POINTS_SERVICE", "REDEEM_SALE", "REDEEM_REFUND"))
                .body("items[0].serviceRecord", nullValue())
                .body("items[0].rule", nullValue())
                .body("items[1].serviceRecord.path", equalTo(book.path() + "/service-records/" + record))
                .body("items[1].serviceRecord.minutes", is(90))
                .body("items[1].serviceRecord.actor", equalTo("W-1"))
                .body("items[1].rule.pointsPerHour", is(200))
                .body("items[1].proof", equalTo(book.path() + "/log/proofs/2"))
                .body("items[1].entry.leafHash", notNullValue())
                .body("items[2].serviceRecord.path", equalTo(book.path() + "/service-records/" + record))
                .body("items[3].redemption.path", equalTo(book.path() + "/redemptions/" + redemption))
                .body("items[3].redemption.capturedAmount", is(200))
                .body("items[4].redemption.refundedAmount", is(50))
                .body("items[4].settlement", nullValue());
    }

    // ---- what the tests are made of ---------------------------------------------------------------------------------

    private static final Integer[] GOLDEN = {12, 15, 27, 29, 32, 38, 44, 58, 66, 98};

    /** Two openings of 100,000, one in each unit, and transfers of 1, 2, 3 … 100 minutes. */
    private TestBank.Book aBookOfTransfers() {
        TestBank.Book book = bank.aBook();
        TestBank.Member anna = book.aMember().holding(100_000, Unit.MIN).holding(100_000, Unit.PTS);
        TestBank.Member bela = book.aMember();
        String items = IntStream.rangeClosed(1, TRANSFERS)
                .mapToObj(i -> "{\"from\":\"%s\",\"to\":\"%s\",\"amount\":%d,\"unit\":\"MIN\",\"reference\":\"R-%d\"}"
                        .formatted(anna.id(), bela.id(), i, i))
                .collect(Collectors.joining(","));
        book.as(Role.APP)
                .body("{\"atomic\":true,\"items\":[" + items + "]}")
                .post(book.path() + "/transfers/bulk")
                .then()
                .statusCode(200);
        return book;
    }

    /** The entries with the smallest SHA-256 of seed:seq, as anybody can find them. */
    private static List<Integer> smallestLots(String seed, long first, long last, int size) {
        return LongStream.rangeClosed(first, last)
                .boxed()
                .sorted(Comparator.comparing(seq -> HexFormat.of().formatHex(Sha256.of(seed + ":" + seq))))
                .limit(size)
                .map(Long::intValue)
                .sorted()
                .toList();
    }

    /** Which of transfers 1, 2, 3 … (entries 3, 4, 5 …) n points draw, one after the other. */
    private static Map<Integer, Integer> points(String seed, int n) {
        long total = TRANSFERS * (TRANSFERS + 1L) / 2;
        long start = new BigInteger(1, Sha256.of(seed.getBytes(StandardCharsets.UTF_8)))
                .mod(BigInteger.valueOf(total))
                .longValueExact();
        Map<Integer, Integer> times = new TreeMap<>();
        for (long k = 0; k < n; k++) {
            long point = (k * total + start) / n;
            int transfer = 1;
            while (transfer * (transfer + 1L) / 2 <= point) {
                transfer++;
            }
            times.merge(transfer + 2, 1, Integer::sum);
        }
        return times;
    }

    private List<Sample.Hit> hits(TestBank.Book book, Sample.Method method, Sample.Range range, String seed, int size) {
        return store.draw(new BookHandle(book.id(), book.code(), SHANGHAI), method, range, seed, size)
                .await()
                .indefinitely()
                .hits();
    }

    private static ValidatableResponse sample(TestBank.Book book, String query) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/samples" + (query.isEmpty() ? "" : "?" + query))
                .then()
                .statusCode(200);
    }

    private static List<Integer> drawn(TestBank.Book book, String query) {
        return seqs(sample(book, query));
    }

    private static List<Integer> seqs(ValidatableResponse sample) {
        return sample.extract().path("items.entry.seq");
    }

    private static void faulty(TestBank.Book book, String query, String field) {
        book.as(Role.AUDITOR)
                .urlEncodingEnabled(false)
                .get(book.path() + "/samples?" + query)
                .then()
                .statusCode(400)
                .body("errors.field", contains(field));
    }
}
