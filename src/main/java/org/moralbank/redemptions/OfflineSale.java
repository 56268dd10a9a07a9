package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.redemptions.OfflineTable.UPLOADED;
import static org.moralbank.redemptions.Redemptions.TRANSACTIONS;

import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Bulk;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Draft;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Spending;
import org.moralbank.members.Member;
import org.moralbank.members.Participants;
import org.moralbank.merchants.Merchants;
import org.moralbank.merchants.Terminals;
import org.moralbank.paycodes.ShownCode;
import org.moralbank.platform.Ids;

/**
 * A sale that a till made without a connection. The goods are gone, so that it is asked whether the till was allowed to sell,
 * and not whether the member could pay: the merchant is credited, and what the member had not is his shortfall, which his next
 * earnings pay. What is frozen is not debited; all that a frozen member took is his shortfall, and all that one took who has
 * left since: it is for the community to write off.
 *
 * <p>It is judged by its own time: a till that is off the net does not hear that its merchant, the terminal or the member was
 * suspended or closed since, or the book.
 *
 * @param key the terminal's transaction
 * @param member as the till wrote it down; null where it saw a code
 * @param shown the code, looked up; null where the till wrote the member down
 * @param code its digits
 * @param play what the code does, where it is one of the sandbox; the member is then the sandbox's, and nothing is shown
 * @param at when, by the till's clock
 * @param content SHA-256 of the row, sealed where it has a code: from it nobody finds the code
 */
record OfflineSale(
        Transaction.Key key,
        @Nullable String member,
        @Nullable ShownCode shown,
        @Nullable String code,
        Sandbox.@Nullable Play play,
        long amount,
        Instant at,
        byte[] content,
        Note note) {
    /** What became of it. */
    record Taken(Redemption redemption, boolean replayed) {}

    private Seller seller() {
        return new Seller(key.book(), key.merchant(), key.till());
    }

    /** The code by which it names its member, where others could guess it. */
    @Nullable
    String codeToGuess() {
        return play == null ? code : null;
    }

    Allowance.Till till() {
        return new Allowance.Till(key.book(), key.merchant(), key.till().terminal());
    }

    /** Keeps the code out of logs. */
    @Override
    public String toString() {
        return "OfflineSale[" + key + "]";
    }

    private @Nullable String payer() {
        return shown == null ? member : shown.member();
    }

    void needs(Needs needs) {
        needs.row(TRANSACTIONS, key).row(HOLDINGS, seller().payable());
        Merchants.needHistory(needs, key.book(), key.merchant());
        Terminals.needHistory(needs, key.book(), key.merchant(), key.till().terminal());
        if (shown != null) {
            shown.needAt(needs, at);
        }
        String whose = payer();
        if (whose != null) {
            Payer payer = new Payer(key.book(), whose);
            payer.needs(needs);
            Participants.needBuyer(needs, key.book(), whose);
            needs.row(HOLDINGS, payer.debt());
        }
        if (play != null) {
            Sandbox.needFill(needs, key.book());
        }
    }

    /**
     * Takes it, or leaves with a refusal, in this order: a transaction that was reversed or is another; a merchant or terminal
     * that does neither sell now nor did when it was sold; the allowance; the code; an unknown member and one who had left; a
     * book that was closed when it was sold.
     *
     * @param beforeTheCode refuses a code that is not to be looked at
     */
    Taken take(WorkingSet set, Allowances allowances, UUID allowanceId, String signature, Runnable beforeTheCode) {
        Transaction first = set.find(TRANSACTIONS, key);
        if (first != null) {
            return again(first);
        }
        Merchants.sellerAt(set, key.book(), key.merchant(), at);
        Terminals.activeAt(set, key.book(), key.merchant(), key.till().terminal(), at);
        Allowance allowance = allowances.shown(set, till(), allowanceId, signature);
        Instant now = Step.moment(set);
        if (at.isAfter(now)) {
            throw new OfflineRejection.SaleInFuture(at, now).refused();
        }
        allowance.check(at, amount);
        beforeTheCode.run();
        if (play != null) {
            play.check(new Sandbox.Sale(set.get(BOOKS, key.book()).code(), key.merchant(), key.till(), amount));
        }
        String whose = shown == null
                ? Objects.requireNonNull(member)
                : shown.presentAt(set, at).member();
        Member payer =
                RedemptionRejection.OfWhoPays.seen(shown, () -> Participants.buyerAt(set, key.book(), whose, at));
        boolean untouched = payer.status() != Member.Status.ACTIVE;
        if (play != null && !untouched) {
            Sandbox.fill(set, new Payer(key.book(), whose), amount, note);
        }
        Redemption redemption = sell(set, new Payer(key.book(), whose), untouched, allowance);
        Allowances.use(set, allowance);
        return new Taken(redemption, false);
    }

    private Taken again(Transaction first) {
        if (first.isReversed()) {
            throw RedemptionRejection.TransactionReversed.of(key).refused();
        }
        Redemption made = Objects.requireNonNull(first.made());
        if (!made.purchase().isOf(content)) {
            throw new Bulk.DuplicateReference(key.till().transaction()).refused();
        }
        return new Taken(made, true);
    }

    private Redemption sell(WorkingSet set, Payer payer, boolean untouched, Allowance allowance) {
        long paid = untouched ? 0 : Math.min(amount, Ledger.spendable(set, payer.points()));
        Draft draft = note.draft(EntryType.REDEEM_SALE_OFFLINE, key.book()).begunAt(at);
        if (paid > 0) {
            draft.spend(payer.points(), paid, Spending.ON_SERVICE);
        }
        if (paid < amount) {
            draft.debit(payer.debt(), amount - paid);
        }
        Entry entry = Ledger.post(set, draft.credit(seller().payable(), amount));
        Redemption redemption = new Redemption.Captured(
                purchase(
                        payer,
                        entry.postedAt(),
                        Ledger.holding(set, seller().payable()).posted()),
                new Redemption.Capture(amount, entry.seq(), entry.postedAt()),
                0);
        Redemptions.record(set, redemption, null);
        set.put(TRANSACTIONS, key, new Transaction(redemption, null));
        OfflineTable.Uploaded uploaded = new OfflineTable.Uploaded(redemption.key(), allowance.id(), at, amount - paid);
        set.put(UPLOADED, uploaded.key(), uploaded);
        return redemption;
    }

    private Purchase purchase(Payer payer, Instant uploadedAt, long payableAfter) {
        return new Purchase(
                key.book(),
                Ids.next(),
                Redemption.Mode.SALE,
                payer.member(),
                key.merchant(),
                amount,
                amount,
                0,
                key.till(),
                HexFormat.of().formatHex(content),
                note.reference(),
                note.occurredOn(),
                uploadedAt,
                null,
                payableAfter,
                null,
                null);
    }
}
