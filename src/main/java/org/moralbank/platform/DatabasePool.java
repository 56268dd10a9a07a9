package org.moralbank.platform;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the pool as Quarkus does, but for settings that Quarkus has none for.
 *
 * <p>By default the client forgets every statement of more than 2,048 characters as soon as it was executed, and the server
 * parses and plans it again the next time. What a commit writes is one such statement.
 *
 * <p>It has who finds all connections taken, or no server, wait for half a minute. A till asks again sooner than that, and
 * does better when it is told to, after {@link #LONGEST_WAIT}.
 *
 * <p>And it waits for ever for a server that has lost its power or its way between taking a statement and answering it: a
 * lane that waits so commits nothing any more, and each read that waits so holds a connection of the pool. The system is
 * told to give up a connection whose other end has not been heard of for {@link #SILENT_FOR}: one that waits for an answer
 * by TCP's keep-alive, one whose bytes are not taken by TCP's user timeout (a quarter of an hour by Linux' default). A
 * server that is busy is not silent: its system takes and acknowledges what is sent. Both are known to Linux' own sockets
 * only; elsewhere the system's settings say when a connection is given up.
 */
@Singleton
final class DatabasePool implements PgPoolCreator {
    /** Metrics are kept by the pool's name: those of two pools of one name would be added up. */
    private static final String LOOKUPS = "lookups";

    private static final int LONGEST_KEPT_STATEMENT = 32_768;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    static final Duration SILENT_FOR = Duration.ofSeconds(20);
    private static final Duration ASKED_AFTER = Duration.ofSeconds(10);
    private static final Duration ASKED_EVERY = Duration.ofSeconds(5);

    private final Duration untakenFor;
    private @Nullable Pool lookups;

    DatabasePool() {
        this(SILENT_FOR);
    }

    /** For tests, which would wait for it. */
    DatabasePool(Duration untakenFor) {
        this.untakenFor = untakenFor;
    }

    @Override
    public Pool create(Input input) {
        input.pgConnectOptionsList().forEach(options -> {
            options.setPreparedStatementCacheSqlLimit(LONGEST_KEPT_STATEMENT);
            options.setTcpKeepAlive(true)
                    .setTcpKeepAliveIdleSeconds((int) ASKED_AFTER.toSeconds())
                    .setTcpKeepAliveIntervalSeconds((int) ASKED_EVERY.toSeconds())
                    .setTcpKeepAliveCount((int) SILENT_FOR.minus(ASKED_AFTER).dividedBy(ASKED_EVERY))
                    .setTcpUserTimeout((int) untakenFor.toMillis());
        });
        PoolOptions options = input.poolOptions().setConnectionTimeout((int) LONGEST_WAIT.toSeconds());
        lookups = pool(
                input,
                new PoolOptions(options).setName(LOOKUPS).setMaxSize(Lookups.CONNECTIONS),
                input.pgConnectOptionsList().stream()
                        .<SqlConnectOptions>map(DatabasePool::keepingPlans)
                        .toList());
        return pool(input, options, List.copyOf(input.pgConnectOptionsList()));
    }

    private static Pool pool(Input input, PoolOptions options, List<SqlConnectOptions> servers) {
        return PgBuilder.pool()
                .with(options)
                .connectingTo(servers)
                .using(input.vertx())
                .build();
    }

    private static PgConnectOptions keepingPlans(PgConnectOptions usual) {
        PgConnectOptions options = new PgConnectOptions(usual);
        Map<String, String> properties = new HashMap<>(usual.getProperties());
        properties.putAll(Lookups.KEEPS_PLANS);
        return options.setProperties(properties);
    }

    /** The pool of {@link Lookups}; it was made with the usual one. */
    Pool lookups() {
        return Objects.requireNonNull(lookups, "the usual pool was not made yet");
    }
}
