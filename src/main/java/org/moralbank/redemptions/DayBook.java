package org.moralbank.redemptions;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the books have of a terminal around a day, and which of it counts to that day.
 *
 * <p>What was recorded counts to the day on which it happened, unless that day had been closed before: then to the day on
 * which it was recorded, and if that was closed too, to the next. So a closed day's numbers stand, nothing is left out, and
 * nothing counts twice. What a terminal reversed counts as if it had never been, if no day to which its sale or a refund of
 * it counts was closed before, and nobody else had refunded of it; else it is a refund, because half of it stands in numbers
 * that do not change, or in another's. So the days of a terminal come to what it moved, in whatever order they are closed, and
 * those of a merchant's terminals, with what desks gave back, to what was posted to its payable.
 *
 * @param lines what may count to the day
 * @param closings when days of the terminal were closed
 * @param seen the terminal's own numbers of that day, those of reversed transactions too
 * @param seenBefore the last ones of the nine days before it
 * @param end how the day was closed; null while it is open
 */
record DayBook(
        Key key,
        ZoneId calendar,
        List<Line> lines,
        Map<LocalDate, Instant> closings,
        List<String> seen,
        List<String> seenBefore,
        @Nullable DayEnd end) {
    /** A day of a terminal. */
    record Key(int book, String merchant, String terminal, LocalDate day) {}

    /** What a till counts. */
    @Schema(name = "DayEndType")
    enum Type {
        /** Sold at once. */
        SALE,
        /** Captured of an authorization. */
        CAPTURE,
        /** Sold without a connection, and uploaded. */
        OFFLINE,
        /** Given back, of whichever day's sale; a reversal too when that day was closed. */
        REFUND,
        /** Authorizations given back. */
        VOID
    }

    /** When something happened, and when it was recorded. */
    record Moment(LocalDate on, Instant at) {}

    /**
     * A thing that counts.
     *
     * @param entry that posted it; null for what posted nothing
     * @param sold when what it is of was sold at this terminal; null where that was elsewhere
     * @param reversed when what it is of was reversed, or null
     * @param givenBack what this terminal had refunded of it before it was reversed; nothing when it was not
     * @param givenBackElsewhere whether another terminal or a desk had by then
     */
    record Line(
            Type type,
            UUID redemption,
            @Nullable String terminalTransaction,
            @Nullable Long entry,
            long amount,
            Moment when,
            @Nullable Moment sold,
            @Nullable Moment reversed,
            List<Moment> givenBack,
            boolean givenBackElsewhere) {}

    /** How many, and how much. */
    @Schema(name = "DayEndTotal")
    record Total(
            @Schema(examples = "12") int count,

            @Schema(description = "In hundredths of a point", examples = "5400")
            long amount) {
        static final Total NONE = new Total(0, 0);

        Total plus(Total other) {
            return new Total(count + other.count, amount + other.amount);
        }
    }

    DayBook closed(DayEnd closing) {
        Map<LocalDate, Instant> with = new TreeMap<>(closings);
        with.put(key.day(), closing.closedAt());
        return new DayBook(key, calendar, lines, with, seen, seenBefore, closing);
    }

    /** The day to which it counts. */
    LocalDate dayOf(Moment moment) {
        if (isBeforeClosing(moment.on(), moment.at())) {
            return moment.on();
        }
        LocalDate day = LocalDate.ofInstant(moment.at(), calendar);
        while (!isBeforeClosing(day, moment.at())) {
            day = day.plusDays(1);
        }
        return day;
    }

    private boolean isBeforeClosing(LocalDate day, Instant at) {
        Instant closing = closings.get(day);
        return closing == null || at.isBefore(closing);
    }

    /** What counts to the day, in the order of recording, of what was recorded before a moment. */
    List<Line> counted(Instant before) {
        List<Line> counted = new ArrayList<>();
        for (Line line : lines) {
            if (line.when().at().isBefore(before) && dayOf(line.when()).equals(key.day()) && !isUndone(line)) {
                counted.add(line);
            }
        }
        counted.sort(Comparator.comparing(line -> line.when().at()));
        return counted;
    }

    private boolean isUndone(Line line) {
        return line.sold() != null
                && line.reversed() != null
                && !line.givenBackElsewhere()
                && isOpen(line.sold(), line.reversed().at())
                && line.givenBack().stream()
                        .allMatch(refund -> isOpen(refund, line.reversed().at()));
    }

    /** Whether the day to which something counts was open at a moment. */
    private boolean isOpen(Moment moment, Instant at) {
        return isBeforeClosing(dayOf(moment), at);
    }

    /** The numbers that the terminal skipped on the day, and between the days before and this one. */
    List<DayEnd.Gap> gaps() {
        return Tally.gaps(seen, seenBefore);
    }

    static Map<Type, Total> totals(List<Line> lines) {
        Map<Type, Total> totals = new EnumMap<>(Type.class);
        for (Line line : lines) {
            totals.merge(line.type(), new Total(1, line.amount()), Total::plus);
        }
        return totals;
    }
}
