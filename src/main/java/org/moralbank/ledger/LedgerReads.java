package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** What is read of the books: by this package's resources, and by features that show their own part of it. */
@ApplicationScoped
public class LedgerReads {
    private final LedgerStore store;

    LedgerReads(LedgerStore store) {
        this.store = store;
    }

    /** A page of entries, the oldest first. */
    public Uni<Page<EntryView>> entries(BookHandle book, EntryFilter filter, Page.Request page) {
        return store.entries(book.id(), filter, page.afterNumber(0), page.rows())
                .map(rows -> Page.of(page, rows, entry -> Long.toString(entry.seq())));
    }

    /** One entry; refuses a number that the book has not reached. */
    public Uni<EntryView> entry(BookHandle book, long seq) {
        return store.entry(book.id(), seq)
                .map(found -> found.orElseThrow(() -> new ProtocolRejection.NotFound("entry").refused()));
    }
}
