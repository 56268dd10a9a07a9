package org.moralbank.platform;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Makes the pool as Quarkus does, but for one setting that Quarkus has none for: by default the client forgets every
 * statement of more than 2,048 characters as soon as it was executed, and the server parses and plans it again the next
 * time. What a commit writes is one such statement.
 */
@Singleton
final class DatabasePool implements PgPoolCreator {
    private static final int LONGEST_KEPT_STATEMENT = 32_768;

    @Override
    public Pool create(Input input) {
        input.pgConnectOptionsList()
                .forEach(options -> options.setPreparedStatementCacheSqlLimit(LONGEST_KEPT_STATEMENT));
        return PgBuilder.pool()
                .with(input.poolOptions())
                .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
                .using(input.vertx())
                .build();
    }
}
