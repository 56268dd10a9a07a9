package org.moralbank.commits;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * The writing half of a commit. Statements go out at once, pipelined; those of a Hibernate session follow, because a
 * session waits for each of its own.
 */
public final class Writing {
    private final SqlConnection connection;
    private final List<Future<?>> statements = new ArrayList<>();
    private final List<Function<Mutiny.Session, Future<?>>> entities = new ArrayList<>();

    Writing(SqlConnection connection) {
        this.connection = connection;
    }

    /** Sends one prepared statement. */
    public void execute(String sql, Tuple arguments) {
        statements.add(connection.preparedQuery(sql).execute(arguments));
    }

    /** A statement that was sent otherwise, and that has to succeed, too. */
    void sent(Future<?> statement) {
        statements.add(statement);
    }

    /** Changes entities in the Hibernate session of this transaction; it is flushed before COMMIT. */
    public void entities(Function<Mutiny.Session, Future<?>> change) {
        entities.add(change);
    }

    List<Future<?>> statements() {
        return statements;
    }

    List<Function<Mutiny.Session, Future<?>>> entities() {
        return entities;
    }
}
