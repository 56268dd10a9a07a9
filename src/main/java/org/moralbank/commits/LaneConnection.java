package org.moralbank.commits;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import org.jspecify.annotations.Nullable;

/**
 * A connection that a lane keeps for itself until it fails: a fresh one has to plan its statements again. All on the lane's
 * context.
 */
final class LaneConnection {
    /**
     * The lane's statements look rows up by key, a commit's worth at a time, and are the same for ever, so that a plan of
     * index scans can be kept. Without this each execution plans anew (a fifth of the server's time).
     */
    private static final String PLANS = """
            SET plan_cache_mode = force_generic_plan;
            SET enable_seqscan = off;
            SET enable_bitmapscan = off;
            SET enable_hashjoin = off;
            SET enable_mergejoin = off
            """;

    /**
     * Has the statements planned anew. For a table of a few rows the planner takes the rows first and then looks which of
     * them were asked for; a plan that is kept would do so for ever, or until the table is analyzed.
     */
    private static final String PLAN_ANEW = "DISCARD PLANS";

    /** What {@link #PLANS} has set, and what else was not set when the connection was made, is as it was then. */
    private static final String AS_MADE = "RESET ALL";

    /** Which server it is, and since when it runs. */
    private static final String SERVER =
            "SELECT concat_ws(' ', inet_server_addr(), inet_server_port(), pg_postmaster_start_time())";

    /** So many connections of a pool may have gone without its having noticed yet. */
    private static final int ATTEMPTS = 20;

    private static final long PAUSE_MILLIS = 20;

    private final Vertx vertx;
    private final Pool pool;
    private final Runnable lost;

    private @Nullable SqlConnection open;

    /** The one that is being made. */
    private @Nullable Future<SqlConnection> coming;

    private String server = "";

    /** How many commits, or looks at what they need, it was used for. */
    private long uses;

    /** @param lost is told when it has failed, or was given up */
    LaneConnection(Vertx vertx, Pool pool, Runnable lost) {
        this.vertx = vertx;
        this.pool = pool;
        this.lost = lost;
    }

    /** The connection, a fresh one when there is none. */
    Future<SqlConnection> connected() {
        if (open != null) {
            return Future.succeededFuture(open);
        }
        if (coming == null) {
            Future<SqlConnection> asked = fresh(ATTEMPTS)
                    .onSuccess(fresh -> {
                        open = fresh;
                        uses = 0;
                        fresh.closeHandler(closed -> forget(fresh));
                    })
                    .recover(cause -> Future.failedFuture(new CommitFailure(CommitFailure.Kind.UNAVAILABLE, cause)));
            if (asked.isComplete()) {
                return asked;
            }
            coming = asked.onComplete(done -> coming = null);
        }
        return coming;
    }

    private Future<SqlConnection> fresh(int attempts) {
        return pool.getConnection()
                .compose(fresh -> fresh.query(PLANS)
                        .execute()
                        .compose(planned -> fresh.query(SERVER).execute())
                        .map(rows -> {
                            server = rows.iterator().next().getString(0);
                            return fresh;
                        })
                        .recover(failed -> {
                            giveBack(fresh);
                            // Else the pool hands out the same one before it hears that it has gone.
                            return attempts > 1
                                    ? vertx.timer(PAUSE_MILLIS).compose(passed -> fresh(attempts - 1))
                                    : Future.failedFuture(failed);
                        }));
    }

    /** The connection if there is one. */
    @Nullable
    SqlConnection open() {
        return open;
    }

    /** Whether what is seen on this connection when the other's COMMIT has returned has its effects. */
    boolean isOfTheServerOf(LaneConnection other) {
        return server.equals(other.server);
    }

    /**
     * To be told of every commit, or look at what one needs. Has the statements planned anew whenever there were twice as
     * many, so that no plan was made for tables of less than half the rows that the lane's commits have left. What becomes
     * of that, the statements behind it tell.
     */
    void use(SqlConnection used) {
        uses++;
        if (Long.bitCount(uses) == 1) {
            used.query(PLAN_ANEW).execute();
        }
    }

    /** It is not used any more. */
    void giveUp(SqlConnection failed) {
        forget(failed);
        giveBack(failed);
    }

    private void forget(SqlConnection gone) {
        if (open == gone) {
            open = null;
            lost.run();
        }
    }

    /** To the pool, which has others use it when it still works; a read is planned in another way than a lane's statements. */
    private static void giveBack(SqlConnection made) {
        made.query(AS_MADE).execute().onComplete(done -> made.close());
    }
}
