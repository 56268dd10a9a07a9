package org.moralbank.members;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.members.Participants.TEAMS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.ProtocolRejection;

/**
 * Writes off what a member or team owes and cannot pay (WRITE_OFF): the community bears the loss. A pool is not written off:
 * it pays from whatever it gets next.
 *
 * <p>What he might give away pays first, held or not; nothing is taken of it here, because his next earning or his closing
 * does that. So what a closing says is owed ({@link StatusRejection.ShortfallOpen}) is what can be written off. Whether he is
 * frozen or has left is not asked. A write-off that should not have been is reversed, and the debt is there again: before a
 * sale that left it is refunded, because the losses are one account, which does not tell whose they were.
 */
@ApplicationScoped
public class WriteOffs {
    private final Commits commits;

    WriteOffs(Commits commits) {
        this.commits = commits;
    }

    /**
     * What is written off.
     *
     * @param amount in minor parts of the unit; null for all that can be
     * @param note with the approver
     */
    public record Loss(Unit unit, @Nullable Long amount, Note note) {}

    /** Of a member. Refuses, in this order: one who is not there, one of whom nothing is lost, and more than is lost. */
    public Uni<Answer> ofMember(Ask ask, BookHandle book, String memberId, Loss loss) {
        boolean time = loss.unit() == Unit.MIN;
        Holder owing = Holder.of(book.id(), time ? Chart.MEMBER_TIME : Chart.MEMBER_POINTS, memberId);
        return commits.submit(ask, book.id(), new WritingOff(book, owing, loss) {
            @Override
            void needOwner(Needs needs) {
                Participants.needMember(needs, book.id(), memberId);
            }

            @Override
            void refuseUnknown(WorkingSet set) {
                Members.ofPath(set, book, memberId);
            }
        });
    }

    /** Of a team. Refuses as {@link #ofMember} does. */
    public Uni<Answer> ofTeam(Ask ask, BookHandle book, String teamId, Loss loss) {
        boolean time = loss.unit() == Unit.MIN;
        Holder owing = Holder.of(book.id(), time ? Chart.TEAM_TIME : Chart.TEAM_POINTS, teamId);
        return commits.submit(ask, book.id(), new WritingOff(book, owing, loss) {
            @Override
            void needOwner(Needs needs) {
                Participants.needTeam(needs, book.id(), teamId);
            }

            @Override
            void refuseUnknown(WorkingSet set) {
                if (set.find(TEAMS, new Team.Key(book.id(), teamId)) == null) {
                    throw new ProtocolRejection.NotFound("team").refused();
                }
            }
        });
    }

    private abstract static class WritingOff implements Work {
        private final BookHandle book;
        private final Holder owing;
        private final Holder lost;
        private final Loss loss;

        WritingOff(BookHandle book, Holder owing, Loss loss) {
            this.book = book;
            this.owing = owing;
            this.lost = Ledger.writtenOffOf(owing);
            this.loss = loss;
        }

        abstract void needOwner(Needs needs);

        abstract void refuseUnknown(WorkingSet set);

        @Override
        public void needs(Needs needs) {
            needOwner(needs);
            needs.row(BOOKS, book.id())
                    .row(HOLDINGS, owing)
                    .row(HOLDINGS, Ledger.shortfallOf(owing))
                    .row(HOLDINGS, lost);
        }

        @Override
        public Answer decide(WorkingSet set) {
            refuseUnknown(set);
            long owed = Ledger.owed(set, owing);
            long most = Ledger.unpayable(set, owing);
            if (most == 0) {
                throw new WriteOffRejection.NothingToWriteOff(owing.owner(), owed, owing.unit()).refused();
            }
            long amount = loss.amount() == null ? most : loss.amount();
            if (amount > most) {
                throw new WriteOffRejection.WriteOffExceeded(owing.owner(), owed, most, amount, owing.unit()).refused();
            }
            Entry entry = Ledger.post(
                    set,
                    loss.note()
                            .draft(EntryType.WRITE_OFF, book.id())
                            .debit(lost, amount)
                            .credit(Ledger.shortfallOf(owing), amount));
            return Answer.created(
                    book.path() + "/entries/" + entry.seq(),
                    new WriteOffView(
                            owing.owner(),
                            amount,
                            owing.unit(),
                            Ledger.owed(set, owing),
                            List.of(EntryView.of(entry))));
        }
    }
}
