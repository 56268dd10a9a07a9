package org.moralbank.audit;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One going-through of a book by all checks.
 *
 * <pre>
 *         taken up            gone through
 * Waiting ────────→ Running ───────────────→ Ended: WHOLE, or BROKEN with findings
 *                   │    ↺ taken up by another when the lease has run out: it begins again
 *                   ╰──────────────────────→ Ended: UNFINISHED, when a check takes too long or nobody gets through
 * </pre>
 */
sealed interface SelfAudit {
    /** What was ordered; it does not change. */
    Order order();

    Status status();

    /** How much is gone through. */
    enum Extent {
        /** Everything, from the first entry on. */
        FULL,
        /** The entries behind those that were found whole, all accounts, and what a book has but for the longest checks. */
        INCREMENTAL
    }

    /** Where it stands, as the API tells it. */
    enum Status {
        /** Nobody has taken it up yet. */
        WAITING,
        RUNNING,
        /** Every check holds. */
        WHOLE,
        /** A check does not hold. */
        BROKEN,
        /** It could not be gone through. */
        UNFINISHED
    }

    /** A self-audit of a book. */
    record Key(int book, UUID id) {}

    /**
     * What was ordered.
     *
     * @param after entries behind this one are looked at
     * @param by the client; {@link SelfAudits#NIGHTLY} for the clock's
     * @param night which night's it is, where the clock ordered it
     */
    record Order(
            Key key,
            Extent extent,
            long after,
            String by,
            @Nullable LocalDate night,
            Instant at) {}

    /** Nobody has taken it up yet. */
    record Waiting(Order order) implements SelfAudit {
        @Override
        public Status status() {
            return Status.WAITING;
        }
    }

    /**
     * Somebody goes through it.
     *
     * @param fence the how-manieth who has taken it up; only the last one may end it
     */
    record Running(Order order, long fence, Instant begunAt, Instant leaseUntil) implements SelfAudit {
        Ended end(Outcome outcome, Instant at) {
            return new Ended(order, fence, begunAt, at, outcome);
        }

        @Override
        public Status status() {
            return Status.RUNNING;
        }
    }

    /** Gone through, or given up. */
    record Ended(Order order, long fence, Instant begunAt, Instant endedAt, Outcome outcome) implements SelfAudit {
        @Override
        public Status status() {
            if (outcome.fault() != null) {
                return Status.UNFINISHED;
            }
            return outcome.findings().isEmpty() ? Status.WHOLE : Status.BROKEN;
        }
    }

    /**
     * What came of it.
     *
     * @param through entries up to this one were looked at
     * @param throughHash its leaf hash, so that it is known again; null where the book is empty
     * @param findings the first offender of each check that does not hold
     * @param fault why it is unfinished, else null
     */
    record Outcome(
            long through,
            byte @Nullable [] throughHash,
            List<Finding> findings,
            @Nullable String fault) {}

    /** Takes it up, or takes it over from who has left it; refuses while another's lease holds, and when it has ended. */
    default @Nullable Running takenUp(Instant now, Instant leaseUntil) {
        return switch (this) {
            case Waiting waiting -> new Running(waiting.order, 1, now, leaseUntil);
            case Running left ->
                left.leaseUntil.isAfter(now) ? null : new Running(left.order, left.fence + 1, left.begunAt, leaseUntil);
            case Ended ignored -> null;
        };
    }
}
