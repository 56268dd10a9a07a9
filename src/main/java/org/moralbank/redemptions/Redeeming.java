package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.redemptions.Redemptions.TRANSACTIONS;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Bulk;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookEvents;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Draft;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Spending;
import org.moralbank.ledger.Unit;
import org.moralbank.members.Member;
import org.moralbank.merchants.Catalogue;
import org.moralbank.merchants.Line;
import org.moralbank.merchants.Merchants;
import org.moralbank.merchants.Terminal;
import org.moralbank.paycodes.PayCodeRejection;
import org.moralbank.paycodes.Presented;
import org.moralbank.paycodes.ShownCode;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Moments;
import org.moralbank.platform.Rejection;

/**
 * A redemption begins: points are held, or spent at once.
 *
 * <p>A terminal's transaction is looked at first, because it is a key of its own: one that was reversed is refused, whether
 * or not it ever came; one that came is answered as it was then, or refused when the content is another. So the code that it
 * took is not asked again, and a retry is not told that it was used.
 */
final class Redeeming implements Work {
    private final BookHandle book;
    private final Order order;

    /** Null when who shows the code is nobody or not to be known, and is refused. */
    private final @Nullable Payer payer;

    private final @Nullable ShownCode shown;

    /** What the code does, where it is one of the sandbox. */
    private final Sandbox.@Nullable Play play;

    /** Why the code is not to be looked at; null when it may be. */
    private final @Nullable Rejection barred;

    private final Seller seller;
    private final UUID id = Ids.next();

    /** What the last decision made; null when it refused or repeated. */
    private @Nullable Redemption made;

    /**
     * What is to be sold. Either the member or the code is given.
     *
     * @param code digits that are shown
     * @param amount in minor parts of the unit
     * @param partially whether less than the amount may be approved; null leaves it to the terminal
     * @param cash what is paid in cash besides, a memo
     * @param lines of the merchant's catalogue; may be none
     * @param content SHA-256 of the request without its code
     */
    record Order(
            Redemption.Mode mode,
            @Nullable String member,
            @Nullable String code,
            String merchant,
            long amount,
            Unit unit,
            @Nullable Boolean partially,
            long cash,
            Duration lasts,
            Redemption.@Nullable Till till,
            List<Line> lines,
            byte[] content,
            Note note) {
        @Nullable
        String terminal() {
            return till == null ? null : till.terminal();
        }

        /** Known by its code too, which is not to be found from it. */
        Order withContent(byte[] sealed) {
            return new Order(
                    mode, member, code, merchant, amount, unit, partially, cash, lasts, till, lines, sealed, note);
        }

        /** Without the code, which is money. */
        @Override
        public String toString() {
            return "Order[" + mode + " " + amount + " at " + merchant + "]";
        }
    }

    /** @param shown whose the code is that the order names; null when it names the member */
    Redeeming(BookHandle book, Order order, @Nullable ShownCode shown) {
        this(book, order, shown, shown == null ? order.member() : shown.member(), null, null);
    }

    static Redeeming inTheSandbox(BookHandle book, Order order, Sandbox.Play play) {
        return new Redeeming(book, order, null, Sandbox.MEMBER, play, null);
    }

    /** One whose code is not to be looked at: it is answered when it was answered before, and else refused. */
    static Redeeming barred(BookHandle book, Order order, Rejection barred) {
        return new Redeeming(book, order, null, null, null, barred);
    }

    private Redeeming(
            BookHandle book,
            Order order,
            @Nullable ShownCode shown,
            @Nullable String member,
            Sandbox.@Nullable Play play,
            @Nullable Rejection barred) {
        this.book = book;
        this.order = order;
        this.shown = shown;
        this.play = play;
        this.barred = barred;
        this.payer = member == null ? null : new Payer(book.id(), member);
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
        seller.needs(needs);
        if (order.mode() == Redemption.Mode.AUTHORIZE) {
            BookEvents.need(needs, book.id());
        }
        if (shown != null) {
            shown.need(needs);
        }
        if (payer != null) {
            payer.needs(needs);
            Catalogue.need(needs, book.id(), order.merchant(), payer.member(), order.lines());
        }
        if (play != null) {
            Sandbox.needFill(needs, book.id());
        }
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
        Merchants.known(set, book.id(), order.merchant());
        if (barred != null) {
            throw barred.refused();
        }
        Ledger.refuseBookClosed(set, book.id());
        Terminal terminal = seller.check(set);
        if (order.unit() != Unit.PTS) {
            throw new RedemptionRejection.TimeNotRedeemable().refused();
        }
        if (play != null) {
            play.check(new Sandbox.Sale(book.code(), order.merchant(), order.till(), order.amount()));
        }
        Presented.PutBy voucher = shown == null ? null : shown.present(set).voucher();
        if (payer == null) {
            throw new PayCodeRejection.Unknown().refused();
        }
        Member member = check(set, payer);
        Basket basket = buy(set, payer);
        if (play != null) {
            Sandbox.fill(
                    set,
                    payer,
                    Math.min(order.amount(), play.most()),
                    order.note().decided(set, book.id()));
        }
        long approved = approve(set, payer, voucher, allowsPart(terminal));
        Redemption redemption = switch (order.mode()) {
            case AUTHORIZE -> authorize(set, payer, voucher, basket, approved);
            case SALE -> sell(set, payer, voucher, basket, approved);
        };
        Redemptions.record(set, redemption, order.mode() == Redemption.Mode.SALE ? null : Told.Change.AUTHORIZED);
        if (key != null) {
            set.put(TRANSACTIONS, key, new Transaction(redemption, null));
        }
        made = redemption;
        return terminal != null && terminal.showsPointsLeft() && member.showsPointsLeft() && voucher == null
                ? created(redemption, Ledger.spendable(set, payer.points()))
                : created(redemption);
    }

    private Answer again(Transaction.Key key, Redemption first) {
        if (!first.purchase().isOf(order.content())) {
            throw new Bulk.DuplicateReference(key.till().transaction()).refused();
        }
        Answer answer = created(first);
        return new Answer(answer.status(), answer.location(), answer.body(), null, null, true);
    }

    private Answer created(Redemption redemption) {
        return Answer.created(location(redemption), view(redemption, null));
    }

    /**
     * With what the member has left, for him to read on the slip. It is told this once, while he stands there: the answer
     * that is kept, and with it every repetition, is without it. A till that asks later learns nothing of him.
     */
    private Answer created(Redemption redemption, long pointsLeft) {
        return Answer.createdWithSecret(location(redemption), view(redemption, pointsLeft), view(redemption, null));
    }

    private String location(Redemption redemption) {
        return book.path() + "/redemptions/" + redemption.purchase().id();
    }

    /** Who shows a code is not told whose it is. */
    private RedemptionView view(Redemption redemption, @Nullable Long pointsLeft) {
        Purchase purchase = redemption.purchase();
        return RedemptionView.of(
                redemption,
                redemption.status(),
                order.code() == null ? purchase.member() : null,
                null,
                purchase.payableAfter(),
                pointsLeft);
    }

    /** What the request says, as far as the terminal can do it. */
    private boolean allowsPart(@Nullable Terminal terminal) {
        return terminal == null
                ? Boolean.TRUE.equals(order.partially())
                : terminal.partialApproval() && !Boolean.FALSE.equals(order.partially());
    }

    private Member check(WorkingSet set, Payer who) {
        return RedemptionRejection.OfWhoPays.seen(shown, () -> who.check(set));
    }

    private @Nullable Basket buy(WorkingSet set, Payer who) {
        if (order.lines().isEmpty()) {
            return null;
        }
        LocalDate today = set.get(BOOKS, book.id()).dayOf(set.now());
        Catalogue.buy(set, book.id(), order.merchant(), who.member(), order.lines(), order.amount(), today);
        return new Basket(order.lines(), today);
    }

    /** A voucher pays what it holds, and no more. */
    private long approve(WorkingSet set, Payer who, Presented.@Nullable PutBy voucher, boolean partially) {
        long spendable = voucher == null ? Ledger.spendable(set, who.points()) : voucher.amount();
        if (play != null) {
            spendable = Math.min(spendable, play.most());
        }
        if (spendable >= order.amount()) {
            return order.amount();
        }
        if (!partially || spendable == 0) {
            throw new RedemptionRejection.InsufficientBalance(order.member(), spendable, order.amount()).refused();
        }
        return spendable;
    }

    private Redemption authorize(
            WorkingSet set, Payer who, Presented.@Nullable PutBy voucher, @Nullable Basket basket, long approved) {
        Instant now = Moments.kept(set.now());
        Instant expiresAt = now.plus(order.lasts());
        if (voucher == null) {
            Ledger.hold(set, id, who.points(), approved, expiresAt, order.note().reference());
        }
        Note note = order.note().decided(set, book.id());
        return new Redemption.Authorized(purchase(note, who, voucher, basket, approved, now, expiresAt, null));
    }

    private Redemption sell(
            WorkingSet set, Payer who, Presented.@Nullable PutBy voucher, @Nullable Basket basket, long approved) {
        Note note = order.note().decided(set, book.id());
        Draft draft = note.draft(EntryType.REDEEM_SALE, book.id());
        Entry entry = voucher == null
                ? Ledger.post(
                        set,
                        draft.spend(who.points(), approved, Spending.ON_SERVICE).credit(seller.payable(), approved))
                : Ledger.capture(set, voucher.hold(), who.points(), approved, draft.credit(seller.payable(), approved));
        long payableAfter = Ledger.holding(set, seller.payable()).posted();
        return new Redemption.Captured(
                purchase(note, who, voucher, basket, approved, entry.postedAt(), null, payableAfter),
                new Redemption.Capture(approved, entry.seq(), entry.postedAt()),
                0);
    }

    private Purchase purchase(
            Note note,
            Payer who,
            Presented.@Nullable PutBy voucher,
            @Nullable Basket basket,
            long approved,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Long payableAfter) {
        return new Purchase(
                book.id(),
                id,
                order.mode(),
                who.member(),
                order.merchant(),
                order.amount(),
                approved,
                order.cash() + order.amount() - approved,
                order.till(),
                order.till() == null ? null : HexFormat.of().formatHex(order.content()),
                note.reference(),
                note.occurredOn(),
                createdAt,
                expiresAt,
                payableAfter,
                voucher == null ? null : voucher.voucher(),
                basket);
    }
}
