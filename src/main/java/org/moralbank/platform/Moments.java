package org.moralbank.platform;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Moments as PostgreSQL keeps them: to the microsecond, and beside an offset, which from us is always UTC. */
public final class Moments {
    private Moments() {}

    /** What will be read back of a moment that is written: what is answered must be what is read later. */
    public static Instant kept(Instant moment) {
        return moment.truncatedTo(ChronoUnit.MICROS);
    }

    /** A row's column that may be NULL. */
    public static @Nullable Instant instant(@Nullable OffsetDateTime column) {
        return column == null ? null : column.toInstant();
    }

    /** An argument that may be NULL. */
    public static @Nullable OffsetDateTime utc(@Nullable Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }
}
