package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.ledger.Ledger.HOLDS;
import static org.moralbank.redemptions.Redemptions.REDEMPTIONS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookEvents;
import org.moralbank.ledger.Hold;
import org.moralbank.ledger.HoldTable;
import org.moralbank.ledger.Ledger;

/**
 * Releases authorizations of a book whose time is over. Each is looked at anew under the lock, so that what was captured,
 * voided or released since is left alone, whoever asks how often. One that cannot be released, because something is wrong
 * with it, leaves no trace and does not stop the others.
 *
 * <p>A redemption that took nothing but a hold is not touched: its time says that it has expired. That spares half of the
 * writing. One that gives a voucher or items back says so, because they are given back once.
 */
final class Expiring implements Work {
    private final int book;
    private final List<Seen> due;
    private List<Duration> ages = List.of();
    private List<Stuck> stuck = List.of();

    /** One that was not released, and why. */
    record Stuck(Seen seen, RuntimeException cause) {}

    Expiring(int book, List<Seen> due) {
        this.book = book;
        this.due = due;
    }

    /** How long those that the last decision released had held. */
    List<Duration> ages() {
        return ages;
    }

    /** Those that the last decision could not release. */
    List<Stuck> stuck() {
        return stuck;
    }

    @Override
    public int weight() {
        return due.size();
    }

    @Override
    public void needs(Needs needs) {
        BookEvents.need(needs, book);
        for (Seen one : due) {
            needs.row(HOLDINGS, one.payer().points());
            one.needBack(needs);
            if (one.givesMoreBack()) {
                needs.row(REDEMPTIONS, one.key());
            }
        }
    }

    @Override
    public Answer decide(WorkingSet set) {
        ages = new ArrayList<>();
        stuck = new ArrayList<>();
        for (Seen one : due) {
            int mark = set.mark();
            try {
                if (one.givesMoreBack()) {
                    giveBack(set, one);
                } else {
                    release(set, one);
                }
            } catch (RuntimeException cause) {
                set.undoTo(mark);
                stuck.add(new Stuck(one, cause));
            }
        }
        return Answer.ok(Map.of("released", ages.size()));
    }

    private void release(WorkingSet set, Seen one) {
        Hold hold = set.get(HOLDS, new HoldTable.Key(book, one.hold()));
        if (hold.status() == Hold.Status.ACTIVE && !set.now().isBefore(hold.expiresAt())) {
            Hold ended = Ledger.release(set, hold.id(), one.payer().points(), Hold.Status.EXPIRED);
            Told.expired(set, one, hold.amount());
            ages.add(Duration.between(hold.placedAt(), ended.endedAt()));
        }
    }

    private void giveBack(WorkingSet set, Seen one) {
        Redemption before = set.get(REDEMPTIONS, one.key());
        if (before instanceof Redemption.Authorized && before.at(set.now()) instanceof Redemption.Expired expired) {
            one.giveBack(set, before, Hold.Status.EXPIRED);
            Redemptions.record(set, expired, Told.Change.EXPIRED);
            ages.add(expired.age(set.now()));
        }
    }
}
