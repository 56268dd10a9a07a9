package org.moralbank.platform;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Makes the pool as Quarkus does, but for two settings that Quarkus has none for.
 *
 * <p>By default the client forgets every statement of more than 2,048 characters as soon as it was executed, and the server
 * parses and plans it again the next time. What a commit writes is one such statement.
 *
 * <p>And it waits for ever for a server that has lost its power or its way between taking a statement and answering it: a
 * lane that waits so commits nothing any more. TCP's keep-alive has the system notice; when, the system's settings say (two
 * hours by Linux' default, which k8s/base shortens).
 */
@Singleton
final class DatabasePool implements PgPoolCreator {
    private static final int LONGEST_KEPT_STATEMENT = 32_768;

    @Override
    public Pool create(Input input) {
        input.pgConnectOptionsList().forEach(options -> {
            options.setPreparedStatementCacheSqlLimit(LONGEST_KEPT_STATEMENT);
            options.setTcpKeepAlive(true);
        });
        return PgBuilder.pool()
                .with(input.poolOptions())
                .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
                .using(input.vertx())
                .build();
    }
}
