package org.moralbank.redemptions;

import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a business day is not closed, in order of precedence. */
sealed interface DayEndRejection extends Rejection {
    /** The day has not begun in the book's calendar. */
    record DayInFuture(LocalDate day, LocalDate today) implements DayEndRejection {
        @Override
        public String code() {
            return "day-in-future";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("day", day.toString(), "today", today.toString());
        }
    }

    /** The terminal has closed the day with other content. */
    record DayClosed(String terminal, LocalDate day) implements DayEndRejection {
        @Override
        public String code() {
            return "day-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("terminal", terminal, "day", day.toString());
        }
    }

    /** The till counts something else than the books, and nobody has accepted that. */
    record DayDiffers(LocalDate day, List<DayEnd.Compared> totals, List<DayEnd.Difference> differences)
            implements DayEndRejection {
        @Override
        public String code() {
            return "day-differs";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of(
                    "day", day.toString(), "count", differences.size(), "totals", totals, "differences", differences);
        }
    }
}
