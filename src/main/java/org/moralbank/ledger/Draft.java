package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An entry before it is posted: who gives how much to whom, and why. Built in one expression by a use case. */
public final class Draft {
    /** A side of the entry. Amounts are positive. */
    sealed interface Leg {
        /** Debits the holder's lots in the spending order. */
        record Spend(Holder holder, long amount, Spending which) implements Leg {}

        /** Debits one lot. */
        record Debit(Holder holder, Lot lot, long amount) implements Leg {}

        /** Credits one lot. */
        record Credit(Holder holder, Lot lot, long amount) implements Leg {}
    }

    final EntryType type;
    final int book;
    final Attribution by;
    final List<Leg> legs = new ArrayList<>(2);

    /** Until it is posted, where it is {@link #onItsPosting}. */
    LocalDate occurredOn;

    boolean onItsPosting;

    /** Null where it begins with its posting. */
    @Nullable
    Instant begunAt;

    @Nullable
    String reference;

    @Nullable
    UUID group;

    @Nullable
    Long reverses;

    @Nullable
    EntryText text;

    private Draft(EntryType type, int book, LocalDate occurredOn, Attribution by) {
        this.type = type;
        this.book = book;
        this.occurredOn = occurredOn;
        this.by = by;
    }

    public static Draft of(EntryType type, int book, LocalDate occurredOn, Attribution by) {
        return new Draft(type, book, occurredOn, by);
    }

    public Draft spend(Holder holder, long amount, Spending which) {
        legs.add(new Leg.Spend(holder, positive(amount), which));
        return this;
    }

    public Draft debit(Holder holder, Lot lot, long amount) {
        legs.add(new Leg.Debit(holder, lot, positive(amount)));
        return this;
    }

    public Draft debit(Holder holder, long amount) {
        return debit(holder, Lot.OWN, amount);
    }

    public Draft credit(Holder holder, Lot lot, long amount) {
        legs.add(new Leg.Credit(holder, lot, positive(amount)));
        return this;
    }

    public Draft credit(Holder holder, long amount) {
        return credit(holder, Lot.OWN, amount);
    }

    /** Happens on the day of its posting, which is known when it is numbered; the day that was given is only a guess. */
    Draft onItsPosting() {
        this.onItsPosting = true;
        return this;
    }

    /** Began at that moment, and is told late: a book that was closed since takes it. */
    public Draft begunAt(Instant before) {
        this.begunAt = before;
        return this;
    }

    public Draft reference(@Nullable String clients) {
        this.reference = clients;
        return this;
    }

    public Draft group(@Nullable UUID common) {
        this.group = common;
        return this;
    }

    public Draft text(@Nullable EntryText written) {
        this.text = written;
        return this;
    }

    Draft reverses(long seq) {
        this.reverses = seq;
        return this;
    }

    private static long positive(long amount) {
        if (amount <= 0) {
            throw new IllegalArgumentException("not a positive amount: " + amount);
        }
        return amount;
    }
}
