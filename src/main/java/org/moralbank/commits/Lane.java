package org.moralbank.commits;

import static org.moralbank.commits.AnswerTable.ANSWERS;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.RefusedException;
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

    private static final String COUNT = "UPDATE commit_lock SET commit_no = commit_no + 1 WHERE book_id = ANY ($1)";

    /** A statement of its own: in the one that takes the lock it could be read before the wait for the lock. */
    private static final String CLOCK = "SELECT clock_timestamp()";

    /**
     * The lane's statements look rows up by key, a commit's worth at a time, and are the same for ever: a plan of index
     * scans is right for a table of any size. Without this each execution plans anew (a fifth of the server's time), or
     * keeps a plan that was right while the table was empty.
     */
    private static final String PLANS = """
            SET plan_cache_mode = force_generic_plan;
            SET enable_seqscan = off;
            SET enable_bitmapscan = off;
            SET enable_hashjoin = off;
            SET enable_mergejoin = off
            """;

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

    /** The connection is the lane's own until it fails: a fresh one has to plan its statements again. */
    private @Nullable SqlConnection connection;

    private final Known known;

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
        context.runOnContext(ignored -> context.owner().setPeriodic(1_000, tick -> refuseLate()));
    }

    /** A database that hangs answers nobody; its callers are answered all the same. */
    private void refuseLate() {
        long latest = System.nanoTime() - longestRequest.toNanos();
        for (Pending pending : underWay) {
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
            context.runOnContext(ignored -> next());
        }
    }

    /** One commit after another, until the queue is empty. */
    private void next() {
        List<Pending> batch = take();
        if (batch.isEmpty()) {
            running.set(false);
            if (!queue.isEmpty()) {
                wake();
            } else if (stopping && waiting.get() == 0) {
                drained.tryComplete();
            }
            return;
        }
        long begun = System.nanoTime();
        underWay = batch;
        commit(batch).onComplete(done -> {
            underWay = List.of();
            long took = System.nanoTime() - begun;
            nanosPerCommit += (took - nanosPerCommit) / 8;
            next();
        });
    }

    private List<Pending> take() {
        List<Pending> batch = new ArrayList<>();
        int weight = 0;
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

    /** Commits the works together; when that fails, one by one. Never fails itself: every caller is answered. */
    private Future<Void> commit(List<Pending> batch) {
        // Composed, so that what is thrown is a failure like any other and the lane goes on.
        return Future.<Void>succeededFuture().compose(begin -> attempt(batch)).transform(tried -> {
            if (tried.succeeded()) {
                return Future.succeededFuture();
            }
            CommitFailure failure = CommitFailure.of(tried.cause());
            if (failure.kind() == CommitFailure.Kind.FAULT && batch.size() > 1) {
                metrics.retriedSingly(batch.size());
                LOG.warnf(failure.getCause(), "A commit of %d works failed; they are tried one by one.", batch.size());
                Future<Void> chain = Future.succeededFuture();
                for (Pending one : batch) {
                    chain = chain.compose(ignored -> commit(List.of(one)));
                }
                return chain;
            }
            fail(batch, failure);
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
            case FAULT -> batch.forEach(pending -> fault(pending, failure.getCause()));
        }
    }

    private void fault(Pending pending, @Nullable Throwable cause) {
        String traceId = pending.traceId();
        Trace.logging(traceId, () -> LOG.error("A work failed.", cause));
        refuse(pending, new CommitRejection.InternalError(traceId));
    }

    private void refuse(Pending pending, Rejection rejection) {
        if (pending.refuse(rejection)) {
            metrics.refused(rejection.code());
        }
    }

    // ---- one attempt -------------------------------------------------------------------------------------------

    private Future<Void> attempt(List<Pending> asked) {
        Needs needs = new Needs();
        TreeSet<Integer> books = new TreeSet<>();
        List<Pending> batch = new ArrayList<>(asked.size());
        for (Pending pending : asked) {
            try {
                needsOf(pending, needs);
                books.addAll(pending.books);
                if (pending.ask.key() != null) {
                    // The key's answer is read and written under the lock of the key's book, wherever the effect is.
                    books.add(pending.ask.scopeBook());
                }
                batch.add(pending);
            } catch (RuntimeException fault) {
                fault(pending, fault);
            }
        }
        if (batch.isEmpty()) {
            return Future.succeededFuture();
        }
        long begun = System.nanoTime();
        return connected()
                .compose(open -> Future.<Void>succeededFuture()
                        .compose(begin -> load(open, books, needs))
                        .compose(loaded -> {
                            decide(batch, loaded.set);
                            return write(open, loaded);
                        })
                        .recover(failure -> {
                            known.clear();
                            return abandon(open, failure);
                        }))
                .onSuccess(ignored -> {
                    metrics.committed(batch, System.nanoTime() - begun, begun);
                    batch.forEach(pending -> pending.answer(pending.decided));
                });
    }

    private static void needsOf(Pending pending, Needs needs) {
        Ask ask = pending.ask;
        if (ask.key() != null) {
            needs.row(ANSWERS, answerKey(ask, ask.key()));
        }
        ask.asker().needs(needs);
        pending.work.needs(needs);
    }

    private static AnswerTable.Key answerKey(Ask ask, IdempotencyKey key) {
        return new AnswerTable.Key(ask.scopeBook(), ask.asker().clientId(), key.value());
    }

    private Future<SqlConnection> connected() {
        if (connection != null) {
            return Future.succeededFuture(connection);
        }
        return pool.getConnection()
                .compose(open -> open.query(PLANS).execute().map(open).onFailure(failed -> open.close()))
                .onSuccess(open -> {
                    connection = open;
                    open.closeHandler(closed -> forget(open));
                })
                .recover(cause -> Future.failedFuture(new CommitFailure(CommitFailure.Kind.UNAVAILABLE, cause)));
    }

    private void forget(SqlConnection open) {
        if (connection == open) {
            connection = null;
            known.clear();
        }
    }

    /** The rows that the works need, and the books that are locked, with their commit numbers. */
    private record Loaded(WorkingSet set, Short[] books, Map<Integer, Long> commitNos) {}

    /**
     * One flight: BEGIN, the lock, the clock, and behind it every load of what is not known. The server runs them in this
     * order. A second flight only when another has committed in a book since, so that what was known of it is not.
     */
    private Future<Loaded> load(SqlConnection open, TreeSet<Integer> books, Needs needs) {
        List<Future<?>> flight = new ArrayList<>();
        flight.add(open.query("BEGIN").execute());
        Short[] ids = books.stream().map(Integer::shortValue).toArray(Short[]::new);
        Future<Map<Integer, Long>> locked =
                open.preparedQuery(LOCK).execute(Tuple.of(ids)).map(rows -> commitNos(rows, books));
        flight.add(locked);
        Future<Instant> clock = open.preparedQuery(CLOCK)
                .execute()
                .map(rows -> rows.iterator().next().get(OffsetDateTime.class, 0).toInstant());
        flight.add(clock);
        List<Loading<?, ?>> loads = new ArrayList<>();
        for (Table<?, ?> table : needs.tables()) {
            loads.add(loading(open, table, needs, books, flight));
        }
        return landed(flight).compose(ignored -> {
            Loaded loaded = new Loaded(new WorkingSet(clock.result()), ids, locked.result());
            boolean asLeft = known.areAsLeft(loaded.commitNos);
            List<Future<?>> again = new ArrayList<>();
            if (!asLeft || config.checkKnown()) {
                loads.forEach(load -> load.loadKnown(open, again));
            }
            return (again.isEmpty() ? Future.<Void>succeededFuture() : landed(again)).map(landed -> {
                if (asLeft) {
                    loads.forEach(Loading::check);
                }
                loads.forEach(load -> load.into(loaded.set));
                return loaded;
            });
        });
    }

    private static Map<Integer, Long> commitNos(RowSet<Row> rows, TreeSet<Integer> books) {
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

    /** What is needed of one table: what is known, and what is being read. */
    private static final class Loading<K, R> {
        private final Table<K, R> table;
        private final Known.Split<K, R> split;
        private final @Nullable Future<Map<K, R>> read;
        private @Nullable Future<Map<K, R>> readAgain;

        Loading(SqlConnection open, Table<K, R> table, Known.Split<K, R> split, List<Future<?>> flight) {
            this.table = table;
            this.split = split;
            this.read = split.unknown().isEmpty() ? null : in(flight, table.load(open, split.unknown()));
        }

        private static <T> Future<T> in(List<Future<?>> flight, Future<T> load) {
            flight.add(load);
            return load;
        }

        /** Reads what was known, too. */
        void loadKnown(SqlConnection open, List<Future<?>> flight) {
            if (!split.known().isEmpty()) {
                readAgain =
                        in(flight, table.load(open, List.copyOf(split.known().keySet())));
            }
        }

        /** Where what was known was read all the same, the two must be one. */
        void check() {
            if (readAgain != null) {
                Map<K, R> found = readAgain.result();
                split.known().forEach((key, row) -> {
                    if (!Objects.equals(row, found.get(key))) {
                        throw new IllegalStateException("known as " + row + ", found as " + found.get(key));
                    }
                });
            }
        }

        void into(WorkingSet set) {
            if (read != null) {
                set.loaded(table, split.unknown(), read.result());
            }
            if (readAgain != null) {
                set.loaded(table, split.known().keySet(), readAgain.result());
            } else {
                set.loaded(table, split.known().keySet(), split.known());
            }
        }
    }

    private <K, R> Loading<K, R> loading(
            SqlConnection open, Table<K, R> table, Needs needs, Set<Integer> books, List<Future<?>> flight) {
        return new Loading<>(open, table, known.split(table, needs.keys(table), books), flight);
    }

    /** After a failed statement the others fail because of it; the first tells why. */
    private static Throwable firstCause(List<Future<?>> flight) {
        return flight.stream()
                .filter(Future::failed)
                .map(Future::cause)
                .findFirst()
                .orElseThrow();
    }

    // ---- decide ------------------------------------------------------------------------------------------------

    private static void decide(List<Pending> batch, WorkingSet set) {
        Instant now = set.now();
        for (Pending pending : batch) {
            set.setNow(pending.ask.clock() == null ? now : pending.ask.clock());
            pending.decided = decide(pending, set);
        }
    }

    /** What one work is answered; an answer that is to be kept is put into the set with its effect. */
    private static Answer decide(Pending pending, WorkingSet set) {
        Ask ask = pending.ask;
        pending.refusedBy = null;
        int mark = set.mark();
        try {
            ask.asker().checkStillMay(set);
            AnswerTable.Key key = ask.key() == null ? null : answerKey(ask, ask.key());
            AnswerTable.Kept kept = key == null ? null : set.find(ANSWERS, key);
            if (kept != null) {
                if (!java.util.Arrays.equals(kept.fingerprint(), ask.fingerprint())) {
                    return pending.problem(new CommitRejection.KeyReused());
                }
                pending.work.checkReplay(set);
                return kept.replay();
            }
            Answer answer;
            try {
                answer = pending.work.decide(set);
            } catch (RefusedException refused) {
                set.undoTo(mark);
                answer = pending.problem(refused.rejection());
            }
            if (key != null && isKept(answer.status())) {
                set.put(
                        ANSWERS,
                        key,
                        new AnswerTable.Kept(ask.fingerprint(), answer.status(), answer.location(), answer.body()));
            }
            return answer;
        } catch (RefusedException refused) {
            set.undoTo(mark);
            return pending.problem(refused.rejection());
        } catch (RuntimeException fault) {
            set.undoTo(mark);
            String traceId = pending.traceId();
            Trace.logging(traceId, () -> LOG.error("A work failed while it decided.", fault));
            return pending.problem(new CommitRejection.InternalError(traceId));
        }
    }

    /** Successes, and refusals by the rules of the business; all else leaves the key free. */
    static boolean isKept(int status) {
        return status < 300 || status == 409 || status == 422;
    }

    // ---- write -------------------------------------------------------------------------------------------------

    /** One flight: every write, and COMMIT behind them; where entities change, COMMIT waits for the session's flush. */
    private Future<Void> write(SqlConnection open, Loaded loaded) {
        Writing writing = new Writing(open);
        Map<Integer, Long> left = loaded.commitNos;
        if (loaded.set.write(writing)) {
            writing.execute(COUNT, Tuple.of(loaded.books));
            left.replaceAll((book, number) -> number + 1);
        }
        Future<Void> written = writing.entities().isEmpty() && writing.pages().isEmpty()
                ? end(open, writing.statements())
                : Future.join(writing.statements())
                        .recover(cause ->
                                Future.failedFuture(CommitFailure.whileWriting(firstCause(writing.statements()))))
                        .compose(ignored ->
                                writing.entities().isEmpty() ? Future.<Void>succeededFuture() : flushed(open, writing))
                        .compose(ignored -> paged(open, writing.pages()))
                        .compose(ignored -> end(open, List.of()));
        return written.onSuccess(ignored -> known.keep(loaded.set, left));
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
                    Writing page = new Writing(open);
                    next.get().accept(page);
                    return Future.join(page.statements())
                            .recover(cause -> Future.failedFuture(firstCause(page.statements())))
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
        if (failure.isOver()) {
            return Future.failedFuture(failure);
        }
        return open.query("ROLLBACK").execute().transform(rolledBack -> {
            if (rolledBack.failed() || failure.kind() != CommitFailure.Kind.FAULT) {
                forget(open);
                open.close();
            }
            return Future.failedFuture(failure);
        });
    }

    @Override
    public String toString() {
        return "lane " + number;
    }
}
