package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Table;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.LotStore;
import org.moralbank.ledger.Note;
import org.moralbank.merchants.TerminalRejection;
import org.moralbank.paycodes.PayCodes;
import org.moralbank.paycodes.WrongCodes;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.Recent;
import org.moralbank.platform.Rejection;

/**
 * Spends points at merchants, and gives them back.
 *
 * <p>A step on a redemption needs to know its member and merchant before its commit. Those never change, so that a process
 * remembers them of what it authorized itself, and asks the database for the others.
 */
@ApplicationScoped
class Redemptions {
    static final Table<Redemption.Key, Redemption> REDEMPTIONS = new RedemptionTable();
    static final Table<Transaction.Key, Transaction> TRANSACTIONS = new TransactionTable();
    static final Table<Refund.Key, Refund> REFUNDS = new RefundTable();

    /** Some hundred bytes each. */
    private static final int REMEMBERED = 20_000;

    /** A redemption changes at most three times what a step must know before its commit. */
    private static final int ATTEMPTS = 8;

    private final Commits commits;
    private final RedemptionStore store;
    private final LotStore lots;
    private final PayCodes payCodes;
    private final WrongCodes wrongCodes;
    private final Sandbox sandbox;
    private final RedemptionMetrics metrics;
    private final Map<Redemption.Key, Seen> authorized = Collections.synchronizedMap(new Recent<>(REMEMBERED));

    Redemptions(
            Commits commits,
            RedemptionStore store,
            LotStore lots,
            PayCodes payCodes,
            WrongCodes wrongCodes,
            Sandbox sandbox,
            RedemptionMetrics metrics) {
        this.commits = commits;
        this.store = store;
        this.lots = lots;
        this.payCodes = payCodes;
        this.wrongCodes = wrongCodes;
        this.sandbox = sandbox;
        this.metrics = metrics;
    }

    /** What a refund gives back: all that is left when the amount is null. */
    record GivenBack(@Nullable Long amount, @Nullable String terminal, Note note) {}

    // ---- use cases ---------------------------------------------------------------------------------------------

    /**
     * Authorizes or sells. Refuses, in this order: a merchant or terminal that is not the seller's, an unknown merchant, a
     * transaction of the terminal that was reversed or is another, a closed book, a suspended or closed merchant, then terminal,
     * time, a code that is unknown, used or expired, an unknown, closed or frozen member, what the catalogue refuses, and what he
     * has not to spend. Who has shown too many wrong codes of late is heard of what comes before a closed book, and of nothing
     * else.
     *
     * @param client who asks: wrong codes are counted by client and terminal
     */
    Uni<Answer> redeem(Ask asked, BookHandle book, int client, Sight sight, Redeeming.Order order) {
        return sandbox.overItsLine(book, order.terminal(), redeemed(asked, book, client, sight, order));
    }

    private Uni<Answer> redeemed(Ask asked, BookHandle book, int client, Sight sight, Redeeming.Order order) {
        String code = order.code();
        Ask ask = code == null ? asked : payCodes.seal(asked);
        Rejection refusal = sight.refusal(order.merchant(), order.terminal());
        if (refusal != null) {
            // Before the terminal's transaction, which would tell of another merchant's sale.
            return refuse(ask, book, RedemptionMetrics.Asked.REDEEM, refusal);
        }
        if (code == null) {
            return redeem(ask, book, new Redeeming(book, order, null));
        }
        Redeeming.Order sealed = order.withContent(payCodes.seal(book, code, order.content()));
        Sandbox.Play play = sandbox.play(book, code);
        if (play != null) {
            return play.answer(() -> redeem(ask, book, Redeeming.inTheSandbox(book, sealed, play)));
        }
        return wrongCodes.watch(
                book,
                client,
                order.terminal(),
                code,
                barred -> barred != null
                        ? redeem(ask, book, Redeeming.barred(book, sealed, barred))
                        : payCodes.find(book, code)
                                .chain(shown -> redeem(ask, book, new Redeeming(book, sealed, shown))));
    }

    private Uni<Answer> redeem(Ask ask, BookHandle book, Redeeming work) {
        return commits.submit(ask, book.id(), work).invoke(answer -> {
            Redemption made = work.made();
            if (made instanceof Redemption.Authorized && !answer.isProblem()) {
                authorized.put(made.key(), Seen.of(made.purchase()));
            }
            metrics.redeemed(answer, made);
        });
    }

    /**
     * Takes what an authorization holds, once, or a part of it; the rest is released. Refuses a till that did not authorize
     * it, then what is no authorization any more, then more than was approved.
     *
     * @param amount all that was approved when it is null
     */
    Uni<Answer> capture(Ask ask, BookHandle book, Sight sight, UUID id, @Nullable Long amount, Note note) {
        return atItsTill(ask, book, sight, id, seen -> new Step.Capturing(book, sight, seen, amount, note));
    }

    /** Gives an authorization back. Refuses a till that did not authorize it, then what is none any more. */
    Uni<Answer> cancel(Ask ask, BookHandle book, Sight sight, UUID id) {
        return atItsTill(ask, book, sight, id, seen -> new Step.Voiding(book, sight, seen));
    }

    /** It counts to the day of the till that authorized, which would not agree if another one did it. */
    private Uni<Answer> atItsTill(Ask ask, BookHandle book, Sight sight, UUID id, Function<Seen, Step> of) {
        return seen(book, sight, id).chain(seen -> {
            Redemption.Till till = seen.seller().till();
            Step step = of.apply(seen);
            return till == null || sight.mayBe(till.terminal())
                    ? sandbox.overItsLine(book, till == null ? null : till.terminal(), step(ask, book, step))
                    : refuse(ask, book, step.asked(), new TerminalRejection.OtherTerminal(till.terminal()));
        });
    }

    /**
     * Gives a capture back, or a part of it. Refuses a terminal that the merchant never had, or that the caller is not, then
     * what was never captured, then more than is left of it, and what the kernel refuses.
     */
    Uni<Answer> refund(Ask ask, BookHandle book, Sight sight, UUID id, GivenBack order) {
        String at = order.terminal();
        if (at != null && !sight.mayBe(at)) {
            return refuse(ask, book, RedemptionMetrics.Asked.REFUND, new TerminalRejection.OtherTerminal(at));
        }
        return sandbox.overItsLine(
                book,
                at,
                withItsLook(
                        ask,
                        book,
                        () -> visible(store.seen(book, id), sight).chain(this::withSpent),
                        seen -> new Step.Refunding(book, sight, seen, order.amount(), at, order.note()),
                        ATTEMPTS));
    }

    /** Undoes a terminal's transaction. It is never refused but to another till, whatever is suspended or closed. */
    Uni<Answer> reverse(Ask ask, BookHandle book, Sight sight, Transaction.Key key, Note note) {
        Rejection refusal = sight.refusal(key.merchant(), key.till().terminal());
        if (refusal != null) {
            return refuse(ask, book, RedemptionMetrics.Asked.REVERSAL, refusal);
        }
        return sandbox.overItsLine(
                book,
                key.till().terminal(),
                withItsLook(
                        ask,
                        book,
                        () -> store.seen(key)
                                .chain(found -> found.isEmpty()
                                        ? Uni.createFrom().item(Optional.<Seen>empty())
                                        : withSpent(found.get()).map(Optional::of)),
                        found -> new Step.Reversing(book, sight, key, found.orElse(null), note),
                        ATTEMPTS));
    }

    // ---- looks before the commit ---------------------------------------------------------------------------------

    private Uni<Seen> seen(BookHandle book, Sight sight, UUID id) {
        Seen remembered = authorized.get(new Redemption.Key(book.id(), id));
        return visible(
                        remembered == null
                                ? store.seen(book, id)
                                : Uni.createFrom().item(Optional.of(new RedemptionStore.Found(remembered, null))),
                        sight)
                .map(RedemptionStore.Found::seen);
    }

    /** What is not there, or another merchant's, is a path that leads nowhere. */
    private static Uni<RedemptionStore.Found> visible(Uni<Optional<RedemptionStore.Found>> look, Sight sight) {
        return look.map(
                found -> found.filter(there -> sight.sees(there.seen().seller().merchant()))
                        .orElseThrow(() -> new ProtocolRejection.NotFound("redemption").refused()));
    }

    private Uni<Seen> withSpent(RedemptionStore.Found found) {
        Seen seen = found.seen();
        return found.captureEntry() == null
                ? Uni.createFrom().item(seen)
                : lots.spentBy(seen.key().book(), found.captureEntry()).map(seen::with);
    }

    private <T> Uni<Answer> withItsLook(
            Ask ask, BookHandle book, Supplier<Uni<T>> look, Function<T, Step> of, int attempts) {
        return look.get().chain(seen -> {
            Step step = of.apply(seen);
            return step(ask, book, step)
                    .chain(answer -> step.isOutdated() && attempts > 1
                            ? withItsLook(ask, book, look, of, attempts - 1)
                            : Uni.createFrom().item(answer));
        });
    }

    private Uni<Answer> step(Ask ask, BookHandle book, Step step) {
        return commits.submit(ask, book.id(), step).invoke(answer -> metrics.stepped(step, answer));
    }

    /** Without a look at anything, and kept as every refusal. */
    private Uni<Answer> refuse(Ask ask, BookHandle book, RedemptionMetrics.Asked asked, Rejection refusal) {
        return commits.submit(ask, book.id(), new Refusing(refusal)).invoke(answer -> metrics.refused(asked, answer));
    }

    // ---- what works share ----------------------------------------------------------------------------------------

    /** Every change of a redemption comes through here; a sale that is made is told by its entry. */
    static void record(WorkingSet set, Redemption redemption, Told.@Nullable Change change) {
        set.put(REDEMPTIONS, redemption.key(), redemption);
        if (change != null) {
            Told.append(set, redemption, change);
        }
    }

    /** Notes what an entry gave back. */
    static Refund refunded(
            WorkingSet set,
            Seen seen,
            Entry entry,
            Refund.Kind kind,
            long amount,
            @Nullable String terminal,
            Note note) {
        Refund refund = new Refund(
                entry.book(),
                seen.key().id(),
                entry.seq(),
                kind,
                amount,
                terminal,
                note.reference(),
                note.occurredOn(),
                entry.postedAt());
        set.put(REFUNDS, refund.key(), refund);
        return refund;
    }
}
