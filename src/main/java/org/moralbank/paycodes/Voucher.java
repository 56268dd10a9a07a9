package org.moralbank.paycodes;

import static org.moralbank.paycodes.VoucherTable.VOUCHERS;

import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookEvents;

/**
 * Points put by for a code on paper or in an SMS. The hold on them has the voucher's id.
 *
 * <pre>
 *          present
 * ACTIVE ──────────→ USED
 *   │  ↑ give back    │ (what was authorized with it is void, or what was sold was taken back whole)
 *   │  ╰──────────────┤
 *   │ revoke          │ give back after its time
 *   ├──→ REVOKED      ↓
 *   ╰─────────────→ EXPIRED
 *      its time is over
 * </pre>
 *
 * @param codeHash the keyed hash of its digits
 * @param amount in hundredths of a point
 * @param expiresOn the last day on which it is taken
 * @param expiresAt the end of that day in the community's calendar
 */
record Voucher(
        int book,
        UUID id,
        UUID codeHash,
        String member,
        long amount,
        Status status,
        LocalDate expiresOn,
        Instant expiresAt,
        @Nullable String reference,
        Instant createdAt,
        @Nullable Instant endedAt) {
    enum Status {
        /** To be used. */
        ACTIVE,
        /** Taken by a redemption. */
        USED,
        /** Taken back; its points are free again. */
        REVOKED,
        /** Its time is over; its points are free again. */
        EXPIRED
    }

    record Key(int book, UUID id) {}

    Key key() {
        return new Key(book, id);
    }

    /** What the book's events tell of it. */
    record Told(String id, String member, long amount, Status status) {}

    /** Puts it as it is now, and tells what happened: {@code voucher.used}. */
    Voucher put(WorkingSet set, String what) {
        set.put(VOUCHERS, key(), this);
        BookEvents.append(
                set, book, "voucher." + what, "vouchers/" + id, new Told(id.toString(), member, amount, status));
        return this;
    }

    Voucher ended(Status how, Instant at) {
        return new Voucher(book, id, codeHash, member, amount, how, expiresOn, expiresAt, reference, createdAt, at);
    }

    Voucher activeAgain() {
        return new Voucher(
                book, id, codeHash, member, amount, Status.ACTIVE, expiresOn, expiresAt, reference, createdAt, null);
    }
}
