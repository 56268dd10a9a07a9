package org.moralbank.transfers;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
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
        PostedView view = of(EntryView.of(entry));
        return Answer.created(book.path() + "/" + collection + "/" + view.id(), view);
    }
}
