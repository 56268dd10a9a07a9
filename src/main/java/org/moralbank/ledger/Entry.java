package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One business event, immutable: two or more postings of one unit in one book that sum to zero.
 *
 * @param seq 1, 2, 3 … without gaps in its book
 * @param occurredOn when it happened, in the community's calendar
 * @param postedAt when it was recorded; never before that of the entry before
 * @param reference the client's own, or null
 * @param group common to entries that were made together, or null
 * @param reverses the entry that this one takes back, or null
 * @param text what persons wrote, or null
 * @param canonical what was hashed: RFC 8785, without names or free text
 * @param leafHash RFC 9162 section 2.1.1 over {@code canonical}
 */
public record Entry(
        int book,
        long seq,
        EntryType type,
        Unit unit,
        LocalDate occurredOn,
        Instant postedAt,
        Attribution by,
        @Nullable String reference,
        @Nullable UUID group,
        @Nullable Long reverses,
        @Nullable EntryText text,
        List<Posting> postings,
        byte[] canonical,
        byte[] leafHash) {
    /** How many bytes an entry is sealed in at most: a bundle of the transparency log has two bytes for the length of each. */
    static final int LONGEST = 0xffff;

    /**
     * The same for entries that take nothing back and give nothing back. What is left is for the entry that takes or gives one
     * back: it moves as much on the same accounts and their shortfalls, with longer balances and versions, and a reason and a
     * reference of its own.
     */
    static final int LONGEST_TO_BE_REVERSED = 0xc000;
}
