package org.moralbank.transfers;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.EntryFilter;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.LedgerReads;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.RefusedException;

/** What was given, read from the books: the entries of some types are a collection, under the numbers they have there. */
@ApplicationScoped
class PostedReads {
    private final LedgerReads ledger;

    PostedReads(LedgerReads ledger) {
        this.ledger = ledger;
    }

    /** A page, the oldest first, of what matches. */
    Uni<Page<PostedView>> list(BookHandle book, EntryFilter filter, Page.Request page) {
        return ledger.entries(book, filter, page)
                .map(entries ->
                        new Page<>(entries.items().stream().map(PostedView::of).toList(), entries.next()));
    }

    /** One, by its number. Refuses one that is not there or is something else. */
    Uni<PostedView> one(BookHandle book, List<EntryType> types, String id, String what) {
        return ledger.entry(book, Ids.number(id))
                .onFailure(RefusedException.class)
                .transform(ignored -> notFound(what))
                .map(entry -> {
                    if (!types.contains(entry.type())) {
                        throw notFound(what);
                    }
                    return PostedView.of(entry);
                });
    }

    private static RefusedException notFound(String what) {
        return new ProtocolRejection.NotFound(what).refused();
    }
}
