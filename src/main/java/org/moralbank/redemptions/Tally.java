package org.moralbank.redemptions;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.RefusedException;
import org.moralbank.redemptions.DayBook.Line;
import org.moralbank.redemptions.DayBook.Total;
import org.moralbank.redemptions.DayEnd.Booked;
import org.moralbank.redemptions.DayEnd.Compared;
import org.moralbank.redemptions.DayEnd.Difference;
import org.moralbank.redemptions.DayEnd.Gap;
import org.moralbank.redemptions.DayEnd.Kind;

/**
 * A till's own count of its day.
 *
 * @param totals by type; what is missing is nothing
 * @param listed its transactions; null where it told none
 */
record Tally(Map<DayBook.Type, Total> totals, @Nullable List<Listed> listed) {
    /**
     * A transaction in the till's list.
     *
     * @param transaction the terminal's number; of a refund the redemption's id, because several may be of one sale
     */
    record Listed(DayBook.Type type, String transaction, long amount) {}

    private record Key(DayBook.Type type, String transaction) {
        static Key of(Line line) {
            String number = line.terminalTransaction();
            return new Key(
                    line.type(),
                    line.type() == DayBook.Type.REFUND || number == null
                            ? line.redemption().toString()
                            : number);
        }
    }

    /** The same, however it was listed. */
    Tally inOrder() {
        return new Tally(
                new TreeMap<>(totals),
                listed == null
                        ? null
                        : listed.stream()
                                .sorted(Comparator.comparing(Listed::type)
                                        .thenComparing(Listed::transaction)
                                        .thenComparingLong(Listed::amount))
                                .toList());
    }

    /** The totals of both; a type that neither has is left out. */
    List<Compared> compared(List<Line> lines) {
        return compared(DayBook.totals(lines), totals);
    }

    /** The totals of the books alone. */
    static List<Compared> ofBooks(List<Line> lines) {
        return compared(DayBook.totals(lines), null);
    }

    private static List<Compared> compared(Map<DayBook.Type, Total> books, @Nullable Map<DayBook.Type, Total> till) {
        List<Compared> compared = new ArrayList<>();
        for (DayBook.Type type : DayBook.Type.values()) {
            if (books.containsKey(type) || till != null && till.containsKey(type)) {
                compared.add(new Compared(
                        type,
                        books.getOrDefault(type, Total.NONE),
                        till == null ? null : till.getOrDefault(type, Total.NONE)));
            }
        }
        return compared;
    }

    /** All that differs from the books: transaction by transaction if the till told them, else type by type. */
    List<Difference> differences(List<Line> lines) {
        return listed == null ? ofTotals(lines) : ofTransactions(lines, listed);
    }

    private List<Difference> ofTotals(List<Line> lines) {
        List<Difference> differences = new ArrayList<>();
        for (Compared one : compared(lines)) {
            if (!one.books().equals(one.till())) {
                differences.add(new Difference(
                        Kind.TOTAL,
                        one.type(),
                        null,
                        one.books(),
                        one.till() == null ? Total.NONE : one.till(),
                        lines.stream()
                                .filter(line -> line.type() == one.type())
                                .map(Booked::of)
                                .toList()));
            }
        }
        return differences;
    }

    private static List<Difference> ofTransactions(List<Line> lines, List<Listed> listed) {
        Map<Key, List<Line>> booked = new LinkedHashMap<>();
        Map<Key, Total> told = new LinkedHashMap<>();
        lines.forEach(line ->
                booked.computeIfAbsent(Key.of(line), none -> new ArrayList<>()).add(line));
        listed.forEach(
                one -> told.merge(new Key(one.type(), one.transaction()), new Total(1, one.amount()), Total::plus));
        Map<Key, Difference> differences =
                new TreeMap<>(Comparator.comparing(Key::type).thenComparing(Key::transaction));
        booked.forEach((key, has) -> {
            Total books =
                    new Total(has.size(), has.stream().mapToLong(Line::amount).sum());
            Total till = told.getOrDefault(key, Total.NONE);
            if (!books.equals(till)) {
                differences.put(
                        key,
                        difference(told.containsKey(key) ? Kind.DIFFERENT : Kind.NOT_AT_TILL, key, books, till, has));
            }
        });
        told.forEach((key, till) -> {
            if (!booked.containsKey(key)) {
                differences.put(key, difference(Kind.NOT_IN_BOOKS, key, Total.NONE, till, List.of()));
            }
        });
        return List.copyOf(differences.values());
    }

    private static Difference difference(Kind kind, Key key, Total books, Total till, List<Line> lines) {
        return new Difference(
                kind,
                key.type(),
                key.transaction(),
                books,
                till,
                lines.stream().map(Booked::of).toList());
    }

    // ---- gaps ----------------------------------------------------------------------------------------------------

    /** A terminal's number, as text and the digits behind it; they are ordered by the text, then by the number. */
    private record Numbered(String text, BigInteger number) implements Comparable<Numbered> {
        /** Null when it does not end in digits. */
        static @Nullable Numbered of(String transaction) {
            int digits = transaction.length();
            while (digits > 0 && transaction.charAt(digits - 1) >= '0' && transaction.charAt(digits - 1) <= '9') {
                digits--;
            }
            return digits == transaction.length()
                    ? null
                    : new Numbered(transaction.substring(0, digits), new BigInteger(transaction.substring(digits)));
        }

        @Override
        public int compareTo(Numbered other) {
            int byText = text.compareTo(other.text);
            return byText != 0 ? byText : number.compareTo(other.number);
        }
    }

    /** Numbers that are missing between those that were seen, of the same text before their digits. */
    static List<Gap> gaps(List<String> seen) {
        TreeMap<Numbered, String> numbers = numbered(seen);
        List<Gap> gaps = new ArrayList<>();
        for (Map.Entry<Numbered, String> behind : numbers.entrySet()) {
            Map.Entry<Numbered, String> before = numbers.lowerEntry(behind.getKey());
            if (before != null && before.getKey().text().equals(behind.getKey().text())) {
                long missing = behind.getKey()
                        .number()
                        .subtract(before.getKey().number())
                        .subtract(BigInteger.ONE)
                        .min(BigInteger.valueOf(MOST_MISSING))
                        .longValue();
                if (missing > 0) {
                    gaps.add(new Gap(before.getValue(), behind.getValue(), missing));
                }
            }
        }
        return gaps;
    }

    /**
     * The same of a day, with what is missing between the days before and it: from the highest number of before that is below
     * the day's lowest. Higher ones are of a terminal that numbers anew; where all are, nothing is known to be missing.
     */
    static List<Gap> gaps(List<String> seen, List<String> before) {
        TreeMap<Numbered, String> ofTheDay = numbered(seen);
        TreeMap<Numbered, String> earlier = numbered(before);
        List<String> all = new ArrayList<>(seen);
        for (Numbered number : ofTheDay.keySet()) {
            Map.Entry<Numbered, String> last = earlier.lowerEntry(number);
            if (isFirst(number, ofTheDay.lowerKey(number)) && last != null && !isFirst(number, last.getKey())) {
                all.add(last.getValue());
            }
        }
        return gaps(all);
    }

    /** Whether none of the same text is before it. */
    private static boolean isFirst(Numbered number, @Nullable Numbered before) {
        return before == null || !before.text().equals(number.text());
    }

    private static TreeMap<Numbered, String> numbered(List<String> seen) {
        TreeMap<Numbered, String> numbers = new TreeMap<>();
        for (String transaction : seen) {
            Numbered numbered = Numbered.of(transaction);
            if (numbered != null) {
                numbers.put(numbered, transaction);
            }
        }
        return numbers;
    }

    /**
     * Those that end behind a number, which need not be seen any more: the gap before it may be filled meanwhile.
     *
     * @throws RefusedException a number without digits, which no gap ends with
     */
    static List<Gap> gapsBehind(String last, List<String> seen) {
        Numbered from = Numbered.of(last);
        if (from == null) {
            throw ProtocolRejection.Invalid.field("after", "cursor").refused();
        }
        return gaps(seen).stream()
                .filter(gap -> Objects.requireNonNull(Numbered.of(gap.before())).compareTo(from) > 0)
                .toList();
    }

    /** No count beyond this is told: no number of JSON is blurred. */
    private static final long MOST_MISSING = 1_000_000_000_000L;
}
