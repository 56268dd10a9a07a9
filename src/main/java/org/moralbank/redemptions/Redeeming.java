package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.redemptions.Redemptions.TRANSACTIONS;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Bulk;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Spending;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Ids;

/**
 * A redemption begins: points are held, or spent at once.
 *
 * <p>A terminal's transaction is looked at first, because it is a key of its own: one that was reversed is refused, whether
 * or not it ever came; one that came is answered as it was then, or refused when the content is another.
 */
final class Redeeming implements Work {
    private final BookHandle book;
    private final Order order;
    private final Payer payer;
    private final Seller seller;
    private final UUID id = Ids.next();

    /** What the last decision made; null when it refused or repeated. */
    private @Nullable Redemption made;

    /**
     * What is to be sold.
     *
     * @param amount in minor parts of the unit
     * @param partially whether less than the amount may be approved
     * @param cash what is paid in cash besides, a memo
     * @param content SHA-256 of the request
     */
    record Order(
            Redemption.Mode mode,
            String member,
            String merchant,
            long amount,
            Unit unit,
            boolean partially,
            long cash,
            Duration lasts,
            Redemption.@Nullable Till till,
            byte[] content,
            Note note) {}

    Redeeming(BookHandle book, Order order) {
        this.book = book;
        this.order = order;
        this.payer = new Payer(book.id(), order.member());
        this.seller = new Seller(book.id(), order.merchant(), order.till());
    }

    @Nullable
    Redemption made() {
        return made;
    }

    @Override
    public void needs(Needs needs) {
        needs.row(BOOKS, book.id());
        if (seller.transaction() != null) {
            needs.row(TRANSACTIONS, seller.transaction());
        }
        payer.needs(needs);
        seller.needs(needs);
    }

    /** A till that hears again that it sold would hand the goods over, though it took the sale back. */
    @Override
    public void checkReplay(WorkingSet set) {
        if (seller.transaction() != null) {
            Transaction transaction = set.find(TRANSACTIONS, seller.transaction());
            if (transaction != null) {
                refuseReversed(seller.transaction(), transaction);
            }
        }
    }

    private static void refuseReversed(Transaction.Key key, Transaction transaction) {
        if (transaction.isReversed()) {
            throw RedemptionRejection.TransactionReversed.of(key).refused();
        }
    }

    @Override
    public Answer decide(WorkingSet set) {
        made = null;
        Transaction.Key key = seller.transaction();
        Transaction first = key == null ? null : set.find(TRANSACTIONS, key);
        if (key != null && first != null) {
            refuseReversed(key, first);
            return again(key, Objects.requireNonNull(first.made()));
        }
        seller.check(set);
        if (order.unit() != Unit.PTS) {
            throw new RedemptionRejection.TimeNotRedeemable().refused();
        }
        payer.check(set);
        long approved = approve(set);
        Redemption redemption = switch (order.mode()) {
            case AUTHORIZE -> authorize(set, approved);
            case SALE -> sell(set, approved);
        };
        Redemptions.record(set, redemption);
        if (key != null) {
            set.put(TRANSACTIONS, key, new Transaction(redemption, null));
        }
        made = redemption;
        return Answer.created(location(redemption), RedemptionView.made(redemption));
    }

    private Answer again(Transaction.Key key, Redemption first) {
        if (!Arrays.equals(first.purchase().content(), order.content())) {
            throw new Bulk.DuplicateReference(key.till().transaction()).refused();
        }
        Answer answer = Answer.created(location(first), RedemptionView.made(first));
        return new Answer(answer.status(), answer.location(), answer.body(), null, null, true);
    }

    private String location(Redemption redemption) {
        return book.path() + "/redemptions/" + redemption.key().id();
    }

    private long approve(WorkingSet set) {
        long spendable = Ledger.spendable(set, payer.points());
        if (spendable >= order.amount()) {
            return order.amount();
        }
        if (!order.partially() || spendable == 0) {
            throw new RedemptionRejection.InsufficientBalance(order.member(), spendable, order.amount()).refused();
        }
        return spendable;
    }

    private Redemption authorize(WorkingSet set, long approved) {
        Instant now = set.now().truncatedTo(ChronoUnit.MICROS);
        Instant expiresAt = now.plus(order.lasts());
        Ledger.hold(set, id, payer.points(), approved, expiresAt, order.note().reference());
        return new Redemption.Authorized(purchase(approved, now, expiresAt, null));
    }

    private Redemption sell(WorkingSet set, long approved) {
        Entry entry = Ledger.post(
                set,
                order.note()
                        .draft(EntryType.REDEEM_SALE, book.id())
                        .spend(payer.points(), approved, Spending.ON_SERVICE)
                        .credit(seller.payable(), approved));
        long payableAfter = Ledger.holding(set, seller.payable()).posted();
        return new Redemption.Captured(
                purchase(approved, entry.postedAt(), null, payableAfter),
                new Redemption.Capture(approved, entry.seq(), entry.postedAt()),
                0);
    }

    private Purchase purchase(
            long approved, Instant createdAt, @Nullable Instant expiresAt, @Nullable Long payableAfter) {
        return new Purchase(
                book.id(),
                id,
                order.mode(),
                order.member(),
                order.merchant(),
                order.amount(),
                approved,
                order.cash() + order.amount() - approved,
                order.till(),
                order.till() == null ? null : order.content(),
                order.note().reference(),
                order.note().occurredOn(),
                createdAt,
                expiresAt,
                payableAfter);
    }
}
