package org.moralbank.members;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Emptying;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.LotSources;
import org.moralbank.platform.Ids;

/**
 * A member leaves (ACCOUNT_CLOSE).
 *
 * <p>The funds that his lots came from are read before the commit, because a work has to name what it needs; when a lot
 * changed in between, nothing is done and the closing is prepared anew.
 */
final class Closing implements Work {
    private final BookHandle book;
    private final String memberId;
    private final Members.Leaving leaving;
    private final Emptying time;
    private final Emptying points;
    private final UUID group = Ids.next();

    private volatile boolean outdated;

    Closing(BookHandle book, String memberId, Members.Leaving leaving, LotSources sources) {
        this.book = book;
        this.memberId = memberId;
        this.leaving = leaving;
        Holder minutes = Holder.of(book.id(), Chart.MEMBER_TIME, memberId);
        this.time = leaving.timeTo() == null
                ? new Emptying(minutes, sources)
                : new Emptying(minutes, sources, Holder.of(book.id(), Chart.MEMBER_TIME, leaving.timeTo()));
        this.points = new Emptying(Holder.of(book.id(), Chart.MEMBER_POINTS, memberId), LotSources.NONE);
    }

    /** Whether the last decision found lots that had changed since they were read. */
    boolean isOutdated() {
        return outdated;
    }

    @Override
    public void needs(Needs needs) {
        Participants.needMember(needs, book.id(), memberId);
        time.needs(needs);
        points.needs(needs);
        if (leaving.timeTo() != null) {
            Participants.needKin(needs, book.id(), memberId, leaving.timeTo());
        }
    }

    @Override
    public Answer decide(WorkingSet set) {
        outdated = false;
        Member member = Members.ofPath(set, book, memberId);
        if (member.status() == Member.Status.CLOSED) {
            throw new StatusRejection.AlreadyClosed(memberId).refused();
        }
        long heldMinutes = Ledger.holding(set, time.member()).held();
        long heldPoints = Ledger.holding(set, points.member()).held();
        if (heldMinutes > 0 || heldPoints > 0) {
            throw new StatusRejection.HasHolds(memberId, heldMinutes, heldPoints).refused();
        }
        if (leaving.timeTo() != null) {
            Participants.kin(set, book.id(), memberId, leaving.timeTo());
        }
        if (time.isOutdated(set)) {
            outdated = true;
            throw new StatusRejection.ChangedMeanwhile(memberId).refused();
        }
        List<Entry> entries = new ArrayList<>(emptied(set, time));
        entries.addAll(emptied(set, points));
        Member closed = Members.put(
                set,
                member.with(Member.Status.CLOSED),
                leaving.note().by(),
                leaving.note().reason());
        return Answer.ok(new ClosedView(
                MemberView.kept(closed), entries.stream().map(EntryView::of).toList()));
    }

    private List<Entry> emptied(WorkingSet set, Emptying emptying) {
        List<Entry> entries = emptying.empty(set, leaving.note(), group);
        long owed = Ledger.owed(set, emptying.member());
        if (owed > 0) {
            throw new StatusRejection.ShortfallOpen(
                            memberId, owed, emptying.member().unit())
                    .refused();
        }
        return entries;
    }
}
