package org.moralbank.ledger;

/**
 * Who holds what: a line of the chart, its owner, and a unit, in a book. All lots of it are one {@link Holding}.
 *
 * @param owner the id of a member, team, merchant, fund and period, …; empty where the chart has none
 */
public record Holder(int book, Chart chart, String owner, Unit unit) {
    /** In the place of an owner's id: what members donated, which has no owner. */
    public static final String POOL = "POOL";

    public Holder {
        if (chart.owned() == owner.isEmpty() || !chart.units().contains(unit)) {
            throw new IllegalArgumentException("not of the chart: " + chart + " of '" + owner + "' in " + unit);
        }
    }

    public static Holder of(int book, Chart chart, String owner) {
        return new Holder(book, chart, owner, chart.unit());
    }

    public static Holder of(int book, Chart chart) {
        return new Holder(book, chart, "", chart.unit());
    }

    /** Where this holder's shortfall stands. */
    Holder shortfall() {
        Chart shortfall = chart.shortfall();
        if (shortfall == null) {
            throw new IllegalStateException("no shortfall for " + this);
        }
        return Holder.of(book, shortfall, owner.isEmpty() ? POOL : owner);
    }

    /** {@code 2100:M-1:MIN}: the account's id in the API and in exports, lots apart. */
    public String path() {
        return owner.isEmpty() ? chart.code() + ":" + unit : chart.code() + ":" + owner + ":" + unit;
    }
}
