package org.moralbank.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.BUDGETS;
import static org.moralbank.ledger.Ledger.ENTRIES;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.ledger.Ledger.HOLDS;
import static org.moralbank.ledger.Ledger.REVERSALS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.commits.Table;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.CanonicalJson;

/** Random works, decided by the kernel in commits of random size and by the {@linkplain NaiveBooks model}, without a database. */
class KernelAgainstModelTest {
    private static final int WORKS = 10_000;
    private static final int BOOK_COUNT = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Rows rows = new Rows();
    private final NaiveBooks model = new NaiveBooks();
    private final KernelWork.Entries entries = new KernelWork.Entries();

    /** The tables between commits: what a commit loads and writes, in maps. */
    private static final class Rows {
        final Map<Integer, Book> books = new HashMap<>();
        final Map<Holder, Holding> holdings = new HashMap<>();
        final Map<Holder, List<Budget>> budgets = new HashMap<>();
        final Map<HoldTable.Key, Hold> holds = new HashMap<>();
        final Map<EntryTable.Key, Long> reversals = new HashMap<>();
        final Map<Integer, List<Entry>> entries = new HashMap<>();

        Rows() {
            for (int book = 1; book <= BOOK_COUNT; book++) {
                books.put(
                        book,
                        new Book(
                                book,
                                "B" + book,
                                "B" + book,
                                Book.Kind.COMMUNITY,
                                ZoneId.of("Asia/Shanghai"),
                                true,
                                0,
                                false,
                                Instant.EPOCH,
                                0,
                                0,
                                Instant.EPOCH,
                                null,
                                0));
                entries.put(book, new ArrayList<>());
            }
        }

        WorkingSet load(Instant now) {
            WorkingSet set = new WorkingSet(now);
            set.loaded(BOOKS, List.copyOf(books.keySet()), books);
            List<Holder> holders = new ArrayList<>();
            for (int book = 1; book <= BOOK_COUNT; book++) {
                for (RandomWork.Who who : RandomWorks.everybody()) {
                    holders.add(KernelWork.holder(book, who));
                }
            }
            set.loaded(HOLDINGS, holders, holdings);
            set.loaded(BUDGETS, holders, budgets);
            set.loaded(HOLDS, List.copyOf(holds.keySet()), holds);
            List<EntryTable.Key> keys = new ArrayList<>();
            entries.forEach((book, list) -> list.forEach(entry -> keys.add(new EntryTable.Key(book, entry.seq()))));
            set.loaded(REVERSALS, keys, reversals);
            return set;
        }

        void write(WorkingSet set) {
            write(set, BOOKS, books);
            write(set, HOLDINGS, holdings);
            write(set, BUDGETS, budgets);
            write(set, HOLDS, holds);
            write(set, REVERSALS, reversals);
            set.changes(ENTRIES)
                    .forEach(change ->
                            requireNonNull(entries.get(change.key().book())).add(change.after()));
        }

        private static <K, R> void write(WorkingSet set, Table<K, R> table, Map<K, R> into) {
            set.changes(table).forEach(change -> into.put(change.key(), change.after()));
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 20250106, -7})
    void decidesAsTheModelDoes(long seed) throws Exception {
        System.out.println("KernelAgainstModelTest seed " + seed);
        RandomWorks works = new RandomWorks(seed, BOOK_COUNT);
        Map<String, Integer> outcomes = new TreeMap<>();
        Instant now = Instant.parse("2025-01-06T00:00:00Z");

        for (int done = 0; done < WORKS; ) {
            now = now.plus(works.pause());
            WorkingSet set = rows.load(now);
            List<KernelWork> committed = new ArrayList<>();
            for (int batch = works.size(24); batch > 0; batch--, done++) {
                RandomWork work = works.next(now);
                KernelWork kernel = new KernelWork(work, entries);

                String told = kernel.decideAndTell(set);

                assertThat(told)
                        .as("seed %d, work %d at %s: %s", seed, done, now, work)
                        .isEqualTo(model.apply(work, micros(now)));
                outcomes.merge(
                        told.split(" ")[0] + (told.startsWith("refused") ? " " + told.split(" ")[1] : ""),
                        1,
                        Integer::sum);
                committed.add(kernel);
            }
            rows.write(set);
            committed.forEach(kernel -> learn(kernel, works));
        }

        System.out.println("seed " + seed + " " + outcomes);
        assertThat(rows.entries.values().stream().flatMap(List::stream).map(Entry::type))
                .as("what expires")
                .contains(EntryType.EXPIRE_TIME, EntryType.EXPIRE_POINTS);
        sameBooks();
        assertThat(outcomes)
                .as("works of every outcome")
                .containsKeys(
                        "posted",
                        "held",
                        "released",
                        "status",
                        "budget",
                        "nothing",
                        "refused budget-below-issued",
                        "refused account-closed",
                        "refused account-frozen",
                        "refused hold-not-active",
                        "refused hold-exceeded",
                        "refused insufficient-balance",
                        "refused limit-exceeded");
    }

    private static Instant micros(Instant moment) {
        return moment.truncatedTo(ChronoUnit.MICROS);
    }

    private void learn(KernelWork kernel, RandomWorks works) {
        kernel.placed.forEach(place -> works.placed(place.book(), place.hold(), place.who()));
        for (Entry entry : kernel.posted) {
            entries.learn(entry);
            if (entry.type() != EntryType.REVERSAL) {
                works.posted(entry.book(), entry.seq());
            }
        }
    }

    private void sameBooks() throws Exception {
        for (int book = 1; book <= BOOK_COUNT; book++) {
            Map<String, String> accounts = new TreeMap<>();
            Map<UUID, String> holds = new TreeMap<>();
            for (Map.Entry<Holder, Holding> row : rows.holdings.entrySet()) {
                if (row.getKey().book() == book) {
                    KernelWork.tell(row.getValue(), accounts);
                }
            }
            for (Hold hold : rows.holds.values()) {
                if (hold.book() == book) {
                    holds.put(hold.id(), hold.status().name());
                }
            }
            assertThat(accounts).isEqualTo(model.accounts(book));
            assertThat(holds).isEqualTo(model.holds(book));
            assertThat(accountIds(book))
                    .as("accounts are numbered 1, 2, 3 …")
                    .isEqualTo(java.util.stream.IntStream.rangeClosed(
                                    1, requireNonNull(rows.books.get(book)).lastAccount())
                            .boxed()
                            .toList());
            sumsToZero(book);
            sameEntries(requireNonNull(rows.entries.get(book)), model.entries(book));
        }
    }

    private List<Integer> accountIds(int book) {
        return rows.holdings.values().stream()
                .flatMap(holding -> holding.accounts().stream())
                .filter(account -> account.holder().book() == book)
                .map(Account::id)
                .sorted()
                .toList();
    }

    private void sumsToZero(int book) {
        for (Unit unit : Unit.values()) {
            assertThat(rows.holdings.entrySet().stream()
                            .filter(row ->
                                    row.getKey().book() == book && row.getKey().unit() == unit)
                            .mapToLong(row -> row.getValue().posted())
                            .sum())
                    .as("sum of %s in book %d", unit, book)
                    .isZero();
        }
    }

    private static void sameEntries(List<Entry> entries, List<NaiveBooks.Posted> expected) throws Exception {
        assertThat(entries).hasSameSizeAs(expected);
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            NaiveBooks.Posted posted = expected.get(i);
            assertThat(entry.seq()).isEqualTo(i + 1);
            assertThat(entry.postedAt()).isEqualTo(posted.postedAt());
            assertThat(JSON.readTree(entry.canonical())).isEqualTo(canonical(posted));
            assertThat(new String(CanonicalJson.of(entry.canonical()), UTF_8))
                    .isEqualTo(new String(entry.canonical(), UTF_8));
            sha256.update((byte) 0);
            assertThat(entry.leafHash()).isEqualTo(sha256.digest(entry.canonical()));
        }
    }

    /** The canonical form of an entry, written from the model by the words of design.md. */
    private static JsonNode canonical(NaiveBooks.Posted posted) {
        List<Map<String, String>> postings = new ArrayList<>();
        for (NaiveBooks.Line line : posted.lines()) {
            postings.add(Map.of(
                    "account", line.key().path(),
                    "amount", Long.toString(line.amount()),
                    "balance", Long.toString(line.balance()),
                    "version", Integer.toString(line.version())));
        }
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("book", "B" + posted.book());
        members.put("client", "tests");
        members.put("occurredOn", posted.occurredOn().toString());
        members.put(
                "postedAt",
                "%tFT%<tT.%06dZ"
                        .formatted(
                                posted.postedAt().atZone(java.time.ZoneOffset.UTC),
                                posted.postedAt().getNano() / 1000));
        members.put("postings", postings);
        if (posted.reverses() != null) {
            members.put("reverses", posted.reverses().toString());
        }
        members.put("seq", Integer.toString(posted.seq()));
        members.put("type", posted.type());
        members.put("unit", posted.lines().getFirst().key().who().unit());
        return JSON.valueToTree(members);
    }
}
