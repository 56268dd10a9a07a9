package org.moralbank.ledger;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.moralbank.ledger.RandomWork.Leg;
import org.moralbank.ledger.RandomWork.Part;
import org.moralbank.ledger.RandomWork.Side;
import org.moralbank.ledger.RandomWork.Who;

/**
 * Makes works at random, the same for the same seed: few people with little, so that they meet, run short, owe, expire
 * and are frozen often. It is told what came of each, so that it asks for holds and entries that are there.
 */
public final class RandomWorks {
    private static final ZoneId CALENDAR = ZoneId.of("Asia/Shanghai");
    private static final List<String> MEMBERS = List.of("M-1", "M-2", "M-3", "M-4", "M-5", "M-6", "M-7", "M-8");
    private static final List<String> ORIGINS = List.of("F1", "FUND.2", "POOL");
    private static final int[] DAYS = {0, 1, 2, 7, 30, 60, 90};

    private final Random random;
    private final int books;
    private final Map<Integer, List<Placed>> placed = new HashMap<>();
    private final Map<Integer, List<Long>> reversible = new HashMap<>();

    private record Placed(UUID hold, Who who) {}

    public RandomWorks(long seed, int books) {
        this.random = new Random(seed);
        this.books = books;
    }

    /** Who may take part, in any book. */
    static List<Who> everybody() {
        List<Who> all = new ArrayList<>();
        for (String unit : List.of("MIN", "PTS")) {
            boolean time = unit.equals("MIN");
            MEMBERS.forEach(member -> {
                all.add(member(member, unit));
                all.add(new Who(time ? "1610" : "1600", member, unit));
            });
            for (String code : time ? List.of("2110") : List.of("2210")) {
                all.add(new Who(code, "T-1", unit));
                all.add(new Who(time ? "1610" : "1600", "T-1", unit));
            }
            all.add(pool(unit));
            all.add(new Who(time ? "1610" : "1600", "POOL", unit));
            all.add(new Who("3300", "", unit));
            all.add(new Who(time ? "3120" : "3255", "", unit));
            all.add(new Who(time ? "3265" : "3260", "", unit));
            all.add(new Who(time ? "3130" : "3250", "", unit));
        }
        all.addAll(issuers());
        all.add(new Who("2300", "S-1", "PTS"));
        all.add(new Who("2300", "S-2", "PTS"));
        return all;
    }

    /** Who issues what was not there before. */
    private static List<Who> issuers() {
        return List.of(
                new Who("3110", "F1.2025", "MIN"), new Who("3100", "2025", "MIN"), new Who("3200", "2025", "PTS"));
    }

    private static Who member(String id, String unit) {
        return new Who(unit.equals("MIN") ? "2100" : "2200", id, unit);
    }

    private static Who pool(String unit) {
        return new Who(unit.equals("MIN") ? "2400" : "2410", "", unit);
    }

    /** The next work, asked for at about this moment. */
    RandomWork next(Instant now) {
        int book = 1 + random.nextInt(books);
        return switch (random.nextInt(20)) {
            case 0 -> together(book, now);
            case 1 -> new RandomWork.Together(book, List.of(one(book, now), new RandomWork.Refuse(book)));
            default -> one(book, now);
        };
    }

    private RandomWork together(int book, Instant now) {
        List<RandomWork> works = new ArrayList<>();
        for (int i = 0; i < 2 + random.nextInt(2); i++) {
            works.add(one(book, now));
        }
        return new RandomWork.Together(book, works);
    }

    private RandomWork one(int book, Instant now) {
        List<Placed> holds = placed.computeIfAbsent(book, ignored -> new ArrayList<>());
        List<Long> entries = reversible.computeIfAbsent(book, ignored -> new ArrayList<>());
        int what = random.nextInt(100);
        if (what < 12) {
            return new RandomWork.Place(
                    book,
                    new UUID(random.nextLong(), random.nextLong()),
                    giver(unit()),
                    amount(),
                    now.plus(Duration.ofMinutes(random.nextInt(600) - 30)));
        }
        if (what < 20 && !holds.isEmpty()) {
            Placed hold = holds.get(Math.max(0, holds.size() - 1 - random.nextInt(12)));
            return new RandomWork.Capture(book, hold.hold(), hold.who(), amount(), other(hold.who()));
        }
        if (what < 25 && !holds.isEmpty()) {
            Placed hold = holds.get(Math.max(0, holds.size() - 1 - random.nextInt(30)));
            return new RandomWork.Release(book, hold.hold(), hold.who(), random.nextBoolean());
        }
        if (what < 32 && !entries.isEmpty()) {
            return new RandomWork.Reverse(book, entries.get(random.nextInt(entries.size())));
        }
        if (what < 37) {
            return new RandomWork.Recover(book, giver(unit()));
        }
        if (what < 41) {
            return new RandomWork.SetStatus(book, giver(unit()), random.nextInt(3) == 0 ? "FROZEN" : "OPEN");
        }
        if (what < 42) {
            return new RandomWork.SetStatus(book, giver(unit()), random.nextInt(4) == 0 ? "CLOSED" : "OPEN");
        }
        if (what < 45) {
            return new RandomWork.Expire(book, giver(unit()));
        }
        if (what < 47) {
            // Half of them about what a period issues here in all, so that some are too low and some are met.
            long amount = random.nextInt(random.nextBoolean() ? 2_000 : 20_000);
            return new RandomWork.SetBudget(book, issuers().get(random.nextInt(3)), amount);
        }
        return post(book, now);
    }

    private RandomWork.Post post(int book, Instant now) {
        LocalDate today = now.atZone(CALENDAR).toLocalDate();
        LocalDate day = today.minusDays(random.nextInt(5));
        String unit = unit();
        boolean time = unit.equals("MIN");
        Who from = giver(unit);
        Who to = other(from);
        Who member = member(MEMBERS.get(random.nextInt(MEMBERS.size())), unit);
        Part lot = new Part(
                ORIGINS.get(random.nextInt(ORIGINS.size())),
                random.nextInt(6) == 0 ? null : today.plusDays(DAYS[random.nextInt(DAYS.length)]),
                random.nextBoolean());
        long amount = amount();
        return switch (random.nextInt(10)) {
            case 0 -> post(book, "OPENING", day, debit(new Who("3300", "", unit), amount), credit(to, amount));
            case 1 ->
                post(
                        book,
                        time ? "GRANT_TIME" : "GRANT_POINTS",
                        day,
                        debit(new Who(time ? "3100" : "3200", "2025", unit), amount),
                        credit(to, amount));
            case 2 ->
                time
                        ? post(
                                book,
                                "GRANT_TIME",
                                day,
                                debit(new Who("3110", "F1.2025", unit), amount),
                                new Leg(Side.CREDIT, member, lot, amount))
                        : post(
                                book,
                                "GRANT_POINTS",
                                day,
                                debit(pool(unit), amount),
                                new Leg(Side.CREDIT, member, lot, amount));
            case 3 ->
                post(
                        book,
                        "GRANT_TIME_FROM_POOL",
                        day,
                        debit(pool(unit), amount),
                        new Leg(Side.CREDIT, member, lot, amount));
            case 4 ->
                post(
                        book,
                        time ? "DONATE_TIME" : "DONATE_POINTS",
                        day,
                        new Leg(Side.SPEND_AS_GIFT, member, Part.OWN, amount),
                        credit(pool(unit), amount));
            case 5 -> odd(book, day, unit, from, to);
            case 6 -> two(book, day, unit, from, to);
            default ->
                post(
                        book,
                        time ? "TRANSFER_TIME" : "REDEEM_SALE",
                        day,
                        new Leg(random.nextInt(4) == 0 ? Side.SPEND_AS_GIFT : Side.SPEND, from, Part.OWN, amount),
                        credit(to, amount));
        };
    }

    /** What meets a bound that is not a balance: a merchant's debt, an issuance above zero, what was retired. */
    private RandomWork.Post odd(int book, LocalDate day, String unit, Who from, Who to) {
        boolean time = unit.equals("MIN");
        long amount = amount();
        long large = 1 + random.nextInt(700_000);
        Who merchant = new Who("2300", random.nextBoolean() ? "S-1" : "S-2", "PTS");
        return switch (random.nextInt(4)) {
            case 0 ->
                post(book, "REDEEM_REFUND", day, debit(merchant, large), credit(new Who("3300", "", "PTS"), large));
            case 1 ->
                post(
                        book,
                        "TRANSFER_TIME",
                        day,
                        new Leg(Side.SPEND, from, Part.OWN, amount),
                        credit(new Who(time ? "3100" : "3200", "2025", unit), amount));
            case 2 ->
                post(
                        book,
                        "TRANSFER_POINTS",
                        day,
                        debit(merchant, large),
                        debit(new Who("3255", "", "PTS"), 7),
                        credit(new Who("3300", "", "PTS"), large + 7));
            default ->
                post(
                        book,
                        "WRITE_OFF",
                        day,
                        debit(new Who(time ? "3265" : "3260", "", unit), amount),
                        credit(
                                new Who(time ? "1610" : "1600", from.owner().isEmpty() ? "POOL" : from.owner(), unit),
                                amount));
        };
    }

    /** Several legs, two of them on the lots of one holder. */
    private RandomWork.Post two(int book, LocalDate day, String unit, Who from, Who to) {
        long first = amount();
        long second = amount();
        return post(
                book,
                "TRANSFER_TIME",
                day,
                new Leg(Side.SPEND, from, Part.OWN, first),
                new Leg(Side.SPEND_AS_GIFT, from, Part.OWN, second),
                credit(to, first),
                credit(new Who("3300", "", unit), second));
    }

    private static RandomWork.Post post(int book, String type, LocalDate day, Leg... legs) {
        return new RandomWork.Post(book, type, day, List.of(legs));
    }

    private static Leg debit(Who who, long amount) {
        return new Leg(Side.DEBIT, who, Part.OWN, amount);
    }

    private static Leg credit(Who who, long amount) {
        return new Leg(Side.CREDIT, who, Part.OWN, amount);
    }

    private String unit() {
        return random.nextBoolean() ? "MIN" : "PTS";
    }

    private Who giver(String unit) {
        return switch (random.nextInt(12)) {
            case 0 -> pool(unit);
            case 1 -> new Who(unit.equals("MIN") ? "2110" : "2210", "T-1", unit);
            default -> member(MEMBERS.get(random.nextInt(MEMBERS.size())), unit);
        };
    }

    private Who receiver(String unit) {
        return unit.equals("PTS") && random.nextBoolean()
                ? new Who("2300", random.nextBoolean() ? "S-1" : "S-2", "PTS")
                : giver(unit);
    }

    private Who other(Who from) {
        Who to = receiver(from.unit());
        while (to.equals(from)) {
            to = receiver(from.unit());
        }
        return to;
    }

    private long amount() {
        return 1 + random.nextInt(random.nextInt(3) == 0 ? 200 : 40);
    }

    int size(int bound) {
        return 1 + random.nextInt(bound);
    }

    /** Seconds until the next commit; now and then the clock goes back. */
    Duration pause() {
        return Duration.ofNanos((random.nextLong(3_600_000_000_000L * 4)) - 600_000_000_000L);
    }

    /** A hold that there is now. */
    void placed(int book, UUID hold, Who who) {
        placed.computeIfAbsent(book, ignored -> new ArrayList<>()).add(new Placed(hold, who));
    }

    /** An entry that there is now, and that is no reversal. */
    void posted(int book, long seq) {
        reversible.computeIfAbsent(book, ignored -> new ArrayList<>()).add(seq);
    }
}
