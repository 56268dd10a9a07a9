package org.moralbank.platform;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Some days in turn, as a request asks for them.
 *
 * @param from the first; all up to the last when it is missing
 * @param to the last; all from the first on when it is missing
 */
public record DayRange(@Nullable LocalDate from, @Nullable LocalDate to) {}
