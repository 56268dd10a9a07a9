package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.ledger.Ledger.HOLDS;
import static org.moralbank.redemptions.Redemptions.REDEMPTIONS;
import static org.moralbank.redemptions.Redemptions.TRANSACTIONS;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookEvents;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Draft;
import org.moralbank.ledger.Emptying;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Hold;
import org.moralbank.ledger.HoldTable;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.PostingRejection;
import org.moralbank.ledger.Spent;
import org.moralbank.merchants.Merchants;
import org.moralbank.merchants.Terminals;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Moments;
import org.moralbank.platform.RefusedException;

/**
 * A further step of a redemption. Whose it is was read before the commit; where it stands is read under the lock.
 *
 * <p>How a capture was paid must be known before the commit that gives it back. When it came after the look, the step is
 * {@linkplain #isOutdated outdated}, has done nothing, and is to be tried with a new look.
 */
abstract class Step implements Work {
    final BookHandle book;
    final Sight sight;

    /** What the last decision made of the redemption; null when it refused. */
    @Nullable
    Redemption changed;

    private boolean outdated;

    Step(BookHandle book, Sight sight) {
        this.book = book;
        this.sight = sight;
    }

    boolean isOutdated() {
        return outdated;
    }

    @Nullable
    Redemption changed() {
        return changed;
    }

    /** What it is, to who counts refusals. */
    abstract RedemptionMetrics.Asked asked();

    /** Does it, or leaves with a refusal. */
    abstract Answer take(WorkingSet set);

    @Override
    public final Answer decide(WorkingSet set) {
        outdated = false;
        changed = null;
        try {
            return take(set);
        } catch (RefusedException refused) {
            // The path of a member's account has his id.
            if (sight.masksMembers() && refused.rejection() instanceof PostingRejection.AccountClosed closed) {
                throw new RedemptionRejection.OfWhoPays(closed.code()).refused();
            }
            throw refused;
        }
    }

    static void need(Needs needs, Seen seen) {
        BookEvents.need(needs, seen.key().book());
        needs.row(REDEMPTIONS, seen.key())
                .row(HOLDS, new HoldTable.Key(seen.key().book(), seen.hold()))
                .row(HOLDINGS, seen.payer().points())
                .row(HOLDINGS, seen.seller().payable());
    }

    Redemption put(WorkingSet set, Redemption redemption, Told.Change change) {
        Redemptions.record(set, redemption, change);
        changed = redemption;
        return redemption;
    }

    /** How the capture was paid; leaves the decision when it came after the look. */
    Spent spent(Seen seen) {
        if (seen.spent() == null) {
            throw tooEarly();
        }
        return seen.spent();
    }

    RuntimeException tooEarly() {
        outdated = true;
        return new RedemptionRejection.ChangedMeanwhile().refused();
    }

    static Instant moment(WorkingSet set) {
        return Moments.kept(set.now());
    }

    /** When something is recorded that is no entry: as with entries, never before what the book has recorded. */
    static Instant moment(WorkingSet set, BookHandle book) {
        return set.get(BOOKS, book.id()).notBeforeLast(moment(set));
    }

    /** Takes what an authorization holds, or a part of it. */
    static final class Capturing extends Step {
        private final Seen seen;
        private final @Nullable Long amount;
        private final Note note;

        /** @param amount all that was approved when it is null */
        Capturing(BookHandle book, Sight sight, Seen seen, @Nullable Long amount, Note note) {
            super(book, sight);
            this.seen = seen;
            this.amount = amount;
            this.note = note;
        }

        @Override
        RedemptionMetrics.Asked asked() {
            return RedemptionMetrics.Asked.CAPTURE;
        }

        @Override
        public void needs(Needs needs) {
            need(needs, seen);
        }

        @Override
        public void checkReplay(WorkingSet set) {
            if (set.get(REDEMPTIONS, seen.key()) instanceof Redemption.Reversed reversed) {
                throw RedemptionRejection.TransactionReversed.of(reversed).refused();
            }
        }

        @Override
        Answer take(WorkingSet set) {
            Redemption.Authorized authorized = authorized(set, seen);
            long approved = authorized.purchase().approved();
            long wanted = amount == null ? approved : amount;
            if (wanted > approved) {
                throw new RedemptionRejection.CaptureExceeded(seen.key().id(), approved, wanted).refused();
            }
            Entry entry = Ledger.capture(
                    set,
                    seen.hold(),
                    seen.payer().points(),
                    wanted,
                    note.decided(set, book.id())
                            .draft(EntryType.REDEEM_CAPTURE, book.id())
                            .credit(seen.seller().payable(), wanted));
            Redemption captured =
                    put(set, authorized.capture(wanted, entry.seq(), entry.postedAt()), Told.Change.CAPTURED);
            return Answer.ok(RedemptionView.of(captured, sight, payableAfter(set, seen)));
        }
    }

    /**
     * An authorization that stands. One whose hold was released because its time was over has expired, also where the clock of
     * the database says an earlier time by now, as after a failover.
     */
    private static Redemption.Authorized authorized(WorkingSet set, Seen seen) {
        Redemption.Authorized authorized = set.get(REDEMPTIONS, seen.key()).authorized(set.now());
        Hold hold = set.find(HOLDS, new HoldTable.Key(seen.key().book(), seen.hold()));
        return hold != null && hold.status() == Hold.Status.EXPIRED
                ? new Redemption.Expired(authorized.purchase()).authorized(set.now())
                : authorized;
    }

    private static long payableAfter(WorkingSet set, Seen seen) {
        return Ledger.holding(set, seen.seller().payable()).posted();
    }

    /** Gives an authorization back. */
    static final class Voiding extends Step {
        private final Seen seen;

        Voiding(BookHandle book, Sight sight, Seen seen) {
            super(book, sight);
            this.seen = seen;
        }

        @Override
        RedemptionMetrics.Asked asked() {
            return RedemptionMetrics.Asked.VOID;
        }

        @Override
        public void needs(Needs needs) {
            need(needs, seen);
            seen.needBack(needs);
        }

        @Override
        Answer take(WorkingSet set) {
            Redemption.Authorized authorized = authorized(set, seen);
            seen.giveBack(set, authorized, Hold.Status.RELEASED);
            return Answer.ok(
                    RedemptionView.of(put(set, authorized.cancel(moment(set, book)), Told.Change.VOIDED), sight, null));
        }
    }

    /** Gives a part of a capture back, or all that is left of it. */
    static final class Refunding extends Step {
        private final Seen seen;
        private final @Nullable Long amount;
        private final @Nullable String terminal;
        private final Note note;

        /** @param amount all that is left when it is null */
        Refunding(
                BookHandle book, Sight sight, Seen seen, @Nullable Long amount, @Nullable String terminal, Note note) {
            super(book, sight);
            this.seen = seen;
            this.amount = amount;
            this.terminal = terminal;
            this.note = note;
        }

        @Override
        RedemptionMetrics.Asked asked() {
            return RedemptionMetrics.Asked.REFUND;
        }

        @Override
        public void needs(Needs needs) {
            need(needs, seen);
            seen.payer().needs(needs);
            needs.row(HOLDINGS, seen.payer().debt());
            seen.needBack(needs);
            Merchants.need(needs, book.id(), seen.seller().merchant());
            if (terminal != null) {
                Terminals.need(needs, book.id(), seen.seller().merchant(), terminal);
            }
        }

        @Override
        Answer take(WorkingSet set) {
            if (terminal != null) {
                Terminals.known(set, book.id(), seen.seller().merchant(), terminal);
            }
            Redemption.Captured captured = set.get(REDEMPTIONS, seen.key()).captured(set.now());
            long wanted = amount == null ? captured.refundable() : amount;
            if (wanted > captured.refundable()) {
                throw new RedemptionRejection.RefundExceeded(
                                seen.key().id(), captured.capture().amount(), captured.refunded(), wanted)
                        .refused();
            }
            Note decided = note.decided(set, book.id());
            Draft draft = givenBack(set, book, seen, spent(seen), captured.refunded(), wanted, decided);
            Holder points = seen.payer().points();
            UUID group = Ledger.owed(set, points) > 0 ? Ids.next() : null;
            Entry entry = Ledger.giveBack(set, draft.group(group));
            if (seen.payer().hasLeft(set)
                    && entry.postings().stream()
                            .anyMatch(posting -> posting.holder().equals(points))) {
                throw new PostingRejection.AccountClosed(points.path()).refused();
            }
            if (group != null) {
                seen.payer().recover(set, entry, group);
            }
            Merchants.refuseBelowFloor(
                    set, Merchants.known(set, book.id(), seen.seller().merchant()));
            Refund refund = Redemptions.refunded(set, seen, entry, Refund.Kind.REFUND, wanted, terminal, decided);
            Redemption.Captured after = captured.refund(wanted);
            if (after.refundable() == 0) {
                seen.giveItemsBack(set);
            }
            Redemption now = put(set, after, Told.Change.REFUNDED);
            return Answer.created(
                    book.path() + "/redemptions/" + seen.key().id() + "/refunds/" + refund.seq(),
                    RefundView.of(refund, RedemptionView.of(now, sight, payableAfter(set, seen))));
        }
    }

    private static Draft givenBack(
            WorkingSet set, BookHandle book, Seen seen, Spent spent, long already, long amount, Note note) {
        Draft draft = note.draft(EntryType.REDEEM_REFUND, book.id())
                .debit(seen.seller().payable(), amount);
        spent.giveBack(set, draft, seen.payer().points(), already, amount, book.dayOf(set.now()));
        return draft;
    }

    /** Undoes a terminal's transaction, whatever became of it, and also when it never came. */
    static final class Reversing extends Step {
        /** What there was to undo. */
        enum Original {
            FOUND,
            /** It never came; a tombstone is left in its place. */
            MISSING,
            REVERSED_BEFORE
        }

        private final Transaction.Key key;
        private final @Nullable Seen seen;
        private final Note note;
        private Original original = Original.MISSING;
        private boolean endedAHold;

        /** @param seen null when the transaction had not come when it was looked for */
        Reversing(BookHandle book, Sight sight, Transaction.Key key, @Nullable Seen seen, Note note) {
            super(book, sight);
            this.key = key;
            this.seen = seen;
            this.note = note;
        }

        @Override
        RedemptionMetrics.Asked asked() {
            return RedemptionMetrics.Asked.REVERSAL;
        }

        @Override
        public void needs(Needs needs) {
            needs.row(TRANSACTIONS, key);
            BookEvents.need(needs, book.id());
            if (seen != null) {
                need(needs, seen);
                seen.payer().needs(needs);
                seen.payer().passingOn().needs(needs);
                seen.needBack(needs);
            }
        }

        /** As the last decision found it. */
        Original original() {
            return original;
        }

        /** Whether points were held until then, as the last decision found it. */
        boolean endedAHold() {
            return endedAHold;
        }

        @Override
        Answer take(WorkingSet set) {
            Transaction transaction = set.find(TRANSACTIONS, key);
            if (transaction == null || transaction.made() == null) {
                original = transaction == null ? Original.MISSING : Original.REVERSED_BEFORE;
                if (transaction == null) {
                    set.put(TRANSACTIONS, key, Transaction.tombstone(moment(set, book)));
                    Told.tombstone(set, key);
                }
                return Answer.ok(ReversalView.neverArrived(key));
            }
            if (seen == null) {
                throw tooEarly();
            }
            Redemption before = set.get(REDEMPTIONS, seen.key());
            Long entry = before instanceof Redemption.Captured captured && captured.refundable() > 0
                    ? giveBack(set, seen, captured)
                    : null;
            seen.giveBack(set, before, Hold.Status.RELEASED);
            Redemption.Reversed reversed = before.reverse(moment(set, book));
            original = reversed == before ? Original.REVERSED_BEFORE : Original.FOUND;
            endedAHold = before.at(reversed.at()) instanceof Redemption.Authorized;
            if (reversed != before) {
                set.put(TRANSACTIONS, key, transaction.reverse(reversed.at()));
                put(set, reversed, Told.Change.REVERSED);
            }
            return Answer.ok(ReversalView.of(key, reversed, sight, entry));
        }

        private long giveBack(WorkingSet set, Seen found, Redemption.Captured captured) {
            long left = captured.refundable();
            Note decided = note.decided(set, book.id());
            Draft draft = givenBack(set, book, found, spent(found), captured.refunded(), left, decided);
            Emptying passingOn = found.payer().passingOn();
            boolean hasLeft = passingOn.isDue(set) || found.payer().hasLeft(set);
            boolean owes = Ledger.owed(set, found.payer().points()) > 0;
            UUID group = hasLeft || owes ? Ids.next() : null;
            Entry entry = Ledger.giveBackInAnyCase(set, draft.group(group));
            if (group != null && hasLeft) {
                passingOn.empty(set, decided, group);
            } else if (group != null) {
                found.payer().recover(set, entry, group);
            }
            found.giveVoucherBack(set, captured);
            found.giveItemsBack(set);
            Redemptions.refunded(
                    set, found, entry, Refund.Kind.REVERSAL, left, key.till().terminal(), decided);
            return entry.seq();
        }
    }
}
