package org.moralbank.platform;

import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Some days in turn, as a request asks for them.
 *
 * @param from the first; all up to the last when it is missing
 * @param to the last; all from the first on when it is missing
 */
public record DayRange(@Nullable LocalDate from, @Nullable LocalDate to) {
    /** The moment at which they begin in a calendar; null when nothing is before them. */
    public @Nullable OffsetDateTime since(ZoneId calendar) {
        return from == null ? null : from.atStartOfDay(calendar).toOffsetDateTime();
    }

    /** The moment at which they are over in a calendar; null when they never are. */
    public @Nullable OffsetDateTime until(ZoneId calendar) {
        return to == null ? null : to.plusDays(1).atStartOfDay(calendar).toOffsetDateTime();
    }
}
