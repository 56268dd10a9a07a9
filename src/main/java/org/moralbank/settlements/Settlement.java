package org.moralbank.settlements;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a merchant is owed for a period, closed for payment.
 *
 * <pre>
 *          paid, by another person
 * Closed ──────────→ Paid, for good
 *    │ rejected, by another person
 *    ╰─────────────→ Rejected, for good: its period is open again, and closing it anew makes another batch
 * </pre>
 */
sealed interface Settlement {
    /** What was closed; it does not change. */
    Batch batch();

    Status status();

    /** Where a settlement stands, as the API tells it. */
    enum Status {
        /** In settlement: no longer in the payable, and not yet paid. */
        CLOSED,
        /** The bank has paid it. */
        PAID,
        /** Back in the payable. */
        REJECTED
    }

    /** A settlement of a book. */
    record Key(int book, UUID id) {}

    /**
     * What was closed.
     *
     * @param from the day after the period before
     * @param through the last day
     * @param before how far the merchant was settled before
     * @param lastEntry its postings on the payable behind {@code before} up to this entry are the batch's
     * @param carriedOver what was owed before them; below zero when refunds came late
     * @param earned what they come to
     * @param withheld what was given back behind the period: it is not paid now and asked back later
     * @param amount {@code carriedOver + earned - withheld}, in hundredths of a point
     * @param maker who closed it, as the client knows him
     */
    record Batch(
            int book,
            UUID id,
            String merchant,
            LocalDate from,
            LocalDate through,
            Before before,
            long lastEntry,
            long carriedOver,
            long earned,
            long withheld,
            long amount,
            Payment payment,
            @Nullable String reference,
            String maker,
            long entry,
            Instant closedAt) {}

    /** How far the merchant was settled before a batch; no day when it was not at all. */
    record Before(@Nullable LocalDate through, long lastEntry) {}

    /** Who checked, the entry that did it, and when. */
    record Checked(String checker, long entry, Instant at) {}

    /** Closed for payment. */
    record Closed(Batch batch) implements Settlement {
        Paid pay(String bankReference, Checked checked) {
            return new Paid(batch, bankReference, checked);
        }

        Rejected reject(String reason, Checked checked) {
            return new Rejected(batch, reason, checked);
        }

        @Override
        public Status status() {
            return Status.CLOSED;
        }
    }

    /** Paid by the bank. */
    record Paid(Batch batch, String bankReference, Checked checked) implements Settlement {
        @Override
        public Status status() {
            return Status.PAID;
        }
    }

    /** Not paid, and back in the payable. */
    record Rejected(Batch batch, @Nullable String reason, Checked checked) implements Settlement {
        @Override
        public Status status() {
            return Status.REJECTED;
        }
    }

    default Key key() {
        return new Key(batch().book(), batch().id());
    }

    /** As one that waits for its payment; refuses another, and says where it stands. */
    default Closed closed() {
        return switch (this) {
            case Closed closed -> closed;
            case Paid other -> throw new SettlementRejection.NotClosed(key().id(), other.status()).refused();
            case Rejected other -> throw new SettlementRejection.NotClosed(key().id(), other.status()).refused();
        };
    }

    /** Who paid or rejected it; null when nobody has yet. */
    default @Nullable Checked end() {
        return switch (this) {
            case Closed ignored -> null;
            case Paid paid -> paid.checked;
            case Rejected rejected -> rejected.checked;
        };
    }
}
