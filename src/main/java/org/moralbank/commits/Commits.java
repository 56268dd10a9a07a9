package org.moralbank.commits;

import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.impl.VertxInternal;
import io.vertx.sqlclient.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.moralbank.platform.Settings;

/**
 * The way in: hands a work to the lane of its book and gives its answer.
 *
 * <p>Several processes may work on one database; the lock of the book orders their commits.
 */
public final class Commits {
    private final List<Lane> lanes = new ArrayList<>();

    /** For what takes long: a lane of its own, so that the books of the others go on. */
    private final Lane aside;

    /** The books of works that wait or are under way aside, and how many. */
    private final Map<Integer, Integer> withheld = new ConcurrentHashMap<>();

    private volatile boolean stopping;

    public Commits(Vertx vertx, Pool pool, Sessions sessions, CommitsConfig config, MeterRegistry registry) {
        Settings.refuse(config.fault());
        CommitMetrics metrics = new CommitMetrics(registry);
        for (int number = 0; number < config.lanes(); number++) {
            ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
            Lane lane = new Lane(number, context, pool, sessions, config, metrics);
            metrics.queueOf(lane, number);
            lanes.add(lane);
        }
        ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
        aside = new Lane(config.lanes(), context, pool, sessions, config, metrics, config.longestAside());
        metrics.queueOf(aside, config.lanes());
    }

    /**
     * Has a work decided under the lock of one book, and written.
     *
     * <p>The answer comes after COMMIT. It is always an answer: a refusal, an overload (429), a lost database (503) or a
     * fault (500) are problem details.
     */
    public Uni<Answer> submit(Ask ask, int book, Work work) {
        return submit(ask, List.of(book), work);
    }

    /** The same over several books, all locked in id order, in the lane of the lowest. */
    public Uni<Answer> submit(Ask ask, List<Integer> books, Work work) {
        int lowest = books.stream().min(Integer::compare).orElseThrow();
        return answered(ask, books, work, pending -> {
            if (books.stream().anyMatch(withheld::containsKey)) {
                // It would wait for the book's lock, and with it all that is in its commit.
                pending.refuse(new CommitRejection.BookBusy());
            } else {
                laneOf(lowest).offer(pending);
            }
        });
    }

    /**
     * The same for a work that writes for seconds or minutes, {@linkplain Writing#pages page by page}: in a lane of its own,
     * one such work after another. Until it is answered the works of its book are told that the book is busy; those that
     * other processes take in are, too, when one of them has waited for its lock for two seconds.
     */
    public Uni<Answer> submitAside(Ask ask, int book, Work work) {
        return answered(ask, List.of(book), work, pending -> {
            withheld.merge(book, 1, Integer::sum);
            pending.caller
                    .future()
                    .onComplete(done -> withheld.computeIfPresent(book, (key, n) -> n == 1 ? null : n - 1));
            aside.offer(pending);
        });
    }

    /**
     * Completes when all commits of some books that are under way now are over: those that begin from here on see what was
     * written before this was asked. One that takes longer than six seconds is not waited for: it is an import, or its COMMIT
     * has been sent. Fails with {@link CommitRejection.OutcomeUnknown} when the database is away.
     */
    public Uni<Void> underWayAreOver(List<Integer> books) {
        return Uni.createFrom()
                .completionStage(() -> {
                    Future<Void> chain = Future.succeededFuture();
                    for (int book : books) {
                        chain = chain.compose(ignored -> laneOf(book).pass(book));
                    }
                    return chain.toCompletionStage();
                })
                .onFailure()
                .transform(away -> new CommitRejection.OutcomeUnknown().refused());
    }

    private Lane laneOf(int book) {
        return lanes.get(Math.floorMod(book, lanes.size()));
    }

    private static Uni<Answer> answered(Ask ask, List<Integer> books, Work work, Consumer<Pending> way) {
        return Uni.createFrom().emitter(emitter -> {
            Context caller = Vertx.currentContext();
            Promise<Answer> promise = Promise.promise();
            // Before the caller is told, so that what is done first when the answer is there is done by then.
            way.accept(new Pending(ask, books, work, promise, caller));
            promise.future().onComplete(done -> {
                // The answer is written by the caller's event loop, so that the lane goes on with the next commit.
                if (caller == null) {
                    emitter.complete(done.result());
                } else {
                    caller.runOnContext(ignored -> emitter.complete(done.result()));
                }
            });
        });
    }

    /** How many works wait, in all lanes. */
    public int waiting() {
        return lanes.stream().mapToInt(Lane::waiting).sum() + aside.waiting();
    }

    boolean isStopping() {
        return stopping;
    }

    /** Refuses new works from now on; completes when every work that was taken in is answered. */
    public Future<Void> drain() {
        stopping = true;
        return Future.join(Stream.concat(lanes.stream(), Stream.of(aside))
                        .map(Lane::drain)
                        .toList())
                .mapEmpty();
    }
}
