package org.moralbank.paycodes;

import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.paycodes.VoucherTable.VOUCHERS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Importer;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookEvents;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Hold;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Unit;
import org.moralbank.members.Participants;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Language;
import org.moralbank.platform.ProtocolRejection;

/** Makes and revokes vouchers, and lets them expire. */
@ApplicationScoped
class Vouchers {
    /**
     * How much longer than the voucher its hold may be captured: an authorization that was made on the last evening is
     * captured after midnight. The job releases what no redemption has taken.
     */
    static final Duration HOLD_OUTLIVES = Duration.ofDays(8);

    /** How long a voucher is taken when the request does not say. */
    private static final int USUAL_DAYS = 30;

    private final Commits commits;
    private final PayCodeStore store;
    private final CodeKeys keys;
    private final PayCodesConfig config;

    Vouchers(Commits commits, PayCodeStore store, CodeKeys keys, PayCodesConfig config) {
        this.commits = commits;
        this.store = store;
        this.keys = keys;
        this.config = config;
    }

    /**
     * What a voucher is to be. {@code amount} is in minor parts of the unit.
     *
     * @param expiresOn null where the request does not say
     */
    record NewVoucher(
            String member,
            long amount,
            Unit unit,
            @Nullable LocalDate expiresOn,
            @Nullable String reference) {}

    /**
     * Makes a voucher and holds its amount. The answer shows the code, this once; what is kept of the answer does not.
     *
     * <p>Refuses, in this order: a last day that is over or too far ahead, time, a member that is unknown, has left or is
     * frozen, a closed book, and an insufficient balance.
     */
    Uni<Answer> make(Ask ask, BookHandle book, NewVoucher said, List<CodeImage.Order> images) {
        String code = CodeText.ofVoucher();
        UUID hash = keys.nameOf(book.id(), code);
        return CodeImage.drawn(code, images)
                .chain(drawn -> commits.submit(
                        ask,
                        book.id(),
                        new Making(book, Ids.next(), hash, said, config.longestVoucherDays(), code, drawn)));
    }

    private record Making(
            BookHandle book,
            UUID id,
            UUID codeHash,
            NewVoucher said,
            int longestDays,
            String code,
            List<CodeImage> images)
            implements Work {
        private Holder points() {
            return Holder.of(book.id(), Chart.MEMBER_POINTS, said.member());
        }

        @Override
        public void needs(Needs needs) {
            BookEvents.need(needs, book.id());
            needs.row(HOLDINGS, points());
            Participants.needMember(needs, book.id(), said.member());
        }

        /** A check of the form that only the clock under the lock can make: a retry is told what was answered while it held. */
        private LocalDate expiresOn(WorkingSet set) {
            LocalDate today = book.dayOf(set.now());
            Fields fields = new Fields();
            LocalDate day = fields.dayWithin(
                    "expiresOn",
                    said.expiresOn() == null ? today.plusDays(Math.min(USUAL_DAYS, longestDays)) : said.expiresOn(),
                    today,
                    today.plusDays(longestDays));
            fields.refuseFaults();
            return day;
        }

        @Override
        public Answer decide(WorkingSet set) {
            LocalDate expiresOn = expiresOn(set);
            if (said.unit() != Unit.PTS) {
                throw new PayCodeRejection.TimeNotRedeemable().refused();
            }
            Participants.giver(set, book.id(), said.member());
            Instant expiresAt =
                    expiresOn.plusDays(1).atStartOfDay(book.calendar()).toInstant();
            Ledger.hold(set, id, points(), said.amount(), expiresAt.plus(HOLD_OUTLIVES), said.reference());
            Voucher voucher = new Voucher(
                    book.id(),
                    id,
                    codeHash,
                    said.member(),
                    said.amount(),
                    Voucher.Status.ACTIVE,
                    expiresOn,
                    expiresAt,
                    said.reference(),
                    PayCodes.moment(set),
                    null);
            voucher.put(set, "made");
            return Answer.createdWithSecret(
                    book.path() + "/vouchers/" + id,
                    VoucherView.of(voucher, code, images),
                    VoucherView.of(voucher, null, List.of()));
        }

        @Override
        public String toString() {
            return "Making[" + id + "]";
        }
    }

    /**
     * Takes a voucher back: its code is unknown from then on and its points are free. One that is revoked already is left
     * as it is. Refuses one that was used or has expired.
     */
    Uni<Answer> revoke(Ask ask, BookHandle book, UUID id) {
        return store.voucher(book.id(), id).chain(found -> {
            // Whose it is never changes, so that it may be read before the commit.
            Voucher there = found.orElseThrow(() -> new ProtocolRejection.NotFound("voucher").refused());
            return commits.submit(ask, book.id(), new Revoking(there.key(), there.member()));
        });
    }

    private record Revoking(Voucher.Key key, String member) implements Work {
        @Override
        public void needs(Needs needs) {
            ShownCode.needBack(needs, key.book(), key.id(), member);
        }

        @Override
        public Answer decide(WorkingSet set) {
            Voucher voucher = set.get(VOUCHERS, key);
            return switch (voucher.status()) {
                case ACTIVE -> Answer.ok(VoucherView.of(end(set, voucher, Voucher.Status.REVOKED), null, List.of()));
                case REVOKED -> Answer.ok(VoucherView.of(voucher, null, List.of()));
                case USED, EXPIRED ->
                    throw new PayCodeRejection.VoucherNotActive(
                                    key.id().toString(), voucher.status().name())
                            .refused();
            };
        }
    }

    /** Lets a voucher expire whose time is over; one that was used, revoked or expired meanwhile is left as it is. */
    Uni<Answer> expire(Voucher due) {
        return commits.submit(OF_THE_SERVICE, due.book(), new Expiring(due.key(), due.member()));
    }

    /** The service asks it of itself; it has no key, because it does nothing twice. */
    private static final Ask OF_THE_SERVICE = new Ask(new Importer(0), 0, null, new byte[0], Language.EN, "/", null);

    private record Expiring(Voucher.Key key, String member) implements Work {
        @Override
        public void needs(Needs needs) {
            ShownCode.needBack(needs, key.book(), key.id(), member);
        }

        @Override
        public Answer decide(WorkingSet set) {
            Voucher voucher = set.get(VOUCHERS, key);
            if (voucher.status() == Voucher.Status.ACTIVE && !set.now().isBefore(voucher.expiresAt())) {
                end(set, voucher, Voucher.Status.EXPIRED);
            }
            return Answer.ok(List.of());
        }
    }

    /** Frees the points of a voucher for good. */
    static Voucher end(WorkingSet set, Voucher voucher, Voucher.Status how) {
        Ledger.release(
                set,
                voucher.id(),
                Holder.of(voucher.book(), Chart.MEMBER_POINTS, voucher.member()),
                how == Voucher.Status.EXPIRED ? Hold.Status.EXPIRED : Hold.Status.RELEASED);
        return voucher.ended(how, PayCodes.moment(set)).put(set, how.name().toLowerCase(Locale.ROOT));
    }
}
