package org.moralbank.commits;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads of the answers that were given. */
@ApplicationScoped
public class AnswerStore {
    private static final String FIND = """
            SELECT status, location, body
            FROM commit_answer
            WHERE book_id = $1 AND client_id = $2 AND key = $3
            """;

    /** What a bulk of the client has told of a reference, or what is told to all. */
    private static final String REFERENCED = """
            SELECT key, client_id, body
            FROM commit_answer
            WHERE book_id = $1 AND client_id = ANY ($2) AND key = ANY ($3)
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

    /**
     * The bodies that items of a client's bulks were answered with when they were created or replayed, by their references.
     *
     * @param operation what the items are
     */
    public Uni<Map<String, byte[]>> ofItems(int book, int client, String operation, List<String> references) {
        String[] keys =
                references.stream().map(each -> Bulk.key(operation, each)).toArray(String[]::new);
        return pool.preparedQuery(REFERENCED)
                .execute(Tuple.from(List.of((short) book, new Integer[] {client, Once.NO_CLIENT}, keys)))
                .map(rows -> {
                    Map<String, byte[]> bodies = new HashMap<>();
                    for (Row row : rows) {
                        String reference = row.getString(0).substring(operation.length() + 1);
                        byte[] body = row.getBuffer(2).getBytes();
                        // Of the two the client's own is what he was told.
                        if (row.getInteger(1) == client) {
                            bodies.put(reference, body);
                        } else {
                            bodies.putIfAbsent(reference, body);
                        }
                    }
                    return bodies;
                });
    }
}
