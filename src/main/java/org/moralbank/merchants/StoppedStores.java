package org.moralbank.merchants;

import static org.moralbank.merchants.StoppedStoresTable.STOPPED_STORES;

import java.util.HashSet;
import java.util.Set;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;

/**
 * Which stores of a merchant are suspended or closed. In which store a till stands is known only when the till was read, too
 * late to ask for the store; so works ask for these, which are few, and mostly none.
 */
record StoppedStores(Set<String> ids) {
    static final StoppedStores NONE = new StoppedStores(Set.of());

    static void need(Needs needs, int book, String merchant) {
        needs.row(STOPPED_STORES, new Merchant.Key(book, merchant));
    }

    static StoppedStores of(WorkingSet set, int book, String merchant) {
        return set.get(STOPPED_STORES, new Merchant.Key(book, merchant));
    }

    /** Keeps in step with a store that was changed. */
    static void put(WorkingSet set, Store changed) {
        Set<String> ids = new HashSet<>(of(set, changed.book(), changed.merchant()).ids);
        if (changed.status() == Store.Status.ACTIVE) {
            ids.remove(changed.id());
        } else {
            ids.add(changed.id());
        }
        set.put(
                STOPPED_STORES,
                new Merchant.Key(changed.book(), changed.merchant()),
                new StoppedStores(Set.copyOf(ids)));
    }
}
