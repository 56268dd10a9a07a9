package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.ledger.Ledger.HOLDS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Hold;
import org.moralbank.ledger.HoldTable;
import org.moralbank.ledger.Ledger;

/**
 * Releases authorizations of a book whose time is over. Each is looked at anew under the lock, so that what was captured,
 * voided or released since is left alone, whoever asks how often.
 *
 * <p>The redemption is not touched: its time says that it has expired. That spares half of the writing.
 */
final class Expiring implements Work {
    private final int book;
    private final List<ExpiryStore.Due> due;
    private List<Duration> ages = List.of();

    Expiring(int book, List<ExpiryStore.Due> due) {
        this.book = book;
        this.due = due;
    }

    /** How long those that the last decision released had held. */
    List<Duration> ages() {
        return ages;
    }

    @Override
    public int weight() {
        return due.size();
    }

    @Override
    public void needs(Needs needs) {
        needs.row(BOOKS, book);
        for (ExpiryStore.Due one : due) {
            needs.row(HOLDS, new HoldTable.Key(book, one.id())).row(HOLDINGS, new Payer(book, one.member()).points());
        }
    }

    @Override
    public Answer decide(WorkingSet set) {
        ages = new ArrayList<>();
        for (ExpiryStore.Due one : due) {
            Hold hold = set.get(HOLDS, new HoldTable.Key(book, one.id()));
            if (hold.status() == Hold.Status.ACTIVE && !set.now().isBefore(hold.expiresAt())) {
                expire(set, hold, new Payer(book, one.member()));
            }
        }
        return Answer.ok(Map.of("released", ages.size()));
    }

    private void expire(WorkingSet set, Hold hold, Payer payer) {
        Hold ended = Ledger.release(set, hold.id(), payer.points(), Hold.Status.EXPIRED);
        ages.add(Duration.between(hold.placedAt(), ended.endedAt()));
    }
}
