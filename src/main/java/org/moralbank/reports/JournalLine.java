package org.moralbank.reports;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.Unit;

/** A line of the journal: one posting with the entry that it is of, as the entry was sealed. */
@Schema(name = "JournalLine")
public record JournalLine(
        @Schema(description = "The entry", examples = "12") long seq,

        @Schema(description = "The how-manieth posting of the entry this is: 1, 2 …", examples = "1")
        int line,

        EntryType type,
        Unit unit,

        @Schema(description = "When it happened, in the community's calendar")
        LocalDate occurredOn,

        @Schema(description = "When it was recorded") Instant postedAt,

        @Schema(description = "The account's id", examples = "2100:M-BHL-H0001:MIN")
        String account,

        @Schema(description = "In minor parts of the unit; absent of a credit", examples = "60") @Nullable
        Long debit,

        @Schema(description = "In minor parts of the unit; absent of a debit") @Nullable
        Long credit,

        @Schema(description = "The API client that posted it")
        String client,

        @Nullable String actor,
        @Nullable String onBehalfOf,
        @Nullable String approver,
        @Nullable String reference,

        @Schema(description = "Common to entries that were made together") @Nullable
        UUID group,

        @Schema(description = "The entry that this one takes back") @Nullable
        Long reverses) {

    /** The lines of an entry. */
    static List<JournalLine> of(EntryView entry) {
        List<JournalLine> lines = new ArrayList<>(entry.postings().size());
        for (EntryView.PostingView posting : entry.postings()) {
            long amount = posting.amount();
            lines.add(new JournalLine(
                    entry.seq(),
                    lines.size() + 1,
                    entry.type(),
                    entry.unit(),
                    entry.occurredOn(),
                    entry.postedAt(),
                    posting.account(),
                    amount < 0 ? -amount : null,
                    amount > 0 ? amount : null,
                    entry.client(),
                    entry.actor(),
                    entry.onBehalfOf(),
                    entry.approver(),
                    entry.reference(),
                    entry.group(),
                    entry.reverses()));
        }
        return lines;
    }
}
