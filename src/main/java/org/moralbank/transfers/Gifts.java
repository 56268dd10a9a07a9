package org.moralbank.transfers;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
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
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Spending;
import org.moralbank.ledger.Unit;
import org.moralbank.members.Participants;

/** Gives time to kin, at once and for good. */
@ApplicationScoped
public class Gifts {
    private final Commits commits;

    Gifts(Commits commits) {
        this.commits = commits;
    }

    /** What is to be given. {@code amount} is in minutes when the unit is the one that may be given. */
    public record Gift(String from, String to, long amount, Unit unit, Note note) {}

    /**
     * Gives. Refuses, in this order: points, the same member on both sides, an unknown or closed giver, a frozen one, an
     * unknown or closed receiver, one who is not kin for a day and of 60 or more, and what the kernel refuses. Granted
     * time is not the giver's to give.
     */
    public Uni<Answer> give(Ask ask, BookHandle book, Gift command) {
        return commits.submit(ask, book.id(), work(book, command));
    }

    static Work work(BookHandle book, Gift command) {
        Holder from = Holder.of(book.id(), Chart.MEMBER_TIME, command.from());
        Holder to = Holder.of(book.id(), Chart.MEMBER_TIME, command.to());
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, book.id()).row(HOLDINGS, from).row(HOLDINGS, to);
                Participants.needMember(needs, book.id(), command.from());
                Participants.needKin(needs, book.id(), command.from(), command.to());
            }

            @Override
            public Answer decide(WorkingSet set) {
                if (command.unit() != Unit.MIN) {
                    throw new TransferRejection.GiftOfTimeOnly().refused();
                }
                if (command.from().equals(command.to())) {
                    throw new TransferRejection.SameMember(command.from()).refused();
                }
                Participants.giver(set, book.id(), command.from());
                Participants.kin(set, book.id(), command.from(), command.to());
                Entry entry = Ledger.post(
                        set,
                        command.note()
                                .draft(EntryType.GIFT_TIME_KIN, book.id())
                                .spend(from, command.amount(), Spending.AS_A_GIFT)
                                .credit(to, command.amount()));
                return PostedView.created(book, "gifts", entry);
            }
        };
    }
}
