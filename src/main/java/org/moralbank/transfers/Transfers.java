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

/** Gives time or points from one member to another, at once and for good. */
@ApplicationScoped
public class Transfers {
    private final Commits commits;

    Transfers(Commits commits) {
        this.commits = commits;
    }

    /** What is to be given. {@code amount} is in minor parts of the unit. */
    public record Transfer(String from, String to, long amount, Unit unit, Note note) {}

    /**
     * Gives. Refuses, in this order: the same member on both sides, an unknown or closed giver, a frozen one, an unknown or
     * closed receiver, points where the book does not allow it, and what the kernel refuses.
     */
    public Uni<Answer> transfer(Ask ask, BookHandle book, Transfer command) {
        return commits.submit(ask, book.id(), work(book, command));
    }

    static Work work(BookHandle book, Transfer command) {
        Chart chart = command.unit() == Unit.MIN ? Chart.MEMBER_TIME : Chart.MEMBER_POINTS;
        Holder from = Holder.of(book.id(), chart, command.from());
        Holder to = Holder.of(book.id(), chart, command.to());
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, book.id()).row(HOLDINGS, from).row(HOLDINGS, to);
                Participants.needMember(needs, book.id(), command.from());
                Participants.needMember(needs, book.id(), command.to());
            }

            @Override
            public Answer decide(WorkingSet set) {
                if (command.from().equals(command.to())) {
                    throw new TransferRejection.SameMember(command.from()).refused();
                }
                Participants.giver(set, book.id(), command.from());
                Participants.receiver(set, book.id(), command.to());
                if (command.unit() == Unit.PTS && !set.get(BOOKS, book.id()).memberPointsTransfer()) {
                    throw new TransferRejection.PointsTransferOff().refused();
                }
                EntryType type = command.unit() == Unit.MIN ? EntryType.TRANSFER_TIME : EntryType.TRANSFER_POINTS;
                Entry entry = Ledger.post(
                        set,
                        command.note()
                                .draft(type, book.id())
                                .spend(from, command.amount(), Spending.ON_SERVICE)
                                .credit(to, command.amount()));
                return PostedView.created(book, "transfers", entry);
            }
        };
    }
}
