package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An entry as the API shows it. */
@Schema(name = "Entry", description = "One business event: postings of one unit that sum to zero. Immutable.")
public record EntryView(
        @Schema(description = "1, 2, 3 … without gaps in its book", examples = "12")
        long seq,

        EntryType type,
        Unit unit,

        @Schema(description = "When it happened, in the community's calendar")
        LocalDate occurredOn,

        @Schema(description = "When it was recorded") Instant postedAt,

        @Schema(description = "The API client that posted it")
        String client,

        @Nullable String actor,
        @Nullable String onBehalfOf,
        @Nullable String approver,

        @Schema(description = "The client's own reference") @Nullable
        String reference,

        @Schema(description = "What persons wrote; absent when erased") @Nullable
        String reason,

        @Nullable Map<String, String> metadata,

        @Schema(description = "Common to entries that were made together") @Nullable
        UUID group,

        @Schema(description = "The entry that this one takes back") @Nullable
        Long reverses,

        @Schema(description = "The entry that takes this one back") @Nullable
        Long reversedBy,

        List<PostingView> postings,

        @Schema(description = "SHA-256 of 0x00 and the canonical bytes, in hex (RFC 9162); in reads only") @Nullable
        String leafHash) {

    /** A line of an entry as the API shows it. */
    @Schema(name = "Posting", description = "One line of an entry.")
    public record PostingView(
            @Schema(description = "The account's id", examples = "2100:M-BHL-H0001:MIN")
            String account,

            @Schema(description = "Positive credits the account; in minor parts of the unit", examples = "-60")
            long amount,

            @Schema(description = "What is posted to the account then", examples = "1224")
            long balanceAfter,

            @Schema(description = "The how-manieth posting of the account this is", examples = "3")
            long version) {
        static PostingView of(Posting posting) {
            return new PostingView(posting.account(), posting.amount(), posting.balanceAfter(), posting.version());
        }
    }

    /** The view of an entry that was just posted. */
    public static EntryView of(Entry entry, @Nullable String reason, @Nullable Map<String, String> metadata) {
        return new EntryView(
                entry.seq(),
                entry.type(),
                entry.unit(),
                entry.occurredOn(),
                entry.postedAt(),
                entry.by().client(),
                entry.by().actor(),
                entry.by().onBehalfOf(),
                entry.by().approver(),
                entry.reference(),
                reason,
                metadata,
                entry.group(),
                entry.reverses(),
                null,
                entry.postings().stream().map(PostingView::of).toList(),
                null);
    }

    /** The view of an entry that was just posted, with nothing of what persons wrote: answers are kept, texts erasable. */
    public static EntryView of(Entry entry) {
        return of(entry, null, null);
    }

    /** The entry of its sealed bytes, with the hash of their leaf and nothing of what persons wrote. */
    public static EntryView sealed(byte[] canonical) {
        return CanonicalEntry.read(canonical)
                .with(null, null, null, HexFormat.of().formatHex(CanonicalEntry.leafHash(canonical)));
    }

    /** The same with what stands beside the sealed bytes. */
    EntryView with(
            @Nullable String writtenReason,
            @Nullable Map<String, String> writtenMetadata,
            @Nullable Long takenBackBy,
            String hash) {
        return new EntryView(
                seq,
                type,
                unit,
                occurredOn,
                postedAt,
                client,
                actor,
                onBehalfOf,
                approver,
                reference,
                writtenReason,
                writtenMetadata,
                group,
                reverses,
                takenBackBy,
                postings,
                hash);
    }
}
