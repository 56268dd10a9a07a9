package org.moralbank.commits;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;

/**
 * What a commit is to write: statements, which go out in one flight, and entities, which follow them, because a Hibernate
 * session waits for each of its own. It may be made before the lock is there.
 */
public final class Writing {
    private record Statement(String sql, Tuple arguments) {}

    private final List<Statement> statements = new ArrayList<>();
    private final List<Function<Mutiny.Session, Future<?>>> entities = new ArrayList<>();
    private final List<Runnable> afterwards = new ArrayList<>();

    Writing() {}

    /** Adds a prepared statement. */
    public void execute(String sql, Tuple arguments) {
        statements.add(new Statement(sql, arguments));
    }

    /** Changes entities in the Hibernate session of this transaction; it is flushed before COMMIT. */
    public void entities(Function<Mutiny.Session, Future<?>> change) {
        entities.add(change);
    }

    /** Has something done once the commit has succeeded, such as counting it. It must not fail. */
    public void afterwards(Runnable count) {
        afterwards.add(count);
    }

    /** Sends the statements, in their order. */
    List<Future<?>> send(SqlConnection connection) {
        List<Future<?>> sent = new ArrayList<>(statements.size());
        for (Statement statement : statements) {
            sent.add(connection.preparedQuery(statement.sql).execute(statement.arguments));
        }
        return sent;
    }

    List<Function<Mutiny.Session, Future<?>>> entities() {
        return entities;
    }

    void succeeded() {
        afterwards.forEach(Runnable::run);
    }
}
