package org.moralbank.commits;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Rejection;
import org.moralbank.platform.Trace;

/**
 * A queue of works and the one writer that empties it, commit after commit.
 *
 * <p>Works may be offered from any thread; all else happens on the lane's own Vert.x context, so that nothing here is
 * locked. The writer never waits for more works than there are: a lone work is committed alone, and under load the
 * commits fill by themselves while the one before is on its way.
 */
final class Lane {
    private static final Logger LOG = Logger.getLogger(Lane.class);

    private static final String LOCK = """
            SELECT book_id, commit_no
            FROM commit_lock
            WHERE book_id = ANY ($1)
            ORDER BY book_id
            FOR UPDATE
            """;

    /**
     * The lock, and a check that each book has the commit number that this lane left there: it fails, and with it the
     * transaction, when another process has committed since. The clock is read behind the wait for the lock, because a count
     * is known only when all is counted. A commit that was sent behind another one names that one's mark, and locks nothing
     * where it is missing: had the other one failed, a commit of another process could leave the very number that it would
     * have left. Works that saw another clock than the one they come to, because the process or its wire stood still since, are
     * decided again, too.
     */
    static final String LOCK_AS_LEFT = """
            WITH locked AS MATERIALIZED (
                SELECT book_id, commit_no
                FROM commit_lock
                WHERE book_id = ANY ($1)
                    AND ($3::text IS NULL OR $3 IS NOT DISTINCT FROM current_setting('moralbank.commit', true))
                ORDER BY book_id
                FOR UPDATE)
            SELECT
                clock_timestamp(),
                1 / (count(*) = cardinality($1::smallint[]) AND clock_timestamp() - $5 < interval '5 s')::int,
                set_config('moralbank.commit', $4, false)
            FROM unnest($1::smallint[], $2::bigint[]) AS left_there (book_id, commit_no)
            JOIN locked USING (book_id, commit_no)
            """;

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

    /**
     * A statement of its own: in the one that takes the lock it could be read before the wait for the lock. The mark stays
     * behind in the session when the transaction commits, and goes with it when it does not.
     */
    private static final String CLOCK = "SELECT clock_timestamp(), set_config('moralbank.commit', $1, false)";

    /**
     * So many commits are sent behind one another; the next waits for this process. Who waits for a row's lock has to run
     * before he can take it, and the server goes on with what it has received sooner than that.
     */
    private static final int MOST_BEHIND = 8;

    /** So long the clocks of the database and of this process are taken to go on alike. */
    private static final Duration CLOCKS_AGREE = Duration.ofSeconds(1);

    /** After a row that was taken for new was there, so many commits look first: it may happen again. */
    private static final int LOOKS_FIRST = 64;

    /** Usual works change a few dozens of sets of tables; the client keeps 256 statements a connection. */
    private static final int COMBINATIONS = 128;

    private final int number;
    private final Context context;
    private final Pool pool;
    private final Sessions sessions;
    private final CommitsConfig config;
    private final CommitMetrics metrics;
    private final Duration longestRequest;

    private final Queue<Pending> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger waitingWeight = new AtomicInteger();
    private final AtomicBoolean running = new AtomicBoolean();
    private final Promise<Void> drained = Promise.promise();
    private volatile boolean stopping;
    private volatile double nanosPerCommit = 10_000_000;

    /** The works of the commit that is under way. */
    private List<Pending> underWay = List.of();

    /** Books that another process holds for longer than commits take; the nanos of when each was waited for in vain last. */
    private final Map<Integer, Long> heldElsewhere = new HashMap<>();

    /** What commits, and what reads under their locks. */
    private final LaneConnection writer;

    /** What reads ahead while the writer is at work. */
    private final LaneConnection reader;

    private final Known known;

    private final Joiner joiner = new Joiner(COMBINATIONS);

    private Clock clock = new Clock(Instant.EPOCH, System.nanoTime() - CLOCKS_AGREE.toNanos());

    /** The works of the commit after those that were sent, decided as if these had succeeded, if they could be. */
    private @Nullable Attempt ahead;

    /** Ends when it is known whether the works of {@link #ahead} could be decided. */
    private Future<?> looking = Future.succeededFuture();

    /** The commit that was sent behind the one that is under way. */
    private @Nullable Sent behind;

    /** Of the last commit that was sent; see {@link #LOCK_AS_LEFT}. */
    private String mark = "";

    private long marks;

    /** How many commits were sent behind one another. */
    private int inARow;

    /** How many more commits look for rows that are mostly new. */
    private int looksFirst;

    /** Whether nothing had to be read for the works that were looked at last. */
    private boolean looksLate = true;

    /** What the clock showed to the works that were sent last. */
    private Instant latest = Instant.EPOCH;

    /** When the last commit was over. */
    private long endedNanos;

    /** A commit of one flight, which has been sent; what has become of it is looked at when the one before is over. */
    private record Sent(Attempt attempt, SqlConnection open, long sentNanos, Future<Void> landed) {}

    Lane(int number, Context context, Pool pool, Sessions sessions, CommitsConfig config, CommitMetrics metrics) {
        this(number, context, pool, sessions, config, metrics, config.longestRequest());
    }

    /** A lane whose callers wait longer than others. */
    Lane(
            int number,
            Context context,
            Pool pool,
            Sessions sessions,
            CommitsConfig config,
            CommitMetrics metrics,
            Duration longestRequest) {
        this.longestRequest = longestRequest;
        this.number = number;
        this.context = context;
        this.pool = pool;
        this.sessions = sessions;
        this.config = config;
        this.metrics = metrics;
        this.known = new Known(config.knownRows());
        this.writer = new LaneConnection(context.owner(), pool, this::forgetTheServer);
        this.reader = new LaneConnection(context.owner(), pool, () -> {});
        context.runOnContext(ignored -> context.owner().setPeriodic(1_000, tick -> refuseLate()));
    }

    /** A database that hangs answers nobody; its callers are answered all the same. */
    private void refuseLate() {
        long latest = System.nanoTime() - longestRequest.toNanos();
        List<Pending> taken = new ArrayList<>(underWay);
        if (behind != null) {
            taken.addAll(behind.attempt.batch);
        }
        if (ahead != null) {
            taken.addAll(ahead.batch);
        }
        for (Pending pending : taken) {
            if (pending.enqueuedNanos - latest < 0) {
                refuse(pending, new CommitRejection.OutcomeUnknown());
            }
        }
        for (Pending pending : queue) {
            if (pending.enqueuedNanos - latest < 0) {
                refuse(pending, new CommitRejection.DatabaseUnavailable());
            }
        }
    }

    /** Takes a work in, or refuses it at once. */
    void offer(Pending pending) {
        int ahead = waiting.getAndIncrement();
        int weightAhead = waitingWeight.getAndAdd(pending.weight);
        if (stopping) {
            leave(pending);
            wake(); // the drain may have waited for this one
            refuse(pending, new CommitRejection.Stopping());
            return;
        }
        double commitsAhead = 1 + (double) weightAhead / config.largestCommit();
        // Who finds nobody waiting is always let in: his commit tells the pace anew, however slow the last ones were.
        if (ahead >= config.queueCapacity()
                || ahead > 0
                        && commitsAhead * nanosPerCommit > config.longestWait().toNanos()) {
            leave(pending);
            metrics.overloaded();
            refuse(pending, new CommitRejection.Overloaded());
            return;
        }
        queue.add(pending);
        wake();
    }

    private void leave(Pending pending) {
        waiting.decrementAndGet();
        waitingWeight.addAndGet(-pending.weight);
    }

    /** Whether a work would be taken in. */
    boolean isTaking() {
        return !stopping && waiting.get() < config.queueCapacity();
    }

    int waiting() {
        return waiting.get();
    }

    /** Refuses new works from now on; completes when those that were taken in are answered. */
    Future<Void> drain() {
        stopping = true;
        context.runOnContext(ignored -> wake());
        return drained.future();
    }

    private void wake() {
        if (running.compareAndSet(false, true)) {
            context.runOnContext(ignored -> {
                endedNanos = System.nanoTime();
                next();
            });
        }
    }

    /** One commit after another, until the queue is empty. */
    private void next() {
        if (behind != null) {
            Sent sent = behind;
            behind = null;
            underWay = sent.attempt.batch;
            if (!sent.landed.failed()) {
                lookAheadInTime(sent.attempt);
            }
            settled(sent.attempt.batch, ended(sent)).onComplete(done -> over());
            return;
        }
        if (ahead != null && !ahead.isSpoiled() && !looking.isComplete()) {
            // It will be decided sooner than it could be read anew.
            looking.onComplete(looked -> next());
            return;
        }
        Attempt prepared = ahead;
        ahead = null;
        Attempt decided = prepared != null && prepared.isDecided() ? prepared : null;
        List<Pending> batch = decided != null ? decided.batch : take(prepared == null ? List.of() : prepared.batch);
        if (batch.isEmpty()) {
            running.set(false);
            if (!queue.isEmpty()) {
                wake();
            } else if (stopping && waiting.get() == 0) {
                // Behind the answers of the last commit.
                context.runOnContext(answered -> drained.tryComplete());
            }
            return;
        }
        underWay = batch;
        inARow = 0;
        commit(batch, decided).onComplete(done -> over());
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the lane's own thread writes it
    private void over() {
        looksFirst = Math.max(0, looksFirst - 1);
        underWay = List.of();
        long now = System.nanoTime();
        nanosPerCommit += (now - endedNanos - nanosPerCommit) / 8;
        endedNanos = now;
        next();
    }

    /** Those that were taken before, and of the queue as many as have room beside them. */
    private List<Pending> take(List<Pending> before) {
        List<Pending> batch = new ArrayList<>(before);
        int weight = before.stream().mapToInt(pending -> pending.weight).sum();
        for (Pending head = queue.peek(); head != null; head = queue.peek()) {
            weight += head.weight;
            if (!batch.isEmpty() && weight > config.largestCommit()) {
                break;
            }
            queue.remove();
            leave(head);
            if (!head.isAnswered()) {
                batch.add(head);
            }
        }
        return batch;
    }

    private Future<Void> commit(List<Pending> batch) {
        return batch.isEmpty() ? Future.succeededFuture() : commit(batch, null);
    }

    /**
     * Commits the works together; when that fails, one by one. Never fails itself: every caller is answered.
     *
     * @param decided what they have decided ahead of their lock, if they have
     */
    private Future<Void> commit(List<Pending> batch, @Nullable Attempt decided) {
        if (!heldElsewhere.isEmpty() && batch.stream().anyMatch(pending -> pending.isOfAny(heldElsewhere.keySet()))) {
            return withoutHeldElsewhere(batch, null).compose(this::commit);
        }
        Map<Integer, Long> left =
                decided == null ? null : known.numbers(decided.books).orElse(null);
        // Composed, so that what is thrown is a failure like any other and the lane goes on.
        return settled(
                batch,
                Future.<Void>succeededFuture()
                        .compose(begin -> decided != null && left != null
                                ? inOneFlight(decided, left)
                                : atOnce(Attempt.at(batch, this::fault))));
    }

    /** The commit of works that were not decided yet: where nothing has to be read for them, they are before their lock. */
    private Future<Void> atOnce(Attempt attempt) {
        Map<Integer, Long> left = known.numbers(attempt.books).orElse(null);
        return left != null && !left.isEmpty() && isDecidedOnWhatIsKnown(attempt)
                ? inOneFlight(attempt, left)
                : inTwoFlights(attempt, true);
    }

    private boolean isDecidedOnWhatIsKnown(Attempt attempt) {
        if (looksFirst > 0 || !clock.isOfLate() || !attempt.isForeseeable()) {
            return false;
        }
        attempt.look(known, true);
        if (!attempt.isAllKnown()) {
            return false;
        }
        attempt.see(now());
        attempt.decide();
        try {
            return attempt.writing().isOneFlight();
        } catch (RuntimeException fault) {
            LOG.warn("What was decided ahead of its lock cannot be written; it is decided again.", fault);
            return false;
        }
    }

    /** When a commit has failed, tries again what may succeed. Never fails itself. */
    private Future<Void> settled(List<Pending> batch, Future<Void> committed) {
        return committed.transform(tried -> {
            if (tried.succeeded()) {
                return Future.succeededFuture();
            }
            CommitFailure failure = CommitFailure.of(tried.cause());
            if (failure.kind() == CommitFailure.Kind.OVERTAKEN) {
                metrics.overtaken(batch.size());
                return commit(batch);
            }
            if (failure.isOfALock()) {
                return withoutHeldElsewhere(batch, failure).compose(this::commit);
            }
            if (failure.kind() == CommitFailure.Kind.FAULT && batch.size() > 1) {
                return oneByOne(batch, failure);
            }
            fail(batch, failure);
            return Future.succeededFuture();
        });
    }

    /**
     * Of some works those whose books nobody holds for long; the others are told that theirs is busy. Where a process holds a
     * book for minutes, as an import does, the other books wait for it once, and not in each commit anew.
     *
     * @param failure of the wait for a lock; null when it is known which there may be to wait for
     */
    private Future<List<Pending>> withoutHeldElsewhere(List<Pending> batch, @Nullable CommitFailure failure) {
        Set<Integer> unsure = new TreeSet<>();
        batch.forEach(pending -> pending.addBooksTo(unsure));
        if (failure == null) {
            unsure.retainAll(heldElsewhere.keySet());
        }
        return lookWhichAreHeld(unsure).transform(looked -> {
            if (looked.failed()) {
                fail(batch, failure != null ? failure : CommitFailure.of(looked.cause()));
                return Future.succeededFuture(List.of());
            }
            List<Pending> others = new ArrayList<>();
            for (Pending pending : batch) {
                if (pending.isOfAny(heldElsewhere.keySet())) {
                    refuse(pending, new CommitRejection.BookBusy());
                } else {
                    others.add(pending);
                }
            }
            if (failure != null && others.size() == batch.size()) {
                fail(batch, failure); // what it waited for is free by now
                return Future.succeededFuture(List.of());
            }
            return Future.succeededFuture(others);
        });
    }

    /**
     * Finds out which of some books another process holds for longer than commits take. One that is locked at the moment is
     * waited for briefly, in the order of those who wait for it: a busy book is hardly ever seen free. Not again within a
     * second of a wait in vain.
     */
    private Future<Void> lookWhichAreHeld(Set<Integer> books) {
        if (books.isEmpty()) {
            return Future.succeededFuture();
        }
        return connected()
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

    private Future<Void> oneByOne(List<Pending> batch, CommitFailure failure) {
        metrics.retriedSingly(batch.size());
        LOG.warnf(failure.getCause(), "A commit of %d works failed; they are tried one by one.", batch.size());
        Future<Void> chain = Future.succeededFuture();
        for (Pending one : batch) {
            chain = chain.compose(ignored -> alone(one));
        }
        return chain;
    }

    private Future<Void> alone(Pending one) {
        return withoutHeldElsewhere(List.of(one), null)
                .compose(left ->
                        left.isEmpty() ? Future.succeededFuture() : inTwoFlights(Attempt.at(left, this::fault), false))
                .recover(thrown -> {
                    CommitFailure failure = CommitFailure.of(thrown);
                    if (failure.isOfALock()) {
                        return withoutHeldElsewhere(List.of(one), failure).mapEmpty();
                    }
                    fail(List.of(one), failure);
                    return Future.succeededFuture();
                });
    }

    private void fail(List<Pending> batch, CommitFailure failure) {
        switch (failure.kind()) {
            case UNAVAILABLE -> {
                LOG.warnf(failure.getCause(), "The database was not available to a commit of %d works.", batch.size());
                batch.forEach(pending -> refuse(pending, new CommitRejection.DatabaseUnavailable()));
            }
            case UNKNOWN -> {
                LOG.errorf(failure.getCause(), "The outcome of a commit of %d works is not known.", batch.size());
                batch.forEach(pending -> refuse(pending, new CommitRejection.OutcomeUnknown()));
            }
            case FAULT, OVERTAKEN -> batch.forEach(pending -> fault(pending, failure.getCause()));
        }
    }

    private void fault(Pending pending, @Nullable Throwable cause) {
        String traceId = pending.traceId();
        Trace.logging(traceId, () -> LOG.error("A work failed.", cause));
        refuse(pending, new CommitRejection.InternalFault(traceId));
    }

    private void refuse(Pending pending, Rejection rejection) {
        if (pending.refuse(rejection)) {
            metrics.refused(rejection.code());
        }
    }

    // ---- one commit --------------------------------------------------------------------------------------------

    /** The usual commit: one flight to lock and read, and when the works have decided, one to write. */
    private Future<Void> inTwoFlights(Attempt attempt, boolean looksAhead) {
        return committed(
                attempt,
                open -> lockAndRead(open, attempt).compose(commitNos -> {
                    attempt.decide();
                    return write(open, new ArrayList<>(), attempt, commitNos, looksAhead);
                }));
    }

    /** The commit of works that are decided, while no other is under way. */
    private Future<Void> inOneFlight(Attempt attempt, Map<Integer, Long> commitNos) {
        return committed(attempt, open -> oneFlight(open, attempt, commitNos, null));
    }

    /**
     * One flight to lock, to see that nobody else has committed since the works were decided, and to write.
     *
     * @param commitNos the numbers that this lane left in the books
     * @param before the mark of the commit that this one is sent behind; null when all before it are over
     */
    private Future<Void> oneFlight(
            SqlConnection open, Attempt attempt, Map<Integer, Long> commitNos, @Nullable String before) {
        metrics.ahead(attempt.batch.size());
        Writing checks = new Writing();
        Long[] left = attempt.books.stream().map(commitNos::get).toArray(Long[]::new);
        attempt.recheck(checks);
        Future<Void> written;
        try {
            List<Future<?>> flight = new ArrayList<>();
            flight.add(open.query("BEGIN").execute());
            flight.add(readClock(
                    open,
                    LOCK_AS_LEFT,
                    Tuple.of(
                            attempt.bookIds(),
                            left,
                            before,
                            marked(),
                            attempt.now().atOffset(ZoneOffset.UTC))));
            flight.addAll(checks.send(open, joiner));
            if (config.checkKnown()) {
                attempt.readAgain(open, flight);
            }
            written = write(open, flight, attempt, commitNos, before == null);
        } catch (RuntimeException fault) {
            // Nothing may be sent behind what has begun and has no end.
            open.query("ROLLBACK").execute();
            throw CommitFailure.rolledBack(fault);
        }
        Future<Void> landed = attempt.hasTakenForNew() ? written.recover(this::whereRowsWereTakenForNew) : written;
        return landed.compose(done -> {
            try {
                attempt.check();
                return Future.succeededFuture();
            } catch (IllegalStateException wrong) {
                return Future.failedFuture(new CommitFailure(CommitFailure.Kind.UNKNOWN, wrong));
            }
        });
    }

    private Future<Void> whereRowsWereTakenForNew(Throwable thrown) {
        CommitFailure failure = CommitFailure.of(thrown);
        CommitFailure there = failure.whereRowsWereTakenForNew();
        if (there != failure) {
            looksFirst = LOOKS_FIRST;
        }
        return Future.failedFuture(there);
    }

    private Future<Void> committed(Attempt attempt, Function<SqlConnection, Future<Void>> run) {
        if (attempt.batch.isEmpty()) {
            return Future.succeededFuture();
        }
        return connected().compose(open -> ended(sent(attempt, open, () -> run.apply(open))));
    }

    private Sent sent(Attempt attempt, SqlConnection open, Supplier<Future<Void>> run) {
        return new Sent(
                attempt, open, System.nanoTime(), Future.<Void>succeededFuture().compose(begin -> {
                    writer.use(open);
                    return run.get();
                }));
    }

    /** What has become of a commit: tells the callers, or leaves nothing of it behind. */
    private Future<Void> ended(Sent sent) {
        return sent.landed
                .recover(failure -> {
                    forgetWhatIsKnown();
                    return abandon(sent.open, failure);
                })
                .onSuccess(ignored -> {
                    long begun = sent.sentNanos - endedNanos > 0 ? sent.sentNanos : endedNanos;
                    long took = System.nanoTime() - begun;
                    // After the next commit is on its way: the database need not wait until all are answered.
                    context.runOnContext(next -> {
                        metrics.committed(sent.attempt.batch, took, begun);
                        sent.attempt.batch.forEach(pending -> pending.answer(pending.decided));
                        sent.attempt.writing().succeeded();
                    });
                });
    }

    /**
     * Completes when the commit that has a book now, of whatever process, is over, or has had it for six seconds; on a
     * connection of the pool.
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

    /** The writer's connection. Where it is a fresh one, the reader has one by then, too, if there is any. */
    private Future<SqlConnection> connected() {
        SqlConnection open = writer.open();
        return open != null
                ? Future.succeededFuture(open)
                : writer.connected()
                        .compose(fresh -> reader.connected().transform(any -> Future.succeededFuture(fresh)));
    }

    /** The writer has gone, or is given up: what was read on another connection of its server is of no use to the next. */
    private void forgetTheServer() {
        forgetWhatIsKnown();
        SqlConnection open = reader.open();
        if (open != null) {
            reader.giveUp(open);
        }
    }

    /** What was to be is not, and with it all that was decided upon it. */
    private void forgetWhatIsKnown() {
        known.clear();
        if (behind != null) {
            behind.attempt.spoil();
        }
        if (ahead != null) {
            ahead.spoil();
        }
    }

    // ---- lock and read -----------------------------------------------------------------------------------------

    /**
     * One flight: BEGIN, the lock, the clock, and behind it every load of what is not known. The server runs them in this
     * order. A second flight only when another has committed in a book since, so that what was known of it is not.
     * Gives the books' commit numbers.
     */
    private Future<Map<Integer, Long>> lockAndRead(SqlConnection open, Attempt attempt) {
        List<Future<?>> flight = new ArrayList<>();
        flight.add(open.query("BEGIN").execute());
        Future<Map<Integer, Long>> locked = open.preparedQuery(LOCK)
                .execute(Tuple.of(attempt.bookIds()))
                .map(rows -> commitNos(rows, attempt.books));
        flight.add(locked);
        flight.add(readClock(open, CLOCK, Tuple.of(marked())));
        attempt.look(known, false);
        attempt.read(open, flight);
        return landed(flight).compose(ignored -> {
            boolean asLeft = known.areAsLeft(locked.result());
            List<Future<?>> again = new ArrayList<>();
            if (!asLeft || config.checkKnown()) {
                attempt.readKnown(open, again);
            }
            return (again.isEmpty() ? Future.<Void>succeededFuture() : landed(again)).map(landed -> {
                if (asLeft) {
                    attempt.check();
                }
                attempt.see(clock.read());
                return locked.result();
            });
        });
    }

    /** What tells a commit of this lane from all others. */
    private String marked() {
        mark = number + "-" + ++marks;
        return mark;
    }

    private Future<?> readClock(SqlConnection open, String sql, Tuple arguments) {
        return open.preparedQuery(sql)
                .execute(arguments)
                .onSuccess(rows -> clock = new Clock(
                        rows.iterator().next().get(OffsetDateTime.class, 0).toInstant(), System.nanoTime()));
    }

    /** The database's clock as it was read under the last lock, and when the answer was here. */
    private record Clock(Instant read, long atNanos) {
        /** What it shows now, or a little less: it was read before the answer was here. */
        Instant now() {
            return read.plusNanos(System.nanoTime() - atNanos).truncatedTo(ChronoUnit.MICROS);
        }

        /** Whether it was read so short a time ago that the two clocks have gone on alike. */
        boolean isOfLate() {
            return System.nanoTime() - atNanos < CLOCKS_AGREE.toNanos();
        }
    }

    /** What the clock shows now to works without a lock, not behind what it showed to those that were sent last. */
    private Instant now() {
        Instant now = clock.now();
        return now.isBefore(latest) ? latest : now;
    }

    private static Map<Integer, Long> commitNos(RowSet<Row> rows, SortedSet<Integer> books) {
        if (rows.size() != books.size()) {
            throw new IllegalStateException("a work locks a book that is not there: " + books);
        }
        Map<Integer, Long> numbers = HashMap.newHashMap(books.size());
        for (Row row : rows) {
            numbers.put((int) row.getShort(0), row.getLong(1));
        }
        return numbers;
    }

    private static Future<Void> landed(List<Future<?>> flight) {
        return Future.join(flight)
                .recover(cause -> Future.failedFuture(CommitFailure.whileLoading(firstCause(flight))))
                .mapEmpty();
    }

    /** After a failed statement the others fail because of it; the first tells why. */
    private static Throwable firstCause(List<Future<?>> flight) {
        return flight.stream()
                .filter(Future::failed)
                .map(Future::cause)
                .findFirst()
                .orElseThrow();
    }

    // ---- look ahead --------------------------------------------------------------------------------------------

    /**
     * Looks ahead when the server has written what it was sent and makes it durable: then there are the most that wait, and
     * still time to decide them. Where they have to be read for, at once.
     */
    private void lookAheadInTime(Attempt before) {
        (looksLate ? before.written() : Future.succeededFuture()).onSuccess(written -> lookAhead(before));
    }

    /**
     * Has the works that wait by now decided while the commit before them is being written, as if it had succeeded already,
     * and sends them behind it, so that the server goes on without waiting for this process. What they need and is not known
     * is read beside that commit, when the one before it is over, so that only its changes may be missing; what those are is
     * laid over it. Whether all of it was still so is seen under their own lock, by the books' commit numbers: their flight
     * fails when the one before has.
     */
    private void lookAhead(Attempt before) {
        if (behind != null || before.isSpoiled()) {
            return;
        }
        // Those that were taken by a flight that failed stay the first.
        List<Pending> waiting = take(ahead == null ? List.of() : ahead.batch);
        if (waiting.isEmpty()) {
            return;
        }
        ahead = Attempt.untried(waiting);
        // Composed, so that nothing that is thrown befalls the commit under way: these are decided under their lock
        // then.
        looking = Future.<Void>succeededFuture()
                .compose(begin -> {
                    Attempt next = Attempt.at(waiting, this::fault);
                    ahead = next;
                    return next.isForeseeable() && known.numbers(next.books).isPresent()
                            ? decidedAhead(before, next)
                            : Future.succeededFuture();
                })
                .onFailure(cause -> LOG.warn("What waits could not be decided ahead of its lock.", cause));
    }

    private Future<Void> decidedAhead(Attempt before, Attempt next) {
        next.look(known, looksFirst == 0);
        looksLate = next.isAllKnown();
        if (looksLate) {
            decideAndSend(before, next);
            return Future.succeededFuture();
        }
        SqlConnection open = reader.open();
        if (open == null) {
            reader.connected(); // for the next time: the writer need not wait for it
            return Future.succeededFuture();
        }
        if (!reader.isOfTheServerOf(writer)) {
            reader.giveUp(open);
            return Future.succeededFuture();
        }
        reader.use(open);
        List<Future<?>> flight = new ArrayList<>();
        next.read(open, flight);
        return Future.join(flight).onFailure(failed -> reader.giveUp(open)).map(landed -> {
            decideAndSend(before, next);
            return null;
        });
    }

    private void decideAndSend(Attempt before, Attempt next) {
        if (ahead == next && !next.isSpoiled()) {
            next.seeAfter(before, now());
            next.decide();
            next.writing();
            sendBehind(before, next);
        }
    }

    /** Sends a commit while the one before it is under way, if that is wholly sent and the two cannot get mixed up. */
    private void sendBehind(Attempt before, Attempt next) {
        SqlConnection open = writer.open();
        Map<Integer, Long> left = known.numbers(next.books).orElse(null);
        if (open != null
                && left != null
                && !left.isEmpty()
                && inARow < MOST_BEHIND
                && Collections.disjoint(next.books, heldElsewhere.keySet())
                && before.writing().isOneFlight()
                && next.writing().isOneFlight()) {
            ahead = null;
            inARow++;
            String mark = this.mark;
            behind = sent(next, open, () -> oneFlight(open, next, left, mark));
        }
    }

    // ---- write -------------------------------------------------------------------------------------------------

    /**
     * One flight: every write, and COMMIT behind them; where entities change, COMMIT waits for the session's flush.
     *
     * @param flight what was sent before in the same flight
     */
    private Future<Void> write(
            SqlConnection open,
            List<Future<?>> flight,
            Attempt attempt,
            Map<Integer, Long> commitNos,
            boolean looksAhead) {
        WorkingSet set = attempt.set();
        Map<Integer, Long> left = new HashMap<>(commitNos);
        if (set.isChanged()) {
            left.replaceAll((book, number) -> number + 1);
        }
        known.keep(set, left);
        Writing writing = attempt.writing();
        flight.addAll(writing.send(open, joiner));
        Future<Void> commit = writing.isOneFlight()
                ? end(open, flight)
                : Future.join(flight)
                        .recover(cause -> Future.failedFuture(CommitFailure.whileWriting(firstCause(flight))))
                        .compose(ignored ->
                                writing.entities().isEmpty() ? Future.<Void>succeededFuture() : flushed(open, writing))
                        .compose(ignored -> paged(open, writing.pages()))
                        .compose(ignored -> end(open, List.of()));
        latest = attempt.now();
        attempt.written(flight.isEmpty() || !writing.isOneFlight() ? Future.succeededFuture() : flight.getLast());
        if (looksAhead) {
            lookAheadInTime(attempt);
        }
        return commit;
    }

    private Future<Void> flushed(SqlConnection open, Writing writing) {
        Mutiny.Session session = sessions.on(open);
        Future<?> chain = Future.succeededFuture();
        for (var change : writing.entities()) {
            chain = chain.compose(ignored -> change.apply(session));
        }
        return chain.compose(
                        ignored -> Future.fromCompletionStage(session.flush().subscribeAsCompletionStage()))
                .recover(cause -> Future.failedFuture(CommitFailure.whileWriting(cause)))
                .mapEmpty();
    }

    private Future<Void> paged(SqlConnection open, List<Writing.Pages> pages) {
        Future<Void> chain = Future.succeededFuture();
        for (Writing.Pages each : pages) {
            chain = chain.compose(ignored -> {
                Promise<Void> all = Promise.promise();
                page(open, each, all);
                return all.future();
            });
        }
        return chain.recover(cause -> Future.failedFuture(CommitFailure.whileWriting(cause)));
    }

    /** One page after another. The connection is never idle for longer than a page takes to be read. */
    private void page(SqlConnection open, Writing.Pages pages, Promise<Void> all) {
        context.executeBlocking(() -> Optional.ofNullable(pages.next()))
                .compose(next -> {
                    if (next.isEmpty()) {
                        return Future.succeededFuture(false);
                    }
                    Writing page = new Writing();
                    next.get().accept(page);
                    List<Future<?>> sent = page.send(open, joiner);
                    return Future.join(sent)
                            .recover(cause -> Future.failedFuture(firstCause(sent)))
                            .map(true);
                })
                .onSuccess(more -> {
                    if (more) {
                        page(open, pages, all);
                    } else {
                        all.complete();
                    }
                })
                .onFailure(all::fail);
    }

    private static Future<Void> end(SqlConnection open, List<Future<?>> statements) {
        Future<?> commit = open.query("COMMIT").execute();
        List<Future<?>> flight = new ArrayList<>(statements);
        flight.add(commit);
        return Future.join(flight)
                .recover(cause -> {
                    // A statement that the server refused made COMMIT a rollback. Whatever befell COMMIT itself, or the
                    // connection, may have come before it or after.
                    boolean refused = statements.stream().anyMatch(Future::failed)
                            && firstCause(statements) instanceof PgException;
                    return Future.failedFuture(
                            refused
                                    ? CommitFailure.rolledBack(firstCause(statements))
                                    : new CommitFailure(CommitFailure.Kind.UNKNOWN, firstCause(flight)));
                })
                .mapEmpty();
    }

    /** Rolls back, or gives the connection up when even that fails, and passes the failure on. */
    private <T> Future<T> abandon(SqlConnection open, Throwable thrown) {
        CommitFailure failure = CommitFailure.of(thrown);
        // A connection that has gone, or that the commit before has given up, may be another's by now.
        if (failure.isOver() || open != writer.open()) {
            return Future.failedFuture(failure);
        }
        return open.query("ROLLBACK").execute().transform(rolledBack -> {
            boolean works =
                    failure.kind() == CommitFailure.Kind.FAULT || failure.kind() == CommitFailure.Kind.OVERTAKEN;
            if (rolledBack.failed() || !works) {
                writer.giveUp(open);
            }
            return Future.failedFuture(failure);
        });
    }

    @Override
    public String toString() {
        return "lane " + number;
    }
}
