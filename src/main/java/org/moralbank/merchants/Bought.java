package org.moralbank.merchants;

import java.time.LocalDate;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** How many of an item a member bought, by day, without what he gave back. */
record Bought(Map<LocalDate, Integer> countByDay) {
    static final Bought NONE = new Bought(Map.of());

    /** An item of a merchant, and who bought it. */
    record Key(int book, String merchant, String item, String member) {}

    /** How many in the period that the day is in. */
    long in(Item.Period period, LocalDate day) {
        long sum = 0;
        for (Map.Entry<LocalDate, Integer> each : countByDay.entrySet()) {
            sum += period.hasBoth(each.getKey(), day) ? each.getValue() : 0;
        }
        return sum;
    }

    /** So many more on a day, or fewer; never less than none. */
    Bought plus(LocalDate day, int count) {
        Map<LocalDate, Integer> after = new TreeMap<>(countByDay);
        after.merge(day, Math.max(0, count), (had, ignored) -> Math.max(0, Math.addExact(had, count)));
        return new Bought(Collections.unmodifiableMap(after));
    }
}
