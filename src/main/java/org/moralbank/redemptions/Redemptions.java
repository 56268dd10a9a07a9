package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
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
import org.moralbank.merchants.MerchantRejection;
import org.moralbank.merchants.Merchants;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Rejection;

/** Spends points at merchants. */
@ApplicationScoped
class Redemptions {
    private static final Table<Redemption.Key, Redemption> REDEMPTIONS = new RedemptionTable();

    private final Commits commits;

    Redemptions(Commits commits) {
        this.commits = commits;
    }

    /** What is to be sold. {@code amount} is in minor parts of the unit. */
    record Sale(String member, String merchant, long amount, Unit unit, Redemption.@Nullable Till till, Note note) {}

    /**
     * Sells. Refuses, in this order: a merchant that is not the seller's or unknown, a suspended merchant, time, an
     * unknown, closed or frozen member, and what the kernel refuses.
     *
     * @param content of the request: a terminal's transaction stands for it
     */
    Uni<Answer> sell(Ask ask, BookHandle book, Sight sight, Sale sale, byte[] content) {
        return commits.submit(ask, book.id(), work(book, sight, sale, content));
    }

    static Work work(BookHandle book, Sight sight, Sale sale, byte[] content) {
        if (!sight.sees(sale.merchant())) {
            // Before the guard of the terminal's transaction, which would tell of another merchant's sale.
            return new Refusing(new MerchantRejection.UnknownMerchant(sale.merchant()));
        }
        Work work = new Selling(book, Ids.next(), sale);
        Redemption.Till till = sale.till();
        return till == null
                ? work
                // No id has a space in it.
                : new Once(
                        book.id(),
                        "redemptions " + sale.merchant() + ' ' + till.terminal(),
                        till.transaction(),
                        content,
                        work);
    }

    private record Refusing(Rejection rejection) implements Work {
        @Override
        public void needs(Needs needs) {
            // It looks at nothing.
        }

        @Override
        public Answer decide(WorkingSet set) {
            throw rejection.refused();
        }
    }

    private record Selling(BookHandle book, UUID id, Sale sale) implements Work {
        private Holder payer() {
            return Holder.of(book.id(), Chart.MEMBER_POINTS, sale.member());
        }

        private Holder payable() {
            return Holder.of(book.id(), Chart.MERCHANT_PAYABLE, sale.merchant());
        }

        @Override
        public void needs(Needs needs) {
            needs.row(BOOKS, book.id()).row(HOLDINGS, payer()).row(HOLDINGS, payable());
            Merchants.need(needs, book.id(), sale.merchant());
            Participants.needMember(needs, book.id(), sale.member());
        }

        @Override
        public Answer decide(WorkingSet set) {
            Merchants.seller(set, book.id(), sale.merchant());
            if (sale.unit() != Unit.PTS) {
                throw new RedemptionRejection.TimeNotRedeemable().refused();
            }
            Participants.giver(set, book.id(), sale.member());
            Entry entry = Ledger.post(
                    set,
                    sale.note()
                            .draft(EntryType.REDEEM_SALE, book.id())
                            .spend(payer(), sale.amount(), Spending.ON_SERVICE)
                            .credit(payable(), sale.amount()));
            Redemption redemption = new Redemption(
                    book.id(),
                    id,
                    Redemption.Mode.SALE,
                    Redemption.Status.CAPTURED,
                    sale.member(),
                    sale.merchant(),
                    sale.amount(),
                    sale.till(),
                    sale.note().reference(),
                    sale.note().occurredOn(),
                    entry.postedAt(),
                    entry.seq());
            set.put(REDEMPTIONS, redemption.key(), redemption);
            long payableAfter = Ledger.holding(set, payable()).posted();
            return Answer.created(book.path() + "/redemptions/" + id, RedemptionView.made(redemption, payableAfter));
        }
    }
}
