package org.moralbank.commits;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
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

    /** After a row that was taken for new was there, so many commits look first: it may happen again. */
    private static final int LOOKS_FIRST = 64;

    private final int number;
    private final Context context;
    private final CommitsConfig config;
    private final CommitMetrics metrics;
    private final Duration longestRequest;

    private final Waiting waiting;
    private final AtomicBoolean running = new AtomicBoolean();
    private final Promise<Void> drained = Promise.promise();

    /** The works of the commit that is under way. */
    private List<Pending> underWay = List.of();

    /** What commits, and what reads under their locks. */
    private final LaneConnection writer;

    /** What reads ahead while the writer is at work. */
    private final LaneConnection reader;

    private final Known known;
    private final BookLocks locks;
    private final CommitWriter commitWriter;
    private DatabaseClock clock = DatabaseClock.unread();

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
        this.config = config;
        this.metrics = metrics;
        this.waiting = new Waiting(config);
        this.known = new Known(config.knownRows());
        this.writer = new LaneConnection(context.owner(), pool, this::forgetTheServer);
        this.reader = new LaneConnection(context.owner(), pool, () -> {});
        this.locks = new BookLocks(pool, this::connected);
        this.commitWriter = new CommitWriter(context, sessions);
        context.runOnContext(ignored -> context.owner().setPeriodic(1_000, tick -> refuseLate()));
    }

    /** A database that hangs answers nobody; its callers are answered all the same. */
    private void refuseLate() {
        long lateBefore = System.nanoTime() - longestRequest.toNanos();
        List<Pending> taken = new ArrayList<>(underWay);
        if (behind != null) {
            taken.addAll(behind.attempt.batch);
        }
        if (ahead != null) {
            taken.addAll(ahead.batch);
        }
        for (Pending pending : taken) {
            if (pending.enqueuedNanos - lateBefore < 0) {
                refuse(pending, new CommitRejection.OutcomeUnknown());
            }
        }
        waiting.forEach(pending -> {
            if (pending.enqueuedNanos - lateBefore < 0) {
                refuse(pending, new CommitRejection.DatabaseUnavailable());
            }
        });
    }

    /** Takes a work in, or refuses it at once. */
    void offer(Pending pending) {
        switch (waiting.offer(pending)) {
            case LET_IN -> wake();
            case FULL -> {
                metrics.overloaded();
                refuse(pending, new CommitRejection.Overloaded());
            }
            case CLOSED -> {
                wake(); // the drain may have waited for this one
                refuse(pending, new CommitRejection.Stopping());
            }
        }
    }

    int waiting() {
        return waiting.size();
    }

    /** Refuses new works from now on; completes when those that were taken in are answered. */
    Future<Void> drain() {
        waiting.close();
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
        List<Pending> batch =
                decided != null ? decided.batch : waiting.take(prepared == null ? List.of() : prepared.batch);
        if (batch.isEmpty()) {
            running.set(false);
            if (!waiting.isEmpty()) {
                wake();
            } else if (waiting.isClosed() && waiting.size() == 0) {
                // Behind the answers of the last commit.
                context.runOnContext(answered -> drained.tryComplete());
            }
            return;
        }
        underWay = batch;
        inARow = 0;
        commit(batch, decided).onComplete(done -> over());
    }

    private void over() {
        looksFirst = Math.max(0, looksFirst - 1);
        underWay = List.of();
        long now = System.nanoTime();
        waiting.paced(now - endedNanos);
        endedNanos = now;
        next();
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
        if (batch.stream().anyMatch(locks::isHeldElsewhere)) {
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
            unsure.retainAll(locks.heldElsewhere());
        }
        return locks.look(unsure).transform(looked -> {
            if (looked.failed()) {
                fail(batch, failure != null ? failure : CommitFailure.of(looked.cause()));
                return Future.succeededFuture(List.of());
            }
            List<Pending> others = new ArrayList<>();
            for (Pending pending : batch) {
                if (locks.isHeldElsewhere(pending)) {
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
                .compose(free ->
                        free.isEmpty() ? Future.succeededFuture() : inTwoFlights(Attempt.at(free, this::fault), false))
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
                    return write(open, new Flight(), attempt, commitNos, looksAhead);
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
            Flight flight = new Flight();
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
            commitWriter.send(open, flight, checks);
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

    /** See {@link BookLocks#pass}. */
    Future<Void> pass(int book) {
        return locks.pass(book);
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
        Flight flight = new Flight();
        flight.add(open.query("BEGIN").execute());
        Future<Map<Integer, Long>> locked = flight.add(open.preparedQuery(LOCK)
                .execute(Tuple.of(attempt.bookIds()))
                .map(rows -> commitNos(rows, attempt.books)));
        flight.add(readClock(open, CLOCK, Tuple.of(marked())));
        attempt.look(known, false);
        attempt.read(open, flight);
        return loaded(flight).compose(ignored -> {
            boolean asLeft = known.areAsLeft(locked.result());
            Flight again = new Flight();
            if (!asLeft || config.checkKnown()) {
                attempt.readKnown(open, again);
            }
            return (again.isEmpty() ? Future.<Void>succeededFuture() : loaded(again)).map(landed -> {
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
                .onSuccess(rows -> clock = DatabaseClock.justRead(
                        rows.iterator().next().get(OffsetDateTime.class, 0).toInstant()));
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

    private static Future<Void> loaded(Flight flight) {
        return flight.landed().recover(cause -> Future.failedFuture(CommitFailure.whileLoading(cause)));
    }

    // ---- look ahead --------------------------------------------------------------------------------------------

    /**
     * Looks ahead when the server has written what it was sent and makes it durable: then there are the most that wait, and
     * still time to decide them. Where they have to be read for, or no more have room in a commit, at once.
     */
    private void lookAheadInTime(Attempt before) {
        (looksLate && !waiting.fillsACommit() ? before.written() : Future.succeededFuture())
                .onSuccess(written -> lookAhead(before));
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
        List<Pending> works = waiting.take(ahead == null ? List.of() : ahead.batch);
        if (works.isEmpty()) {
            return;
        }
        ahead = Attempt.untried(works);
        // Composed, so that nothing that is thrown befalls the commit under way: these are decided under their lock
        // then.
        looking = Future.<Void>succeededFuture()
                .compose(begin -> {
                    Attempt next = Attempt.at(works, this::fault);
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
        Flight flight = new Flight();
        next.read(open, flight);
        return flight.landed().onFailure(failed -> reader.giveUp(open)).map(landed -> {
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
                && Collections.disjoint(next.books, locks.heldElsewhere())
                && before.writing().isOneFlight()
                && next.writing().isOneFlight()) {
            ahead = null;
            inARow++;
            String markBefore = mark;
            behind = sent(next, open, () -> oneFlight(open, next, left, markBefore));
        }
    }

    // ---- write -------------------------------------------------------------------------------------------------

    /**
     * One flight: every write, and COMMIT behind them; where entities change, COMMIT waits for the session's flush.
     *
     * @param flight what was sent before in the same flight
     */
    private Future<Void> write(
            SqlConnection open, Flight flight, Attempt attempt, Map<Integer, Long> commitNos, boolean looksAhead) {
        WorkingSet set = attempt.set();
        Map<Integer, Long> leaves = new HashMap<>(commitNos);
        if (set.isChanged()) {
            leaves.replaceAll((book, number) -> number + 1);
        }
        known.keep(set, leaves);
        Writing writing = attempt.writing();
        commitWriter.send(open, flight, writing);
        Future<Void> commit = commitWriter.commit(open, flight, writing);
        latest = attempt.now();
        attempt.written(writing.isOneFlight() ? flight.last() : Future.succeededFuture());
        if (looksAhead) {
            lookAheadInTime(attempt);
        }
        return commit;
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
