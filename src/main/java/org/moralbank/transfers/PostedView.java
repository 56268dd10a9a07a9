package org.moralbank.transfers;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryView;

/** What was posted: a transfer, gift, donation, grant or opening, with its entries and the balances after. */
@Schema(name = "Posted", description = "What was posted, with the balances after in its postings.")
record PostedView(
        @Schema(description = "Of the transfer, gift, donation, grant or opening", examples = "12")
        String id,

        List<EntryView> entries) {
    static PostedView of(EntryView entry) {
        return new PostedView(Long.toString(entry.seq()), List.of(entry));
    }

    static Answer created(BookHandle book, String collection, Entry entry) {
        return created(book, collection, entry, null);
    }

    /** The same with an entry that was made with it, if one was. */
    static Answer created(BookHandle book, String collection, Entry entry, @Nullable Entry more) {
        List<EntryView> entries = Stream.of(entry, more)
                .filter(Objects::nonNull)
                .map(EntryView::of)
                .toList();
        PostedView view = new PostedView(Long.toString(entry.seq()), entries);
        return Answer.created(book.path() + "/" + collection + "/" + view.id(), view);
    }
}
