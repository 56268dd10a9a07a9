package org.moralbank.transfers;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
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
import org.moralbank.platform.Ids;

/** Gives time or points to the book's pool, at once and for good. */
@ApplicationScoped
public class Donations {
    private final Commits commits;

    Donations(Commits commits) {
        this.commits = commits;
    }

    /** Who gives. */
    public sealed interface Giver {
        String id();

        /** A member. */
        record OfMember(String id) implements Giver {}

        /** A team. */
        record OfTeam(String id) implements Giver {}
    }

    /** What is to be given. {@code amount} is in minor parts of the unit. */
    public record Donation(Giver giver, long amount, Unit unit, Note note) {}

    /**
     * Gives; what the pool owes is paid from it at once, by an entry of its own in the same group. Refuses, in this order:
     * points of a team, an unknown or closed member or unknown team, a frozen member, and what the kernel refuses. Granted
     * time is not the giver's to give.
     */
    public Uni<Answer> donate(Ask ask, BookHandle book, Donation command) {
        return commits.submit(ask, book.id(), work(book, command));
    }

    static Work work(BookHandle book, Donation command) {
        boolean time = command.unit() == Unit.MIN;
        Giver giver = command.giver();
        Chart chart = switch (giver) {
            case Giver.OfMember member -> time ? Chart.MEMBER_TIME : Chart.MEMBER_POINTS;
            case Giver.OfTeam team -> time ? Chart.TEAM_TIME : Chart.TEAM_POINTS;
        };
        Holder from = Holder.of(book.id(), chart, giver.id());
        Holder pool = Holder.of(book.id(), time ? Chart.TIME_POOL : Chart.POINTS_POOL);
        UUID group = Ids.next();
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, book.id())
                        .row(HOLDINGS, from)
                        .row(HOLDINGS, pool)
                        .row(HOLDINGS, Ledger.shortfallOf(pool));
                switch (giver) {
                    case Giver.OfMember member -> Participants.needMember(needs, book.id(), member.id());
                    case Giver.OfTeam team -> Participants.needTeam(needs, book.id(), team.id());
                }
            }

            @Override
            public Answer decide(WorkingSet set) {
                if (!time && giver instanceof Giver.OfTeam team) {
                    throw new TransferRejection.TeamGivesTimeOnly(team.id()).refused();
                }
                switch (giver) {
                    case Giver.OfMember member -> Participants.giver(set, book.id(), member.id());
                    case Giver.OfTeam team -> Participants.team(set, book.id(), team.id());
                }
                Note note = command.note();
                Entry entry = Ledger.post(
                        set,
                        note.draft(time ? EntryType.DONATE_TIME : EntryType.DONATE_POINTS, book.id())
                                .spend(from, command.amount(), Spending.AS_A_GIFT)
                                .credit(pool, command.amount())
                                .group(Ledger.owed(set, pool) > 0 ? group : null));
                return PostedView.created(book, "donations", entry, Ledger.recover(set, pool, note.by(), group));
            }
        };
    }
}
