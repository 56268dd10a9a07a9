package org.moralbank.ledger;

import java.util.Set;

/**
 * Somebody who takes part in entries: they post to an account of his.
 *
 * @param charts the lines of the chart that count
 * @param owner of the accounts; empty where the chart has none
 * @param isFund whether the owner is a fund, which has an account for each year
 */
public record Party(Set<Chart> charts, String owner, boolean isFund) {
    /** A member. */
    public static Party member(String id) {
        return new Party(Set.of(Chart.MEMBER_TIME, Chart.MEMBER_POINTS), id, false);
    }

    /** A team. */
    public static Party team(String id) {
        return new Party(Set.of(Chart.TEAM_TIME, Chart.TEAM_POINTS), id, false);
    }

    /** A fund, of whatever year, or with the id {@link Holder#POOL} what members donated. */
    public static Party fund(String id) {
        return id.equals(Holder.POOL)
                ? new Party(Set.of(Chart.TIME_POOL, Chart.POINTS_POOL), "", false)
                : new Party(Set.of(Chart.ISSUED_FUND_TIME), id, true);
    }
}
