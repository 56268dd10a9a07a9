package org.moralbank.redemptions;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Attribution;

/**
 * What a till may sell while it has no connection.
 *
 * @param perSale the most of one sale, in hundredths of a point
 * @param sales how many sales
 * @param used how many were uploaded
 * @param validUntil the first moment when it does not hold any more
 * @param signature of the service over all that does not change of it
 */
record Allowance(
        Till till,
        UUID id,
        long perSale,
        int sales,
        int used,
        Instant validFrom,
        Instant validUntil,
        @Nullable Instant revokedAt,
        String signature,
        Attribution by) {
    /** How long after its end a till may upload what it sold under it. */
    private static final Duration UPLOADED_UNTIL = Duration.ofDays(60);

    /** A terminal of a merchant of a book. */
    record Till(int book, String merchant, String terminal) {}

    enum Status {
        /** Sales are made under it. */
        LIVE,
        /** Its time is over. */
        ENDED,
        /** It was taken back. */
        REVOKED
    }

    Status statusAt(Instant now) {
        if (revokedAt != null) {
            return Status.REVOKED;
        }
        return now.isBefore(validUntil) ? Status.LIVE : Status.ENDED;
    }

    /** Whether it ended so long ago that nothing is uploaded under it any more. */
    boolean isOver(Instant now) {
        return !now.minus(UPLOADED_UNTIL).isBefore(validUntil);
    }

    Allowance revoked(Instant at) {
        return new Allowance(till, id, perSale, sales, used, validFrom, validUntil, at, signature, by);
    }

    Allowance usedOnce() {
        return new Allowance(till, id, perSale, sales, used + 1, validFrom, validUntil, revokedAt, signature, by);
    }

    /** What is signed: a text that no other allowance has. */
    static String signed(Till till, UUID id, long perSale, int sales, Instant validFrom, Instant validUntil) {
        return String.join(
                " ",
                "allowance",
                id.toString(),
                Integer.toString(till.book()),
                till.merchant(),
                till.terminal(),
                Long.toString(perSale),
                Integer.toString(sales),
                validFrom.toString(),
                validUntil.toString());
    }

    String signed() {
        return signed(till, id, perSale, sales, validFrom, validUntil);
    }

    /** Refuses a sale at that moment by the till's clock, of that amount, as the next one. */
    void check(Instant at, long amount) {
        if (at.isBefore(validFrom)) {
            throw new OfflineRejection.BeforeAllowance(id, validFrom, at).refused();
        }
        if (!at.isBefore(validUntil)) {
            throw new OfflineRejection.AfterAllowance(id, validUntil, at).refused();
        }
        if (revokedAt != null && !at.isBefore(revokedAt)) {
            throw new OfflineRejection.AllowanceRevoked(id, revokedAt, at).refused();
        }
        if (amount > perSale) {
            throw new OfflineRejection.AllowancePerSale(id, perSale, amount).refused();
        }
        if (used >= sales) {
            throw new OfflineRejection.AllowanceUsedUp(id, sales).refused();
        }
    }

    /**
     * The allowances of a terminal: one row of a working set, so that two that are made at once see one another.
     */
    record All(List<Allowance> allowances) {
        static final All NONE = new All(List.of());

        @Nullable
        Allowance find(UUID id) {
            return allowances.stream()
                    .filter(allowance -> allowance.id().equals(id))
                    .findFirst()
                    .orElse(null);
        }

        @Nullable
        Allowance liveAt(Instant now) {
            return allowances.stream()
                    .filter(allowance -> allowance.statusAt(now) == Status.LIVE)
                    .findFirst()
                    .orElse(null);
        }

        All with(Allowance changed) {
            List<Allowance> all = new ArrayList<>(allowances);
            all.removeIf(allowance -> allowance.id().equals(changed.id()));
            all.add(changed);
            return new All(List.copyOf(all));
        }
    }
}
