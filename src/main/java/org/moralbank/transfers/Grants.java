package org.moralbank.transfers;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.time.Month;
import java.time.Year;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.BudgetYear;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.members.Participants;
import org.moralbank.platform.Fields;

/** Gives members time from a fund or the pool, and points from the pool. */
@ApplicationScoped
public class Grants {
    /** In the place of a fund's id: what members donated. */
    public static final String POOL = Holder.POOL;

    /** No grant is for longer than a life. */
    private static final int LONGEST_YEARS = 100;

    private final Commits commits;

    Grants(Commits commits) {
        this.commits = commits;
    }

    /**
     * What is to be given.
     *
     * @param fund the id of a fund, without a dot, or {@link #POOL}
     * @param amount in minor parts of the unit
     * @param expiresOn the last day on which granted time can be spent; null where that is the last of the year of its posting. Points do
     *     not expire
     * @param restricted whether granted time is for service only, not for giving away; points are the member's own
     */
    public record Grant(
            String fund,
            String member,
            long amount,
            Unit unit,
            @Nullable LocalDate expiresOn,
            boolean restricted,
            Note note) {
        boolean fromPool() {
            return fund.equals(POOL);
        }
    }

    /**
     * Gives. Refuses, in this order: time that has expired, or lasts for longer than a life; points from a fund, an unknown or closed
     * member, and what the kernel refuses: a pool that has less, a fund beyond its limit.
     */
    public Uni<Answer> grant(Ask ask, BookHandle book, Grant command) {
        return commits.submit(ask, book.id(), work(ask, book, command));
    }

    static Work work(Ask ask, BookHandle book, Grant command) {
        boolean time = command.unit() == Unit.MIN;
        Holder to = Holder.of(book.id(), time ? Chart.MEMBER_TIME : Chart.MEMBER_POINTS, command.member());
        BudgetYear year = BudgetYear.of(book, ask);
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, book.id()).row(HOLDINGS, to);
                year.possible().forEach(possible -> Ledger.needHolding(needs, source(book, command, possible)));
                Participants.needMember(needs, book.id(), command.member());
            }

            @Override
            public Answer decide(WorkingSet set) {
                Lot lot = time ? lot(command, Ledger.dayOfPosting(set, book.id())) : Lot.OWN;
                if (!time && !command.fromPool()) {
                    throw new TransferRejection.FundGivesTimeOnly(command.fund()).refused();
                }
                Participants.receiver(set, book.id(), command.member());
                Entry entry = Ledger.post(
                        set,
                        command.note()
                                .draft(type(command), book.id())
                                .debit(source(book, command, year.decided(set)), command.amount())
                                .credit(to, lot, command.amount()));
                return PostedView.created(book, "grants", entry);
            }
        };
    }

    /** A check of the form that only the clock under the lock can make: a retry is told what was answered while it held. */
    private static Lot lot(Grant command, LocalDate today) {
        LocalDate expiresOn = Objects.requireNonNullElseGet(
                command.expiresOn(), () -> LocalDate.of(today.getYear(), Month.DECEMBER, 31));
        Fields fields = new Fields();
        fields.dayWithin("expiresOn", expiresOn, today, today.plusYears(LONGEST_YEARS));
        fields.refuseFaults();
        return new Lot(command.fund(), expiresOn, command.restricted());
    }

    private static Holder source(BookHandle book, Grant command, Year year) {
        if (command.unit() == Unit.PTS) {
            return Holder.of(book.id(), Chart.POINTS_POOL);
        }
        return command.fromPool()
                ? Holder.of(book.id(), Chart.TIME_POOL)
                : Holder.of(book.id(), Chart.ISSUED_FUND_TIME, command.fund() + "." + year);
    }

    private static EntryType type(Grant command) {
        if (command.unit() == Unit.PTS) {
            return EntryType.GRANT_POINTS;
        }
        return command.fromPool() ? EntryType.GRANT_TIME_FROM_POOL : EntryType.GRANT_TIME;
    }
}
