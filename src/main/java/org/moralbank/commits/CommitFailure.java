package org.moralbank.commits;

import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.util.Set;

/** A commit did not come about, or it is not known whether it did. */
final class CommitFailure extends RuntimeException {
    /** What is to be told to the callers. */
    enum Kind {
        /** A fault of a work or of ours; nothing was done. Another work of the same commit may still succeed. */
        FAULT,
        /** The database was away or busy; nothing was done. */
        UNAVAILABLE,
        /** Somebody else has committed since the works were decided, ahead of the lock; nothing was done. */
        OVERTAKEN,
        /** The connection was lost with COMMIT under way. */
        UNKNOWN
    }

    /**
     * lock_not_available, query_canceled, deadlock and serialization failures; idle_in_transaction_session_timeout after
     * this process stood still; read_only_sql_transaction from a server that a failover made a standby.
     */
    private static final Set<String> PASSING = Set.of("55P03", "57014", "40P01", "40001", "25P03", "25006");

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

    Kind kind() {
        return kind;
    }

    /** What was thrown, as a failure; what is not one already is a fault of ours. */
    static CommitFailure of(Throwable thrown) {
        return thrown instanceof CommitFailure known ? known : new CommitFailure(Kind.FAULT, thrown);
    }

    /** Before anything was written: whatever the cause, nothing was done. */
    static CommitFailure whileLoading(Throwable cause) {
        return new CommitFailure(isAFault(cause) ? Kind.FAULT : Kind.UNAVAILABLE, cause);
    }

    /** Whether it is a wait for a lock that was given up. */
    boolean isOfALock() {
        return getCause() instanceof PgException refused && "55P03".equals(refused.getSqlState());
    }

    /** A write failed before COMMIT, so that COMMIT cannot have come about. */
    static CommitFailure whileWriting(Throwable cause) {
        return cause instanceof PgException refused && Rechecked.CHANGED.equals(refused.getSqlState())
                ? new CommitFailure(Kind.OVERTAKEN, cause)
                : whileLoading(cause);
    }

    /** The client has no type for a statement that is sent after the connection was lost, only these words. */
    private static boolean isOnAClosedConnection(Throwable cause) {
        String message = cause.getMessage();
        return message != null && message.startsWith("Connection is not active");
    }

    /** Whether the server refused the statement itself or we sent a wrong one, rather than its being away or busy. */
    private static boolean isAFault(Throwable cause) {
        if (cause instanceof PgException refused) {
            String state = refused.getSqlState();
            return state != null
                    && !PASSING.contains(state)
                    && !state.startsWith("57P")
                    && !state.startsWith("53") // connections, memory, disk
                    && !state.startsWith("08");
        }
        return !(cause instanceof IOException
                || cause instanceof ClosedConnectionException
                || isOnAClosedConnection(cause));
    }
}
