package org.moralbank.ledger;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.CanonicalJson;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Json;

/**
 * When it happened, who did it, and what he wrote: checked, and ready for an entry.
 *
 * @param dayGiven whether the request says the day; else it is today by the process's clock, until the entry is posted: a
 *     request that waits over midnight, or comes to a process whose clock is slow, happens on the day that its answer tells
 */
public record Note(
        LocalDate occurredOn,
        Attribution by,
        @Nullable String reference,
        @Nullable String reason,
        @Nullable Map<String, String> metadata,
        boolean dayGiven) {
    private static final int LONGEST_REASON = 500;

    /** Of a given day. */
    public Note(
            LocalDate occurredOn,
            Attribution by,
            @Nullable String reference,
            @Nullable String reason,
            @Nullable Map<String, String> metadata) {
        this(occurredOn, by, reference, reason, metadata, true);
    }

    /** Checks the common fields of a request; faults are told with those of the others. */
    public static Note of(Fields fields, Noted body, BookHandle book, Client client) {
        return new Note(
                fields.dayUpTo("occurredOn", body.occurredOn(), book.dayOf(Instant.now())),
                new Attribution(
                        client.id(),
                        client.name(),
                        fields.optionalId("actor", body.actor()),
                        fields.optionalId("onBehalfOf", body.onBehalfOf()),
                        null),
                fields.optionalNewReference("reference", body.reference()),
                fields.optionalText("reason", body.reason(), LONGEST_REASON),
                fields.metadata("metadata", body.metadata()),
                body.occurredOn() != null);
    }

    /** Of what one decides, says why, and another approves: actor, reason and approver are required. */
    public static Note ofTwo(Fields fields, Noted body, @Nullable String approver, BookHandle book, Client client) {
        if (body.reason() == null) {
            fields.fault("reason", "required");
        }
        if (body.actor() == null) {
            fields.fault("actor", "required");
        }
        Note note = of(fields, body, book, client);
        if (approver == null) {
            fields.fault("approver", "required");
        }
        return note.approvedBy(fields, approver);
    }

    /** The same with who approved it, or nobody; he is not who acted. */
    public Note approvedBy(Fields fields, @Nullable String approver) {
        fields.optionalId("approver", approver);
        if (approver != null && approver.equals(by.actor())) {
            fields.fault("approver", "same-person");
        }
        Attribution approved = new Attribution(by.clientId(), by.client(), by.actor(), by.onBehalfOf(), approver);
        return new Note(occurredOn, approved, reference, reason, metadata, dayGiven);
    }

    /**
     * The same as it is decided, for what is recorded beside the entry: where no day was given, on the day of the entry's
     * posting.
     */
    public Note decided(WorkingSet set, int book) {
        if (dayGiven) {
            return this;
        }
        LocalDate today = Ledger.dayOfPosting(set, book);
        return today.equals(occurredOn) ? this : new Note(today, by, reference, reason, metadata, false);
    }

    /** A draft with all of this on it. */
    public Draft draft(EntryType type, int book) {
        Draft draft = Draft.of(type, book, occurredOn, by)
                .reference(reference)
                .text(EntryText.of(reason, metadata == null ? null : canonical(metadata)));
        return dayGiven ? draft : draft.onItsPosting();
    }

    private static String canonical(Map<String, String> metadata) {
        try {
            return new String(CanonicalJson.of(Json.bytes(metadata)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("our own JSON", e);
        }
    }
}
