package org.moralbank.audit;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.Unit;

/** A sample as the API shows it. */
@Schema(name = "Sample", description = "Entries that were drawn, each with what stands behind it.")
record SampleView(
        Sample.Method method,

        @Schema(description = "The seed that was given, or made", examples = "audit-2025")
        String seed,

        @Schema(description = "How many were asked for", examples = "25")
        int size,

        @Schema(description = "Drawn from this entry …", examples = "1")
        long firstEntry,

        @Schema(description = "… to this one: with these and the seed, the same sample can be had for ever")
        long lastEntry,

        @Nullable EntryType type,
        @Nullable Unit unit,

        @Schema(description = "How many entries it was drawn from", examples = "782")
        long population,

        @Schema(
                description = "What they credit in all, in minor parts of the unit, as a text; of MONETARY_UNIT",
                examples = "86400")
        @Nullable
        String populationAmount,

        @Schema(description = "The kinds of entries it was drawn from")
        List<StratumView> strata,

        @Schema(description = "In order of seq") List<Item> items) {

    /** A kind of entry. */
    @Schema(name = "SampleStratum")
    record StratumView(
            EntryType type,
            Unit unit,

            @Schema(description = "How many there are", examples = "310")
            long entries,

            @Schema(description = "How many were drawn; of STRATIFIED", examples = "10") @Nullable
            Integer drawn) {}

    /** An entry that was drawn. */
    @Schema(name = "SampleItem", description = "An entry that was drawn, with its evidence.")
    record Item(
            EntryView entry,

            @Schema(description = "How often it was drawn; of MONETARY_UNIT, where it can be several times") @Nullable
            Long times,

            @Schema(description = "The service that earned it, or that it paid for") @Nullable
            RecordEvidence serviceRecord,

            @Schema(description = "The redemption that it captured or gave back") @Nullable
            RedemptionEvidence redemption,

            @Schema(description = "The settlement that it closed, paid or rejected") @Nullable
            SettlementEvidence settlement,

            @Schema(description = "The rule by which it earned") @Nullable
            RuleEvidence rule,

            @Schema(
                    description = "Where the proof is that it is in the book's log",
                    examples = "/v1/books/BHL/log/proofs/12")
            String proof) {}

    /** A service record, without what persons wrote. */
    @Schema(name = "SampleServiceRecord")
    record RecordEvidence(
            @Schema(description = "Where it is in whole") String path,

            @Nullable String volunteer,
            @Nullable String team,
            @Nullable String recipient,
            String activity,
            LocalDate occurredOn,
            int minutes,
            String payer,
            String organiser,

            @Schema(description = "Id of the person in charge")
            String leader,

            @Nullable Integer rating,
            String client,
            @Nullable String actor,
            @Nullable String onBehalfOf,
            Instant recordedAt) {}

    /** A redemption. */
    @Schema(name = "SampleRedemption")
    record RedemptionEvidence(
            @Schema(description = "Where it is in whole") String path,

            String mode,
            String status,
            String member,
            String merchant,
            @Nullable String terminal,
            @Nullable String terminalTransaction,

            @Schema(description = "In hundredths of a point")
            long approvedAmount,

            @Nullable Long capturedAmount,
            long refundedAmount,

            @Schema(description = "Whether a voucher paid") boolean byVoucher,

            @Schema(description = "When it was sold without a connection, by the till's clock") @Nullable
            Instant soldOfflineAt,

            Instant createdAt) {}

    /** A settlement, with who made and who checked. */
    @Schema(name = "SampleSettlement")
    record SettlementEvidence(
            @Schema(description = "Where it is in whole") String path,

            String merchant,
            String status,

            @Schema(description = "In hundredths of a point")
            long amount,

            String maker,
            @Nullable String checker,
            @Nullable String bankReference) {}

    /** What a service earns in the book. */
    @Schema(name = "SampleRule")
    record RuleEvidence(
            @Schema(description = "MIN: its minutes, and points besides; PTS: points only")
            Unit serviceEarns,

            @Schema(description = "Hundredths of a point", examples = "200")
            long pointsPerHour) {}
}
