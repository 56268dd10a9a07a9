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
import org.moralbank.platform.ProtocolRejection;

/** Registers the stores of merchants, edits, suspends, resumes and closes them. */
@ApplicationScoped
public class Stores {
    private final Commits commits;

    Stores(Commits commits) {
        this.commits = commits;
    }

    /** What a store is to be. */
    public record Edit(String id, String name, @Nullable String place) {}

    /**
     * Registers a store, or edits the one that is there. Refuses a merchant that is not there or closed, a store that is
     * closed, and as every edit does.
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
                if (before != null) {
                    refuseClosed(before);
                }
                EditRejection.check(ifMatch, before == null ? 0 : before.version());
                Store after = before == null
                        ? new Store(
                                book.id(),
                                merchant,
                                edit.id(),
                                edit.name(),
                                edit.place(),
                                Store.Status.ACTIVE,
                                1,
                                Merchants.moment(set))
                        : before.edited(edit.name(), edit.place());
                set.put(STORES, key, after);
                return before == null
                        ? Answer.created(path(book, merchant, after.id()), StoreView.of(after))
                                .withEtag(EditRejection.etag(after.version()))
                        : shown(after);
            }
        });
    }

    // ---- suspending and closing --------------------------------------------------------------------------------

    /**
     * Suspends a store: once it is answered, the terminals that stand in it sell nothing. Refuses one that is closed or
     * suspended already.
     */
    Uni<Answer> suspend(Ask ask, BookHandle book, String merchant, String id, StatusChange.Order order) {
        return change(ask, book, merchant, id, order, Store.Status.SUSPENDED);
    }

    /** Ends a suspension. Refuses one that is closed or not suspended. */
    Uni<Answer> resume(Ask ask, BookHandle book, String merchant, String id, StatusChange.Order order) {
        return change(ask, book, merchant, id, order, Store.Status.ACTIVE);
    }

    /** Closes a store, for good. Its terminals are left: they may be put into another. Refuses a closed one. */
    Uni<Answer> close(Ask ask, BookHandle book, String merchant, String id, StatusChange.Order order) {
        return change(ask, book, merchant, id, order, Store.Status.CLOSED);
    }

    private Uni<Answer> change(
            Ask ask, BookHandle book, String merchant, String id, StatusChange.Order order, Store.Status to) {
        Store.Key key = new Store.Key(book.id(), merchant, id);
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                Merchants.need(needs, book.id(), merchant);
                needs.row(STORES, key);
                StoppedStores.need(needs, book.id(), merchant);
                StatusChange.need(needs, book.id());
            }

            @Override
            public Answer decide(WorkingSet set) {
                Merchants.ofPath(set, book, merchant);
                Store before = set.find(STORES, key);
                if (before == null) {
                    throw new ProtocolRejection.NotFound("store").refused();
                }
                refuseClosed(before);
                if (before.status() == to) {
                    throw to == Store.Status.SUSPENDED
                            ? new StatusRejection.StoreAlreadySuspended(id).refused()
                            : new StatusRejection.StoreNotSuspended(id).refused();
                }
                Store after = before.with(to);
                set.put(STORES, key, after);
                StoppedStores.put(set, after);
                order.of(after, Merchants.moment(set)).put(set);
                return shown(after);
            }
        });
    }

    // ---- shared ------------------------------------------------------------------------------------------------

    /** Nothing is changed of a store that is closed, and no terminal is put into it. */
    static void refuseClosed(Store store) {
        if (store.status() == Store.Status.CLOSED) {
            throw new StatusRejection.StoreAlreadyClosed(store.id()).refused();
        }
    }

    private static String path(BookHandle book, String merchant, String store) {
        return Merchants.path(book, merchant) + "/stores/" + store;
    }

    private static Answer shown(Store store) {
        return Answer.ok(StoreView.of(store)).withEtag(EditRejection.etag(store.version()));
    }
}
