package org.moralbank.settlements;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.settlements.BankReferenceTable.BANK_REFERENCES;
import static org.moralbank.settlements.CutTable.CUTS;
import static org.moralbank.settlements.PositionTable.POSITIONS;
import static org.moralbank.settlements.SettlementTable.SETTLEMENTS;
import static org.moralbank.settlements.TermsTable.TERMS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Bulk;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookEvents;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.members.WriteOffRejection;
import org.moralbank.members.WriteOffView;
import org.moralbank.merchants.Merchant;
import org.moralbank.merchants.Merchants;
import org.moralbank.platform.EditRejection;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Moments;
import org.moralbank.platform.ProtocolRejection;

/**
 * Closes what merchants are owed, notes what the bank paid, takes back what it did not, books what they give away, and writes
 * off what they owe.
 */
@ApplicationScoped
public class Settlements {
    private final Commits commits;
    private final SettlementStore store;
    private final SettlementMetrics metrics;

    Settlements(Commits commits, SettlementStore store, SettlementMetrics metrics) {
        this.commits = commits;
        this.store = store;
        this.metrics = metrics;
    }

    /**
     * What is to be closed.
     *
     * @param through the last day of the period
     * @param note its actor is the maker
     */
    public record Closing(String merchant, LocalDate through, String maker, Note note) {}

    /**
     * What became of a settlement.
     *
     * @param said the bank's reference of a payment, or why it was rejected
     * @param note when it was, and which client says so
     */
    public record Check(String said, String checker, Note note) {}

    // ---- closing -----------------------------------------------------------------------------------------------

    /**
     * Closes what a merchant is owed through a day: all that was posted to its payable by the end of that day and is in no
     * batch, less what it gave back since. Refuses, in this order: an unknown merchant, a day that is not over, one that is
     * settled, and a payable that is not above zero, which is carried over.
     */
    public Uni<Answer> close(Ask ask, BookHandle book, Closing order) {
        Work work = closing(book, order);
        return commits.submit(ask, book.id(), work).invoke(answer -> metrics.changed(Settlement.Status.CLOSED, answer));
    }

    private static Work closing(BookHandle book, Closing order) {
        UUID id = Ids.next();
        Position.Key position = new Position.Key(book.id(), order.merchant());
        Instant until =
                order.through().plusDays(1).atStartOfDay(book.calendar()).toInstant();
        Cut.Key cut = new Cut.Key(book.id(), order.merchant(), until);
        Holder payable = Merchants.payable(book.id(), order.merchant());
        Holder inSettlement = inSettlement(book.id(), id);
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, book.id())
                        .row(HOLDINGS, payable)
                        .row(HOLDINGS, inSettlement)
                        .row(POSITIONS, position)
                        .row(CUTS, cut)
                        .row(TERMS, book.id());
                Merchants.need(needs, book.id(), order.merchant());
                BookEvents.need(needs, book.id());
            }

            @Override
            public Answer decide(WorkingSet set) {
                Merchant merchant = Merchants.known(set, book.id(), order.merchant());
                LocalDate today = book.dayOf(set.now());
                if (!order.through().isBefore(today)) {
                    throw new SettlementRejection.PeriodNotOver(order.through(), today).refused();
                }
                Position before =
                        Objects.requireNonNullElseGet(set.find(POSITIONS, position), () -> Position.none(position));
                if (before.through() != null && !order.through().isAfter(before.through())) {
                    throw new SettlementRejection.PeriodSettled(order.merchant(), order.through(), before.through())
                            .refused();
                }
                Cut stood = Objects.requireNonNullElse(set.find(CUTS, cut), Cut.NONE);
                long open = stood.earned() - before.closed();
                long amount = Math.min(open, Ledger.holding(set, payable).posted());
                if (amount <= 0) {
                    throw new SettlementRejection.NothingToSettle(order.merchant(), amount).refused();
                }
                Entry entry = Ledger.post(
                        set,
                        order.note()
                                .draft(EntryType.SETTLEMENT_CLOSE, book.id())
                                .debit(payable, amount)
                                .credit(inSettlement, amount));
                Settlement.Batch batch = new Settlement.Batch(
                        book.id(),
                        id,
                        order.merchant(),
                        from(book, merchant, before, stood),
                        order.through(),
                        new Settlement.Before(before.through(), before.lastEntry()),
                        stood.lastEntry(),
                        before.earned() - before.closed(),
                        stood.earned() - before.earned(),
                        open - amount,
                        amount,
                        Payment.of(amount, terms(set, book).fenPerPoint(), merchant.discountBasisPoints()),
                        order.note().reference(),
                        order.maker(),
                        entry.seq(),
                        entry.postedAt());
                Settlement closed = new Settlement.Closed(batch);
                set.put(POSITIONS, position, before.with(batch));
                return Answer.created(book.path() + "/settlements/" + id, changed(set, closed, "settlement.closed"));
            }
        };
    }

    /** A first period begins when the merchant came, or when it was first owed something, as in a book that was imported. */
    private static LocalDate from(BookHandle book, Merchant merchant, Position before, Cut stood) {
        if (before.through() != null) {
            return before.through().plusDays(1);
        }
        Instant came = merchant.registeredAt();
        return book.dayOf(came.isBefore(stood.since()) ? came : stood.since());
    }

    // ---- checking ----------------------------------------------------------------------------------------------

    /**
     * Notes that the bank has paid. Refuses, in this order: a settlement that is not closed any more, the maker as checker,
     * and a payment that was for another settlement.
     */
    public Uni<Answer> pay(Ask ask, BookHandle book, UUID id, Check check) {
        return checked(ask, book, id, check, Settlement.Status.PAID);
    }

    /**
     * Gives what was closed back to the payable; the period is open again. Refuses a settlement that is not closed any
     * more, then the maker as checker.
     */
    public Uni<Answer> reject(Ask ask, BookHandle book, UUID id, Check check) {
        return checked(ask, book, id, check, Settlement.Status.REJECTED);
    }

    private Uni<Answer> checked(Ask ask, BookHandle book, UUID id, Check check, Settlement.Status to) {
        // Whose a settlement is never changes, and may be read before the commit.
        return store.find(book, id).chain(found -> {
            if (found.isEmpty()) {
                throw new ProtocolRejection.NotFound("settlement").refused();
            }
            String merchant = found.get().batch().merchant();
            return commits.submit(ask, book.id(), checking(book, id, merchant, check, to))
                    .invoke(answer -> metrics.changed(to, answer));
        });
    }

    private static Work checking(BookHandle book, UUID id, String merchant, Check check, Settlement.Status to) {
        boolean paid = to == Settlement.Status.PAID;
        Settlement.Key key = new Settlement.Key(book.id(), id);
        Position.Key position = new Position.Key(book.id(), merchant);
        BankReferenceTable.Key payment = new BankReferenceTable.Key(book.id(), check.said());
        Holder payable = Merchants.payable(book.id(), merchant);
        Holder inSettlement = inSettlement(book.id(), id);
        Holder goesTo = paid ? Holder.of(book.id(), Chart.SETTLED_POINTS) : payable;
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, book.id())
                        .row(HOLDINGS, payable)
                        .row(HOLDINGS, inSettlement)
                        .row(HOLDINGS, goesTo)
                        .row(SETTLEMENTS, key)
                        .row(POSITIONS, position);
                if (paid) {
                    needs.row(BANK_REFERENCES, payment);
                }
                BookEvents.need(needs, book.id());
            }

            @Override
            public Answer decide(WorkingSet set) {
                Settlement.Closed closed = set.get(SETTLEMENTS, key).closed();
                Settlement.Batch batch = closed.batch();
                if (batch.maker().equals(check.checker())) {
                    throw new SettlementRejection.MakerIsChecker(batch.maker()).refused();
                }
                if (paid && set.find(BANK_REFERENCES, payment) != null) {
                    throw new Bulk.DuplicateReference(check.said()).refused();
                }
                Entry entry = Ledger.post(
                        set,
                        note(batch)
                                .draft(paid ? EntryType.SETTLEMENT_PAID : EntryType.SETTLEMENT_REJECTED, book.id())
                                .debit(inSettlement, batch.amount())
                                .credit(goesTo, batch.amount()));
                Settlement.Checked end = new Settlement.Checked(check.checker(), entry.seq(), entry.postedAt());
                if (paid) {
                    set.put(BANK_REFERENCES, payment, id);
                    return Answer.ok(changed(set, closed.pay(check.said(), end), "settlement.paid"));
                }
                set.put(POSITIONS, position, set.get(POSITIONS, position).without(batch));
                return Answer.ok(changed(set, closed.reject(check.said(), end), "settlement.rejected"));
            }

            // The entry names who made and who checked; why it was rejected stands beside it.
            private Note note(Settlement.Batch batch) {
                Note note = check.note();
                Attribution by =
                        new Attribution(note.by().clientId(), note.by().client(), batch.maker(), null, check.checker());
                String reason = paid ? null : check.said();
                return new Note(note.occurredOn(), by, batch.reference(), reason, null, note.dayGiven());
            }
        };
    }

    // ---- giving away -------------------------------------------------------------------------------------------

    /** What a merchant gives away. */
    record Waiver(String merchant, long amount, Note note) {}

    /** Books a gift of the merchant. Refuses more than it is owed. */
    Uni<Answer> waive(Ask ask, BookHandle book, Waiver waiver) {
        return store.ofPath(book, waiver.merchant())
                .chain(known -> commits.submit(ask, book.id(), waiving(book, waiver)));
    }

    private static Work waiving(BookHandle book, Waiver waiver) {
        Holder payable = Merchants.payable(book.id(), waiver.merchant());
        Holder waived = Holder.of(book.id(), Chart.WAIVED_POINTS);
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, book.id()).row(HOLDINGS, payable).row(HOLDINGS, waived);
            }

            @Override
            public Answer decide(WorkingSet set) {
                long owed = Ledger.holding(set, payable).posted();
                if (waiver.amount() > owed) {
                    throw new SettlementRejection.WaiverExceeded(waiver.merchant(), owed, waiver.amount()).refused();
                }
                Entry entry = Ledger.post(
                        set,
                        waiver.note()
                                .draft(EntryType.MERCHANT_WAIVE, book.id())
                                .debit(payable, waiver.amount())
                                .credit(waived, waiver.amount()));
                return Answer.created(
                        book.path() + "/entries/" + entry.seq(),
                        new WaiverView(
                                entry.seq(),
                                waiver.merchant(),
                                waiver.amount(),
                                Unit.PTS,
                                entry.postedAt(),
                                Ledger.holding(set, payable).posted()));
            }
        };
    }

    // ---- writing off -------------------------------------------------------------------------------------------

    /**
     * What of a merchant's debt is written off.
     *
     * @param amount all that it owes when it is null
     * @param note with the approver
     */
    record Loss(String merchant, @Nullable Long amount, Note note) {}

    /**
     * Books as the community's loss what a merchant owes and will not pay, whatever its status. Refuses, in this order: one
     * that owes nothing, and more than it owes. What it has in a batch is not asked: a batch that is rejected pays it.
     */
    Uni<Answer> writeOff(Ask ask, BookHandle book, Loss loss) {
        return store.ofPath(book, loss.merchant())
                .chain(known -> commits.submit(ask, book.id(), writingOff(book, loss)));
    }

    private static Work writingOff(BookHandle book, Loss loss) {
        Holder payable = Merchants.payable(book.id(), loss.merchant());
        Holder lost = Ledger.writtenOffOf(payable);
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, book.id()).row(HOLDINGS, payable).row(HOLDINGS, lost);
            }

            @Override
            public Answer decide(WorkingSet set) {
                long owed = owed(set);
                if (owed == 0) {
                    throw new WriteOffRejection.NothingToWriteOff(loss.merchant(), owed, payable.unit()).refused();
                }
                long amount = loss.amount() == null ? owed : loss.amount();
                if (amount > owed) {
                    throw new WriteOffRejection.WriteOffExceeded(loss.merchant(), owed, owed, amount, payable.unit())
                            .refused();
                }
                Entry entry = Ledger.post(
                        set,
                        loss.note()
                                .draft(EntryType.WRITE_OFF, book.id())
                                .debit(lost, amount)
                                .credit(payable, amount));
                return Answer.created(
                        book.path() + "/entries/" + entry.seq(),
                        new WriteOffView(
                                loss.merchant(), amount, payable.unit(), owed(set), List.of(EntryView.of(entry))));
            }

            private long owed(WorkingSet set) {
                return -Math.min(0, Ledger.holding(set, payable).posted());
            }
        };
    }

    // ---- terms -------------------------------------------------------------------------------------------------

    /** Says what a point is paid with in batches that are closed from now on. */
    Uni<Answer> put(Ask ask, BookHandle book, int fenPerPoint, @Nullable String ifMatch) {
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(TERMS, book.id());
            }

            @Override
            public Answer decide(WorkingSet set) {
                Terms before = set.find(TERMS, book.id());
                if (before != null && before.fenPerPoint() == fenPerPoint) {
                    return shown(before);
                }
                long version = before == null ? 0 : before.version();
                EditRejection.check(ifMatch, version);
                Terms after = new Terms(book.id(), fenPerPoint, version + 1, Moments.kept(set.now()));
                set.put(TERMS, book.id(), after);
                return before == null
                        ? Answer.created(book.path() + "/settlement-terms", TermsView.of(after))
                                .withEtag(EditRejection.etag(after.version()))
                        : shown(after);
            }

            private Answer shown(Terms terms) {
                return Answer.ok(TermsView.of(terms)).withEtag(EditRejection.etag(terms.version()));
            }
        });
    }

    // ---- shared ------------------------------------------------------------------------------------------------

    private static Terms terms(WorkingSet set, BookHandle book) {
        return Objects.requireNonNullElseGet(set.find(TERMS, book.id()), () -> Terms.unsaid(book.id()));
    }

    private static Holder inSettlement(int book, UUID id) {
        return Holder.of(book, Chart.MERCHANT_SETTLEMENT, id.toString());
    }

    /** Every change of a settlement comes through here. */
    private static SettlementView changed(WorkingSet set, Settlement settlement, String event) {
        Settlement.Batch batch = settlement.batch();
        set.put(SETTLEMENTS, settlement.key(), settlement);
        BookEvents.append(set, batch.book(), event, "settlements/" + batch.id(), SettlementEvent.of(settlement));
        Holder payable = Merchants.payable(batch.book(), batch.merchant());
        return SettlementView.changed(settlement, Ledger.holding(set, payable).posted());
    }
}
