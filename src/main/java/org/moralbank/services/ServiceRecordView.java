package org.moralbank.services;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.Note;

/** A service record as the API shows it. */
@Schema(name = "ServiceRecord", description = "A service that was given, and the entries that it made.")
record ServiceRecordView(
        @Schema(examples = "0198f0a2-6c4e-7b1d-9a51-3f0c8de2a771")
        String id,

        Status status,

        @Schema(description = "Id of the member who gave the service", examples = "M-BHL-H0001") @Nullable
        String volunteer,

        @Schema(description = "Id of the team that gave it", examples = "T-BHL-01") @Nullable
        String team,

        @Schema(description = "Id of the member who was served", examples = "M-BHL-E0001") @Nullable
        String recipient,

        @Schema(examples = "代买药品") String activity,

        @Schema(description = "What was done; in reads only, absent when erased") @Nullable
        String content,

        @Schema(description = "The day of the service, in the community's calendar")
        LocalDate occurredOn,

        @Schema(
                description = "When on that day it began, by the community's clock",
                pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$",
                examples = "09:30")
        @Nullable
        String startedAt,

        @Schema(description = "Actually given", examples = "60")
        int minutes,

        @Schema(description = "In reads only, absent when erased", examples = "北环路社区") @Nullable
        String place,

        @Schema(description = "The organising unit", examples = "银龄互助队")
        String organiser,

        @Schema(description = "Id of the person in charge", examples = "L-BHL-01")
        String leader,

        @Schema(description = "1 to 5", examples = "5") @Nullable
        Integer rating,

        Payer payer,

        @Schema(description = "The client's own reference; a service is recorded once under it") @Nullable
        String reference,

        @Schema(description = "In reads only, absent when erased") @Nullable
        String reason,

        @Schema(description = "In reads only") @Nullable Map<String, String> metadata,

        @Schema(description = "The API client that recorded it")
        String client,

        @Nullable String actor,
        @Nullable String onBehalfOf,
        Instant recordedAt,

        @Schema(description = "Number of the entry that earned or paid the minutes", examples = "12") @Nullable
        Long timeEntry,

        @Schema(description = "Number of the entry that earned points", examples = "13") @Nullable
        Long pointsEntry,

        @Schema(description = "What was posted, with the balances after; in the answer to its recording only") @Nullable
        List<EntryView> entries) {

    /** What became of a record. */
    enum Status {
        CONFIRMED,
        /** An entry of it was taken back. */
        REVERSED
    }

    /** To the minute, as requests write it. */
    static @Nullable String written(@Nullable LocalTime time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MINUTES).toString();
    }

    /** A record that was just made, without what persons wrote: answers are kept, texts erasable. */
    static ServiceRecordView made(ServiceRecord record, List<Entry> posted) {
        ServiceGiven given = record.given();
        Note note = given.note();
        return new ServiceRecordView(
                record.id().toString(),
                Status.CONFIRMED,
                given.volunteer(),
                given.team(),
                given.recipient(),
                given.activity(),
                null,
                note.occurredOn(),
                written(given.startedAt()),
                given.minutes(),
                null,
                given.organiser(),
                given.leader(),
                given.rating(),
                given.payer(),
                note.reference(),
                null,
                null,
                note.by().client(),
                note.by().actor(),
                note.by().onBehalfOf(),
                record.recordedAt(),
                record.timeSeq(),
                record.pointsSeq(),
                posted.stream().map(EntryView::of).toList());
    }
}
