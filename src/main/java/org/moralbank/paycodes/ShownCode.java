package org.moralbank.paycodes;

import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.ledger.Ledger.HOLDS;
import static org.moralbank.paycodes.PayCodeTable.PAY_CODES;
import static org.moralbank.paycodes.PayDeviceTable.POCKETS;
import static org.moralbank.paycodes.UsedStepTable.USED_STEPS;
import static org.moralbank.paycodes.VoucherTable.VOUCHERS;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookEvents;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.HoldTable;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.paycodes.PayDevice.Pocket;
import org.moralbank.platform.Moments;

/**
 * A code that somebody shows, {@linkplain PayCodes#find looked up} before the commit: whose it is never changes, so that a
 * work can name what it needs. Whether it is still good is judged in the work:
 *
 * <pre>{@code
 * payCodes.find(book, body.code()).chain(shown -> commits.submit(ask, book.id(), new Work() {
 *     needs:  shown.need(needs);
 *             if (shown.member() != null) { … the rows of the member … }
 *     decide: Presented taken = shown.present(set);        // refuses, or marks it used
 *             Participants.giver(set, book.id(), taken.member());
 * }))
 * }</pre>
 */
public sealed interface ShownCode {
    /** Whose it is; null when nobody's, which {@link #present} refuses. Not to be told to who shows the code. */
    @Nullable
    String member();

    /** Names what {@link #present} looks at; for a voucher also its hold, and what its member has. */
    void need(Needs needs);

    /** Names what {@link #presentAt} looks at. */
    default void needAt(Needs needs, Instant at) {
        need(needs);
    }

    /**
     * Takes the code: it is not taken again. What the work undoes by a refusal of its own is undone here too, so that the
     * code is still good.
     *
     * <p>Refuses, in this order: {@link PayCodeRejection.Unknown}, {@link PayCodeRejection.Used},
     * {@link PayCodeRejection.Expired}.
     */
    Presented present(WorkingSet set);

    /**
     * Takes a code that was shown at {@code at}, by the till's clock, where there was no connection. A code of the service is
     * judged by that moment, at which it has to have been made, as far as clocks agree; a password of a device must be that of the moment, one step off at most. What the member paid
     * since, and in which order tills upload, does not matter: only a code that was taken itself is not taken again.
     *
     * <p>Refuses as {@link #present} does. A voucher is refused too ({@link PayCodeRejection.NotOffline}): on paper, it could
     * be shown at two tills at once.
     */
    Presented presentAt(WorkingSet set, Instant at);

    // ---- vouchers whose redemption came to nothing ---------------------------------------------------------------

    /** Names what {@link #giveBack} looks at. */
    static void needBack(Needs needs, int book, UUID voucher, String member) {
        needs.row(VOUCHERS, new Voucher.Key(book, voucher))
                .row(HOLDS, new HoldTable.Key(book, voucher))
                .row(HOLDINGS, Holder.of(book, Chart.MEMBER_POINTS, member));
        BookEvents.need(needs, book);
    }

    /**
     * Makes a voucher usable again whose authorization was voided, reversed or has expired without a capture: the person
     * still has the paper. Its hold stays as it is. When its own time is over meanwhile, the hold is released instead.
     *
     * <p>What was captured of a voucher goes to the member's points by refunds, and does not make it usable again.
     */
    static void giveBack(WorkingSet set, int book, UUID voucherId) {
        Voucher voucher = used(set, book, voucherId);
        if (set.now().isBefore(voucher.expiresAt())) {
            voucher.activeAgain().put(set, "given-back");
        } else {
            Vouchers.end(set, voucher, Voucher.Status.EXPIRED);
        }
    }

    /**
     * Makes a voucher usable again whose sale or capture its till took back whole, because it did not hear that it sold: who
     * has only the paper must not lose it by that. What came back to the member's points is held again. It stays free with
     * him when the voucher's time is over, and where he has left, owes something, or has not the whole amount any more.
     *
     * <p>{@link #needBack} and what the member owes are among the needs.
     */
    static void giveBackCaptured(WorkingSet set, int book, UUID voucherId) {
        Voucher voucher = used(set, book, voucherId);
        Holder points = Holder.of(book, Chart.MEMBER_POINTS, voucher.member());
        if (set.now().isBefore(voucher.expiresAt())
                && Ledger.owed(set, points) == 0
                && Ledger.holdAgain(set, voucherId, points)) {
            voucher.activeAgain().put(set, "given-back");
        }
    }

    private static Voucher used(WorkingSet set, int book, UUID voucherId) {
        Voucher voucher = set.get(VOUCHERS, new Voucher.Key(book, voucherId));
        if (voucher.status() != Voucher.Status.USED) {
            throw new IllegalStateException("voucher " + voucherId + " is " + voucher.status());
        }
        return voucher;
    }

    // ---- the kinds -----------------------------------------------------------------------------------------------

    /** Nobody's. */
    record Nobodys() implements ShownCode {
        @Override
        public @Nullable String member() {
            return null;
        }

        @Override
        public void need(Needs needs) {
            // There is nothing to look at.
        }

        @Override
        public Presented present(WorkingSet set) {
            throw new PayCodeRejection.Unknown().refused();
        }

        @Override
        public Presented presentAt(WorkingSet set, Instant at) {
            return present(set);
        }
    }

    /** Made by the service. */
    record Made(int book, UUID id, String member) implements ShownCode {
        /** How far a till's clock may be behind, as with the codes of devices: at two of their steps none is taken. */
        static final Duration CLOCK_BEHIND = Duration.ofSeconds(2 * Totp.STEP_SECONDS);

        private PayCode.Key key() {
            return new PayCode.Key(book, id);
        }

        @Override
        public void need(Needs needs) {
            needs.row(PAY_CODES, key());
        }

        @Override
        public Presented present(WorkingSet set) {
            return presentAt(set, set.now());
        }

        @Override
        public Presented presentAt(WorkingSet set, Instant at) {
            PayCode code = set.find(PAY_CODES, key());
            if (code == null || at.isBefore(code.madeAt().minus(CLOCK_BEHIND))) {
                throw new PayCodeRejection.Unknown().refused();
            }
            if (code.usedAt() != null) {
                throw new PayCodeRejection.Used().refused();
            }
            if (!at.isBefore(code.validUntil())) {
                throw new PayCodeRejection.Expired().refused();
            }
            set.put(PAY_CODES, key(), code.used(Moments.kept(at)));
            return new Presented(member, null);
        }
    }

    /** Made by a device. */
    record OfDevice(int book, UUID device, String member, int password, Secret secret) implements ShownCode {
        /** How many steps a device's clock may be off, either way; RFC 6238 section 5.2 wants few. */
        static final int DRIFT_STEPS = 1;

        /** Passwords of the last five minutes are told apart from those that never were. */
        static final int REMEMBERED_STEPS = 15;

        /** The bytes, kept out of logs. */
        record Secret(byte[] bytes) {
            @Override
            public String toString() {
                return "Secret[…]";
            }
        }

        private Pocket.Key key() {
            return new Pocket.Key(book, member);
        }

        @Override
        public void need(Needs needs) {
            needs.row(POCKETS, key());
        }

        @Override
        public void needAt(Needs needs, Instant at) {
            need(needs);
            for (long step : stepsAt(at)) {
                needs.row(USED_STEPS, new UsedStep(book, device, step));
            }
        }

        /** Of which steps around that moment it is the password, the newest first: of one as a rule, or of none. */
        private long[] stepsAt(Instant at) {
            long shown = Totp.stepAt(at.getEpochSecond());
            return LongStream.iterate(shown + DRIFT_STEPS, step -> step >= shown - DRIFT_STEPS, step -> step - 1)
                    .filter(step -> Totp.password(secret.bytes(), step) == password)
                    .toArray();
        }

        private Presented take(WorkingSet set, Pocket pocket, PayDevice there, long step) {
            UsedStep used = new UsedStep(book, device, step);
            set.put(USED_STEPS, used, used);
            set.put(POCKETS, key(), pocket.with(there.used(step, PayCodes.moment(set))));
            return new Presented(member, null);
        }

        /** Needs to see the last step only: what is shown with a connection is shown in order. */
        @Override
        public Presented present(WorkingSet set) {
            Pocket pocket = set.find(POCKETS, key());
            PayDevice there = pocket == null ? null : pocket.find(device);
            if (pocket == null || there == null || !there.isLive()) {
                throw new PayCodeRejection.Unknown().refused();
            }
            long now = Totp.stepAt(set.now().getEpochSecond());
            long newest = now + DRIFT_STEPS;
            long oldest = now - REMEMBERED_STEPS;
            // The newest that fits: one password can by chance be that of two steps.
            for (long step = newest; step >= oldest; step--) {
                if (Totp.password(secret.bytes(), step) == password) {
                    if (step <= there.lastStep()) {
                        throw new PayCodeRejection.Used().refused();
                    }
                    if (step < now - DRIFT_STEPS) {
                        throw new PayCodeRejection.Expired().refused();
                    }
                    return take(set, pocket, there, step);
                }
            }
            throw new PayCodeRejection.Unknown().refused();
        }

        @Override
        public Presented presentAt(WorkingSet set, Instant at) {
            Pocket pocket = set.find(POCKETS, key());
            PayDevice there = pocket == null ? null : pocket.find(device);
            if (pocket == null || there == null || !there.isLiveAt(at)) {
                throw new PayCodeRejection.Unknown().refused();
            }
            long[] steps = stepsAt(at);
            for (long step : steps) {
                if (set.find(USED_STEPS, new UsedStep(book, device, step)) == null) {
                    return take(set, pocket, there, step);
                }
            }
            if (steps.length > 0) {
                throw new PayCodeRejection.Used().refused();
            }
            throw new PayCodeRejection.Unknown().refused();
        }

        @Override
        public String toString() {
            return "OfDevice[device=" + device + "]";
        }
    }

    /** A voucher's. */
    record OfVoucher(int book, UUID id, String member) implements ShownCode {
        private Voucher.Key key() {
            return new Voucher.Key(book, id);
        }

        @Override
        public void need(Needs needs) {
            needBack(needs, book, id, member);
        }

        @Override
        public Presented present(WorkingSet set) {
            Voucher voucher = set.find(VOUCHERS, key());
            if (voucher == null) {
                throw new PayCodeRejection.Unknown().refused();
            }
            switch (voucher.status()) {
                case REVOKED -> throw new PayCodeRejection.Unknown().refused();
                case USED -> throw new PayCodeRejection.Used().refused();
                case EXPIRED -> throw new PayCodeRejection.Expired().refused();
                case ACTIVE -> {
                    if (!set.now().isBefore(voucher.expiresAt())) {
                        throw new PayCodeRejection.Expired().refused();
                    }
                }
            }
            voucher.ended(Voucher.Status.USED, PayCodes.moment(set)).put(set, "used");
            return new Presented(member, new Presented.PutBy(id, id, voucher.amount()));
        }

        @Override
        public Presented presentAt(WorkingSet set, Instant at) {
            throw new PayCodeRejection.NotOffline().refused();
        }
    }
}
