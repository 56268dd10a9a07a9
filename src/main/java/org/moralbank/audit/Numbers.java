package org.moralbank.audit;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Fields;

/** Whole numbers as a query writes them. */
final class Numbers {
    /** No entry was posted before it. */
    static final LocalDate FIRST_DAY = LocalDate.of(1990, 1, 1);

    private Numbers() {}

    /** The number, {@code otherwise} when it is missing; what is no number is noted as one out of its bounds. */
    static long of(Fields fields, String field, @Nullable String value, long otherwise, long least, long most) {
        if (value == null) {
            return otherwise;
        }
        try {
            return fields.number(field, Long.valueOf(value), least, most);
        } catch (NumberFormatException malformed) {
            return fields.number(field, least - 1, least, most);
        }
    }
}
