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

/**
 * The way in: hands a work to the lane of its book and gives its answer.
 *
 * <p>Several processes may work on one database; the lock of the book orders their commits.
 */
public final class Commits {
    private final List<Lane> lanes = new ArrayList<>();

    public Commits(Vertx vertx, Pool pool, Sessions sessions, CommitsConfig config, MeterRegistry registry) {
        CommitMetrics metrics = new CommitMetrics(registry);
        for (int number = 0; number < config.lanes(); number++) {
            ContextInternal context = ((VertxInternal) vertx).createEventLoopContext();
            Lane lane = new Lane(number, context, pool, sessions, config, metrics);
            metrics.queueOf(lane, number);
            lanes.add(lane);
        }
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
        return Uni.createFrom().emitter(emitter -> {
            Context caller = Vertx.currentContext();
            Promise<Answer> promise = Promise.promise();
            promise.future().onComplete(done -> {
                // The answer is written by the caller's event loop, so that the lane goes on with the next commit.
                if (caller == null) {
                    emitter.complete(done.result());
                } else {
                    caller.runOnContext(ignored -> emitter.complete(done.result()));
                }
            });
            int lowest = books.stream().min(Integer::compare).orElseThrow();
            lanes.get(Math.floorMod(lowest, lanes.size())).offer(new Pending(ask, books, work, promise, caller));
        });
    }

    /** How many works wait, in all lanes. */
    public int waiting() {
        return lanes.stream().mapToInt(Lane::waiting).sum();
    }

    /** Whether a work would be taken in: no lane is stopping, none is full. */
    boolean isTaking() {
        return lanes.stream().allMatch(Lane::isTaking);
    }

    /** Refuses new works from now on; completes when every work that was taken in is answered. */
    public Future<Void> drain() {
        return Future.join(lanes.stream().map(Lane::drain).toList()).mapEmpty();
    }
}
