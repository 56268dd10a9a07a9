package org.moralbank.demo;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDS;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Draft;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.HoldTable;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Spending;
import org.moralbank.ledger.Unit;
import org.moralbank.services.ServiceGiven;
import org.moralbank.services.ServiceRecords;

/**
 * Events whose features are still to come, as plain entries of their type: what domain.md's table of postings says, and no
 * more of a life than that. Only imports of the past use it; an event moves to its use case when that exists.
 */
final class PlainEntries {
    private static final Duration LONGEST_HOLD = Duration.ofDays(7);

    private final BookHandle book;
    private final Street.Event event;
    private final Note note;
    private final String year;

    /** Whose hold the event is about; for events that are about one. */
    private final @Nullable String holdsMember;

    /** The service that the event records; for events that record one. */
    private final @Nullable ServiceGiven given;

    PlainEntries(
            BookHandle book,
            Street.Event event,
            Note note,
            @Nullable String holdsMember,
            @Nullable ServiceGiven given) {
        this.book = book;
        this.event = event;
        this.note = note;
        this.year = Integer.toString(event.date().getYear());
        this.holdsMember = holdsMember;
        this.given = given;
    }

    /** The work of the event. */
    Work work() {
        return switch (event.type()) {
            case "EARN_POINTS_TASK" ->
                move(EntryType.EARN_POINTS_TASK, issued(Chart.ISSUED_TASK_POINTS), points("member"), "points");
            case "AWARD_POINTS" ->
                move(EntryType.AWARD_POINTS, issued(Chart.ISSUED_AWARD_POINTS), points("member"), "points");
            case "EXPIRE_POINTS" ->
                move(EntryType.EXPIRE_POINTS, points("member"), Holder.of(book.id(), Chart.EXPIRED_POINTS), "points");
            case "XCOMM_PAY" -> move(EntryType.XCOMM_PAY, time("recipient"), clearing("toBook", Unit.MIN), "minutes");
            case "XCOMM_RECEIVE" ->
                move(EntryType.XCOMM_RECEIVE, clearing("fromBook", Unit.MIN), time("helper"), "minutes");
            case "XCOMM_REDEEM_OUT" ->
                move(EntryType.XCOMM_REDEEM_OUT, points("member"), clearing("toBook", Unit.PTS), "points");
            case "XCOMM_REDEEM_IN" ->
                move(EntryType.XCOMM_REDEEM_IN, clearing("fromBook", Unit.PTS), merchant(), "points");
            case "BOOKING_HOLD" -> hold(time("recipient"), event.number("minutes"));
            case "BOOKING_COMPLETE" ->
                capture(
                        EntryType.BOOKING_COMPLETE,
                        held(Chart.MEMBER_TIME),
                        time("helper"),
                        event.number("actualMinutes"));
            case "SHORTFALL_RECOVER" -> recovered();
            default -> throw new IllegalStateException("line " + event.number() + ": " + event.type());
        };
    }

    // ---- who ---------------------------------------------------------------------------------------------------

    private Holder points(String field) {
        return Holder.of(book.id(), Chart.MEMBER_POINTS, event.text(field));
    }

    private Holder time(String field) {
        return Holder.of(book.id(), Chart.MEMBER_TIME, event.text(field));
    }

    private Holder held(Chart chart) {
        return Holder.of(book.id(), chart, Objects.requireNonNull(holdsMember, event.key()));
    }

    private Holder issued(Chart chart) {
        return Holder.of(book.id(), chart, year);
    }

    private Holder merchant() {
        return Holder.of(book.id(), Chart.MERCHANT_PAYABLE, event.text("merchant"));
    }

    private Holder clearing(String field, Unit unit) {
        return new Holder(book.id(), Chart.CLEARING, event.text(field), unit);
    }

    // ---- what --------------------------------------------------------------------------------------------------

    private Draft draft(EntryType type) {
        String link = event.optional("link");
        return note.draft(type, book.id()).group(link == null ? null : named(link));
    }

    /** An id that is the same at every play. */
    private static UUID named(String name) {
        return UUID.nameUUIDFromBytes((Street.NAME + ":" + name).getBytes(StandardCharsets.UTF_8));
    }

    private Work move(EntryType type, Holder from, Holder to, String amountField) {
        long amount = event.number(amountField);
        boolean isOfMember = from.chart() == Chart.MEMBER_TIME || from.chart() == Chart.MEMBER_POINTS;
        return new Plain(List.of(from, to), set -> {
            Draft draft = draft(type);
            // A member pays from his lots in the spending order; what issues or owes has no lots.
            Draft paid = isOfMember ? draft.spend(from, amount, Spending.ON_SERVICE) : draft.debit(from, amount);
            return List.of(Ledger.post(set, paid.credit(to, amount)));
        });
    }

    /** Recovery happens by itself, with the earning before it; the event says what it must have come to. */
    private Work recovered() {
        Holder shortfall = Ledger.shortfallOf(points("member"));
        return new Plain(List.of(shortfall), set -> {
            long open = Ledger.holding(set, shortfall).posted();
            if (open != 0) {
                throw new IllegalStateException(event.key() + ": " + open + " were not recovered");
            }
            return List.of();
        });
    }

    private Work hold(Holder holder, long amount) {
        return new Plain(List.of(holder), set -> {
            Ledger.hold(
                    set,
                    named(event.reference()),
                    holder,
                    amount,
                    event.moment().plus(LONGEST_HOLD),
                    event.reference());
            return List.of();
        });
    }

    private Work capture(EntryType type, Holder holder, Holder to, long amount) {
        return new OnHold(
                List.of(holder, to),
                set -> List.of(Ledger.capture(
                        set,
                        named(event.reference()),
                        holder,
                        amount,
                        draft(type).credit(to, amount))));
    }

    /** Needs the book and its holders, and answers with the entries that were made. */
    private class Plain implements Work {
        private final List<Holder> holders;
        private final Function<WorkingSet, List<Entry>> decision;

        Plain(List<Holder> holders, Function<WorkingSet, List<Entry>> decision) {
            this.holders = holders;
            this.decision = decision;
        }

        @Override
        public void needs(Needs needs) {
            needs.row(BOOKS, book.id());
            holders.forEach(holder -> Ledger.needHolding(needs, holder));
        }

        @Override
        public Answer decide(WorkingSet set) {
            List<Entry> made = decision.apply(set);
            if (given != null) {
                ServiceRecords.attach(set, book, given, made.getFirst());
            }
            return Answer.ok(Map.of("entries", made.stream().map(EntryView::of).toList()));
        }
    }

    /** Needs the hold besides. */
    private final class OnHold extends Plain {
        OnHold(List<Holder> holders, Function<WorkingSet, List<Entry>> decision) {
            super(holders, decision);
        }

        @Override
        public void needs(Needs needs) {
            super.needs(needs);
            needs.row(HOLDS, new HoldTable.Key(book.id(), named(event.reference())));
        }
    }
}
