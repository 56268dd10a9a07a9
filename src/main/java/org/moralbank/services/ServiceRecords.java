package org.moralbank.services;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Year;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Once;
import org.moralbank.commits.Table;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Book;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.BudgetYear;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Draft;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Spending;
import org.moralbank.members.Member;
import org.moralbank.members.Participants;
import org.moralbank.platform.Ids;

/** Records services that were given, and posts what they earn. */
@ApplicationScoped
public class ServiceRecords {
    private static final Table<ServiceRecord.Key, ServiceRecord> RECORDS = new ServiceRecordTable();

    /** Of the API; a reference is of one of its records. */
    static final String COLLECTION = "service-records";

    private static final int MINUTES_PER_HOUR = 60;

    private final Commits commits;

    ServiceRecords(Commits commits) {
        this.commits = commits;
    }

    /**
     * Records a service as confirmed. Refuses, in this order: a volunteer who serves himself, an unknown or closed
     * volunteer, an unknown team, an unknown or closed recipient, a frozen one who pays, and what the kernel refuses.
     *
     * @param content of the request: a reference stands for it
     */
    public Uni<Answer> record(Ask ask, BookHandle book, ServiceGiven given, byte[] content) {
        return commits.submit(ask, book.id(), work(ask, book, given, content));
    }

    /**
     * Within a work that posts by itself what a service earns: keeps the record of it. For imports of what belongs to a
     * feature that is still to come.
     */
    public static void attach(WorkingSet set, BookHandle book, ServiceGiven given, Entry earned) {
        ServiceRecord record = new ServiceRecord(book.id(), Ids.next(), given, set.now(), earned.seq(), null);
        set.put(RECORDS, record.key(), record);
    }

    static Work work(Ask ask, BookHandle book, ServiceGiven given, byte[] content) {
        Work work = new Recording(book, Ids.next(), given, BudgetYear.of(book, ask));
        String reference = given.note().reference();
        return reference == null ? work : new Once(book.id(), COLLECTION, reference, content, work);
    }

    /** Where a service's earnings come from and go to. */
    private record Earner(Holder issuedTime, Holder time, Holder issuedPoints, Holder points) {
        static Earner of(int book, ServiceGiven given, Year in) {
            String year = in.toString();
            String id = given.volunteer();
            Chart time = Chart.MEMBER_TIME;
            Chart points = Chart.MEMBER_POINTS;
            if (id == null) {
                id = Objects.requireNonNull(given.team());
                time = Chart.TEAM_TIME;
                points = Chart.TEAM_POINTS;
            }
            return new Earner(
                    Holder.of(book, Chart.ISSUED_SERVICE_TIME, year),
                    Holder.of(book, time, id),
                    Holder.of(book, Chart.ISSUED_SERVICE_POINTS, year),
                    Holder.of(book, points, id));
        }

        void needs(Needs needs) {
            Ledger.needHolding(needs, issuedTime);
            Ledger.needHolding(needs, issuedPoints);
            needs.row(HOLDINGS, time)
                    .row(HOLDINGS, Ledger.shortfallOf(time))
                    .row(HOLDINGS, points)
                    .row(HOLDINGS, Ledger.shortfallOf(points));
        }
    }

    private record Recording(BookHandle book, UUID id, ServiceGiven given, BudgetYear year) implements Work {
        @Override
        public void needs(Needs needs) {
            needs.row(BOOKS, book.id());
            for (Year possible : year.possible()) {
                Earner.of(book.id(), given, possible).needs(needs);
            }
            if (given.volunteer() != null) {
                Participants.needMember(needs, book.id(), given.volunteer());
            }
            if (given.team() != null) {
                Participants.needTeam(needs, book.id(), given.team());
            }
            if (given.recipient() != null) {
                Participants.needMember(needs, book.id(), given.recipient());
                needs.row(HOLDINGS, timeOf(book, given.recipient()));
            }
        }

        @Override
        public Answer decide(WorkingSet set) {
            ServiceGiven decided = given.decided(set, book.id());
            return new Decision(book, id, decided, Earner.of(book.id(), given, year.decided(set))).recorded(set);
        }
    }

    private static Holder timeOf(BookHandle book, String member) {
        return Holder.of(book.id(), Chart.MEMBER_TIME, member);
    }

    /** With what is known under the lock: the day, where none was given, and the year of the budgets. */
    private record Decision(BookHandle book, UUID id, ServiceGiven given, Earner earner) {
        Answer recorded(WorkingSet set) {
            Ledger.refuseBookClosed(set, book.id());
            refuseParticipants(set);
            Book settings = set.get(BOOKS, book.id());
            Draft time = timeDraft(settings);
            Draft points = pointsDraft(settings);
            // The record's id names what was posted together for it.
            UUID group = isSeveralEntries(set, time, points) ? id : null;
            List<Entry> posted = new ArrayList<>();
            Long timeSeq = post(set, time, earner.time(), group, posted);
            Long pointsSeq = post(set, points, earner.points(), group, posted);
            ServiceRecord record = new ServiceRecord(book.id(), id, given, set.now(), timeSeq, pointsSeq);
            set.put(RECORDS, record.key(), record);
            return Answer.created(book.path() + "/" + COLLECTION + "/" + id, ServiceRecordView.made(record, posted));
        }

        private void refuseParticipants(WorkingSet set) {
            if (given.volunteer() != null) {
                if (given.volunteer().equals(given.recipient())) {
                    throw new ServiceRejection.OwnService(given.volunteer()).refused();
                }
                Participants.receiver(set, book.id(), given.volunteer());
            }
            if (given.team() != null) {
                Participants.team(set, book.id(), given.team());
            }
            if (given.recipient() != null) {
                switch (given.payer()) {
                    case ISSUED -> Participants.receiver(set, book.id(), given.recipient());
                    case RECIPIENT -> Participants.giver(set, book.id(), given.recipient());
                }
            }
        }

        /** What moves the minutes; null where they earn none. */
        private @Nullable Draft timeDraft(Book settings) {
            return switch (given.payer()) {
                case RECIPIENT ->
                    draft(EntryType.TRANSFER_TIME)
                            .spend(
                                    timeOf(book, Objects.requireNonNull(given.recipient())),
                                    given.minutes(),
                                    Spending.ON_SERVICE)
                            .credit(earner.time(), given.minutes());
                case ISSUED ->
                    settings.serviceEarnsTime()
                            ? draft(given.team() == null ? EntryType.EARN_TIME : EntryType.EARN_TIME_TEAM)
                                    .debit(earner.issuedTime(), given.minutes())
                                    .credit(earner.time(), given.minutes())
                            : null;
            };
        }

        /** What issues the points, rounded down to a hundredth; null where that leaves none. */
        private @Nullable Draft pointsDraft(Book settings) {
            long points = Math.multiplyExact(settings.pointsPerHour(), (long) given.minutes()) / MINUTES_PER_HOUR;
            return points == 0
                    ? null
                    : draft(EntryType.EARN_POINTS_SERVICE)
                            .debit(earner.issuedPoints(), points)
                            .credit(earner.points(), points);
        }

        /** Without the texts of the note: they are the record's. */
        private Draft draft(EntryType type) {
            Note note = given.note();
            return Draft.of(type, book.id(), note.occurredOn(), note.by()).reference(note.reference());
        }

        private boolean isSeveralEntries(WorkingSet set, @Nullable Draft time, @Nullable Draft points) {
            return time != null && points != null
                    || time != null && Ledger.owed(set, earner.time()) > 0
                    || points != null && Ledger.owed(set, earner.points()) > 0;
        }

        private boolean isFrozen(WorkingSet set) {
            return given.volunteer() != null
                    && Participants.receiver(set, book.id(), given.volunteer()).status() == Member.Status.FROZEN;
        }

        /** Posts what was earned, then takes what the earner owes of it. The number of the earning, null without one. */
        private @Nullable Long post(
                WorkingSet set, @Nullable Draft draft, Holder earned, @Nullable UUID group, List<Entry> posted) {
            if (draft == null) {
                return null;
            }
            Entry earning = Ledger.post(set, draft.group(group));
            posted.add(earning);
            Note note = given.note();
            // Nothing is taken of who is frozen, also where his account is opened by this earning.
            Entry recovery = isFrozen(set) ? null : Ledger.recover(set, earned, note.by(), group);
            if (recovery != null) {
                posted.add(recovery);
            }
            return earning.seq();
        }
    }
}
