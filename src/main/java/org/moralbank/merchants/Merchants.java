package org.moralbank.merchants;

import static org.moralbank.merchants.MerchantTable.MERCHANTS;
import static org.moralbank.merchants.StatusHistoryTable.HISTORIES;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.PostingRejection;
import org.moralbank.platform.EditRejection;
import org.moralbank.platform.Moments;
import org.moralbank.platform.ProtocolRejection;

/**
 * Registers merchants, edits, suspends, resumes and closes them; and what other features ask of a merchant in their works.
 */
@ApplicationScoped
public class Merchants {
    private final Commits commits;

    Merchants(Commits commits) {
        this.commits = commits;
    }

    /**
     * What a merchant is to be. What is null is left as it is; of a new merchant, it sells everything then, at no
     * discount, and with the lowest floor. The status is not edited.
     *
     * @param categories sorted, each once
     */
    public record Edit(
            String id,
            String name,
            Merchant.Kind kind,
            @Nullable List<String> categories,
            @Nullable Integer discountBasisPoints,
            @Nullable Long payableFloor) {
        private Merchant register(int book, Instant at) {
            return new Merchant(
                    book,
                    id,
                    name,
                    kind,
                    Merchant.Status.ACTIVE,
                    Objects.requireNonNullElse(categories, List.of()),
                    Objects.requireNonNullElse(discountBasisPoints, 0),
                    Objects.requireNonNullElse(payableFloor, Merchant.LOWEST_FLOOR),
                    1,
                    at);
        }

        /** The merchant as it is to be, at the version that it has. */
        private Merchant of(Merchant before) {
            return new Merchant(
                    before.book(),
                    before.id(),
                    name,
                    kind,
                    before.status(),
                    Objects.requireNonNullElse(categories, before.categories()),
                    Objects.requireNonNullElse(discountBasisPoints, before.discountBasisPoints()),
                    Objects.requireNonNullElse(payableFloor, before.payableFloor()),
                    before.version(),
                    before.registeredAt());
        }
    }

    // ---- what works of other features ask ----------------------------------------------------------------------

    /** Names a merchant as needed by a work. */
    public static void need(Needs needs, int book, String merchant) {
        needs.row(MERCHANTS, new Merchant.Key(book, merchant));
    }

    /**
     * Registers a merchant of which nothing is known but the id, unless it is there, for a book that was kept elsewhere: a
     * shop that sells everything, with nothing taken off.
     */
    public static void registerUnlessThere(WorkingSet set, int book, String id) {
        Merchant.Key key = new Merchant.Key(book, id);
        if (set.find(MERCHANTS, key) == null) {
            set.put(
                    MERCHANTS,
                    key,
                    new Merchant(
                            book,
                            id,
                            id,
                            Merchant.Kind.COMMERCIAL,
                            Merchant.Status.ACTIVE,
                            List.of(),
                            0,
                            Merchant.LOWEST_FLOOR,
                            1,
                            Moments.kept(set.now())));
        }
    }

    /**
     * The merchant that sells; refuses an unknown one ({@code unknown-merchant}), then a suspended one
     * ({@code merchant-suspended}) and one that is closed ({@code merchant-closed}).
     */
    public static Merchant seller(WorkingSet set, int book, String id) {
        Merchant merchant = known(set, book, id);
        return switch (merchant.status()) {
            case ACTIVE -> merchant;
            case SUSPENDED -> throw new MerchantRejection.MerchantSuspended(id).refused();
            case CLOSED -> throw new MerchantRejection.MerchantClosed(id).refused();
        };
    }

    /** Names a merchant as needed by a work, as {@link #sellerAt} looks at it. */
    public static void needHistory(Needs needs, int book, String merchant) {
        need(needs, book, merchant);
        needs.row(HISTORIES, StatusChange.Of.merchant(book, merchant));
    }

    /**
     * The merchant that sells, or that sold at that moment and was suspended or closed only after it: for a sale that is told
     * late. Refuses as {@link #seller} does.
     */
    public static Merchant sellerAt(WorkingSet set, int book, String id, Instant moment) {
        Merchant merchant = known(set, book, id);
        return StatusHistory.isStopped(set, StatusChange.Of.merchant(book, id), moment)
                ? seller(set, book, id)
                : merchant;
    }

    /** The merchant, whatever its status, for what undoes a sale or settles it; refuses an unknown one. */
    public static Merchant known(WorkingSet set, int book, String id) {
        Merchant merchant = set.find(MERCHANTS, new Merchant.Key(book, id));
        if (merchant == null) {
            throw new MerchantRejection.UnknownMerchant(id).refused();
        }
        return merchant;
    }

    /** Where what the merchant is owed stands. */
    public static Holder payable(int book, String merchant) {
        return Holder.of(book, Chart.MERCHANT_PAYABLE, merchant);
    }

    /**
     * After a refund was posted in a work: refuses it ({@code limit-exceeded}) when the payable is below the floor that was
     * agreed with the merchant. The work named the merchant and its {@link #payable} among its needs.
     *
     * <p>It is a rule of refunds and no bound of the account, so that what must always succeed, a terminal's reversal, can
     * leave it unasked.
     */
    public static void refuseBelowFloor(WorkingSet set, Merchant merchant) {
        Holder payable = payable(merchant.book(), merchant.id());
        long available = Ledger.holding(set, payable).posted()
                - Ledger.holding(set, payable).held();
        if (available < merchant.payableFloor()) {
            throw new PostingRejection.LimitExceeded(payable.path(), merchant.payableFloor(), available, payable.unit())
                    .refused();
        }
    }

    // ---- registering -------------------------------------------------------------------------------------------

    /**
     * Registers a merchant, or edits the one that is there. Refuses an edit of one that is closed.
     *
     * @param ifMatch the version that is edited; not needed for a new merchant or one that is so already
     */
    public Uni<Answer> put(Ask ask, BookHandle book, Edit edit, @Nullable String ifMatch) {
        Merchant.Key key = new Merchant.Key(book.id(), edit.id());
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(MERCHANTS, key);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Merchant before = set.find(MERCHANTS, key);
                return before == null ? register(set) : edit(set, before);
            }

            private Answer register(WorkingSet set) {
                EditRejection.check(ifMatch, 0);
                Merchant merchant = edit.register(book.id(), moment(set));
                set.put(MERCHANTS, key, merchant);
                return Answer.created(path(book, merchant.id()), MerchantView.of(merchant))
                        .withEtag(EditRejection.etag(merchant.version()));
            }

            private Answer edit(WorkingSet set, Merchant before) {
                Merchant after = edit.of(before);
                if (after.equals(before)) {
                    return shown(before);
                }
                refuseClosed(before);
                EditRejection.check(ifMatch, before.version());
                Merchant next = after.with(after.status());
                set.put(MERCHANTS, key, next);
                return shown(next);
            }
        });
    }

    // ---- suspending and closing --------------------------------------------------------------------------------

    /** Suspends a merchant: once it is answered, it sells nothing. Refuses one that is closed or suspended already. */
    Uni<Answer> suspend(Ask ask, BookHandle book, String id, StatusChange.Order order) {
        return change(ask, book, id, order, Merchant.Status.SUSPENDED);
    }

    /** Ends a suspension. Refuses one that is closed or not suspended. */
    Uni<Answer> resume(Ask ask, BookHandle book, String id, StatusChange.Order order) {
        return change(ask, book, id, order, Merchant.Status.ACTIVE);
    }

    /** Closes a merchant, for good; what it is owed is settled as before. Refuses one that is closed already. */
    Uni<Answer> close(Ask ask, BookHandle book, String id, StatusChange.Order order) {
        return change(ask, book, id, order, Merchant.Status.CLOSED);
    }

    private Uni<Answer> change(Ask ask, BookHandle book, String id, StatusChange.Order order, Merchant.Status to) {
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                need(needs, book.id(), id);
                StatusChange.need(needs, book.id());
            }

            @Override
            public Answer decide(WorkingSet set) {
                Merchant before = ofPath(set, book, id);
                refuseClosed(before);
                if (before.status() == to) {
                    throw to == Merchant.Status.SUSPENDED
                            ? new StatusRejection.MerchantAlreadySuspended(id).refused()
                            : new StatusRejection.MerchantNotSuspended(id).refused();
                }
                Merchant after = before.with(to);
                put(set, after, order);
                return shown(after);
            }
        });
    }

    // ---- shared ------------------------------------------------------------------------------------------------

    /** The merchant whom the path names; one that is not there is a path that leads nowhere. */
    static Merchant ofPath(WorkingSet set, BookHandle book, String id) {
        Merchant merchant = set.find(MERCHANTS, new Merchant.Key(book.id(), id));
        if (merchant == null) {
            throw new ProtocolRejection.NotFound("merchant").refused();
        }
        return merchant;
    }

    /** Nothing is changed of a merchant that is closed. */
    static void refuseClosed(Merchant merchant) {
        if (merchant.status() == Merchant.Status.CLOSED) {
            throw new StatusRejection.MerchantAlreadyClosed(merchant.id()).refused();
        }
    }

    /** PostgreSQL keeps microseconds; what is answered must be what is read later. */
    static Instant moment(WorkingSet set) {
        return Moments.kept(set.now());
    }

    static String path(BookHandle book, String merchant) {
        return book.path() + "/merchants/" + merchant;
    }

    private static void put(WorkingSet set, Merchant changed, StatusChange.Order order) {
        set.put(MERCHANTS, changed.key(), changed);
        order.of(changed, moment(set)).put(set);
    }

    private static Answer shown(Merchant merchant) {
        return Answer.ok(MerchantView.of(merchant)).withEtag(EditRejection.etag(merchant.version()));
    }
}
