package org.moralbank.commits;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** The locks of books as other processes hold them: looked at and waited for, but not kept. */
final class BookLocks {
    /** Those of some books that nobody else holds; a look, not a lock: it ends with the statement. */
    private static final String FREE = """
            SELECT book_id
            FROM commit_lock
            WHERE book_id = ANY ($1)
            ORDER BY book_id
            FOR UPDATE SKIP LOCKED
            """;

    /** Waits for a book like a commit, but gives up when it takes longer than some of them; what it locked, it lets go. */
    private static final String WAIT_BRIEFLY = """
            SET LOCAL lock_timeout = '200ms';
            SELECT FROM commit_lock WHERE book_id = %d FOR UPDATE
            """;

    /** Ends when the commit that has the book's lock ends, or fails after the two seconds of {@code lock_timeout}. */
    private static final String PASS = "SELECT FROM commit_lock WHERE book_id = $1 FOR KEY SHARE";

    /** So often that a process which stopped within a commit has lost its transaction in the meantime (five seconds). */
    private static final int PASS_ATTEMPTS = 3;

    /** How long a book that was waited for in vain, and is locked, is taken for held. */
    private static final Duration WAIT_AGAIN = Duration.ofSeconds(1);

    private final Pool pool;
    private final Supplier<Future<SqlConnection>> connected;

    /** Books that another process holds for longer than commits take; the nanos of when each was waited for in vain last. */
    private final Map<Integer, Long> heldElsewhere = new HashMap<>();

    /** @param connected the lane's own connection, on which it is looked who holds books */
    BookLocks(Pool pool, Supplier<Future<SqlConnection>> connected) {
        this.pool = pool;
        this.connected = connected;
    }

    /** Books that another process was seen to hold for longer than commits take. */
    Set<Integer> heldElsewhere() {
        return Collections.unmodifiableSet(heldElsewhere.keySet());
    }

    /** Whether a work waits for a book that is {@linkplain #heldElsewhere held elsewhere}. */
    boolean isHeldElsewhere(Pending pending) {
        return !heldElsewhere.isEmpty() && pending.isOfAny(heldElsewhere.keySet());
    }

    /**
     * Finds out which of some books another process holds for longer than commits take. One that is locked at the moment is
     * waited for briefly, in the order of those who wait for it: a busy book is hardly ever seen free. Not again within a
     * second of a wait in vain.
     */
    Future<Void> look(Set<Integer> books) {
        if (books.isEmpty()) {
            return Future.succeededFuture();
        }
        return connected
                .get()
                .compose(open -> open.preparedQuery(FREE)
                        .execute(Tuple.of(Attempt.bookIds(books)))
                        .compose(free -> {
                            Set<Integer> locked = new TreeSet<>(books);
                            for (Row row : free) {
                                locked.remove((int) row.getShort(0));
                            }
                            heldElsewhere.keySet().removeIf(book -> books.contains(book) && !locked.contains(book));
                            long soon = System.nanoTime() - WAIT_AGAIN.toNanos();
                            locked.removeIf(
                                    book -> heldElsewhere.containsKey(book) && heldElsewhere.get(book) - soon > 0);
                            Future<Void> chain = Future.succeededFuture();
                            for (int book : locked) {
                                chain = chain.compose(ignored -> waitBriefly(open, book));
                            }
                            return chain;
                        }))
                .recover(cause -> Future.failedFuture(CommitFailure.whileLoading(cause)));
    }

    private Future<Void> waitBriefly(SqlConnection open, int book) {
        return open.query(WAIT_BRIEFLY.formatted(book)).execute().transform(waited -> {
            if (waited.succeeded()) {
                heldElsewhere.remove(book);
            } else if (CommitFailure.whileLoading(waited.cause()).isOfALock()) {
                heldElsewhere.put(book, System.nanoTime());
            } else {
                return Future.failedFuture(waited.cause());
            }
            return Future.succeededFuture();
        });
    }

    /**
     * Completes when the commit that has a book now, of whatever process, is over, or has had it for six seconds; on a
     * connection of the pool, and on any thread.
     */
    Future<Void> pass(int book) {
        return pass(book, PASS_ATTEMPTS);
    }

    private Future<Void> pass(int book, int attempts) {
        return pool.preparedQuery(PASS).execute(Tuple.of(book)).<Void>mapEmpty().recover(failed -> {
            if (!CommitFailure.of(failed).isOfALock()) {
                return Future.failedFuture(failed);
            }
            return attempts > 1 ? pass(book, attempts - 1) : Future.succeededFuture();
        });
    }
}
