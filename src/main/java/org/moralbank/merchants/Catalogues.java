package org.moralbank.merchants;

import static org.moralbank.merchants.CatalogueTable.CATALOGUES;
import static org.moralbank.merchants.ItemTable.ITEMS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.EditRejection;

/** Edits the catalogues of merchants, each as a whole. */
@ApplicationScoped
class Catalogues {
    private final Commits commits;

    Catalogues(Commits commits) {
        this.commits = commits;
    }

    /**
     * Makes a merchant's catalogue, or replaces what is there: items that are no longer named are not sold any more. What
     * members bought of an item stays counted. Refuses a merchant that is not there or closed, and as every edit does.
     *
     * @param items by ids that differ
     */
    Uni<Answer> put(Ask ask, BookHandle book, String merchant, List<Item> items, @Nullable String ifMatch) {
        Merchant.Key key = new Merchant.Key(book.id(), merchant);
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                Merchants.need(needs, book.id(), merchant);
                needs.row(CATALOGUES, key);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Merchant owner = Merchants.ofPath(set, book, merchant);
                CatalogueTable.Whole before = set.find(CATALOGUES, key);
                if (before != null && before.items().equals(items)) {
                    return shown(before);
                }
                Merchants.refuseClosed(owner);
                EditRejection.check(ifMatch, before == null ? 0 : before.version());
                CatalogueTable.Whole after = new CatalogueTable.Whole(
                        before == null ? 1 : before.version() + 1, Merchants.moment(set), items);
                set.put(CATALOGUES, key, after);
                place(set, before == null ? List.of() : before.items());
                return before == null
                        ? Answer.created(Merchants.path(book, merchant) + "/catalogue", CatalogueView.of(after))
                                .withEtag(EditRejection.etag(after.version()))
                        : shown(after);
            }

            // Puts every item that is another, or stands elsewhere, than before; and those that are no more.
            private void place(WorkingSet set, List<Item> before) {
                Map<String, Item.Placed> left = new HashMap<>();
                for (int place = 0; place < before.size(); place++) {
                    left.put(before.get(place).id(), new Item.Placed(before.get(place), place, false));
                }
                for (int place = 0; place < items.size(); place++) {
                    Item.Placed placed = new Item.Placed(items.get(place), place, false);
                    if (!placed.equals(left.remove(placed.item().id()))) {
                        put(set, placed);
                    }
                }
                left.values().forEach(gone -> put(set, new Item.Placed(gone.item(), gone.place(), true)));
            }

            private void put(WorkingSet set, Item.Placed placed) {
                set.put(ITEMS, new Item.Key(book.id(), merchant, placed.item().id()), placed);
            }
        });
    }

    private static Answer shown(CatalogueTable.Whole whole) {
        return Answer.ok(CatalogueView.of(whole)).withEtag(EditRejection.etag(whole.version()));
    }
}
