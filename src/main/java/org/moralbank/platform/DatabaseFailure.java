package org.moralbank.platform;

import io.netty.channel.unix.Errors;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Tells a database that is away or busy, which passes, from a statement that it refused, which is a fault of ours. */
public final class DatabaseFailure {
    static final String LOCK_NOT_AVAILABLE = "55P03";
    static final String QUERY_CANCELED = "57014";

    /**
     * The two above, deadlock and serialization failures; idle_in_transaction_session_timeout after
     * this process stood still; read_only_sql_transaction from a server that a failover made a standby.
     */
    private static final Set<String> PASSING =
            Set.of(LOCK_NOT_AVAILABLE, QUERY_CANCELED, "40P01", "40001", "25P03", "25006");

    private DatabaseFailure() {}

    /** Whether a failure of the database's client is one that passes by itself: the same may succeed a moment later. */
    public static boolean passes(Throwable failure) {
        if (failure instanceof PgException refused) {
            String state = refused.getSqlState();
            return state == null
                    || PASSING.contains(state)
                    || state.startsWith("57P")
                    || state.startsWith("53") // connections, memory, disk
                    || state.startsWith("08");
        }
        return failure instanceof ClosedConnectionException
                || isOfTheNetwork(failure)
                || isOnAClosedConnection(failure)
                || isOfTheFullPool(failure);
    }

    /** Whether it is a wait for a lock that was given up. */
    public static boolean isOfALock(@Nullable Throwable failure) {
        return failure instanceof PgException refused && LOCK_NOT_AVAILABLE.equals(refused.getSqlState());
    }

    /** A file that cannot be written is an IOException, too, and none of the database. */
    private static boolean isOfTheNetwork(Throwable failure) {
        return failure instanceof SocketException
                || failure instanceof UnknownHostException
                || failure instanceof SSLException
                || failure instanceof Errors.NativeIoException
                || failure instanceof IOException && isOfAPeer(failure.getMessage());
    }

    /** The JDK has no type for a connection that the other end has closed. */
    private static boolean isOfAPeer(@Nullable String message) {
        return message != null && (message.startsWith("Connection reset") || message.startsWith("Broken pipe"));
    }

    /** The client has no type for a statement that is sent after the connection was lost, only these words. */
    private static boolean isOnAClosedConnection(Throwable failure) {
        String message = failure.getMessage();
        return message != null && message.startsWith("Connection is not active");
    }

    /** Nor for a connection that was waited for in vain. */
    private static boolean isOfTheFullPool(Throwable failure) {
        return failure instanceof NoStackTraceThrowable && "Timeout".equals(failure.getMessage());
    }
}
