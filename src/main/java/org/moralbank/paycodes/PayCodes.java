package org.moralbank.paycodes;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.paycodes.PayCodeTable.PAY_CODES;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Ledger;
import org.moralbank.members.Participants;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Moments;
import org.moralbank.platform.Recent;

/** Makes pay codes, and finds whose a code is that somebody shows. */
@ApplicationScoped
public class PayCodes {
    private final Commits commits;
    private final PayCodeStore store;
    private final CodeKeys keys;
    private final PayCodesConfig config;

    /** Whose codes, handles and vouchers are. It never changes, so that it may be remembered from one commit to the next. */
    private final Map<Name, PayCodeStore.Owner> owners = Collections.synchronizedMap(new Recent<>(20_000));

    PayCodes(Commits commits, PayCodeStore store, CodeKeys keys, PayCodesConfig config) {
        this.commits = commits;
        this.store = store;
        this.keys = keys;
        this.config = config;
    }

    /** What a code is found by: its keyed hash, or the handle of its device. */
    private record Name(int book, Object name) {}

    /**
     * Makes a code for a member. The answer shows it, this once; what is kept of the answer does not.
     *
     * <p>Refuses a closed book, and a member that is unknown, has left or is frozen.
     */
    Uni<Answer> make(Ask ask, BookHandle book, String member, List<CodeImage.Order> images) {
        String code = CodeText.made();
        UUID id = keys.nameOf(book.id(), code);
        return CodeImage.drawn(code, images)
                .chain(drawn -> commits.submit(
                        ask,
                        book.id(),
                        new Making(book, new PayCode.Key(book.id(), id), member, validity(), code, drawn)))
                .invoke(answer -> {
                    if (answer.status() == 201 && !answer.replayed()) {
                        owners.put(new Name(book.id(), id), new PayCodeStore.Owner(id, member));
                    }
                });
    }

    private Duration validity() {
        return config.validity();
    }

    private record Making(
            BookHandle book, PayCode.Key key, String member, Duration validity, String digits, List<CodeImage> images)
            implements Work {
        @Override
        public void needs(Needs needs) {
            needs.row(BOOKS, book.id()).row(PAY_CODES, key);
            Participants.needMember(needs, book.id(), member);
        }

        @Override
        public Answer decide(WorkingSet set) {
            Ledger.refuseBookClosed(set, book.id());
            Participants.giver(set, book.id(), member);
            if (set.find(PAY_CODES, key) != null) {
                throw new IllegalStateException("a code was made twice; the next try makes another");
            }
            Instant now = moment(set);
            PayCode code = new PayCode(book.id(), key.id(), member, now, now.plus(validity), null);
            set.put(PAY_CODES, key, code);
            return Answer.createdWithSecret(
                    book.path() + "/pay-codes/" + key.id(),
                    PayCodeView.of(code, digits, images),
                    PayCodeView.of(code, null, List.of()));
        }

        @Override
        public String toString() {
            return "Making[…]";
        }
    }

    /**
     * The digits of a code in a request's field, checked as far as their form tells: 18 digits that begin with 71 or 72,
     * a voucher's with the right check digit. To be used after {@link Fields#refuseFaults}.
     */
    public static String checked(Fields fields, String field, @Nullable String code) {
        return CodeText.checked(fields, field, code);
    }

    /**
     * What a request with a code is known by when it is repeated: 32 bytes that say the same for the same code and content,
     * and from which nobody without the installation's key finds the code.
     *
     * @param content of the request without its code
     */
    public byte[] seal(BookHandle book, String code, byte[] content) {
        return keys.sealOf(book.id(), code, content);
    }

    /**
     * The request as it is to be submitted where its body has a code: its answer is kept under a keyed hash. From the plain
     * one, who reads the table of answers could find by trial the fifteen digits of a voucher that was not spent. It costs
     * one HMAC of 32 bytes.
     */
    public Ask seal(Ask ask) {
        return ask.sealed(keys.sealOf(ask.fingerprint()));
    }

    /**
     * Whose a code is: a code of the service, of a device or of a voucher. One that is nobody's is found too, and refused
     * when it is {@linkplain ShownCode#present presented}, so that all refusals are of one kind.
     *
     * @param code of the form that {@link #checked} lets pass
     */
    public Uni<ShownCode> find(BookHandle book, String code) {
        int id = book.id();
        return switch (CodeText.of(code)) {
            case CodeText.Made made -> {
                UUID name = keys.nameOf(id, made.digits());
                yield owner(
                                new Name(id, name),
                                () -> store.code(id, name)
                                        .map(found -> found.map(known -> new PayCodeStore.Owner(name, known.member()))))
                        .map(found -> found.<ShownCode>map(owner -> new ShownCode.Made(id, owner.id(), owner.member()))
                                .orElseGet(ShownCode.Nobodys::new));
            }
            case CodeText.OfDevice shown ->
                owner(new Name(id, shown.handle()), () -> store.ownerOfHandle(id, shown.handle()))
                        .map(found -> found.<ShownCode>map(owner -> new ShownCode.OfDevice(
                                        id,
                                        owner.id(),
                                        owner.member(),
                                        shown.password(),
                                        new ShownCode.OfDevice.Secret(keys.secretOf(id, owner.id()))))
                                .orElseGet(ShownCode.Nobodys::new));
            case CodeText.OfVoucher voucher -> {
                UUID name = keys.nameOf(id, voucher.digits());
                yield owner(new Name(id, name), () -> store.ownerOfVoucher(id, name))
                        .map(found -> found.<ShownCode>map(
                                        owner -> new ShownCode.OfVoucher(id, owner.id(), owner.member()))
                                .orElseGet(ShownCode.Nobodys::new));
            }
            case CodeText.OfNothing none -> Uni.createFrom().item(new ShownCode.Nobodys());
        };
    }

    private Uni<Optional<PayCodeStore.Owner>> owner(Name name, Supplier<Uni<Optional<PayCodeStore.Owner>>> read) {
        PayCodeStore.Owner known = owners.get(name);
        return known != null
                ? Uni.createFrom().item(Optional.of(known))
                : read.get().invoke(found -> found.ifPresent(owner -> owners.put(name, owner)));
    }

    /** PostgreSQL keeps microseconds; what is answered must be what is read later. */
    static Instant moment(WorkingSet set) {
        return Moments.kept(set.now());
    }
}
