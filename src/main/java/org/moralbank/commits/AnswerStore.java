package org.moralbank.commits;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Reads of the answers that were given. */
@ApplicationScoped
public class AnswerStore {
    private static final String FIND = """
            SELECT status, location, body
            FROM commit_answer
            WHERE book_id = $1 AND client_id = $2 AND key = $3
            """;

    private final Pool pool;

    AnswerStore(Pool pool) {
        this.pool = pool;
    }

    /** What a client was told under a key of his; {@code book} is 0 for requests that have none. */
    public Uni<Optional<Answer>> find(int book, int client, IdempotencyKey key) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.from(List.of((short) book, client, key.value())))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(new Answer(
                                row.getShort(0),
                                row.getString(1),
                                row.getBuffer(2).getBytes(),
                                null,
                                null,
                                true));
                    }
                    return Optional.empty();
                });
    }
}
