package org.moralbank.members;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Account;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Draft;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryType;
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
    private final LotSources sources;
    private final Holder time;
    private final Holder points;
    private final Holder timePool;
    private final Holder pointsPool;
    private final UUID group = Ids.next();

    private volatile boolean outdated;

    Closing(BookHandle book, String memberId, Members.Leaving leaving, LotSources sources) {
        this.book = book;
        this.memberId = memberId;
        this.leaving = leaving;
        this.sources = sources;
        this.time = Holder.of(book.id(), Chart.MEMBER_TIME, memberId);
        this.points = Holder.of(book.id(), Chart.MEMBER_POINTS, memberId);
        this.timePool = Holder.of(book.id(), Chart.TIME_POOL);
        this.pointsPool = Holder.of(book.id(), Chart.POINTS_POOL);
    }

    /** Whether the last decision found lots that had changed since they were read. */
    boolean isOutdated() {
        return outdated;
    }

    @Override
    public void needs(Needs needs) {
        Participants.needMember(needs, book.id(), memberId);
        needs.row(BOOKS, book.id())
                .row(HOLDINGS, time)
                .row(HOLDINGS, points)
                .row(HOLDINGS, Ledger.shortfallOf(time))
                .row(HOLDINGS, Ledger.shortfallOf(points))
                .row(HOLDINGS, Ledger.expiredOf(time))
                .row(HOLDINGS, Ledger.expiredOf(points))
                .row(HOLDINGS, timePool)
                .row(HOLDINGS, pointsPool);
        sources.funds().forEach(fund -> needs.row(HOLDINGS, fund));
        if (leaving.timeTo() != null) {
            Participants.needKin(needs, book.id(), memberId, leaving.timeTo());
            needs.row(HOLDINGS, Holder.of(book.id(), Chart.MEMBER_TIME, leaving.timeTo()));
        }
    }

    @Override
    public Answer decide(WorkingSet set) {
        outdated = false;
        Member member = Members.ofPath(set, book, memberId);
        if (member.status() == Member.Status.CLOSED) {
            throw new StatusRejection.AlreadyClosed(memberId).refused();
        }
        long heldMinutes = Ledger.holding(set, time).held();
        long heldPoints = Ledger.holding(set, points).held();
        if (heldMinutes > 0 || heldPoints > 0) {
            throw new StatusRejection.HasHolds(memberId, heldMinutes, heldPoints).refused();
        }
        Holder heir = heir(set);
        if (!sources.areOf(Ledger.holding(set, time))) {
            outdated = true;
            throw new StatusRejection.ChangedMeanwhile(memberId).refused();
        }
        // A frozen member may leave as well; within the work nobody else gives.
        Ledger.setStatus(set, time, Account.Status.OPEN);
        Ledger.setStatus(set, points, Account.Status.OPEN);
        List<Entry> entries = new ArrayList<>();
        entries.addAll(Ledger.expire(set, time, leaving.note().by(), group));
        entries.addAll(Ledger.expire(set, points, leaving.note().by(), group));
        recover(set, time).ifPresent(entries::add);
        recover(set, points).ifPresent(entries::add);
        Ledger.holding(set, time)
                .inParts(account -> account.posted() > 0)
                .forEach(lots -> entries.add(emptyTime(set, lots, heir)));
        Ledger.holding(set, points)
                .inParts(account -> account.posted() > 0)
                .forEach(lots -> entries.add(emptyPoints(set, lots)));
        Ledger.setStatus(set, time, Account.Status.CLOSED);
        Ledger.setStatus(set, points, Account.Status.CLOSED);
        Member closed = Members.put(
                set,
                member.with(Member.Status.CLOSED),
                leaving.note().by(),
                leaving.note().reason());
        return Answer.ok(new ClosedView(
                MemberView.kept(closed), entries.stream().map(EntryView::of).toList()));
    }

    /** Who gets what is his own of his time. */
    private Holder heir(WorkingSet set) {
        String kin = leaving.timeTo();
        if (kin == null) {
            return timePool;
        }
        Participants.kin(set, book.id(), memberId, kin);
        return Holder.of(book.id(), Chart.MEMBER_TIME, kin);
    }

    private Optional<Entry> recover(WorkingSet set, Holder earner) {
        @Nullable
        Entry recovered = Ledger.recover(
                set, earner, leaving.note().occurredOn(), leaving.note().by(), group);
        long owed = Ledger.owed(set, earner);
        if (owed > 0) {
            throw new StatusRejection.ShortfallOpen(memberId, owed, earner.unit()).refused();
        }
        return Optional.ofNullable(recovered);
    }

    private Entry emptyTime(WorkingSet set, List<Account> lots, Holder heir) {
        Draft draft = draft();
        for (Account account : lots) {
            draft.debit(time, account.lot(), account.posted());
            if (account.lot().restricted()) {
                sources.giveBack(account, draft, timePool);
            } else {
                draft.credit(heir, account.posted());
            }
        }
        return Ledger.post(set, draft);
    }

    private Entry emptyPoints(WorkingSet set, List<Account> lots) {
        Draft draft = draft();
        for (Account account : lots) {
            draft.debit(points, account.lot(), account.posted());
        }
        return Ledger.post(
                set,
                draft.credit(
                        pointsPool, lots.stream().mapToLong(Account::posted).sum()));
    }

    private Draft draft() {
        return leaving.note().draft(EntryType.ACCOUNT_CLOSE, book.id()).group(group);
    }
}
