package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a random test asks of the books, in words and numbers only: the kernel and the {@linkplain NaiveBooks model} each
 * make of it what they understand.
 */
sealed interface RandomWork {
    int book();

    /** Who holds: code of the chart, owner, unit. */
    record Who(String code, String owner, String unit) {
        String path() {
            return owner.isEmpty() ? code + ":" + unit : code + ":" + owner + ":" + unit;
        }
    }

    /** A part of what somebody holds; the own when there is nothing special about it. */
    record Part(String origin, @Nullable LocalDate expiresOn, boolean restricted) {
        static final Part OWN = new Part("", null, false);
    }

    enum Side {
        SPEND,
        SPEND_AS_GIFT,
        DEBIT,
        CREDIT
    }

    record Leg(Side side, Who who, Part part, long amount) {}

    /** Posts an entry. */
    record Post(int book, String type, LocalDate occurredOn, List<Leg> legs) implements RandomWork {}

    /** Places a hold that lasts until a moment. */
    record Place(int book, UUID hold, Who who, long amount, Instant expiresAt) implements RandomWork {}

    /** Captures a hold, in favour of somebody. */
    record Capture(int book, UUID hold, Who who, long amount, Who to) implements RandomWork {}

    /** Releases a hold or lets it expire. */
    record Release(int book, UUID hold, Who who, boolean expired) implements RandomWork {}

    /** Takes an entry back. */
    record Reverse(int book, long seq) implements RandomWork {}

    /** Takes what somebody owes from what he has. */
    record Recover(int book, Who who) implements RandomWork {}

    /** Has expire what is due of somebody. */
    record Expire(int book, Who who) implements RandomWork {}

    /** Freezes, thaws or closes. */
    record SetStatus(int book, Who who, String status) implements RandomWork {}

    /** Sets what may be issued of somebody who issues. */
    record SetBudget(int book, Who who, long amount) implements RandomWork {}

    /** Does all of them, or none when one is refused. */
    record Together(int book, List<RandomWork> works) implements RandomWork {}

    /** Refuses: behind others, it makes a work that is refused half-way. */
    record Refuse(int book) implements RandomWork {}
}
