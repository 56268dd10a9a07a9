package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.RandomWork.Leg;
import org.moralbank.ledger.RandomWork.Part;
import org.moralbank.ledger.RandomWork.Side;
import org.moralbank.ledger.RandomWork.Who;

/**
 * The books as a beginner would keep them, to compare the kernel with: plain maps, every balance added up anew from the
 * lines of its account, every held amount from the holds that are active. It shares no code with the kernel; its chart
 * is typed off domain.md, section 5.
 */
final class NaiveBooks {
    private static final ZoneId CALENDAR = ZoneId.of("Asia/Shanghai");

    /** Code, floor, ceiling, where a reversal books what is missing. No number is no bound. */
    private static final String CHART = """
            1600 -        0 -
            1610 -        0 -
            2100 0        - 1610
            2110 0        - 1610
            2200 0        - 1600
            2210 0        - 1600
            2300 -        - -
            2310 0        - -
            2400 0        - 1610
            2410 0        - 1600
            2900 -        - -
            3100 -        0 -
            3110 -        0 -
            3120 0        - -
            3130 0        - -
            3200 -        0 -
            3210 -        0 -
            3240 0        - -
            3250 0        - -
            3255 0        - -
            3260 -        0 -
            3265 -        0 -
            3300 -        - -
            """;

    private record Rule(
            @Nullable Long floor,
            @Nullable Long ceiling,
            @Nullable String shortfall) {}

    private static final Map<String, Rule> RULES = new HashMap<>();

    static {
        CHART.lines()
                .map(line -> line.strip().split(" +"))
                .forEach(cells -> RULES.put(
                        cells[0],
                        new Rule(number(cells[1]), number(cells[2]), cells[3].equals("-") ? null : cells[3])));
    }

    private static @Nullable Long number(String cell) {
        return cell.equals("-") ? null : Long.valueOf(cell);
    }

    /** One account of a book. */
    record Key(int book, Who who, Part part) {
        String path() {
            return part.equals(Part.OWN) ? who.path() : who.path() + ':' + lotName();
        }

        String lotName() {
            return part.equals(Part.OWN)
                    ? ""
                    : part.origin()
                            + '.'
                            + (part.expiresOn() == null
                                    ? ""
                                    : part.expiresOn().toString().replace("-", ""))
                            + '.'
                            + (part.restricted() ? "R" : "");
        }
    }

    /** A line of an entry, as the model tells it. */
    record Line(Key key, long amount, long balance, int version) {}

    /** An entry of the model. */
    record Posted(
            int book,
            int seq,
            String type,
            LocalDate occurredOn,
            Instant postedAt,
            @Nullable Long reverses,
            List<Line> lines) {}

    private static final class HoldOfMine {
        final Who who;
        final Map<Key, Long> lines;
        final Instant expiresAt;
        String status = "ACTIVE";

        HoldOfMine(Who who, Map<Key, Long> lines, Instant expiresAt) {
            this.who = who;
            this.lines = lines;
            this.expiresAt = expiresAt;
        }
    }

    private static final class Refused extends RuntimeException {
        Refused(String code, Map<String, Object> facts) {
            super(code + " " + new TreeMap<>(facts), null, false, false);
        }
    }

    private final Map<Integer, List<Posted>> entries = new HashMap<>();
    private final Map<Key, List<Long>> amounts = new LinkedHashMap<>();
    private final Map<String, String> statuses = new HashMap<>();
    private final Map<Integer, Map<UUID, HoldOfMine>> holds = new HashMap<>();
    private final Map<Integer, Map<Long, Integer>> reversals = new HashMap<>();
    private final Map<Key, List<Long>> budgets = new HashMap<>();
    private List<Runnable> undo = new ArrayList<>();

    /** Does a work at a moment, and says in a line what came of it. */
    String apply(RandomWork work, Instant now) {
        undo = new ArrayList<>();
        try {
            return decide(work, now);
        } catch (Refused refused) {
            for (int i = undo.size() - 1; i >= 0; i--) {
                undo.get(i).run();
            }
            return "refused " + refused.getMessage();
        }
    }

    private String decide(RandomWork work, Instant now) {
        return switch (work) {
            case RandomWork.Post post -> told(post(post, now));
            case RandomWork.Place place -> place(place, now);
            case RandomWork.Capture capture -> capture(capture, now);
            case RandomWork.Release release -> release(release);
            case RandomWork.Reverse reverse -> reverse(reverse, now);
            case RandomWork.Recover recover -> recover(recover, now);
            case RandomWork.Expire expire -> expire(expire, now);
            case RandomWork.SetStatus status -> setStatus(status);
            case RandomWork.SetBudget budget -> setBudget(budget);
            case RandomWork.Together together -> {
                List<String> told = new ArrayList<>();
                for (RandomWork one : together.works()) {
                    told.add(decide(one, now));
                }
                yield String.join(" and ", told);
            }
            case RandomWork.Refuse refuse ->
                throw new Refused("hold-exceeded", facts("hold", "?", "held", 0, "wanted", 1, "unit", "MIN"));
        };
    }

    // ---- entries -----------------------------------------------------------------------------------------------

    private Posted post(RandomWork.Post post, Instant now) {
        for (Leg leg : post.legs()) {
            refuseIf("CLOSED", "account-closed", post.book(), leg.who());
        }
        for (Leg leg : post.legs()) {
            if (leg.side() != Side.CREDIT) {
                refuseIf("FROZEN", "account-frozen", post.book(), leg.who());
            }
        }
        Map<Key, Long> nets = new LinkedHashMap<>();
        for (Leg leg : post.legs()) {
            switch (leg.side()) {
                case CREDIT -> nets.merge(new Key(post.book(), leg.who(), leg.part()), leg.amount(), Long::sum);
                case DEBIT -> nets.merge(new Key(post.book(), leg.who(), leg.part()), -leg.amount(), Long::sum);
                case SPEND, SPEND_AS_GIFT -> spend(post.book(), leg, nets, now);
            }
        }
        return enter(post.book(), post.type(), post.occurredOn(), null, nets, now);
    }

    private void refuseIf(String status, String code, int book, Who who) {
        if (status(book, who).equals(status)) {
            throw new Refused(code, facts("account", who.path()));
        }
    }

    private void spend(int book, Leg leg, Map<Key, Long> nets, Instant now) {
        long missing = leg.amount();
        for (Key key : inSpendingOrder(book, leg.who(), leg.side() == Side.SPEND_AS_GIFT, now)) {
            long taken = Math.max(0, -nets.getOrDefault(key, 0L));
            long part = Math.min(missing, Math.max(0, spendable(key) - taken));
            if (part > 0) {
                nets.merge(key, -part, Long::sum);
                missing -= part;
            }
        }
        if (missing > 0) {
            throw new Refused(
                    "insufficient-balance",
                    facts(
                            "account",
                            leg.who().path(),
                            "available",
                            leg.amount() - missing,
                            "wanted",
                            leg.amount(),
                            "unit",
                            leg.who().unit()));
        }
    }

    private List<Key> inSpendingOrder(int book, Who who, boolean gift, Instant now) {
        LocalDate today = now.atZone(CALENDAR).toLocalDate();
        return amounts.keySet().stream()
                .filter(key -> key.book() == book && key.who().equals(who))
                .filter(key -> key.part().expiresOn() == null
                        || !today.isAfter(Objects.requireNonNull(key.part().expiresOn())))
                .filter(key -> !gift || !key.part().restricted())
                .sorted(Comparator.comparing((Key key) -> key.part().expiresOn() == null
                                ? LocalDate.MAX
                                : key.part().expiresOn())
                        .thenComparing(key -> key.part().restricted() ? 0 : 1)
                        .thenComparing(Key::lotName))
                .toList();
    }

    /** What can still be taken of an account. */
    private long spendable(Key key) {
        Long floor = floor(key);
        return floor == null ? Long.MAX_VALUE / 2 : balance(key) - held(key) - floor;
    }

    /** What may not be fallen below: the chart's, or for who issues less the budget that was set last. */
    private @Nullable Long floor(Key key) {
        List<Long> set = budgets.getOrDefault(key, List.of());
        return set.isEmpty() ? rule(key.who()).floor() : Long.valueOf(-set.getLast());
    }

    private String setBudget(RandomWork.SetBudget budget) {
        Key key = new Key(budget.book(), budget.who(), Part.OWN);
        long issued = held(key) - balance(key);
        if (budget.amount() < issued) {
            throw new Refused(
                    "budget-below-issued",
                    facts(
                            "account",
                            budget.who().path(),
                            "issued",
                            issued,
                            "wanted",
                            budget.amount(),
                            "unit",
                            budget.who().unit()));
        }
        List<Long> set = budgets.computeIfAbsent(key, first -> new ArrayList<>());
        set.add(budget.amount());
        undo.add(set::removeLast);
        return "budget " + set.size() + " of " + budget.amount() + " over " + issued;
    }

    private Posted enter(
            int book, String type, LocalDate occurredOn, @Nullable Long reverses, Map<Key, Long> nets, Instant now) {
        nets.values().removeIf(amount -> amount == 0);
        for (boolean limits : new boolean[] {false, true}) {
            nets.forEach((key, amount) -> refuseBound(key, amount, limits));
        }
        List<Line> lines = new ArrayList<>();
        nets.forEach((key, amount) -> {
            if (!amounts.containsKey(key)) {
                amounts.put(key, new ArrayList<>());
                undo.add(() -> amounts.remove(key));
            }
            List<Long> account = Objects.requireNonNull(amounts.get(key));
            account.add(amount);
            undo.add(account::removeLast);
            lines.add(new Line(key, amount, balance(key), account.size()));
        });
        List<Posted> book_ = entries.computeIfAbsent(book, ignored -> new ArrayList<>());
        Instant last = book_.isEmpty() ? Instant.EPOCH : book_.getLast().postedAt();
        Posted posted =
                new Posted(book, book_.size() + 1, type, occurredOn, now.isBefore(last) ? last : now, reverses, lines);
        book_.add(posted);
        undo.add(book_::removeLast);
        return posted;
    }

    private void refuseBound(Key key, long amount, boolean limits) {
        Rule rule = rule(key.who());
        long available = balance(key) - held(key);
        Long floor = floor(key);
        if (amount < 0 && floor != null && available + amount < floor) {
            if (rule.floor() != null && rule.floor() >= 0 && !limits) {
                throw new Refused(
                        "insufficient-balance",
                        facts(
                                "account",
                                key.path(),
                                "available",
                                available,
                                "wanted",
                                -amount,
                                "unit",
                                key.who().unit()));
            }
            if (limits) {
                // What an issuing account may issue is told as such.
                int sign = List.of("3100", "3110", "3200", "3210", "3220")
                                .contains(key.who().code())
                        ? -1
                        : 1;
                throw limit(key, sign * floor, sign * (available + amount));
            }
        }
        Long ceiling = rule.ceiling();
        if (amount > 0 && limits && ceiling != null && balance(key) + amount > ceiling) {
            throw limit(key, ceiling, balance(key) + amount);
        }
    }

    private static Refused limit(Key key, long limit, long wouldBe) {
        return new Refused(
                "limit-exceeded",
                facts(
                        "account",
                        key.path(),
                        "limit",
                        limit,
                        "wouldBe",
                        wouldBe,
                        "unit",
                        key.who().unit()));
    }

    private String reverse(RandomWork.Reverse reverse, Instant now) {
        Map<Long, Integer> reversed = reversals.computeIfAbsent(reverse.book(), ignored -> new HashMap<>());
        if (reversed.containsKey(reverse.seq())) {
            throw new Refused("hold-exceeded", facts("hold", "reversed", "held", 0, "wanted", 1, "unit", "MIN"));
        }
        Posted original = entries(reverse.book()).get((int) reverse.seq() - 1);
        Map<Key, Long> nets = new LinkedHashMap<>();
        for (Line line : original.lines()) {
            String shortfall = rule(line.key().who()).shortfall();
            if (line.amount() < 0) {
                nets.merge(comesBackTo(line.key(), now), -line.amount(), Long::sum);
                continue;
            }
            if (shortfall == null) {
                nets.merge(line.key(), -line.amount(), Long::sum);
                continue;
            }
            long missing = line.amount();
            for (Key key : whatIsLike(line.key(), now)) {
                long taken = Math.max(0, -nets.getOrDefault(key, 0L));
                long part = Math.min(missing, Math.max(0, spendable(key) - taken));
                if (part > 0) {
                    nets.merge(key, -part, Long::sum);
                    missing -= part;
                }
            }
            if (missing > 0) {
                nets.merge(
                        new Key(reverse.book(), shortfallOf(line.key().who(), shortfall), Part.OWN),
                        -missing,
                        Long::sum);
            }
        }
        Posted posted = enter(reverse.book(), "REVERSAL", original.occurredOn(), reverse.seq(), nets, now);
        reversed.put(reverse.seq(), posted.seq());
        undo.add(() -> reversed.remove(reverse.seq()));
        return told(posted);
    }

    /** The same lot, or when its last day is over one like it that ends in thirty days. */
    private static Key comesBackTo(Key key, Instant now) {
        LocalDate today = now.atZone(CALENDAR).toLocalDate();
        LocalDate last = key.part().expiresOn();
        if (last == null || !last.isBefore(today)) {
            return key;
        }
        Part grace =
                new Part(key.part().origin(), today.plusDays(30), key.part().restricted());
        return new Key(key.book(), key.who(), grace);
    }

    /** The account itself, and when its last day is over those of the same origin and restriction that have a last day. */
    private List<Key> whatIsLike(Key key, Instant now) {
        List<Key> all = new ArrayList<>(List.of(key));
        if (!comesBackTo(key, now).equals(key)) {
            for (Key other : amounts.keySet()) {
                if (!other.equals(key)
                        && other.book() == key.book()
                        && other.who().equals(key.who())
                        && other.part().expiresOn() != null
                        && other.part().origin().equals(key.part().origin())
                        && other.part().restricted() == key.part().restricted()) {
                    all.add(other);
                }
            }
        }
        return all;
    }

    private String expire(RandomWork.Expire expire, Instant now) {
        LocalDate today = now.atZone(CALENDAR).toLocalDate();
        boolean time = expire.who().unit().equals("MIN");
        Who expired = new Who(time ? "3130" : "3250", "", expire.who().unit());
        List<String> told = new ArrayList<>();
        for (Key key : List.copyOf(amounts.keySet())) {
            LocalDate last = key.part().expiresOn();
            long left = balance(key) - held(key);
            if (key.book() == expire.book()
                    && key.who().equals(expire.who())
                    && last != null
                    && last.isBefore(today)
                    && left > 0
                    && !status(expire.book(), expire.who()).equals("CLOSED")) {
                Map<Key, Long> nets = new LinkedHashMap<>();
                nets.put(key, -left);
                nets.put(new Key(expire.book(), expired, Part.OWN), left);
                told.add(told(enter(expire.book(), time ? "EXPIRE_TIME" : "EXPIRE_POINTS", today, null, nets, now)));
            }
        }
        return told.isEmpty() ? "nothing to expire" : String.join(" and ", told);
    }

    private static Who shortfallOf(Who who, String code) {
        return new Who(code, who.owner().isEmpty() ? "POOL" : who.owner(), who.unit());
    }

    private String recover(RandomWork.Recover recover, Instant now) {
        Who who = recover.who();
        Who owing = shortfallOf(who, Objects.requireNonNull(rule(who).shortfall()));
        long owed = -balance(new Key(recover.book(), owing, Part.OWN));
        long there = inSpendingOrder(recover.book(), who, true, now).stream()
                .mapToLong(key -> Math.max(0, balance(key) - held(key)))
                .sum();
        if (owed <= 0 || there <= 0 || !status(recover.book(), who).equals("OPEN")) {
            return "nothing to recover";
        }
        long amount = Math.min(owed, there);
        return told(post(
                new RandomWork.Post(
                        recover.book(),
                        "SHORTFALL_RECOVER",
                        now.atZone(CALENDAR).toLocalDate(),
                        List.of(
                                new Leg(Side.SPEND_AS_GIFT, who, Part.OWN, amount),
                                new Leg(Side.CREDIT, owing, Part.OWN, amount))),
                now));
    }

    // ---- holds -------------------------------------------------------------------------------------------------

    private String place(RandomWork.Place place, Instant now) {
        refuseIf("CLOSED", "account-closed", place.book(), place.who());
        refuseIf("FROZEN", "account-frozen", place.book(), place.who());
        Map<Key, Long> lines = new LinkedHashMap<>();
        spend(place.book(), new Leg(Side.SPEND, place.who(), Part.OWN, place.amount()), lines, now);
        lines.replaceAll((key, amount) -> -amount);
        Map<UUID, HoldOfMine> mine = holds.computeIfAbsent(place.book(), ignored -> new LinkedHashMap<>());
        mine.put(place.hold(), new HoldOfMine(place.who(), lines, place.expiresAt()));
        undo.add(() -> mine.remove(place.hold()));
        List<String> told = new ArrayList<>();
        lines.forEach((key, amount) -> told.add(key.path() + "=" + amount));
        return "held " + told;
    }

    private String capture(RandomWork.Capture capture, Instant now) {
        refuseIf("CLOSED", "account-closed", capture.book(), capture.who());
        refuseIf("CLOSED", "account-closed", capture.book(), capture.to());
        HoldOfMine hold = active(capture.book(), capture.hold());
        if (now.compareTo(hold.expiresAt) >= 0) {
            throw new Refused("hold-not-active", facts("hold", capture.hold().toString(), "holdStatus", "EXPIRED"));
        }
        long reserved = hold.lines.values().stream().mapToLong(Long::longValue).sum();
        if (capture.amount() > reserved) {
            throw new Refused(
                    "hold-exceeded",
                    facts(
                            "hold",
                            capture.hold().toString(),
                            "held",
                            reserved,
                            "wanted",
                            capture.amount(),
                            "unit",
                            capture.who().unit()));
        }
        end(hold, "CAPTURED");
        Map<Key, Long> nets = new LinkedHashMap<>();
        long missing = capture.amount();
        for (Map.Entry<Key, Long> line : hold.lines.entrySet()) {
            long part = Math.min(missing, line.getValue());
            if (part > 0) {
                nets.merge(line.getKey(), -part, Long::sum);
                missing -= part;
            }
        }
        nets.merge(new Key(capture.book(), capture.to(), Part.OWN), capture.amount(), Long::sum);
        return told(enter(capture.book(), "REDEEM_CAPTURE", now.atZone(CALENDAR).toLocalDate(), null, nets, now));
    }

    private String release(RandomWork.Release release) {
        HoldOfMine hold = active(release.book(), release.hold());
        end(hold, release.expired() ? "EXPIRED" : "RELEASED");
        return "released as " + hold.status;
    }

    private HoldOfMine active(int book, UUID id) {
        HoldOfMine hold =
                Objects.requireNonNull(holds.getOrDefault(book, Map.of()).get(id), id::toString);
        if (!hold.status.equals("ACTIVE")) {
            throw new Refused("hold-not-active", facts("hold", id.toString(), "holdStatus", hold.status));
        }
        return hold;
    }

    private void end(HoldOfMine hold, String status) {
        hold.status = status;
        undo.add(() -> hold.status = "ACTIVE");
    }

    // ---- accounts ----------------------------------------------------------------------------------------------

    private String setStatus(RandomWork.SetStatus set) {
        boolean any = amounts.keySet().stream()
                .anyMatch(key -> key.book() == set.book() && key.who().equals(set.who()));
        if (any) {
            String name = set.book() + " " + set.who().path();
            String before = status(set.book(), set.who());
            statuses.put(name, set.status());
            undo.add(() -> statuses.put(name, before));
        }
        return "status " + set.status();
    }

    String status(int book, Who who) {
        return statuses.getOrDefault(book + " " + who.path(), "OPEN");
    }

    long balance(Key key) {
        return amounts.getOrDefault(key, List.of()).stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    long held(Key key) {
        return holds.getOrDefault(key.book(), Map.of()).values().stream()
                .filter(hold -> hold.status.equals("ACTIVE") && hold.who.equals(key.who()))
                .mapToLong(hold -> hold.lines.getOrDefault(key, 0L))
                .sum();
    }

    /** Every account that was opened, in one line each: balance, held, version, status. */
    Map<String, String> accounts(int book) {
        Map<String, String> told = new TreeMap<>();
        amounts.forEach((key, account) -> {
            if (key.book() == book) {
                told.put(
                        key.path(),
                        balance(key) + " held " + held(key) + " version " + account.size() + " "
                                + status(book, key.who()));
            }
        });
        return told;
    }

    List<Posted> entries(int book) {
        return entries.getOrDefault(book, List.of());
    }

    /** Status of each hold. */
    Map<UUID, String> holds(int book) {
        Map<UUID, String> told = new TreeMap<>();
        holds.getOrDefault(book, Map.of()).forEach((id, hold) -> told.put(id, hold.status));
        return told;
    }

    private static Rule rule(Who who) {
        return Objects.requireNonNull(RULES.get(who.code()), who.code());
    }

    private static String told(Posted posted) {
        return "posted " + posted.seq() + " "
                + posted.lines().stream()
                        .map(line ->
                                line.key().path() + "=" + line.amount() + "/" + line.balance() + "/" + line.version())
                        .toList();
    }

    private static Map<String, Object> facts(Object... namesAndValues) {
        Map<String, Object> facts = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            facts.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return facts;
    }
}
