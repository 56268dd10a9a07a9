package org.moralbank.commits;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.Optional;
import org.hibernate.reactive.mutiny.Mutiny;

/** Sends what commits write, and COMMIT behind it. */
final class CommitWriter {
    /** Usual works change a few dozens of sets of tables; the client keeps 256 statements a connection. */
    private static final int COMBINATIONS = 128;

    private final Context context;
    private final Sessions sessions;
    private final Joiner joiner = new Joiner(COMBINATIONS);

    /** @param context where a lane is at home */
    CommitWriter(Context context, Sessions sessions) {
        this.context = context;
        this.sessions = sessions;
    }

    /** Sends the statements in a flight, joined where their order does not matter. */
    void send(SqlConnection open, Flight flight, Writing writing) {
        writing.statementsBy(joiner)
                .forEach(statement ->
                        flight.add(open.preparedQuery(statement.sql()).execute(statement.arguments())));
    }

    /**
     * Sends COMMIT behind a flight with which the statements of a writing were sent; where there are entities or pages to
     * write, it waits for them.
     */
    Future<Void> commit(SqlConnection open, Flight flight, Writing writing) {
        if (writing.isOneFlight()) {
            return flight.commit(open);
        }
        return flight.landed()
                .compose(sent -> writing.entities().isEmpty() ? Future.succeededFuture() : flushed(open, writing))
                .compose(flushed -> paged(open, writing.pages()))
                .eventually(() -> closed(writing.pages()))
                .recover(cause -> Future.failedFuture(CommitFailure.whileWriting(cause)))
                .compose(written -> new Flight().commit(open));
    }

    private Future<Void> flushed(SqlConnection open, Writing writing) {
        Mutiny.Session session = sessions.on(open);
        Future<?> chain = Future.succeededFuture();
        for (var change : writing.entities()) {
            chain = chain.compose(ignored -> change.apply(session));
        }
        return chain.compose(
                        ignored -> Future.fromCompletionStage(session.flush().subscribeAsCompletionStage()))
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
        return chain;
    }

    private Future<?> closed(List<Writing.Pages> pages) {
        return pages.isEmpty()
                ? Future.succeededFuture()
                : context.executeBlocking(() -> {
                    for (Writing.Pages each : pages) {
                        each.close();
                    }
                    return null;
                });
    }

    /** One page after another. The connection is never idle for longer than a page takes to be read. */
    private void page(SqlConnection open, Writing.Pages pages, Promise<Void> all) {
        context.executeBlocking(() -> Optional.ofNullable(pages.next()))
                .compose(next -> {
                    if (next.isEmpty()) {
                        return Future.succeededFuture(false);
                    }
                    Writing page = new Writing();
                    next.get().accept(page);
                    Flight flight = new Flight();
                    send(open, flight, page);
                    return flight.landed().map(true);
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
}
