package org.moralbank.redemptions;

import org.jspecify.annotations.Nullable;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookEvents;
import org.moralbank.ledger.Unit;

/**
 * What the book's events tell of a redemption after a change: ids, amounts and where it stands.
 *
 * <p>A sale has no event of its own: its entry is one, which followers see as {@code redemption.sold} ({@link
 * org.moralbank.ledger.BookEvent}); every sale would pay for a second. All else that befalls a redemption is told as {@code
 * redemption.…}.
 *
 * @param id null for a transaction that never came
 * @param entry the number of the entry that captured
 */
record Told(
        @Nullable String id,
        Redemption.Status status,
        @Nullable String member,
        String merchant,
        @Nullable String terminal,
        @Nullable String terminalTransaction,
        @Nullable Long approvedAmount,
        @Nullable Long capturedAmount,
        @Nullable Long refundedAmount,
        Unit unit,
        @Nullable Long entry) {
    /** What happened, as the last part of the event's type. */
    enum Change {
        AUTHORIZED("authorized"),
        CAPTURED("captured"),
        VOIDED("voided"),
        EXPIRED("expired"),
        REFUNDED("refunded"),
        REVERSED("reversed");

        private final String type;

        Change(String type) {
            this.type = "redemption." + type;
        }
    }

    /** Appends the event of a change. */
    static void append(WorkingSet set, Redemption redemption, Change change) {
        Purchase purchase = redemption.purchase();
        Redemption.Till till = purchase.till();
        Redemption.Capture taken = redemption.taken();
        append(
                set,
                purchase.book(),
                change,
                new Told(
                        purchase.id().toString(),
                        redemption.status(),
                        purchase.member(),
                        purchase.merchant(),
                        till == null ? null : till.terminal(),
                        till == null ? null : till.transaction(),
                        purchase.approved(),
                        taken == null ? null : taken.amount(),
                        taken == null ? null : redemption.givenBack(),
                        Unit.PTS,
                        taken == null ? null : taken.entry()));
    }

    /** Appends that a hold has expired of a redemption that is not touched by it. */
    static void expired(WorkingSet set, Seen seen, long approved) {
        Redemption.Till till = seen.seller().till();
        append(
                set,
                seen.key().book(),
                Change.EXPIRED,
                new Told(
                        seen.key().id().toString(),
                        Redemption.Status.EXPIRED,
                        seen.payer().member(),
                        seen.seller().merchant(),
                        till == null ? null : till.terminal(),
                        till == null ? null : till.transaction(),
                        approved,
                        null,
                        null,
                        Unit.PTS,
                        null));
    }

    private static void append(WorkingSet set, int book, Change change, Told told) {
        BookEvents.append(set, book, change.type, "redemptions/" + told.id(), told);
    }

    /** Appends that a transaction was reversed before it came, and will be refused. */
    static void tombstone(WorkingSet set, Transaction.Key key) {
        BookEvents.append(
                set,
                key.book(),
                "redemption.tombstone",
                "merchants/" + key.merchant() + "/terminals/" + key.till().terminal(),
                new Told(
                        null,
                        Redemption.Status.REVERSED,
                        null,
                        key.merchant(),
                        key.till().terminal(),
                        key.till().transaction(),
                        null,
                        null,
                        null,
                        Unit.PTS,
                        null));
    }
}
