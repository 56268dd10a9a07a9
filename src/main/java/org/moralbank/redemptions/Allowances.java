package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.redemptions.AllowanceTable.ALLOWANCES;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Ledger;
import org.moralbank.merchants.Merchants;
import org.moralbank.merchants.Terminals;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Moments;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.SecretBox;

/**
 * Allows terminals to sell without a connection, within limits, and takes that back.
 *
 * <p>What the service signs it can check: an allowance is good only with the signature that the service's key made of its
 * till, limits and times. The key is not in the database, so that who can write there cannot raise a limit.
 */
@ApplicationScoped
class Allowances {
    private static final byte[] NOTHING = {};

    private final Commits commits;
    private final SecretBox box;

    Allowances(Commits commits, SecretBox box) {
        this.commits = commits;
        this.box = box;
    }

    /** What is to be allowed. */
    record Order(long perSale, int sales, Duration lasts, Attribution by) {}

    /**
     * Makes an allowance. Refuses, in this order: a terminal that is not there, a closed book, a merchant or terminal that does
     * not sell, and a second allowance while one holds.
     */
    Uni<Answer> make(Ask ask, BookHandle book, Allowance.Till till, Order order) {
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, till.book());
                need(needs, till);
            }

            @Override
            public Answer decide(WorkingSet set) {
                if (!Terminals.isKnown(set, till.book(), till.merchant(), till.terminal())) {
                    throw new ProtocolRejection.NotFound("terminal").refused();
                }
                Ledger.refuseBookClosed(set, till.book());
                Merchants.seller(set, till.book(), till.merchant());
                Terminals.active(set, till.book(), till.merchant(), till.terminal());
                Instant now = moment(set);
                Allowance live = of(set, till).liveAt(now);
                if (live != null) {
                    throw new OfflineRejection.AllowanceLive(live.id()).refused();
                }
                Allowance made = signed(till, order, now);
                set.put(ALLOWANCES, till, of(set, till).with(made));
                return Answer.created(path(book, till) + "/" + made.id(), AllowanceView.of(made, now));
            }
        });
    }

    private Allowance signed(Allowance.Till till, Order order, Instant from) {
        UUID id = Ids.next();
        Instant until = from.plus(order.lasts());
        byte[] signature = box.seal(NOTHING, Allowance.signed(till, id, order.perSale(), order.sales(), from, until));
        return new Allowance(
                till,
                id,
                order.perSale(),
                order.sales(),
                0,
                from,
                until,
                null,
                Base64.getUrlEncoder().withoutPadding().encodeToString(signature),
                order.by());
    }

    /** Takes an allowance back: from then on nothing is sold under it. One that was taken back is left as it is. */
    Uni<Answer> revoke(Ask ask, BookHandle book, Allowance.Till till, @Nullable UUID id) {
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                need(needs, till);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Allowance allowance = id == null ? null : of(set, till).find(id);
                if (allowance == null) {
                    throw new ProtocolRejection.NotFound("allowance").refused();
                }
                Instant now = moment(set);
                if (allowance.revokedAt() != null) {
                    return Answer.ok(AllowanceView.of(allowance, now));
                }
                Allowance revoked = allowance.revoked(now);
                set.put(ALLOWANCES, till, of(set, till).with(revoked));
                return Answer.ok(AllowanceView.of(revoked, now));
            }
        });
    }

    /**
     * Refuses where this process has no key to read a signature with. Rows would be refused one by one, and for good, that
     * another process takes.
     */
    void checkCanRead() {
        box.checkKey();
    }

    /** The allowance that an upload names, with the signature of it; refuses any other. */
    Allowance shown(WorkingSet set, Allowance.Till till, UUID id, String signature) {
        Allowance allowance = of(set, till).find(id);
        if (allowance == null || allowance.isOver(moment(set)) || !isSigned(allowance, signature)) {
            throw new OfflineRejection.UnknownAllowance(id.toString()).refused();
        }
        return allowance;
    }

    private boolean isSigned(Allowance allowance, String signature) {
        try {
            return box.open(Base64.getUrlDecoder().decode(signature), allowance.signed()).length == 0;
        } catch (IllegalArgumentException | IllegalStateException notOfIt) {
            return false;
        }
    }

    /** Names what {@link #shown} and {@link #use} look at. */
    static void need(Needs needs, Allowance.Till till) {
        needs.row(ALLOWANCES, till);
        Merchants.need(needs, till.book(), till.merchant());
        Terminals.needActive(needs, till.book(), till.merchant(), till.terminal());
    }

    /** Counts a sale under an allowance. */
    static void use(WorkingSet set, Allowance allowance) {
        set.put(ALLOWANCES, allowance.till(), of(set, allowance.till()).with(allowance.usedOnce()));
    }

    private static Allowance.All of(WorkingSet set, Allowance.Till till) {
        return Objects.requireNonNullElse(set.find(ALLOWANCES, till), Allowance.All.NONE);
    }

    private static Instant moment(WorkingSet set) {
        return Moments.kept(set.now());
    }

    private static String path(BookHandle book, Allowance.Till till) {
        return book.path() + "/merchants/" + till.merchant() + "/terminals/" + till.terminal() + "/allowances";
    }
}
