package org.moralbank.merchants;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that a merchant sells for points.
 *
 * @param price of one, in hundredths of a point
 * @param perMember how many of it a member may buy; null when as many as he likes
 * @param weekdays on which it is sold, Monday first; all seven where nothing was said
 * @param active whether it is sold at present
 */
record Item(
        String id,
        String name,
        String category,
        long price,
        @Nullable PerMember perMember,
        List<DayOfWeek> weekdays,
        boolean active) {

    /** At most {@code count} of it in any one period. */
    record PerMember(int count, Period period) {}

    /** A stretch of days of the book's calendar. */
    enum Period {
        DAY {
            @Override
            boolean hasBoth(LocalDate one, LocalDate other) {
                return one.equals(other);
            }
        },
        /** Monday to Sunday. */
        WEEK {
            @Override
            boolean hasBoth(LocalDate one, LocalDate other) {
                return monday(one).equals(monday(other));
            }
        },
        MONTH {
            @Override
            boolean hasBoth(LocalDate one, LocalDate other) {
                return one.getYear() == other.getYear() && one.getMonth() == other.getMonth();
            }
        },
        YEAR {
            @Override
            boolean hasBoth(LocalDate one, LocalDate other) {
                return one.getYear() == other.getYear();
            }
        },
        EVER {
            @Override
            boolean hasBoth(LocalDate one, LocalDate other) {
                return true;
            }
        };

        /** Whether two days are in one such period. */
        abstract boolean hasBoth(LocalDate one, LocalDate other);

        private static LocalDate monday(LocalDate day) {
            return day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        }
    }

    /** An item of a merchant of a book. */
    record Key(int book, String merchant, String item) {}

    /**
     * An item where it stands.
     *
     * @param place 0, 1, 2 … in the catalogue
     * @param removed whether it is no longer in the catalogue
     */
    record Placed(Item item, int place, boolean removed) {}
}
