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
import org.moralbank.ledger.Unit;
import org.moralbank.members.Participants;

/** Brings the balances that members had before the book began. */
@ApplicationScoped
public class Openings {
    private final Commits commits;

    Openings(Commits commits) {
        this.commits = commits;
    }

    /** What a member had. {@code amount} is in minor parts of the unit. */
    public record Opening(String member, long amount, Unit unit, Note note) {}

    /** Brings a balance. Refuses, in this order: an unknown or closed member, and what the kernel refuses. */
    public Uni<Answer> open(Ask ask, BookHandle book, Opening command) {
        return commits.submit(ask, book.id(), work(book, command));
    }

    static Work work(BookHandle book, Opening command) {
        boolean time = command.unit() == Unit.MIN;
        Holder opening = new Holder(book.id(), Chart.OPENING, "", command.unit());
        Holder to = Holder.of(book.id(), time ? Chart.MEMBER_TIME : Chart.MEMBER_POINTS, command.member());
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, book.id()).row(HOLDINGS, opening).row(HOLDINGS, to);
                Participants.needMember(needs, book.id(), command.member());
            }

            @Override
            public Answer decide(WorkingSet set) {
                Participants.receiver(set, book.id(), command.member());
                Entry entry = Ledger.post(
                        set,
                        command.note()
                                .draft(EntryType.OPENING, book.id())
                                .debit(opening, command.amount())
                                .credit(to, command.amount()));
                return PostedView.created(book, "openings", entry);
            }
        };
    }
}
