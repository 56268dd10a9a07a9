package org.moralbank.settlements;

import java.time.Instant;
import java.time.LocalDate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Unit;

/** A settlement as the API shows it. */
@Schema(name = "Settlement", description = "What a merchant is owed for a period, closed for payment.")
record SettlementView(
        @Schema(examples = "01980000-0000-7000-8000-000000000001")
        String id,

        @Schema(examples = "MER-LS-01") String merchant,
        Settlement.Status status,

        @Schema(
                description = "The first day: the one after the period before; of a first period the one when the"
                        + " merchant came, or was first owed something if that was earlier")
        LocalDate from,

        @Schema(description = "The last day") LocalDate through,

        @Schema(description = "The batch has the postings of the merchant's payable behind this entry", examples = "0")
        long afterEntry,

        @Schema(description = "… up to this one, but those of settlements", examples = "120")
        long lastEntry,

        @Schema(
                description = "What was owed before them, and in no batch; below zero when refunds came late",
                examples = "0")
        long carriedOver,

        @Schema(description = "What they come to", examples = "695000")
        long earned,

        @Schema(
                description = "What the merchant gave back or waived behind the period: it is not paid with this batch",
                examples = "0")
        long withheld,

        @Schema(description = "carriedOver + earned - withheld, in hundredths of a point", examples = "695000")
        long amount,

        Unit unit,
        PaymentView payment,

        @Schema(description = "The client's own reference") @Nullable
        String reference,

        @Schema(description = "Who closed it", examples = "W-001")
        String maker,

        @Schema(description = "The entry that closed it", examples = "121")
        long entry,

        Instant closedAt,

        @Schema(description = "Who paid or rejected it; never the maker", examples = "W-002") @Nullable
        String checker,

        @Schema(description = "The bank's number of the payment", examples = "BK-20250703-0001") @Nullable
        String bankReference,

        @Schema(description = "Why it was rejected") @Nullable
        String reason,

        @Schema(description = "The entry that paid or rejected it") @Nullable
        Long endEntry,

        @Nullable Instant endedAt,

        @Schema(description = "What the merchant is owed besides, after this; in answers to changes only") @Nullable
        Long payableAfter) {

    /** What is paid: a memo. */
    @Schema(
            name = "SettlementPayment",
            description =
                    "What the points are paid with, as a memo: no money is in the books. In fen, hundredths of a CNY.")
    record PaymentView(
            @Schema(description = "What a point was paid with when the batch was closed", examples = "100")
            int fenPerPoint,

            @Schema(description = "The merchant's discount then, in parts of ten thousand", examples = "0")
            int discountBasisPoints,

            @Schema(description = "Points times rate, to the whole fen, half up", examples = "695000")
            long gross,

            @Schema(description = "gross - amount", examples = "0")
            long discount,

            @Schema(
                    description =
                            "What is paid: points times rate less the discount, rounded once to the whole fen, half up",
                    examples = "695000")
            long amount,

            @Schema(examples = "CNY") String currency) {
        static final String CURRENCY = "CNY";

        static PaymentView of(Payment payment) {
            return new PaymentView(
                    payment.fenPerPoint(),
                    payment.discountBasisPoints(),
                    payment.grossFen(),
                    payment.discountFen(),
                    payment.fen(),
                    CURRENCY);
        }
    }

    static SettlementView of(Settlement settlement) {
        return of(settlement, true, null);
    }

    /** As it was just changed: answers are kept for ever, so that they carry nothing that a person wrote. */
    static SettlementView changed(Settlement settlement, long payableAfter) {
        return of(settlement, false, payableAfter);
    }

    private static SettlementView of(Settlement settlement, boolean withText, @Nullable Long payableAfter) {
        Settlement.Batch batch = settlement.batch();
        Settlement.Checked end = settlement.end();
        return new SettlementView(
                batch.id().toString(),
                batch.merchant(),
                settlement.status(),
                batch.from(),
                batch.through(),
                batch.before().lastEntry(),
                batch.lastEntry(),
                batch.carriedOver(),
                batch.earned(),
                batch.withheld(),
                batch.amount(),
                Unit.PTS,
                PaymentView.of(batch.payment()),
                batch.reference(),
                batch.maker(),
                batch.entry(),
                batch.closedAt(),
                end == null ? null : end.checker(),
                settlement instanceof Settlement.Paid paid ? paid.bankReference() : null,
                withText && settlement instanceof Settlement.Rejected rejected ? rejected.reason() : null,
                end == null ? null : end.entry(),
                end == null ? null : end.at(),
                payableAfter);
    }
}
