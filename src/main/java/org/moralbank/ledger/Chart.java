package org.moralbank.ledger;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The chart of accounts of every book, seen from the community: what members may claim is a liability, and a positive
 * posting is a credit. Accounts open by themselves, with these bounds, when they are first needed. Nothing here posts to 2900,
 * 3120 and 3255: they are known for books that were kept elsewhere and are imported.
 */
public enum Chart {
    CLEARING("1500", Bounds.NONE, true, Unit.MIN, Unit.PTS),
    SHORTFALL_POINTS("1600", Bounds.NOT_ABOVE_ZERO, true, Unit.PTS),
    SHORTFALL_TIME("1610", Bounds.NOT_ABOVE_ZERO, true, Unit.MIN),
    MEMBER_TIME("2100", Bounds.NOT_BELOW_ZERO, true, Unit.MIN),
    TEAM_TIME("2110", Bounds.NOT_BELOW_ZERO, true, Unit.MIN),
    MEMBER_POINTS("2200", Bounds.NOT_BELOW_ZERO, true, Unit.PTS),
    TEAM_POINTS("2210", Bounds.NOT_BELOW_ZERO, true, Unit.PTS),
    /** Falls below zero by what is given back late; how far refunds may take it is a rule of theirs, no bound. */
    MERCHANT_PAYABLE("2300", Bounds.NONE, true, Unit.PTS),
    MERCHANT_SETTLEMENT("2310", Bounds.NOT_BELOW_ZERO, true, Unit.PTS),
    TIME_POOL("2400", Bounds.NOT_BELOW_ZERO, false, Unit.MIN),
    POINTS_POOL("2410", Bounds.NOT_BELOW_ZERO, false, Unit.PTS),
    SUSPENSE("2900", Bounds.NONE, false, Unit.MIN, Unit.PTS),
    ISSUED_SERVICE_TIME("3100", Bounds.NOT_ABOVE_ZERO, true, Unit.MIN),
    ISSUED_FUND_TIME("3110", Bounds.NOT_ABOVE_ZERO, true, Unit.MIN),
    RETIRED_CARE("3120", Bounds.NOT_BELOW_ZERO, false, Unit.MIN),
    EXPIRED_TIME("3130", Bounds.NOT_BELOW_ZERO, false, Unit.MIN),
    ISSUED_SERVICE_POINTS("3200", Bounds.NOT_ABOVE_ZERO, true, Unit.PTS),
    ISSUED_AWARD_POINTS("3210", Bounds.NOT_ABOVE_ZERO, true, Unit.PTS),
    ISSUED_TASK_POINTS("3220", Bounds.NOT_ABOVE_ZERO, true, Unit.PTS),
    SETTLED_POINTS("3240", Bounds.NOT_BELOW_ZERO, false, Unit.PTS),
    WAIVED_POINTS("3245", Bounds.NOT_BELOW_ZERO, false, Unit.PTS),
    EXPIRED_POINTS("3250", Bounds.NOT_BELOW_ZERO, false, Unit.PTS),
    DEDUCTED_POINTS("3255", Bounds.NOT_BELOW_ZERO, false, Unit.PTS),
    WRITTEN_OFF_POINTS("3260", Bounds.NOT_ABOVE_ZERO, false, Unit.PTS),
    WRITTEN_OFF_TIME("3265", Bounds.NOT_ABOVE_ZERO, false, Unit.MIN),
    OPENING("3300", Bounds.NONE, false, Unit.MIN, Unit.PTS);

    /** What {@code posted} may be: {@code posted - held >= floor} and {@code posted <= ceiling}. */
    public record Bounds(long floor, long ceiling) {
        public static final long UNBOUNDED = Long.MAX_VALUE;
        static final Bounds NONE = new Bounds(-UNBOUNDED, UNBOUNDED);
        static final Bounds NOT_BELOW_ZERO = new Bounds(0, UNBOUNDED);
        static final Bounds NOT_ABOVE_ZERO = new Bounds(-UNBOUNDED, 0);
    }

    private static final Map<String, Chart> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toMap(Chart::code, Function.identity()));

    private final String code;
    private final Bounds bounds;
    private final boolean owned;
    private final Set<Unit> units;

    Chart(String code, Bounds bounds, boolean owned, Unit first, Unit... more) {
        this.code = code;
        this.bounds = bounds;
        this.owned = owned;
        this.units = EnumSet.of(first, more);
    }

    /** Four digits. */
    public String code() {
        return code;
    }

    public Bounds bounds() {
        return bounds;
    }

    /** As queries take them. */
    static String[] codes(Set<Chart> charts) {
        return charts.stream().map(Chart::code).toArray(String[]::new);
    }

    /** Whether an account of this code has an owner: a member, a team, a merchant, a fund, a period, another book. */
    public boolean owned() {
        return owned;
    }

    public Set<Unit> units() {
        return units;
    }

    /** The unit of a code that has only one. */
    public Unit unit() {
        if (units.size() != 1) {
            throw new IllegalStateException(code + " has accounts in " + units);
        }
        return units.iterator().next();
    }

    /**
     * Where a reversal books what its owner no longer has: his shortfall. Null for accounts from which nothing can have
     * been spent by a person.
     */
    @Nullable
    Chart shortfall() {
        return switch (this) {
            case MEMBER_TIME, TEAM_TIME, TIME_POOL -> SHORTFALL_TIME;
            case MEMBER_POINTS, TEAM_POINTS, POINTS_POOL -> SHORTFALL_POINTS;
            default -> null;
        };
    }

    /** Whether its accounts issue what was not there before, each of a period, and may have a {@link Budget}. */
    boolean isIssuing() {
        return switch (this) {
            case ISSUED_SERVICE_TIME,
                    ISSUED_FUND_TIME,
                    ISSUED_SERVICE_POINTS,
                    ISSUED_AWARD_POINTS,
                    ISSUED_TASK_POINTS -> true;
            default -> false;
        };
    }

    /** The chart's line of a code; null when there is none. */
    public static @Nullable Chart find(String code) {
        return BY_CODE.get(code);
    }

    static Chart of(String code) {
        Chart chart = BY_CODE.get(code);
        if (chart == null) {
            throw new IllegalArgumentException("no such code in the chart: " + code);
        }
        return chart;
    }
}
