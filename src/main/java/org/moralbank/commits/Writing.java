package org.moralbank.commits;

import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jspecify.annotations.Nullable;

/**
 * What a commit is to write: statements, which go out in one flight, and entities, which follow them, because a Hibernate
 * session waits for each of its own. It may be made before the lock is there.
 */
public final class Writing {
    private final List<Joiner.Statement> statements = new ArrayList<>();
    private final List<Function<Mutiny.Session, Future<?>>> entities = new ArrayList<>();
    private final List<Runnable> afterwards = new ArrayList<>();
    private final List<Pages> pages = new ArrayList<>();

    /** Rows that are too many for one flight, or for memory. */
    @FunctionalInterface
    public interface Pages {
        /**
         * Reads the next rows; what it gives then writes them. Null when there are no more. Called on a worker thread, when
         * the rows before were written.
         */
        @Nullable
        Consumer<Writing> next() throws Exception;

        /** Ends the reading, whether all was read or a page failed. Called on a worker thread. */
        default void close() throws IOException {}
    }

    Writing() {}

    /** Adds a prepared statement; what it gives is not looked at. */
    public void execute(String sql, Tuple arguments) {
        statements.add(new Joiner.Statement(sql, arguments));
    }

    /** Changes entities in the Hibernate session of this transaction; it is flushed before COMMIT. */
    public void entities(Function<Mutiny.Session, Future<?>> change) {
        entities.add(change);
    }

    /** Has something done once the commit has succeeded, such as counting it. It must not fail. */
    public void afterwards(Runnable count) {
        afterwards.add(count);
    }

    /** Writes pages, one after the other, behind all else of the transaction. */
    public void pages(Pages each) {
        pages.add(each);
    }

    /** Whether COMMIT may follow the statements at once. */
    boolean isOneFlight() {
        return entities.isEmpty() && pages.isEmpty();
    }

    List<Pages> pages() {
        return pages;
    }

    /** The statements, joined where their order does not matter. */
    List<Joiner.Statement> statementsBy(Joiner joiner) {
        return joiner.join(statements);
    }

    List<Function<Mutiny.Session, Future<?>>> entities() {
        return entities;
    }

    void succeeded() {
        afterwards.forEach(Runnable::run);
    }
}
