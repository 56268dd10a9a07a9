package org.moralbank.commits;

import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;

/** Statements that are sent to the server one behind the other, without waiting for answers; it runs them in this order. */
final class Flight {
    private final List<Future<?>> sent = new ArrayList<>();

    /** Adds a statement that was sent. */
    <T> Future<T> add(Future<T> statement) {
        sent.add(statement);
        return statement;
    }

    boolean isEmpty() {
        return sent.isEmpty();
    }

    /** Ends when the server has done the statement that was sent last, and with it all before; at once where there is none. */
    Future<?> last() {
        return sent.isEmpty() ? Future.succeededFuture() : sent.getLast();
    }

    /** Ends when all are answered; fails with what the first that failed did. */
    Future<Void> landed() {
        return landed(sent);
    }

    /** Sends COMMIT behind the statements. Fails with a {@link CommitFailure} that says whether it can have come about. */
    Future<Void> commit(SqlConnection open) {
        List<Future<?>> all = new ArrayList<>(sent);
        all.add(open.query("COMMIT").execute());
        return landed(all).recover(cause -> {
            // A statement that the server refused made COMMIT a rollback. Whatever befell COMMIT itself, or the
            // connection, may have come before it or after.
            boolean refused = sent.stream().anyMatch(Future::failed) && cause instanceof PgException;
            return Future.failedFuture(
                    refused ? CommitFailure.rolledBack(cause) : new CommitFailure(CommitFailure.Kind.UNKNOWN, cause));
        });
    }

    /** After a failed statement the others fail because of it; the first tells why. */
    private static Future<Void> landed(List<Future<?>> statements) {
        return Future.join(statements)
                .recover(any -> Future.failedFuture(statements.stream()
                        .filter(Future::failed)
                        .map(Future::cause)
                        .findFirst()
                        .orElseThrow()))
                .mapEmpty();
    }
}
