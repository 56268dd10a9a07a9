package org.moralbank.redemptions;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Points spent at a merchant, from the hold on them to their end.
 *
 * <pre>
 *               capture             refund, as often as something is left
 * Authorized ───────────→ Captured ───────────→ Captured (refunded in part: CAPTURED; wholly: REFUNDED)
 *   │  │  │                 │ ↑                     │
 *   │  │  │ void            │ ╰ a sale begins here  │
 *   │  │  ╰──→ Voided ──────┤                       │
 *   │  │ its time is over   │ reversal              │ reversal
 *   │  ╰─────→ Expired ─────┤                       │
 *   │ reversal              ↓                       │
 *   ╰───────────────────→ Reversed ←────────────────╯
 * </pre>
 *
 * <p>Only a terminal's transaction is reversed, whatever became of it. Every other move that the picture lacks is refused,
 * and the refusal says where the redemption stands.
 */
sealed interface Redemption {
    /** What was agreed at the till; it does not change. */
    Purchase purchase();

    Status status();

    /** How points are spent. */
    enum Mode {
        /** Held first, and captured later. */
        AUTHORIZE,
        /** At once and for good. */
        SALE
    }

    /** Where a redemption stands, as the API tells it. */
    enum Status {
        /** The points are held. */
        AUTHORIZED,
        /** The points are the merchant's, less what was refunded. */
        CAPTURED,
        /** All that was captured was given back. */
        REFUNDED,
        /** The hold was given back. */
        VOIDED,
        /** The time of the authorization is over. */
        EXPIRED,
        /** The terminal's transaction was undone: nothing of it is held or spent. */
        REVERSED
    }

    /** A redemption of a book. */
    record Key(int book, UUID id) {}

    /** A terminal of the merchant and its own number of the transaction. */
    record Till(String terminal, String transaction) {}

    /** The points are held: still the member's, and to be spent nowhere else. */
    record Authorized(Purchase purchase) implements Redemption {
        /** Takes {@code amount} of what is held, by an entry; the rest is released. */
        Captured capture(long amount, long entry, Instant at) {
            if (amount > purchase.approved()) {
                throw new IllegalArgumentException(amount + " of " + purchase);
            }
            return new Captured(purchase, new Capture(amount, entry, at), 0);
        }

        Voided cancel(Instant at) {
            return new Voided(purchase, at);
        }

        @Override
        public Status status() {
            return Status.AUTHORIZED;
        }
    }

    /** What was taken. */
    record Capture(long amount, long entry, Instant at) {}

    /** The points are the merchant's, less what was refunded. */
    record Captured(Purchase purchase, Capture capture, long refunded) implements Redemption {
        /** What can still be given back. */
        long refundable() {
            return capture.amount() - refunded;
        }

        Captured refund(long amount) {
            if (amount > refundable()) {
                throw new IllegalArgumentException(amount + " of " + this);
            }
            return new Captured(purchase, capture, refunded + amount);
        }

        @Override
        public Status status() {
            return refundable() == 0 ? Status.REFUNDED : Status.CAPTURED;
        }
    }

    /** The points were given back before anything was taken. */
    record Voided(Purchase purchase, Instant at) implements Redemption {
        @Override
        public Status status() {
            return Status.VOIDED;
        }
    }

    /** Nobody came for the points in time. The clock says it; it is written only where more than a hold was given back. */
    record Expired(Purchase purchase) implements Redemption {
        @Override
        public Status status() {
            return Status.EXPIRED;
        }
    }

    /**
     * The terminal has undone its transaction.
     *
     * @param capture what had been taken, and was given back; null when nothing was
     */
    record Reversed(Purchase purchase, @Nullable Capture capture, Instant at) implements Redemption {
        @Override
        public Status status() {
            return Status.REVERSED;
        }
    }

    default Key key() {
        return new Key(purchase().book(), purchase().id());
    }

    /** The redemption at a moment: an authorization whose time is over has expired, whether or not it was cleared away. */
    default Redemption at(Instant now) {
        return switch (this) {
            case Authorized authorized when !now.isBefore(authorized.purchase.expiry()) -> new Expired(purchase());
            case Authorized ignored -> this;
            case Captured ignored -> this;
            case Voided ignored -> this;
            case Expired ignored -> this;
            case Reversed ignored -> this;
        };
    }

    /** As an authorization that stands at that moment; refuses what is none any more. */
    default Authorized authorized(Instant now) {
        return switch (at(now)) {
            case Authorized authorized -> authorized;
            case Reversed reversed ->
                throw RedemptionRejection.TransactionReversed.of(reversed).refused();
            case Captured other -> throw new RedemptionRejection.NotAuthorized(key().id(), other.status()).refused();
            case Voided other -> throw new RedemptionRejection.NotAuthorized(key().id(), other.status()).refused();
            case Expired other -> throw new RedemptionRejection.NotAuthorized(key().id(), other.status()).refused();
        };
    }

    /** As a capture that refunds are taken from; refuses what was never captured, is refunded wholly, or is reversed. */
    default Captured captured(Instant now) {
        return switch (at(now)) {
            case Captured captured when captured.refundable() > 0 -> captured;
            case Captured refunded ->
                throw new RedemptionRejection.NotCaptured(key().id(), refunded.status()).refused();
            case Reversed reversed ->
                throw RedemptionRejection.TransactionReversed.of(reversed).refused();
            case Authorized other -> throw new RedemptionRejection.NotCaptured(key().id(), other.status()).refused();
            case Voided other -> throw new RedemptionRejection.NotCaptured(key().id(), other.status()).refused();
            case Expired other -> throw new RedemptionRejection.NotCaptured(key().id(), other.status()).refused();
        };
    }

    /** Undone by its terminal; what was captured was given back before. */
    default Reversed reverse(Instant moment) {
        return switch (this) {
            case Reversed reversed -> reversed;
            case Captured captured -> new Reversed(purchase(), captured.capture, moment);
            case Authorized ignored -> new Reversed(purchase(), null, moment);
            case Voided ignored -> new Reversed(purchase(), null, moment);
            case Expired ignored -> new Reversed(purchase(), null, moment);
        };
    }

    /** What was taken; null when nothing was. */
    default @Nullable Capture taken() {
        return switch (this) {
            case Captured captured -> captured.capture;
            case Reversed reversed -> reversed.capture;
            case Authorized ignored -> null;
            case Voided ignored -> null;
            case Expired ignored -> null;
        };
    }

    /** What was given back of what was taken. */
    default long givenBack() {
        return switch (this) {
            case Captured captured -> captured.refunded;
            case Reversed reversed -> reversed.capture == null ? 0 : reversed.capture.amount();
            case Authorized ignored -> 0;
            case Voided ignored -> 0;
            case Expired ignored -> 0;
        };
    }

    /** When it was voided or reversed; null when it was not, also where its time was over. */
    default @Nullable Instant endedAt() {
        return switch (this) {
            case Voided voided -> voided.at;
            case Reversed reversed -> reversed.at;
            case Authorized ignored -> null;
            case Captured ignored -> null;
            case Expired ignored -> null;
        };
    }

    /** As it was when it was made, whatever became of it: what the first answer told, and a retry is told. */
    default Redemption asMade() {
        Capture taken = taken();
        return switch (purchase().mode()) {
            case AUTHORIZE -> new Authorized(purchase());
            case SALE -> {
                if (taken == null) {
                    throw new IllegalStateException("a sale that took nothing: " + purchase());
                }
                yield new Captured(purchase(), taken, 0);
            }
        };
    }

    /** How long it had been held at a moment. */
    default Duration age(Instant now) {
        return Duration.between(purchase().createdAt(), now);
    }
}
