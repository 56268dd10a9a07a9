package org.moralbank.merchants;

import static org.moralbank.merchants.StoreTable.STORES;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.EditRejection;

/** Registers the stores of merchants and edits them. */
@ApplicationScoped
public class Stores {
    private final Commits commits;

    Stores(Commits commits) {
        this.commits = commits;
    }

    /** What a store is to be. */
    public record Edit(String id, String name, @Nullable String place) {}

    /**
     * Registers a store, or edits the one that is there. Refuses a merchant that is not there or closed, and as every edit
     * does.
     */
    public Uni<Answer> put(Ask ask, BookHandle book, String merchant, Edit edit, @Nullable String ifMatch) {
        Store.Key key = new Store.Key(book.id(), merchant, edit.id());
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                Merchants.need(needs, book.id(), merchant);
                needs.row(STORES, key);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Merchant owner = Merchants.ofPath(set, book, merchant);
                Store before = set.find(STORES, key);
                if (before != null && before.isSo(edit.name(), edit.place())) {
                    return shown(before);
                }
                Merchants.refuseClosed(owner);
                EditRejection.check(ifMatch, before == null ? 0 : before.version());
                Store after = before == null
                        ? new Store(book.id(), merchant, edit.id(), edit.name(), edit.place(), 1, Merchants.moment(set))
                        : before.edited(edit.name(), edit.place());
                set.put(STORES, key, after);
                return before == null
                        ? Answer.created(Merchants.path(book, merchant) + "/stores/" + after.id(), StoreView.of(after))
                                .withEtag(EditRejection.etag(after.version()))
                        : shown(after);
            }
        });
    }

    private static Answer shown(Store store) {
        return Answer.ok(StoreView.of(store)).withEtag(EditRejection.etag(store.version()));
    }
}
