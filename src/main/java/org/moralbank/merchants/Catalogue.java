package org.moralbank.merchants;

import static org.moralbank.merchants.BoughtTable.BOUGHT;
import static org.moralbank.merchants.ItemTable.ITEMS;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;

/**
 * What works of other features do with a merchant's catalogue. A work that sells lines says so in both its halves:
 *
 * <pre>{@code
 * Merchants.need(needs, book, merchant);
 * Catalogue.need(needs, book, merchant, member, lines);
 * …
 * Merchants.seller(set, book, merchant);
 * Catalogue.buy(set, book, merchant, member, lines, amount, day);
 * }</pre>
 *
 * <p>and when the sale is undone as a whole (a void, an expiry, a reversal, a refund of all of it), once:
 *
 * <pre>{@code
 * Catalogue.need(needs, book, merchant, member, lines);
 * …
 * Catalogue.giveBack(set, book, merchant, member, lines, day);
 * }</pre>
 *
 * <p>{@code day} is that of the sale in the book's calendar, {@code Book.dayOf(set.now())} or the day of an offline sale; to
 * be kept with the sale, like its lines, so that it is given back where it was counted. Without lines nothing is asked of
 * the catalogue: {@code buy} and {@code giveBack} of none do nothing.
 */
public final class Catalogue {
    private Catalogue() {}

    /** Names what {@link #buy} and {@link #giveBack} look at. */
    public static void need(Needs needs, int book, String merchant, String member, List<Line> lines) {
        for (Line line : lines) {
            needs.row(ITEMS, new Item.Key(book, merchant, line.item()));
            needs.row(BOUGHT, new Bought.Key(book, merchant, line.item(), member));
        }
    }

    /**
     * Checks lines against the catalogue and counts them as bought by the member on that day.
     *
     * <p>Refuses, line by line: an item that is not in the catalogue ({@code item-unknown}) or not sold at present
     * ({@code item-not-active}), a category that the merchant may not sell ({@code category-not-allowed}), a day of the week
     * on which the item is not sold ({@code not-on-this-day}); then lines that do not come to the amount
     * ({@code amount-differs}); then more of an item than a member may buy in a period ({@code limit-exceeded}), also when
     * it stands in several lines.
     *
     * @param amount what is asked for, in hundredths of a point
     */
    public static void buy(
            WorkingSet set, int book, String merchant, String member, List<Line> lines, long amount, LocalDate day) {
        if (lines.isEmpty()) {
            return;
        }
        Merchant seller = Merchants.known(set, book, merchant);
        long sum = 0;
        for (Line line : lines) {
            sum += onSale(set, seller, line.item(), day).price() * line.count();
        }
        if (sum != amount) {
            throw new CatalogueRejection.AmountDiffers(amount, sum).refused();
        }
        countByItem(lines).forEach((id, count) -> count(set, seller, member, id, count, day));
    }

    /** Takes back what {@link #buy} counted on that day: the lines of a sale that is undone as a whole, once. */
    public static void giveBack(
            WorkingSet set, int book, String merchant, String member, List<Line> lines, LocalDate day) {
        countByItem(lines).forEach((item, count) -> {
            Bought.Key key = new Bought.Key(book, merchant, item, member);
            set.put(BOUGHT, key, bought(set, key).plus(day, -count));
        });
    }

    private static Item onSale(WorkingSet set, Merchant seller, String id, LocalDate day) {
        Item.Placed placed = set.find(ITEMS, new Item.Key(seller.book(), seller.id(), id));
        if (placed == null || placed.removed()) {
            throw new CatalogueRejection.ItemUnknown(id).refused();
        }
        Item item = placed.item();
        if (!item.active()) {
            throw new CatalogueRejection.ItemNotActive(id).refused();
        }
        if (!seller.sells(item.category())) {
            throw new CatalogueRejection.CategoryNotAllowed(id, item.category()).refused();
        }
        if (!item.weekdays().contains(day.getDayOfWeek())) {
            throw new CatalogueRejection.NotOnThisDay(id, day.getDayOfWeek()).refused();
        }
        return item;
    }

    private static void count(WorkingSet set, Merchant seller, String member, String id, int count, LocalDate day) {
        Bought.Key key = new Bought.Key(seller.book(), seller.id(), id, member);
        Bought before = bought(set, key);
        Item.PerMember most = set.get(ITEMS, new Item.Key(seller.book(), seller.id(), id))
                .item()
                .perMember();
        if (most != null) {
            long had = before.in(most.period(), day);
            if (had + count > most.count()) {
                throw new CatalogueRejection.MemberLimitExceeded(id, most.period(), most.count(), had, had + count)
                        .refused();
            }
        }
        set.put(BOUGHT, key, before.plus(day, count));
    }

    private static Bought bought(WorkingSet set, Bought.Key key) {
        return Objects.requireNonNullElse(set.find(BOUGHT, key), Bought.NONE);
    }

    /** In the order in which the items are first named. */
    private static Map<String, Integer> countByItem(List<Line> lines) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        lines.forEach(line -> counts.merge(line.item(), line.count(), Math::addExact));
        return counts;
    }
}
