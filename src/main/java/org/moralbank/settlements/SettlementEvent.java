package org.moralbank.settlements;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Unit;

/** What followers of a book's events are told of a settlement. */
record SettlementEvent(
        String settlement,
        String merchant,
        Settlement.Status status,
        LocalDate from,
        LocalDate through,
        long amount,
        Unit unit,
        long payment,
        String currency,
        @Nullable String bankReference,
        long entry) {
    static SettlementEvent of(Settlement settlement) {
        Settlement.Batch batch = settlement.batch();
        Settlement.Checked end = settlement.end();
        return new SettlementEvent(
                batch.id().toString(),
                batch.merchant(),
                settlement.status(),
                batch.from(),
                batch.through(),
                batch.amount(),
                Unit.PTS,
                batch.payment().fen(),
                SettlementView.PaymentView.CURRENCY,
                settlement instanceof Settlement.Paid paid ? paid.bankReference() : null,
                end == null ? batch.entry() : end.entry());
    }
}
