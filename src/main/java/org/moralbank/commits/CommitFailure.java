package org.moralbank.commits;

import io.vertx.pgclient.PgException;
import java.util.Set;
import org.moralbank.platform.DatabaseFailure;

/** A commit did not come about, or it is not known whether it did. */
final class CommitFailure extends RuntimeException {
    /** What is to be told to the callers. */
    enum Kind {
        /** A fault of a work or of ours; nothing was done. Another work of the same commit may still succeed. */
        FAULT,
        /** The database was away or busy; nothing was done. */
        UNAVAILABLE,
        /** What the works were decided on, ahead of their lock, is not so; nothing was done. */
        OVERTAKEN,
        /** The connection was lost with COMMIT under way. */
        UNKNOWN
    }

    /** unique_violation, and what a check fails with. */
    private static final Set<String> THERE = Set.of("23505", NewUnlessMet.THERE);

    private final Kind kind;

    /** Whether the transaction has ended already. */
    private final boolean over;

    CommitFailure(Kind kind, Throwable cause) {
        this(kind, cause, false);
    }

    private CommitFailure(Kind kind, Throwable cause, boolean over) {
        super(kind.name(), cause, false, false);
        this.kind = kind;
        this.over = over;
    }

    boolean isOver() {
        return over;
    }

    /** A write was refused and COMMIT, which was behind it already, rolled back. */
    static CommitFailure rolledBack(Throwable cause) {
        CommitFailure failure = whileWriting(cause);
        // A connection that the server is closing is given up as after any other failure of it.
        return new CommitFailure(failure.kind, cause, failure.kind != Kind.UNAVAILABLE);
    }

    /** What it is of a commit that took rows for new: where one of them was there, all has to be decided again. */
    CommitFailure whereRowsWereTakenForNew() {
        return kind == Kind.FAULT && getCause() instanceof PgException refused && THERE.contains(refused.getSqlState())
                ? new CommitFailure(Kind.OVERTAKEN, refused, over)
                : this;
    }

    Kind kind() {
        return kind;
    }

    /** What was thrown, as a failure; what is not one already is a fault of ours. */
    static CommitFailure of(Throwable thrown) {
        return thrown instanceof CommitFailure known ? known : new CommitFailure(Kind.FAULT, thrown);
    }

    /** Before anything was written: whatever the cause, nothing was done. */
    static CommitFailure whileLoading(Throwable cause) {
        return new CommitFailure(DatabaseFailure.passes(cause) ? Kind.UNAVAILABLE : Kind.FAULT, cause);
    }

    /** Whether it is a wait for a lock that was given up. */
    boolean isOfALock() {
        return DatabaseFailure.isOfALock(getCause());
    }

    /** A write failed before COMMIT, so that COMMIT cannot have come about. */
    static CommitFailure whileWriting(Throwable cause) {
        return cause instanceof PgException refused && Rechecked.CHANGED.equals(refused.getSqlState())
                ? new CommitFailure(Kind.OVERTAKEN, cause)
                : whileLoading(cause);
    }
}
